"""Read models of products and categories, including archived products."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from novacart.application.ports.product_view import OptionView, PictureView
from novacart.domain.catalog.product_details import ProductDetails
from novacart.domain.catalog.stock import MovementKind
from novacart.domain.catalog.variant import VariantDetails
from novacart.domain.shared.ids import CategoryId, OptionValueId, OrderId, ProductId, VariantId
from novacart.domain.shared.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductRow:
    """`is_category_active` is true for a product without a category.

    The stock is that of the default variant, and `stock_version` counts the adjustments of it.
    """

    id: ProductId
    title: str
    brand: str
    category: str | None
    is_category_active: bool
    price: Money
    on_hand: int
    reserved: int
    image: str | None
    updated_at: datetime
    archived_at: datetime | None
    version: int
    stock_version: int

    @property
    def available(self) -> int:
        """Units that can be ordered."""
        return self.on_hand - self.reserved


@dataclass(frozen=True, slots=True, kw_only=True)
class StockMovementRow:
    """`options` are the values of the variant on one line."""

    variant_id: VariantId
    options: str
    kind: MovementKind
    on_hand_delta: int
    reserved_delta: int
    order_id: OrderId | None
    actor: str
    note: str
    occurred_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class VariantRow:
    """`options` are its values on one line, and `value_ids` their ids."""

    id: VariantId
    details: VariantDetails
    options: str
    value_ids: Collection[OptionValueId]
    on_hand: int
    reserved: int
    archived_at: datetime | None
    version: int

    @property
    def available(self) -> int:
        """Units that can be ordered."""
        return self.on_hand - self.reserved


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductDetail(ProductRow):
    """`variants` are by position, archived ones too.

    `gallery_version` counts the edits of the pictures. `movements` holds the newest stock
    movements of all variants, newest first.
    """

    details: ProductDetails
    created_at: datetime
    default_variant_id: VariantId
    options: Sequence[OptionView]
    variants: Sequence[VariantRow]
    pictures: Sequence[PictureView]
    gallery_version: int
    movements: Sequence[StockMovementRow]


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryRow:
    """`products` counts the active products of the category, without those in categories below it.

    The shop does not list them while the category or one above it is inactive. `is_branch_active`
    says whether all above it are active. `level` is the number of categories above it.
    """

    id: CategoryId
    name: str
    slug: str
    parent_id: CategoryId | None
    level: int
    image: str | None
    mobile_image: str | None
    mobile_secondary_image: str | None
    desktop_image: str | None
    desktop_secondary_image: str | None
    position: int
    is_active: bool
    is_branch_active: bool
    meta_title: str | None
    meta_description: str | None
    version: int
    products: int

    @property
    def is_shown(self) -> bool:
        return self.is_active and self.is_branch_active
