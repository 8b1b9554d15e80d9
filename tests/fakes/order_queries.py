"""Fake order queries."""

from novacart.application.ordering.queries import (
    OrderPage,
    OrderView,
    line_search_text,
    order_view,
)
from novacart.application.search_terms import search_terms
from novacart.domain.ordering.order import Order
from novacart.domain.shared.ids import OrderId, UserId
from tests.fakes.catalog_queries import image_sizes
from tests.fakes.store import FakeStore


class FakeOrderQueries:
    def __init__(self, store: FakeStore) -> None:
        self._store = store

    def history(
        self, user_id: UserId, *, page: int, page_size: int, search: str | None = None
    ) -> OrderPage:
        views = self._of(user_id)
        if search and search.strip():
            views = [view for view in views if _matches(view, search)]
        start = (page - 1) * page_size
        return OrderPage(count=len(views), orders=views[start : start + page_size])

    def latest(self, user_id: UserId) -> OrderView | None:
        return next(iter(self._of(user_id)), None)

    def order_of(self, user_id: UserId, order_id: OrderId) -> OrderView | None:
        return next((view for view in self._of(user_id) if view.id == order_id), None)

    def linked_order(self, order_id: OrderId, *, generation: int) -> OrderView | None:
        with self._store.lock:
            order = self._store.orders.get(order_id)
        linked = order is not None and order.link_generation == generation
        return self._view(order) if order is not None and linked else None

    def _of(self, user_id: UserId) -> list[OrderView]:
        with self._store.lock:
            own = [order for order in self._store.orders.read_all() if order.user_id == user_id]
        own.sort(key=lambda order: (order.placed_at, order.id), reverse=True)
        return [self._view(order) for order in own]

    def _view(self, order: Order) -> OrderView:
        view = order_view(order)
        lines = (
            line._replace(image_sizes=image_sizes(self._store, line.product_id, line.image))
            for line in view.lines
        )
        return view._replace(lines=tuple(lines))


def _matches(order: OrderView, search: str) -> bool:
    terms = search_terms(search)
    texts = [line_search_text(line.title, line.subtitle) for line in order.lines]
    has_line = bool(terms) and any(
        all(any(each in text for each in term) for term in terms) for text in texts
    )
    return has_line or order.number == search.strip().upper()
