"""What has happened to the catalogue."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from novacart.domain.shared.events import DomainEvent, JsonScalar


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductAdded(DomainEvent):
    name: ClassVar[str] = "catalog.product_added"

    product_id: int
    product: Mapping[str, JsonScalar]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductEdited(DomainEvent):
    """`before` and `after` hold the fields that changed, and no others."""

    name: ClassVar[str] = "catalog.product_edited"

    product_id: int
    before: Mapping[str, JsonScalar]
    after: Mapping[str, JsonScalar]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductArchived(DomainEvent):
    name: ClassVar[str] = "catalog.product_archived"

    product_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductRestored(DomainEvent):
    name: ClassVar[str] = "catalog.product_restored"

    product_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StockAdjusted(DomainEvent):
    """Staff counted `delta` more (or fewer), and `on_hand` units are in the house since.

    What orders reserve, take and give back is told by the orders' own events.
    """

    name: ClassVar[str] = "stock.adjusted"

    product_id: int
    delta: int
    on_hand: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryAdded(DomainEvent):
    name: ClassVar[str] = "catalog.category_added"

    category_id: int
    category: Mapping[str, JsonScalar]


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryEdited(DomainEvent):
    """`before` and `after` hold the fields that changed, and no others."""

    name: ClassVar[str] = "catalog.category_edited"

    category_id: int
    before: Mapping[str, JsonScalar]
    after: Mapping[str, JsonScalar]
