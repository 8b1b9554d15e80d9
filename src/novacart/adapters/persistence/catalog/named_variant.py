"""The variant that a client names by its id, or as the default variant of a product."""

from typing import Any, Final

from sqlalchemy import BigInteger, BindParameter, FromClause, and_, bindparam, func

from novacart.adapters.persistence.catalog.tables import DEFAULT_VARIANT_ID, products, variants
from novacart.domain.catalog.errors import ProductNotFound, VariantNotFound
from novacart.domain.shared.errors import InvalidValue
from novacart.domain.shared.ids import ProductId, VariantId

_PRODUCT_ID: Final[BindParameter[int]] = bindparam("product_id", type_=BigInteger)
_VARIANT_ID: Final[BindParameter[int]] = bindparam("variant_id", type_=BigInteger)
_OF_VARIANT: Final = products.alias("product_of_variant")

NAMED_VARIANT_ID: Final = variants.c.id
"""The id of the variant in a select from `join_named_variant`, or NULL."""

NAMED_VARIANT_COLUMNS: Final = (products.c.id, _OF_VARIANT.c.id, variants.c.id)
"""The arguments of `named_variant`, in a select from `join_named_variant`."""


def join_named_variant(rows: FromClause) -> FromClause:
    """Join each row with the variant of the parameters `product_id` and `variant_id`, if any.

    Both may be NULL. `products` is the named product.
    """
    named: Any = func.coalesce(_VARIANT_ID, DEFAULT_VARIANT_ID)
    return (
        rows.outerjoin(
            products, and_(products.c.id == _PRODUCT_ID, products.c.archived_at.is_(None))
        )
        .outerjoin(variants, and_(variants.c.id == named, variants.c.archived_at.is_(None)))
        .outerjoin(
            _OF_VARIANT,
            and_(_OF_VARIANT.c.id == variants.c.product_id, _OF_VARIANT.c.archived_at.is_(None)),
        )
    )


def ensure_named(product_id: ProductId | None, variant_id: VariantId | None) -> None:
    """Raises `InvalidValue` if neither is named."""
    if product_id is None and variant_id is None:
        raise InvalidValue("product_id", "Name a product or a variant.")


def named_variant(
    product_id: ProductId | None,
    active_product: int | None,
    product_of_variant: int | None,
    active_variant: int | None,
) -> VariantId:
    """The variant, from the `product_id` of the request and `NAMED_VARIANT_COLUMNS`.

    Raises `ProductNotFound` or `VariantNotFound`.
    """
    if product_id is not None and active_product is None:
        raise ProductNotFound
    if active_variant is None or product_of_variant is None:
        raise VariantNotFound
    if product_id is not None and product_of_variant != product_id:
        raise VariantNotFound
    return VariantId(active_variant)
