"""Repository of guests."""

from datetime import datetime
from typing import Protocol

from novacart.domain.accounts.guest import Guest
from novacart.domain.shared.ids import UserId


class Guests(Protocol):
    """Guests share their ids with users, and are locked as users are, all of them by rising id.

    `Users` does not return them.
    """

    def get(self, guest_id: UserId) -> Guest | None:
        """The guest, locked until the end of the transaction."""
        ...

    def add(self, guest: Guest) -> None: ...

    def save(self, guest: Guest) -> None:
        """Raises `ConcurrentChange`."""
        ...

    def delete_empty(self, *, before: datetime, limit: int) -> int:
        """Delete guests without orders whose session expired before a time, and return how many.

        Their carts, wishlists and idempotency keys are deleted too.
        """
        ...
