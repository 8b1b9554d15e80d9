"""Products."""

from dataclasses import replace
from datetime import datetime
from typing import Self

from novacart.domain.catalog.errors import ProductNotArchived, ProductNotFound
from novacart.domain.catalog.events import (
    ProductAdded,
    ProductArchived,
    ProductEdited,
    ProductRestored,
    changed_fields,
)
from novacart.domain.catalog.product_details import PriceChange, ProductDetails
from novacart.domain.shared.events import AggregateRoot
from novacart.domain.shared.ids import ProductId


class Product(AggregateRoot):
    """A product, in the catalog or archived. Its stock is kept in `StockLevel`.

    Times are aware UTC.
    """

    __slots__ = ("archived_at", "created_at", "details", "id", "updated_at")

    def __init__(
        self,
        *,
        id: ProductId,
        details: ProductDetails,
        created_at: datetime,
        updated_at: datetime,
        archived_at: datetime | None = None,
        version: int = 0,
    ) -> None:
        super().__init__(version=version)
        self.id = id
        self.details = details
        self.created_at = created_at
        self.updated_at = updated_at
        self.archived_at = archived_at

    @classmethod
    def create(cls, *, id: ProductId, details: ProductDetails, at: datetime) -> Self:
        """A new product of the catalog."""
        product = cls(id=id, details=details, created_at=at, updated_at=at)
        product._record(ProductAdded(occurred_at=at, product_id=id, product=details.event_data()))
        return product

    @property
    def is_archived(self) -> bool:
        return self.archived_at is not None

    def edit(self, details: ProductDetails, *, at: datetime) -> bool:
        """Replace the details and return whether anything changed.

        Raises `ProductNotFound` for an archived product, which must be restored first.
        """
        self.ensure_active()
        before, after = changed_fields(self.details.event_data(), details.event_data())
        if not after:
            return False
        self.details = details
        self.updated_at = at
        self._record(ProductEdited(occurred_at=at, product_id=self.id, before=before, after=after))
        return True

    def change_image(self, image: str | None, *, at: datetime) -> bool:
        """Show another image, by its reference from the image store. Returns as `edit` does."""
        return self.edit(replace(self.details, image=image), at=at)

    def change_price(self, change: PriceChange, *, at: datetime) -> bool:
        """Change the price, rounded half up to a minor unit. Returns as `edit` does.

        Raises `InvalidValue` for a new price out of bounds.
        """
        price = self.details.price.increased_by(change.percent)
        return self.edit(replace(self.details, price=price), at=at)

    def archive(self, *, at: datetime) -> None:
        """Remove it from the catalog. Raises `ProductNotFound` if it is archived already."""
        self.ensure_active()
        self.archived_at = self.updated_at = at
        self._record(ProductArchived(occurred_at=at, product_id=self.id))

    def restore(self, *, at: datetime) -> None:
        """Return it to the catalog. Raises `ProductNotArchived` if it is not archived."""
        if not self.is_archived:
            raise ProductNotArchived
        self.archived_at = None
        self.updated_at = at
        self._record(ProductRestored(occurred_at=at, product_id=self.id))

    def ensure_active(self) -> None:
        """Raises `ProductNotFound` if it is archived."""
        if self.is_archived:
            raise ProductNotFound
