"""Back office queries of products and categories."""

from collections.abc import Callable, Collection
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Connection,
    Row,
    Select,
    and_,
    column,
    false,
    func,
    or_,
    select,
    text,
    true,
)

from novacart.adapters.persistence.back_office.list_page import Clause, ListDescription, equals
from novacart.adapters.persistence.catalog.attribute_rows import attribute_values
from novacart.adapters.persistence.catalog.category_branches import IS_SHOWN
from novacart.adapters.persistence.catalog.list_conditions import IS_LISTED
from novacart.adapters.persistence.catalog.mapper import (
    AVAILABLE,
    HAS_STOCK_LEVEL,
    to_category_tree,
    to_product_details,
    to_variant_details,
    value_ids,
)
from novacart.adapters.persistence.catalog.product_views import (
    OPTIONS,
    PICTURES_AS_JSON,
    to_options,
    to_pictures,
)
from novacart.adapters.persistence.catalog.search_index import match_expression
from novacart.adapters.persistence.catalog.tables import (
    brand_counts,
    categories,
    product_tags,
    products,
    stock_levels,
    stock_movements,
    variants,
)
from novacart.adapters.persistence.statements import rows_in
from novacart.application.back_office.catalog import (
    CategoryRow,
    ProductDetail,
    ProductRow,
    StockMovementRow,
    VariantRow,
)
from novacart.application.search_terms import facet_key, search_terms
from novacart.domain.catalog.stock import MovementKind
from novacart.domain.shared.ids import CategoryId, ProductId, VariantId
from novacart.domain.shared.money import Money

_MOVEMENTS: Final = 20
_MAX_ID_DIGITS: Final = 16
_SEARCH_INDEX: Final = {
    "sqlite": "SELECT rowid AS product_id FROM product_search WHERE product_search MATCH :query",
    "postgresql": "SELECT product_id FROM product_search WHERE words @@ CAST(:query AS tsquery)",
}

_PRODUCTS: Final[Select[*tuple[Any, ...]]] = (
    select(
        *products.c,
        stock_levels.c.on_hand,
        stock_levels.c.reserved,
        stock_levels.c.version.label("stock_version"),
        categories.c.name.label("category"),
        func.coalesce(IS_SHOWN, true()).label("is_category_active"),
    )
    .join_from(products, stock_levels, HAS_STOCK_LEVEL)
    .outerjoin(categories, categories.c.id == products.c.category_id)
)
_VARIANTS: Final[Select[*tuple[Any, ...]]] = (
    select(*variants.c, stock_levels.c.on_hand, stock_levels.c.reserved)
    .join_from(variants, stock_levels, stock_levels.c.variant_id == variants.c.id)
    .order_by(variants.c.position, variants.c.id)
)
_CATEGORIES: Final[Select[*tuple[Any, ...]]] = select(
    *categories.c,
    select(func.coalesce(func.sum(brand_counts.c.products), 0))
    .where(brand_counts.c.category_id == categories.c.id)
    .scalar_subquery()
    .label("products"),
)


def product_list(dialect: str) -> ListDescription[ProductRow]:
    """`dialect` decides the full-text search syntax."""
    archived = products.c.archived_at.is_not(None)
    return ListDescription(
        statement=_PRODUCTS,
        key=products.c.id,
        sorts={
            "updated_at": products.c.updated_at,
            "title": products.c.title,
            "price": products.c.price_minor,
        },
        filters={
            "archived": lambda value: archived if value else ~archived,
            "category": equals(products.c.category_id),
            "listed": lambda value: IS_LISTED if value else ~IS_LISTED,
            "brand": lambda value: products.c.brand_key == facet_key(value),
            "tag": lambda value: products.c.id.in_(
                select(product_tags.c.product_id).where(product_tags.c.tag_key == facet_key(value))
            ),
            "in_stock": lambda value: AVAILABLE > 0 if value else AVAILABLE <= 0,
        },
        search=_product_search(dialect),
        to_row=_product_row,
    )


def product_detail(connection: Connection, product_id: ProductId) -> ProductDetail | None:
    """Return None if it does not exist."""
    pictures = PICTURES_AS_JSON[connection.dialect.name].label("pictures")
    statement = _PRODUCTS.add_columns(pictures).where(products.c.id == product_id)
    row = connection.execute(statement).first()
    if row is None:
        return None
    of_product = [
        _variant_row(each)
        for each in connection.execute(_VARIANTS.where(variants.c.product_id == product_id))
    ]
    options = {variant.id: variant.options for variant in of_product}
    movements = (
        select(stock_movements)
        .where(stock_movements.c.variant_id.in_(options))
        .order_by(stock_movements.c.id.desc())
        .limit(_MOVEMENTS)
    )
    return ProductDetail(
        **_product_fields(row),
        details=to_product_details(row, attribute_values(connection, [row.id]).get(row.id, ())),
        created_at=row.created_at,
        default_variant_id=VariantId(row.default_variant_id or row.id),
        options=to_options(OPTIONS.fetch(connection, {"product_id": product_id})),
        variants=of_product,
        pictures=to_pictures(row.pictures),
        gallery_version=row.gallery_version,
        movements=[
            _stock_movement(movement, options[movement.variant_id])
            for movement in connection.execute(movements)
        ],
    )


def product_rows(connection: Connection, product_ids: Collection[int]) -> list[ProductRow]:
    """Those of the products that exist, in any order."""
    rows = rows_in(connection, _PRODUCTS, products.c.id, product_ids)
    return [_product_row(row) for row in rows]


def category_row(connection: Connection, category_id: CategoryId) -> CategoryRow | None:
    """Return None if it does not exist."""
    row = connection.execute(_CATEGORIES.where(categories.c.id == category_id)).first()
    return None if row is None else _category_row(row)


def category_tree(connection: Connection) -> list[CategoryRow]:
    """All categories in the order of the tree."""
    rows = connection.execute(_CATEGORIES).all()
    by_id = {row.id: _category_row(row) for row in rows}
    return [by_id[category_id] for category_id in to_category_tree(rows).depth_first()]


def _product_search(dialect: str) -> Callable[[str], Clause]:
    """Match the id, the SKU of a variant, archived or not, or the full-text index."""

    def search(typed: str) -> Clause:
        # An expression without an index, so that SQLite reads products in the order of the list and
        # stops after a page, instead of sorting all that match.
        clauses: list[Clause] = [func.coalesce(products.c.sku, "") == typed]
        # The index has the SKUs of variants that are not archived.
        clauses.append(
            products.c.id.in_(select(variants.c.product_id).where(variants.c.sku == typed))
        )
        if typed.isdecimal() and typed.isascii() and len(typed) < _MAX_ID_DIGITS:
            clauses.append(products.c.id == int(typed))
        terms = search_terms(typed)
        if terms:
            expression = match_expression(dialect, terms, include_archived=True)
            matches = (
                text(_SEARCH_INDEX[dialect])
                .bindparams(query=expression)
                .columns(column("product_id", BigInteger))
                .subquery("matches")
            )
            clauses.append(products.c.id.in_(select(matches.c.product_id)))
        return or_(*clauses)

    return search


def _category_search(typed: str) -> Clause:
    terms = search_terms(typed)
    # A shop has few categories.
    names = " " + categories.c.search_text
    return and_(
        true() if terms else false(),
        *(or_(*(names.contains(f" {each}", autoescape=True) for each in term)) for term in terms),
    )


def _product_fields(row: Row[Any]) -> dict[str, Any]:
    return {
        "id": row.id,
        "title": row.title,
        "brand": row.brand,
        "category": row.category,
        "is_category_active": row.is_category_active,
        "price": Money(row.price_minor, row.currency),
        "on_hand": row.on_hand,
        "reserved": row.reserved,
        "image": row.image,
        "updated_at": row.updated_at,
        "archived_at": row.archived_at,
        "version": row.version,
        "stock_version": row.stock_version,
    }


def _product_row(row: Row[Any]) -> ProductRow:
    return ProductRow(**_product_fields(row))


def _variant_row(row: Row[Any]) -> VariantRow:
    return VariantRow(
        id=row.id,
        details=to_variant_details(row),
        options=row.options,
        value_ids=value_ids(row.combination),
        on_hand=row.on_hand,
        reserved=row.reserved,
        archived_at=row.archived_at,
        version=row.version,
    )


def _stock_movement(row: Row[Any], options: str) -> StockMovementRow:
    return StockMovementRow(
        variant_id=row.variant_id,
        options=options,
        kind=MovementKind(row.kind),
        on_hand_delta=row.on_hand_delta,
        reserved_delta=row.reserved_delta,
        order_id=row.order_id,
        actor=row.actor,
        note=row.note,
        occurred_at=row.occurred_at,
    )


def _category_row(row: Row[Any]) -> CategoryRow:
    return CategoryRow(
        id=row.id,
        name=row.name,
        slug=row.slug,
        parent_id=row.parent_id,
        level=row.path.count("/"),
        image=row.image,
        mobile_image=row.mobile_image,
        mobile_secondary_image=row.mobile_secondary_image,
        desktop_image=row.desktop_image,
        desktop_secondary_image=row.desktop_secondary_image,
        position=row.position,
        is_active=row.is_active,
        is_branch_active=row.is_branch_active,
        meta_title=row.meta_title,
        meta_description=row.meta_description,
        version=row.version,
        products=int(row.products),
    )


CATEGORIES: Final = ListDescription(
    statement=_CATEGORIES,
    key=categories.c.id,
    sorts={"position": categories.c.position},
    filters={"is_active": equals(categories.c.is_active)},
    search=_category_search,
    to_row=_category_row,
)
