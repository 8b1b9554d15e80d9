"""Verify that a user receives mail at their email address."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from novacart.application.accounts.account_urls import AccountUrls
from novacart.application.ports.clock import Clock
from novacart.application.ports.email_renderer import EmailRenderer
from novacart.application.ports.link_tokens import LinkTokens
from novacart.application.ports.mailer import Mail, Mailer
from novacart.application.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory
from novacart.domain.accounts.account_link import (
    VERIFICATION_LIFETIME,
    AccountLink,
    LinkPurpose,
)
from novacart.domain.accounts.errors import InvalidLink
from novacart.domain.accounts.events import EmailVerificationRequested
from novacart.domain.accounts.user import User
from novacart.domain.shared.ids import UserId

_HOUR: Final = timedelta(hours=1)
LINKS_PER_HOUR: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestEmailVerificationCommand:
    user_id: UserId


class RequestEmailVerification:
    """Request another verification link.

    No link is sent to a verified address, nor more than `LINKS_PER_HOUR`.
    """

    def __init__(self, *, begin: UnitOfWorkFactory, link_tokens: LinkTokens, clock: Clock) -> None:
        self._begin = begin
        self._link_tokens = link_tokens
        self._clock = clock

    def __call__(self, command: RequestEmailVerificationCommand) -> None:
        now = self._clock.now()
        with self._begin() as work:
            user = work.users.get(command.user_id)
            created = work.account_links.count_created(
                user.id, LinkPurpose.EMAIL_VERIFICATION, since=now - _HOUR
            )
            if user.is_email_verified or created >= LINKS_PER_HOUR:
                return
            add_verification_link(work, user, self._link_tokens, self._clock)
            work.commit()


def add_verification_link(
    work: UnitOfWork, user: User, link_tokens: LinkTokens, clock: Clock
) -> None:
    """Add a link for the user's email address; its event causes the email."""
    [link_id] = work.ids.take()
    token_hash = link_tokens.hash(link_tokens.token_for(link_id))
    work.account_links.add(
        AccountLink.request_verification(user, id=link_id, token_hash=token_hash, at=clock.now())
    )


class SendVerificationLink:
    """Handle `EmailVerificationRequested`. Handling the event again sends the same email.

    The email has no text that the user wrote: anyone can register another person's address.
    Raises the mailer's errors, which cause a retry.
    """

    def __init__(
        self,
        *,
        begin: UnitOfWorkFactory,
        clock: Clock,
        link_tokens: LinkTokens,
        renderer: EmailRenderer,
        mailer: Mailer,
        urls: AccountUrls,
    ) -> None:
        self._begin = begin
        self._clock = clock
        self._link_tokens = link_tokens
        self._renderer = renderer
        self._mailer = mailer
        self._urls = urls

    def __call__(self, event: EmailVerificationRequested) -> None:
        with self._begin() as work:
            user = work.users.get(UserId(event.user_id))
            link = work.account_links.get(event.link_id)
        if link is None or not link.is_valid(user, at=self._clock.now()) or user.is_email_verified:
            return
        token = self._link_tokens.token_for(link.id)
        email = self._renderer.render(
            "email_verification",
            {
                "link": self._urls.verify_email(token),
                "days": VERIFICATION_LIFETIME.days,
            },
        )
        self._mailer.send(
            Mail.of(email, to=user.email.text, message_id=f"email-verification-{link.id}")
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyEmailCommand:
    token: str


class VerifyEmail:
    """Verify the address that a link was sent to. Raises `InvalidLink`.

    Opening the link again succeeds while the address is verified.
    """

    def __init__(self, *, begin: UnitOfWorkFactory, link_tokens: LinkTokens, clock: Clock) -> None:
        self._begin = begin
        self._link_tokens = link_tokens
        self._clock = clock

    def __call__(self, command: VerifyEmailCommand) -> None:
        now = self._clock.now()
        token_hash = self._link_tokens.hash(command.token)
        with self._begin() as work:
            link = work.account_links.get_by_token_hash(token_hash, LinkPurpose.EMAIL_VERIFICATION)
            if link is None:
                raise InvalidLink
            user = work.users.get(link.user_id)
            if user.is_email_verified and user.is_active:
                return
            link.use(user, at=now)
            user.verify_email(at=now)
            work.account_links.save(link)
            work.users.save(user)
            work.commit()
