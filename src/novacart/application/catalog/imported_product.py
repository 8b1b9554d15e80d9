"""Products that a file of any format describes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from novacart.application.catalog.row_problems import RowProblem
from novacart.application.ports.product_references import BaseValues
from novacart.application.written_numbers import DEFAULT_STYLE, NumberStyle
from novacart.domain.catalog.picture import Picture
from novacart.domain.catalog.product_details import ensure_price
from novacart.domain.shared.errors import InvalidValue
from novacart.domain.shared.ids import ProductId, VariantId
from novacart.domain.shared.money import Money

# The title, subtitle and brand of a product.
Names = tuple[str, str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedVariant:
    """A variant in a file: the row on `line`.

    `changes` are new values by the name of the field in `VariantDetails`, `options` are texts by
    the names of the options. `price_difference` is added to the price of the product without
    options, and `weight_difference` to its grams; such a variant has no price and no weight in
    `changes`. They are None if the file does not say them. `picture` is the URL of its own picture,
    if any. A row that is not the first one of its product (`is_further`) means the default variant
    only by its SKU or options. `stock` is None if the file does not say it; `stock_read` and
    `stock_version` are the figures of an export.
    """

    line: int
    id: VariantId | None = None
    changes: Mapping[str, Any] = field(default_factory=dict)
    options: Mapping[str, str] = field(default_factory=dict)
    is_default: bool = False
    is_further: bool = False
    price_difference: Money | None = None
    weight_difference: int | None = None
    picture: str = ""
    stock: int | None = None
    stock_read: int | None = None
    stock_version: int | None = None

    @property
    def has_difference(self) -> bool:
        return self.price_difference is not None or self.weight_difference is not None

    @property
    def has_valid_price(self) -> bool:
        """Whether it has a price that can be charged, or none of its own."""
        price = self.changes.get("price")
        try:
            if price is not None:
                ensure_price("price", price)
        except InvalidValue:
            return False
        return True

    @property
    def combination(self) -> frozenset[tuple[str, str]]:
        """Its options, equal for those that differ only in letter case."""
        return frozenset((name.casefold(), text.casefold()) for name, text in self.options.items())

    @property
    def sku(self) -> str | None:
        return (self.changes.get("sku") or "").strip() or None


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedPicture:
    """A picture at a URL, with its alternative text."""

    line: int
    url: str
    alt: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedCategory:
    """A category by its slug (“” is none), or by the names on its path from the root.

    A category that does not exist is added if the file gives its `name`, in those on the path above
    it if it has one.
    """

    slug: str = ""
    name: str | None = None
    is_active: bool = True
    path: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedProduct:
    """A product in a file with those of its variants that the file names.

    `changes` are new values by the name of the field in `ProductDetails`, without SKU and price,
    which are the default variant's. `reference` is the key of the product in the shop that wrote
    the file. `attributes` are values by code, a text for `read_value` with the style `numbers`, or
    as JSON has them; None or a blank text is none. `category` is None if the file does not say it.
    `problems` are rows of the product that can't be read; `notes` are values that were left out.
    `columns` and `variant_columns` are the names of columns in the file by the names of fields. In
    a file of another shop, an invalid value of an optional field is left out (`is_lenient`).

    `images` are pictures whose images are references, the first one that of the product; their ids
    are 0. `pictures` are fetched from their URLs.

    `other_references` are further keys of the product. With a `product_sku` it is also found by
    them, or else by this SKU. `base` are values from which those of its variants differ, in a file
    that gives the differences.
    """

    line: int
    id: ProductId | None = None
    reference: str | None = None
    other_references: Sequence[str] = ()
    product_sku: str = ""
    base: BaseValues | None = None
    changes: Mapping[str, Any] = field(default_factory=dict)
    attributes: Mapping[str, object] = field(default_factory=dict)
    numbers: NumberStyle = DEFAULT_STYLE
    category: ImportedCategory | None = None
    variants: Sequence[ImportedVariant] = ()
    images: Sequence[Picture] = ()
    pictures: Sequence[ImportedPicture] = ()
    problems: Sequence[RowProblem] = ()
    notes: Sequence[RowProblem] = ()
    columns: Mapping[str, str] = field(default_factory=dict)
    variant_columns: Mapping[str, str] = field(default_factory=dict)
    is_lenient: bool = False

    @property
    def names(self) -> Names:
        title, subtitle, brand = (
            (self.changes.get(name) or "").strip() for name in ("title", "subtitle", "brand")
        )
        return title, subtitle, brand or title

    @property
    def skus(self) -> set[str]:
        return {variant.sku for variant in self.variants if variant.sku}

    @property
    def is_named_only(self) -> bool:
        """Whether its title, subtitle and brand are the only key."""
        return self.id is None and self.reference is None and not self.skus

    @property
    def has_base_values(self) -> bool:
        return self.base is not None or any(each.has_difference for each in self.variants)

    @property
    def row_count(self) -> int:
        return max(1, len(self.variants) + len(self.problems))
