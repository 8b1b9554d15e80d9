"""Categories and their branches in SQL.

The path of a category has the ids of the categories above it, such as `12/57/`.
"""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    Subquery,
    and_,
    bindparam,
    cast,
    func,
    or_,
    select,
    union_all,
)

from novacart.adapters.persistence.catalog.slug_redirects import redirected
from novacart.adapters.persistence.catalog.tables import categories
from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.statements import DriverStatement
from novacart.domain.shared.ids import CategoryId

IS_SHOWN: Final = and_(categories.c.is_active, categories.c.is_branch_active)
"""Whether a category and all categories above it are active."""

HIDDEN: Final = select(categories.c.id).where(
    or_(~categories.c.is_active, ~categories.c.is_branch_active)
)


def _branches() -> Subquery:
    root, below = categories.alias("root"), categories.alias("below")
    # Not a range of an index, of which PostgreSQL would expect too many categories, and so read
    # all products of the shop instead of those of a few categories by their index.
    is_below = below.c.path.startswith(root.c.path + cast(root.c.id, String) + "/")
    itself = select(categories.c.id.label("root_id"), categories.c.id.label("id")).where(IS_SHOWN)
    others = (
        select(root.c.id, below.c.id)
        .join_from(root, below, is_below)
        .where(below.c.is_active, below.c.is_branch_active)
    )
    return union_all(itself, others).subquery("branches")


BRANCHES: Final = _branches()
"""Each category, by `root_id`, with the ids of the shown categories in its branch."""


def category_of(slug: str | ColumnElement[str]) -> ColumnElement[Any]:
    """The id of the category that has the slug, or else had it."""
    named = categories.alias("named")
    current = select(named.c.id).where(named.c.slug == slug).scalar_subquery()
    return func.coalesce(current, redirected("category", slug))


def branch(slug: str | ColumnElement[str]) -> Select[int]:
    """Select the ids of the shown categories in the branch of a slug, with its own."""
    return select(BRANCHES.c.id).where(BRANCHES.c.root_id == category_of(slug))


def leaf(slug: str | ColumnElement[str]) -> Select[int]:
    """Select the id of the category of a slug, if it is shown and no shown category is in it."""
    child = categories.alias("child")
    return select(categories.c.id).where(
        categories.c.id == category_of(slug),
        IS_SHOWN,
        ~select(child.c.id).where(child.c.parent_id == categories.c.id, child.c.is_active).exists(),
    )


_BRANCH: Final = DriverStatement(branch(bindparam("category", type_=String)))


def branch_ids(database: Database, slug: str) -> Sequence[CategoryId]:
    """The shown categories in the branch of a slug, with its own."""
    rows = database.fetch(_BRANCH, {"category": slug})
    return sorted(CategoryId(row[0]) for row in rows)
