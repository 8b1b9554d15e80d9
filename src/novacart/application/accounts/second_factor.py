"""Check codes of authenticator apps and recovery codes."""

from datetime import datetime

from novacart.application.authorization.throttle import TooManyAttempts
from novacart.application.ports.clock import Clock
from novacart.application.ports.one_time_passwords import OneTimePasswords
from novacart.application.ports.secret_cipher import DecryptionFailed, SecretCipher
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.accounts.errors import InvalidCredentials, InvalidMfaCode
from novacart.domain.accounts.mfa import MfaEnrolment
from novacart.domain.shared.ids import UserId

_CODE_LENGTH = 6


class SecondFactor:
    """Accepts each code once, and counts wrong codes in the database."""

    def __init__(
        self,
        *,
        begin: UnitOfWorkFactory,
        one_time_passwords: OneTimePasswords,
        cipher: SecretCipher,
        clock: Clock,
    ) -> None:
        self._begin = begin
        self._one_time_passwords = one_time_passwords
        self._cipher = cipher
        self._clock = clock

    def verify(self, user_id: UserId, code: str, *, password_generation: int | None = None) -> None:
        """Raise `InvalidMfaCode`, or `TooManyAttempts` after several wrong codes.

        Raises `InvalidCredentials` if the account is disabled or its password is not of
        `password_generation` any more. A wrong code is committed before the error is raised.
        """
        now = self._clock.now()
        with self._begin() as work:
            user = work.users.get(user_id)
            if not user.is_active or password_generation not in {None, user.password_generation}:
                raise InvalidCredentials
            enrolment = work.mfa_enrolments.get(user_id)
            if enrolment is None or not enrolment.is_enabled:
                raise InvalidMfaCode
            if seconds := enrolment.retry_after(now):
                raise TooManyAttempts(seconds)
            accepted = self.accept(enrolment, code, at=now)
            work.mfa_enrolments.save(enrolment)
            work.commit()
        if not accepted:
            raise InvalidMfaCode

    def accept(self, enrolment: MfaEnrolment, code: str, *, at: datetime) -> bool:
        """Let the enrolment accept the code of its app, or else a recovery code."""
        text = "".join(code.split())
        if not (len(text) == _CODE_LENGTH and text.isascii() and text.isdigit()):
            return enrolment.accept_recovery_code(code, at=at)
        try:
            secret = self._cipher.decrypt(enrolment.encrypted_secret)
        except DecryptionFailed:
            # SECRET_KEY was changed. Recovery codes still work.
            return enrolment.accept_step(None, at=at)
        step = self._one_time_passwords.matching_step(secret, text, at=at)
        return enrolment.accept_step(step, at=at)
