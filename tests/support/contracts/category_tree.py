"""Contract of `Categories` and `CatalogQueries` for the tree of categories and for slugs."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from novacart.application.catalog.queries import CatalogQueries, ProductFilter, ProductSort
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.catalog.errors import CategoryNotFound, ProductNotFound, SlugTaken
from novacart.domain.shared.ids import CategoryId, ProductId
from tests.support.builders.catalog import (
    NOON,
    a_category,
    a_product,
    add_categories,
    add_product,
    details,
)
from tests.support.contracts.catalog_queries import all_pages, rupees

# Changes are fields of any type.
# ruff: noqa: ANN401

CLOTHING, SHOES, BOOTS, TOYS = (CategoryId(number) for number in (10, 11, 12, 14))


def edit_category(begin: UnitOfWorkFactory, category_id: CategoryId, **changes: Any) -> None:
    with begin() as work:
        work.categories.lock_tree()
        category = work.categories.get_for_update(category_id)
        category.edit(replace(category.details, **changes), at=NOON)
        work.categories.save(category)
        work.commit()


def edit_product(begin: UnitOfWorkFactory, product_id: int, **changes: Any) -> None:
    with begin() as work:
        product = work.products.get_for_update(ProductId(product_id))
        product.edit(product.details.with_changes(changes), at=NOON)
        work.products.save(product)
        work.commit()


class CategoryTreeContract:
    """Subclasses provide `begin`, and `queries` on the same data."""

    @pytest.fixture(autouse=True)
    def _tree(self, begin: UnitOfWorkFactory) -> None:
        add_categories(
            begin,
            a_category(10, "clothing", position=1),
            a_category(11, "shoes", parent=10, position=1),
            a_category(12, "boots", parent=11),
            a_category(13, "shirts", parent=10, position=0),
            a_category(14, "toys", position=0),
        )
        for number, (category, brand, price) in enumerate(
            [
                (10, "Acme", 500),
                (11, "Acme", 400),
                (12, "Acme", 300),
                (12, "Bota", 200),
                (13, "Bota", 600),
                (14, "Acme", 100),
                (11, "Bota", 400),
            ]
        ):
            about = details(
                title=f"Thing {number}", brand=brand, price=price * 100, category_id=category
            )
            at = NOON - timedelta(hours=number % 3)
            add_product(begin, a_product(200 + number, about, at=at), stock=number % 2)

    def listed(self, queries: CatalogQueries, **filters: Any) -> list[int]:
        pages = [
            [each.id for each in all_pages(queries, ProductFilter(**filters), sort, limit)]
            for sort in ProductSort
            for limit in (1, 2, 200)
        ]
        assert len({tuple(sorted(page)) for page in pages}) == 1
        assert (
            len(pages[0]) == len(set(pages[0])) == queries.count_products(ProductFilter(**filters))
        )
        return sorted(pages[0])

    def test_parent_lists_the_products_of_all_categories_below(
        self, queries: CatalogQueries
    ) -> None:
        assert self.listed(queries, category="clothing") == [200, 201, 202, 203, 204, 206]
        assert self.listed(queries, category="shoes") == [201, 202, 203, 206]
        assert self.listed(queries, category="boots") == [202, 203]
        assert self.listed(queries, category="unknown") == []

    @pytest.mark.parametrize(
        ("filters", "expected"),
        [
            ({"brands": ("acme",)}, [200, 201, 202]),
            ({"brands": ("acme", "bota")}, [200, 201, 202, 203, 204, 206]),
            ({"in_stock": True}, [201, 203]),
            ({"in_stock": False}, [200, 202, 204, 206]),
            ({"min_price": rupees(300), "max_price": rupees(500)}, [200, 201, 202, 206]),
            ({"search": "thing"}, [200, 201, 202, 203, 204, 206]),
            ({"search": "thing 3"}, [203]),
            ({"search": "thing", "in_stock": True}, [201, 203]),
            ({"search": "nothing"}, []),
        ],
    )
    def test_parent_is_filtered(
        self, queries: CatalogQueries, filters: dict[str, Any], expected: list[int]
    ) -> None:
        assert self.listed(queries, category="clothing", **filters) == expected

    def test_parent_is_sorted(self, queries: CatalogQueries) -> None:
        filters = ProductFilter(category="clothing")
        rising = [each.id for each in all_pages(queries, filters, ProductSort.PRICE, 2)]
        assert rising == [203, 202, 201, 206, 200, 204]
        falling = [each.id for each in all_pages(queries, filters, ProductSort.PRICE_DESCENDING, 2)]
        assert falling == rising[::-1]
        newest = [each.id for each in all_pages(queries, filters, ProductSort.NEWEST, 2)]
        assert newest == [206, 203, 200, 204, 201, 202]

    def test_facets_of_a_parent_count_all_categories_below(self, queries: CatalogQueries) -> None:
        def brands(category: str) -> dict[str, int]:
            return {brand.title: brand.count for brand in queries.brands(category)}

        assert brands("clothing") == {"Acme": 3, "Bota": 3}
        assert brands("boots") == {"Acme": 1, "Bota": 1}
        prices = queries.price_range("clothing")
        assert (prices.min_price, prices.max_price) == (rupees(200), rupees(600))
        [suggested] = [each for each in queries.suggestions("cloth") if each.slug]
        assert (suggested.slug, suggested.count) == ("clothing", 6)
        counts = {each.slug: each.count for each in queries.category_counts()}
        assert counts == {"toys": 1, "clothing": 6, "shirts": 1, "shoes": 4, "boots": 2}

    def test_categories_are_in_the_order_of_the_tree(self, queries: CatalogQueries) -> None:
        shown = queries.categories()
        assert [each.slug for each in shown] == ["toys", "clothing", "shirts", "shoes", "boots"]
        boots = queries.category_by_slug("boots")
        assert boots.parent_id == SHOES
        assert [each.slug for each in boots.breadcrumbs] == ["clothing", "shoes", "boots"]
        assert queries.category(BOOTS) == boots == shown[-1]

    def test_moved_branch_is_listed_in_its_new_place(
        self, begin: UnitOfWorkFactory, queries: CatalogQueries
    ) -> None:
        edit_category(begin, SHOES, parent_id=TOYS)
        assert self.listed(queries, category="toys") == [201, 202, 203, 205, 206]
        assert self.listed(queries, category="clothing") == [200, 204]
        assert [each.slug for each in queries.category(BOOTS).breadcrumbs] == [
            "toys",
            "shoes",
            "boots",
        ]
        edit_category(begin, SHOES, parent_id=None)
        assert self.listed(queries, category="toys") == [205]
        assert self.listed(queries, category="shoes") == [201, 202, 203, 206]

    def test_inactive_category_hides_its_branch(
        self, begin: UnitOfWorkFactory, queries: CatalogQueries
    ) -> None:
        edit_category(begin, SHOES, is_active=False)
        assert self.listed(queries) == [200, 204, 205]
        assert self.listed(queries, category="clothing") == [200, 204]
        assert self.listed(queries, category="boots") == []
        assert [brand.count for brand in queries.brands(None)] == [2, 1]
        assert [each.slug for each in queries.categories()] == ["toys", "clothing", "shirts"]
        assert [each.count for each in queries.category_counts()] == [1, 2, 1]
        assert queries.suggestions("boots") == []
        with pytest.raises(CategoryNotFound):
            queries.category_by_slug("boots")
        assert queries.category(BOOTS).is_active

        # A branch that is moved out of it is shown again, and hidden when it is moved back.
        edit_category(begin, BOOTS, parent_id=TOYS)
        assert self.listed(queries, category="toys") == [202, 203, 205]
        edit_category(begin, BOOTS, parent_id=SHOES)
        assert self.listed(queries, category="toys") == [205]

        edit_category(begin, SHOES, is_active=True)
        assert self.listed(queries, category="boots") == [202, 203]

    def test_category_added_below_an_inactive_one_is_hidden(
        self, begin: UnitOfWorkFactory, queries: CatalogQueries
    ) -> None:
        edit_category(begin, SHOES, is_active=False)
        add_categories(begin, a_category(15, "sandals", parent=12))
        assert "sandals" not in [each.slug for each in queries.categories()]
        edit_category(begin, SHOES, is_active=True)
        sandals = queries.category_by_slug("sandals")
        assert [each.id for each in sandals.breadcrumbs] == [10, 11, 12, 15]

    def test_former_slug_of_a_category_leads_to_it(
        self, begin: UnitOfWorkFactory, queries: CatalogQueries
    ) -> None:
        edit_category(begin, SHOES, slug="footwear")
        edit_category(begin, SHOES, slug="schuhe-靴")
        for slug in ("shoes", "footwear", "schuhe-靴"):
            assert queries.category_by_slug(slug).slug == "schuhe-靴"
        assert self.listed(queries, category="shoes") == [201, 202, 203, 206]
        assert self.listed(queries, category="footwear", brands=("bota",)) == [203, 206]
        assert queries.brands("shoes") == queries.brands("schuhe-靴")

    def test_former_slug_that_is_used_again_leads_to_its_new_owner(
        self, begin: UnitOfWorkFactory, queries: CatalogQueries
    ) -> None:
        edit_category(begin, SHOES, slug="footwear")
        edit_category(begin, TOYS, slug="shoes")
        assert queries.category_by_slug("shoes").id == TOYS
        assert self.listed(queries, category="shoes") == [205]
        edit_category(begin, TOYS, slug="games")
        assert queries.category_by_slug("shoes").id == TOYS

    def test_product_is_found_by_its_generated_slug(self, queries: CatalogQueries) -> None:
        assert queries.product(ProductId(200)).current_slug == "thing-0-p200"
        for slug in ("thing-0-p200", "another-title-p200", "p200"):
            assert queries.product_by_slug(slug) == 200
        with pytest.raises(ProductNotFound):
            queries.product_by_slug("thing-0")

    def test_product_is_found_by_its_present_and_former_slugs(
        self, begin: UnitOfWorkFactory, queries: CatalogQueries
    ) -> None:
        edit_product(begin, 200, slug="first")
        assert queries.product(ProductId(200)).current_slug == "first"
        edit_product(begin, 200, slug="second")
        edit_product(begin, 201, slug="other")
        for slug in ("first", "second", "thing-0-p200"):
            assert queries.product_by_slug(slug) == 200
        edit_product(begin, 201, slug="first")
        assert queries.product_by_slug("first") == 201
        edit_product(begin, 200, slug=None)
        assert queries.product_by_slug("second") == 200
        assert queries.product(ProductId(200)).current_slug == "thing-0-p200"

    def test_archived_product_is_not_found_by_slug_and_keeps_it(
        self, begin: UnitOfWorkFactory, queries: CatalogQueries
    ) -> None:
        edit_product(begin, 200, slug="first")
        with begin() as work:
            product = work.products.get_for_update(ProductId(200))
            product.archive(at=NOON)
            work.products.save(product)
            work.commit()
        with pytest.raises(ProductNotFound):
            queries.product_by_slug("first")
        with pytest.raises(SlugTaken):
            edit_product(begin, 201, slug="first")

    def test_taken_slug_of_a_product_raises(self, begin: UnitOfWorkFactory) -> None:
        edit_product(begin, 200, slug="first")
        with begin() as work:
            assert work.products.ids_by_slug(["first", "second"]) == {"first": 200}
            with pytest.raises(SlugTaken):
                work.products.add(a_product(300, details(slug="first")))
