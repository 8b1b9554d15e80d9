"""All products, for files and feeds."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import bindparam, func, select, true

from novacart.adapters.persistence.catalog.category_branches import IS_SHOWN
from novacart.adapters.persistence.catalog.mapper import to_product_view
from novacart.adapters.persistence.catalog.product_views import (
    ATTRIBUTES_AS_JSON,
    PICTURES_AS_JSON,
    PRODUCTS,
    to_attribute_values,
    to_options,
    to_pictures,
    to_variant,
    variant_columns,
)
from novacart.adapters.persistence.catalog.tables import (
    categories,
    default_variants,
    option_values,
    product_options,
    products,
    stock_levels,
    variants,
)
from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.statements import Row
from novacart.application.catalog.queries import ExportedProduct
from novacart.domain.shared.ids import VariantId

_BATCH_SIZE: Final = 1000
_EXPORTED: Final = (
    PRODUCTS.add_columns(
        default_variants.c.id.label("exported_default_id"),
        categories.c.slug.label("category_slug"),
        categories.c.name.label("category_name"),
        categories.c.is_active.label("category_active"),
        func.coalesce(IS_SHOWN, true()).label("is_shown"),
    )
    .outerjoin(categories, categories.c.id == products.c.category_id)
    .order_by(products.c.id)
    .limit(_BATCH_SIZE)
)
_CATEGORY_NAMES: Final = select(categories.c.id, categories.c.parent_id, categories.c.name)
_EXPORTED_VARIANTS: Final = (
    select(
        variants.c.product_id,
        *variant_columns(variants),
        stock_levels.c.version.label("stock_version"),
    )
    .join_from(variants, stock_levels, stock_levels.c.variant_id == variants.c.id)
    .where(
        variants.c.product_id.in_(bindparam("ids", expanding=True)),
        variants.c.archived_at.is_(None),
    )
    .order_by(variants.c.product_id, variants.c.position, variants.c.id)
)
_EXPORTED_OPTIONS: Final = (
    select(
        product_options.c.product_id,
        product_options.c.id,
        product_options.c.name,
        option_values.c.id.label("value_id"),
        option_values.c.text,
    )
    .join_from(product_options, option_values, option_values.c.option_id == product_options.c.id)
    .where(product_options.c.product_id.in_(bindparam("ids", expanding=True)))
    .order_by(product_options.c.position, product_options.c.id, option_values.c.position)
)


def exported_products(database: Database) -> Iterator[ExportedProduct]:
    """All products by id, read in batches: each has the latest commits."""
    last = 0
    values = ATTRIBUTES_AS_JSON[database.dialect]
    pictures = PICTURES_AS_JSON[database.dialect]
    exported = _EXPORTED.add_columns(values.label("attribute_values"), pictures.label("pictures"))
    with database.reading() as connection:
        paths = _paths(connection.execute(_CATEGORY_NAMES).all())
    while True:
        with database.reading() as connection:
            rows = connection.execute(exported.where(products.c.id > last)).all()
            ids = [row.id for row in rows]
            of_products = connection.execute(_EXPORTED_VARIANTS, {"ids": ids}).all()
            option_rows = connection.execute(_EXPORTED_OPTIONS, {"ids": ids}).all()
        variants_of: dict[int, list[Row]] = defaultdict(list)
        options_of: dict[int, list[Row]] = defaultdict(list)
        for product_id, *columns in of_products:
            variants_of[product_id].append(columns)
        for product_id, *columns in option_rows:
            options_of[product_id].append(columns)
        for row in rows:
            path = paths.get(row.category_id, ())
            yield _exported(row, variants_of[row.id], options_of[row.id], path)
        if len(rows) < _BATCH_SIZE:
            return
        last = rows[-1].id


def _paths(rows: Sequence[Any]) -> Mapping[int, Sequence[str]]:
    """The names on the path of each category, by its id, from rows of `_CATEGORY_NAMES`."""
    by_id = {row.id: row for row in rows}
    paths = {}
    for row in rows:
        path = [row.name]
        above = row
        while (above := by_id.get(above.parent_id)) is not None:
            path.insert(0, above.name)
        paths[row.id] = path
    return paths


def _exported(
    row: Any,  # noqa: ANN401 (a row of `_EXPORTED`)
    variant_rows: Sequence[Row],
    option_rows: Sequence[Row],
    category_path: Sequence[str],
) -> ExportedProduct:
    options = to_options(option_rows)
    option_of = {value.id: option.id for option in options for value in option.values}
    return ExportedProduct(
        product=to_product_view(row),
        default_variant_id=VariantId(row.exported_default_id),
        options=options,
        variants=[to_variant(each[:-1], option_of) for each in variant_rows],
        stock_versions={VariantId(each[0]): each[-1] for each in variant_rows},
        category_slug=row.category_slug,
        category_name=row.category_name,
        category_active=row.category_active,
        category_path=category_path,
        is_shown=bool(row.is_shown),
        attributes=to_attribute_values(row.attribute_values),
        pictures=to_pictures(row.pictures),
    )
