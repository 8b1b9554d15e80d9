"""Repository of products."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from novacart.domain.catalog.product import Product
from novacart.domain.shared.ids import ProductId, VariantId


class Products(Protocol):
    """Only `lock_names` and the methods named `…_for_update` lock."""

    def get(self, product_id: ProductId) -> Product:
        """A product, archived or not. Raises `ProductNotFound`."""
        ...

    def find_variant(
        self, *, product_id: ProductId | None, variant_id: VariantId | None
    ) -> VariantId:
        """The variant that a customer or an editor names, or else the product's default variant.

        Raises `ProductNotFound` for an unknown or archived product, `VariantNotFound` for an
        unknown or archived variant, also of an archived product, and for another product's, and
        `InvalidValue` on the field `product_id` if neither is named.
        """
        ...

    def variant_ids(self, product_id: ProductId) -> Sequence[VariantId]:
        """The variants of a product, archived or not; none for an unknown product."""
        ...

    def get_for_update(self, product_id: ProductId) -> Product:
        """As `get`, and lock the product until the unit of work ends."""
        ...

    def get_by_variant_for_update(self, variant_id: VariantId) -> Product:
        """As `get_for_update`, by a variant, archived or not. Raises `VariantNotFound`."""
        ...

    def get_many(self, product_ids: Iterable[ProductId]) -> dict[ProductId, Product]:
        """The products that exist, archived or not, by rising id."""
        ...

    def get_many_for_update(self, product_ids: Iterable[ProductId]) -> dict[ProductId, Product]:
        """As `get_many`, and lock the products by rising id."""
        ...

    def existing(self, product_ids: Iterable[ProductId]) -> set[ProductId]:
        """Those of the products that exist, archived or not."""
        ...

    def ids_by_sku(self, skus: Iterable[str]) -> Mapping[str, ProductId]:
        """The products that have a variant with these SKUs, archived or not."""
        ...

    def ids_by_slug(self, slugs: Iterable[str]) -> Mapping[str, ProductId]:
        """The products for which staff chose one of the slugs, archived ones too."""
        ...

    def ids_by_variant(self, variant_ids: Iterable[VariantId]) -> Mapping[VariantId, ProductId]:
        """The products of those of the variants that exist, archived or not."""
        ...

    def ids_by_names(
        self, titles: Iterable[str]
    ) -> Mapping[tuple[str, str, str], Sequence[ProductId]]:
        """The active products with these titles, by title, subtitle and brand."""
        ...

    def lock_names(self) -> None:
        """Let others that call this wait until the unit of work ends.

        Call it before `ids_by_names`, so that two of them don't add a product with the same names.
        An optimistic unit of work does not lock them.
        """
        ...

    def add(self, product: Product) -> None:
        """Raises `SkuTaken`."""
        ...

    def add_all(self, products: Sequence[Product]) -> None:
        """Raises `ConcurrentChange` if a SKU is taken, at the latest on commit.

        Check `ids_by_sku` before.
        """
        ...

    def save(self, product: Product) -> None:
        """Raises `SkuTaken`, and `ConcurrentChange` if the version is not the stored one."""
        ...
