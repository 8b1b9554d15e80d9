"""The lowest and the highest price of a list."""

from typing import Any

from sqlalchemy import ColumnElement, Select, func, select, union_all
from sqlalchemy.sql.selectable import Subquery

from novacart.adapters.persistence.catalog.category_branches import IS_SHOWN, branch
from novacart.adapters.persistence.catalog.list_conditions import IS_ACTIVE
from novacart.adapters.persistence.catalog.tables import categories, products


def _price_bounds(shown: Subquery | None) -> Select[*tuple[Any, ...]]:
    """Select the lowest and the highest price of each category, or without one."""
    is_shown: ColumnElement[bool] = products.c.category_id.is_(None)
    if shown is not None:
        is_shown = products.c.category_id == shown.c.id
    prices = select(products.c.price_minor).where(IS_ACTIVE, is_shown).limit(1)
    bounds = select(
        prices.order_by(products.c.price_minor).scalar_subquery().label("lowest"),
        prices.order_by(products.c.price_minor.desc()).scalar_subquery().label("highest"),
    )
    return bounds if shown is None else bounds.select_from(shown)


def price_range_of(slug: ColumnElement[str] | None) -> Select[*tuple[Any, ...]]:
    """Select the lowest and the highest price.

    Each category's price is one entry of an index. Searching all products together would pass over
    those of inactive categories.
    """
    shown = select(categories.c.id).where(IS_SHOWN) if slug is None else branch(slug)
    by_category = _price_bounds(shown.subquery("shown"))
    bounds = union_all(by_category, _price_bounds(None)) if slug is None else by_category
    each = bounds.subquery("bounds")
    return select(func.min(each.c.lowest), func.max(each.c.highest))
