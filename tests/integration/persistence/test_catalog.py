"""The catalog in both databases fulfils the contracts of its ports."""

import json
from dataclasses import replace
from datetime import timedelta
from itertools import product as every_combination
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from novacart.adapters.persistence.catalog import facets, list_pages, product_counts
from novacart.adapters.persistence.catalog.collections import SqlCollectionQueries
from novacart.adapters.persistence.catalog.price_queries import SqlPriceQueries
from novacart.adapters.persistence.catalog.queries import SqlCatalogQueries
from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.statements import Row
from novacart.adapters.persistence.unit_of_work import SqlUnitOfWorkFactory
from novacart.adapters.system.request_context import ContextVarRequestContexts
from novacart.application.catalog.queries import (
    MAX_SUGGESTIONS,
    ProductFilter,
    ProductSort,
    SuggestionType,
)
from novacart.application.ports.request_context import RequestContext
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.catalog.attribute_details import AttributeCondition, AttributeType
from novacart.domain.catalog.product import Product
from novacart.domain.catalog.product_details import ProductDetails
from novacart.domain.shared.errors import ConcurrentChange
from novacart.domain.shared.ids import AttributeId, CategoryId, ProductId, VariantId
from tests.fakes.catalog_queries import FakeCatalogQueries
from tests.fakes.store import FakeStore
from tests.fakes.unit_of_work import FakeUnitOfWorkFactory
from tests.support.builders.catalog import (
    NOON,
    a_category,
    a_claim,
    a_product,
    a_variant,
    add_attributes,
    add_categories,
    add_product,
    an_attribute,
    an_option,
    details,
    variant_details,
)
from tests.support.contracts.attributes import AttributesContract
from tests.support.contracts.catalog_queries import (
    INR,
    CatalogQueriesContract,
    all_pages,
    fill,
    put_on_sale,
    rupees,
)
from tests.support.contracts.categories import CategoriesContract
from tests.support.contracts.category_tree import CategoryTreeContract
from tests.support.contracts.collections import RULE, CollectionsContract, add_collection
from tests.support.contracts.galleries import GalleriesContract, ImageRemovalsContract
from tests.support.contracts.import_jobs import ImportJobsContract
from tests.support.contracts.picture_downloads import PictureDownloadsContract
from tests.support.contracts.price_queries import MEDIUM, PriceQueriesContract, set_price
from tests.support.contracts.product_references import ProductReferencesContract
from tests.support.contracts.products import ProductsContract
from tests.support.contracts.stock import Adjustments, Ledger, StockContract
from tests.support.databases import on_postgresql, on_sqlite
from tests.support.query_counter import counted_statements


@pytest.fixture
def begin(database: Database) -> SqlUnitOfWorkFactory:
    return SqlUnitOfWorkFactory(database, ContextVarRequestContexts())


@pytest.fixture
def queries(database: Database) -> SqlCatalogQueries:
    return SqlCatalogQueries(database, INR)


@pytest.fixture
def prices(database: Database) -> SqlPriceQueries:
    return SqlPriceQueries(database)


@pytest.fixture
def ledger(database: Database) -> Ledger:
    def of(variant_id: VariantId) -> list[tuple[str, int, int]]:
        with database.reading() as connection:
            rows = connection.execute(
                text(
                    "SELECT kind, on_hand_delta, reserved_delta FROM stock_movements"
                    " WHERE variant_id = :id ORDER BY id"
                ),
                {"id": variant_id},
            )
            return [(kind, on_hand, reserved) for kind, on_hand, reserved in rows]

    return of


@pytest.fixture
def adjustments(database: Database) -> Adjustments:
    def of(variant_id: VariantId) -> list[tuple[int, int, str]]:
        with database.reading() as connection:
            payloads = connection.scalars(
                text("SELECT payload FROM outbox_messages WHERE name = :name ORDER BY id"),
                {"name": "stock.adjusted"},
            )
            events = [json.loads(payload) for payload in payloads]
        return [
            (event["delta"], event["on_hand"], event["reason"])
            for event in events
            if event["variant_id"] == variant_id
        ]

    return of


class TestSqlGalleries(GalleriesContract):
    pass


class TestSqlImageRemovals(ImageRemovalsContract):
    pass


class TestSqlProducts(ProductsContract):
    @on_sqlite
    def test_index_is_used_in_a_shop_that_was_analyzed_without_these_keys(
        self, begin: UnitOfWorkFactory, database: Database
    ) -> None:
        for number in range(41, 51):
            add_product(begin, a_product(number))
        keys = ("a-1", "a-2", "a-3")
        with database.writing() as connection:
            connection.exec_driver_sql("ANALYZE")
            connection.commit()
        with begin() as work, counted_statements(database) as sent:
            work.products.ids_by_sku(keys)
            work.products.ids_by_slug(keys)
            work.product_references.referenced("shopify", [ProductId(41), ProductId(42)])
        searched = ["(sku=?)", "(slug=?)", "(product_id=?)"]
        with database.reading() as connection:
            for statement, columns in zip(sent, searched, strict=True):
                explained = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", ("[]",))
                steps = [step.detail for step in explained if "VIRTUAL TABLE" not in step.detail]
                assert [step.split()[0] for step in steps] == ["SEARCH", "LIST"]
                assert steps[0].endswith(columns)

    @on_postgresql
    def test_keys_of_many_products_are_checked_by_index_in_a_shop_that_was_small(
        self, begin: SqlUnitOfWorkFactory, database: Database
    ) -> None:
        """PostgreSQL keeps the plans of these checks, which it made for tables without rows."""
        added = [a_product(number) for number in (100, 200)]
        for product in added:
            product.add_option(an_option(product.id + 1, "Size", "S", "M"), existing="S", at=NOON)
        with database.reading() as connection:
            connection.exec_driver_sql("VACUUM (ANALYZE) products, variants, product_options")
        with begin() as work:
            work.products.add_all(added)
            read = work.connection.scalars(
                text("SELECT relname FROM pg_stat_xact_user_tables WHERE seq_tup_read > 0")
            )
            assert read.all() == []

    @on_postgresql
    @pytest.mark.parametrize(
        "changed",
        [details(sku="L-1"), details(slug="lamp"), details(category_id=99)],
        ids=["SKU", "slug", "category"],
    )
    def test_what_others_changed_before_products_were_inserted_ahead_is_a_concurrent_change(
        self, begin: UnitOfWorkFactory, changed: ProductDetails
    ) -> None:
        """A SKU or slug that was taken, and a category that was removed."""
        add_product(begin, a_product(41, details(sku="L-1", slug="lamp")))
        for _ in range(2):  # the second time, its statements are prepared
            with pytest.raises(ConcurrentChange), begin() as work:  # noqa: PT012 (by the commit, or before)
                work.products.add_all([a_product(43), a_product(44, changed)])
                work.commit()


class TestSqlImportJobs(ImportJobsContract):
    pass


class TestSqlPictureDownloads(PictureDownloadsContract):
    pass


class TestSqlProductReferences(ProductReferencesContract):
    def test_error_of_the_products_before_is_no_concurrent_change(
        self, begin: UnitOfWorkFactory
    ) -> None:
        """Otherwise an import that always fails would be repeated for ever."""

        def add_twice(first: int, second: int) -> None:
            with begin() as work:
                work.products.add_all([a_product(first), a_product(second)])
                work.product_references.add("shopify", {str(second): ProductId(second)})
                work.commit()

        # It prepares the statements, so that those of the next one do not wait for each other.
        add_twice(41, 42)
        with pytest.raises(IntegrityError, match=r"pk_products|products\.id"):
            add_twice(43, 43)


class TestSqlCategories(CategoriesContract):
    pass


class TestSqlCategoryTree(CategoryTreeContract):
    pass


class TestSqlAttributes(AttributesContract):
    def test_saving_a_product_without_category_deletes_its_values(
        self, database: Database, begin: UnitOfWorkFactory
    ) -> None:
        """An old release may have removed the category."""
        with database.writing() as connection:
            connection.execute(text("UPDATE products SET category_id = NULL WHERE id = 204"))
            connection.commit()
        blue = ((AttributeId(100), 102),)
        for changes in ({}, {"category_id": CategoryId(13), "attributes": blue}):
            with begin() as work:
                hat = work.products.get_for_update(ProductId(204))
                assert hat.details.attributes == ()
                hat.edit(hat.details.with_changes({"title": "Hat", **changes}), at=NOON)
                work.products.save(hat)
                work.commit()
        with begin() as work:
            assert work.products.get(ProductId(204)).details.attributes == blue


class TestSqlCollections(CollectionsContract):
    @pytest.fixture
    def collections(self, database: Database) -> SqlCollectionQueries:
        return SqlCollectionQueries(database)

    @pytest.fixture
    def catalog(self, database: Database) -> SqlCatalogQueries:
        return SqlCatalogQueries(database, INR)

    def test_lowest_price_of_0_that_an_old_release_stored_is_read(
        self, begin: SqlUnitOfWorkFactory, collections: SqlCollectionQueries, database: Database
    ) -> None:
        add_collection(begin, RULE)
        with database.writing() as connection:
            stored = "currency = NULL, min_price_minor = 0, max_price_minor = NULL"
            connection.execute(text(f"UPDATE collections SET {stored}"))  # noqa: S608 (a constant)
            connection.commit()
        [view] = collections.collections()
        assert view.details.rule is not None
        assert (view.details.rule.min_price, view.details.rule.brands) == (None, ("Acme", "Bota"))


class TestSqlStock(StockContract):
    def test_number_of_statements_does_not_depend_on_the_claims(
        self, begin: UnitOfWorkFactory, database: Database
    ) -> None:
        for number in range(201, 221):
            add_product(begin, a_product(number), 5)
        for turn, move in enumerate(["reserve", "sell", "take_back", "reserve", "release"]):
            claims = [a_claim(number, 1, f"{turn}:{number}") for number in range(201, 221)]
            with begin() as work, counted_statements(database) as statements:
                getattr(work.stock, move)(claims, at=NOON)
                work.commit()
            assert len(statements) == (3 if database.dialect == "postgresql" else 2)

    def test_ledger_contains_the_actor(self, database: Database) -> None:
        contexts = ContextVarRequestContexts()
        with contexts.bind(RequestContext(actor="staff:7")):
            add_product(SqlUnitOfWorkFactory(database, contexts), a_product(50), 1)
        with database.reading() as connection:
            actor = connection.execute(
                text("SELECT actor, note FROM stock_movements WHERE variant_id = 50")
            ).one()
        assert tuple(actor) == ("staff:7", "Delivery")


class TestSqlPriceQueries(PriceQueriesContract):
    def test_entries_contain_the_actor(self, database: Database) -> None:
        contexts = ContextVarRequestContexts()
        with contexts.bind(RequestContext(actor="staff:7")):
            set_price(SqlUnitOfWorkFactory(database, contexts), 1, 50_000)
        newest, first = SqlPriceQueries(database).history(MEDIUM, limit=2)
        assert (newest.entry.changed_by, first.entry.changed_by) == ("staff:7", "system")


def _add_tagged(begin: UnitOfWorkFactory) -> None:
    """Add products with the tag "rain", in categories with one below another, and without."""
    add_categories(begin, a_category(11, "kites", parent=8))
    add_attributes(begin, an_attribute(500, 7, "waterproof", AttributeType.BOOLEAN))
    for number in range(20):
        about = details(
            title=f"Umbrella {number}",
            price=10_000 + number % 7 * 5_000,
            brand=("Udaan", "Peepal", "")[number % 3],
            category_id=(7, 8, 11, 9, None)[number % 5],
            attributes={500: number % 2} if number % 5 < 4 else {},
            tags=("Rain", "Monsoon", "One")[: 1 + number % 2 + number // 19],
        )
        product = a_product(200 + number, about, at=NOON - timedelta(hours=number % 6))
        if number % 4 == 0:
            put_on_sale(product)
        if number % 6 in {0, 1}:
            _add_variant(product, VariantId(240 + number))
        add_product(begin, product, number % 3)
        # Of some, another variant than the default one is in stock, and of others neither is.
        if number % 6 == 0 and number % 4 == 0:
            with begin() as work:
                variant = VariantId(240 + number)
                work.stock.set_available(variant, 2, reason="Count", at=NOON)
                work.commit()
    with begin() as work:
        changed = work.products.get_many_for_update(map(ProductId, (202, 203, 205, 207)))
        for product in changed.values():
            product.archive(at=NOON)
        changed[ProductId(202)].restore(at=NOON)
        changed[ProductId(207)].restore(at=NOON)
        for product in changed.values():
            work.products.save(product)
        cheapest = changed[ProductId(207)]
        cheapest.edit(replace(cheapest.details, price=rupees(1)), at=NOON)
        work.products.save(cheapest)
        work.commit()


def _add_variant(product: Product, variant_id: VariantId) -> None:
    size = an_option(1000 + variant_id * 10, "Size", "S", "M")
    product.add_option(size, existing="S", at=NOON)
    values = {size.id: size.values[1].id}
    price = product.details.price.amount
    product.add_variants([a_variant(variant_id, values, variant_details(price=price))], at=NOON)


class TestSqlCatalogQueries(CatalogQueriesContract):
    def test_lists_equal_those_of_the_fake(self, queries: SqlCatalogQueries) -> None:
        store = FakeStore()
        fill(FakeUnitOfWorkFactory(store))
        fake = FakeCatalogQueries(store, INR)
        for category, brands, low, in_stock, on_sale, search in every_combination(
            (None, "books", "toys"),
            ((), ("Peepal",), ("Udaan", "Peepal")),
            (None, rupees(200)),
            (None, True, False),
            (None, True, False),
            ("", "kite", "st ri"),
        ):
            filters = ProductFilter(
                category=category,
                brands=brands,
                min_price=low,
                in_stock=in_stock,
                on_sale=on_sale,
                search=search,
            )
            assert queries.count_products(filters) == fake.count_products(filters)
            for sort in (ProductSort.PRICE, ProductSort.PRICE_DESCENDING, ProductSort.NEWEST):
                expected = fake.list_products(filters, sort=sort, limit=200).products
                assert all_pages(queries, filters, sort, 3) == list(expected)

    @pytest.mark.parametrize(
        "examined",
        [
            pytest.param((1000,), id="those of the tag"),
            pytest.param((6,), id="some of the tag and some of the list"),
            pytest.param((), id="all of the tag"),
        ],
    )
    def test_lists_of_tags_equal_those_of_the_fake(
        self,
        queries: SqlCatalogQueries,
        begin: UnitOfWorkFactory,
        monkeypatch: pytest.MonkeyPatch,
        examined: tuple[int, ...],
    ) -> None:
        monkeypatch.setattr(list_pages, "EXAMINED", examined)
        store = FakeStore()
        fill(FakeUnitOfWorkFactory(store))
        for factory in (begin, FakeUnitOfWorkFactory(store)):
            _add_tagged(factory)
        fake = FakeCatalogQueries(store, INR)
        restrictions = (
            ProductFilter(),
            ProductFilter(brands=("Udaan", "Peepal"), min_price=rupees(200)),
            ProductFilter(on_sale=True),
            ProductFilter(available=True),
            ProductFilter(available=False),
            ProductFilter(
                attributes=(AttributeCondition(attribute_id=AttributeId(500), values=(1,)),)
            ),
        )
        for tags, category, in_stock, others in every_combination(
            (("rain",), ("rain", "monsoon"), ("one",)),
            (None, "books", "toys", "nowhere"),
            (None, True, False),
            restrictions,
        ):
            filters = replace(others, tags=tags, category=category, in_stock=in_stock)
            assert queries.count_products(filters) == fake.count_products(filters)
            for sort in (ProductSort.PRICE, ProductSort.PRICE_DESCENDING, ProductSort.NEWEST):
                expected = fake.list_products(filters, sort=sort, limit=200).products
                assert all_pages(queries, filters, sort, 3) == list(expected)

    @pytest.mark.parametrize(
        ("max_examined", "are_filters_rare"),
        [
            pytest.param(1000, False, id="all are examined"),
            pytest.param(0, True, id="those of a rare filter are examined"),
            pytest.param(0, False, id="a larger sample is examined"),
        ],
    )
    def test_facets_equal_those_of_the_fake(
        self,
        queries: SqlCatalogQueries,
        begin: UnitOfWorkFactory,
        monkeypatch: pytest.MonkeyPatch,
        max_examined: int,
        *,
        are_filters_rare: bool,
    ) -> None:
        """Also if so few products of a sample match that they are counted again."""
        monkeypatch.setattr(facets, "MAX_EXAMINED", max_examined)
        if not are_filters_rare:
            monkeypatch.setattr(facets.SqlFacetCounts, "_rare_filters", lambda *_: [])
        monkeypatch.setattr(facets, "MIN_SAMPLED", 1000)
        monkeypatch.setattr(facets, "SAMPLE_SIZE", 2)
        monkeypatch.setattr(facets, "STOCK_SAMPLE_SIZE", 2)
        monkeypatch.setattr(facets, "LARGER", 1000)
        store = FakeStore()
        fill(FakeUnitOfWorkFactory(store))
        for factory in (begin, FakeUnitOfWorkFactory(store)):
            _add_tagged(factory)
        fake = FakeCatalogQueries(store, INR)
        waterproof = AttributeCondition(attribute_id=AttributeId(500), values=(1,))
        unknown = AttributeCondition(attribute_id=AttributeId(0))
        for category, brands, low, in_stock, others in every_combination(
            (None, "books"),
            ((), ("Udaan", "Peepal")),
            (None, rupees(200)),
            (None, True, False),
            (
                ProductFilter(),
                ProductFilter(on_sale=True, search="umbr"),
                ProductFilter(available=True, search="umbr"),
                ProductFilter(available=False),
                ProductFilter(tags=("rain",), attributes=(waterproof,), available=True),
                ProductFilter(attributes=(waterproof, unknown)),
            ),
        ):
            filters = replace(
                others, category=category, brands=brands, min_price=low, in_stock=in_stock
            )
            assert queries.facets(filters) == fake.facets(filters)

    @pytest.mark.parametrize("max_hidden", [0, 1])
    def test_count_of_a_search_looks_up_few_products_of_inactive_categories(
        self,
        queries: SqlCatalogQueries,
        database: Database,
        monkeypatch: pytest.MonkeyPatch,
        max_hidden: int,
    ) -> None:
        """On PostgreSQL, and otherwise all that match. One product is in an inactive category."""
        monkeypatch.setattr(product_counts, "MAX_RECOUNTED", max_hidden)
        few = max_hidden == 1 and database.dialect == "postgresql"
        for word, expected in (("trunk", 0), ("lamp", 2)):
            with counted_statements(database) as statements:
                assert queries.count_products(ProductFilter(search=word)) == expected
            assert any("LATERAL" in each for each in statements) == few

    def test_list_and_product_take_one_statement_and_a_search_another(
        self, queries: SqlCatalogQueries, database: Database
    ) -> None:
        """A search reads the branch of its category; the first one estimates its matches.

        SQLite needs no estimate.
        """
        everywhere = ProductFilter(
            category="toys", brands=("Udaan", "Peepal"), min_price=rupees(1), search="kite"
        )
        is_estimated = database.dialect == "postgresql"
        for number, sort in enumerate(ProductSort):
            with counted_statements(database) as statements:
                queries.list_products(everywhere, sort=sort, limit=100)
            assert len(statements) == (3 if is_estimated and number == 0 else 2)
            with counted_statements(database) as statements:
                queries.list_products(replace(everywhere, search=""), sort=sort, limit=100)
            assert len(statements) == 1
        with counted_statements(database) as statements:
            queries.product(ProductId(101))
        assert len(statements) == 1


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE products SET price_minor = 0",
        "UPDATE products SET title = ''",
        "UPDATE products SET published_year = 0",
        "UPDATE products SET category_id = 999",
        "UPDATE stock_levels SET reserved = -1",
        "UPDATE stock_levels SET reserved = on_hand + 1",
        "UPDATE stock_levels SET on_hand = -1",
        "UPDATE stock_movements SET kind = 'gift'",
        "UPDATE stock_movements SET on_hand_delta = 0",
        "UPDATE stock_movements SET reserved_delta = 1",
        "UPDATE stock_movements SET reference = 'again'",
        "DELETE FROM products",
    ],
)
def test_database_constraints(database: Database, statement: str) -> None:
    add_product(SqlUnitOfWorkFactory(database, ContextVarRequestContexts()), a_product(41), 5)
    with database.writing() as connection, pytest.raises(IntegrityError):
        connection.execute(text(statement))


def test_suggestions_read_a_bounded_number_of_categories(
    begin: SqlUnitOfWorkFactory,
    queries: SqlCatalogQueries,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Of 200 that match, only the tenth has products."""
    with_products = 1009
    add_categories(
        begin,
        *(
            a_category(number, f"shelf-{number}", name=f"Wall shelf {number}", position=number)
            for number in range(1000, 1200)
        ),
    )
    with begin() as work:
        work.products.add(a_product(100, details(title="Board", category_id=with_products)))
        work.commit()
    returned = []
    fetch = Database.fetch

    def record(*args: Any) -> list[Row]:  # noqa: ANN401 (of each call of `fetch`)
        rows = fetch(*args)
        returned.append(len(rows))
        return rows

    monkeypatch.setattr(Database, "fetch", record)
    for typed in ("s", "shelf", "wall she", "wallshelf"):
        [suggested] = queries.suggestions(typed)
        assert (suggested.name, suggested.count) == (f"Wall shelf {with_products}", 1)
        assert sum(returned) < 30
        returned.clear()
    assert queries.suggestions("helf") == []


@pytest.mark.parametrize(
    ("typed", "kinds", "expected"),
    [
        ("?", set(), {"sqlite": 0, "postgresql": 0}),
        # One for categories, one for brands, and two for products: by title, and by all texts. On
        # PostgreSQL two more: the titles of new products first, and an estimate.
        ("zzz", set(), {"sqlite": 4, "postgresql": 6}),
        ("kite", {SuggestionType.PRODUCT}, {"sqlite": 4, "postgresql": 6}),
        # One more for the numbers of products of categories, or for the images of brands.
        ("book", {SuggestionType.CATEGORY}, {"sqlite": 5, "postgresql": 7}),
        ("uda", {SuggestionType.BRAND, SuggestionType.PRODUCT}, {"sqlite": 5, "postgresql": 7}),
        ("b", {*SuggestionType}, {"sqlite": 6, "postgresql": 8}),
        ("b" * 200, set(), {"sqlite": 4, "postgresql": 6}),
        ("b a e i o u t n r s " * 10, set(), {"sqlite": 4, "postgresql": 6}),
        # Titles alone fill the list.
        ("lantern", {SuggestionType.PRODUCT}, {"sqlite": 3, "postgresql": 3}),
        # The first three matching categories are empty.
        ("wall shelf", {SuggestionType.CATEGORY}, {"sqlite": 6, "postgresql": 8}),
    ],
)
def test_suggestions_take_a_fixed_number_of_statements(
    begin: SqlUnitOfWorkFactory,
    database: Database,
    typed: str,
    kinds: set[SuggestionType],
    expected: dict[str, int],
) -> None:
    """For each kind, in a shop of a few products and of many that match."""
    fill(begin)
    shelves = range(1000, 1004)
    add_categories(
        begin, *(a_category(each, f"shelf-{each}", name=f"Wall shelf {each}") for each in shelves)
    )
    with begin() as work:
        work.products.add(a_product(2000, details(title="Board", category_id=shelves[-1])))
        lanterns = range(3000, 3000 + MAX_SUGGESTIONS)
        added = [
            a_product(each, details(title=f"Lantern {each}", brand="Old")) for each in lanterns
        ]
        work.products.add_all(added)
        work.stock.open({each.default_variant_id: 1 for each in added}, reason="Delivery", at=NOON)
        work.commit()
    queries = SqlCatalogQueries(database, INR)
    with counted_statements(database) as statements:
        suggested = queries.suggestions(typed)
    assert {each.type for each in suggested} == kinds
    assert len(statements) == expected[database.dialect], "\n".join(statements)
