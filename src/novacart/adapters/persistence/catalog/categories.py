"""Repository of categories."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from sqlalchemy import (
    Connection,
    Executable,
    Select,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from novacart.adapters.persistence.catalog.mapper import (
    from_category,
    to_category,
    to_category_tree,
)
from novacart.adapters.persistence.catalog.slug_redirects import redirect
from novacart.adapters.persistence.catalog.tables import (
    attribute_counts,
    brand_counts,
    categories,
    slug_redirects,
)
from novacart.adapters.persistence.error_mapping import violated_constraint
from novacart.adapters.persistence.statements import DriverStatement
from novacart.domain.catalog.category import Category
from novacart.domain.catalog.category_details import CategoryDetails
from novacart.domain.catalog.category_tree import CategoryTree, TreeNode
from novacart.domain.catalog.errors import CategoryInUse, CategoryNotFound, SlugTaken
from novacart.domain.shared.errors import ConcurrentChange
from novacart.domain.shared.events import AggregateRoot
from novacart.domain.shared.ids import CategoryId

_SLUG_TAKEN = ("uq_categories_slug", "UNIQUE constraint failed: categories.slug")
TREE_LOCK: Final = 7_110_003  # an arbitrary number for the advisory lock
_LOCK_TREE: Final = DriverStatement(select(func.pg_advisory_xact_lock(TREE_LOCK)))
_TREE: Final = DriverStatement(
    select(categories.c.id, categories.c.parent_id, categories.c.position)
)
_SLUGS: Final = DriverStatement(select(categories.c.slug, categories.c.id))
_FORMER_SLUGS: Final = DriverStatement(
    select(slug_redirects.c.slug, categories.c.id).where(
        slug_redirects.c.kind == "category", slug_redirects.c.target_id == categories.c.id
    )
)
_NAMES: Final = DriverStatement(select(categories.c.id, categories.c.parent_id, categories.c.name))
_UPDATE = (
    update(categories)
    .where(categories.c.id == bindparam("_id"), categories.c.version == bindparam("_version"))
    .values(version=categories.c.version + 1)
)


class SqlCategories:
    def __init__(self, connection: Connection, saved: Callable[[AggregateRoot], None]) -> None:
        self._connection = connection
        self._saved = saved
        self._loaded: dict[CategoryId, CategoryDetails] = {}

    def get(self, category_id: CategoryId) -> Category:
        return self._one(select(categories).where(categories.c.id == category_id))

    def get_for_update(self, category_id: CategoryId) -> Category:
        return self._one(
            select(categories).where(categories.c.id == category_id).with_for_update(key_share=True)
        )

    def lock_tree(self) -> CategoryTree:
        if self._connection.dialect.name == "postgresql":
            _LOCK_TREE.execute_later(self._connection)
        return CategoryTree(
            TreeNode(id=category_id, parent_id=parent_id, position=position)
            for category_id, parent_id, position in _TREE.fetch(self._connection)
        )

    def ids_by_slug(self) -> Mapping[str, CategoryId]:
        rows = _SLUGS.fetch(self._connection)
        return {slug: CategoryId(category_id) for slug, category_id in rows}

    def ids_by_former_slug(self) -> Mapping[str, CategoryId]:
        rows = _FORMER_SLUGS.fetch(self._connection)
        return {slug: CategoryId(category_id) for slug, category_id in rows}

    def names(self) -> Mapping[CategoryId, tuple[CategoryId | None, str]]:
        rows = _NAMES.fetch(self._connection)
        return {
            CategoryId(category_id): (None if parent_id is None else CategoryId(parent_id), name)
            for category_id, parent_id, name in rows
        }

    def add(self, category: Category) -> None:
        row = {**from_category(category), "version": category.version + 1}
        self._write(category, insert(categories), row)
        if category.details.parent_id is not None:
            self._arrange()

    def save(self, category: Category) -> None:
        row = from_category(category)
        key = {"_id": row.pop("id"), "_version": category.version}
        if self._write(category, _UPDATE.values(**row), key) != 1:
            raise ConcurrentChange
        before, after = self._loaded.get(category.id), category.details
        if before is None or (before.parent_id, before.is_active) != (
            after.parent_id,
            after.is_active,
        ):
            self._arrange()
        if before is not None and before.slug != after.slug:
            redirect(self._connection, "category", before.slug, category.id)
        self._loaded[category.id] = after

    def remove(self, category: Category) -> None:
        try:
            self._connection.execute(delete(categories).where(categories.c.id == category.id))
        except IntegrityError as error:
            raise CategoryInUse from error
        # All are zero.
        for counts in (brand_counts, attribute_counts):
            self._connection.execute(delete(counts).where(counts.c.category_id == category.id))
        self._saved(category)

    def _arrange(self) -> None:
        """Store the path of each category, and whether those above it are active."""
        rows = self._connection.execute(
            select(
                categories.c.id,
                categories.c.parent_id,
                categories.c.position,
                categories.c.is_active,
                categories.c.path,
                categories.c.is_branch_active,
            )
        ).all()
        tree = to_category_tree(rows)
        is_active = {row.id: row.is_active for row in rows}
        for row in rows:
            above = tree.path(row.id)[:-1]
            path = "".join(f"{each}/" for each in above)
            is_branch_active = all(is_active[each] for each in above)
            if (path, is_branch_active) != (row.path, row.is_branch_active):
                self._connection.execute(
                    update(categories)
                    .where(categories.c.id == row.id)
                    .values(path=path, is_branch_active=is_branch_active)
                )

    def _one(self, statement: Select[*tuple[Any, ...]]) -> Category:
        row = self._connection.execute(statement).one_or_none()
        if row is None:
            raise CategoryNotFound
        category = to_category(row)
        self._loaded[category.id] = category.details
        return category

    def _write(self, category: Category, statement: Executable, parameters: dict[str, Any]) -> int:
        try:
            row_count: int = self._connection.execute(statement, parameters).rowcount
        except IntegrityError as error:
            if violated_constraint(error) in _SLUG_TAKEN:
                raise SlugTaken(category.details.slug) from error
            raise
        category.version += 1
        self._saved(category)
        return row_count
