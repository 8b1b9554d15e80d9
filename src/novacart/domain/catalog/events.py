"""Events of the catalog."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

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
class VariantAdded(DomainEvent):
    """`options` are the texts of its values by the names of the options.

    The first variant of a product is added by `ProductAdded`.
    """

    name: ClassVar[str] = "catalog.variant_added"

    product_id: int
    variant_id: int
    variant: EventData
    options: EventData


@dataclass(frozen=True, slots=True, kw_only=True)
class VariantEdited(DomainEvent):
    """`before` and `after` contain only what changed: fields, and options as `option:Size`.

    An edit of the product, which also changes SKU and price of its default variant, records
    `ProductEdited` alone.
    """

    name: ClassVar[str] = "catalog.variant_edited"

    product_id: int
    variant_id: int
    before: EventData
    after: EventData


@dataclass(frozen=True, slots=True, kw_only=True)
class VariantArchived(DomainEvent):
    name: ClassVar[str] = "catalog.variant_archived"

    product_id: int
    variant_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class VariantRestored(DomainEvent):
    name: ClassVar[str] = "catalog.variant_restored"

    product_id: int
    variant_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class VariantsArranged(DomainEvent):
    """`order` are the ids of the variants in their new order, joined by " | "."""

    name: ClassVar[str] = "catalog.variants_arranged"

    product_id: int
    order: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DefaultVariantChanged(DomainEvent):
    """`before` and `after` are ids of variants."""

    name: ClassVar[str] = "catalog.default_variant_changed"

    product_id: int
    before: int
    after: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionsChanged(DomainEvent):
    """Options were added, edited or removed.

    `before` and `after` are the values of each option that changed, by its name, joined by " | ".
    `order` are the names in their new order, joined likewise, if it changed.
    """

    name: ClassVar[str] = "catalog.options_changed"

    product_id: int
    before: EventData
    after: EventData
    order: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureAdded(DomainEvent):
    name: ClassVar[str] = "catalog.picture_added"

    product_id: int
    picture_id: int
    picture: EventData


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureEdited(DomainEvent):
    """`before` and `after` contain only the fields that changed."""

    name: ClassVar[str] = "catalog.picture_edited"

    product_id: int
    picture_id: int
    before: EventData
    after: EventData


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureRemoved(DomainEvent):
    name: ClassVar[str] = "catalog.picture_removed"

    product_id: int
    picture_id: int
    picture: EventData


@dataclass(frozen=True, slots=True, kw_only=True)
class PicturesArranged(DomainEvent):
    """`order` are the ids of the pictures in their new order, joined by " | "."""

    name: ClassVar[str] = "catalog.pictures_arranged"

    product_id: int
    order: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StockAdjusted(DomainEvent):
    """Staff changed the stock by `delta` units; `on_hand` is the count after it.

    Movements caused by orders are covered by the events of those orders. Version 1 named the
    product, which had one variant with the same id.
    """

    name: ClassVar[str] = "stock.adjusted"
    version: ClassVar[int] = 2

    variant_id: int
    delta: int
    on_hand: int
    reason: str

    @classmethod
    def from_payload(cls, payload: dict[str, Any]) -> Self:
        variant_id = payload.get("variant_id", payload.get("product_id"))
        # `slots=True` creates a second class, and `super()` without arguments means the first.
        return super(StockAdjusted, cls).from_payload({**payload, "variant_id": variant_id})


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


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryRemoved(DomainEvent):
    name: ClassVar[str] = "catalog.category_removed"

    category_id: int
    category: EventData


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectionAdded(DomainEvent):
    name: ClassVar[str] = "catalog.collection_added"

    collection_id: int
    collection: EventData


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectionEdited(DomainEvent):
    """`before` and `after` contain only the fields that changed."""

    name: ClassVar[str] = "catalog.collection_edited"

    collection_id: int
    before: EventData
    after: EventData


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributeAdded(DomainEvent):
    name: ClassVar[str] = "catalog.attribute_added"

    attribute_id: int
    category_id: int
    attribute: EventData


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributeEdited(DomainEvent):
    """`before` and `after` contain only the fields that changed."""

    name: ClassVar[str] = "catalog.attribute_edited"

    attribute_id: int
    before: EventData
    after: EventData


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributeRemoved(DomainEvent):
    name: ClassVar[str] = "catalog.attribute_removed"

    attribute_id: int
    category_id: int
    attribute: EventData


def joined(values: Iterable[object]) -> str:
    """A list as events carry it: its values with " | " between them, quoted where needed."""
    return " | ".join(quoted(str(each), "|") for each in values)


def quoted(text: str, separator: str) -> str:
    """The text, in quotes if it could be read as several values or as quoted."""
    if separator not in text and not text.startswith('"'):
        return text
    return '"{}"'.format(text.replace('"', '""'))


def changed_fields(before: EventData, after: EventData) -> tuple[EventData, EventData]:
    """The fields that differ: their old values and their new ones."""
    changed = [name for name in after if before.get(name) != after[name]]
    return {name: before.get(name) for name in changed}, {name: after[name] for name in changed}
