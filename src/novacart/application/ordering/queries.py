"""A customer's orders."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from novacart.application.ordering.views import OrderView
from novacart.domain.shared.ids import OrderId, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderPage:
    """`count` is how many orders there are on all pages."""

    count: int
    orders: Sequence[OrderView]


class OrderQueries(Protocol):
    def history(
        self, user_id: UserId, *, page: int, page_size: int, search: str | None = None
    ) -> OrderPage:
        """Newest first; pages count from 1.

        `search` finds a part of a title or subtitle bought, in capitals or not.
        """
        ...

    def latest(self, user_id: UserId) -> OrderView | None:
        """The order placed last."""
        ...

    def order_of(self, user_id: UserId, order_id: OrderId) -> OrderView | None:
        """The user's own order of that id."""
        ...
