"""Repository of products."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from novacart.domain.catalog.product import Product
from novacart.domain.shared.ids import ProductId


class Products(Protocol):
    """Only the methods named `…_for_update` lock."""

    def get(self, product_id: ProductId) -> Product:
        """A product, archived or not. Raises `ProductNotFound`."""
        ...

    def get_active(self, product_id: ProductId) -> Product:
        """Raises `ProductNotFound` for an unknown or archived product."""
        ...

    def get_for_update(self, product_id: ProductId) -> Product:
        """As `get`, and lock the product until the unit of work ends."""
        ...

    def get_many_for_update(self, product_ids: Iterable[ProductId]) -> dict[ProductId, Product]:
        """The products that exist, archived or not, locked by rising id."""
        ...

    def add(self, product: Product) -> None: ...

    def add_all(self, products: Sequence[Product]) -> None: ...

    def save(self, product: Product) -> None:
        """Raises `ConcurrentChange` if the version is not the stored one."""
        ...
