"""Repository of the networks from which users have proved who they are."""

from datetime import datetime
from typing import Protocol

from novacart.domain.shared.ids import UserId


class KnownNetworks(Protocol):
    """A network is an IPv4 address or an IPv6 prefix, as `client_network` returns it."""

    def add(self, user_id: UserId, network: str, *, at: datetime) -> None:
        """Add the network, or update the time of a known one."""
        ...

    def forget(self, user_id: UserId) -> None:
        """Delete every network of the user."""
        ...

    def delete_unused(self, *, before: datetime) -> int:
        """Delete networks last used before a time, and return how many."""
        ...
