"""Actions that need a recent authentication."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from novacart.application.authorization.actor import Actor
from novacart.domain.shared.errors import DomainError
from novacart.domain.shared.money import Money

MAX_AGE: Final = timedelta(minutes=15)


class ReauthenticationRequired(DomainError):
    """The actor last entered a password or code too long ago."""

    code = "reauthentication_required"

    def __init__(self) -> None:
        super().__init__("Confirm your identity: sign in again or enter your password.")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReauthenticationPolicy:
    """Staff confirm their identity within 15 minutes before sensitive actions.

    These are changes of roles, and refunds of more than `refund_limit`.
    """

    refund_limit: Money

    def ensure_recent(self, actor: Actor, *, at: datetime) -> None:
        """Raise `ReauthenticationRequired`, except for the system itself."""
        if actor.user_id is None:
            return
        if actor.authenticated_at is None or at - actor.authenticated_at > MAX_AGE:
            raise ReauthenticationRequired

    def ensure_recent_for_refund(self, actor: Actor, amount: Money, *, at: datetime) -> None:
        """Raise `ReauthenticationRequired` for amounts above the limit."""
        if amount > self.refund_limit:
            self.ensure_recent(actor, at=at)
