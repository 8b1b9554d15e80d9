"""Read models of a product and its variants, shared by the queries of several features."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from novacart.domain.catalog.attribute_details import AttributeType
from novacart.domain.catalog.slugs import generated_slug
from novacart.domain.shared.ids import (
    CategoryId,
    OptionId,
    OptionValueId,
    PictureId,
    ProductId,
    VariantId,
)
from novacart.domain.shared.money import Money

ImageSizes = tuple[tuple[str, int], ...]
"""The versions of an image and itself, (image, width in pixels), by rising width.

Empty for an image elsewhere.
"""


class ProductView(NamedTuple):
    """`stock` is the number of units of the default variant that can be ordered now.

    Prices are in minor units of `currency`, of the default variant. `lowest_30_days_minor` is set
    while that variant is on sale: its lowest price of the 30 days before the reduction.
    `is_on_sale` and `is_available` mean any variant; with `has_options`, customers choose one.
    `image` is an absolute URL or an absolute path on this site.
    """

    id: ProductId
    sku: str | None
    title: str
    subtitle: str
    description: str
    price_minor: int
    compare_at_minor: int | None
    lowest_30_days_minor: int | None
    is_on_sale: bool
    currency: str
    author: str | None
    published_year: int | None
    brand: str
    stock: int
    is_available: bool
    has_options: bool
    category_id: CategoryId | None
    image: str | None
    image_sizes: ImageSizes
    slug: str | None
    meta_title: str | None
    meta_description: str | None
    description_html: str
    tags: tuple[str, ...]
    created_at: datetime
    updated_at: datetime
    version: int

    @property
    def current_slug(self) -> str:
        """The slug that staff chose, or else the generated one."""
        return self.slug or generated_slug(self.title, self.id)

    @property
    def price(self) -> Money:
        return Money(self.price_minor, self.currency)

    @property
    def compare_at_price(self) -> Money | None:
        amount = self.compare_at_minor
        return None if amount is None else Money(amount, self.currency)

    @property
    def lowest_price_30_days(self) -> Money | None:
        amount = self.lowest_30_days_minor
        return None if amount is None else Money(amount, self.currency)


class OptionValueView(NamedTuple):
    """A value of an option, such as “M”."""

    id: OptionValueId
    text: str


class OptionView(NamedTuple):
    """An option with its values, in the order in which they are shown."""

    id: OptionId
    name: str
    values: Sequence[OptionValueView]


class VariantView(NamedTuple):
    """A variant that customers can buy.

    Prices are in minor units of `currency`, `weight_g` is in grams. `lowest_30_days_minor` is set
    for a variant on sale: its lowest price of the 30 days before the reduction. `options` are the
    texts of its values on one line, and `values` are their ids by option. A variant without an
    `image` shows its product's. `stock` is the number of units that can be ordered now.
    """

    id: VariantId
    sku: str | None
    barcode: str | None
    price_minor: int
    currency: str
    compare_at_minor: int | None
    lowest_30_days_minor: int | None
    weight_g: int | None
    image: str | None
    options: str
    values: Mapping[OptionId, OptionValueId]
    stock: int
    version: int


class PictureView(NamedTuple):
    """A picture of a product.

    `image` is an absolute URL or an absolute path on this site. `width` and `height` are in pixels,
    None for an image elsewhere. `smaller` are versions of the image, (image, width), by rising
    width. `alt` may be empty.
    """

    id: PictureId
    image: str
    alt: str
    width: int | None
    height: int | None
    smaller: Sequence[tuple[str, int]]


class AttributeValueView(NamedTuple):
    """A value of a product. `value` is a text, a number or a boolean, as JSON has it."""

    code: str
    name: str
    type: AttributeType
    unit: str | None
    value: str | int | float | bool


class VariantState(NamedTuple):
    """`version` and `price_minor` change with edits of the variant, `stock` also with orders."""

    id: VariantId
    version: int
    price_minor: int
    stock: int


class ProductState(NamedTuple):
    """The versions and the stock of everything that the page of a product shows.

    `variants` are those that are not archived, by position. `attributes_version` counts the edits
    of the attributes of which the product has values.
    """

    id: ProductId
    version: int
    gallery_version: int
    attributes_version: int
    default_variant_id: VariantId
    variants: Sequence[VariantState]

    @property
    def stocks(self) -> Sequence[int]:
        return [variant.stock for variant in self.variants]

    @property
    def default_stock(self) -> int:
        return next(each.stock for each in self.variants if each.id == self.default_variant_id)


class ProductWithVariants(NamedTuple):
    """A product with its options, the variants that are not archived, by position, and pictures.

    `gallery_version` changes with each edit of the pictures, `attributes_version` with each edit of
    the attributes of which the product has values.
    """

    product: ProductView
    default_variant_id: VariantId
    options: Sequence[OptionView]
    variants: Sequence[VariantView]
    pictures: Sequence[PictureView]
    gallery_version: int
    attributes: Sequence[AttributeValueView]
    attributes_version: int

    def variant(self, variant_id: VariantId) -> VariantView | None:
        return next((each for each in self.variants if each.id == variant_id), None)

    @property
    def state(self) -> ProductState:
        return ProductState(
            id=self.product.id,
            version=self.product.version,
            gallery_version=self.gallery_version,
            attributes_version=self.attributes_version,
            default_variant_id=self.default_variant_id,
            variants=[
                VariantState(each.id, each.version, each.price_minor, each.stock)
                for each in self.variants
            ],
        )
