"""Repository of the pictures of products."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from novacart.domain.catalog.gallery import ProductGallery
from novacart.domain.shared.ids import ProductId


class Galleries(Protocol):
    """Lock the product before its gallery is loaded for an edit."""

    def get(self, product_id: ProductId) -> ProductGallery:
        """The gallery of a product, empty if it has no pictures."""
        ...

    def get_many(self, product_ids: Iterable[ProductId]) -> Mapping[ProductId, ProductGallery]:
        """As `get`, for several products."""
        ...

    def add_all(self, galleries: Sequence[ProductGallery]) -> None:
        """Add the galleries of new products."""
        ...

    def save(self, gallery: ProductGallery) -> None:
        """Raises `ConcurrentChange` if the version is not the stored one."""
        ...
