"""What every place for stock promises."""

from collections.abc import Callable

import pytest

from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.catalog.errors import (
    OutOfStock,
    ProductNotFound,
    StockAlreadyMoved,
    StockIsReserved,
)
from novacart.domain.catalog.stock import MAX_ON_HAND, StockClaim
from novacart.domain.shared.errors import InvalidValue
from novacart.domain.shared.ids import ProductId
from tests.support.builders.catalog import NOON, a_claim, a_product, stocked

LAMP, BOOK, NONE = ProductId(41), ProductId(42), ProductId(43)

Ledger = Callable[[ProductId], list[tuple[str, int, int]]]
Counts = Callable[[ProductId], list[tuple[int, int, str]]]


def level(begin: UnitOfWorkFactory, product_id: ProductId = LAMP) -> tuple[int, int]:
    """On hand and reserved."""
    with begin() as work:
        found = work.stock.levels([product_id])[product_id]
    return found.on_hand, found.reserved


def moved(begin: UnitOfWorkFactory, move: str, *claims: StockClaim) -> None:
    with begin() as work:
        getattr(work.stock, move)(claims, at=NOON)
        work.commit()


class StockContract:
    """Subclasses give `begin`, and two views of what became of a product.

    `ledger` is the kind and both deltas of its movements; `counts` delta, on hand and reason of
    each `stock.adjusted` that was committed.
    """

    @pytest.fixture(autouse=True)
    def _shelf(self, begin: UnitOfWorkFactory) -> None:
        stocked(begin, a_product(41), 5)
        stocked(begin, a_product(42), 1)

    def test_what_is_reserved_is_no_longer_available(self, begin: UnitOfWorkFactory) -> None:
        moved(begin, "reserve", a_claim(42, 1, "b"), a_claim(41, 5, "a"))
        assert level(begin) == (5, 5)
        assert level(begin, BOOK) == (1, 1)

    def test_two_claims_on_one_product_add_up(self, begin: UnitOfWorkFactory) -> None:
        with pytest.raises(OutOfStock):
            moved(begin, "reserve", a_claim(41, 3, "a"), a_claim(41, 3, "b"))
        moved(begin, "reserve", a_claim(41, 3, "a"), a_claim(41, 2, "b"))
        assert level(begin) == (5, 5)

    def test_every_line_that_can_not_be_had_is_named(self, begin: UnitOfWorkFactory) -> None:
        with begin() as work:
            with pytest.raises(OutOfStock) as refusal:
                work.stock.reserve(
                    [a_claim(43, 1, "c"), a_claim(42, 2, "b"), a_claim(41, 2, "a")], at=NOON
                )
            assert refusal.value.details == {
                "lines": [
                    {"product": 42, "requested": 2, "available": 1},
                    {"product": 43, "requested": 1, "available": 0},
                ]
            }
            # Even whoever commits all the same has reserved nothing.
            work.commit()
        assert level(begin) == (5, 0)
        assert level(begin, BOOK) == (1, 0)

    def test_a_released_reservation_is_available_again(self, begin: UnitOfWorkFactory) -> None:
        moved(begin, "reserve", a_claim(41, 5, "line:1:reserve"))
        moved(begin, "release", a_claim(41, 5, "line:1:release"))
        assert level(begin) == (5, 0)

    def test_a_sold_reservation_leaves_the_house(self, begin: UnitOfWorkFactory) -> None:
        moved(begin, "reserve", a_claim(41, 2, "line:1:reserve"))
        moved(begin, "sell", a_claim(41, 2, "line:1:sell"))
        assert level(begin) == (3, 0)

    def test_what_comes_back_can_be_sold_again(self, begin: UnitOfWorkFactory) -> None:
        moved(begin, "reserve", a_claim(41, 2, "line:1:reserve"))
        moved(begin, "sell", a_claim(41, 2, "line:1:sell"))
        moved(begin, "take_back", a_claim(41, 1, "refund:1:take_back"))
        assert level(begin) == (4, 0)

    @pytest.mark.parametrize("move", ["reserve", "release", "sell", "take_back"])
    def test_each_reference_moves_stock_once(self, begin: UnitOfWorkFactory, move: str) -> None:
        moved(begin, "reserve", a_claim(41, 3, "first"))
        moved(begin, move, a_claim(41, 1, "again"))
        before = level(begin)
        with pytest.raises(StockAlreadyMoved):
            moved(begin, move, a_claim(41, 1, "again"))
        assert level(begin) == before

    def test_what_was_released_whole_can_not_be_released_again(
        self, begin: UnitOfWorkFactory
    ) -> None:
        moved(begin, "reserve", a_claim(41, 4, "line:1:reserve"))
        moved(begin, "release", a_claim(41, 4, "line:1:release"))
        with pytest.raises(StockAlreadyMoved):
            moved(begin, "release", a_claim(41, 4, "line:1:release"))

    def test_nothing_asked_is_nothing_done(self, begin: UnitOfWorkFactory, ledger: Ledger) -> None:
        for move in ("reserve", "release", "sell", "take_back"):
            moved(begin, move)
        with begin() as work:
            work.stock.open({}, reason="Delivery", at=NOON)
            assert work.stock.adjust(LAMP, 0, reason="Count", at=NOON).on_hand == 5
        assert ledger(LAMP) == [("adjust", 5, 0)]

    def test_staff_count_more_and_fewer(self, begin: UnitOfWorkFactory, ledger: Ledger) -> None:
        with begin() as work:
            assert work.stock.adjust(LAMP, 3, reason="Delivery", at=NOON).available == 8
            assert work.stock.adjust(LAMP, -8, reason="Water damage", at=NOON).available == 0
            work.commit()
        assert ledger(LAMP) == [("adjust", 5, 0), ("adjust", 3, 0), ("adjust", -8, 0)]

    def test_every_count_is_told_once_and_only_when_it_is_committed(
        self, begin: UnitOfWorkFactory, counts: Counts
    ) -> None:
        assert counts(LAMP) == [(5, 5, "Delivery")]
        with begin() as work:
            work.stock.adjust(LAMP, 1, reason="Forgotten", at=NOON)
        with begin() as work:
            work.stock.adjust(LAMP, -2, reason=" Breakage ", at=NOON)
            work.stock.adjust(LAMP, 0, reason="Count", at=NOON)
            work.stock.set_available(LAMP, 9, reason="Count", at=NOON)
            work.commit()
        moved(begin, "reserve", a_claim(41, 4, "a"))
        assert counts(LAMP) == [(5, 5, "Delivery"), (-2, 3, "Breakage"), (6, 9, "Count")]

    def test_what_orders_have_reserved_can_not_be_written_off(
        self, begin: UnitOfWorkFactory
    ) -> None:
        moved(begin, "reserve", a_claim(41, 4, "a"))
        with begin() as work:
            with pytest.raises(StockIsReserved) as refusal:
                work.stock.adjust(LAMP, -2, reason="Breakage", at=NOON)
            assert refusal.value.details == {"on_hand": 5, "reserved": 4}
            work.commit()
        assert level(begin) == (5, 4)

    def test_what_can_be_ordered_is_set_whatever_is_reserved(
        self, begin: UnitOfWorkFactory, ledger: Ledger
    ) -> None:
        moved(begin, "reserve", a_claim(41, 4, "a"))
        with begin() as work:
            assert work.stock.set_available(LAMP, 9, reason="Count", at=NOON).available == 9
            assert work.stock.set_available(BOOK, 1, reason="Count", at=NOON).available == 1
            work.commit()
        assert level(begin) == (13, 4)
        assert ledger(LAMP)[-1] == ("adjust", 8, 0)
        assert ledger(BOOK) == [("adjust", 1, 0)]

    def test_a_ledger_says_why(self, begin: UnitOfWorkFactory) -> None:
        with begin() as work, pytest.raises(InvalidValue) as refusal:
            work.stock.adjust(LAMP, 1, reason="  ", at=NOON)
        assert refusal.value.field == "reason"

    def test_a_house_has_walls(self, begin: UnitOfWorkFactory) -> None:
        with begin() as work, pytest.raises(InvalidValue):
            work.stock.adjust(LAMP, MAX_ON_HAND, reason="Delivery", at=NOON)

    def test_stock_is_kept_of_products_only(self, begin: UnitOfWorkFactory) -> None:
        with begin() as work:
            with pytest.raises(ProductNotFound):
                work.stock.adjust(NONE, 1, reason="Delivery", at=NOON)
            with pytest.raises(ProductNotFound):
                work.stock.set_available(NONE, 1, reason="Delivery", at=NOON)
            assert work.stock.levels([NONE]) == {}

    def test_the_ledger_adds_up_to_the_level(
        self, begin: UnitOfWorkFactory, ledger: Ledger
    ) -> None:
        moved(begin, "reserve", a_claim(41, 3, "1:reserve"), a_claim(41, 1, "2:reserve"))
        moved(begin, "sell", a_claim(41, 3, "1:sell"))
        moved(begin, "release", a_claim(41, 1, "2:release"))
        moved(begin, "take_back", a_claim(41, 2, "1:take_back"))
        with begin() as work:
            work.stock.adjust(LAMP, 10, reason="Delivery", at=NOON)
            work.commit()
        entries = ledger(LAMP)
        assert (sum(e[1] for e in entries), sum(e[2] for e in entries)) == level(begin) == (14, 0)
