"""Contract of the `Stock` port."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.catalog.errors import (
    OutOfStock,
    StockAlreadyMoved,
    StockIsReserved,
    VariantNotFound,
)
from novacart.domain.catalog.stock import MAX_ON_HAND, OrderStock, StockClaim
from novacart.domain.shared.errors import InvalidValue
from novacart.domain.shared.ids import OrderId, VariantId
from tests.support.builders.catalog import NOON, a_claim, a_product, add_product

LAMP, BOOK, UNKNOWN = VariantId(41), VariantId(42), VariantId(43)

Ledger = Callable[[VariantId], list[tuple[str, int, int]]]
Adjustments = Callable[[VariantId], list[tuple[int, int, str]]]


def level(begin: UnitOfWorkFactory, variant_id: VariantId = LAMP) -> tuple[int, int]:
    """On hand and reserved."""
    with begin() as work:
        stock_level = work.stock.levels([variant_id])[variant_id]
    return stock_level.on_hand, stock_level.reserved


def move_stock(begin: UnitOfWorkFactory, move: str, *claims: StockClaim) -> None:
    with begin() as work:
        getattr(work.stock, move)(claims, at=NOON)
        work.commit()


class StockContract:
    """Subclasses provide `begin`, `ledger` and `adjustments`.

    `ledger` returns the kind and both deltas of a variant's movements, `adjustments` the delta,
    units on hand and reason of its committed `StockAdjusted` events.
    """

    @pytest.fixture(autouse=True)
    def _products(self, begin: UnitOfWorkFactory) -> None:
        add_product(begin, a_product(41), 5)
        add_product(begin, a_product(42), 1)

    def test_reserve_makes_units_unavailable(self, begin: UnitOfWorkFactory) -> None:
        move_stock(begin, "reserve", a_claim(42, 1, "b"), a_claim(41, 5, "a"))
        assert level(begin) == (5, 5)
        assert level(begin, BOOK) == (1, 1)

    def test_claims_on_one_variant_are_added_up(self, begin: UnitOfWorkFactory) -> None:
        with pytest.raises(OutOfStock):
            move_stock(begin, "reserve", a_claim(41, 3, "a"), a_claim(41, 3, "b"))
        move_stock(begin, "reserve", a_claim(41, 3, "a"), a_claim(41, 2, "b"))
        assert level(begin) == (5, 5)

    def test_out_of_stock_names_every_variant_and_reserves_nothing(
        self, begin: UnitOfWorkFactory
    ) -> None:
        with begin() as work:
            with pytest.raises(OutOfStock) as raised:
                work.stock.reserve(
                    [a_claim(43, 1, "c", product=7), a_claim(42, 2, "b"), a_claim(41, 2, "a")],
                    at=NOON,
                )
            assert raised.value.details == {
                "lines": [
                    {"product": 42, "variant": 42, "requested": 2, "available": 1},
                    {"product": 7, "variant": 43, "requested": 1, "available": 0},
                ]
            }
            # A commit after the error reserves nothing either.
            work.commit()
        assert level(begin) == (5, 0)
        assert level(begin, BOOK) == (1, 0)

    def test_release_makes_units_available(self, begin: UnitOfWorkFactory) -> None:
        move_stock(begin, "reserve", a_claim(41, 5, "line:1:reserve"))
        move_stock(begin, "release", a_claim(41, 5, "line:1:release"))
        assert level(begin) == (5, 0)

    def test_sell_removes_reserved_units(self, begin: UnitOfWorkFactory) -> None:
        move_stock(begin, "reserve", a_claim(41, 2, "line:1:reserve"))
        move_stock(begin, "sell", a_claim(41, 2, "line:1:sell"))
        assert level(begin) == (3, 0)

    def test_take_back_adds_units(self, begin: UnitOfWorkFactory) -> None:
        move_stock(begin, "reserve", a_claim(41, 2, "line:1:reserve"))
        move_stock(begin, "sell", a_claim(41, 2, "line:1:sell"))
        move_stock(begin, "take_back", a_claim(41, 1, "refund:1:take_back"))
        assert level(begin) == (4, 0)

    @pytest.mark.parametrize("move", ["reserve", "release", "sell", "take_back"])
    def test_repeated_reference_raises(self, begin: UnitOfWorkFactory, move: str) -> None:
        move_stock(begin, "reserve", a_claim(41, 3, "first"))
        move_stock(begin, move, a_claim(41, 1, "again"))
        before = level(begin)
        with pytest.raises(StockAlreadyMoved):
            move_stock(begin, move, a_claim(41, 1, "again"))
        assert level(begin) == before

    def test_second_release_of_all_units_raises(self, begin: UnitOfWorkFactory) -> None:
        move_stock(begin, "reserve", a_claim(41, 4, "line:1:reserve"))
        move_stock(begin, "release", a_claim(41, 4, "line:1:release"))
        with pytest.raises(StockAlreadyMoved):
            move_stock(begin, "release", a_claim(41, 4, "line:1:release"))

    def test_empty_changes_write_no_movement(
        self, begin: UnitOfWorkFactory, ledger: Ledger
    ) -> None:
        for move in ("reserve", "release", "sell", "take_back"):
            move_stock(begin, move)
        with begin() as work:
            work.stock.open({}, reason="Delivery", at=NOON)
            assert work.stock.adjust(LAMP, 0, reason="Count", at=NOON).on_hand == 5
        assert ledger(LAMP) == [("adjust", 5, 0)]

    def test_adjust_adds_and_removes_units(self, begin: UnitOfWorkFactory, ledger: Ledger) -> None:
        with begin() as work:
            assert work.stock.adjust(LAMP, 3, reason="Delivery", at=NOON).available == 8
            assert work.stock.adjust(LAMP, -8, reason="Water damage", at=NOON).available == 0
            work.commit()
        assert ledger(LAMP) == [("adjust", 5, 0), ("adjust", 3, 0), ("adjust", -8, 0)]

    def test_committed_adjustments_are_recorded_as_events(
        self, begin: UnitOfWorkFactory, adjustments: Adjustments
    ) -> None:
        assert adjustments(LAMP) == [(5, 5, "Delivery")]
        with begin() as work:
            work.stock.adjust(LAMP, 1, reason="Forgotten", at=NOON)
        with begin() as work:
            work.stock.adjust(LAMP, -2, reason=" Breakage ", at=NOON)
            work.stock.adjust(LAMP, 0, reason="Count", at=NOON)
            work.stock.set_available(LAMP, 9, reason="Count", at=NOON)
            work.commit()
        move_stock(begin, "reserve", a_claim(41, 4, "a"))
        assert adjustments(LAMP) == [(5, 5, "Delivery"), (-2, 3, "Breakage"), (6, 9, "Count")]

    def test_adjust_below_reserved_raises(self, begin: UnitOfWorkFactory) -> None:
        move_stock(begin, "reserve", a_claim(41, 4, "a"))
        with begin() as work:
            with pytest.raises(StockIsReserved) as raised:
                work.stock.adjust(LAMP, -2, reason="Breakage", at=NOON)
            assert raised.value.details == {"on_hand": 5, "reserved": 4}
            work.commit()
        assert level(begin) == (5, 4)

    def test_adjustments_count_up_the_version_and_orders_do_not(
        self, begin: UnitOfWorkFactory
    ) -> None:
        with begin() as work:
            product = a_product(44)
            variant_id = product.default_variant_id
            work.products.add(product)
            work.stock.open(
                {variant_id: 5},
                reason="Import",
                at=NOON,
                versions={variant_id: 3},
            )
            work.commit()
        with begin() as work:
            assert work.stock.adjust(variant_id, 2, reason="Delivery", at=NOON).version == 4
            assert work.stock.adjust(variant_id, 0, reason="Count", at=NOON).version == 4
            assert work.stock.set_available(variant_id, 1, reason="Count", at=NOON).version == 5
            work.commit()
        move_stock(begin, "reserve", a_claim(44, 1, "c"))
        with begin() as work:
            assert work.stock.levels([LAMP, variant_id])[variant_id].version == 5
            assert work.stock.levels([LAMP])[LAMP].version == 0

    def test_set_available_leaves_reserved_units_out(
        self, begin: UnitOfWorkFactory, ledger: Ledger
    ) -> None:
        move_stock(begin, "reserve", a_claim(41, 4, "a"))
        with begin() as work:
            assert work.stock.set_available(LAMP, 9, reason="Count", at=NOON).available == 9
            assert work.stock.set_available(BOOK, 1, reason="Count", at=NOON).available == 1
            changed = work.stock.set_available(LAMP, 3, read=5, reason="Count", at=NOON)
            assert changed.available == 7
            work.commit()
        assert level(begin) == (11, 4)
        assert ledger(LAMP)[-2:] == [("adjust", 8, 0), ("adjust", -2, 0)]
        assert ledger(BOOK) == [("adjust", 1, 0)]

    def test_blank_reason_raises(self, begin: UnitOfWorkFactory) -> None:
        with begin() as work, pytest.raises(InvalidValue) as raised:
            work.stock.adjust(LAMP, 1, reason="  ", at=NOON)
        assert raised.value.field == "reason"

    def test_adjust_above_the_maximum_raises(self, begin: UnitOfWorkFactory) -> None:
        with begin() as work, pytest.raises(InvalidValue):
            work.stock.adjust(LAMP, MAX_ON_HAND, reason="Delivery", at=NOON)

    def test_unknown_variant_raises(self, begin: UnitOfWorkFactory) -> None:
        with begin() as work:
            with pytest.raises(VariantNotFound):
                work.stock.adjust(UNKNOWN, 1, reason="Delivery", at=NOON)
            with pytest.raises(VariantNotFound):
                work.stock.set_available(UNKNOWN, 1, reason="Delivery", at=NOON)
            assert work.stock.levels([UNKNOWN]) == {}

    def test_movements_of_an_order_are_added_up_by_variant(self, begin: UnitOfWorkFactory) -> None:
        def of_order(id: int, number: int, quantity: int, reference: str) -> StockClaim:
            return replace(a_claim(id, quantity, reference), order_id=OrderId(number))

        move_stock(begin, "reserve", of_order(41, 7, 4, "a"), of_order(42, 7, 1, "b"))
        move_stock(begin, "reserve", of_order(41, 8, 1, "c"))
        move_stock(begin, "release", of_order(41, 7, 1, "d"))
        move_stock(begin, "sell", of_order(41, 7, 2, "e"))
        move_stock(begin, "take_back", of_order(41, 7, 1, "f"))
        with begin() as work:
            assert work.stock.of_order(OrderId(7)) == {
                LAMP: OrderStock(reserved=1, sold=2),
                BOOK: OrderStock(reserved=1, sold=0),
            }
            assert work.stock.of_order(OrderId(9)) == {}

    def test_level_is_the_sum_of_the_ledger(self, begin: UnitOfWorkFactory, ledger: Ledger) -> None:
        move_stock(begin, "reserve", a_claim(41, 3, "1:reserve"), a_claim(41, 1, "2:reserve"))
        move_stock(begin, "sell", a_claim(41, 3, "1:sell"))
        move_stock(begin, "release", a_claim(41, 1, "2:release"))
        move_stock(begin, "take_back", a_claim(41, 2, "1:take_back"))
        with begin() as work:
            work.stock.adjust(LAMP, 10, reason="Delivery", at=NOON)
            work.commit()
        entries = ledger(LAMP)
        assert (sum(e[1] for e in entries), sum(e[2] for e in entries)) == level(begin) == (14, 0)
