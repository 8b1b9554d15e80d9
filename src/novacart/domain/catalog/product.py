"""A product of the catalogue."""

from dataclasses import replace
from datetime import datetime
from typing import Self

from novacart.domain.catalog.changes import differing
from novacart.domain.catalog.errors import ProductNotArchived, ProductNotFound
from novacart.domain.catalog.events import (
    ProductAdded,
    ProductArchived,
    ProductEdited,
    ProductRestored,
)
from novacart.domain.catalog.product_details import ProductDetails
from novacart.domain.shared.events import AggregateRoot
from novacart.domain.shared.ids import CategoryId, ProductId
from novacart.domain.shared.money import Money


class Product(AggregateRoot):
    """Something the shop sells, or once sold: an archived product is out of the catalogue.

    Times are aware UTC. What is in stock is the stock's own affair.
    """

    __slots__ = ("_details", "archived_at", "created_at", "id", "updated_at")

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
        self._details = details
        self.created_at = created_at
        self.updated_at = updated_at
        self.archived_at = archived_at

    @classmethod
    def draft(cls, *, id: ProductId, details: ProductDetails, at: datetime) -> Self:
        """A product that is new to the catalogue."""
        product = cls(id=id, details=details, created_at=at, updated_at=at)
        product._record(ProductAdded(occurred_at=at, product_id=id, product=details.plain()))
        return product

    @property
    def details(self) -> ProductDetails:
        return self._details

    @property
    def title(self) -> str:
        return self._details.title

    @property
    def subtitle(self) -> str:
        return self._details.subtitle

    @property
    def description(self) -> str:
        return self._details.description

    @property
    def price(self) -> Money:
        return self._details.price

    @property
    def author(self) -> str | None:
        return self._details.author

    @property
    def published_year(self) -> int | None:
        return self._details.published_year

    @property
    def brand(self) -> str:
        return self._details.brand

    @property
    def category_id(self) -> CategoryId | None:
        return self._details.category_id

    @property
    def image(self) -> str | None:
        return self._details.image

    @property
    def is_archived(self) -> bool:
        return self.archived_at is not None

    def edit(self, details: ProductDetails, *, at: datetime) -> bool:
        """Write the details anew; False where nothing differs.

        Raises `ProductNotFound` for an archived product: whoever wants it back restores it.
        """
        self.ensure_active()
        before, after = differing(self._details.plain(), details.plain())
        if not after:
            return False
        self._details = details
        self.updated_at = at
        self._record(ProductEdited(occurred_at=at, product_id=self.id, before=before, after=after))
        return True

    def show(self, image: str | None, *, at: datetime) -> bool:
        """Show another picture, a reference from the image store; False where it is the same."""
        return self.edit(replace(self._details, image=image), at=at)

    def archive(self, *, at: datetime) -> None:
        """Take it out of the catalogue. Raises `ProductNotFound` where it is out already."""
        self.ensure_active()
        self.archived_at = self.updated_at = at
        self._record(ProductArchived(occurred_at=at, product_id=self.id))

    def restore(self, *, at: datetime) -> None:
        """Put it back into the catalogue. Raises `ProductNotArchived` where it is there."""
        if not self.is_archived:
            raise ProductNotArchived
        self.archived_at = None
        self.updated_at = at
        self._record(ProductRestored(occurred_at=at, product_id=self.id))

    def ensure_active(self) -> None:
        if self.is_archived:
            raise ProductNotFound
