"""Words that match many products, on PostgreSQL: the order of lists, and bounded work."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import cycle, permutations, product, repeat
from random import Random

import psycopg
import pytest
from sqlalchemy import BigInteger, text

from novacart.adapters.persistence.catalog import (
    product_counts,
    recent_matches,
    search_pages,
    search_plan,
    suggestions,
)
from novacart.adapters.persistence.catalog.list_statements import ListStatements
from novacart.adapters.persistence.catalog.matching_products import MatchingProducts
from novacart.adapters.persistence.catalog.queries import SqlCatalogQueries
from novacart.adapters.persistence.catalog.recent_matches import RecentMatches
from novacart.adapters.persistence.catalog.search_plan import SearchPlans
from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.statements import DriverStatement, StatementCache
from novacart.adapters.persistence.unit_of_work import SqlUnitOfWorkFactory
from novacart.adapters.system.request_context import ContextVarRequestContexts
from novacart.application.catalog.queries import (
    MAX_SUGGESTIONS,
    ListedProduct,
    ListPosition,
    ProductFilter,
    ProductSort,
)
from novacart.application.search_terms import search_terms
from novacart.domain.catalog.attribute_details import AttributeCondition
from novacart.domain.catalog.product_details import ProductDetails
from novacart.domain.shared.ids import AttributeId, ProductId, VariantId
from novacart.domain.shared.money import Money
from tests.support.builders.catalog import NOON, a_category, a_product, add_categories, details
from tests.support.contracts.catalog_queries import INR, all_pages, rupees
from tests.support.query_counter import counted_statements
from tests.support.row_counter import RowCounter

_MANY = 100_000
_ROWS = 8_000  # examined for a request, far fewer than match
# One letter, only words that most products have, and as many words as a client can send.
_WORST_TEXTS = (
    "l",
    "lamp lam la l",
    ("lamp bright quiet warm cold oak elm " * 6)[:200],
    ("warm cold lamp bright " * 10)[:200],
    ("l a b c w q " * 17)[:200],
    ("1 2 3 4 5 6 7 8 9 " * 12)[:200],
)


# ruff: noqa: S608 (the statements contain names and numbers from this file)
_FILL_PRODUCTS = f"""
    INSERT INTO products (id, title, subtitle, description, price_minor, currency, brand, brand_key,
        category_id, created_at, updated_at, version)
    SELECT n, 'Lamp ' || n, '', '', 100 + mod(n * 37, 5000), 'INR', each.brand, lower(each.brand),
        {{category}}, at, at, 1
    FROM generate_series(1, {_MANY}) n, LATERAL
        (SELECT {{brand}} AS brand, timestamptz '2026-01-01' + n * interval '1 second' AS at) each
"""
_FILL = (
    """INSERT INTO variants (id, product_id, price_minor, currency, position, version)
        SELECT id, id, price_minor, currency, 0, 1 FROM products""",
    "INSERT INTO stock_levels (variant_id, on_hand, reserved) SELECT id, 5, 0 FROM products",
    f"""INSERT INTO product_search (product_id, words)
        SELECT id, CAST('lamp:1A,2D ' || id || ':3A' || CASE
            WHEN id > {_MANY // 2} THEN '' WHEN mod(id, 2) = 0 THEN ' bright:4D'
            ELSE ' quiet:4D' END || CASE WHEN mod(id, 10) = 0 THEN ' warm:5D' ELSE '' END
            || CASE WHEN mod(id, 10) = 5 OR mod(id, 100) = 0 THEN ' cold:6D' ELSE '' END
            || CASE mod(id, 250) WHEN 1 THEN ' oak:7D' WHEN 2 THEN ' elm:7D' ELSE '' END
            AS tsvector) FROM products""",
    f"INSERT INTO brand_counts VALUES (0, 'brand', 'Brand', {_MANY})",
    "INSERT INTO brand_terms VALUES ('brand', 'brand')",
)


@pytest.fixture
def database(postgresql_url: str) -> Iterator[Database]:
    database = Database.connect(postgresql_url)
    yield database
    database.dispose()


@pytest.fixture
def queries(database: Database) -> SqlCatalogQueries:
    return SqlCatalogQueries(database, INR)


def add_lamps(database: Database) -> None:
    """Add 120 products, all with the word lamp, every third of them in the title."""
    add_shown_and_hidden(database)
    add_numbered(database, range(120))


def add_shown_and_hidden(database: Database) -> None:
    begin = SqlUnitOfWorkFactory(database, ContextVarRequestContexts())
    add_categories(begin, a_category(7, "hidden", is_active=False), a_category(8, "shown"))


def add_numbered(database: Database, numbers: Sequence[int]) -> None:
    """Add products with the word lamp, in the title if the number is a multiple of three."""
    begin = SqlUnitOfWorkFactory(database, ContextVarRequestContexts())
    with begin() as work:
        added = [
            a_product(
                1000 + number,
                details(
                    title=f"Lamp {number}" if number % 3 == 0 else f"Vase {number}",
                    # So that the best matches are not the newest.
                    subtitle="for a lamp" + " or a lamp" * (number % 2),
                    price=100 + number * 7 % 50,
                    category_id=(7, 8, None, 8, 8)[number % 5],
                ),
                at=NOON - timedelta(minutes=number % 11),
            )
            for number in numbers
        ]
        work.products.add_all(added)
        work.stock.open(
            {product.default_variant_id: 1 for product in added}, reason="Delivery", at=NOON
        )
        work.commit()


LAMP = ProductFilter(search="lamp")


def by_relevance(pages: Iterable[tuple[SqlCatalogQueries, int]]) -> list[ListedProduct]:
    """All products of a search, each page from other queries and with another limit."""
    products: list[ListedProduct] = []
    after: ListPosition | None = None
    for queries, limit in pages:
        page = queries.list_products(LAMP, sort=ProductSort.RELEVANCE, limit=limit, after=after)
        products += page.products
        after = page.next
        if after is None:
            break
    return products


def test_pages_of_processes_with_different_plans_form_one_list(database: Database) -> None:
    """Each page continues in the order of the page before, at any estimate of the process."""
    processes = []

    def start_process() -> None:
        process = SqlCatalogQueries(database, INR)
        process.list_products(LAMP, sort=ProductSort.RELEVANCE, limit=5)
        processes.append(process)

    add_shown_and_hidden(database)
    start_process()  # The word is rare, so matches are ranked.
    add_numbered(database, [number for number in range(120) if number % 3])
    start_process()  # It is frequent, but in no title.
    add_numbered(database, range(0, 120, 3))
    start_process()  # It is frequent in titles.

    lists = []
    for first, second in permutations(processes, 2):
        expected = by_relevance(repeat((first, 5)))
        assert len({product.id for product in expected}) == len(expected) == 96
        assert by_relevance(cycle([(first, 5), (second, 7)])) == expected
        lists.append([product.id for product in expected])
    assert len({*map(tuple, lists)}) == len(processes)


def test_limit_of_a_page_does_not_change_the_order_of_the_next_page(
    database: Database, queries: SqlCatalogQueries
) -> None:
    """A word that is frequent for a short page is rare for a long one."""
    add_lamps(database)
    for limits in ((5, 300), (90, 5), (50, 500), (95, 1)):
        expected = by_relevance(repeat((queries, limits[0])))
        pages = cycle([(queries, limit) for limit in limits])
        assert by_relevance(pages) == expected, limits


def test_position_in_a_ranked_list_of_too_many_matches_begins_again(
    database: Database, queries: SqlCatalogQueries, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A client can make up such a position, and sorting all matches takes too long."""
    add_lamps(database)
    ranked = ListPosition(key=500, id=1000)

    def page(after: ListPosition | None) -> Sequence[ListedProduct]:
        sort = ProductSort.RELEVANCE
        return queries.list_products(LAMP, sort=sort, limit=5, after=after).products

    assert page(ranked) != page(None)
    monkeypatch.setattr(search_pages, "_LONGEST_RANKED", 5)
    assert page(ranked) == page(None)


def test_position_in_the_order_of_ids_begins_again_with_other_filters(
    database: Database, queries: SqlCatalogQueries
) -> None:
    """A client can take it from another list."""
    add_lamps(database)
    sort, shown = ProductSort.RELEVANCE, replace(LAMP, category="shown")
    after = queries.list_products(LAMP, sort=sort, limit=5).next
    assert queries.list_products(shown, sort=sort, limit=5, after=after) == (
        queries.list_products(shown, sort=sort, limit=5)
    )


def test_list_in_the_order_of_times_continues_in_it(
    database: Database, queries: SqlCatalogQueries
) -> None:
    """The release before sorted by time without other filters, too."""
    add_lamps(database)
    sort, by_time = ProductSort.RELEVANCE, replace(LAMP, min_price=rupees(1))
    first = queries.list_products(by_time, sort=sort, limit=5)
    rest = queries.list_products(by_time, sort=sort, limit=200, after=first.next)
    assert len(rest.products) == 91
    assert queries.list_products(LAMP, sort=sort, limit=200, after=first.next) == rest
    # Negative control
    assert queries.list_products(LAMP, sort=sort, limit=200).products[5:] != rest.products


@pytest.mark.parametrize("category", [None, "shown"])
def test_frequent_word_lists_titles_first_and_the_newest_first(
    database: Database, queries: SqlCatalogQueries, category: str | None
) -> None:
    """The newest are the latest to be created, without other filters those with the highest ids."""
    add_lamps(database)
    filters = ProductFilter(search="lamp", category=category)
    newest = queries.list_products(
        ProductFilter(category=category), sort=ProductSort.NEWEST, limit=200
    ).products
    if category is None:
        newest = sorted(newest, key=lambda product: -product.id)
    titles = {product.id: product.title for product in queries.products([one.id for one in newest])}
    expected = sorted(newest, key=lambda product: not titles[product.id].startswith("Lamp"))
    for limit in (1, 7, 24, 200):
        assert all_pages(queries, filters, ProductSort.RELEVANCE, limit) == expected


def test_frequent_word_reads_only_the_products_that_it_finds(
    database: Database, queries: SqlCatalogQueries
) -> None:
    """Every tenth of 100,000 products has the word."""
    fill(database)
    counter = RowCounter(database, tables=("products",))

    def rows(filters: ProductFilter) -> int:
        after = None
        for _ in range(2):
            page = queries.list_products(filters, sort=ProductSort.RELEVANCE, limit=24, after=after)
            assert len(page.products) == 24
            after = page.next
        return counter.rows()

    assert rows(ProductFilter(search="warm")) < 200
    # Negative control: each product of a list in another order is read.
    assert rows(ProductFilter(search="warm", min_price=rupees(1))) > 400


@pytest.mark.parametrize(
    "sort", [ProductSort.NEWEST, ProductSort.PRICE, ProductSort.PRICE_DESCENDING]
)
def test_frequent_word_keeps_the_order_of_the_list(
    database: Database, queries: SqlCatalogQueries, sort: ProductSort
) -> None:
    add_lamps(database)
    for filters in (
        ProductFilter(),
        ProductFilter(category="shown", in_stock=True),
        ProductFilter(max_price=rupees(1)),
    ):
        expected = queries.list_products(filters, sort=sort, limit=200).products
        searched = ProductFilter(
            search="lam",
            category=filters.category,
            in_stock=filters.in_stock,
            max_price=filters.max_price,
        )
        assert all_pages(queries, searched, sort, 5) == list(expected)


def fill(database: Database, *, brand: str = "'Brand'", category: str = "NULL") -> None:
    """Add 100,000 lamps; the older half also has the words bright or quiet.

    `brand` and `category` are SQL with the number `n` of a lamp.
    """
    run(database, _FILL_PRODUCTS.format(brand=brand, category=category), *_FILL)


def fill_categories(database: Database, categories: int) -> None:
    """Add 100,000 lamps in the categories `below-0` and so on, which are below `lamps`."""
    begin = SqlUnitOfWorkFactory(database, ContextVarRequestContexts())
    below = (a_category(101 + each, f"below-{each}", parent=100) for each in range(categories))
    add_categories(begin, a_category(100, "lamps"), *below)
    fill(database, category=f"101 + mod(n / 7, {categories})")


def run(database: Database, *statements: str) -> None:
    """Execute statements without the time limit of the shop, and VACUUM ANALYZE."""
    url = database.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url, autocommit=True) as connection:
        with connection.transaction():
            for statement in statements:
                connection.execute(statement.encode())
        connection.execute("VACUUM ANALYZE")


def test_lists_of_products_on_sale_read_a_bounded_number_of_rows(
    database: Database, queries: SqlCatalogQueries
) -> None:
    """The 500 oldest of 100,000 products are on sale."""
    fill(database)
    run(
        database,
        "UPDATE products SET is_on_sale = true WHERE id <= 500",
        "UPDATE brand_counts SET on_sale = 500",
    )
    counter = RowCounter(database)
    on_sale = ProductFilter(on_sale=True)
    for sort in (ProductSort.NEWEST, ProductSort.PRICE, ProductSort.PRICE_DESCENDING):
        for filters in (on_sale, ProductFilter(on_sale=True, brands=("Brand",))):
            first = queries.list_products(filters, sort=sort, limit=24)
            assert counter.rows() < 200
            queries.list_products(filters, sort=sort, limit=24, after=first.next)
            assert counter.rows() < 200
    assert queries.count_products(on_sale) == 500
    assert counter.rows() < 100
    assert queries.count_products(ProductFilter(on_sale=False)) == _MANY - 500

    # Without the indexes all newer products are read first.
    with database.writing() as connection:
        for name in ("newest", "price", "brand_newest", "brand_price"):
            connection.exec_driver_sql(f"DROP INDEX ix_products_sale_{name}")
        connection.commit()
    counter = RowCounter(database)
    queries.list_products(on_sale, sort=ProductSort.NEWEST, limit=24)
    assert counter.rows() > 400


def sell_each(database: Database, number: int) -> None:
    """Sell all units of each variant whose id is a multiple of a number, and none of the others."""
    with database.writing() as connection:
        connection.execute(text("UPDATE stock_levels SET reserved = 0 WHERE reserved = on_hand"))
        connection.execute(
            text("UPDATE stock_levels SET reserved = on_hand WHERE mod(variant_id, :number) = 0"),
            {"number": number},
        )
        connection.commit()


def test_lists_of_products_that_are_sold_out_read_only_their_variants(
    database: Database, queries: SqlCatalogQueries
) -> None:
    """PostgreSQL has not analyzed its tables since 400, or 100, of 100,000 were sold out."""
    fill(database)
    counter = RowCounter(database)
    # With 400, the newest products are examined first. Their stock is looked up by its key.
    for sold_out, bound in ((400, _ROWS), (100, 1_000)):
        sell_each(database, _MANY // sold_out)
        for filters in (ProductFilter(in_stock=False), ProductFilter(available=False)):
            counter.rows()
            with counted_statements(database) as statements:
                page = queries.list_products(filters, sort=ProductSort.NEWEST, limit=24)
            # Not a parameter: a plan for all of its values would not use the index of the stock.
            assert "stock_levels.on_hand - stock_levels.reserved <= 0" in statements[-1]
            assert counter.rows() < bound
            page = queries.list_products(
                filters, sort=ProductSort.NEWEST, limit=24, after=page.next
            )
            assert len(page.products) == 24
            assert counter.rows() < bound

    # Half of them are sold out, and PostgreSQL knows that.
    sell_each(database, 2)
    run(database)
    for filters in (ProductFilter(in_stock=False), ProductFilter(available=False)):
        counter.rows()
        page = queries.list_products(filters, sort=ProductSort.NEWEST, limit=24)
        assert len(page.products) == 24
        assert counter.rows() < 1_000

    # Without the index of default variants, all products are compared with the variants.
    run(database, "DROP INDEX ix_products_default_variant")
    sell_each(database, _MANY // 100)
    counter.rows()
    queries.list_products(ProductFilter(in_stock=False), sort=ProductSort.NEWEST, limit=24)
    assert counter.rows() > _MANY


@pytest.mark.parametrize("categories", [2, 16])
def test_lists_of_categories_below_another_read_a_bounded_number_of_rows(
    database: Database, queries: SqlCatalogQueries, categories: int
) -> None:
    """One brand has a seventh of the products, 200 brands share the others."""
    begin = SqlUnitOfWorkFactory(database, ContextVarRequestContexts())
    below = (a_category(101 + each, f"below-{each}", parent=100) for each in range(categories))
    add_categories(begin, a_category(100, "lamps"), *below)
    fill(
        database,
        brand="CASE mod(n, 7) WHEN 0 THEN 'Brand' ELSE 'Brand ' || mod(n, 200) END",
        category=f"101 + mod(n / 7, {categories})",
    )
    run(database, "UPDATE products SET is_on_sale = true WHERE mod(id, 20) = 0")
    lamps = ProductFilter(category="lamps")
    counter = RowCounter(database)
    for filters in (
        lamps,
        replace(lamps, min_price=rupees(2), max_price=rupees(50)),
        replace(lamps, min_price=rupees(2), max_price=rupees(3)),
        *(
            replace(lamps, brands=brands, on_sale=on_sale)
            for brands in ((), ("Brand",), ("Brand 1",), ("Brand", "Brand 1"), ("None",))
            for on_sale in (None, True)
        ),
        replace(lamps, brands=("Brand",), min_price=rupees(2), max_price=rupees(50)),
    ):
        for sort in (ProductSort.NEWEST, ProductSort.PRICE):
            after = None
            for _ in range(2):
                page = queries.list_products(filters, sort=sort, limit=24, after=after)
                assert counter.rows() < _ROWS, (filters, sort, after)
                after = page.next


@pytest.mark.parametrize("categories", [2, 16])
def test_lists_of_brands_in_categories_below_another_read_few_rows(
    database: Database, queries: SqlCatalogQueries, categories: int
) -> None:
    """A brand has a sixth of the products, of which those in the branch are the oldest."""
    begin = SqlUnitOfWorkFactory(database, ContextVarRequestContexts())
    below = (a_category(101 + each, f"below-{each}", parent=100) for each in range(categories))
    add_categories(begin, a_category(99, "others"), a_category(100, "lamps"), *below)
    fill(
        database,
        brand="CASE mod(n, 6) WHEN 0 THEN 'Brand' ELSE 'Brand ' || mod(n, 200) END",
        category=f"""CASE WHEN mod(n, 6) = 0 AND n > {_MANY // 5} THEN 99
            ELSE 101 + mod(n / 7, {categories}) END""",
    )
    lamps = ProductFilter(category="lamps")
    counter = RowCounter(database)
    for filters in (
        *(
            replace(lamps, brands=brands)
            for brands in (("Brand",), ("Brand 1",), ("Brand", "Brand 1"), ("None",))
        ),
        replace(lamps, brands=("Brand",), in_stock=True),
    ):
        for sort in (ProductSort.NEWEST, ProductSort.PRICE_DESCENDING):
            after = None
            for limit in (24, 1000, 24):
                page = queries.list_products(filters, sort=sort, limit=limit, after=after)
                assert counter.rows() < 1_000 + 4 * limit, (filters, sort, after)
                after = page.next


@pytest.mark.parametrize("categories", [2, 16])
def test_searches_in_categories_by_stock_read_few_rows(
    database: Database, queries: SqlCatalogQueries, categories: int
) -> None:
    """Of 100,000 products, 2,000 are sold out."""
    fill_categories(database, categories)
    run(database, "UPDATE stock_levels SET reserved = on_hand WHERE mod(variant_id, 50) = 0")
    counter = RowCounter(database)
    for slug in ("lamps", "below-0"):
        lamps = ProductFilter(search="lamp", category=slug)
        for filters, most in (
            (replace(lamps, in_stock=True), 1_000),
            (replace(lamps, available=True), 1_000),
            (replace(lamps, available=True, brands=("Brand",)), 1_000),
            # The prices of the sold-out products are the same few, so all 2,000 are read.
            (replace(lamps, in_stock=False), 9_000),
        ):
            for sort in (ProductSort.NEWEST, ProductSort.PRICE, ProductSort.PRICE_DESCENDING):
                expected = queries.list_products(replace(filters, search=""), sort=sort, limit=48)
                counter.rows()
                first = queries.list_products(filters, sort=sort, limit=24)
                assert counter.rows_of_each()[-1] < most, (filters, sort)
                second = queries.list_products(filters, sort=sort, limit=24, after=first.next)
                assert [*first.products, *second.products] == expected.products

        unavailable = replace(lamps, available=False)
        for sort in (ProductSort.NEWEST, ProductSort.RELEVANCE):
            after = None
            for _ in range(2):
                page = queries.list_products(unavailable, sort=sort, limit=24, after=after)
                assert len(page.products) == 24
                assert counter.rows_of_each()[-1] < _ROWS, (slug, sort, after)
                after = page.next


@pytest.mark.parametrize("categories", [2, 16])
def test_searches_in_categories_by_time_within_prices_read_few_rows(
    database: Database, queries: SqlCatalogQueries, categories: int
) -> None:
    """Of 100,000 products, 94% have such a price."""
    fill_categories(database, categories)
    lamps = ProductFilter(category="lamps", min_price=rupees(2), max_price=rupees(49))
    newest = queries.list_products(lamps, sort=ProductSort.NEWEST, limit=500).products
    counter = RowCounter(database)
    for filters in (
        lamps,
        replace(lamps, brands=("Brand",)),
        replace(lamps, in_stock=True),
        replace(lamps, available=True),
    ):
        for word, each in (("lamp", 1), ("warm", 10)):
            expected = [product for product in newest if product.id % each == 0]
            for sort in (ProductSort.NEWEST, ProductSort.RELEVANCE):
                found: list[ListedProduct] = []
                after = None
                for _ in range(2):
                    search = replace(filters, search=word)
                    page = queries.list_products(search, sort=sort, limit=20, after=after)
                    assert counter.rows_of_each()[-1] < 2_000, (search, sort, after)
                    found += page.products
                    after = page.next
                assert found == expected[:40]


def test_search_for_available_products_examines_few_more_than_without_the_filter(
    database: Database, queries: SqlCatalogQueries
) -> None:
    """The newer half of 100,000 products does not match."""
    fill(database)
    run(database, "UPDATE stock_levels SET reserved = on_hand WHERE mod(variant_id, 50) = 0")
    counter = RowCounter(database)
    bright = ProductFilter(search="bright")
    for sort in (ProductSort.NEWEST, ProductSort.PRICE, ProductSort.PRICE_DESCENDING):
        for filters in (bright, replace(bright, brands=("Brand",))):
            available = replace(filters, available=True)
            in_stock = queries.list_products(
                replace(filters, in_stock=True), sort=sort, limit=48
            ).products
            counter.rows()
            first = queries.list_products(available, sort=sort, limit=24)
            # The last statement of the newest products reads the index.
            assert max(counter.rows_of_each()[:2]) < _MANY // 2, (filters, sort)
            second = queries.list_products(available, sort=sort, limit=24, after=first.next)
            assert [*first.products, *second.products] == in_stock


_TAGS = tuple(f"tag{number}" for number in range(50))


@dataclass(frozen=True)
class _Lamp:
    id: int
    price: int
    brand: str
    category: int | None
    is_on_sale: bool
    is_sold_out: bool
    words: list[str]
    tags: list[str]
    values: dict[str, int]


def fill_for_any_filter(database: Database) -> list[_Lamp]:
    """Add 100,000 lamps, most of them in 16 categories below `lamps`, and return them."""
    begin = SqlUnitOfWorkFactory(database, ContextVarRequestContexts())
    below = (a_category(101 + each, f"below-{each}", parent=100) for each in range(16))
    hidden = a_category(98, "hidden", is_active=False)
    add_categories(begin, hidden, a_category(99, "others"), a_category(100, "lamps"), *below)
    fill(
        database,
        brand="CASE WHEN mod(n * 7919, 100) < 17 THEN 'Brand' ELSE 'Brand ' || mod(n, 97) END",
        category="""CASE WHEN mod(n / 3, 10) = 9 THEN NULL WHEN mod(n / 3, 200) = 8 THEN 98
            WHEN mod(n / 3, 10) < 3 THEN 99 ELSE 101 + mod(n / 7, 16) END""",
    )
    run(
        database,
        "UPDATE stock_levels SET reserved = on_hand WHERE mod(variant_id, 100) IN (20, 57)",
        "UPDATE products SET is_on_sale = true WHERE mod(id, 20) = 0",
        """INSERT INTO product_tags
            SELECT tag, id FROM products, LATERAL (SELECT 'tag' || mod(id, 50) AS tag UNION
                SELECT 'tag' || mod(id * 7, 100)) AS tags""",
        """INSERT INTO attributes VALUES
            (500, 100, 'colour', 'Colour', 'choice', NULL, '[]', true, 0, 1),
            (501, 100, 'size', 'Size', 'choice', NULL, '[]', true, 1, 1)""",
        """INSERT INTO product_attributes
            SELECT id, each.attribute_id, category_id, '', each.number FROM products, LATERAL
                (VALUES (500, mod(id, 3)), (501, mod(id * 7, 50))) AS each (attribute_id, number)
            WHERE category_id > 100""",
        """INSERT INTO attribute_counts
            SELECT category_id, attribute_id, '', number, count(*) FROM product_attributes
            GROUP BY category_id, attribute_id, number""",
    )
    with database.reading() as connection:
        rows = connection.execute(
            text("""SELECT id, price_minor, brand, category_id, is_on_sale, reserved = on_hand,
                    tsvector_to_array(words), array(SELECT CAST(tag_key AS text) FROM product_tags
                        WHERE product_tags.product_id = id),
                    (SELECT coalesce(json_object_agg(attribute_id, number), '{}')
                        FROM product_attributes WHERE product_attributes.product_id = id)
                FROM products JOIN stock_levels ON variant_id = id
                JOIN product_search ON product_search.product_id = id""")
        ).all()
    return [_Lamp(*row) for row in rows]


_CATEGORIES = {"others": range(99, 100), "lamps": range(100, 117), "below-3": range(104, 105)}


def matching(lamps: Iterable[_Lamp], filters: ProductFilter) -> list[_Lamp]:
    """The lamps that match, found by comparing each."""
    words, tags = set(filters.search.split()), set(filters.tags)
    low = filters.min_price.amount if filters.min_price else 0
    high = filters.max_price.amount if filters.max_price else _MANY
    return [
        lamp
        for lamp in lamps
        if low <= lamp.price <= high
        and lamp.category != 98
        and (filters.category is None or lamp.category in _CATEGORIES[filters.category])
        and (not filters.brands or lamp.brand in filters.brands)
        and filters.on_sale in {None, lamp.is_on_sale}
        and filters.in_stock in {None, not lamp.is_sold_out}
        and filters.available in {None, not lamp.is_sold_out}
        and words.issubset(lamp.words)
        and (not tags or tags.intersection(lamp.tags))
        and all(
            lamp.values.get(str(each.attribute_id)) in each.values for each in filters.attributes
        )
    ]


def ids_in_order(lamps: Sequence[_Lamp], sort: ProductSort) -> list[ProductId]:
    by_time = sort is ProductSort.NEWEST
    in_order = sorted(
        lamps,
        key=lambda lamp: (0 if by_time else lamp.price, lamp.id),
        reverse=sort is not ProductSort.PRICE,
    )
    return [ProductId(lamp.id) for lamp in in_order]


_FEW_HAVE_THE_PRICE = ProductFilter(min_price=rupees(2), max_price=rupees(3))
# A third of the lamps in the category, and a fiftieth of them.
_COLOUR = AttributeCondition(attribute_id=AttributeId(500), values=(1,))
_SIZE = AttributeCondition(attribute_id=AttributeId(501), values=(7,))
_ANY_FILTERS = {
    "few have the price": _FEW_HAVE_THE_PRICE,
    "sold out, most have the price": ProductFilter(
        available=False, min_price=rupees(2), max_price=rupees(49)
    ),
    "sold out, of a brand": ProductFilter(available=False, brands=("Brand",)),
    "on sale, of a brand": ProductFilter(on_sale=True, brands=("Brand",)),
    "not on sale, of two brands": ProductFilter(on_sale=False, brands=("Brand", "Brand 3")),
    "of many brands": ProductFilter(brands=tuple(f"Brand {number}" for number in range(9))),
    "with many tags": ProductFilter(tags=_TAGS),
    "with a tag, few have the price": replace(_FEW_HAVE_THE_PRICE, tags=("tag7",)),
    "with an attribute, few have the price": replace(_FEW_HAVE_THE_PRICE, attributes=(_COLOUR,)),
    "with an attribute, sold out": ProductFilter(attributes=(_COLOUR,), available=False),
    "with an attribute, of a brand": ProductFilter(attributes=(_COLOUR,), brands=("Brand",)),
}


def test_lists_with_any_filters_read_few_rows(
    database: Database, queries: SqlCatalogQueries
) -> None:
    """And have the products that one finds by comparing each."""
    lamps = fill_for_any_filter(database)
    counter = RowCounter(database)
    for name, filters in _ANY_FILTERS.items():
        for category, search in product((None, "lamps"), ("", "lamp")):
            listed = replace(filters, category=category, search=search)
            found = matching(lamps, listed)
            for sort in (ProductSort.NEWEST, ProductSort.PRICE):
                expected = ids_in_order(found, sort)
                counter.rows()
                after, ids = None, []
                for _ in range(2):
                    page = queries.list_products(listed, sort=sort, limit=24, after=after)
                    assert counter.rows() < 5 * _ROWS, (name, category, search, sort, after)
                    ids += [each.id for each in page.products]
                    after = page.next
                    if after is None:
                        break
                assert ids == expected[:48], (name, category, search, sort)
                assert (after is None) is (len(expected) <= 48)


def test_random_filters_list_the_products_that_match(
    database: Database, queries: SqlCatalogQueries
) -> None:
    lamps = fill_for_any_filter(database)
    random = Random(0)
    price = (None, None, rupees(2), rupees(3), rupees(26), rupees(50))
    maybe = (None, None, None, True, False)
    for number in range(50):
        filters = ProductFilter(
            search=random.choice(("", "lamp", "warm", "bright", "warm cold", "oak", "lamp quiet")),
            category=random.choice((None, "lamps", "lamps", "below-3", "others")),
            brands=random.choice((*[()] * 3, ("Brand",), ("Brand 1", "Brand"), ("None",))),
            tags=random.choice((*[()] * 3, ("tag7",), ("tag1", "tag49"), _TAGS)),
            min_price=random.choice(price),
            max_price=random.choice(price),
            in_stock=random.choice(maybe),
            available=random.choice(maybe),
            on_sale=random.choice(maybe),
            attributes=random.choice((*[()] * 3, (_COLOUR,), (_COLOUR, _SIZE))),
        )
        sort = random.choice((ProductSort.NEWEST, ProductSort.PRICE, ProductSort.PRICE_DESCENDING))
        first = queries.list_products(filters, sort=sort, limit=24)
        ids = [each.id for each in first.products]
        if first.next is not None:
            rest = queries.list_products(filters, sort=sort, limit=200, after=first.next)
            ids += [each.id for each in rest.products]
        expected = ids_in_order(matching(lamps, filters), sort)
        assert ids == expected[:224], (number, filters, sort)


def test_lists_of_categories_that_no_index_has_in_their_order_keep_their_plan(
    database: Database, queries: SqlCatalogQueries
) -> None:
    """16 categories take milliseconds to plan."""
    fill_categories(database, 16)
    prepared = DriverStatement(
        text("SELECT statement FROM pg_prepared_statements WHERE generic_plans > 0"),
        generic_plan=True,
    )
    lamps = ProductFilter(category="lamps")
    for filters in (
        replace(lamps, min_price=rupees(2), max_price=rupees(49)),
        replace(lamps, brands=("Brand",), on_sale=False),
        replace(lamps, brands=("Brand", *(f"Brand {number}" for number in range(9)))),
    ):
        with counted_statements(database) as statements:
            page = queries.list_products(filters, sort=ProductSort.NEWEST, limit=24)
        assert len(page.products) == 24
        assert (statements[-1],) in database.fetch(prepared), filters


def test_newest_products_of_categories_with_old_ones_read_few_rows(
    database: Database, queries: SqlCatalogQueries
) -> None:
    """Of 100,000 products, the oldest 2,000 are in one of two categories below another."""
    begin = SqlUnitOfWorkFactory(database, ContextVarRequestContexts())
    below = (a_category(each, f"below-{each}", parent=100) for each in (101, 102))
    add_categories(begin, a_category(99, "others"), a_category(100, "lamps"), *below)
    fill(database, category="CASE WHEN n <= 2000 THEN 101 ELSE 99 END")
    counter = RowCounter(database)
    for slug, products in (("lamps", 2000), ("below-101", 2000), ("below-102", 0)):
        for filters in (
            ProductFilter(category=slug),
            ProductFilter(category=slug, in_stock=True),
            ProductFilter(category=slug, on_sale=False),
        ):
            for limit in (24, 200):
                page = queries.list_products(filters, sort=ProductSort.NEWEST, limit=limit)
                assert len(page.products) == min(limit, products)
                assert counter.rows() < 300 + 5 * limit, (filters, limit)


def test_pages_far_down_a_list_of_categories_read_no_products_of_others(
    database: Database, queries: SqlCatalogQueries
) -> None:
    """The newest 80,000 products are too dear; half of all are in four categories."""
    begin = SqlUnitOfWorkFactory(database, ContextVarRequestContexts())
    below = (a_category(101 + each, f"below-{each}", parent=100) for each in range(4))
    add_categories(begin, a_category(99, "others"), a_category(100, "lamps"), *below)
    fill(database, category="CASE WHEN mod(n, 2) = 0 THEN 99 ELSE 101 + mod(n / 7, 4) END")
    run(database, "UPDATE products SET price_minor = price_minor + 100000 WHERE id > 20000")
    counter = RowCounter(database)
    cheap = ProductFilter(category="lamps", max_price=rupees(60))
    page = queries.list_products(cheap, sort=ProductSort.NEWEST, limit=24)
    assert [each.id for each in page.products] == [*range(19999, 19999 - 24 * 2, -2)]
    assert counter.rows() < _MANY


@pytest.mark.parametrize(
    "sort", [ProductSort.NEWEST, ProductSort.PRICE, ProductSort.PRICE_DESCENDING]
)
def test_pages_of_a_parent_category_are_those_of_the_shop(
    database: Database, queries: SqlCatalogQueries, sort: ProductSort
) -> None:
    """If all products are below it, also with a position that the list does not have."""
    begin = SqlUnitOfWorkFactory(database, ContextVarRequestContexts())
    below = (a_category(101 + each, f"below-{each}", parent=100) for each in range(4))
    add_categories(begin, a_category(100, "lamps"), *below)
    with begin() as work:
        added = [
            a_product(
                1000 + number,
                details(
                    brand=f"Brand {number % 3}",
                    price=100 + number * 7 % 50,
                    category_id=100 + number % 5,
                ),
                at=NOON - timedelta(minutes=number % 11),
            )
            for number in range(120)
        ]
        work.products.add_all(added)
        work.stock.open(
            {product.default_variant_id: 1 for product in added}, reason="Delivery", at=NOON
        )
        work.commit()
    shop = ProductFilter()
    for filters in (
        shop,
        replace(shop, in_stock=True),
        replace(shop, brands=("Brand 1",)),
        replace(shop, brands=("brand 1", "BRAND 2", "None")),
        replace(shop, min_price=Money(110, "INR")),
        replace(shop, brands=("Brand 1", "Brand 2"), max_price=Money(130, "INR")),
        replace(
            shop, brands=("Brand 1",), min_price=Money(110, "INR"), max_price=Money(130, "INR")
        ),
        replace(shop, brands=("Brand 1",), on_sale=False),
    ):
        lamps = replace(filters, category="lamps")
        expected = all_pages(queries, filters, sort, 200)
        assert len(expected) >= 10
        assert all_pages(queries, lamps, sort, 7) == expected, filters
        for key in (0, 110, 120, 130, 10**9):
            after = ListPosition(key=key, id=1060)
            pages = [
                queries.list_products(each, sort=sort, limit=24, after=after)
                for each in (filters, lamps)
            ]
            assert pages[0] == pages[1], (filters, key)


def test_lists_of_tags_read_a_bounded_number_of_rows(
    database: Database, queries: SqlCatalogQueries
) -> None:
    fill(database)
    tags = {
        "half": "mod(id * 7919, 100) < 50",
        "frequent": "mod(id * 7919, 100) < 2",
        "rare": "mod(id * 7919, 100) < 1",
        "old": f"id <= {_MANY // 2}",
    }
    run(
        database,
        *(
            f"INSERT INTO product_tags SELECT '{tag}', id FROM products WHERE {condition}"
            for tag, condition in tags.items()
        ),
    )
    counter = RowCounter(database)
    for sort in (ProductSort.NEWEST, ProductSort.PRICE, ProductSort.PRICE_DESCENDING):
        for tag in ("half", "frequent", "rare"):
            for filters in (
                ProductFilter(tags=(tag,)),
                ProductFilter(tags=(tag, "none"), brands=("Brand",), in_stock=True),
            ):
                first = queries.list_products(filters, sort=sort, limit=24)
                assert counter.rows() < _ROWS, (sort, filters)
                queries.list_products(filters, sort=sort, limit=24, after=first.next)
                assert counter.rows() < _ROWS, (sort, filters)

    # The newest 50,000 products of the list do not have it.
    queries.list_products(ProductFilter(tags=("old",)), sort=ProductSort.NEWEST, limit=24)
    assert counter.rows() < _ROWS


def test_searches_within_a_tag_read_a_bounded_number_of_rows(
    database: Database, queries: SqlCatalogQueries
) -> None:
    """The tag is not looked up for each product of the list, of which hardly any may have it."""
    fill(database)
    run(
        database,
        "INSERT INTO product_tags SELECT 'rare', id FROM products WHERE mod(id * 7919, 100) < 1",
    )
    counter = RowCounter(database)
    for sort in ProductSort:
        for tags in (("none",), ("rare",), ("rare", "none")):
            tagged = ProductFilter(search="lamp", tags=tags)
            page = queries.list_products(tagged, sort=sort, limit=24)
            assert len(page.products) == (24 if "rare" in tags else 0), (sort, tags)
            assert counter.rows() < _ROWS, (sort, tags)
            if page.next is not None:
                second = queries.list_products(tagged, sort=sort, limit=24, after=page.next)
                assert len({each.id for each in (*page.products, *second.products)}) == 48
                assert counter.rows() < _ROWS, (sort, tags)
    # A product with a tag, but without the word.
    quiet = ProductFilter(search="quiet", tags=("rare",))
    with database.reading() as connection:
        expected = connection.scalars(
            text("""SELECT product_id FROM product_search JOIN product_tags USING (product_id)
                WHERE tag_key = 'rare' AND words @@ 'quiet' ORDER BY product_id DESC LIMIT 24""")
        ).all()
    page = queries.list_products(quiet, sort=ProductSort.NEWEST, limit=24)
    assert [each.id for each in page.products] == expected


def test_only_so_many_products_of_a_tag_are_examined_for_a_price(database: Database) -> None:
    """Otherwise a list sorted by time reads all products of the tag to find enough at the price."""
    begin = SqlUnitOfWorkFactory(database, ContextVarRequestContexts())
    with begin() as work:
        for number, price in enumerate((500, 500, 100, 100)):
            about = details(price=price, tags=("Sea",))
            at = NOON - timedelta(hours=number)
            work.products.add(a_product(1000 + number, about, at=at))
            work.stock.open({VariantId(1000 + number): 1}, reason="opening", at=NOON)
        work.commit()
    cheap = ProductFilter(tags=("sea",), max_price=Money(100, "INR"))
    found = {
        (sort, count): [row[0] for row in database.fetch(*statements.page_by_tags(count))]
        for sort in (ProductSort.NEWEST, ProductSort.PRICE_DESCENDING)
        for count in (2, 3)
        for statements in [ListStatements("postgresql", cheap, sort, 24, None)]
    }
    assert found == {
        (ProductSort.NEWEST, 2): [],
        (ProductSort.NEWEST, 3): [1002],
        # An index begins at the price.
        (ProductSort.PRICE_DESCENDING, 2): [1003, 1002],
        (ProductSort.PRICE_DESCENDING, 3): [1003, 1002],
    }


def test_frequent_words_read_a_bounded_number_of_rows(
    database: Database, queries: SqlCatalogQueries
) -> None:
    fill(database)
    counter = RowCounter(database)
    for typed in ("l", "lamp", "1", "99", "99999", "zzz", "br", "bright", "bright quiet"):
        suggested = queries.suggestions(typed)
        assert bool(suggested) is (typed not in {"zzz", "bright quiet"}), typed
        assert counter.rows() < 2 * _ROWS, typed
    for typed in ("l", "la", "lamp"):
        assert len(queries.suggestions(typed)) == MAX_SUGGESTIONS
        assert counter.rows() < 2_000, typed
    for sort in ProductSort:
        for search in ("lamp", "la", "99999", "zzz"):
            page = queries.list_products(ProductFilter(search=search), sort=sort, limit=24)
            assert bool(page.products) is (search != "zzz")
            assert counter.rows() < _ROWS, (sort, search)
        queries.list_products(ProductFilter(), sort=sort, limit=24)
        assert counter.rows() < 200
    assert queries.brands(None)[0].count == _MANY
    assert queries.count_products(ProductFilter(brands=("Brand",))) == _MANY
    assert queries.count_products(ProductFilter(in_stock=True)) == _MANY
    queries.price_range(None)
    assert counter.rows() < 100

    for filters, expected in (
        (ProductFilter(search="lamp"), _MANY),
        (ProductFilter(search="warm"), _MANY // 10),
        (ProductFilter(search="cold"), _MANY * 11 // 100),
        (ProductFilter(search="lamp", in_stock=True), _MANY),
        (ProductFilter(min_price=rupees(1), max_price=rupees(26)), _MANY // 2),
    ):
        number, is_exact = queries.estimate_count(filters)
        assert not is_exact
        assert number == pytest.approx(expected, rel=0.25), filters
        assert counter.rows() < 4 * _ROWS, filters
    assert queries.estimate_count(ProductFilter(search="99999")) == (1, True)
    assert queries.estimate_count(ProductFilter(search="zzz")) == (0, True)
    assert queries.estimate_count(ProductFilter(in_stock=True)) == (_MANY, True)
    counter.rows()

    # The search that all matches are read for.
    with database.reading() as connection:
        connection.execute(
            text("""SELECT p.id FROM products p JOIN product_search s ON s.product_id = p.id
                WHERE words @@ CAST('lamp' AS tsquery) ORDER BY ts_rank(words, 'lamp') LIMIT 24""")
        )
    assert counter.rows() > _MANY


def test_any_text_reads_a_bounded_number_of_rows(
    database: Database, queries: SqlCatalogQueries
) -> None:
    fill(database)
    counter = RowCounter(database)
    for typed in _WORST_TEXTS:
        with counted_statements(database) as statements:
            queries.suggestions(typed)
        assert len(statements) <= 9, "\n".join(statements)
        assert counter.rows() < 2 * _ROWS, typed
        for sort in ProductSort:
            queries.list_products(ProductFilter(search=typed), sort=sort, limit=24)
            assert counter.rows() < 2 * _ROWS, (typed, sort)


def test_most_frequent_words_of_all_categories_read_a_bounded_number_of_rows(
    database: Database, queries: SqlCatalogQueries
) -> None:
    """Each of 20 categories has a word that all of its 5,000 products have, and no others."""
    fill_categories(database, 20)
    run(
        database,
        """UPDATE product_search
            SET words = words || CAST('shade' || mod(product_id / 7, 20) || ':8D' AS tsvector)""",
    )
    counter = RowCounter(database)
    words = [f"shade{number}" for number in range(20)]
    # One begins the words of eleven categories, the last has more of them than a search uses.
    for typed in ("s", words[0], words[1], " ".join(words)):
        suggested = queries.suggestions(typed)
        assert bool(suggested) is (len(typed) < 10), typed
        assert counter.rows() < 2 * _ROWS, typed
    # In a category whose products don't have the word, all that have it are read.
    for category in (None, "lamps", "below-0"):
        for sort in ProductSort:
            filters = ProductFilter(search=words[0], category=category)
            page = queries.list_products(filters, sort=sort, limit=24)
            assert len(page.products) == 24
            assert counter.rows() < 2 * _ROWS, (filters, sort)


def test_suggestions_read_a_bounded_number_of_brands(
    database: Database, queries: SqlCatalogQueries, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of 100,000 whose names begin with one word."""
    run(
        database,
        f"""INSERT INTO brand_counts
            SELECT 0, 'bulb ' || n, 'Bulb ' || n, 1, 0 FROM generate_series(1, {_MANY}) n""",
        f"""INSERT INTO brand_terms
            SELECT term, 'bulb ' || n
            FROM generate_series(1, {_MANY}) n, unnest(ARRAY['bulb', 'bulb' || n]) term""",
    )
    counter = RowCounter(database, tables=("brand_counts", "brand_terms"))
    for typed in ("b", "bulb", "bulb 1", "b u l b " * 25):
        queries.suggestions(typed)
        # The terms of the candidates of two alternatives, and the counts of these brands.
        assert counter.rows() <= 2 * 2 * suggestions._MAX_CANDIDATES, typed
    # Negative control: without the bound.
    monkeypatch.setattr(suggestions, "_MAX_CANDIDATES", _MANY)
    suggestions._brands.cache_clear()
    queries.suggestions("b")
    suggestions._brands.cache_clear()
    assert counter.rows() > _MANY


def test_words_that_are_about_as_rare_as_the_rarest_are_looked_up_too(
    database: Database, queries: SqlCatalogQueries
) -> None:
    """400 products have the word oak, 400 elm, 10,000 warm, and none has two of them."""
    fill(database)
    counter = RowCounter(database)

    def rows(search: str) -> int:
        filters = ProductFilter(search=search)
        for _ in range(2):  # The first search also reads the sample.
            counter.rows()
            assert not queries.list_products(filters, sort=ProductSort.NEWEST, limit=24).products
        return counter.rows()

    assert rows("oak elm") < 100
    # Negative control: each product with the rarest word is read.
    assert rows("oak warm") >= 400


def test_search_without_matches_among_frequent_words_reads_the_index_only(
    database: Database, queries: SqlCatalogQueries
) -> None:
    fill(database)
    counter = RowCounter(database)
    for sort in ProductSort:
        found = queries.list_products(ProductFilter(search="bright quiet"), sort=sort, limit=24)
        assert found.products == []
        assert counter.rows() < _ROWS, sort


@pytest.mark.parametrize(
    ("filters", "executions"),
    [
        pytest.param(ProductFilter(), [(3,)], id="alone"),
        pytest.param(ProductFilter(max_price=rupees(500)), [(3,)], id="with a price"),
        pytest.param(ProductFilter(category="shown"), [(3,)], id="in a category"),
        pytest.param(ProductFilter(tags=("festive",)), [], id="with a tag"),
    ],
)
def test_searches_by_the_index_are_planned_once_without_tags_or_attributes(
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
    filters: ProductFilter,
    executions: list[tuple[int]],
) -> None:
    monkeypatch.setattr(search_plan, "_MIN_KEPT", 100)
    add_lamps(database)
    queries = SqlCatalogQueries(database, INR)
    for number in (110, 111, 112):
        queries.list_products(
            replace(filters, search=f"lamp {number}"), sort=ProductSort.RELEVANCE, limit=24
        )
    plans = DriverStatement(
        text(
            "SELECT CAST(generic_plans AS bigint) FROM pg_prepared_statements"
            " WHERE statement LIKE 'SELECT products.id%ts_rank%' AND custom_plans = 0"
        ).columns(plans=BigInteger),
        generic_plan=True,
    )
    assert database.fetch(plans) == executions


def test_search_reads_few_rows_after_an_import_into_a_small_shop(database: Database) -> None:
    """PostgreSQL has not analyzed the products yet. A plan from before would read all each time."""
    add_shown_and_hidden(database)
    add_numbered(database, range(60))
    run(database)
    search = ProductFilter(search="lamp 25")
    SqlCatalogQueries(database, INR).list_products(search, sort=ProductSort.PRICE, limit=24)
    add_numbered(database, range(200, 2_800))
    counter = RowCounter(database)
    # Without the number of products from before, which is kept for 30 seconds.
    queries = SqlCatalogQueries(database, INR)
    page = queries.list_products(search, sort=ProductSort.PRICE, limit=24)
    assert len(page.products) == 24
    assert counter.rows() < _ROWS


def test_matches_of_frequent_words_may_be_seconds_old(
    database: Database, queries: SqlCatalogQueries, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only which products match: what is listed of them is current."""
    fill(database)
    now = [0.0]
    recent = SqlCatalogQueries(database, INR, search_seconds=5)
    monkeypatch.setattr(recent._searches._matches._matches, "_clock", lambda: now[0])
    begin = SqlUnitOfWorkFactory(database, ContextVarRequestContexts())

    def lamp(*, price: int) -> ProductDetails:
        return details(title="Lamp", subtitle="bright and quiet", price=price)

    def add(product_id: int) -> None:
        with begin() as work:
            added = a_product(product_id, lamp(price=100), at=NOON)
            work.products.add_all([added])
            work.stock.open({added.default_variant_id: 1}, reason="Delivery", at=NOON)
            work.commit()

    def found(queries: SqlCatalogQueries) -> list[tuple[int, int]]:
        filters = ProductFilter(search="lamp bright quiet")
        page = queries.list_products(filters, sort=ProductSort.RELEVANCE, limit=24)
        return [(each.id, each.price_minor) for each in page.products]

    first, second = _MANY + 1, _MANY + 2
    add(first)
    assert found(recent) == [(first, 100)]
    add(second)
    with begin() as work:
        product = work.products.get_for_update(ProductId(first))
        product.edit(lamp(price=700), at=NOON)
        work.products.save(product)
        work.commit()
    assert found(recent) == [(first, 700)]
    # Negative control: without the matches of before.
    assert sorted(found(queries)) == [(first, 700), (second, 100)]
    with begin() as work:
        product = work.products.get_for_update(ProductId(first))
        product.archive(at=NOON)
        work.products.save(product)
        work.commit()
    assert found(recent) == []
    now[0] = 5.0
    assert found(recent) == [(second, 100)]


def test_pages_of_known_matches_are_those_of_the_index(
    database: Database, queries: SqlCatalogQueries, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_lamps(database)
    monkeypatch.setattr(recent_matches, "_MIN_COST", 0)
    recent = SqlCatalogQueries(database, INR, search_seconds=3600)
    for sort in ProductSort:
        for filters in (
            ProductFilter(search="lamp 11"),
            ProductFilter(search="lamp 11", category="shown", in_stock=True),
        ):
            expected = all_pages(queries, filters, sort, 100)
            assert len(expected) > 4
            with counted_statements(database) as statements:
                assert all_pages(recent, filters, sort, 2) == expected
            pages = [each for each in statements if "LIMIT 3" in each]
            assert len(pages) > 2
            assert not [each for each in pages if "@@" in each]


def test_more_matches_than_estimated_are_not_kept(database: Database) -> None:
    fill(database)
    plan = SearchPlans(database).plan(search_terms("lamp bright"))
    matches = RecentMatches(database, 5)
    assert matches.find(plan, plan.search()) is None
    assert matches.find(replace(plan, matches=1), plan.search()) is None


def test_rarest_word_is_compared_first(database: Database) -> None:
    fill(database)
    plan = SearchPlans(database).plan(search_terms("lamp bright warm"))
    assert [term[0] for term in plan.terms] == ["warm", "bright", "lamp"]


def test_words_that_are_more_frequent_than_their_combination_are_examined(
    database: Database,
) -> None:
    fill(database)
    plan = SearchPlans(database).plan(search_terms("warm cold"))
    assert plan.is_frequent(5)
    # As many matches of one word, for which the index reads no other entries.
    assert not replace(plan, entries=plan.matches).is_frequent(5)
    assert not SearchPlans(database).plan(search_terms("bright quiet")).is_frequent(5)


def test_plan_is_cached_for_half_a_minute(database: Database) -> None:
    """An import can make a rare word frequent; until then its search takes longer."""
    now = 0.0
    plans = SearchPlans(database, lambda: now)
    terms = search_terms("lamp")
    assert plans.plan(terms).is_rare
    fill(database)
    now = SearchPlans.CACHE_SECONDS - 1
    with counted_statements(database) as statements:
        assert plans.plan(terms).is_rare
        assert plans.plan(search_terms("warm")).matches > 0
    assert len(statements) == 1
    now = SearchPlans.CACHE_SECONDS
    assert not plans.plan(terms).is_rare


def test_number_of_cached_plans_is_bounded(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SearchPlans, "MAX_CACHED", 2)
    plans = SearchPlans(database)
    with counted_statements(database) as statements:
        for word in ("lamp", "warm", "cold", "lamp"):
            plans.plan(search_terms(word))
    assert len(statements) == 4


def test_estimate_counts_the_categories_below_a_category(
    database: Database, queries: SqlCatalogQueries
) -> None:
    begin = SqlUnitOfWorkFactory(database, ContextVarRequestContexts())
    add_categories(begin, a_category(7, "home"), a_category(8, "lamps", parent=7))
    fill(database)
    with database.writing() as connection:
        connection.execute(text("UPDATE products SET category_id = 8 WHERE mod(id, 4) = 0"))
        connection.commit()
    for slug in ("home", "lamps"):
        filters = ProductFilter(search="lamp", category=slug)
        number, is_exact = queries.estimate_count(filters)
        assert not is_exact
        assert number == pytest.approx(_MANY // 4, rel=0.25), slug
    assert queries.estimate_count(ProductFilter(search="lamp", category="none")) == (0, True)


def test_estimates_with_the_same_filters_share_a_statement(
    database: Database, queries: SqlCatalogQueries, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(database)
    monkeypatch.setattr(product_counts, "_STATEMENTS", StatementCache())
    lamps = ProductFilter(search="lamp", max_price=rupees(26))
    assert queries.estimate_count(lamps).number == pytest.approx(_MANY // 2, rel=0.25)
    monkeypatch.delattr(MatchingProducts, "count_among")
    warm = ProductFilter(search="warm", max_price=rupees(51))
    assert queries.estimate_count(warm).number == pytest.approx(_MANY // 10, rel=0.25)
    # Negative control: other filters need another statement.
    with pytest.raises(AttributeError):
        queries.estimate_count(replace(warm, in_stock=True))


def test_search_without_words_does_not_share_the_estimate_of_all_products(
    database: Database, queries: SqlCatalogQueries
) -> None:
    fill(database)
    cheap = ProductFilter(max_price=rupees(26))
    assert queries.estimate_count(cheap).number == pytest.approx(_MANY // 2, rel=0.25)
    assert queries.estimate_count(replace(cheap, search="...")) == (0, True)
