"""Variants of a product: what customers buy."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from typing import Any, Final, Self

from novacart.domain.catalog import text_rules
from novacart.domain.catalog.errors import VariantNotFound
from novacart.domain.catalog.gtin import parse_gtin
from novacart.domain.catalog.product_details import MAX_SKU, ensure_price
from novacart.domain.shared.errors import InvalidValue
from novacart.domain.shared.events import JsonScalar
from novacart.domain.shared.ids import OptionId, OptionValueId, VariantId
from novacart.domain.shared.money import Money

MAX_VARIANTS = 1_000
MAX_WEIGHT = 10_000_000  # grams


@dataclass(frozen=True, slots=True, kw_only=True)
class VariantDetails:
    """The fields of a variant that staff edit, validated.

    `sku` is unique in the shop. `barcode` is a GTIN. `compare_at_price` is the price before a
    sale, or the maximum retail price; a sale price is not above it. `weight_g` is in grams. A
    variant without an `image` shows its product's. Raises `InvalidValue` naming the field.
    """

    sku: str | None = None
    barcode: str | None = None
    price: Money
    compare_at_price: Money | None = None
    weight_g: int | None = None
    image: str | None = None

    def __post_init__(self) -> None:
        sku = text_rules.printable("sku", self.sku, max_length=MAX_SKU) or None
        object.__setattr__(self, "sku", sku)
        object.__setattr__(self, "barcode", parse_gtin("barcode", self.barcode))
        object.__setattr__(self, "image", text_rules.image_reference("image", self.image))
        ensure_price("price", self.price)
        if self.compare_at_price is not None:
            ensure_price("compare_at_price", self.compare_at_price)
            if self.compare_at_price.currency != self.price.currency:
                raise InvalidValue("compare_at_price", "Both prices have the same currency.")
            if self.compare_at_price < self.price:
                raise InvalidValue(
                    "compare_at_price", f"The compare-at price is at least {self.price}."
                )
        if self.weight_g is not None and not 0 < self.weight_g <= MAX_WEIGHT:
            raise InvalidValue("weight_g", f"A weight is from 1 to {MAX_WEIGHT} grams.")

    @property
    def is_on_sale(self) -> bool:
        return self.compare_at_price is not None and self.compare_at_price > self.price

    def with_sku_and_price(self, *, sku: str | None, price: Money) -> Self:
        """The details with another SKU and price, as editors of the product give them.

        Raises `InvalidValue` on the field `price` above the compare-at price.
        """
        compare_at = self.compare_at_price
        same_currency = compare_at is not None and compare_at.currency == price.currency
        if compare_at is not None and same_currency and price > compare_at:
            raise InvalidValue("price", f"The compare-at price is {compare_at}: raise it first.")
        return replace(self, sku=sku, price=price)

    def event_data(self) -> dict[str, JsonScalar]:
        """The fields as events carry them; prices in minor units of `currency`."""
        data: dict[str, Any] = {name: getattr(self, name) for name in _FIELD_NAMES}
        compare_at = self.compare_at_price
        return {
            **data,
            "price": self.price.amount,
            "compare_at_price": None if compare_at is None else compare_at.amount,
            "currency": self.price.currency,
        }


_FIELD_NAMES: Final = tuple(each.name for each in fields(VariantDetails))


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """A variant of a product: one value for each option, with its own price, SKU and stock.

    Variants are listed by rising `position`. `version` counts the changes of the variant. Its
    stock is kept in `StockLevel`. `archived_at` is aware, UTC.
    """

    id: VariantId
    details: VariantDetails
    values: Mapping[OptionId, OptionValueId] = field(default_factory=dict)
    position: int = 0
    archived_at: datetime | None = None
    version: int = 1

    @property
    def is_archived(self) -> bool:
        return self.archived_at is not None

    @property
    def combination(self) -> frozenset[tuple[OptionId, OptionValueId]]:
        """Its values, equal for two variants that a customer cannot tell apart."""
        return frozenset(self.values.items())

    def ensure_active(self) -> None:
        """Raises `VariantNotFound` if it is archived."""
        if self.is_archived:
            raise VariantNotFound
