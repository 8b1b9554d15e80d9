"""Products and categories for those who edit them."""

from typing import Any, Final

from sqlalchemy import BigInteger, Row, Select, and_, column, func, or_, select, text

from novacart.adapters.persistence.back_office.keyset import Clause, ListDescription, equals, page
from novacart.adapters.persistence.catalog.search_index import match_expression
from novacart.adapters.persistence.catalog.tables import (
    categories,
    products,
    stock_levels,
    stock_movements,
)
from novacart.adapters.persistence.database import Database
from novacart.application.back_office.catalogue import (
    CategoryRow,
    ProductDetail,
    ProductRow,
    StockMovementRow,
)
from novacart.application.back_office.list_page import ListRequest, Page
from novacart.application.catalog.search_terms import searched
from novacart.domain.shared.ids import CategoryId, ProductId
from novacart.domain.shared.money import Money

_MOVEMENTS: Final = 20
_MAX_ID_DIGITS: Final = 16
_FOUND: Final = {
    "sqlite": "SELECT rowid AS product_id FROM product_search WHERE product_search MATCH :searched",
    "postgresql": "SELECT product_id FROM product_search WHERE words @@ CAST(:searched AS tsquery)",
}

_PRODUCTS: Final[Select[*tuple[Any, ...]]] = (
    select(
        *products.c,
        stock_levels.c.on_hand,
        stock_levels.c.reserved,
        categories.c.name.label("category"),
    )
    .join_from(products, stock_levels, stock_levels.c.product_id == products.c.id)
    .outerjoin(categories, categories.c.id == products.c.category_id)
)
_CATEGORIES: Final[Select[*tuple[Any, ...]]] = select(
    *categories.c,
    select(func.count())
    .where(products.c.category_id == categories.c.id, products.c.archived_at.is_(None))
    .scalar_subquery()
    .label("products"),
)


class SqlCatalogBackOffice:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._products = ListDescription(
            statement=_PRODUCTS,
            key=products.c.id,
            sorts={
                "updated_at": products.c.updated_at,
                "title": products.c.title,
                "price": products.c.price_minor,
            },
            filters={
                "archived": lambda wanted: (
                    products.c.archived_at.is_not(None)
                    if wanted
                    else products.c.archived_at.is_(None)
                ),
                "category": equals(products.c.category_id),
                "brand": equals(products.c.brand),
                "in_stock": _in_stock,
            },
            search=self._matching,
            view=_product_row,
        )
        self._categories = ListDescription(
            statement=_CATEGORIES,
            key=categories.c.id,
            sorts={"position": categories.c.position},
            filters={"is_active": equals(categories.c.is_active)},
            search=lambda typed: categories.c.name.icontains(typed, autoescape=True),
            view=_category_row,
        )

    def products(self, request: ListRequest) -> Page[ProductRow]:
        return page(self._database, self._products, request)

    def product(self, product_id: ProductId) -> ProductDetail | None:
        newest = (
            select(stock_movements)
            .where(stock_movements.c.product_id == product_id)
            .order_by(stock_movements.c.id.desc())
            .limit(_MOVEMENTS)
        )
        with self._database.reading() as connection:
            row = connection.execute(_PRODUCTS.where(products.c.id == product_id)).first()
            movements = connection.execute(newest).all() if row is not None else ()
        return None if row is None else _product_sheet(row, [_movement(one) for one in movements])

    def categories(self, request: ListRequest) -> Page[CategoryRow]:
        return page(self._database, self._categories, request)

    def category(self, category_id: CategoryId) -> CategoryRow | None:
        with self._database.reading() as connection:
            row = connection.execute(_CATEGORIES.where(categories.c.id == category_id)).first()
        return None if row is None else _category_row(row)

    def _matching(self, typed: str) -> Clause:
        """By id, by the words that the shop's own search finds, or by an archived title."""
        clauses = [
            and_(
                products.c.archived_at.is_not(None),
                products.c.title.icontains(typed, autoescape=True),
            )
        ]
        if typed.isdecimal() and typed.isascii() and len(typed) < _MAX_ID_DIGITS:
            clauses.append(products.c.id == int(typed))
        words = searched(typed)
        if words:
            dialect = self._database.dialect
            found = (
                text(_FOUND[dialect])
                .bindparams(searched=match_expression(dialect, words))
                .columns(column("product_id", BigInteger))
                .subquery("found")
            )
            clauses.append(products.c.id.in_(select(found.c.product_id)))
        return or_(*clauses)


def _in_stock(wanted: object) -> Clause:
    available = stock_levels.c.on_hand - stock_levels.c.reserved
    return available > 0 if wanted else available <= 0


def _product(row: Row[Any]) -> dict[str, Any]:
    return {
        "id": row.id,
        "title": row.title,
        "brand": row.brand,
        "category": row.category,
        "price": Money(row.price_minor, row.currency),
        "on_hand": row.on_hand,
        "reserved": row.reserved,
        "image": row.image,
        "updated_at": row.updated_at,
        "archived_at": row.archived_at,
        "version": row.version,
    }


def _product_row(row: Row[Any]) -> ProductRow:
    return ProductRow(**_product(row))


def _product_sheet(row: Row[Any], movements: list[StockMovementRow]) -> ProductDetail:
    return ProductDetail(
        **_product(row),
        subtitle=row.subtitle,
        description=row.description,
        author=row.author,
        published_year=row.published_year,
        category_id=row.category_id,
        created_at=row.created_at,
        movements=movements,
    )


def _movement(row: Row[Any]) -> StockMovementRow:
    return StockMovementRow(
        kind=row.kind,
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
        image=row.image,
        mobile_image=row.mobile_image,
        mobile_secondary_image=row.mobile_secondary_image,
        desktop_image=row.desktop_image,
        desktop_secondary_image=row.desktop_secondary_image,
        position=row.position,
        is_active=row.is_active,
        version=row.version,
        products=row.products,
    )
