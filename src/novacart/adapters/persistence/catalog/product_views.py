"""Read models of products with their options, variants, pictures and attributes."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    FromClause,
    Select,
    Text,
    bindparam,
    literal_column,
    select,
)

from novacart.adapters.persistence.catalog.attributes import to_choices
from novacart.adapters.persistence.catalog.list_conditions import IS_ACTIVE
from novacart.adapters.persistence.catalog.mapper import (
    AVAILABLE,
    HAS_STOCK_LEVEL,
    IS_DEFAULT_VARIANT,
    PRODUCT_VIEW_COLUMNS,
)
from novacart.adapters.persistence.catalog.tables import (
    default_variants,
    option_values,
    product_options,
    products,
    stock_levels,
    variants,
)
from novacart.adapters.persistence.statements import DriverStatement, Row
from novacart.application.ports.product_view import (
    AttributeValueView,
    OptionValueView,
    OptionView,
    PictureView,
    VariantView,
)
from novacart.domain.catalog.attribute_details import AttributeDetails, AttributeType
from novacart.domain.shared.ids import OptionId, OptionValueId

# The place of the ids of the values in `variant_columns`.
COMBINATION: Final = 10
PRODUCTS: Final[Select[*tuple[Any, ...]]] = (
    select(*PRODUCT_VIEW_COLUMNS)
    .join_from(products, stock_levels, HAS_STOCK_LEVEL)
    .join(default_variants, IS_DEFAULT_VARIANT)
    .where(IS_ACTIVE)
)


def variant_columns(table: FromClause) -> list[ColumnElement[Any]]:
    """The columns of a variant and of its stock level, for `to_variant`."""
    return [
        table.c.id,
        table.c.sku,
        table.c.barcode,
        table.c.price_minor,
        table.c.currency,
        table.c.compare_at_minor,
        table.c.lowest_30_days_minor,
        table.c.weight_g,
        table.c.image,
        table.c.options,
        table.c.combination,
        AVAILABLE.label("available"),
        table.c.version,
    ]


PICTURES_AS_JSON: Final = {
    "postgresql": literal_column(
        "(SELECT CAST(json_agg(json_build_array(id, image, alt, width, height, smaller)"
        " ORDER BY position, id) AS text)"
        " FROM product_pictures WHERE product_id = products.id)",
        Text,
    ),
    "sqlite": literal_column(
        "(SELECT json_group_array(json_array(id, image, alt, width, height, smaller))"
        " FROM (SELECT * FROM product_pictures WHERE product_id = products.id"
        " ORDER BY position, id))",
        Text,
    ),
}
"""The pictures of a row of `products`, for `to_pictures`, without another statement."""
_ATTRIBUTE: Final = "a.code, a.name, a.type, a.unit, {choices}, v.text, v.number, a.version"
_OF_PRODUCT: Final = (
    "product_attributes v JOIN attributes a ON a.id = v.attribute_id"
    " JOIN categories c ON c.id = a.category_id WHERE v.product_id = products.id"
)
_IN_ORDER: Final = "ORDER BY length(c.path), a.position, a.id"
ATTRIBUTES_AS_JSON: Final = {
    "postgresql": literal_column(
        "(SELECT CAST(json_agg(json_build_array("  # noqa: S608 (constants of this module)
        f"{_ATTRIBUTE.format(choices='a.choices')}) {_IN_ORDER}) AS text) FROM {_OF_PRODUCT})",
        Text,
    ),
    "sqlite": literal_column(
        "(SELECT json_group_array(json(item)) FROM (SELECT json_array("  # noqa: S608 (constants)
        f"{_ATTRIBUTE.format(choices='json(a.choices)')}) AS item FROM {_OF_PRODUCT} {_IN_ORDER}))",
        Text,
    ),
}
"""The values of attributes of a row of `products`, for `to_attribute_values`."""
# With the default variant, which is the only one of a product without options.
PRODUCT_WITH_DEFAULT: Final = {
    dialect: DriverStatement(
        PRODUCTS.add_columns(
            *(column.label(f"v_{column.key}") for column in variant_columns(default_variants)),
            products.c.gallery_version,
            pictures,
            ATTRIBUTES_AS_JSON[dialect],
        ).where(products.c.id == bindparam("product_id"))
    )
    for dialect, pictures in PICTURES_AS_JSON.items()
}
VARIANTS: Final = DriverStatement(
    select(*variant_columns(variants))
    .join_from(variants, stock_levels, stock_levels.c.variant_id == variants.c.id)
    .where(
        variants.c.product_id == bindparam("product_id", type_=BigInteger),
        variants.c.archived_at.is_(None),
    )
    .order_by(variants.c.position, variants.c.id)
)
OPTIONS: Final = DriverStatement(
    select(
        product_options.c.id,
        product_options.c.name,
        option_values.c.id,
        option_values.c.text,
    )
    .join_from(product_options, option_values, option_values.c.option_id == product_options.c.id)
    .where(product_options.c.product_id == bindparam("product_id", type_=BigInteger))
    .order_by(product_options.c.position, product_options.c.id, option_values.c.position)
)


def to_options(rows: Sequence[Row]) -> list[OptionView]:
    """The options in rows of `OPTIONS`."""
    names: dict[OptionId, str] = {}
    values: dict[OptionId, list[OptionValueView]] = {}
    for option_id, name, value_id, value_text in rows:
        names[option_id] = name
        values.setdefault(option_id, []).append(OptionValueView(value_id, value_text))
    return [OptionView(option_id, name, values[option_id]) for option_id, name in names.items()]


def to_pictures(column: str | None) -> list[PictureView]:
    """The pictures in a column of `PICTURES_AS_JSON`."""
    return [
        PictureView._make((*fields, [*map(tuple, json.loads(smaller))]))
        for *fields, smaller in json.loads(column or "[]")
    ]


def to_attribute_values(column: str | None) -> list[AttributeValueView]:
    """The values in a column of `ATTRIBUTES_AS_JSON`."""
    values = []
    for code, name, type_, unit, choices, text, number, _ in json.loads(column or "[]"):
        details = AttributeDetails(
            name=name,
            code=code,
            type=AttributeType(type_),
            unit=unit,
            choices=to_choices(choices),
        )
        shown = details.shown(text or number)
        if shown is not None:
            values.append(AttributeValueView(code, name, details.type, unit, shown))
    return values


def to_variant(row: Row, option_of: Mapping[OptionValueId, OptionId]) -> VariantView:
    """The variant in a row of `variant_columns`. `option_of` has the option of each value."""
    value_ids = [OptionValueId(int(each)) for each in row[COMBINATION].split(",") if each]
    # Options may have changed since they were read.
    values = {option_of[each]: each for each in value_ids if each in option_of}
    return VariantView._make((*row[:COMBINATION], values, *row[COMBINATION + 1 :]))
