"""Repository of users."""

from collections.abc import Collection
from typing import Protocol

from novacart.domain.accounts.user import User
from novacart.domain.shared.ids import UserId


class Users(Protocol):
    """Users with a unique username and a unique email address, ignoring case.

    No two new usernames look alike. A user that is read is locked until the end of the transaction.
    """

    def get(self, user_id: UserId) -> User:
        """Raises `UserNotFound`."""
        ...

    def get_by_email(self, email_key: str) -> User | None: ...

    def get_by_username(self, username_key: str) -> User | None: ...

    def active_owners(self) -> Collection[UserId]:
        """The active owners, locked, so that two of them can't be disabled at once."""
        ...

    def add(self, user: User) -> None:
        """Raises `UsernameTaken`, `UsernameTooSimilar` or `EmailTaken`."""
        ...

    def save(self, user: User) -> None:
        """Raises `UsernameTaken`, `UsernameTooSimilar`, `EmailTaken` or `ConcurrentChange`."""
        ...
