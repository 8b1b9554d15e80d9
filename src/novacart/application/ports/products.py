"""Where products are kept."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from novacart.domain.catalog.product import Product
from novacart.domain.shared.ids import ProductId


class Products(Protocol):
    """`get_active`, `get` and `of` read without a lock; `get_for_update` locks."""

    def get_active(self, product_id: ProductId) -> Product:
        """Raises `ProductNotFound` where it is unknown or archived."""
        ...

    def get(self, product_id: ProductId) -> Product:
        """Archived or not. Raises `ProductNotFound` where it is unknown."""
        ...

    def of(self, product_ids: Iterable[ProductId]) -> dict[ProductId, Product]:
        """Those of the products that are known, archived ones included."""
        ...

    def get_for_update(self, product_id: ProductId) -> Product:
        """As `get`, and nobody else changes it until the unit of work ends."""
        ...

    def get_many_for_update(self, product_ids: Iterable[ProductId]) -> dict[ProductId, Product]:
        """As `of`, locked by rising id."""
        ...

    def add(self, product: Product) -> None: ...

    def add_all(self, products: Sequence[Product]) -> None: ...

    def save(self, product: Product) -> None:
        """Raises `ConcurrentChange` where its version is not the stored one."""
        ...
