"""Repository of links that are mailed to users."""

from datetime import datetime
from typing import Protocol

from novacart.domain.accounts.account_link import AccountLink, LinkPurpose
from novacart.domain.shared.ids import UserId


class AccountLinks(Protocol):
    def get(self, link_id: int) -> AccountLink | None:
        """Not locked; `save` detects a concurrent change."""
        ...

    def get_by_token_hash(self, token_hash: str, purpose: LinkPurpose) -> AccountLink | None:
        """The link of a token, locked together with its user."""
        ...

    def count_created(self, user_id: UserId, purpose: LinkPurpose, *, since: datetime) -> int:
        """How many links of this purpose the user got since a time."""
        ...

    def add(self, link: AccountLink) -> None: ...

    def save(self, link: AccountLink) -> None:
        """Raises `ConcurrentChange`."""
        ...

    def delete_expired(self, *, before: datetime) -> int:
        """Delete links that expired before a time, and return how many."""
        ...
