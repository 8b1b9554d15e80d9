"""Contract of `Attributes`, of the filters by attributes, and of facets."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from novacart.application.catalog.attribute_filters import read_conditions
from novacart.application.catalog.queries import (
    AttributeFacet,
    CatalogQueries,
    ProductFacets,
    ProductFilter,
    ProductSort,
)
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.catalog.attribute_details import AttributeType, AttributeValue
from novacart.domain.catalog.errors import AttributeNotFound, CategoryNotFound
from novacart.domain.shared.errors import ConcurrentChange
from novacart.domain.shared.ids import AttributeChoiceId, AttributeId, CategoryId, ProductId
from tests.support.builders.catalog import (
    NOON,
    a_category,
    a_product,
    add_attributes,
    add_categories,
    add_product,
    an_attribute,
    details,
)
from tests.support.contracts.catalog_queries import rupees

COLOUR, FABRIC, WEIGHT, LINED, CARE = 100, 200, 210, 220, 230
RED, BLUE, GREEN = 101, 102, 103


class AttributesContract:
    """Subclasses provide `begin` and `queries` on the same data."""

    @pytest.fixture(autouse=True)
    def _catalog(self, begin: UnitOfWorkFactory) -> None:
        add_categories(
            begin,
            a_category(11, "clothing"),
            a_category(12, "coats", parent=11, position=2),
            a_category(13, "hats", parent=11, position=1),
            a_category(14, "hidden", parent=11, is_active=False),
            a_category(15, "toys"),
        )
        add_attributes(
            begin,
            an_attribute(FABRIC, 12, "fabric"),
            an_attribute(
                COLOUR, 11, "colour", AttributeType.CHOICE, choices=("Red", "Blue", "Green")
            ),
            an_attribute(WEIGHT, 12, "weight", AttributeType.NUMBER, unit="kg", position=2),
            an_attribute(LINED, 12, "lined", AttributeType.BOOLEAN, position=1),
            an_attribute(CARE, 12, "care", is_filterable=False),
        )
        products: list[tuple[int, int, int, str, dict[int, AttributeValue], int]] = [
            (201, 12, 100, "Ana", {COLOUR: RED, FABRIC: "Wool", WEIGHT: 15_000, LINED: 1}, 5),
            (202, 12, 200, "Ana", {COLOUR: BLUE, FABRIC: "Wool", WEIGHT: 20_000, LINED: 0}, 0),
            (203, 12, 300, "Bea", {COLOUR: RED, FABRIC: "Felt", WEIGHT: 5_000}, 5),
            (204, 13, 400, "Bea", {COLOUR: RED}, 5),
            (205, 14, 500, "Bea", {COLOUR: RED}, 5),
            (206, 15, 600, "Toy", {}, 5),
        ]
        for product_id, category, price, brand, values, stock in products:
            about = details(
                title=f"Product {product_id}",
                price=price * 100,
                brand=brand,
                category_id=category,
                attributes=values,
                tags=("Warm",) if product_id in {201, 202, 204} else (),
            )
            add_product(begin, a_product(product_id, about), stock=stock)

    def test_attributes_of_a_category_follow_those_above(
        self, begin: UnitOfWorkFactory, queries: CatalogQueries
    ) -> None:
        of_coats = [COLOUR, FABRIC, CARE, LINED, WEIGHT]
        with begin() as work:
            assert [each.id for each in work.attributes.of_category(CategoryId(12))] == of_coats
            assert [each.id for each in work.attributes.of_category(CategoryId(15))] == []
            assert [each.id for each in work.attributes.all()] == sorted(of_coats)
        assert [each.id for each in queries.attributes(CategoryId(12))] == of_coats
        assert [each.id for each in queries.attributes_of("coats")] == of_coats
        assert [each.id for each in queries.attributes_of("clothing")] == [COLOUR]
        for unknown in (None, "hidden", "nowhere"):
            assert queries.attributes_of(unknown) == []
        with pytest.raises(CategoryNotFound):
            queries.attributes(CategoryId(999))
        assert [each.id for each in queries.attributes(CategoryId(12), only_shown=True)] == of_coats
        assert [each.id for each in queries.attributes(CategoryId(14))] == [COLOUR]
        found = queries.attributes_by_id([AttributeId(COLOUR), AttributeId(999)])
        assert {each: view.details.name for each, view in found.items()} == {COLOUR: "Colour"}
        with pytest.raises(CategoryNotFound):
            queries.attributes(CategoryId(14), only_shown=True)

    def test_saved_attribute_is_loaded(
        self, begin: UnitOfWorkFactory, queries: CatalogQueries
    ) -> None:
        with begin() as work:
            attribute = work.attributes.get_for_update(AttributeId(COLOUR))
            red, blue, _ = attribute.details.choices
            edited = replace(attribute.details, name="Tone", choices=(blue, red), position=3)
            attribute.edit(edited, at=NOON)
            work.attributes.save(attribute)
            work.commit()
        [stored] = queries.attributes_of("clothing")
        assert (stored.details, stored.version) == (edited, 2)
        assert queries.attributes_of("coats")[0].details == edited

    def test_save_of_a_stale_version_raises(self, begin: UnitOfWorkFactory) -> None:
        with begin() as work:
            attribute = work.attributes.get_for_update(AttributeId(COLOUR))
            attribute.version -= 1
            attribute.edit(replace(attribute.details, name="Tone"), at=NOON)
            with pytest.raises(ConcurrentChange):
                work.attributes.save(attribute)

    def test_deleted_attribute_is_gone(
        self, begin: UnitOfWorkFactory, queries: CatalogQueries
    ) -> None:
        with begin() as work:
            work.attributes.delete(work.attributes.get_for_update(AttributeId(CARE)))
            work.commit()
        assert CARE not in [each.id for each in queries.attributes_of("coats")]
        with begin() as work, pytest.raises(AttributeNotFound):
            work.attributes.get_for_update(AttributeId(CARE))

    def test_used_attributes_and_choices_are_found(self, begin: UnitOfWorkFactory) -> None:
        with begin() as work:
            attributes = work.attributes
            assert attributes.used([AttributeId(CARE)], [CategoryId(12)]) is None
            assert attributes.used([AttributeId(FABRIC)], [CategoryId(13)]) is None
            both = [AttributeId(CARE), AttributeId(FABRIC)]
            with_fabric = [(FABRIC, product_id) for product_id in (201, 202, 203)]
            assert attributes.used(both, [CategoryId(12)]) in with_fabric
            assert attributes.used(both) in with_fabric
            colour = AttributeId(COLOUR)
            assert attributes.used_choice(colour, [AttributeChoiceId(GREEN)]) is None
            of_two = [AttributeChoiceId(GREEN), AttributeChoiceId(BLUE)]
            assert attributes.used_choice(colour, of_two) == (BLUE, 202)

    def test_values_of_a_product_are_stored_and_shown(
        self, begin: UnitOfWorkFactory, queries: CatalogQueries
    ) -> None:
        def shown() -> list[tuple[str, object]]:
            values = queries.product_with_variants(ProductId(201)).attributes
            return [(each.code, each.value) for each in values]

        assert shown() == [
            ("colour", "Red"),
            ("fabric", "Wool"),
            ("lined", True),
            ("weight", 1.5),
        ]
        with begin() as work:
            product = work.products.get_for_update(ProductId(201))
            values = {**dict(product.details.attributes), AttributeId(FABRIC): "Felt"}
            values[AttributeId(WEIGHT)] = 30_000
            del values[AttributeId(LINED)]
            product.edit(replace(product.details, attributes=tuple(values.items())), at=NOON)
            work.products.save(product)
            work.commit()
        assert shown() == [("colour", "Red"), ("fabric", "Felt"), ("weight", 3)]
        with begin() as work:
            assert work.products.get(ProductId(201)).details.attributes == (
                (COLOUR, RED),
                (FABRIC, "Felt"),
                (WEIGHT, 30_000),
            )

    def test_state_changes_with_an_edit_of_an_attribute(
        self, begin: UnitOfWorkFactory, queries: CatalogQueries
    ) -> None:
        before = queries.product_state(ProductId(201))
        without = queries.product_state(ProductId(206))
        assert before == queries.product_with_variants(ProductId(201)).state
        with begin() as work:
            attribute = work.attributes.get_for_update(AttributeId(FABRIC))
            attribute.edit(replace(attribute.details, name="Cloth"), at=NOON)
            work.attributes.save(attribute)
            work.commit()
        after = queries.product_state(ProductId(201))
        assert after.attributes_version > before.attributes_version
        assert after == queries.product_with_variants(ProductId(201)).state
        assert queries.product_state(ProductId(206)) == without

    @pytest.mark.parametrize(
        ("written", "expected"),
        [
            (["colour:Red"], [201, 203]),
            (["colour:red", "colour:BLUE"], [201, 202, 203]),
            (["colour:Red", "fabric:Wool"], [201]),
            (["fabric:wool"], []),
            (["weight:1.5"], [201]),
            (["weight:1.5..2"], [201, 202]),
            (["weight:..1"], [203]),
            (["weight:1.6.."], [202]),
            (["lined:false"], [202]),
            (["lined:perhaps"], []),
            (["colour:Pink"], []),
            (["size:M"], []),
        ],
    )
    def test_filters_by_attributes(
        self, queries: CatalogQueries, written: list[str], expected: list[int]
    ) -> None:
        assert ids(queries, "coats", written) == expected
        filters = conditions(queries, "coats", written)
        assert queries.count_products(filters) == len(expected)

    def test_filters_apply_to_the_branch_with_other_filters(self, queries: CatalogQueries) -> None:
        assert ids(queries, "clothing", ["colour:Red"]) == [201, 203, 204]
        assert ids(queries, "clothing", ["colour:Red"], brands=("bea",)) == [203, 204]
        assert ids(queries, "clothing", ["colour:Red"], min_price=rupees(300)) == [203, 204]
        assert ids(queries, "coats", ["fabric:Wool"], in_stock=True) == [201]
        assert ids(queries, "coats", ["colour:Red"], search="product") == [201, 203]
        assert ids(queries, "clothing", ["colour:Red"], tags=("warm",)) == [201, 204]
        assert ids(queries, "nowhere", ["colour:Red"]) == []
        # Of a category below.
        assert ids(queries, "clothing", ["fabric:Wool"]) == []

    def test_pages_by_attributes_follow_each_other(self, queries: CatalogQueries) -> None:
        filters = conditions(queries, "clothing", ["colour:Red"])
        for sort in (ProductSort.PRICE, ProductSort.PRICE_DESCENDING, ProductSort.NEWEST):
            whole = queries.list_products(filters, sort=sort, limit=10).products
            listed: list[int] = []
            after = None
            while True:
                page = queries.list_products(filters, sort=sort, limit=1, after=after)
                listed += [each.id for each in page.products]
                after = page.next
                if after is None:
                    break
            assert listed == [each.id for each in whole]

    def test_facets_of_a_category(self, queries: CatalogQueries) -> None:
        facets = queries.facets(ProductFilter(category="coats"))
        assert (facets.count, facets.on_sale, facets.in_stock) == (3, 0, 2)
        assert list(facets.brands) == [("Ana", 2), ("Bea", 1)]
        assert (facets.price.min_price, facets.price.max_price) == (rupees(100), rupees(300))
        assert shown(facets) == {
            "colour": (3, [("Red", 2), ("Blue", 1)], None, None),
            "fabric": (3, [("Wool", 2), ("Felt", 1)], None, None),
            "lined": (2, [(True, 1), (False, 1)], None, None),
            "weight": (3, [], 0.5, 2),
        }
        assert list(facets.estimated) == []

    def test_facets_of_a_branch_and_of_the_shop(self, queries: CatalogQueries) -> None:
        facets = queries.facets(ProductFilter(category="clothing"))
        assert [(each.slug, each.count) for each in facets.categories] == [
            ("hats", 1),
            ("coats", 3),
        ]
        assert shown(facets) == {"colour": (4, [("Red", 3), ("Blue", 1)], None, None)}
        facets = queries.facets(ProductFilter())
        assert [(each.slug, each.count) for each in facets.categories] == [
            ("clothing", 4),
            ("toys", 1),
        ]
        assert facets.count == 5
        assert list(facets.attributes) == []
        for unknown in ("hidden", "nowhere"):
            facets = queries.facets(ProductFilter(category=unknown))
            assert (facets.count, facets.in_stock, list(facets.brands)) == (0, 0, [])

    def test_counts_of_a_facet_ignore_its_own_filter(self, queries: CatalogQueries) -> None:
        filters = conditions(queries, "coats", ["colour:Red"])
        facets = queries.facets(replace(filters, brands=("Ana",), min_price=rupees(150)))
        assert facets.count == 0
        # Red and above 150.
        assert list(facets.brands) == [("Bea", 1)]
        # Ana and above 150.
        assert shown(facets)["colour"] == (1, [("Blue", 1)], None, None)
        # Red and Ana.
        assert (facets.price.min_price, facets.price.max_price) == (rupees(100), rupees(100))
        assert shown(facets)["fabric"] == (0, [], None, None)
        assert shown(facets)["weight"] == (0, [], None, None)

    def test_counts_with_a_filter(self, queries: CatalogQueries) -> None:
        facets = queries.facets(conditions(queries, "clothing", ["colour:Red"]))
        assert [(each.slug, each.count) for each in facets.categories] == [
            ("hats", 1),
            ("coats", 2),
        ]
        assert (facets.count, facets.in_stock) == (3, 3)
        sold_out = ProductFilter(category="coats", in_stock=False)
        facets = queries.facets(sold_out)
        assert (facets.count, facets.in_stock) == (1, 2)
        assert shown(facets)["weight"] == (1, [], 2, 2)
        facets = queries.facets(ProductFilter(search="product 204"))
        assert (facets.count, list(facets.brands)) == (1, [("Bea", 1)])

    def test_no_facet_counts_products_that_fail_an_unknown_filter(
        self, queries: CatalogQueries
    ) -> None:
        filters = conditions(queries, "coats", ["size:M", "shape:Round", "colour:Red"])
        facets = queries.facets(filters)
        assert facets.count == 0
        assert {counts[0] for counts in shown(facets).values()} == {0}

    def test_counts_follow_changes_of_products(
        self, begin: UnitOfWorkFactory, queries: CatalogQueries
    ) -> None:
        with begin() as work:
            moved = work.products.get_for_update(ProductId(204))
            moved.edit(
                replace(
                    moved.details,
                    category_id=CategoryId(12),
                    attributes=((AttributeId(COLOUR), GREEN), (AttributeId(LINED), 1)),
                ),
                at=NOON,
            )
            work.products.save(moved)
            archived = work.products.get_for_update(ProductId(203))
            archived.archive(at=NOON)
            work.products.save(archived)
            work.commit()
        facets = queries.facets(ProductFilter(category="coats"))
        assert shown(facets) == {
            "colour": (3, [("Red", 1), ("Blue", 1), ("Green", 1)], None, None),
            "fabric": (2, [("Wool", 2)], None, None),
            "lined": (3, [(True, 2), (False, 1)], None, None),
            "weight": (2, [], 1.5, 2),
        }
        assert shown(queries.facets(ProductFilter(category="hats"))) == {
            "colour": (0, [], None, None)
        }


def conditions(queries: CatalogQueries, category: str, written: Sequence[str]) -> ProductFilter:
    attributes = read_conditions(queries.attributes_of(category), written)
    return ProductFilter(category=category, attributes=attributes)


def ids(
    queries: CatalogQueries,
    category: str,
    written: Sequence[str],
    **others: Any,  # noqa: ANN401 (fields of `ProductFilter`)
) -> list[int]:
    filters = replace(conditions(queries, category, written), **others)
    page = queries.list_products(filters, sort=ProductSort.PRICE, limit=10)
    assert page.next is None
    return [each.id for each in page.products]


def shown(facets: ProductFacets) -> dict[str, tuple[Any, ...]]:
    def of(facet: AttributeFacet) -> tuple[Any, ...]:
        return facet.count, [tuple(each) for each in facet.values], facet.lowest, facet.highest

    return {each.attribute.details.code: of(each) for each in facets.attributes}
