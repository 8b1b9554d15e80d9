"""Send a password reset link by email."""

from datetime import timedelta
from typing import Final

from novacart.application.accounts.account_urls import AccountUrls
from novacart.application.ports.clock import Clock
from novacart.application.ports.email_renderer import EmailRenderer
from novacart.application.ports.link_tokens import LinkTokens
from novacart.application.ports.mailer import Mail, Mailer
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.accounts.errors import InvalidResetToken
from novacart.domain.accounts.events import PasswordResetRequested
from novacart.domain.accounts.password_reset import RESET_LIFETIME
from novacart.domain.accounts.user import User
from novacart.domain.shared.personal_text import strip_links

_HOUR: Final = timedelta(hours=1)
LINKS_PER_HOUR: Final = 5


class SendResetLink:
    """Handle `PasswordResetRequested`: send a link if an active user has the email address.

    One address gets at most `LINKS_PER_HOUR`.

    Handling the event again sends the same email with the same Message-ID and extends the
    link's lifetime. Raises the mailer's errors, which cause a retry.
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

    def __call__(self, event: PasswordResetRequested) -> None:
        token = self._link_tokens.token_for(event.reset_id)
        user = self._issue(event.reset_id, token)
        if user is None:
            return
        email = self._renderer.render(
            "password_reset",
            # No text that the user wrote unless the address is verified: anyone can register
            # another person's address, and could send spam to it in the shop's name.
            {
                "username": strip_links(user.username.text) if user.is_email_verified else "",
                "link": self._urls.reset_password(user.id, token),
                "minutes": RESET_LIFETIME // timedelta(minutes=1),
            },
        )
        self._mailer.send(
            Mail.of(email, to=user.email.text, message_id=f"password-reset-{event.reset_id}")
        )

    def _issue(self, reset_id: int, token: str) -> User | None:
        """Issue the token to the user with the email address; None if no link is to be sent."""
        now = self._clock.now()
        with self._begin() as work:
            reset = work.password_resets.get(reset_id)
            if reset is None:
                return None
            user = work.users.get_by_email(reset.email_key)
            if user is None or not user.is_active:
                return None
            issued = work.password_resets.count_issued(reset.email_key, since=now - _HOUR)
            if reset.token_hash is None and issued >= LINKS_PER_HOUR:
                return None
            try:
                reset.issue(
                    user_id=user.id,
                    token_hash=self._link_tokens.hash(token),
                    password_generation=user.password_generation,
                    at=now,
                )
            except InvalidResetToken:
                return None
            work.password_resets.save(reset)
            work.commit()
        return user
