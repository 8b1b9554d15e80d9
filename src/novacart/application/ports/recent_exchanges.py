"""Refresh tokens that were exchanged moments ago."""

from typing import Protocol


class RecentExchanges(Protocol):
    """Ids of refresh tokens that were exchanged within the leeway, shared by all processes.

    It may have lost some, have some for too long, and be wrong: `TokenFamilies.add_successor`
    checks each exchange. Without its server it has none. Raises no error.
    """

    def add(self, token_id: str) -> None: ...

    def has(self, token_id: str) -> bool: ...
