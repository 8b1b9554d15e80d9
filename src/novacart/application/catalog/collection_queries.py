"""Queries of collections."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from novacart.application.catalog.queries import (
    CatalogQueries,
    ListPosition,
    ProductFilter,
    ProductPage,
    ProductSort,
)
from novacart.domain.catalog.collection_details import (
    CollectionDetails,
)
from novacart.domain.shared.ids import CollectionId


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectionView:
    """A collection.

    `category` is the slug of the category of its rule, and `attributes` are the rule's conditions
    on attributes as `read_conditions` reads them.
    """

    id: CollectionId
    details: CollectionDetails
    category: str | None
    attributes: Sequence[str]
    version: int


class CollectionQueries(Protocol):
    def collections(self) -> Sequence[CollectionView]:
        """All collections, shown or not, by position, then by id."""
        ...

    def collection(self, slug: str) -> CollectionView:
        """The collection that has the slug, or else had it. Raises `CollectionNotFound`."""
        ...

    def picked_products(
        self, collection_id: CollectionId, *, limit: int, after: ListPosition | None = None
    ) -> ProductPage:
        """The listed products that are picked, in their order; the key of a position is theirs."""
        ...


def products_of_collection(
    collection: CollectionView,
    *,
    queries: CollectionQueries,
    catalog: CatalogQueries,
    limit: int,
    after: ListPosition | None = None,
) -> ProductPage:
    """A page of the products of a collection."""
    details, rule = collection.details, collection.details.rule
    if rule is None:
        return queries.picked_products(collection.id, limit=limit, after=after)
    filters = ProductFilter(
        category=collection.category,
        brands=rule.brands,
        tags=rule.tags,
        attributes=rule.attributes,
        min_price=rule.min_price,
        max_price=rule.max_price,
        on_sale=rule.on_sale or None,
    )
    return catalog.list_products(
        filters, sort=ProductSort(details.sort.value), limit=limit, after=after
    )


def shown_collections(
    collections: Sequence[CollectionView], at: datetime
) -> Sequence[CollectionView]:
    """Those that customers see at a time."""
    return [each for each in collections if each.details.is_shown(at)]
