"""Contract of `Collections` and `CollectionQueries`."""

from dataclasses import replace
from datetime import timedelta

import pytest

from novacart.application.catalog.collection_queries import (
    CollectionQueries,
    products_of_collection,
    shown_collections,
)
from novacart.application.catalog.queries import CatalogQueries, ListPosition
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.catalog.attribute_details import AttributeCondition, AttributeType
from novacart.domain.catalog.collection import Collection
from novacart.domain.catalog.collection_details import (
    CollectionDetails,
    CollectionRule,
    CollectionSort,
)
from novacart.domain.catalog.errors import CollectionNotFound, SlugTaken
from novacart.domain.shared.errors import ConcurrentChange
from novacart.domain.shared.ids import (
    AttributeChoiceId,
    AttributeId,
    CategoryId,
    CollectionId,
    ProductId,
)
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

PICKED = CollectionDetails(
    name="Gifts",
    description="For all ages.",
    product_ids=(ProductId(203), ProductId(201), ProductId(204)),
    position=2,
    starts_at=NOON,
    ends_at=NOON + timedelta(days=7),
    meta_title="Gifts",
    meta_description="Gifts for all ages.",
)
RULE = CollectionDetails(
    name="Cheap toys",
    rule=CollectionRule(
        brands=("Acme", "Bota"),
        category_id=CategoryId(11),
        min_price=rupees(200),
        max_price=rupees(400),
        tags=("Kites", "Gifts"),
        attributes=(
            AttributeCondition(attribute_id=AttributeId(100), values=(101,)),
            AttributeCondition(attribute_id=AttributeId(110), minimum=10_000, maximum=25_000),
        ),
    ),
    sort=CollectionSort.PRICE,
    position=1,
)
ANY_COLLECTION = CollectionId(300)


def add_collection(
    begin: UnitOfWorkFactory, details: CollectionDetails, id: int = ANY_COLLECTION
) -> None:
    with begin() as work:
        work.collections.add(Collection.create(id=CollectionId(id), details=details, at=NOON))
        work.commit()


def edit(begin: UnitOfWorkFactory, slug: str, details: CollectionDetails) -> None:
    with begin() as work:
        collection = work.collections.get_for_update(slug)
        collection.edit(details, at=NOON)
        work.collections.save(collection)
        work.commit()


class CollectionsContract:
    """Subclasses provide `begin`, `collections` and `catalog` on the same data."""

    @pytest.fixture(autouse=True)
    def _products(self, begin: UnitOfWorkFactory) -> None:
        add_categories(begin, a_category(11, "toys"), a_category(12, "kites", parent=11))
        add_attributes(
            begin,
            an_attribute(100, 11, "colour", AttributeType.CHOICE, choices=("Red",)),
            an_attribute(110, 11, "weight", AttributeType.NUMBER),
        )
        for number, (brand, price, category) in enumerate(
            [("Acme", 100, 11), ("Acme", 200, 12), ("Bota", 300, 11), ("Cora", 300, 11)]
        ):
            about = details(
                title=f"Thing {number}",
                brand=brand,
                price=price * 100,
                category_id=category,
                tags=("Gifts",),
                attributes={100: 101, 110: 20_000},
            )
            add_product(begin, a_product(201 + number, about))

    def listed(
        self, collections: CollectionQueries, catalog: CatalogQueries, slug: str, limit: int
    ) -> list[int]:
        """The products of all pages."""
        listed: list[int] = []
        after: ListPosition | None = None
        while True:
            page = products_of_collection(
                collections.collection(slug),
                queries=collections,
                catalog=catalog,
                limit=limit,
                after=after,
            )
            listed += [each.id for each in page.products]
            after = page.next
            if after is None:
                return listed

    @pytest.mark.parametrize("about", [PICKED, RULE])
    def test_collection_is_loaded_with_all_fields(
        self, begin: UnitOfWorkFactory, collections: CollectionQueries, about: CollectionDetails
    ) -> None:
        add_collection(begin, about)
        with begin() as work:
            loaded = work.collections.get_for_update(about.slug)
            assert (loaded.id, loaded.details, loaded.version) == (300, about, 1)
        view = collections.collection(about.slug)
        assert (view.id, view.details, view.version) == (300, about, 1)
        assert view.category == (None if about.rule is None else "toys")
        conditions = [] if about.rule is None else ["colour:Red", "weight:1..2.5"]
        assert view.attributes == conditions

    def test_lowest_price_of_0_excludes_no_product(
        self, begin: UnitOfWorkFactory, collections: CollectionQueries, catalog: CatalogQueries
    ) -> None:
        rule = CollectionRule(brands=("Acme",), min_price=rupees(0))
        about = replace(RULE, rule=rule)
        add_collection(begin, about)
        assert collections.collection("cheap-toys").details == about
        assert self.listed(collections, catalog, "cheap-toys", 200) == [201, 202]

    def test_rule_that_names_an_attribute_or_a_value_is_found(
        self, begin: UnitOfWorkFactory
    ) -> None:
        add_collection(begin, PICKED)
        add_collection(begin, RULE, 301)
        with begin() as work:
            named_in_rule = work.collections.named_in_rule
            assert named_in_rule(AttributeId(100)) == "Cheap toys"
            assert named_in_rule(AttributeId(100), AttributeChoiceId(101)) == "Cheap toys"
            assert named_in_rule(AttributeId(100), AttributeChoiceId(102)) is None
            assert named_in_rule(AttributeId(120)) is None
            toys, kites = CategoryId(11), CategoryId(12)
            assert named_in_rule(AttributeId(100), category_ids=[toys]) == "Cheap toys"
            assert named_in_rule(AttributeId(100), category_ids=[kites]) is None

    def test_saved_collection_has_all_new_fields(
        self, begin: UnitOfWorkFactory, collections: CollectionQueries
    ) -> None:
        add_collection(begin, PICKED)
        edit(begin, "gifts", replace(RULE, slug="gifts"))
        view = collections.collection("gifts")
        assert (view.details, view.version) == (replace(RULE, slug="gifts"), 2)
        edit(begin, "gifts", PICKED)
        assert collections.collection("gifts").details == PICKED

    @pytest.mark.parametrize("limit", [1, 2, 200])
    def test_picked_products_keep_their_order(
        self,
        begin: UnitOfWorkFactory,
        collections: CollectionQueries,
        catalog: CatalogQueries,
        limit: int,
    ) -> None:
        add_collection(begin, PICKED)
        assert self.listed(collections, catalog, "gifts", limit) == [203, 201, 204]
        with begin() as work:
            product = work.products.get_for_update(ProductId(201))
            product.archive(at=NOON)
            work.products.save(product)
            work.commit()
        assert self.listed(collections, catalog, "gifts", limit) == [203, 204]
        edit(begin, "gifts", replace(PICKED, product_ids=()))
        assert self.listed(collections, catalog, "gifts", limit) == []

    @pytest.mark.parametrize("limit", [1, 2, 200])
    def test_rule_selects_and_sorts_products(
        self,
        begin: UnitOfWorkFactory,
        collections: CollectionQueries,
        catalog: CatalogQueries,
        limit: int,
    ) -> None:
        add_collection(begin, RULE)
        assert self.listed(collections, catalog, "cheap-toys", limit) == [202, 203]
        on_sale = replace(RULE, rule=CollectionRule(on_sale=True))
        edit(begin, "cheap-toys", on_sale)
        assert self.listed(collections, catalog, "cheap-toys", limit) == []
        dear = replace(RULE, rule=CollectionRule(min_price=rupees(300)))
        edit(begin, "cheap-toys", replace(dear, sort=CollectionSort.PRICE_DESCENDING))
        assert self.listed(collections, catalog, "cheap-toys", limit) == [204, 203]

    def test_collections_are_shown_by_position_between_their_dates(
        self, begin: UnitOfWorkFactory, collections: CollectionQueries
    ) -> None:
        add_collection(begin, PICKED)
        add_collection(begin, RULE, 301)
        add_collection(begin, replace(RULE, name="Off", slug="off", is_active=False), 302)

        def shown(hours: int) -> list[str]:
            at = NOON + timedelta(hours=hours)
            return [each.details.slug for each in shown_collections(collections.collections(), at)]

        assert shown(-1) == ["cheap-toys"]
        assert shown(0) == shown(167) == ["cheap-toys", "gifts"]
        assert shown(168) == ["cheap-toys"]

    def test_former_slug_leads_to_the_collection(
        self, begin: UnitOfWorkFactory, collections: CollectionQueries
    ) -> None:
        add_collection(begin, PICKED)
        edit(begin, "gifts", replace(PICKED, slug="presents"))
        assert collections.collection("gifts").details.slug == "presents"
        for slug in ("other", "cheap-toys"):
            with pytest.raises(CollectionNotFound):
                collections.collection(slug)
        with begin() as work, pytest.raises(CollectionNotFound):
            work.collections.get_for_update("gifts")

    def test_taken_slug_raises(self, begin: UnitOfWorkFactory) -> None:
        add_collection(begin, PICKED)
        with pytest.raises(SlugTaken):
            add_collection(begin, replace(RULE, slug="gifts"), 301)
        add_collection(begin, RULE, 301)
        with pytest.raises(SlugTaken):
            edit(begin, "cheap-toys", replace(RULE, slug="gifts"))

    def test_save_of_a_stale_copy_raises(self, begin: UnitOfWorkFactory) -> None:
        add_collection(begin, PICKED)
        with begin() as work:
            old = work.collections.get_for_update("gifts")
        edit(begin, "gifts", replace(PICKED, name="Presents"))
        with begin() as work, pytest.raises(ConcurrentChange):
            work.collections.save(old)
