"""Events of the catalog."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from novacart.domain.shared.events import DomainEvent, JsonScalar

EventData = Mapping[str, JsonScalar]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductAdded(DomainEvent):
    name: ClassVar[str] = "catalog.product_added"

    product_id: int
    product: EventData


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductEdited(DomainEvent):
    """`before` and `after` contain only the fields that changed."""

    name: ClassVar[str] = "catalog.product_edited"

    product_id: int
    before: EventData
    after: EventData


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
    """Staff changed the stock by `delta` units; `on_hand` is the count after it.

    Movements caused by orders are covered by the events of those orders.
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
    category: EventData


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryEdited(DomainEvent):
    """`before` and `after` contain only the fields that changed."""

    name: ClassVar[str] = "catalog.category_edited"

    category_id: int
    before: EventData
    after: EventData


def changed_fields(before: EventData, after: EventData) -> tuple[EventData, EventData]:
    """The fields that differ: their old values and their new ones."""
    changed = [name for name in after if before.get(name) != after[name]]
    return {name: before.get(name) for name in changed}, {name: after[name] for name in changed}
