"""Sign in to the back office: the password, then the code of the second factor."""

from dataclasses import dataclass

from novacart.application.accounts.second_factor import SecondFactor
from novacart.application.accounts.staff_security import StaffSecurityPolicy
from novacart.application.accounts.start_session import StartSession
from novacart.application.accounts.verify_credentials import (
    VerifyCredentials,
    VerifyCredentialsCommand,
)
from novacart.application.ports.tokens import TokenPair
from novacart.domain.accounts.errors import InvalidCredentials
from novacart.domain.shared.ids import UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInStaffCommand:
    """`login` is a username or an email address."""

    login: str
    password: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInStaffResult:
    """`tokens` is None if the code of the second factor is still to be entered.

    With `must_set_up`, the staff member may only set up a second factor or a longer password.
    """

    user_id: UserId
    password_generation: int
    tokens: TokenPair | None
    must_set_up: bool = False


class SignInStaff:
    """Check the password, and start a session unless a code is needed.

    Raises `InvalidCredentials`, also for customers, or `TooManyAttempts`.
    """

    def __init__(
        self,
        *,
        verify_credentials: VerifyCredentials,
        start_session: StartSession,
        policy: StaffSecurityPolicy,
    ) -> None:
        self._verify_credentials = verify_credentials
        self._start_session = start_session
        self._policy = policy

    def __call__(self, command: SignInStaffCommand) -> SignInStaffResult:
        credentials = self._verify_credentials(
            VerifyCredentialsCommand(login=command.login, password=command.password)
        )
        if not credentials.is_staff:
            raise InvalidCredentials
        tokens = None
        if not credentials.mfa_enabled:
            tokens = self._start_session.with_password(credentials, command.password)
        return SignInStaffResult(
            user_id=credentials.user_id,
            password_generation=credentials.password_generation,
            tokens=tokens,
            must_set_up=not credentials.mfa_enabled
            and not self._policy.allows_without_mfa(command.password),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CompleteStaffSignInCommand:
    """`user_id` and `password_generation` are those of the `SignInStaffResult`."""

    user_id: UserId
    password_generation: int
    code: str


class CompleteStaffSignIn:
    """Start the session of a staff member who has entered the right password before.

    Raises `InvalidMfaCode`, `TooManyAttempts`, or `InvalidCredentials` if the account has changed.
    """

    def __init__(self, *, second_factor: SecondFactor, start_session: StartSession) -> None:
        self._second_factor = second_factor
        self._start_session = start_session

    def __call__(self, command: CompleteStaffSignInCommand) -> TokenPair:
        self._second_factor.verify(
            command.user_id, command.code, password_generation=command.password_generation
        )
        return self._start_session(command.user_id, command.password_generation)
