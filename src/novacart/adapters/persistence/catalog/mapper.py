"""Mapping between rows and the catalog's aggregates and read models.

Columns have the names of the fields that they store. Only prices, which have two columns, the
stock and the values of attributes, which have a table, are mapped one by one.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    FromClause,
    Row,
    Text,
    cast,
    literal_column,
    or_,
    select,
)

from novacart.adapters.persistence.catalog.tables import (
    DEFAULT_VARIANT_ID,
    default_variants,
    product_options,
    product_pictures,
    products,
    stock_levels,
    variants,
)
from novacart.application.ports.product_view import ImageSizes, ProductView
from novacart.application.search_terms import facet_key, index_terms
from novacart.domain.catalog.attribute_details import AttributeValues
from novacart.domain.catalog.category import Category
from novacart.domain.catalog.category_details import CategoryDetails
from novacart.domain.catalog.category_tree import CategoryTree, TreeNode
from novacart.domain.catalog.options import OptionValue, ProductOption
from novacart.domain.catalog.product import Product
from novacart.domain.catalog.product_details import ProductDetails
from novacart.domain.catalog.variant import Variant, VariantDetails
from novacart.domain.shared.ids import OptionId, OptionValueId, VariantId
from novacart.domain.shared.money import Money

AVAILABLE: Final = stock_levels.c.on_hand - stock_levels.c.reserved
# A constant, so that PostgreSQL's plan for all parameters finds products that are sold out by their
# index, if they are few.
_NONE: Final[ColumnElement[int]] = literal_column("0", BigInteger)
IS_IN_STOCK: Final = AVAILABLE > _NONE
"""Whether the default variant can be ordered now."""
IS_SOLD_OUT: Final = AVAILABLE <= _NONE
HAS_STOCK_LEVEL: Final = stock_levels.c.variant_id == DEFAULT_VARIANT_ID
"""Joins `products` with the stock of the default variant."""
IS_DEFAULT_VARIANT: Final = default_variants.c.id == DEFAULT_VARIANT_ID
"""Joins `products` with the default variant, as `default_variants`."""


def has_available_variant(of_products: FromClause) -> ColumnElement[bool]:
    """Whether any variant of a product can be ordered now.

    A subquery for each product: PostgreSQL would read the stock of all variants instead.
    """
    each, level = variants.alias("each_variant"), stock_levels.alias("each_level")
    return (
        select(each.c.id)
        .join(level, level.c.variant_id == each.c.id)
        .where(
            each.c.product_id == of_products.c.id,
            each.c.archived_at.is_(None),
            level.c.on_hand > level.c.reserved,
        )
        .correlate(of_products)
        .offset(0)
        .exists()
    )


# The other variants are read only if the default one is sold out.
IS_AVAILABLE: Final = or_(IS_IN_STOCK, has_available_variant(products))
"""Whether any variant can be ordered now, of `products` joined with `stock_levels`."""

_DETAILS: Final = [
    field.name for field in fields(ProductDetails) if field.name not in {"price", "attributes"}
]
_VARIANT_DETAILS: Final = [
    field.name
    for field in fields(VariantDetails)
    if field.name not in {"price", "compare_at_price"}
]
_CATEGORY_DETAILS: Final = [field.name for field in fields(CategoryDetails)]


def image_sizes(product_id: ColumnElement[int], image: ColumnElement[str]) -> ColumnElement[Any]:
    """The width of a picture of a product and its versions as JSON, for `to_image_sizes`."""
    return (
        select(cast(product_pictures.c.width, Text) + " " + product_pictures.c.smaller)
        .where(product_pictures.c.product_id == product_id, product_pictures.c.image == image)
        .order_by(product_pictures.c.position)
        .limit(1)
        .correlate_except(product_pictures)
        .scalar_subquery()
        .label("image_sizes")
    )


_OTHER_VIEW_COLUMNS: Final[Mapping[str, ColumnElement[Any]]] = {
    "stock": AVAILABLE.label("available"),
    "is_available": IS_AVAILABLE.label("is_available"),
    "has_options": (
        select(product_options.c.id)
        .where(product_options.c.product_id == products.c.id)
        .correlate(products)
        .offset(0)
        .exists()
        .label("has_options")
    ),
    "image_sizes": image_sizes(products.c.id, products.c.image),
    "compare_at_minor": default_variants.c.compare_at_minor,
    "lowest_30_days_minor": default_variants.c.lowest_30_days_minor,
}
# The fields of `ProductView`, for a select that joins `products` with `stock_levels` and
# `default_variants`.
PRODUCT_VIEW_COLUMNS: Final[list[ColumnElement[Any]]] = [
    _OTHER_VIEW_COLUMNS[name] if name in _OTHER_VIEW_COLUMNS else products.c[name]
    for name in ProductView._fields
]
_VIEW: Final = slice(len(PRODUCT_VIEW_COLUMNS))
_IMAGE: Final = ProductView._fields.index("image")
_SIZES: Final = ProductView._fields.index("image_sizes")
# The columns of `ListedProduct`.
LISTED_COLUMNS: Final[list[ColumnElement[Any]]] = [
    products.c.id,
    products.c.version,
    products.c.price_minor,
    AVAILABLE.label("available"),
    IS_AVAILABLE.label("is_available"),
]


def from_product(product: Product) -> dict[str, Any]:
    """All columns of `products` except the version, which the repository counts."""
    details = product.details
    return {
        "id": product.id,
        **{name: getattr(details, name) for name in _DETAILS},
        "brand_key": facet_key(details.brand),
        "price_minor": details.price.amount,
        "currency": details.price.currency,
        "created_at": product.created_at,
        "updated_at": product.updated_at,
        "archived_at": product.archived_at,
        "default_variant_id": (
            None
            if product.default_variant_id == VariantId(product.id)
            else product.default_variant_id
        ),
        "is_on_sale": product.is_on_sale,
    }


def to_product(
    row: Row[Any],
    variants: Iterable[Row[Any]],
    values: Iterable[Row[Any]],
    attributes: AttributeValues,
) -> Product:
    """The product of a row with all columns of `products`.

    `variants` have all columns of `variants`. `values` are joined with their options, sorted by
    the positions of both.
    """
    texts: dict[OptionId, tuple[str, list[OptionValue]]] = {}
    for each in values:
        _, of_option = texts.setdefault(OptionId(each.option_id), (each.name, []))
        of_option.append(OptionValue(id=OptionValueId(each.id), text=each.text))
    options = {
        option_id: ProductOption(id=option_id, name=name, values=tuple(of_option))
        for option_id, (name, of_option) in texts.items()
    }
    option_of = {value.id: option.id for option in options.values() for value in option.values}
    return Product(
        id=row.id,
        details=to_product_details(row, attributes),
        created_at=row.created_at,
        updated_at=row.updated_at,
        archived_at=row.archived_at,
        options=options.values(),
        variants=[_to_variant(each, options, option_of) for each in variants],
        default_variant_id=VariantId(row.default_variant_id or row.id),
        version=row.version,
    )


def from_variant(product: Product, variant: Variant) -> dict[str, Any]:
    """All columns of `variants`."""
    details = variant.details
    compare_at = details.compare_at_price
    return {
        "id": variant.id,
        "product_id": product.id,
        **{name: getattr(details, name) for name in _VARIANT_DETAILS},
        "price_minor": details.price.amount,
        "currency": details.price.currency,
        "compare_at_minor": None if compare_at is None else compare_at.amount,
        "position": variant.position,
        "archived_at": variant.archived_at,
        "version": variant.version,
        "combination": ",".join(map(str, sorted(variant.values.values()))),
        "options": product.describe_options(variant),
    }


def value_ids(combination: str) -> list[OptionValueId]:
    """The ids in the column `combination` of `variants`."""
    return [OptionValueId(int(each)) for each in combination.split(",") if each]


def _to_variant(
    row: Row[Any],
    options: Iterable[OptionId],
    option_of: Mapping[OptionValueId, OptionId],
) -> Variant:
    values = {option_of[value_id]: value_id for value_id in value_ids(row.combination)}
    return Variant(
        id=VariantId(row.id),
        details=to_variant_details(row),
        values={option_id: values[option_id] for option_id in options},
        position=row.position,
        archived_at=row.archived_at,
        version=row.version,
    )


def to_variant_details(row: Row[Any]) -> VariantDetails:
    """The details in a row with all columns of `variants`."""
    compare_at = row.compare_at_minor
    return VariantDetails(
        **{name: getattr(row, name) for name in _VARIANT_DETAILS},
        price=Money(row.price_minor, row.currency),
        compare_at_price=None if compare_at is None else Money(compare_at, row.currency),
    )


def option_rows(product: Product) -> list[dict[str, Any]]:
    """The rows of `product_options`."""
    return [
        {"id": option.id, "product_id": product.id, "name": option.name, "position": position}
        for position, option in enumerate(product.options)
    ]


def value_rows(product: Product) -> list[dict[str, Any]]:
    """The rows of `option_values`."""
    return [
        {"id": value.id, "option_id": option.id, "text": value.text, "position": position}
        for option in product.options
        for position, value in enumerate(option.values)
    ]


def to_product_details(row: Row[Any], attributes: AttributeValues) -> ProductDetails:
    """The details in a row with all columns of `products`.

    An old release may have removed the category of a product with values of attributes. They are
    deleted when the product is saved.
    """
    if row.category_id is None:
        attributes = ()
    values = {name: getattr(row, name) for name in _DETAILS}
    price = Money(row.price_minor, row.currency)
    return ProductDetails(**values, price=price, attributes=attributes)


def to_product_view(row: Sequence[Any]) -> ProductView:
    """The read model in a row that begins with `PRODUCT_VIEW_COLUMNS`."""
    sizes = to_image_sizes(row[_IMAGE], row[_SIZES])
    return ProductView._make(row[_VIEW])._replace(image_sizes=sizes)


def to_image_sizes(image: str, column: str | None) -> ImageSizes:
    """The sizes of an image from a column `image_sizes`."""
    if not column:
        return ()
    width, smaller = column.split(" ", 1)
    return (*map(tuple, json.loads(smaller)), (image, int(width)))


def from_category(category: Category) -> dict[str, Any]:
    """All columns of `categories` except the version."""
    return {
        "id": category.id,
        **{name: getattr(category.details, name) for name in _CATEGORY_DETAILS},
        "search_text": " ".join(index_terms(category.details.name)),
    }


def to_category(row: Row[Any]) -> Category:
    """The category of a row with all columns of `categories`."""
    details = CategoryDetails(**{name: getattr(row, name) for name in _CATEGORY_DETAILS})
    return Category(id=row.id, details=details, version=row.version)


def to_category_tree(rows: Iterable[Any]) -> CategoryTree:
    """The tree of rows with id, parent and position."""
    return CategoryTree(
        TreeNode(id=row.id, parent_id=row.parent_id, position=row.position) for row in rows
    )
