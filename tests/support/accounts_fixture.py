"""Use cases of accounts on in-memory adapters and a clock that the test sets."""

from dataclasses import dataclass, field

from novacart.adapters.email.email_renderer import JinjaEmailRenderer
from novacart.adapters.security.link_tokens import HmacLinkTokens
from novacart.application.accounts.authenticate_user import AuthenticateUser, VerifyToken
from novacart.application.accounts.confirm_password_reset import (
    CheckResetToken,
    ConfirmPasswordReset,
)
from novacart.application.accounts.delete_old_tokens import DeleteOldTokens
from novacart.application.accounts.disable_user import DisableUser, EnableUser
from novacart.application.accounts.grant_role import GrantRole
from novacart.application.accounts.queries import Profile
from novacart.application.accounts.refresh_session import RefreshSession
from novacart.application.accounts.register_user import RegisterUser, RegisterUserCommand
from novacart.application.accounts.request_password_reset import RequestPasswordReset
from novacart.application.accounts.send_reset_link import ResetPolicy, SendResetLink
from novacart.application.accounts.sign_in import SessionPolicy, SignIn, SignInCommand
from novacart.application.accounts.sign_out import SignOut
from novacart.application.accounts.unlock_account import UnlockAccount
from novacart.application.accounts.update_profile import UpdateProfile
from novacart.application.accounts.verify_credentials import VerifyCredentials
from novacart.application.accounts.verify_email import (
    RequestEmailVerification,
    SendVerificationLink,
    VerifyEmail,
)
from novacart.application.authorization.throttle import SignInThrottle
from novacart.application.ports.tokens import TokenPair
from novacart.domain.accounts.events import PasswordResetRequested
from tests.fakes.account_queries import FakeAccountQueries
from tests.fakes.account_security import (
    FakePasswordHasher,
    FakePasswordStrength,
    FakeTokens,
)
from tests.fakes.mailer import FakeMailer
from tests.fakes.rate_limiter import FakeRateLimiter
from tests.fakes.request_contexts import FakeRequestContexts
from tests.fakes.store import FakeStore
from tests.fakes.unit_of_work import FakeUnitOfWorkFactory
from tests.support.builders.accounts import PASSWORD
from tests.support.clock import SetClock


@dataclass
class AccountsFixture:
    store: FakeStore = field(default_factory=FakeStore)
    clock: SetClock = field(default_factory=SetClock)
    hasher: FakePasswordHasher = field(default_factory=FakePasswordHasher)
    mailer: FakeMailer = field(default_factory=FakeMailer)

    contexts: FakeRequestContexts = field(default_factory=lambda: FakeRequestContexts("anonymous"))

    def __post_init__(self) -> None:
        begin = FakeUnitOfWorkFactory(self.store)
        queries = FakeAccountQueries(self.store)
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
            renderer=JinjaEmailRenderer(),
            mailer=self.mailer,
            policy=ResetPolicy(frontend_url="https://shop.example/"),
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
        self.sign_in = SignIn(
            begin=begin,
            verify_credentials=self.verify_credentials,
            hasher=hasher,
            tokens=tokens,
            contexts=self.contexts,
            clock=clock,
            policy=policy,
        )
        self.unlock = UnlockAccount(begin=begin, throttle=throttle, clock=clock)
        self.refresh = RefreshSession(
            begin=begin, queries=queries, tokens=tokens, clock=clock, policy=policy
        )
        self.sign_out = SignOut(begin=begin, tokens=tokens, clock=clock)
        self.authenticate = AuthenticateUser(queries=queries, tokens=tokens)
        self.verify = VerifyToken(queries=queries, tokens=tokens, clock=clock, policy=policy)
        self.update_profile = UpdateProfile(begin=begin, queries=queries, clock=clock)
        self.request_reset = RequestPasswordReset(begin=begin, clock=clock)
        self.send_link = SendResetLink(
            begin=begin,
            clock=clock,
            link_tokens=resets,
            renderer=JinjaEmailRenderer(),
            mailer=self.mailer,
            policy=ResetPolicy(frontend_url="https://shop.example/"),
        )
        self.check_reset = CheckResetToken(queries=queries, clock=clock, link_tokens=resets)
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
        self.grant_role = GrantRole(begin=begin, clock=clock)
        self.delete_old_tokens = DeleteOldTokens(begin=begin, clock=clock)

    def register_user(self, username: str = "asha") -> Profile:
        return self.register(
            RegisterUserCommand(
                username=username, email=f"{username}@example.com", password=PASSWORD
            )
        )

    def start_session(self, login: str = "asha", password: str = PASSWORD) -> TokenPair:
        return self.sign_in(SignInCommand(login=login, password=password))

    def last_reset_request(self) -> PasswordResetRequested:
        """The newest `PasswordResetRequested` event."""
        return [event for event in self.store.events if isinstance(event, PasswordResetRequested)][
            -1
        ]
