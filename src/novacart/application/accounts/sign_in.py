"""Sign in to the API with a username or email address."""

from dataclasses import dataclass

from novacart.application.accounts.second_factor import SecondFactor
from novacart.application.accounts.staff_security import StaffSecurityPolicy
from novacart.application.accounts.start_session import StartSession
from novacart.application.accounts.verify_credentials import (
    VerifyCredentials,
    VerifyCredentialsCommand,
)
from novacart.application.ports.tokens import TokenPair
from novacart.domain.accounts.errors import MfaRequired, MfaSetupRequired


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInCommand:
    """`login` is a username or an email address.

    `otp` is a code of the authenticator app, or a recovery code. `refresh` is a refresh token of
    the client, if it has one; see `VerifyCredentialsCommand`.
    """

    login: str
    password: str
    otp: str | None = None
    refresh: str | None = None


class SignIn:
    """Start a session and return its tokens.

    Raises `InvalidCredentials` or `TooManyAttempts`. After the right password it raises
    `MfaRequired` or `InvalidMfaCode` for users with a second factor, and `MfaSetupRequired` for
    staff who need one: they set it up in the back office.
    """

    def __init__(
        self,
        *,
        verify_credentials: VerifyCredentials,
        second_factor: SecondFactor,
        start_session: StartSession,
        policy: StaffSecurityPolicy,
    ) -> None:
        self._verify_credentials = verify_credentials
        self._second_factor = second_factor
        self._start_session = start_session
        self._policy = policy

    def __call__(self, command: SignInCommand) -> TokenPair:
        credentials = self._verify_credentials(
            VerifyCredentialsCommand(
                login=command.login, password=command.password, refresh=command.refresh
            )
        )
        if credentials.mfa_enabled:
            if not command.otp:
                raise MfaRequired
            self._second_factor.verify(credentials.user_id, command.otp)
        elif credentials.is_staff and not self._policy.allows_without_mfa(command.password):
            raise MfaSetupRequired
        return self._start_session.with_password(credentials, command.password)
