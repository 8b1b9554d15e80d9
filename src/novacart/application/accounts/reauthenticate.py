"""Confirm one's identity during a session."""

from dataclasses import dataclass

from novacart.application.accounts.second_factor import SecondFactor
from novacart.application.accounts.verify_credentials import (
    VerifyCredentials,
    VerifyCredentialsCommand,
)
from novacart.application.ports.clock import Clock
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.accounts.errors import InvalidToken
from novacart.domain.shared.ids import UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class ReauthenticateCommand:
    """A password or a code, and the token family of the session.

    `email` is that of the signed-in user.
    """

    user_id: UserId
    session: int
    email: str
    password: str = ""
    code: str = ""


class Reauthenticate:
    """Record that the user of the session has just entered a password or a code.

    Raises `InvalidCredentials`, `InvalidMfaCode`, `TooManyAttempts` or `InvalidToken`.
    """

    def __init__(
        self,
        *,
        begin: UnitOfWorkFactory,
        verify_credentials: VerifyCredentials,
        second_factor: SecondFactor,
        clock: Clock,
    ) -> None:
        self._begin = begin
        self._verify_credentials = verify_credentials
        self._second_factor = second_factor
        self._clock = clock

    def __call__(self, command: ReauthenticateCommand) -> None:
        if command.code:
            self._second_factor.verify(command.user_id, command.code)
        else:
            self._verify_credentials(
                VerifyCredentialsCommand(
                    login=command.email, password=command.password, user_id=command.user_id
                )
            )
        with self._begin() as work:
            family = work.token_families.get(command.session)
            if family is None or family.user_id != command.user_id:
                raise InvalidToken
            family.reauthenticate(at=self._clock.now())
            work.token_families.save(family)
            work.commit()
