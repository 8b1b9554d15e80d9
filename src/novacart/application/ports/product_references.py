"""Keys of products in other shops."""

from collections.abc import Iterable, Mapping
from typing import Protocol

from novacart.domain.shared.ids import ProductId


class ProductReferences(Protocol):
    """The products that were imported, by their keys in the shop that wrote the file.

    `source` is the format of the file, such as `shopify`; its handles are the references.
    """

    def find(self, source: str, references: Iterable[str]) -> Mapping[str, ProductId]:
        """The products that have one of the references, archived or not."""
        ...

    def referenced(self, source: str, product_ids: Iterable[ProductId]) -> set[ProductId]:
        """Those of the products that have a reference of the source."""
        ...

    def add(self, source: str, references: Mapping[str, ProductId]) -> None:
        """Add new references. Raises `ConcurrentChange` if one exists already."""
        ...
