"""Where users are kept."""

from collections.abc import Collection
from typing import Protocol

from novacart.domain.accounts.user import User
from novacart.domain.shared.ids import UserId


class Users(Protocol):
    """A username and an e-mail address belong to one user, whatever their case."""

    def get(self, user_id: UserId) -> User:
        """Raises `UserNotFound`."""
        ...

    def by_email(self, email_key: str) -> User | None: ...

    def by_username(self, username_key: str) -> User | None: ...

    def active_owners(self) -> Collection[UserId]:
        """Locked too, so that two of them can't leave at once."""
        ...

    def add(self, user: User) -> None:
        """Raises `UsernameTaken` or `EmailTaken`."""
        ...

    def save(self, user: User) -> None:
        """Raises `UsernameTaken`, `EmailTaken` or `ConcurrentChange`."""
        ...
