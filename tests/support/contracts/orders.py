"""Contract of the orders repository and of the order queries."""

from dataclasses import replace
from datetime import timedelta

import pytest

from novacart.application.ordering.queries import OrderQueries, order_view
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.ordering.errors import OrderNotFound, OrderNumberTaken
from novacart.domain.ordering.lifecycle import PaymentMethod
from novacart.domain.ordering.line import OrderLine
from novacart.domain.ordering.order import Order
from novacart.domain.shared.errors import ConcurrentChange
from novacart.domain.shared.ids import OrderId, UserId
from novacart.domain.shared.money import Money
from tests.support.builders.ordering import NOON, ShopFixture, an_order, an_order_line
from tests.support.contracts.galleries import FRONT
from tests.support.search_pairs import FOUND, NOT_FOUND, TITLES

LATER = NOON + timedelta(minutes=1, microseconds=7)


def all_fields(order: Order) -> dict[str, object]:
    """All fields of an order and its lines."""
    own = {
        name: getattr(order, name)
        for name in (
            "id number user_id email status payment_method payment_status address placed_at"
            " expires_at estimated_delivery paid_at shipped_at delivered_at returned_at carrier"
            " tracking_number link_generation history version total"
        ).split()
    }
    lines = [{name: getattr(line, name) for name in OrderLine.__slots__} for line in order.lines]
    return own | {"lines": lines}


class OrdersContract:
    """Subclasses define the fixtures `begin` and `queries`."""

    @pytest.fixture
    def shop(self, begin: UnitOfWorkFactory) -> ShopFixture:
        return ShopFixture(begin, prices=(100, 50))

    @pytest.fixture
    def orders(self, shop: ShopFixture) -> "Orders":
        return Orders(shop)

    def test_new_order_is_restored(self, orders: "Orders") -> None:
        for method in PaymentMethod:
            order = orders.add(method=method)
            assert order.version == 1
            assert all_fields(orders.get(order.id)) == all_fields(order)

    def test_order_with_every_field_set_is_restored(self, orders: "Orders") -> None:
        order = orders.add()
        with orders.begin() as work:
            stored = work.orders.get(order.id)
            stored.pay(at=LATER, actor="stripe")
            stored.start_processing(at=LATER, actor="staff:1")
            work.orders.save(stored)
            first, second = stored.lines
            back = [first.refund_of(1), second.refund_of_amount(Money(7, "INR"))]
            stored.request_refund(back, reason="Ärger", at=LATER, actor="staff:1")
            stored.settle_refund(back, reason="Ärger", at=LATER, actor="stripe")
            stored.ship(carrier="Post", tracking_number="P1", at=LATER, actor="staff:1")
            stored.deliver(at=LATER, actor="staff:1")
            settled = [first.refund_of(1)]
            stored.request_refund(settled, reason="broken", at=LATER, actor="staff:1")
            stored.settle_refund(settled, reason="broken", at=LATER, actor="stripe")
            stored.receive_returned([], reason="back", at=LATER)
            waiting = [first.refund_of(1)]
            stored.request_refund(waiting, reason="late", at=LATER, actor="staff:1")
            work.orders.save(stored)
            work.commit()
        again = orders.get(order.id)
        assert all_fields(again) == all_fields(stored)
        assert again.version == 3
        assert again.line(first.id).refund_requested_quantity == 1

    def test_cancelled_order_is_restored(self, orders: "Orders") -> None:
        order = orders.add(method=PaymentMethod.COD)
        with orders.begin() as work:
            stored = work.orders.get(order.id)
            stored.cancel_line(stored.lines[0].id, reason="one", at=LATER, actor="user:3")
            work.orders.save(stored)
            work.commit()
        with orders.begin() as work:
            stored = work.orders.get(order.id)
            stored.cancel(reason="all", at=LATER, actor="user:3")
            work.orders.save(stored)
            work.commit()
        assert all_fields(orders.get(order.id)) == all_fields(stored)

    def test_cancellations_of_an_actor_add_up(self, orders: "Orders") -> None:
        for actor, minutes in (("staff:1", -1), ("staff:1", 0), ("staff:1", 5), ("staff:2", 5)):
            order = orders.add(method=PaymentMethod.COD)
            with orders.begin() as work:
                stored = work.orders.get(order.id)
                stored.cancel(reason="no", at=NOON + timedelta(minutes=minutes), actor=actor)
                work.orders.save(stored)
                work.commit()
        with orders.begin() as work:
            assert work.orders.cancelled_by("staff:1", since=NOON) == 2 * 40_000
            assert work.orders.cancelled_by("staff:3", since=NOON) == 0

    def test_returned_order_is_restored(self, orders: "Orders") -> None:
        order = orders.add(method=PaymentMethod.COD)
        with orders.begin() as work:
            stored = work.orders.get(order.id)
            stored.start_processing(at=LATER, actor="staff:1")
            stored.ship(carrier="Post", tracking_number="P1", at=LATER, actor="staff:1")
            stored.return_undelivered(reason="refused", at=LATER, actor="staff:1")
            work.orders.save(stored)
            work.commit()
        again = orders.get(order.id)
        assert all_fields(again) == all_fields(stored)
        assert again.returned_at == LATER
        assert [line.returned_quantity for line in again.lines] == [3, 1]

    def test_order_of_guest_is_restored_and_found_by_number(self, orders: "Orders") -> None:
        order = orders.add(by_guest=True)
        with orders.begin() as work:
            stored = work.orders.by_number(order.number)
            assert stored is not None
            assert all_fields(stored) == all_fields(order)
            stored.revoke_links(at=LATER)
            work.orders.save(stored)
            work.commit()
        assert orders.get(order.id).link_generation == 2
        with orders.begin() as work:
            assert work.orders.by_number("NC-20261102-2222222") is None

    def test_linked_order_is_found_by_current_generation(
        self, orders: "Orders", queries: OrderQueries
    ) -> None:
        guest_order, user_order = orders.add(by_guest=True), orders.add()
        linked = queries.linked_order(guest_order.id, generation=1)
        assert linked == order_view(orders.get(guest_order.id))
        assert queries.linked_order(guest_order.id, generation=2) is None
        assert queries.linked_order(user_order.id, generation=1) is None

    def test_transferred_order_is_restored(self, orders: "Orders", shop: ShopFixture) -> None:
        order = orders.add(by_guest=True)
        other = shop.another_customer()
        with orders.begin() as work:
            stored = work.orders.get(order.id)
            stored.transfer(other, at=LATER)
            work.orders.save(stored)
            work.commit()
        again = orders.get(order.id)
        assert (again.user_id, again.link_generation) == (other, None)

    def test_unpaid_orders_of_users_by_rising_id(self, orders: "Orders", shop: ShopFixture) -> None:
        unpaid = [orders.add().id for _ in range(2)]
        orders.add(method=PaymentMethod.COD)
        paid = orders.add().id
        other = shop.another_customer()
        with orders.begin() as work:
            stored = work.orders.get(paid)
            stored.pay(at=LATER, actor="stripe")
            work.orders.save(stored)
            work.commit()
        with orders.begin() as work:
            pending = work.orders.pending_of([other, shop.customer])
            assert [order.id for order in pending] == unpaid
            assert work.orders.pending_of([other]) == []

    def test_save_of_stale_order_raises(self, orders: "Orders") -> None:
        order = orders.add()
        stale = orders.get(order.id)
        with orders.begin() as work:
            stored = work.orders.get(order.id)
            stored.pay(at=LATER, actor="stripe")
            work.orders.save(stored)
            work.commit()
        stale.cancel(reason="no", at=LATER, actor="user:3")
        with orders.begin() as work:
            work.orders.get(order.id)
            with pytest.raises(ConcurrentChange):
                work.orders.save(stale)
        assert orders.get(order.id).paid_at == LATER

    def test_taken_number_raises(self, orders: "Orders") -> None:
        number = orders.add().number
        with pytest.raises(OrderNumberTaken):
            orders.add(number=number)

    def test_unknown_order_and_other_users_order_are_not_found(
        self, orders: "Orders", shop: ShopFixture
    ) -> None:
        order = orders.add()
        with shop.begin() as work:
            assert work.orders.of_user(order.id, shop.customer).id == order.id
            with pytest.raises(OrderNotFound):
                work.orders.of_user(order.id, UserId(shop.customer + 1))
            with pytest.raises(OrderNotFound):
                work.orders.get(OrderId(10**9))

    def test_expired_lists_unpaid_orders_oldest_first(
        self, orders: "Orders", shop: ShopFixture
    ) -> None:
        second = orders.add(ttl=timedelta(minutes=20))
        first = orders.add(ttl=timedelta(minutes=10))
        orders.add(ttl=timedelta(minutes=40))
        orders.add(method=PaymentMethod.COD)
        paid = orders.add(ttl=timedelta(minutes=5))
        with shop.begin() as work:
            stored = work.orders.get(paid.id)
            stored.pay(at=NOON, actor="stripe")
            work.orders.save(stored)
            work.commit()
        with shop.begin() as work:
            at = NOON + timedelta(minutes=20)
            assert list(work.orders.expired(at, limit=9)) == [first.id, second.id]
            assert list(work.orders.expired(at, limit=1)) == [first.id]
            assert list(work.orders.expired(at - timedelta(microseconds=1), limit=9)) == [first.id]

    def test_query_returns_view_of_aggregate(
        self, orders: "Orders", shop: ShopFixture, queries: OrderQueries
    ) -> None:
        order = orders.add(method=PaymentMethod.COD)
        with shop.begin() as work:
            stored = work.orders.get(order.id)
            stored.cancel_line(stored.lines[0].id, reason="one", at=LATER, actor="user:3")
            work.orders.save(stored)
            work.commit()
        assert queries.order_of(shop.customer, order.id) == order_view(stored)
        assert queries.latest(shop.customer) == order_view(stored)
        assert queries.order_of(shop.another_customer(), order.id) is None
        assert queries.latest(shop.another_customer()) is None

    def test_query_returns_the_sizes_of_the_image(
        self, orders: "Orders", shop: ShopFixture, queries: OrderQueries
    ) -> None:
        order = orders.add()
        with shop.begin() as work:
            gallery = work.galleries.get(shop.products[0])
            [picture] = gallery.pictures
            gallery.remove(picture.id, at=NOON)
            gallery.add(replace(FRONT, image=picture.image), at=NOON)
            work.galleries.save(gallery)
            work.commit()
        latest = queries.latest(shop.customer)
        assert latest == queries.order_of(shop.customer, order.id)
        assert latest is not None
        smaller = ((each.image, each.width) for each in FRONT.smaller)
        sizes = (*smaller, (picture.image, FRONT.width))
        assert [line.image_sizes for line in latest.lines] == [sizes, ()]

    def test_history_is_paged_newest_first(
        self, orders: "Orders", shop: ShopFixture, queries: OrderQueries
    ) -> None:
        placed = [orders.add(minute=minute) for minute in (3, 1, 2, 1)]
        newest_first = [placed[0], placed[2], placed[3], placed[1]]
        first = queries.history(shop.customer, page=1, page_size=3)
        second = queries.history(shop.customer, page=2, page_size=3)
        assert [view.id for view in first.orders] == [order.id for order in newest_first[:3]]
        assert list(second.orders) == [order_view(newest_first[3])]
        assert first.count == second.count == 4
        beyond = queries.history(shop.customer, page=9, page_size=3)
        assert (beyond.count, list(beyond.orders)) == (4, [])
        empty = queries.history(shop.another_customer(), page=1, page_size=3)
        assert (empty.count, list(empty.orders)) == (0, [])

    @pytest.mark.parametrize(
        ("search", "count"),
        [
            ("KETTLE", 1),
            ("étagère", 1),
            ("ÉTAG", 1),
            ("as it was", 2),
            ("100%", 1),
            ("%", 0),
            ("  ", 2),
            ("etage", 1),
            ("kettle  copper ", 1),
            ("ettl", 1),
            ("_", 0),
            ("\\", 0),
            ("nothing like it", 0),
        ],
    )
    def test_history_search_matches_title_and_subtitle(
        self, orders: "Orders", shop: ShopFixture, queries: OrderQueries, search: str, count: int
    ) -> None:
        orders.add(title="Copper kettle 100%")
        orders.add(title="Étagère")
        page = queries.history(shop.customer, page=1, page_size=5, search=search)
        assert (page.count, len(page.orders)) == (count, count)
        assert all(len(order.lines) == 2 for order in page.orders)

    def test_history_search_finds_an_order_by_its_whole_number(
        self, orders: "Orders", shop: ShopFixture, queries: OrderQueries
    ) -> None:
        order, _ = orders.add(), orders.add()
        for search, expected in (
            (order.number, [order.id]),
            (f" {order.number.lower()} ", [order.id]),
            (order.number[:-1], []),
        ):
            page = queries.history(shop.customer, page=1, page_size=5, search=search)
            assert [view.id for view in page.orders] == expected
        assert (
            queries.history(shop.another_customer(), page=1, page_size=5, search=order.number).count
            == 0
        )

    def test_history_search_folds_and_splits_like_the_catalog(
        self, orders: "Orders", shop: ShopFixture, queries: OrderQueries
    ) -> None:
        placed = {title: orders.add(title=title).id for title in TITLES}

        def is_found(query: str, title: str) -> bool:
            page = queries.history(shop.customer, page=1, page_size=100, search=query)
            return placed[title] in {order.id for order in page.orders}

        assert [pair for pair in FOUND if not is_found(*pair)] == []
        assert [pair for pair in NOT_FOUND if is_found(*pair)] == []


class Orders:
    """Adds orders of one customer, each with two lines."""

    def __init__(self, shop: ShopFixture) -> None:
        self.shop = shop
        self.begin = shop.begin
        self._placed = 0

    def add(
        self,
        *,
        method: PaymentMethod = PaymentMethod.ONLINE,
        minute: int = 0,
        ttl: timedelta = timedelta(minutes=30),
        number: str | None = None,
        title: str = "A thing",
        by_guest: bool = False,
    ) -> Order:
        self._placed += 1
        with self.begin() as work:
            order_id, first, second = work.ids.take(3)
            lines = [
                an_order_line(first, product=self.shop.products[0], quantity=3),
                an_order_line(second, product=self.shop.products[1]),
            ]
            lines[0].title = title
            order = an_order(
                *lines,
                id=order_id,
                user=self.shop.customer,
                method=method,
                number=number or f"NC-20261102-{self._placed + 222221}",
                placed_at=NOON + timedelta(minutes=minute),
                ttl=ttl,
                by_guest=by_guest,
            )
            work.orders.add(order)
            work.commit()
        return order

    def get(self, order_id: OrderId) -> Order:
        with self.begin() as work:
            return work.orders.get(order_id)
