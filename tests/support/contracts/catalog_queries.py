"""What everybody who answers for the catalogue promises."""

from datetime import timedelta

import pytest

from novacart.application.catalog.policy import CatalogPolicy
from novacart.application.catalog.queries import (
    BrandCount,
    CatalogQueries,
    ListPosition,
    ProductFilter,
    ProductSort,
    Suggestion,
    SuggestionType,
)
from novacart.application.ports.product_view import ProductView
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.catalog.errors import ProductNotFound
from novacart.domain.shared.ids import ProductId
from novacart.domain.shared.money import Money
from tests.support.builders.catalog import (
    NOON,
    a_category,
    a_claim,
    a_product,
    details,
    opened,
    stocked,
)

INR = CatalogPolicy(currency="INR")
EVERYTHING = ProductFilter()


def rupees(amount: int) -> Money:
    return Money(amount * 100, "INR")


def fill(begin: UnitOfWorkFactory) -> None:
    """Nine products, of which one is archived; their ids rise against their ages."""
    opened(
        begin,
        a_category(7, "books", name="Books", position=2),
        a_category(8, "toys", name="Toys & Games", position=1),
        a_category(9, "attic", name="Bookends", position=0, is_active=False),
    )
    shelf = [
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
        (106, 5, details(title="Brass lamp", price=99_900)),
        (107, 5, details(title="Old trunk", price=70_000, brand="Peepal", category_id=9)),
        (108, 5, details(title="River kite", price=1, brand="Gone", category_id=8)),
        (109, 4, details(title="Brass lamp", subtitle="small", price=20_000)),
    ]
    for number, stock, about in shelf:
        stocked(begin, a_product(number, about, at=NOON - timedelta(hours=number % 4)), stock)
    with begin() as work:
        gone = work.products.get_for_update(ProductId(108))
        gone.archive(at=NOON)
        work.products.save(gone)
        work.stock.reserve([a_claim(103, 1, "line:1:reserve")], at=NOON)
        work.commit()


def ids(
    queries: CatalogQueries, wanted: ProductFilter, sort: ProductSort = ProductSort.PRICE
) -> list[int]:
    return [p.id for p in queries.list_products(wanted, sort=sort, limit=200).products]


def leafed_through(
    queries: CatalogQueries, wanted: ProductFilter, sort: ProductSort, limit: int
) -> list[ProductView]:
    """A whole list, page by page."""
    found: list[ProductView] = []
    after: ListPosition | None = None
    while True:
        page = queries.list_products(wanted, sort=sort, limit=limit, after=after)
        assert len(page.products) <= limit
        found += page.products
        after = page.next
        if after is None:
            return found


class CatalogQueriesContract:
    """Subclasses give `begin`, and `queries` over the same store."""

    @pytest.fixture(autouse=True)
    def _catalogue(self, begin: UnitOfWorkFactory) -> None:
        fill(begin)

    def test_a_product_shows_all_that_is_said_of_it(self, queries: CatalogQueries) -> None:
        shown = queries.product(ProductId(103))
        assert shown == ProductView(
            id=ProductId(103),
            title="Kite",
            subtitle="with a river of ribbons",
            description="",
            price=rupees(200),
            author=None,
            published_year=None,
            brand="Udaan",
            stock=0,
            category_id=8,  # type: ignore[arg-type]
            image="/media/kite.webp",
            created_at=NOON - timedelta(hours=3),
            updated_at=NOON - timedelta(hours=3),
            version=1,
        )

    @pytest.mark.parametrize("product_id", [108, 1, 2**53 - 1])
    def test_what_is_not_sold_is_not_found(self, queries: CatalogQueries, product_id: int) -> None:
        with pytest.raises(ProductNotFound):
            queries.product(ProductId(product_id))

    @pytest.mark.parametrize(
        ("sort", "order"),
        [
            (ProductSort.PRICE, [104, 105, 102, 103, 109, 101, 107, 106]),
            (ProductSort.DEAREST, [106, 107, 101, 109, 103, 102, 105, 104]),
            (ProductSort.NEWEST, [104, 109, 105, 101, 106, 102, 107, 103]),
            (ProductSort.RELEVANCE, [104, 109, 105, 101, 106, 102, 107, 103]),
        ],
    )
    def test_each_order_is_total(
        self, queries: CatalogQueries, sort: ProductSort, order: list[int]
    ) -> None:
        assert ids(queries, EVERYTHING, sort) == order
        for limit in (1, 3, 8, 200):
            assert [p.id for p in leafed_through(queries, EVERYTHING, sort, limit)] == order

    @pytest.mark.parametrize(
        ("wanted", "found"),
        [
            (ProductFilter(category="books"), [105, 102, 101]),
            (ProductFilter(category="attic"), []),
            (ProductFilter(category="nowhere"), []),
            (ProductFilter(brands=("Udaan",)), [104, 103]),
            (ProductFilter(brands=("Udaan", "Brass lamp")), [104, 103, 109, 106]),
            (ProductFilter(brands=("udaan",)), []),
            (ProductFilter(min_price=rupees(200)), [102, 103, 109, 101, 107, 106]),
            (ProductFilter(max_price=rupees(200)), [104, 105, 102, 103, 109]),
            (ProductFilter(min_price=rupees(201), max_price=rupees(299)), []),
            (ProductFilter(in_stock=True), [104, 105, 109, 101, 107, 106]),
            (ProductFilter(in_stock=False), [102, 103]),
            (ProductFilter(search="river"), [104, 103, 101]),
            (ProductFilter(search="RIV kit"), [104, 103]),
            (ProductFilter(search="zoe strom"), [102]),
            (ProductFilter(search="Zoë"), [102]),
            (ProductFilter(search="peepal"), [102, 101, 107]),
            (ProductFilter(search="iver"), []),
            (ProductFilter(search="कित"), [105]),
            (ProductFilter(search="हिन्दी"), [105]),
            (ProductFilter(search='"kite" OR (trunk* -x'), []),
            (ProductFilter(search="kite's & string | !"), [104]),
            (ProductFilter(search="!?"), []),
            (ProductFilter(search="  "), [104, 105, 102, 103, 109, 101, 107, 106]),
            (ProductFilter(search="lamp", category="books"), []),
            (
                ProductFilter(category="toys", brands=("Udaan",), search="kite", in_stock=True),
                [104],
            ),
        ],
    )
    def test_filters_narrow_a_list(
        self, queries: CatalogQueries, wanted: ProductFilter, found: list[int]
    ) -> None:
        assert ids(queries, wanted) == found
        assert queries.count_products(wanted) == len(found)
        for sort in ProductSort:
            assert sorted(p.id for p in leafed_through(queries, wanted, sort, 2)) == sorted(found)

    def test_what_the_title_says_counts_most(self, queries: CatalogQueries) -> None:
        found = ids(queries, ProductFilter(search="river"), ProductSort.RELEVANCE)
        assert found[0] == 101
        found = ids(queries, ProductFilter(search="kite"), ProductSort.RELEVANCE)
        assert set(found) == {103, 104}

    def test_a_position_past_the_end_has_nothing_after_it(self, queries: CatalogQueries) -> None:
        for sort in ProductSort:
            for key in (-(10**17), 0, 10**17):
                place = ListPosition(key=key, id=1)
                queries.list_products(EVERYTHING, sort=sort, limit=5, after=place)
        last = ListPosition(key=10**12, id=2**53 - 1)
        page = queries.list_products(EVERYTHING, sort=ProductSort.PRICE, limit=5, after=last)
        assert (list(page.products), page.next) == ([], None)

    def test_a_change_is_found_and_what_was_is_not(
        self, begin: UnitOfWorkFactory, queries: CatalogQueries
    ) -> None:
        with begin() as work:
            product = work.products.get_for_update(ProductId(106))
            product.edit(details(title="Copper bell", price=99_900), at=NOON)
            work.products.save(product)
            back = work.products.get_for_update(ProductId(108))
            back.restore(at=NOON)
            work.products.save(back)
            work.commit()
        assert ids(queries, ProductFilter(search="copper")) == [106]
        assert ids(queries, ProductFilter(search="lamp")) == [109]
        assert ids(queries, ProductFilter(search="river kite")) == [108, 104, 103]

    def test_brands_are_counted_by_title(self, queries: CatalogQueries) -> None:
        assert queries.brands(None) == [
            BrandCount(title="Brass lamp", count=2),
            BrandCount(title="Peepal", count=3),
            BrandCount(title="Udaan", count=2),
            BrandCount(title="किताब", count=1),
        ]
        assert queries.brands("toys") == [BrandCount(title="Udaan", count=2)]
        assert queries.brands("nowhere") == []

    def test_prices_range_from_the_lowest_to_the_highest(self, queries: CatalogQueries) -> None:
        everywhere, books = queries.price_range(None), queries.price_range("books")
        nowhere = queries.price_range("nowhere")
        assert (everywhere.min_price, everywhere.max_price) == (rupees(50), rupees(999))
        assert (books.min_price, books.max_price) == (rupees(100), rupees(300))
        assert (nowhere.min_price, nowhere.max_price) == (rupees(0), rupees(0))

    def test_active_categories_stand_in_their_order(self, queries: CatalogQueries) -> None:
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

    def test_a_brand_that_is_one_title_is_not_suggested_beside_it(
        self, queries: CatalogQueries
    ) -> None:
        assert [each.type for each in queries.suggestions("किताब")] == [SuggestionType.PRODUCT]
        assert [each.type for each in queries.suggestions("brass")] == [
            SuggestionType.BRAND,
            SuggestionType.PRODUCT,
            SuggestionType.PRODUCT,
        ]

    @pytest.mark.parametrize("typed", ["", " ", "?", "zzz", '"', "*"])
    def test_where_nothing_is_meant_nothing_is_suggested(
        self, queries: CatalogQueries, typed: str
    ) -> None:
        assert queries.suggestions(typed) == []

    def test_ten_suggestions_are_enough(
        self, begin: UnitOfWorkFactory, queries: CatalogQueries
    ) -> None:
        for number in range(200, 215):
            stocked(begin, a_product(number, details(title=f"Kite {number}", brand="Udaan")))
        suggested = queries.suggestions("udaan")
        assert len(suggested) == 10
        assert suggested[0].count == 17

    def test_every_product_is_handed_out_with_its_category(self, queries: CatalogQueries) -> None:
        handed = list(queries.every_product())
        assert [each.product.id for each in handed] == [101, 102, 103, 104, 105, 106, 107, 109]
        assert [each.category_slug for each in handed[:6:5]] == ["books", None]
        assert handed[6].category_slug == "attic"
        assert handed[2].product == queries.product(ProductId(103))
