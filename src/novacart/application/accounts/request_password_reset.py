"""Request a password reset link."""

from dataclasses import dataclass

from novacart.application.ports.clock import Clock
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.accounts.email_address import EmailAddress
from novacart.domain.accounts.password_reset import PasswordReset
from novacart.domain.shared.errors import InvalidValue


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestPasswordResetCommand:
    email: str


class RequestPasswordReset:
    """Store a request for a reset link, whether or not a user has the email address.

    The user is looked up later, by `SendResetLink`, so that neither the response nor its time
    reveals who has an account.
    """

    def __init__(self, *, begin: UnitOfWorkFactory, clock: Clock) -> None:
        self._begin = begin
        self._clock = clock

    def __call__(self, command: RequestPasswordResetCommand) -> None:
        try:
            email = EmailAddress.parse(command.email)
        except InvalidValue:
            # No user can have registered with it.
            return
        with self._begin() as work:
            reset = PasswordReset.request(
                id=work.ids.take()[0], email_key=email.key, at=self._clock.now()
            )
            work.password_resets.add(reset)
            work.commit()
