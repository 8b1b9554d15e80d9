"""Use cases of accounts on in-memory adapters and a clock that the test sets."""

from dataclasses import dataclass, field

from novacart.adapters.email.email_renderer import JinjaEmailRenderer
from novacart.adapters.security.link_tokens import HmacLinkTokens
from novacart.adapters.security.one_time_passwords import PyotpOneTimePasswords
from novacart.application.accounts.account_urls import AccountUrls
from novacart.application.accounts.authenticate_user import (
    AuthenticateUser,
    AuthenticateUserCommand,
    VerifyToken,
    VerifyTokenCommand,
)
from novacart.application.accounts.change_password import ChangePassword
from novacart.application.accounts.confirm_password_reset import (
    CheckResetToken,
    CheckResetTokenCommand,
    ConfirmPasswordReset,
)
from novacart.application.accounts.delete_old_tokens import DeleteOldTokens
from novacart.application.accounts.disable_user import DisableUser, EnableUser
from novacart.application.accounts.end_sessions import EndSession, EndSessions
from novacart.application.accounts.grant_role import GrantRole
from novacart.application.accounts.invite_staff import (
    AcceptInvitation,
    CheckInvitation,
    CheckInvitationCommand,
    InviteStaff,
    ResendInvitation,
    SendInvitation,
)
from novacart.application.accounts.queries import Profile
from novacart.application.accounts.reauthenticate import Reauthenticate
from novacart.application.accounts.refresh_session import RefreshSession
from novacart.application.accounts.register_user import RegisterUser, RegisterUserCommand
from novacart.application.accounts.request_password_reset import RequestPasswordReset
from novacart.application.accounts.second_factor import SecondFactor
from novacart.application.accounts.send_reset_link import SendResetLink
from novacart.application.accounts.set_up_mfa import (
    ConfirmMfaSetup,
    DisableMfa,
    ReplaceRecoveryCodes,
    ResetMfa,
    StartMfaSetup,
)
from novacart.application.accounts.sign_in import SignIn, SignInCommand
from novacart.application.accounts.sign_in_staff import CompleteStaffSignIn, SignInStaff
from novacart.application.accounts.sign_out import SignOut
from novacart.application.accounts.staff_security import StaffSecurityPolicy
from novacart.application.accounts.start_session import SessionPolicy, StartSession
from novacart.application.accounts.unlock_account import UnlockAccount
from novacart.application.accounts.update_profile import UpdateProfile
from novacart.application.accounts.verify_credentials import VerifyCredentials
from novacart.application.accounts.verify_email import (
    RequestEmailVerification,
    SendVerificationLink,
    VerifyEmail,
)
from novacart.application.authorization.actor import SYSTEM, Actor
from novacart.application.authorization.reauthentication import ReauthenticationPolicy
from novacart.application.authorization.throttle import SignInThrottle
from novacart.application.ports.recent_exchanges import RecentExchanges
from novacart.application.ports.tokens import TokenPair
from novacart.domain.accounts.events import PasswordResetRequested
from novacart.domain.accounts.role import Role
from novacart.domain.shared.money import Money
from tests.fakes.account_queries import FakeAccountQueries
from tests.fakes.account_security import (
    FakePasswordHasher,
    FakePasswordStrength,
    FakeSecretCipher,
    FakeTokens,
)
from tests.fakes.mailer import FakeMailer
from tests.fakes.rate_limiter import FakeRateLimiter
from tests.fakes.recent_exchanges import FakeRecentExchanges
from tests.fakes.request_contexts import FakeRequestContexts
from tests.fakes.store import FakeStore
from tests.fakes.unit_of_work import FakeUnitOfWorkFactory
from tests.support.builders.accounts import PASSWORD
from tests.support.clock import SetClock

STAFF_PASSWORD = "three blue umbrellas"
# Compiles each template once.
RENDERER = JinjaEmailRenderer()


@dataclass
class AccountsFixture:
    store: FakeStore = field(default_factory=FakeStore)
    clock: SetClock = field(default_factory=SetClock)
    hasher: FakePasswordHasher = field(default_factory=FakePasswordHasher)
    mailer: FakeMailer = field(default_factory=FakeMailer)

    recent: RecentExchanges | None = None
    staff_security: StaffSecurityPolicy = field(default_factory=StaffSecurityPolicy)
    contexts: FakeRequestContexts = field(default_factory=lambda: FakeRequestContexts("anonymous"))

    def __post_init__(self) -> None:
        begin = FakeUnitOfWorkFactory(self.store)
        self.reauthentication = ReauthenticationPolicy(refund_limit=Money(500_000, "INR"))
        self.one_time_passwords = PyotpOneTimePasswords()
        self.queries = FakeAccountQueries(self.store)
        queries = self.queries
        self.limiter = FakeRateLimiter(self.clock)
        clock, hasher, strength = self.clock, self.hasher, FakePasswordStrength()
        tokens = FakeTokens(clock=clock)
        resets = HmacLinkTokens("secret key for tests")
        policy = SessionPolicy()
        self.begin, self.tokens = begin, tokens
        self.register = RegisterUser(
            begin=begin,
            queries=queries,
            hasher=hasher,
            strength=strength,
            link_tokens=resets,
            clock=clock,
        )
        self.link_tokens = resets
        self.verify_email = VerifyEmail(begin=begin, link_tokens=resets, clock=clock)
        self.request_verification = RequestEmailVerification(
            begin=begin, link_tokens=resets, clock=clock
        )
        self.send_verification = SendVerificationLink(
            begin=begin,
            clock=clock,
            link_tokens=resets,
            renderer=RENDERER,
            mailer=self.mailer,
            urls=AccountUrls(frontend_url="https://shop.example/"),
        )
        throttle = SignInThrottle(self.limiter)
        self.throttle = throttle
        self.verify_credentials = VerifyCredentials(
            begin=begin,
            queries=queries,
            hasher=hasher,
            tokens=tokens,
            throttle=throttle,
            contexts=self.contexts,
            clock=clock,
        )
        self.second_factor = SecondFactor(
            begin=begin,
            one_time_passwords=self.one_time_passwords,
            cipher=FakeSecretCipher(),
            clock=clock,
        )
        self.start = StartSession(
            begin=begin,
            hasher=hasher,
            tokens=tokens,
            contexts=self.contexts,
            clock=clock,
            policy=policy,
        )
        self.sign_in = SignIn(
            verify_credentials=self.verify_credentials,
            second_factor=self.second_factor,
            start_session=self.start,
            policy=self.staff_security,
        )
        self.unlock = UnlockAccount(begin=begin, throttle=throttle, clock=clock)
        self.refresh = RefreshSession(
            begin=begin,
            queries=queries,
            tokens=tokens,
            recent=self.recent or FakeRecentExchanges(clock, leeway=policy.leeway),
            clock=clock,
            policy=policy,
        )
        self.sign_out = SignOut(begin=begin, tokens=tokens, clock=clock)
        self.authenticate_user = AuthenticateUser(
            queries=queries, tokens=tokens, policy=self.staff_security
        )
        self.verify_token = VerifyToken(queries=queries, tokens=tokens, clock=clock, policy=policy)
        self.update_profile = UpdateProfile(begin=begin, queries=queries, clock=clock)
        self.request_reset = RequestPasswordReset(begin=begin, clock=clock)
        self.send_link = SendResetLink(
            begin=begin,
            clock=clock,
            link_tokens=resets,
            renderer=RENDERER,
            mailer=self.mailer,
            urls=AccountUrls(frontend_url="https://shop.example/"),
        )
        self.check_reset_token = CheckResetToken(queries=queries, clock=clock, link_tokens=resets)
        self.confirm_reset = ConfirmPasswordReset(
            begin=begin,
            queries=queries,
            hasher=hasher,
            strength=strength,
            clock=clock,
            link_tokens=resets,
            throttle=throttle,
            contexts=self.contexts,
        )
        self.disable = DisableUser(begin=begin, clock=clock)
        self.enable = EnableUser(begin=begin, clock=clock)
        self.grant_role = GrantRole(
            begin=begin, clock=clock, reauthentication=self.reauthentication
        )
        self.delete_old_tokens = DeleteOldTokens(begin=begin, clock=clock)
        self._add_staff_use_cases()

    def _add_staff_use_cases(self) -> None:
        begin, queries, clock, resets = self.begin, self.queries, self.clock, self.link_tokens
        hasher, strength, throttle = self.hasher, FakePasswordStrength(), self.throttle
        self.sign_in_staff = SignInStaff(
            verify_credentials=self.verify_credentials,
            start_session=self.start,
            policy=self.staff_security,
        )
        self.complete_sign_in = CompleteStaffSignIn(
            second_factor=self.second_factor, start_session=self.start
        )
        self.change_password = ChangePassword(
            begin=begin,
            verify_credentials=self.verify_credentials,
            throttle=throttle,
            hasher=hasher,
            strength=strength,
            clock=clock,
            start_session=self.start,
        )
        self.end_session = EndSession(begin=begin, clock=clock)
        self.end_sessions = EndSessions(begin=begin, clock=clock)
        self.reauthenticate = Reauthenticate(
            begin=begin,
            verify_credentials=self.verify_credentials,
            second_factor=self.second_factor,
            clock=clock,
        )
        self.start_mfa_setup = StartMfaSetup(
            begin=begin,
            one_time_passwords=self.one_time_passwords,
            cipher=FakeSecretCipher(),
            clock=clock,
            reauthentication=self.reauthentication,
        )
        self.confirm_mfa_setup = ConfirmMfaSetup(
            begin=begin, second_factor=self.second_factor, clock=clock
        )
        self.replace_recovery_codes = ReplaceRecoveryCodes(
            begin=begin, clock=clock, reauthentication=self.reauthentication
        )
        self.disable_mfa = DisableMfa(
            begin=begin,
            verify_credentials=self.verify_credentials,
            clock=clock,
            policy=self.staff_security,
        )
        self.reset_mfa = ResetMfa(begin=begin, clock=clock, reauthentication=self.reauthentication)
        self.invite = InviteStaff(
            begin=begin,
            queries=queries,
            link_tokens=resets,
            clock=clock,
            reauthentication=self.reauthentication,
        )
        self.resend_invitation = ResendInvitation(begin=begin, link_tokens=resets, clock=clock)
        self.send_invitation = SendInvitation(
            begin=begin,
            clock=clock,
            link_tokens=resets,
            renderer=RENDERER,
            mailer=self.mailer,
        )
        self.check_invitation_link = CheckInvitation(begin=begin, link_tokens=resets, clock=clock)
        self.accept_invitation = AcceptInvitation(
            begin=begin, link_tokens=resets, hasher=hasher, strength=strength, clock=clock
        )

    def register_user(self, username: str = "asha") -> Profile:
        return self.register(
            RegisterUserCommand(
                username=username, email=f"{username}@example.com", password=PASSWORD
            )
        )

    def register_staff(
        self, username: str = "meera", *, role: Role = Role.MANAGER, password: str = STAFF_PASSWORD
    ) -> Actor:
        """Register a staff member who has just signed in."""
        profile = self.register(
            RegisterUserCommand(
                username=username,
                email=f"{username}@example.com",
                password=password,
                role=role,
                email_verified=True,
                actor=SYSTEM,
            )
        )
        return Actor(user_id=profile.id, role=role, authenticated_at=self.clock.now())

    def authenticate(self, access: str) -> Profile:
        return self.authenticate_user(AuthenticateUserCommand(access=access))

    def verify(self, token: str) -> None:
        self.verify_token(VerifyTokenCommand(token=token))

    def check_reset(self, token: str) -> None:
        self.check_reset_token(CheckResetTokenCommand(token=token))

    def check_invitation(self, token: str) -> bool:
        return self.check_invitation_link(CheckInvitationCommand(token=token))

    def start_session(self, login: str = "asha", password: str = PASSWORD) -> TokenPair:
        return self.sign_in(SignInCommand(login=login, password=password))

    def last_reset_request(self) -> PasswordResetRequested:
        """The newest `PasswordResetRequested` event."""
        return [event for event in self.store.events if isinstance(event, PasswordResetRequested)][
            -1
        ]
