"""Facets of many products are estimated, and their stored counts are audited."""

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import event, text

from novacart.adapters.persistence.audit.catalog import ATTRIBUTES
from novacart.adapters.persistence.catalog import (
    category_counts,
    facet_products,
    facet_statements,
    facets,
    list_pages,
    product_counts,
)
from novacart.adapters.persistence.catalog.queries import SqlCatalogQueries
from novacart.adapters.persistence.catalog.recount import recount_products
from novacart.adapters.persistence.catalog.tables import SAMPLE_PARTS, sample_part
from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.statements import StatementCache
from novacart.adapters.persistence.unit_of_work import SqlUnitOfWorkFactory
from novacart.application.catalog.attribute_filters import read_conditions
from novacart.application.catalog.policy import CatalogPolicy
from novacart.application.catalog.queries import (
    MAX_FACET_VALUES,
    ProductFacets,
    ProductFilter,
    ProductSort,
)
from novacart.domain.catalog.attribute_details import AttributeType
from novacart.domain.shared.ids import AttributeId, CategoryId, ProductId
from novacart.domain.shared.money import Money
from tests.fakes.request_contexts import FakeRequestContexts
from tests.fakes.result_cache import FakeResultCache
from tests.support.builders.catalog import (
    a_category,
    a_product,
    add_attributes,
    add_categories,
    an_attribute,
    details,
)
from tests.support.clock import SetClock
from tests.support.databases import on_postgresql
from tests.support.query_counter import counted_statements
from tests.support.row_counter import RowCounter

RED, BLUE = 101, 102
PRODUCTS = 300


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database.connect(database_url)
    yield database
    database.dispose()


@pytest.fixture
def queries(database: Database, monkeypatch: pytest.MonkeyPatch) -> SqlCatalogQueries:
    """A category with more products than are counted one by one; a third of them is red."""
    monkeypatch.setattr(facets, "MAX_EXAMINED", 80)
    monkeypatch.setattr(facets, "MAX_COUNTED", 80)
    monkeypatch.setattr(facets, "SAMPLE_SIZE", 160)
    monkeypatch.setattr(facets, "STOCK_SAMPLE_SIZE", 80)
    monkeypatch.setattr(facets, "MIN_SAMPLED", 50)
    begin = SqlUnitOfWorkFactory(database, FakeRequestContexts("staff:1"))
    add_categories(begin, a_category(11, "clothing"), a_category(12, "coats", parent=11))
    add_attributes(
        begin,
        an_attribute(100, 11, "colour", AttributeType.CHOICE, choices=("Red", "Blue")),
        an_attribute(110, 12, "weight", AttributeType.NUMBER),
        an_attribute(120, 12, "model", position=1),
    )
    products = [
        a_product(
            1000 + number * 2,
            details(
                title=f"Coat {number}",
                price=10_000 + number,
                brand="Ana" if number % 2 else "Bea",
                category_id=12,
                attributes={
                    100: BLUE if number % 3 else RED,
                    110: number * 10_000,
                    120: f"Model {number}",
                },
            ),
        )
        for number in range(PRODUCTS)
    ]
    with begin() as work:
        work.products.add_all(products)
        work.stock.open(
            {product.default_variant_id: 1 for product in products},
            reason="opening",
            at=products[0].created_at,
        )
        work.commit()
    return SqlCatalogQueries(database, CatalogPolicy(currency="INR"))


def filters(queries: SqlCatalogQueries, *written: str) -> ProductFilter:
    attributes = read_conditions(queries.attributes_of("coats"), written)
    return ProductFilter(category="coats", attributes=attributes)


def test_facets_without_filters_are_exact_except_the_stock(queries: SqlCatalogQueries) -> None:
    result = queries.facets(ProductFilter(category="coats"))
    assert result.count == PRODUCTS
    assert [tuple(each) for each in result.attributes[0].values] == [("Red", 100), ("Blue", 200)]
    assert result.attributes[2].count == PRODUCTS
    assert len(result.attributes[2].values) == MAX_FACET_VALUES
    assert list(result.estimated) == ["in_stock", "available"]
    assert result.in_stock == result.available == pytest.approx(PRODUCTS, rel=0.5)


def test_counts_of_many_matches_are_estimates(queries: SqlCatalogQueries) -> None:
    result = queries.facets(filters(queries, "colour:Blue"))
    assert result.count == pytest.approx(200, rel=0.5)
    assert set(result.estimated) >= {"count", "brands", "price", "attributes.weight"}
    # The facet of the filter ignores it.
    assert "attributes.colour" not in result.estimated
    assert [tuple(each) for each in result.attributes[0].values] == [("Red", 100), ("Blue", 200)]
    # The lowest and the highest price and weight are those of the category. Its first coat is red.
    prices = result.price.min_price.amount, result.price.max_price.amount
    assert prices == (10_000, 10_000 + PRODUCTS - 1)
    assert (result.attributes[1].lowest, result.attributes[1].highest) == (0, PRODUCTS - 1)
    assert result.attributes[1].count == pytest.approx(200, rel=0.5)


def test_a_sample_within_a_price_shows_the_prices_of_the_category(
    queries: SqlCatalogQueries,
) -> None:
    """Of the sample, only products within the price are examined."""
    blue = replace(filters(queries, "colour:Blue"), max_price=Money(10_249, "INR"))
    result = queries.facets(blue)
    assert result.count == pytest.approx(250 * 2 / 3, rel=0.5)
    prices = result.price.min_price.amount, result.price.max_price.amount
    assert prices == (10_000, 10_000 + PRODUCTS - 1)
    assert set(result.estimated) >= {"count", "price", "attributes.colour"}


def test_counts_of_few_matches_are_exact(
    queries: SqlCatalogQueries, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All products are examined then, also those that a sample for the stock would not have."""
    monkeypatch.setattr(facets, "STOCK_SAMPLE_SIZE", 10)
    result = queries.facets(filters(queries, "colour:Red", "weight:..59"))
    assert result.count == result.in_stock == result.available == 20
    assert [tuple(each) for each in result.brands] == [("Ana", 10), ("Bea", 10)]
    assert [tuple(each) for each in result.attributes[0].values] == [("Red", 20), ("Blue", 40)]
    assert not {"count", "price"} & set(result.estimated)


@pytest.mark.parametrize(
    ("weight", "in_stock", "examined"),
    [
        pytest.param("..179", None, 16_384, id="half as many match as needed"),
        pytest.param("..59", None, 32_768, id="fewer match"),
        pytest.param("..179", True, 32_768, id="an unknown number is in stock"),
    ],
)
def test_a_larger_sample_has_no_more_products_than_needed(
    queries: SqlCatalogQueries,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
    *,
    weight: str,
    in_stock: bool | None,
    examined: int,
) -> None:
    monkeypatch.setattr(facets, "SAMPLE_SIZE", 40)
    monkeypatch.setattr(facets, "STOCK_SAMPLE_SIZE", 40)
    monkeypatch.setattr(facets, "MIN_SAMPLED", 20)
    monkeypatch.setattr(facets, "MIN_IN_LARGER", 20)
    monkeypatch.setattr(facets, "MAX_COUNTED", PRODUCTS)
    blue = filters(queries, "colour:Blue", f"weight:{weight}")
    with counted_statements(database) as statements:
        queries.facets(replace(blue, in_stock=in_stock))
    parts = [int(each) for each in re.findall(r"65536\) < (\d+)", " ".join(statements))]
    assert (min(parts), max(parts)) == (8_192, examined)


def test_the_most_frequent_of_very_many_values_are_exact(
    queries: SqlCatalogQueries, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin = SqlUnitOfWorkFactory(database, FakeRequestContexts("staff:1"))
    with begin() as work:
        frequent = details(category_id=12, attributes={110: -10_000, 120: "Model 8"})
        work.products.add_all([a_product(9000 + number, frequent) for number in range(2)])
        work.commit()
    whole = ProductFilter(category="coats")
    before = queries.facets(whole)
    monkeypatch.setattr(category_counts, "MAX_STORED_VALUES", 5)
    monkeypatch.setattr(category_counts, "MAX_FACET_VALUES", 3)
    colour, weight, model = queries.facets(whole).attributes
    # Negative control: the colour has fewer values than are read.
    assert colour == before.attributes[0]
    assert list(model.values) == list(before.attributes[2].values)[:5]
    assert tuple(model.values[0]) == ("Model 8", 3)
    assert (weight.lowest, weight.highest) == (-1, PRODUCTS - 1)
    for facet in (weight, model):
        assert facet.count == pytest.approx(PRODUCTS, rel=0.5)
    estimated = {"in_stock", "available", "attributes.weight", "attributes.model"}
    assert set(queries.facets(whole).estimated) == estimated
    # All products are examined if they are few.
    monkeypatch.setattr(facets, "MAX_EXAMINED", 2 * PRODUCTS)
    assert counts(queries.facets(whole)) == counts(before) | {
        "in_stock": PRODUCTS,
        "available": PRODUCTS,
    }


def test_processes_share_counts_and_each_reads_the_attributes(
    queries: SqlCatalogQueries, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(product_counts, "MAX_RECOUNTED", 0)
    policy, clock = CatalogPolicy(currency="INR"), SetClock()
    cache = FakeResultCache(clock, seconds=5)
    first, second = (
        SqlCatalogQueries(database, policy, search_seconds=5, shared_counts=cache) for _ in "12"
    )
    blue = filters(queries, "colour:Blue")
    shown = first.facets(blue)
    assert shown == queries.facets(blue)
    number = first.count_products(blue)
    begin = SqlUnitOfWorkFactory(database, FakeRequestContexts("staff:1"))
    with begin() as work:
        work.products.add_all([a_product(9000, details(category_id=12, attributes={100: BLUE}))])
        work.commit()
    assert second.facets(blue) == shown
    assert second.count_products(blue) == number
    # Negative control: without the cache.
    assert queries.facets(blue).count != shown.count
    assert queries.count_products(blue) == number + 1
    clock.move(seconds=5)
    third = SqlCatalogQueries(database, policy, search_seconds=5, shared_counts=cache)
    assert third.facets(blue).count == queries.facets(blue).count
    assert third.count_products(blue) == number + 1


def test_facets_of_a_category_share_what_no_filter_changes_for_seconds(
    queries: SqlCatalogQueries, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [0.0]
    recent = SqlCatalogQueries(database, CatalogPolicy(currency="INR"), search_seconds=5)
    monkeypatch.setattr(recent._facet_counts, "_clock", lambda: now[0])
    blue = filters(queries, "colour:Blue")

    def shown(queries: SqlCatalogQueries, lowest: int) -> tuple[int, bool]:
        """The highest price, and whether categories, brands, prices and attributes were read."""
        with counted_statements(database) as statements:
            result = queries.facets(replace(blue, min_price=Money(lowest, "INR")))
        shared = (
            "categories.slug",
            "brand_counts.brand,",
            "bounds.lowest",
            "number DESC",
            "attributes.code",
        )
        are_read = [any(each in statement for statement in statements) for each in shared]
        assert len({*are_read}) == 1
        return result.price.max_price.amount, are_read[0]

    highest = 10_000 + PRODUCTS - 1
    assert shown(recent, 1) == (highest, True)
    with database.writing() as connection:
        connection.execute(text("UPDATE products SET price_minor = 20000 WHERE id = 1000"))
        connection.commit()
    assert shown(recent, 2) == (highest, False)
    # Negative control: facets that are not shared.
    assert shown(queries, 2) == (20_000, True)
    now[0] = 5.0
    assert shown(recent, 3) == (20_000, True)


def test_first_numbers_of_an_attribute_are_shown_while_its_facets_are_kept(
    queries: SqlCatalogQueries, database: Database
) -> None:
    begin = SqlUnitOfWorkFactory(database, FakeRequestContexts("staff:1"))
    add_attributes(begin, an_attribute(130, 12, "length", AttributeType.NUMBER, position=2))
    recent = SqlCatalogQueries(database, CatalogPolicy(currency="INR"), search_seconds=5)
    cheap = ProductFilter(category="coats", max_price=Money(10_249, "INR"))
    assert recent.facets(cheap).attributes[-1].count == 0
    long = details(category_id=12, attributes={100: BLUE, 130: 50_000})
    with begin() as work:
        work.products.add_all([a_product(9000 + number, long) for number in range(50)])
        work.commit()
    length = recent.facets(filters(queries, "colour:Blue")).attributes[-1]
    assert (length.lowest, length.highest) == (5, 5)


@pytest.mark.parametrize(
    ("highest", "is_counted"),
    [
        pytest.param(10_200, False, id="frequent"),
        pytest.param(10_015, True, id="rare"),
    ],
)
def test_products_of_a_filter_that_is_frequent_in_the_sample_are_not_counted(
    queries: SqlCatalogQueries, database: Database, highest: int, *, is_counted: bool
) -> None:
    red = replace(filters(queries, "colour:Red"), max_price=Money(highest, "INR"))
    with counted_statements(database) as statements:
        queries.facets(red)
    assert any("AS passing" in each for each in statements) == is_counted


@on_postgresql
def test_products_are_not_counted_if_many_of_the_sample_are_within_the_prices(
    queries: SqlCatalogQueries, database: Database
) -> None:
    """They are counted to see whether they are fewer than those of a search."""

    def are_counted(queries: SqlCatalogQueries, highest: int) -> bool:
        found = ProductFilter(category="coats", search="coat 12", max_price=Money(highest, "INR"))
        with counted_statements(database) as statements:
            assert queries.facets(found).count == (11 if highest == 10_200 else 1)
        return any(each.startswith("SELECT count(*)") for each in statements)

    recent = SqlCatalogQueries(database, CatalogPolicy(currency="INR"), search_seconds=5)
    assert not are_counted(recent, 10_200)
    assert are_counted(recent, 10_040)
    # Negative control: without candidates, which are kept for some seconds.
    assert are_counted(queries, 10_200)


@on_postgresql
def test_frequent_values_that_the_first_products_lack_are_sought_in_more(
    queries: SqlCatalogQueries, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """100 coats are red, every third of the list."""
    red = filters(queries, "colour:Red")
    expected = queries.list_products(red, sort=ProductSort.PRICE, limit=24)
    monkeypatch.setattr(list_pages, "_EXAMINED_FOR_EACH", 1)
    monkeypatch.setattr(list_pages, "_MIN_EXAMINED", 24)
    is_index_read = []
    for frequent in (90, 150):
        monkeypatch.setattr(list_pages, "_FREQUENT", frequent)
        with counted_statements(database) as statements:
            assert queries.list_products(red, sort=ProductSort.PRICE, limit=24) == expected
        is_index_read.append(any("found_values" in each for each in statements))
    assert is_index_read == [False, True]


SCARVES = 12


@pytest.fixture
def with_scarves(database: Database, queries: SqlCatalogQueries) -> SqlCatalogQueries:
    """Also scarves of another brand, with tags, of which some are sold out."""
    begin = SqlUnitOfWorkFactory(database, FakeRequestContexts("staff:1"))
    scarves = [
        a_product(
            3000 + number * 2,
            details(
                title=f"Scarf {number}",
                price=10_000 + number,
                brand="Cleo",
                category_id=12,
                tags=("linen", "new") if number % 2 else ("linen",),
                attributes={100: BLUE if number % 3 else RED, 110: 500_000},
            ),
        )
        for number in range(SCARVES)
    ]
    with begin() as work:
        work.products.add_all(scarves)
        work.stock.open(
            {each.default_variant_id: number % 4 for number, each in enumerate(scarves)},
            reason="opening",
            at=scarves[0].created_at,
        )
        work.commit()
    return queries


def counts(result: ProductFacets) -> dict[str, object]:
    """The counts of each facet."""
    return {
        "count": result.count,
        "categories": result.categories,
        "brands": result.brands,
        "price": result.price,
        "on_sale": result.on_sale,
        "in_stock": result.in_stock,
        "available": result.available,
        **{f"attributes.{each.attribute.details.code}": each for each in result.attributes},
    }


RUPEES = Money(10_000, "INR")
CLEO = ProductFilter(category="coats", brands=("Cleo",))
LINEN = ProductFilter(category="coats", tags=("linen", "new"))


@pytest.mark.parametrize(
    ("rare", "written", "estimated"),
    [
        # Only the brand is rare, and its facet ignores it.
        (CLEO, ("colour:Red",), {"brands"}),
        (CLEO, ("colour:Blue", "weight:40.."), {"brands"}),
        (replace(CLEO, in_stock=True), ("colour:Blue",), {"brands"}),
        (replace(CLEO, available=False), (), {"brands"}),
        (replace(CLEO, min_price=RUPEES, max_price=Money(10_007, "INR")), (), set()),
        (replace(CLEO, on_sale=True), ("colour:Blue",), set()),
        (CLEO, ("model:Model 9", "model:Model 12"), set()),
        (CLEO, ("size:M",), set()),
        (ProductFilter(category="coats"), ("model:Model 9", "colour:Red"), {"attributes.model"}),
        # All facets apply tags and searches.
        (LINEN, (), set()),
        (replace(LINEN, brands=("Cleo",)), ("colour:Red", "weight:40.."), set()),
        (ProductFilter(category="coats", search="scarf"), ("colour:Red",), set()),
        (ProductFilter(search="scarf", brands=("Cleo",), in_stock=True), (), set()),
        (ProductFilter(tags=("new",), max_price=Money(10_007, "INR")), (), set()),
    ],
)
def test_facets_of_rare_filters_are_those_of_all_products(
    with_scarves: SqlCatalogQueries,
    monkeypatch: pytest.MonkeyPatch,
    rare: ProductFilter,
    written: Sequence[str],
    estimated: set[str],
) -> None:
    if written:
        rare = replace(rare, attributes=filters(with_scarves, *written).attributes)
    monkeypatch.setattr(facets, "SAMPLE_SIZE", 4)
    monkeypatch.setattr(facets, "STOCK_SAMPLE_SIZE", 4)
    monkeypatch.setattr(facets, "LARGER", 1)
    found = with_scarves.facets(rare)
    monkeypatch.setattr(facets, "MAX_EXAMINED", 2 * PRODUCTS)
    examined = with_scarves.facets(rare)
    assert list(examined.estimated) == []
    assert examined.count <= SCARVES
    assert set(found.estimated) == estimated
    expected = counts(examined)
    assert {name: each for name, each in counts(found).items() if name not in estimated} == {
        name: each for name, each in expected.items() if name not in estimated
    }


@on_postgresql
def test_only_products_whose_words_match_are_read_among_those_of_another_filter(
    with_scarves: SqlCatalogQueries, database: Database
) -> None:
    counter = RowCounter(database, tables=("products",))
    result = with_scarves.facets(replace(CLEO, search="coat"))
    assert (result.count, result.estimated) == (0, ["brands"])
    [found] = [each for each in counter.plans() if "each_found" in each]
    # Only those of the brand are found, in an index.
    [plan] = json.loads(found)
    assert counter._rows(plan) == SCARVES


@on_postgresql
@pytest.mark.parametrize(
    ("others", "written"),
    [
        (ProductFilter(category="coats", search="coat"), ()),
        (ProductFilter(search="coat", brands=("Bea",), in_stock=True), ()),
        (ProductFilter(category="coats"), ("colour:Blue", "weight:40..")),
        (ProductFilter(category="coats"), ("colour:Red", "model:Model 9", "model:Model 12")),
        (ProductFilter(category="coats", brands=("Ana",), available=True), ("colour:Red",)),
        (ProductFilter(category="coats", brands=("Ana",), on_sale=False), ("colour:Blue",)),
        (replace(LINEN, in_stock=False), ("weight:40..",)),
    ],
)
def test_facets_of_another_price_count_candidates_that_were_found_before(
    with_scarves: SqlCatalogQueries,
    database: Database,
    others: ProductFilter,
    written: Sequence[str],
) -> None:
    others = replace(others, attributes=filters(with_scarves, *written).attributes)
    recent = SqlCatalogQueries(database, CatalogPolicy(currency="INR"), search_seconds=5)
    sought = []
    for lowest, highest in ((10_003, 10_250), (10_003, 10_280), (10_150, 10_290), (10_000, 10_005)):
        low, high = Money(lowest, "INR"), Money(highest, "INR")
        bounded = replace(others, min_price=low, max_price=high)
        with counted_statements(database) as statements:
            shown = recent.facets(bounded)
        sought.append(any("array_agg" in each for each in statements))
        # Without candidates.
        expected = with_scarves.facets(bounded)
        assert shown.estimated == expected.estimated
        # If few match, other facets count the exact number of these, and not that of the sample.
        estimated = () if "count" in expected.estimated else expected.estimated
        differing = {name for name, each in counts(shown).items() if each != counts(expected)[name]}
        assert differing <= set(estimated)
    assert sought[0]
    assert not sought[1]


@on_postgresql
def test_products_that_only_facets_with_many_count_are_of_the_smaller_sample(
    queries: SqlCatalogQueries, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One statement counts them, with those of facets that have too few in that sample."""
    monkeypatch.setattr(facets, "SAMPLE_SIZE", 40)
    monkeypatch.setattr(facets, "MIN_SAMPLED", 10)
    recent = SqlCatalogQueries(database, CatalogPolicy(currency="INR"), search_seconds=5)
    red = replace(filters(queries, "colour:Red"), brands=("Ana",))
    with counted_statements(database) as statements:
        shown = recent.facets(replace(red, max_price=Money(10_279, "INR")))
    assert len([each for each in statements if "listed AS" in each]) == 1

    def estimate(parts: int, brand: int, remainders: set[int]) -> int:
        """What a sample of so many parts shows for a brand and some colours."""
        sampled = [
            number
            for number in range(280)
            if (1000 + number * 2) % 100_003 * 40_503 % 65_536 < parts
            and number % 2 == brand
            and number % 3 in remainders
        ]
        return len(sampled) * 65_536 // parts

    matching = estimate(32_768, 1, {0})
    of_bea, blue = estimate(8_192, 0, {0}), estimate(8_192, 1, {1, 2})
    assert shown.count == matching
    assert {tuple(each) for each in shown.brands} == {("Ana", matching), ("Bea", of_bea)}
    assert [tuple(each) for each in shown.attributes[0].values] == [
        ("Red", matching),
        ("Blue", blue),
    ]
    # Negative control: the larger sample shows other numbers.
    assert of_bea != estimate(32_768, 0, {0})
    assert blue != estimate(32_768, 1, {1, 2})
    assert {"count", "brands", "attributes.colour"} <= set(shown.estimated)


@on_postgresql
@pytest.mark.parametrize(
    ("size", "least", "is_exact"),
    [
        pytest.param(40, 9, False, id="four times as many"),
        pytest.param(80, 18, True, id="all"),
    ],
)
@pytest.mark.parametrize(
    ("others", "written", "estimated"),
    [
        (ProductFilter(category="coats"), ("weight:..149",), "attributes.weight"),
        (ProductFilter(category="clothing", brands=("Ana",)), (), "brands"),
        (ProductFilter(category="clothing", on_sale=False), (), "on_sale"),
    ],
)
def test_counts_of_two_samples_are_right_on_average(
    queries: SqlCatalogQueries,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
    *,
    others: ProductFilter,
    written: Sequence[str],
    estimated: str,
    size: int,
    least: int,
    is_exact: bool,
) -> None:
    """Eight samples that together have each product equally often are examined."""
    with database.writing() as connection:
        connection.execute(text("UPDATE products SET is_on_sale = (id >= 1300)"))
        connection.execute(
            text(
                "UPDATE stock_levels SET on_hand = 0"
                " WHERE variant_id IN (SELECT id FROM variants WHERE product_id % 8 = 0)"
            )
        )
        connection.commit()
    monkeypatch.setattr(facets, "SAMPLE_SIZE", size)
    monkeypatch.setattr(facets, "STOCK_SAMPLE_SIZE", size // 2)
    monkeypatch.setattr(facets, "MIN_SAMPLED", least)
    red = filters(queries, "colour:Red", *written)
    red = replace(others, attributes=red.attributes, max_price=Money(10_279, "INR"))
    seen: Counter[str] = Counter()
    for number in range(8):
        first = number * SAMPLE_PARTS // 8

        def part(product_id: str, first: int = first) -> str:
            return f"({sample_part(product_id)} + {first}) % {SAMPLE_PARTS}"

        monkeypatch.setattr(facet_products, "sample_part", part)
        monkeypatch.setattr(facet_statements, "_STATEMENTS", StatementCache())
        recent = SqlCatalogQueries(database, CatalogPolicy(currency="INR"), search_seconds=5)
        with counted_statements(database) as statements:
            shown = recent.facets(red)
        # Facets that ignore a filter are counted in the same statement.
        assert len([each for each in statements if "listed AS" in each]) == 1
        assert {estimated, "attributes.colour"} <= set(shown.estimated)
        assert ("count" in shown.estimated) == ("in_stock" in shown.estimated) == (not is_exact)
        seen.update(numbers(shown))
    monkeypatch.setattr(facets, "MAX_EXAMINED", 2 * PRODUCTS)
    exact = queries.facets(red)
    assert list(exact.estimated) == []
    assert seen == {name: 8 * each for name, each in numbers(exact).items()}


def numbers(result: ProductFacets) -> dict[str, int]:
    """The numbers of products in all facets, except of each of very many values."""
    return {
        "count": result.count,
        "on_sale": result.on_sale,
        "in_stock": result.in_stock,
        "available": result.available,
        **{f"category {each.slug}": each.count for each in result.categories},
        **{f"brand {each.title}": each.count for each in result.brands},
        **{each.attribute.details.code: each.count for each in result.attributes},
        **{str(each.value): each.count for each in result.attributes[0].values},
    }


@on_postgresql
def test_values_of_candidates_may_be_seconds_old(
    queries: SqlCatalogQueries, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only the values: products that became dearer or are archived are not counted."""
    now = [0.0]
    recent = SqlCatalogQueries(database, CatalogPolicy(currency="INR"), search_seconds=5)
    monkeypatch.setattr(recent._candidates._candidates, "_clock", lambda: now[0])
    prices = iter(range(10_280, 10_300))

    def shown(queries: SqlCatalogQueries) -> int:
        blue = replace(filters(queries, "colour:Blue"), max_price=Money(next(prices), "INR"))
        return queries.facets(blue).count

    def update(statement: str) -> None:
        with database.writing() as connection:
            connection.execute(text(statement))
            connection.commit()

    assert shown(recent) > 100
    # Blue becomes red.
    update("UPDATE product_attributes SET number = 101 WHERE number = 102")
    assert shown(recent) > 100
    # Negative control: without candidates.
    assert shown(queries) == 0
    update("UPDATE products SET price_minor = 20000 WHERE id % 4 = 0")
    assert 50 < shown(recent) < 100
    update("UPDATE products SET archived_at = created_at WHERE id % 4 = 2")
    assert shown(recent) == 0
    update("UPDATE products SET archived_at = NULL")
    assert shown(recent) > 50
    now[0] = 5.0
    assert shown(recent) == 0


@on_postgresql
def test_products_whose_price_falls_are_candidates_seconds_later(
    queries: SqlCatalogQueries, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [0.0]
    recent = SqlCatalogQueries(database, CatalogPolicy(currency="INR"), search_seconds=5)
    monkeypatch.setattr(recent._candidates._candidates, "_clock", lambda: now[0])
    blue = filters(queries, "colour:Blue")

    def shown(queries: SqlCatalogQueries, lowest: int) -> int:
        low, high = Money(lowest, "INR"), Money(10_250, "INR")
        return queries.facets(replace(blue, min_price=low, max_price=high)).count

    before = shown(recent, 1)
    with database.writing() as connection:
        connection.execute(text("UPDATE products SET price_minor = 9 WHERE price_minor > 10250"))
        connection.commit()
    assert shown(recent, 2) == before
    # Negative control: without candidates.
    assert shown(queries, 2) > before
    now[0] = 5.0
    assert shown(recent, 3) == shown(queries, 3)


@on_postgresql
@pytest.mark.parametrize(
    "highest",
    [
        pytest.param(10_250, id="sample"),
        # Few candidates of the sample match, so only all of the category are examined.
        pytest.param(10_045, id="category"),
    ],
)
def test_values_of_candidates_are_read_from_the_index_of_the_sample(
    database: Database, queries: SqlCatalogQueries, highest: int
) -> None:
    """By their primary key, each product has them in another place of the table."""
    with database.reading() as connection:
        connection.exec_driver_sql("VACUUM ANALYZE")
    recent = SqlCatalogQueries(database, CatalogPolicy(currency="INR"), search_seconds=5)
    blue = filters(queries, "colour:Blue")
    counter = RowCounter(database)
    recent.facets(replace(blue, max_price=Money(highest, "INR")))
    [counting] = [each for each in counter.plans() if "counted" in each]
    assert "ix_product_attributes_sample" in counting
    assert "pk_product_attributes" not in counting


@on_postgresql
def test_values_of_other_products_of_a_sample_are_not_read(
    database: Database, queries: SqlCatalogQueries
) -> None:
    with database.reading() as connection:
        connection.exec_driver_sql("VACUUM ANALYZE")
    counter = RowCounter(database, tables=("product_attributes",))
    result = queries.facets(ProductFilter(category="coats", max_price=Money(10_119, "INR")))
    assert result.count == pytest.approx(120, rel=0.5)
    assert "count" in result.estimated
    # Of three values each; half of the products are in the sample.
    assert counter.rows() == 3 * result.count / 2


@on_postgresql
def test_facets_of_many_products_read_a_bounded_number_of_rows(
    database: Database, queries: SqlCatalogQueries, monkeypatch: pytest.MonkeyPatch
) -> None:
    sample, factor, values = 10, 2, 3
    monkeypatch.setattr(facets, "SAMPLE_SIZE", sample)
    monkeypatch.setattr(facets, "STOCK_SAMPLE_SIZE", sample)
    monkeypatch.setattr(facets, "LARGER", factor)
    monkeypatch.setattr(facets, "MAX_COUNTED", 5)
    monkeypatch.setattr(category_counts, "MAX_STORED_VALUES", sample)
    monkeypatch.setattr(category_counts, "MAX_FACET_VALUES", sample)
    with database.reading() as connection:
        connection.exec_driver_sql("VACUUM ANALYZE")
        # Otherwise PostgreSQL reads all of such a small table.
        name = connection.engine.url.database
        connection.exec_driver_sql(f'ALTER DATABASE "{name}" SET enable_seqscan = off')
    database.dispose()
    counter = RowCounter(database, tables=("products", "product_attributes", "attribute_counts"))
    for written in (
        # Few coats match. The first two filters are not rare, and the last is.
        ("colour:Red", "weight:..59"),
        ("colour:Red", "weight:..59", "model:Model 9"),
    ):
        queries.facets(replace(filters(queries, *written), brands=("Ana",), available=True))
        # Each product, its values for the filters, and those that are counted.
        assert max(counter.rows_of_each()) <= factor * sample * (1 + 2 * values)
    queries.facets(ProductFilter(category="coats"))
    assert max(counter.rows_of_each()) <= factor * sample * (1 + 2 * values)


def test_products_in_stock_are_estimated_from_a_smaller_sample(
    queries: SqlCatalogQueries, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(facets, "MIN_SAMPLED", 1)
    result = queries.facets(replace(filters(queries, "colour:Blue"), in_stock=True))
    assert result.count == pytest.approx(200, rel=0.5)
    assert result.in_stock == result.count
    assert {"count", "in_stock"} <= set(result.estimated)
    none = queries.facets(replace(filters(queries, "colour:Blue"), in_stock=False))
    assert none.count == 0
    assert none.in_stock == pytest.approx(200, rel=0.5)


def violations(database: Database) -> list[int]:
    """The number of violations that each check of attributes finds."""
    with database.reading() as connection:
        return [len(connection.execute(text(check.violations)).all()) for check in ATTRIBUTES]


def test_audit_finds_wrong_values_and_counts_and_the_recount_corrects_counts(
    database: Database, queries: SqlCatalogQueries
) -> None:
    assert violations(database) == [0, 0, 0]
    assert recount_products(database) == 0
    with database.writing() as connection:
        connection.execute(text("UPDATE attribute_counts SET products = 7 WHERE number = 101"))
        connection.execute(text("DELETE FROM attribute_counts WHERE number = 102"))
        connection.commit()
    assert violations(database) == [0, 0, 2]
    assert recount_products(database) == 2
    assert violations(database) == [0, 0, 0]
    with database.writing() as connection:
        connection.execute(
            text("UPDATE products SET category_id = 11 WHERE id = :id"), {"id": ProductId(1000)}
        )
        connection.commit()
    # Its weight is of category 12, and both values are stored and counted there.
    assert violations(database) == [2, 1, 6]
    recount_products(database)
    assert violations(database) == [2, 0, 0]
    assert queries.facets(ProductFilter(category="coats")).count == PRODUCTS - 1


def test_values_of_a_product_without_category_are_deleted_when_it_is_saved(
    database: Database, queries: SqlCatalogQueries
) -> None:
    """The release before knows no values, and may have removed its category."""
    with database.writing() as connection:
        connection.execute(text("UPDATE products SET category_id = NULL WHERE id = 1000"))
        connection.commit()
    recount_products(database)
    # Its values are of no category. The recount has corrected the rest.
    assert violations(database) == [3, 0, 0]
    begin = SqlUnitOfWorkFactory(database, FakeRequestContexts("staff:1"))
    with begin() as work:
        moved = work.products.get_for_update(ProductId(1000))
        moved.edit(replace(moved.details, category_id=CategoryId(12)), at=moved.updated_at)
        work.products.save(moved)
        work.commit()
    assert violations(database) == [0, 0, 0]
    result = queries.facets(ProductFilter(category="coats"))
    assert [tuple(each) for each in result.attributes[0].values] == [("Red", 99), ("Blue", 200)]


def test_counts_are_locked_in_the_order_of_their_keys(
    database: Database, queries: SqlCatalogQueries
) -> None:
    """Two transactions that change the same counts can't wait for each other."""
    written: list[list[int]] = []

    def record(*args: Any) -> None:  # noqa: ANN401 (SQLAlchemy passes six arguments)
        if args[2].startswith("INSERT INTO attribute_counts"):
            rows = [each.values() if isinstance(each, dict) else each for each in args[3]]
            written.append([int(next(iter(row))) for row in rows])

    begin = SqlUnitOfWorkFactory(database, FakeRequestContexts("staff:1"))
    event.listen(database.engine, "before_cursor_execute", record)
    with begin() as work:
        moved = work.products.get_for_update(ProductId(1000))
        blue = ((AttributeId(100), BLUE),)
        moved.edit(
            replace(moved.details, category_id=CategoryId(11), attributes=blue),
            at=moved.updated_at,
        )
        work.products.save(moved)
        work.commit()
    # To the counts of category 11, from those of category 12.
    assert written == [[11, 12, 12, 12]]
    assert queries.facets(ProductFilter(category="clothing")).count == PRODUCTS
