"""Details of a collection."""

from collections.abc import Container, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from novacart.domain.catalog import text_rules
from novacart.domain.catalog.attribute_details import AttributeCondition, AttributeValue
from novacart.domain.catalog.category_details import MAX_NAME, ensure_position
from novacart.domain.catalog.events import EventData, joined
from novacart.domain.catalog.product_details import MAX_DESCRIPTION, MAX_TITLE
from novacart.domain.catalog.slugs import slug_or_generated
from novacart.domain.shared.errors import InvalidValue
from novacart.domain.shared.ids import AttributeId, CategoryId, ProductId
from novacart.domain.shared.money import Money

MAX_PICKED: Final = 500
MAX_BRANDS: Final = 50


class CollectionSort(StrEnum):
    """The order of a collection by a rule. One that is picked by hand keeps its own order."""

    NEWEST = "newest"
    PRICE = "price"
    PRICE_DESCENDING = "-price"


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectionRule:
    """All conditions that are set must hold. One of the brands, and one of the tags, is enough.

    `attributes` are conditions on attributes of the category. Raises `InvalidValue` if no condition
    is set, for bounds that no price is within, and for attributes without a category.
    """

    brands: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    attributes: tuple[AttributeCondition, ...] = ()
    category_id: CategoryId | None = None
    min_price: Money | None = None
    max_price: Money | None = None
    on_sale: bool = False

    def __post_init__(self) -> None:
        brands = [
            text_rules.required("brands", brand, max_length=MAX_TITLE) for brand in self.brands
        ]
        object.__setattr__(self, "brands", tuple(dict.fromkeys(brands)))
        object.__setattr__(self, "tags", text_rules.tags(self.tags))
        if len(self.brands) > MAX_BRANDS:
            raise InvalidValue("brands", f"Name at most {MAX_BRANDS} brands.")
        ensure_attributes_have_category(self.attributes, self.category_id)
        if self.min_price is not None and self.max_price is not None:
            if self.min_price > self.max_price:
                raise InvalidValue("max_price", "The highest price is below the lowest one.")
        elif not any(getattr(self, field.name) for field in fields(self)):
            raise InvalidValue("rule", "Name at least one condition.")

    def has_condition_on(
        self,
        attribute_id: AttributeId,
        value: AttributeValue | None = None,
        category_ids: Container[CategoryId] | None = None,
    ) -> bool:
        """Whether a condition is on the attribute, or on this `value` of it.

        With `category_ids`, the rule must be for one of these.
        """
        if category_ids is not None and self.category_id not in category_ids:
            return False
        return any(
            each.attribute_id == attribute_id and (value is None or value in each.values)
            for each in self.attributes
        )


def ensure_attributes_have_category(
    conditions: Sequence[object], category_id: CategoryId | None
) -> None:
    """Raises `InvalidValue` for conditions on attributes without a category that has them."""
    if conditions and category_id is None:
        raise InvalidValue("attributes", "Name the category that has the attributes.")


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectionDetails:
    """The fields of a collection that staff edit, validated.

    With a `rule`, the collection has the products that match it, sorted by `sort`; otherwise the
    products of `product_ids`, in that order. It is shown from `starts_at` until `ends_at`, aware
    UTC. A blank slug is generated from the name. Collections are listed by rising `position`.
    Raises `InvalidValue` naming the field.
    """

    name: str
    slug: str = ""
    description: str = ""
    rule: CollectionRule | None = None
    product_ids: tuple[ProductId, ...] = ()
    sort: CollectionSort = CollectionSort.NEWEST
    position: int = 0
    is_active: bool = True
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    meta_title: str | None = None
    meta_description: str | None = None

    def __post_init__(self) -> None:
        name = text_rules.required("name", self.name, max_length=MAX_NAME)
        description = text_rules.optional(
            "description", self.description, max_length=MAX_DESCRIPTION
        )
        texts = {
            "name": name,
            "slug": slug_or_generated(self.slug, name),
            "description": description,
        }
        for field, text in texts.items():
            object.__setattr__(self, field, text)
        for field, meta in text_rules.meta_texts(self.meta_title, self.meta_description).items():
            object.__setattr__(self, field, meta)
        object.__setattr__(self, "product_ids", tuple(dict.fromkeys(self.product_ids)))
        if self.rule is not None and self.product_ids:
            raise InvalidValue("product_ids", "Pick products by hand or by a rule, not both.")
        if len(self.product_ids) > MAX_PICKED:
            raise InvalidValue("product_ids", f"Pick at most {MAX_PICKED} products.")
        ensure_position(self.position)
        if self.starts_at and self.ends_at and self.starts_at >= self.ends_at:
            raise InvalidValue("ends_at", "The end is not after the start.")

    def is_shown(self, at: datetime) -> bool:
        """Whether customers see it at a time."""
        has_started = self.starts_at is None or self.starts_at <= at
        return self.is_active and has_started and (self.ends_at is None or at < self.ends_at)

    def event_data(self) -> EventData:
        """The fields as events carry them; prices in minor units, lists joined by " | "."""
        data: dict[str, Any] = {field.name: getattr(self, field.name) for field in fields(self)}
        rule = data.pop("rule")
        data["product_ids"] = joined(self.product_ids)
        data["sort"] = self.sort.value
        for name in ("starts_at", "ends_at"):
            data[name] = None if data[name] is None else data[name].isoformat()
        for field in fields(CollectionRule):
            value = None if rule is None else getattr(rule, field.name)
            if isinstance(value, Money):
                value = value.amount
            if isinstance(value, tuple):
                value = joined(value)
            data[f"rule_{field.name}"] = value
        return data
