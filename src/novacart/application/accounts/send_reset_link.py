"""Mail the link that was asked for."""

from datetime import timedelta

from novacart.application.accounts.policy import ResetPolicy
from novacart.application.ports.clock import Clock
from novacart.application.ports.email_renderer import EmailRenderer
from novacart.application.ports.mailer import Mail, Mailer
from novacart.application.ports.reset_tokens import ResetTokens
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.accounts.errors import ResetTokenNotAccepted
from novacart.domain.accounts.events import PasswordResetRequested
from novacart.domain.accounts.user import User

_HOUR = timedelta(hours=1)


class SendResetLink:
    """Reacts to `PasswordResetRequested`: the owner of the address gets a link, others nothing.

    Repeated, it sends the same mail with the same Message-ID, good for its time from then on.
    Raises what the mailer raises, to be tried again.
    """

    def __init__(
        self,
        *,
        begin: UnitOfWorkFactory,
        clock: Clock,
        reset_tokens: ResetTokens,
        letters: EmailRenderer,
        mailer: Mailer,
        policy: ResetPolicy,
    ) -> None:
        self._begin = begin
        self._clock = clock
        self._reset_tokens = reset_tokens
        self._letters = letters
        self._mailer = mailer
        self._policy = policy

    def __call__(self, event: PasswordResetRequested) -> None:
        token = self._reset_tokens.token_for(event.reset_id)
        user = self._issue(event.reset_id, token)
        if user is None:
            return
        link = f"{self._policy.frontend_url.rstrip('/')}/reset-password/{user.id}/{token}"
        letter = self._letters.render(
            "password_reset",
            # Never a text that its owner is free to write: an address may be registered by
            # somebody whose own message would go out under the shop's name.
            {
                "username": user.username.text,
                "link": link,
                "minutes": int(self._policy.lifetime.total_seconds() // 60),
            },
        )
        self._mailer.send(
            Mail(
                message_id=f"password-reset-{event.reset_id}",
                to=user.email.text,
                subject=letter.subject,
                text=letter.text,
                html=letter.html,
            )
        )

    def _issue(self, reset_id: int, token: str) -> User | None:
        now = self._clock.now()
        with self._begin() as work:
            reset = work.password_resets.get(reset_id)
            if reset is None:
                return None
            user = work.users.by_email(reset.email_key)
            if user is None or not user.is_active:
                return None
            sent = work.password_resets.issued_since(reset.email_key, since=now - _HOUR)
            if reset.token_hash is None and sent >= self._policy.links_per_hour:
                return None
            try:
                reset.issue(
                    user_id=user.id,
                    token_hash=self._reset_tokens.hash(token),
                    password_generation=user.password_generation,
                    at=now,
                    lifetime=self._policy.lifetime,
                )
            except ResetTokenNotAccepted:
                return None
            work.password_resets.save(reset)
            work.commit()
        return user
