"""Change one's own password."""

from contextlib import suppress
from dataclasses import dataclass

from novacart.application.accounts.start_session import StartSession
from novacart.application.accounts.verify_credentials import (
    VerifyCredentials,
    VerifyCredentialsCommand,
)
from novacart.application.authorization.throttle import SignInThrottle
from novacart.application.ports.clock import Clock
from novacart.application.ports.errors import Unavailable
from novacart.application.ports.password_hasher import PasswordHasher
from novacart.application.ports.password_strength import PasswordStrength
from novacart.application.ports.tokens import TokenPair
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.accounts.email_address import EmailAddress
from novacart.domain.accounts.errors import InvalidCredentials
from novacart.domain.accounts.password import (
    ensure_strong_password,
    min_password_length,
    normalize_password,
)
from novacart.domain.accounts.username import Username
from novacart.domain.shared.ids import UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePasswordCommand:
    """`username` and `email` are those of the signed-in user.

    With `start_session`, the user stays signed in: `ChangePassword` returns the tokens of a new
    session.
    """

    user_id: UserId
    username: str
    email: str
    current: str
    new: str
    start_session: bool = False


class ChangePassword:
    """Change the password and end every session of the user, including the current one.

    Raises `InvalidCredentials` if `current` is wrong, `TooManyAttempts` or `WeakPassword`.
    """

    def __init__(
        self,
        *,
        begin: UnitOfWorkFactory,
        verify_credentials: VerifyCredentials,
        throttle: SignInThrottle,
        hasher: PasswordHasher,
        strength: PasswordStrength,
        clock: Clock,
        start_session: StartSession,
    ) -> None:
        self._begin = begin
        self._verify_credentials = verify_credentials
        self._throttle = throttle
        self._hasher = hasher
        self._strength = strength
        self._clock = clock
        self._start_session = start_session

    def __call__(self, command: ChangePasswordCommand) -> TokenPair | None:
        credentials = self._verify_credentials(
            VerifyCredentialsCommand(
                login=command.email, password=command.current, user_id=command.user_id
            )
        )
        ensure_strong_password(
            command.new,
            username=Username(command.username),
            email=EmailAddress(command.email),
            is_guessable=self._strength.is_guessable,
            min_length=min_password_length(
                is_staff=credentials.is_staff, mfa_enabled=credentials.mfa_enabled
            ),
        )
        # Hashing is slow, so it happens outside the transaction.
        password_hash = self._hasher.hash(normalize_password(command.new))
        now = self._clock.now()
        with self._begin() as work:
            user = work.users.get(command.user_id)
            if user.password_generation != credentials.password_generation or not user.is_active:
                raise InvalidCredentials
            user.change_password(password_hash, at=now)
            work.users.save(user)
            work.token_families.revoke_all(user.id, at=now)
            work.known_networks.forget(user.id)
            work.commit()
        # The password is changed, whether or not the delays are lifted.
        with suppress(Unavailable):
            self._throttle.unlock(user.id)
        if not command.start_session:
            return None
        return self._start_session(user.id, user.password_generation)
