"""Keys and values of products in other shops."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from novacart.domain.shared.ids import ProductId
from novacart.domain.shared.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseValues:
    """Price, compare-at price and grams of a product, from which those of its variants differ.

    A file gave them; the product of the shop has only the values of its variants.
    """

    price: Money
    compare_at_price: Money | None = None
    weight_g: int | None = None


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
        """Add new references.

        Raises `ConcurrentChange` if one exists already, at the latest on commit.
        """
        ...

    def base_values(
        self, source: str, product_ids: Iterable[ProductId]
    ) -> Mapping[ProductId, BaseValues]:
        """The values that the last file gave products, of those that have any."""
        ...

    def save_base_values(self, source: str, values: Mapping[ProductId, BaseValues | None]) -> None:
        """Replace the values of products. None removes them."""
        ...
