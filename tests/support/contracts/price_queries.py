"""Contract of the price history: `PriceQueries` shows what `Products` has saved."""

from datetime import datetime, timedelta

import pytest

from novacart.application.catalog.price_queries import PriceQueries
from novacart.application.catalog.queries import CatalogQueries
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.catalog.errors import VariantNotFound
from novacart.domain.catalog.product_details import PriceChange
from novacart.domain.shared.ids import OptionId, OptionValueId, ProductId, VariantId
from tests.support.builders.catalog import (
    NOON,
    a_product,
    a_variant,
    add_product,
    an_option,
    details,
    variant_details,
)

SHIRT, NONE = ProductId(41), ProductId(43)
SMALL, MEDIUM = VariantId(41), VariantId(51)
DAY = timedelta(days=1)


def set_price(
    begin: UnitOfWorkFactory,
    days: float,
    price: int,
    compare_at: int | None = None,
    *,
    variant_id: VariantId = MEDIUM,
) -> datetime:
    """Set the prices of a variant some days after noon."""
    at = NOON + days * DAY
    with begin() as work:
        shirt = work.products.get_for_update(SHIRT)
        new = variant_details(price=price, compare_at=compare_at)
        shirt.edit_variants({variant_id: new}, at=at)
        work.products.save(shirt)
        work.commit()
    return at


class PriceQueriesContract:
    """Subclasses provide `begin`, and `prices` and `queries` on the same data."""

    @pytest.fixture(autouse=True)
    def _shirt(self, begin: UnitOfWorkFactory) -> None:
        """A shirt in S and M, which cost 499.00 and 549.00 from noon."""
        shirt = a_product(SHIRT, details(title="Shirt"))
        shirt.add_option(an_option(100, "Size", "S", "M"), existing="S", at=NOON)
        values = {OptionId(100): OptionValueId(102)}
        shirt.add_variants([a_variant(MEDIUM, values, variant_details(price=54_900))], at=NOON)
        add_product(begin, shirt)

    def test_new_variants_have_a_first_price(self, prices: PriceQueries) -> None:
        [medium] = prices.history(MEDIUM, limit=9)
        entry = medium.entry
        assert (medium.variant_id, medium.options) == (MEDIUM, "Size: M")
        assert (entry.price.amount, entry.compare_at_price) == (54_900, None)
        assert (entry.valid_from, entry.changed_by) == (NOON, "system")
        [small] = prices.history(SMALL, limit=9)
        assert (small.entry.price.amount, small.entry.valid_from) == (49_900, NOON)

    def test_later_variant_has_a_first_price(
        self, begin: UnitOfWorkFactory, prices: PriceQueries
    ) -> None:
        with begin() as work:
            shirt = work.products.get_for_update(SHIRT)
            shirt.put_option_value(OptionId(100), an_option(102, "x", "L").values[0], at=NOON)
            large = a_variant(52, {OptionId(100): OptionValueId(103)}, variant_details(price=600))
            shirt.add_variants([large], at=NOON + DAY)
            work.products.save(shirt)
            work.stock.open({large.id: 0}, reason="New", at=NOON)
            work.commit()
        [entry] = prices.history(large.id, limit=9)
        assert (entry.entry.price.amount, entry.entry.valid_from) == (600, NOON + DAY)

    def test_each_change_of_a_price_is_an_entry(
        self, begin: UnitOfWorkFactory, prices: PriceQueries
    ) -> None:
        at = set_price(begin, 1, 50_000, 54_900)
        set_price(begin, 2, 50_000, 60_000)
        set_price(begin, 3, 50_000)
        entries = [each.entry for each in prices.history(MEDIUM, limit=9)]
        assert [
            (each.price.amount, each.compare_at_price and each.compare_at_price.amount)
            for each in entries
        ] == [(50_000, None), (50_000, 60_000), (50_000, 54_900), (54_900, None)]
        assert entries[2].valid_from == at
        assert len(prices.history(SMALL, limit=9)) == 1

    def test_edit_of_the_product_is_an_entry_of_its_default_variant(
        self, begin: UnitOfWorkFactory, prices: PriceQueries
    ) -> None:
        with begin() as work:
            shirt = work.products.get_for_update(SHIRT)
            shirt.edit(details(title="Shirt", price=40_000), at=NOON + DAY)
            work.products.save(shirt)
            work.commit()
        assert self._amounts(prices, SMALL) == [40_000, 49_900]
        assert self._amounts(prices, MEDIUM) == [54_900]

    def test_change_by_a_percentage_is_an_entry_of_each_variant(
        self, begin: UnitOfWorkFactory, prices: PriceQueries
    ) -> None:
        with begin() as work:
            shirt = work.products.get_for_update(SHIRT)
            shirt.change_price(PriceChange(10), at=NOON + DAY)
            work.products.save(shirt)
            work.commit()
        assert self._amounts(prices, SMALL) == [54_890, 49_900]
        assert self._amounts(prices, MEDIUM) == [60_390, 54_900]

    @staticmethod
    def _amounts(prices: PriceQueries, variant_id: VariantId) -> list[int]:
        return [each.entry.price.amount for each in prices.history(variant_id, limit=9)]

    def test_other_changes_are_no_entries(
        self, begin: UnitOfWorkFactory, prices: PriceQueries
    ) -> None:
        with begin() as work:
            shirt = work.products.get_for_update(SHIRT)
            shirt.set_default_variant(MEDIUM, at=NOON + DAY)
            shirt.archive_variant(SMALL, at=NOON + DAY)
            shirt.edit(details(title="Tunic", price=54_900), at=NOON + DAY)
            work.products.save(shirt)
            work.commit()
        assert len(prices.history_of_product(SHIRT, limit=9)) == 2
        assert len(prices.history(SMALL, limit=9)) == 1

    def test_uncommitted_price_is_discarded(
        self, begin: UnitOfWorkFactory, prices: PriceQueries
    ) -> None:
        with begin() as work:
            shirt = work.products.get_for_update(SHIRT)
            shirt.edit_variants({MEDIUM: variant_details(price=100)}, at=NOON + DAY)
            work.products.save(shirt)
        assert len(prices.history(MEDIUM, limit=9)) == 1

    def test_price_at_a_time(self, begin: UnitOfWorkFactory, prices: PriceQueries) -> None:
        at = set_price(begin, 2, 50_000)
        set_price(begin, 3, 45_000)
        for time, expected in [
            (NOON - DAY, []),
            (NOON, [54_900]),
            (at - timedelta(microseconds=1), [54_900]),
            (at, [50_000, 54_900]),
            (NOON + 9 * DAY, [45_000, 50_000, 54_900]),
        ]:
            entries = prices.history(MEDIUM, limit=9, at=time)
            assert [each.entry.price.amount for each in entries] == expected
        shown = prices.prices_at(SHIRT, at)
        assert [(each.variant_id, each.entry.price.amount) for each in shown] == [
            (SMALL, 49_900),
            (MEDIUM, 50_000),
        ]
        assert prices.prices_at(SHIRT, NOON - DAY) == []
        assert prices.prices_at(NONE, at) == []

    def test_pages_of_entries(self, begin: UnitOfWorkFactory, prices: PriceQueries) -> None:
        for day in range(1, 5):
            set_price(begin, day, 50_000 + day)
        first = prices.history(MEDIUM, limit=2)
        rest = prices.history(MEDIUM, limit=9, before=first[-1].id)
        amounts = [each.entry.price.amount for each in [*first, *rest]]
        assert amounts == [50_004, 50_003, 50_002, 50_001, 54_900]
        of_product = prices.history_of_product(SHIRT, limit=3)
        assert [each.entry.price.amount for each in of_product] == [50_004, 50_003, 50_002]

    def test_unknown_variant_raises(self, prices: PriceQueries) -> None:
        with pytest.raises(VariantNotFound):
            prices.history(VariantId(NONE), limit=9)
        assert prices.history_of_product(NONE, limit=9) == []

    def test_entry_of_a_slow_clock_is_not_before_the_previous_one(
        self, begin: UnitOfWorkFactory, prices: PriceQueries
    ) -> None:
        at = set_price(begin, 2, 50_000)
        set_price(begin, 1, 40_000)
        newest = prices.history(MEDIUM, limit=1, at=at)[0].entry
        assert (newest.price.amount, newest.valid_from) == (40_000, at)

    def test_lowest_price_stays_while_the_reduction_lasts(
        self, begin: UnitOfWorkFactory, queries: CatalogQueries
    ) -> None:
        def lowest() -> int | None:
            medium = queries.product_with_variants(SHIRT).variant(MEDIUM)
            assert medium is not None
            return medium.lowest_30_days_minor

        assert lowest() is None
        set_price(begin, 40, 80_000)
        assert lowest() is None
        # Compared with 549.00, although 800.00 is the price before it.
        set_price(begin, 45, 70_000, 80_000)
        assert lowest() == 54_900
        # Another compare-at price, months later: still the same reduction.
        set_price(begin, 145, 70_000, 90_000)
        assert lowest() == 54_900
        # A further reduction is compared with the reduced price.
        set_price(begin, 150, 60_000, 90_000)
        assert lowest() == 70_000
        set_price(begin, 151, 90_000, 90_000)
        assert lowest() is None
        set_price(begin, 180.5, 50_000, 90_000)
        assert lowest() == 60_000

    def test_variant_that_is_new_on_sale_has_no_lowest_price(
        self, begin: UnitOfWorkFactory, queries: CatalogQueries
    ) -> None:
        shirt = a_product(42, details(title="Kurta"))
        shirt.edit_variants({VariantId(42): variant_details(compare_at=60_000)}, at=NOON)
        add_product(begin, shirt)
        [variant] = queries.product_with_variants(ProductId(42)).variants
        assert (variant.compare_at_minor, variant.lowest_30_days_minor) == (60_000, None)

    def test_product_shows_the_prices_of_its_default_variant(
        self, begin: UnitOfWorkFactory, queries: CatalogQueries
    ) -> None:
        set_price(begin, 1, 50_000, 60_000)
        product = queries.product(SHIRT)
        assert (product.compare_at_minor, product.lowest_30_days_minor) == (None, None)
        assert product.is_on_sale
        with begin() as work:
            shirt = work.products.get_for_update(SHIRT)
            shirt.set_default_variant(MEDIUM, at=NOON + 2 * DAY)
            work.products.save(shirt)
            work.commit()
        product = queries.product(SHIRT)
        assert (product.price_minor, product.compare_at_minor) == (50_000, 60_000)
        assert product.lowest_30_days_minor == 54_900
        assert queries.products([SHIRT]) == [product]
        assert queries.product_with_variants(SHIRT).product == product
