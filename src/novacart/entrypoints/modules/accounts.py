"""Dependency injection of accounts, email and rate limits."""

from injector import Injector, Module, provider, singleton

from novacart.adapters.email.email_renderer import JinjaEmailRenderer
from novacart.adapters.email.null_mailer import NullMailer
from novacart.adapters.email.pausing_mailer import PausingMailer
from novacart.adapters.postal.directory import BundledPostalCodes
from novacart.adapters.security.link_tokens import HmacLinkTokens
from novacart.adapters.security.one_time_passwords import PyotpOneTimePasswords
from novacart.adapters.security.password_hasher import Argon2idHasher
from novacart.adapters.security.password_strength import ZxcvbnPasswordStrength
from novacart.adapters.system.recent_exchanges import NoRecentExchanges
from novacart.application.accounts.account_urls import AccountUrls
from novacart.application.accounts.delete_old_tokens import DeleteOldTokens
from novacart.application.accounts.invite_staff import (
    SendInvitation,
)
from novacart.application.accounts.purge_guests import PurgeGuests
from novacart.application.accounts.send_reset_link import SendResetLink
from novacart.application.accounts.staff_security import StaffSecurityPolicy
from novacart.application.accounts.start_session import SessionPolicy
from novacart.application.accounts.verify_email import (
    SendVerificationLink,
)
from novacart.application.authorization.reauthentication import ReauthenticationPolicy
from novacart.application.authorization.throttle import SignInThrottle, Throttle
from novacart.application.ports.email_renderer import EmailRenderer
from novacart.application.ports.link_tokens import LinkTokens
from novacart.application.ports.mailer import Mailer
from novacart.application.ports.one_time_passwords import OneTimePasswords
from novacart.application.ports.password_hasher import PasswordHasher
from novacart.application.ports.password_strength import PasswordStrength
from novacart.application.ports.postal_codes import PostalCodes
from novacart.application.ports.rate_limiter import RateLimiter
from novacart.application.ports.recent_exchanges import RecentExchanges
from novacart.application.ports.secret_cipher import SecretCipher
from novacart.application.ports.tokens import Tokens
from novacart.application.scheduled_jobs import ScheduledJob
from novacart.domain.accounts.events import (
    EmailVerificationRequested,
    PasswordResetRequested,
    StaffInvited,
)
from novacart.domain.shared.money import Money
from novacart.entrypoints.cache_server import CacheServer
from novacart.entrypoints.modules.feature import EventHandlers
from novacart.entrypoints.settings import EmailBackend, Settings, ensure_startable

_HOUR = 3600


class AccountsModule(Module):
    @provider
    @singleton
    def session_policy(self, settings: Settings) -> SessionPolicy:
        return SessionPolicy(
            refresh_lifetime=settings.refresh_token_lifetime, max_sessions=settings.max_sessions
        )

    @provider
    @singleton
    def recent_exchanges(self, policy: SessionPolicy, cache_server: CacheServer) -> RecentExchanges:
        if cache_server.connection is None:
            return NoRecentExchanges()
        # Imported only where it is used, to save memory.
        from novacart.adapters.redis.recent_exchanges import RedisRecentExchanges  # noqa: PLC0415

        return RedisRecentExchanges(cache_server.connection, leeway=policy.leeway)

    @provider
    @singleton
    def staff_security_policy(self, settings: Settings) -> StaffSecurityPolicy:
        return StaffSecurityPolicy(mfa_required=settings.staff_mfa_required)

    @provider
    @singleton
    def reauthentication_policy(self, settings: Settings) -> ReauthenticationPolicy:
        return ReauthenticationPolicy(
            refund_limit=Money.parse(settings.reauthentication_refund_limit, settings.currency)
        )

    @provider
    @singleton
    def one_time_passwords(self) -> OneTimePasswords:
        return PyotpOneTimePasswords()

    @provider
    @singleton
    def cipher(self, settings: Settings) -> SecretCipher:
        # Imported only where it is used, to save memory: the worker has no use for it.
        from novacart.adapters.security.secret_cipher import (  # noqa: PLC0415
            FernetSecretCipher,
        )

        return FernetSecretCipher(settings.signing_key)

    @provider
    @singleton
    def account_urls(self, settings: Settings) -> AccountUrls:
        return AccountUrls(frontend_url=settings.frontend_url)

    @provider
    @singleton
    def hasher(self) -> PasswordHasher:
        return Argon2idHasher()

    @provider
    @singleton
    def strength(self) -> PasswordStrength:
        return ZxcvbnPasswordStrength()

    @provider
    @singleton
    def throttle(self, settings: Settings, injector: Injector) -> Throttle:
        return Throttle(_limiter(settings, injector))

    @provider
    @singleton
    def sign_in_throttle(self, settings: Settings, injector: Injector) -> SignInThrottle:
        return SignInThrottle(_limiter(settings, injector))

    @provider
    @singleton
    def tokens(self, settings: Settings) -> Tokens:
        # Imported only where it is used: Flask-JWT-Extended imports Flask.
        from novacart.adapters.security.tokens import JwtTokens  # noqa: PLC0415

        return JwtTokens(
            secret_key=settings.signing_key,
            access_lifetime=settings.access_token_lifetime,
            refresh_lifetime=settings.refresh_token_lifetime,
        )

    @provider
    @singleton
    def link_tokens(self, settings: Settings) -> LinkTokens:
        return HmacLinkTokens(settings.signing_key)

    @provider
    @singleton
    def email_renderer(self, settings: Settings) -> EmailRenderer:
        return JinjaEmailRenderer(
            shop_name=settings.shop_name,
            shop_url=settings.frontend_url,
            locale=settings.shop_locale,
        )

    @provider
    @singleton
    def mailer(self, settings: Settings) -> Mailer:
        ensure_startable(settings)
        if settings.email_backend is EmailBackend.NONE:
            return NullMailer()
        # Imported only where they are used: Flask-Mail imports Flask, which the worker has no
        # other use for.
        if settings.email_backend is EmailBackend.FILE:
            from novacart.adapters.email.file_mailer import FileMailer  # noqa: PLC0415

            return FileMailer(folder=settings.var / "mail", sender=settings.default_from_email)
        from novacart.adapters.email.flask_mail_mailer import FlaskMailMailer  # noqa: PLC0415

        return PausingMailer(
            FlaskMailMailer(
                host=settings.email_host,
                port=settings.email_port,
                use_tls=settings.email_use_tls,
                user=settings.email_host_user,
                password=settings.email_host_password,
                sender=settings.default_from_email,
            )
        )

    @provider
    @singleton
    def postal_codes(self) -> PostalCodes:
        return BundledPostalCodes()


def _limiter(settings: Settings, injector: Injector) -> RateLimiter | None:
    if not settings.ratelimit_enabled:
        return None
    return injector.get(RateLimiter)  # type: ignore[type-abstract]


def event_handlers(injector: Injector) -> EventHandlers:
    """Send links for password resets, verification of email addresses and invitations."""
    return [
        (PasswordResetRequested, injector.get(SendResetLink)),
        (EmailVerificationRequested, injector.get(SendVerificationLink)),
        (StaffInvited, injector.get(SendInvitation)),
    ]


def scheduled_jobs(injector: Injector) -> list[ScheduledJob]:
    """Delete expired tokens, and guests without orders."""
    return [
        ScheduledJob(
            name="delete_old_tokens", every_seconds=_HOUR, run=injector.get(DeleteOldTokens)
        ),
        ScheduledJob(name="purge_guests", every_seconds=_HOUR, run=injector.get(PurgeGuests)),
    ]
