"""Contract of the `CatalogQueries` port."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from novacart.application.catalog.policy import CatalogPolicy
from novacart.application.catalog.queries import (
    BrandCount,
    CatalogQueries,
    ListedProduct,
    ListPosition,
    ProductFilter,
    ProductSort,
    Suggestion,
    SuggestionType,
)
from novacart.application.ports.product_view import ProductView
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.catalog.errors import ProductNotFound, VariantNotFound
from novacart.domain.catalog.product import Product
from novacart.domain.shared.ids import CategoryId, ProductId, VariantId
from novacart.domain.shared.money import Money
from tests.support.builders.catalog import (
    NOON,
    a_category,
    a_claim,
    a_product,
    a_variant,
    add_categories,
    add_product,
    an_option,
    details,
    variant_details,
)
from tests.support.contracts.galleries import BACK, FRONT
from tests.support.contracts.products import MEDIUM, add_shirt
from tests.support.search_pairs import FOUND, NOT_FOUND, TITLES

INR = CatalogPolicy(currency="INR")
EVERYTHING = ProductFilter()


def rupees(amount: int) -> Money:
    return Money(amount * 100, "INR")


def put_on_sale(product: Product) -> None:
    """Add a compare-at price to the default variant."""
    price = product.details.price
    reduced = replace(product.default_variant.details, compare_at_price=price * 2)
    product.edit_variants({product.default_variant_id: reduced}, at=product.updated_at)


def fill(begin: UnitOfWorkFactory) -> None:
    """Add three categories and nine products, one of them archived, four on sale."""
    add_categories(
        begin,
        a_category(7, "books", name="Books", position=2),
        a_category(8, "toys", name="Toys & Games", position=1),
        a_category(9, "attic", name="Bookends", position=0, is_active=False),
    )
    products = [
        (
            101,
            3,
            details(
                title="River Stones",
                price=30_000,
                brand="Peepal",
                author="Noor Ambalgar",
                category_id=7,
                image="/media/river.webp",
            ),
        ),
        (
            102,
            0,
            details(
                title="Stone Fruit", price=20_000, brand="Peepal", author="Zoë Ström", category_id=7
            ),
        ),
        (
            103,
            1,
            details(
                title="Kite",
                subtitle="with a river of ribbons",
                price=20_000,
                brand="Udaan",
                category_id=8,
                image="/media/kite.webp",
                tags=("Monsoon", "Outdoors"),
            ),
        ),
        (
            104,
            9,
            details(
                title="Kite string",
                description="For the kite that goes over the river",
                price=5_000,
                brand="Udaan",
                category_id=8,
                image="/media/a-string.webp",
            ),
        ),
        (105, 2, details(title="किताब", subtitle="हिन्दी", price=10_000, category_id=7)),
        (106, 5, details(title="Brass lamp", price=99_900, tags=("Diwali", "monsoon"))),
        (107, 5, details(title="Old trunk", price=70_000, brand="Peepal", category_id=9)),
        (108, 5, details(title="River kite", price=1, brand="Gone", category_id=8)),
        (109, 4, details(title="Brass lamp", subtitle="small", price=20_000)),
    ]
    for number, stock, about in products:
        product = a_product(number, about, at=NOON - timedelta(hours=number % 4))
        if number in {101, 104, 106, 108}:
            put_on_sale(product)
        add_product(begin, product, stock)
    with begin() as work:
        archived = work.products.get_for_update(ProductId(108))
        archived.archive(at=NOON)
        work.products.save(archived)
        work.stock.reserve([a_claim(103, 1, "line:1:reserve")], at=NOON)
        work.commit()


def ids(
    queries: CatalogQueries, filters: ProductFilter, sort: ProductSort = ProductSort.PRICE
) -> list[int]:
    return [p.id for p in queries.list_products(filters, sort=sort, limit=200).products]


def all_pages(
    queries: CatalogQueries, filters: ProductFilter, sort: ProductSort, limit: int
) -> list[ListedProduct]:
    """All products of a list, loaded page by page."""
    products: list[ListedProduct] = []
    after: ListPosition | None = None
    while True:
        page = queries.list_products(filters, sort=sort, limit=limit, after=after)
        assert len(page.products) <= limit
        products += page.products
        after = page.next
        if after is None:
            return products


def check_that_counts_follow_changes(begin: UnitOfWorkFactory, queries: CatalogQueries) -> None:
    """Change a product in each way, and compare what is counted after each change."""

    def counted(category: str | None = None) -> tuple[dict[str, int], int]:
        brands = {brand.title: brand.count for brand in queries.brands(category)}
        return brands, queries.count_products(ProductFilter(category=category))

    def suggested(text: str) -> list[tuple[str, int]]:
        return [
            (each.name, each.count)
            for each in queries.suggestions(text)
            if each.type is not SuggestionType.PRODUCT
        ]

    def change(act: Callable[[Product], object]) -> None:
        with begin() as work:
            product = work.products.get_for_update(ProductId(300))
            act(product)
            work.products.save(product)
            work.commit()

    toys, number_of_toys = counted("toys")
    books, number_of_books = counted("books")
    kite = details(title="Red kite", brand="Zephyr", category_id=8)
    with begin() as work:
        work.products.add_all([a_product(300, kite), a_product(301, replace(kite, title="Blue"))])
        work.stock.open({VariantId(300): 1, VariantId(301): 1}, reason="Delivery", at=NOON)
        work.commit()
    assert counted("toys") == (toys | {"Zephyr": 2}, number_of_toys + 2)
    assert suggested("zep") == [("Zephyr", 2)]
    assert suggested("toys") == [("Toys & Games", number_of_toys + 2)]

    change(lambda product: product.edit(replace(kite, brand="Gale"), at=NOON))
    assert counted("toys") == (toys | {"Zephyr": 1, "Gale": 1}, number_of_toys + 2)
    assert (suggested("zep"), suggested("gal")) == ([("Zephyr", 1)], [("Gale", 1)])

    change(lambda product: product.edit(replace(kite, category_id=CategoryId(7)), at=NOON))
    assert counted("toys") == (toys | {"Zephyr": 1}, number_of_toys + 1)
    assert counted("books") == (books | {"Zephyr": 1}, number_of_books + 1)
    assert queries.count_products(ProductFilter(brands=("ZEPHYR",))) == 2

    change(lambda product: product.edit(kite, at=NOON))
    change(lambda product: product.archive(at=NOON))
    assert counted("toys") == (toys | {"Zephyr": 1}, number_of_toys + 1)
    assert counted("books") == (books, number_of_books)

    change(lambda product: product.restore(at=NOON))
    assert counted("toys") == (toys | {"Zephyr": 2}, number_of_toys + 2)

    with begin() as work:
        product = work.products.get_for_update(ProductId(300))
        product.archive(at=NOON)
        work.products.save(product)
    assert counted("toys") == (toys | {"Zephyr": 2}, number_of_toys + 2)

    with begin() as work:
        category = work.categories.get_for_update(CategoryId(8))
        category.edit(replace(category.details, is_active=False), at=NOON)
        work.categories.save(category)
        work.commit()
    assert counted("toys") == ({}, 0)
    assert suggested("zep") == []


def check_that_sales_follow_changes(begin: UnitOfWorkFactory, queries: CatalogQueries) -> None:
    """Start and end a sale of each kind, and compare lists and counts after each change."""
    on_sale = ProductFilter(category="toys", on_sale=True)
    others = ProductFilter(category="toys", on_sale=False)

    def check(*, expected: bool) -> None:
        shown, hidden = ids(queries, on_sale), ids(queries, others)
        assert (103 in shown, 103 in hidden) == (expected, not expected)
        for filters, listed in ((on_sale, shown), (others, hidden)):
            assert queries.count_products(filters) == len(listed)
            by_brand = replace(filters, brands=("udaan",))
            assert queries.count_products(by_brand) == len(ids(queries, by_brand))
            in_stock = replace(filters, in_stock=True)
            assert queries.count_products(in_stock) == len(ids(queries, in_stock))

    def change(act: Callable[[Product], object], *, expected: bool) -> None:
        with begin() as work:
            kite = work.products.get_for_update(ProductId(103))
            act(kite)
            work.products.save(kite)
            work.commit()
        check(expected=expected)

    price = rupees(200)
    reduced = variant_details(price=price.amount, compare_at=price.amount + 1)
    other = VariantId(520)
    option = an_option(500, "Size", "S", "M")

    def add_reduced_variant(product: Product) -> None:
        product.add_option(option, existing="S", at=NOON)
        values = {option.id: option.values[1].id}
        product.add_variants([a_variant(other, values, reduced)], at=NOON)

    check(expected=False)
    change(put_on_sale, expected=True)
    change(
        lambda kite: kite.edit_variants(
            {kite.default_variant_id: variant_details(price=price.amount)}, at=NOON
        ),
        expected=False,
    )
    change(add_reduced_variant, expected=True)
    change(lambda kite: kite.archive_variant(other, at=NOON), expected=False)
    change(lambda kite: kite.restore_variant(other, at=NOON), expected=True)
    change(
        lambda kite: kite.edit(replace(kite.details, brand="Gale"), at=NOON),
        expected=True,
    )
    with begin() as work:
        kite = work.products.get_for_update(ProductId(103))
        kite.archive(at=NOON)
        work.products.save(kite)
        work.commit()
    assert 103 not in ids(queries, on_sale)
    assert queries.count_products(on_sale) == len(ids(queries, on_sale))


class CatalogQueriesContract:
    """Subclasses provide `begin`, and `queries` on the same data."""

    @pytest.fixture(autouse=True)
    def _catalog(self, begin: UnitOfWorkFactory) -> None:
        fill(begin)

    def test_product_has_all_fields(self, queries: CatalogQueries) -> None:
        shown = queries.product(ProductId(103))
        assert shown == ProductView(
            id=ProductId(103),
            sku=None,
            title="Kite",
            subtitle="with a river of ribbons",
            description="",
            price_minor=200_00,
            compare_at_minor=None,
            lowest_30_days_minor=None,
            is_on_sale=False,
            currency="INR",
            author=None,
            published_year=None,
            brand="Udaan",
            stock=0,
            is_available=False,
            has_options=False,
            category_id=8,  # type: ignore[arg-type]
            image="/media/kite.webp",
            image_sizes=(),
            slug=None,
            meta_title=None,
            meta_description=None,
            description_html="",
            tags=("Monsoon", "Outdoors"),
            created_at=NOON - timedelta(hours=3),
            updated_at=NOON - timedelta(hours=3),
            version=1,
        )

    def test_products_are_those_that_exist(self, queries: CatalogQueries) -> None:
        wanted = [ProductId(number) for number in (103, 101, 108, 1, 2**53 - 1)]
        shown = queries.products(wanted)
        assert sorted(product.id for product in shown) == [101, 103]
        assert all(product == queries.product(product.id) for product in shown)
        assert queries.products([]) == []

    def test_product_is_shown_with_its_pictures(
        self, begin: UnitOfWorkFactory, queries: CatalogQueries
    ) -> None:
        add_product(begin, a_product(300))
        product_id = ProductId(300)
        assert queries.product_with_variants(product_id).pictures == []
        before = queries.product_state(product_id).gallery_version
        with begin() as work:
            gallery = work.galleries.get(product_id)
            gallery.add(BACK, at=NOON)
            gallery.add(FRONT, position=0, at=NOON)
            work.galleries.save(gallery)
            work.commit()
        shown = queries.product_with_variants(product_id)
        assert [(each.id, each.image, each.alt) for each in shown.pictures] == [
            (FRONT.id, FRONT.image, "Front"),
            (BACK.id, BACK.image, ""),
        ]
        assert [(each.width, each.height) for each in shown.pictures] == [
            (1600, 1200),
            (None, None),
        ]
        smaller = [(each.image, each.width) for each in FRONT.smaller]
        assert [each.smaller for each in shown.pictures] == [smaller, []]
        exported = {each.product.id: each.pictures for each in queries.all_products()}
        assert exported[product_id] == shown.pictures
        assert [each.image for each in exported[ProductId(101)]] == ["/media/river.webp"]
        assert shown.gallery_version == before + 1
        assert queries.product_state(product_id) == shown.state
        # The product has no image of its own yet.
        assert shown.product.image_sizes == ()
        with begin() as work:
            product = work.products.get_for_update(product_id)
            product.edit(replace(product.details, image=FRONT.image), at=NOON)
            work.products.save(product)
            work.commit()
        expected = (*smaller, (FRONT.image, FRONT.width))
        assert queries.product(product_id).image_sizes == expected
        suggested = queries.suggestions(shown.product.brand)
        assert expected in {each.image_sizes for each in suggested}

    def test_product_is_shown_with_its_active_variants(
        self, begin: UnitOfWorkFactory, queries: CatalogQueries
    ) -> None:
        shirt = add_shirt(begin)
        with begin() as work:
            work.stock.set_available(MEDIUM, 7, reason="Count", at=NOON)
            work.commit()
        shown = queries.product_with_variants(shirt.id)
        assert shown.product == queries.product(shirt.id)
        assert queries.product_state(shirt.id) == shown.state
        assert (shown.state.default_stock, shown.state.stocks) == (7, [shown.variants[0].stock, 7])
        assert (shown.product.price, shown.product.stock) == (rupees(399), 7)
        assert (shown.product.sku, shown.default_variant_id) == ("SH-M", MEDIUM)
        [size] = shown.options
        assert (size.id, size.name) == (100, "Size")
        assert [tuple(value) for value in size.values] == [(101, "S"), (102, "M"), (103, "L")]
        assert [(each.id, each.options, each.values) for each in shown.variants] == [
            (41, "Size: S", {100: 101}),
            (MEDIUM, "Size: M", {100: 102}),
        ]
        medium = shown.variants[1]
        assert (medium.barcode, medium.weight_g) == ("4006381333931", 250)
        assert (medium.price_minor, medium.compare_at_minor, medium.stock) == (39_900, 49_900, 7)
        with begin() as work:
            shirt = work.products.get_for_update(shirt.id)
            shirt.archive_variant(VariantId(41), at=NOON)
            work.products.save(shirt)
            work.commit()
        assert [each.id for each in queries.product_of(MEDIUM).variants] == [MEDIUM]
        assert queries.product_state(shirt.id) == queries.product_of(MEDIUM).state
        assert queries.product_state(shirt.id).stocks == [7]
        with pytest.raises(ProductNotFound):
            queries.product_state(ProductId(9_999))
        with pytest.raises(VariantNotFound):
            queries.product_of(VariantId(41))

    def test_product_without_options_has_one_variant(
        self, begin: UnitOfWorkFactory, queries: CatalogQueries
    ) -> None:
        add_product(begin, a_product(42, details(sku="BK-1", price=100)), 3)
        shown = queries.product_with_variants(ProductId(42))
        [variant] = shown.variants
        assert (shown.options, shown.default_variant_id, variant.id) == ([], 42, 42)
        assert (variant.sku, variant.price_minor, variant.stock) == ("BK-1", 100, 3)
        with pytest.raises(ProductNotFound):
            queries.product_with_variants(ProductId(43))

    def test_product_is_found_by_the_codes_of_its_variants(
        self, begin: UnitOfWorkFactory, queries: CatalogQueries
    ) -> None:
        shirt = add_shirt(begin)
        for typed in ("SH-S", "SH-M", "4006381333931"):
            page = queries.list_products(
                ProductFilter(search=typed), sort=ProductSort.NEWEST, limit=5
            )
            assert [each.id for each in page.products] == [shirt.id], typed

    def test_listed_product_has_version_price_and_stock(self, queries: CatalogQueries) -> None:
        filters = ProductFilter(category="toys")
        page = queries.list_products(filters, sort=ProductSort.PRICE, limit=2)
        assert page.products == [
            ListedProduct(ProductId(104), version=1, price_minor=5_000, stock=9, is_available=True),
            ListedProduct(
                ProductId(103), version=1, price_minor=20_000, stock=0, is_available=False
            ),
        ]

    @pytest.mark.parametrize(
        "others", [{}, {"search": "SH-S"}, {"brands": ("Shirt",)}, {"max_price": rupees(399)}]
    )
    def test_product_is_available_while_any_of_its_variants_is(
        self, begin: UnitOfWorkFactory, queries: CatalogQueries, others: dict[str, Any]
    ) -> None:
        shirt = add_shirt(begin)
        small = VariantId(shirt.id)
        before = queries.facets(EVERYTHING)

        def set_stock(stock: int, *variants: VariantId) -> None:
            with begin() as work:
                for variant in variants:
                    work.stock.set_available(variant, stock, reason="Count", at=NOON)
                work.commit()

        def check(*, in_stock: bool, available: bool) -> None:
            view = queries.product(shirt.id)
            assert (view.stock > 0, view.is_available) == (in_stock, available)
            for name, expected in (("in_stock", in_stock), ("available", available)):
                for wanted in (True, False):
                    changes: dict[str, Any] = {**others, name: wanted}
                    filters = replace(EVERYTHING, **changes)
                    listed = ids(queries, filters)
                    assert (shirt.id in listed) == (wanted is expected)
                    assert queries.count_products(filters) == len(listed)
                    assert queries.facets(filters).count == len(listed)
            facets = queries.facets(EVERYTHING)
            assert facets.in_stock == before.in_stock - (not in_stock)
            assert facets.available == before.available - (not available)

        check(in_stock=True, available=True)
        set_stock(0, MEDIUM)
        check(in_stock=False, available=True)
        set_stock(0, small)
        check(in_stock=False, available=False)
        set_stock(5, small)
        with begin() as work:
            product = work.products.get_for_update(shirt.id)
            product.archive_variant(small, at=NOON)
            work.products.save(product)
            work.commit()
        check(in_stock=False, available=False)

    @pytest.mark.parametrize("product_id", [108, 1, 2**53 - 1])
    def test_archived_or_unknown_product_raises(
        self, queries: CatalogQueries, product_id: int
    ) -> None:
        with pytest.raises(ProductNotFound):
            queries.product(ProductId(product_id))

    @pytest.mark.parametrize(
        ("sort", "order"),
        [
            (ProductSort.PRICE, [104, 105, 102, 103, 109, 101, 106]),
            (ProductSort.PRICE_DESCENDING, [106, 101, 109, 103, 102, 105, 104]),
            (ProductSort.NEWEST, [104, 109, 105, 101, 106, 102, 103]),
            (ProductSort.RELEVANCE, [104, 109, 105, 101, 106, 102, 103]),
        ],
    )
    def test_sort_order_is_total_on_every_page_size(
        self, queries: CatalogQueries, sort: ProductSort, order: list[int]
    ) -> None:
        assert ids(queries, EVERYTHING, sort) == order
        for limit in (1, 3, 8, 200):
            assert [p.id for p in all_pages(queries, EVERYTHING, sort, limit)] == order

    def test_newest_positions_continue_a_list_of_the_newest(self, queries: CatalogQueries) -> None:
        positions = queries.newest_positions(limit=200)
        assert [each.id for each in positions] == ids(queries, EVERYTHING, ProductSort.NEWEST)
        assert queries.newest_positions(limit=2) == positions[:2]
        assert queries.newest_positions(limit=2, skip=3) == positions[3:5]
        assert queries.newest_positions(limit=2, skip=1, after=positions[2]) == positions[4:6]
        assert queries.newest_positions(limit=2, after=positions[-1]) == []
        page = queries.list_products(EVERYTHING, sort=ProductSort.NEWEST, limit=3)
        assert page.next == positions[2]

    @pytest.mark.parametrize(
        ("filters", "expected"),
        [
            (ProductFilter(category="books"), [105, 102, 101]),
            (ProductFilter(category="attic"), []),
            (ProductFilter(category="nowhere"), []),
            (ProductFilter(brands=("Udaan",)), [104, 103]),
            (ProductFilter(brands=("Udaan", "Brass lamp")), [104, 103, 109, 106]),
            (ProductFilter(brands=("UDAAN", "udaan ")), [104, 103]),
            (ProductFilter(brands=("BRÁSS  Lamp",)), [109, 106]),
            (ProductFilter(tags=("MONSOON",)), [103, 106]),
            (ProductFilter(tags=("diwali", "Outdoors")), [103, 106]),
            (ProductFilter(tags=("monsoon",), category="toys"), [103]),
            (ProductFilter(tags=("monsoon",), in_stock=True), [106]),
            (ProductFilter(tags=("monsoon",), search="lamp"), [106]),
            (ProductFilter(tags=("monsoon",), on_sale=True), [106]),
            (ProductFilter(tags=("monsoon",), brands=("Udaan",)), [103]),
            (ProductFilter(tags=("monsoon",), min_price=rupees(201)), [106]),
            (ProductFilter(tags=("monsoon",), category="nowhere"), []),
            (ProductFilter(tags=("mons",)), []),
            (ProductFilter(min_price=rupees(200)), [102, 103, 109, 101, 106]),
            (ProductFilter(max_price=rupees(200)), [104, 105, 102, 103, 109]),
            (ProductFilter(min_price=rupees(201), max_price=rupees(299)), []),
            (ProductFilter(in_stock=True), [104, 105, 109, 101, 106]),
            (ProductFilter(in_stock=False), [102, 103]),
            (ProductFilter(in_stock=True, category="books"), [105, 101]),
            (ProductFilter(in_stock=True, category="attic"), []),
            (ProductFilter(in_stock=True, brands=("Udaan", "Brass lamp")), [104, 109, 106]),
            (ProductFilter(search="river"), [104, 103, 101]),
            (ProductFilter(search="RIV kit"), [104, 103]),
            (ProductFilter(search="zoe strom"), [102]),
            (ProductFilter(search="Zoë"), [102]),
            (ProductFilter(search="peepal"), [102, 101]),
            (ProductFilter(search="trunk"), []),
            (ProductFilter(search="iver"), []),
            (ProductFilter(search="कित"), [105]),
            (ProductFilter(search="हिन्दी"), [105]),
            (ProductFilter(search='"kite" OR (trunk* -x'), []),
            (ProductFilter(search="kite & string | !"), [104]),
            (ProductFilter(search="!?"), []),
            (ProductFilter(search="  "), [104, 105, 102, 103, 109, 101, 106]),
            (ProductFilter(search="lamp", category="books"), []),
            (
                ProductFilter(category="toys", brands=("Udaan",), search="kite", in_stock=True),
                [104],
            ),
        ],
    )
    def test_filters(
        self, queries: CatalogQueries, filters: ProductFilter, expected: list[int]
    ) -> None:
        assert ids(queries, filters) == expected
        assert queries.count_products(filters) == len(expected)
        assert queries.estimate_count(filters) == (len(expected), True)
        for sort in ProductSort:
            assert sorted(p.id for p in all_pages(queries, filters, sort, 2)) == sorted(expected)

    def test_search_of_each_query_returns_the_expected_titles(
        self, begin: UnitOfWorkFactory, queries: CatalogQueries
    ) -> None:
        numbers = {title: 500 + number for number, title in enumerate(TITLES)}
        for title, number in numbers.items():
            add_product(begin, a_product(number, details(title=title)))

        def found(query: str) -> tuple[bool, bool]:
            """Whether list and suggestions have the title."""
            listed = ids(queries, ProductFilter(search=query))
            suggested = {each.id for each in queries.suggestions(query)}
            return numbers[title] in listed, numbers[title] in suggested

        for query, title in FOUND:
            listed, suggested = found(query)
            assert listed, (query, title)
            # Many titles begin with one letter, and ten are suggested.
            assert suggested or len(query) == 1, (query, title)
        for query, title in NOT_FOUND:
            assert found(query) == (False, False), (query, title)

    def test_inactive_category_hides_its_products(
        self, begin: UnitOfWorkFactory, queries: CatalogQueries
    ) -> None:
        def shown() -> tuple[int, bool, int, Money, bool]:
            return (
                queries.count_products(ProductFilter(search="trunk")),
                107 in ids(queries, EVERYTHING),
                sum(brand.count for brand in queries.brands(None) if brand.title == "Peepal"),
                queries.price_range(None).max_price,
                bool(queries.suggestions("trunk")),
            )

        assert queries.product(ProductId(107)).title == "Old trunk"
        assert shown() == (0, False, 2, rupees(999), False)
        with begin() as work:
            attic = work.categories.get_for_update(CategoryId(9))
            attic.edit(replace(attic.details, is_active=True), at=NOON)
            work.categories.save(attic)
            work.commit()
        assert shown() == (1, True, 3, rupees(999), True)

    def test_category_with_only_inactive_categories_in_it_lists_its_products(
        self, begin: UnitOfWorkFactory, queries: CatalogQueries
    ) -> None:
        toys = ProductFilter(category="toys")
        before = ids(queries, toys)
        assert before
        add_categories(
            begin,
            a_category(10, "shelf", parent=8, is_active=False),
            a_category(11, "box", parent=10),
        )
        for product_id, category_id in ((300, 10), (301, 11)):
            add_product(begin, a_product(product_id, details(category_id=category_id)))
        assert ids(queries, toys) == before
        assert queries.count_products(toys) == len(before)

    def test_hidden_products_do_not_displace_suggestions(
        self, begin: UnitOfWorkFactory, queries: CatalogQueries
    ) -> None:
        for number in range(300, 320):
            add_product(begin, a_product(number, details(title="Brass trunk", category_id=9)))
        suggested = queries.suggestions("brass")
        assert [each.id for each in suggested if each.id] == [109, 106]
        assert suggested[0].count == 2

    def test_long_brand_of_folding_letters_is_a_facet(
        self, begin: UnitOfWorkFactory, queries: CatalogQueries
    ) -> None:
        brand = "\ufdfa" * 200
        add_product(begin, a_product(300, details(title="Long", brand=brand)))
        assert ids(queries, ProductFilter(brands=(brand,))) == [300]
        assert BrandCount(title=brand, count=1) in queries.brands(None)

    def test_spellings_of_a_brand_are_one_facet(
        self, begin: UnitOfWorkFactory, queries: CatalogQueries
    ) -> None:
        for number, brand in enumerate(["Tea House", "TEA HOUSE", "tea  house", "Tea House"]):
            about = details(title=f"Leaves {number}", brand=brand, category_id=7, price=100)
            add_product(begin, a_product(300 + number, about))
        assert BrandCount(title="Tea House", count=4) in queries.brands("books")
        assert len([b for b in queries.brands(None) if "tea" in b.title.lower()]) == 1
        assert len(ids(queries, ProductFilter(brands=("tea house",)))) == 4
        suggested = queries.suggestions("tea hou")[0]
        assert (suggested.type, suggested.name, suggested.count) == (
            SuggestionType.BRAND,
            "Tea House",
            4,
        )

    def test_match_in_the_title_ranks_first(self, queries: CatalogQueries) -> None:
        found = ids(queries, ProductFilter(search="river"), ProductSort.RELEVANCE)
        assert found[0] == 101
        found = ids(queries, ProductFilter(search="kite"), ProductSort.RELEVANCE)
        assert set(found) == {103, 104}

    def test_position_out_of_range_is_accepted(self, queries: CatalogQueries) -> None:
        for sort in ProductSort:
            for key in (-(10**17), 0, 10**17):
                place = ListPosition(key=key, id=1)
                queries.list_products(EVERYTHING, sort=sort, limit=5, after=place)
                queries.newest_positions(limit=5, after=place)
        last = ListPosition(key=10**12, id=2**53 - 1)
        page = queries.list_products(EVERYTHING, sort=ProductSort.PRICE, limit=5, after=last)
        assert (list(page.products), page.next) == ([], None)

    def test_search_index_follows_edits_and_restores(
        self, begin: UnitOfWorkFactory, queries: CatalogQueries
    ) -> None:
        with begin() as work:
            product = work.products.get_for_update(ProductId(106))
            product.edit(details(title="Copper bell", price=99_900), at=NOON)
            work.products.save(product)
            restored = work.products.get_for_update(ProductId(108))
            restored.restore(at=NOON)
            work.products.save(restored)
            work.commit()
        assert ids(queries, ProductFilter(search="copper")) == [106]
        assert ids(queries, ProductFilter(search="lamp")) == [109]
        assert ids(queries, ProductFilter(search="river kite")) == [108, 104, 103]

    def test_counts_follow_every_change_of_a_product(
        self, begin: UnitOfWorkFactory, queries: CatalogQueries
    ) -> None:
        check_that_counts_follow_changes(begin, queries)

    def test_products_on_sale_follow_changes(
        self, begin: UnitOfWorkFactory, queries: CatalogQueries
    ) -> None:
        check_that_sales_follow_changes(begin, queries)

    def test_brands_are_counted_and_sorted_by_title(self, queries: CatalogQueries) -> None:
        assert queries.brands(None) == [
            BrandCount(title="Brass lamp", count=2),
            BrandCount(title="Peepal", count=2),
            BrandCount(title="Udaan", count=2),
            BrandCount(title="किताब", count=1),
        ]
        assert queries.brands("toys") == [BrandCount(title="Udaan", count=2)]
        assert queries.brands("nowhere") == []

    def test_price_range_is_of_the_category(self, queries: CatalogQueries) -> None:
        everywhere, books = queries.price_range(None), queries.price_range("books")
        nowhere = queries.price_range("nowhere")
        assert (everywhere.min_price, everywhere.max_price) == (rupees(50), rupees(999))
        assert (books.min_price, books.max_price) == (rupees(100), rupees(300))
        assert (nowhere.min_price, nowhere.max_price) == (rupees(0), rupees(0))

    def test_active_categories_are_sorted_by_position(self, queries: CatalogQueries) -> None:
        shown = queries.categories()
        assert [category.slug for category in shown] == ["toys", "books"]
        assert shown[0].name == "Toys & Games"
        assert shown[0].image == "/media/toys.webp"

    def test_suggestions_are_categories_then_brands_then_products(
        self, queries: CatalogQueries
    ) -> None:
        [category] = queries.suggestions("book")
        assert category == Suggestion(
            type=SuggestionType.CATEGORY,
            name="Books",
            slug="books",
            count=3,
            image="/media/books.webp",
        )
        brand, *products = queries.suggestions("uda")
        assert brand == Suggestion(
            type=SuggestionType.BRAND, name="Udaan", count=2, image="/media/a-string.webp"
        )
        assert {product.id for product in products} == {103, 104}
        assert {product.type for product in products} == {SuggestionType.PRODUCT}

    def test_brand_equal_to_its_only_title_is_not_suggested(self, queries: CatalogQueries) -> None:
        assert [each.type for each in queries.suggestions("किताब")] == [SuggestionType.PRODUCT]
        assert [each.type for each in queries.suggestions("brass")] == [
            SuggestionType.BRAND,
            SuggestionType.PRODUCT,
            SuggestionType.PRODUCT,
        ]

    @pytest.mark.parametrize("text", ["", " ", "?", "zzz", '"', "*"])
    def test_text_without_matches_has_no_suggestions(
        self, queries: CatalogQueries, text: str
    ) -> None:
        assert queries.suggestions(text) == []

    def test_suggestions_are_limited(
        self, begin: UnitOfWorkFactory, queries: CatalogQueries
    ) -> None:
        for number in range(200, 215):
            add_product(begin, a_product(number, details(title=f"Kite {number}", brand="Udaan")))
        suggested = queries.suggestions("udaan")
        assert len(suggested) == 10
        assert suggested[0].count == 17

    def test_export_allows_writes_between_two_products(
        self, queries: CatalogQueries, begin: UnitOfWorkFactory
    ) -> None:
        exported = []
        for each in queries.all_products():
            exported.append(each.product.id)
            with begin() as work:
                product = work.products.get(each.product.id)
                work.products.save(product)
                work.commit()
        assert exported == sorted(set(exported))
        assert exported

    def test_all_products_have_the_slug_of_their_category(self, queries: CatalogQueries) -> None:
        exported = list(queries.all_products())
        assert [each.product.id for each in exported] == [101, 102, 103, 104, 105, 106, 107, 109]
        assert [each.category_slug for each in exported[:6:5]] == ["books", None]
        assert exported[6].category_slug == "attic"
        assert exported[2].product == queries.product(ProductId(103))

    def test_exported_product_below_a_hidden_category_is_not_shown(
        self, queries: CatalogQueries, begin: UnitOfWorkFactory
    ) -> None:
        add_categories(begin, a_category(10, "shelf", parent=9))
        add_product(begin, a_product(110, details(title="Shelf end", category_id=10)))
        exported = {each.product.id: each for each in queries.all_products()}
        assert {each: exported[ProductId(each)].is_shown for each in (101, 106, 107, 110)} == {
            101: True,
            106: True,
            107: False,
            110: False,
        }
        assert exported[ProductId(110)].category_active
