"""Guests: shoppers without an account."""

from datetime import datetime, timedelta
from typing import Final, Self

from novacart.domain.accounts.errors import InvalidToken
from novacart.domain.accounts.events import GuestMerged
from novacart.domain.shared.events import AggregateRoot
from novacart.domain.shared.ids import UserId

SESSION_LIFETIME: Final = timedelta(days=30)


class Guest(AggregateRoot):
    """A shopper without username, email address and password.

    Users and guests share their ids, so that carts, orders and idempotency keys belong to either.
    A session is valid until `expires_at`; renewing it extends it. `merged_into` is the user whose
    cart took over the guest's cart, which ends the session.
    """

    __slots__ = ("created_at", "expires_at", "id", "merged_into")

    def __init__(
        self,
        *,
        id: UserId,
        created_at: datetime,
        expires_at: datetime,
        merged_into: UserId | None = None,
        version: int = 0,
    ) -> None:
        super().__init__(version=version)
        self.id = id
        self.created_at = created_at
        self.expires_at = expires_at
        self.merged_into = merged_into

    @classmethod
    def start(cls, *, id: UserId, at: datetime) -> Self:
        """Start a guest's session."""
        return cls(id=id, created_at=at, expires_at=at + SESSION_LIFETIME)

    def is_active(self, *, at: datetime) -> bool:
        """Whether the session is valid at that time."""
        return self.merged_into is None and at < self.expires_at

    def renew(self, *, at: datetime) -> None:
        """Extend the session by its lifetime. Raises `InvalidToken` if it has ended."""
        self._ensure_active(at)
        self.expires_at = at + SESSION_LIFETIME

    def merge_into(self, user_id: UserId, *, at: datetime) -> bool:
        """End the session at sign-in; return False if it was merged into this user before.

        Raises `InvalidToken` if the session has ended or was merged into another user.
        """
        if self.merged_into == user_id:
            return False
        self._ensure_active(at)
        self.merged_into = user_id
        self._record(GuestMerged(guest_id=self.id, user_id=user_id, occurred_at=at))
        return True

    def _ensure_active(self, at: datetime) -> None:
        if not self.is_active(at=at):
            raise InvalidToken
