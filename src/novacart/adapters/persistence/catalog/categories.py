"""Repository of categories."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Connection, Executable, Select, bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError

from novacart.adapters.persistence.catalog.mapper import from_category, to_category
from novacart.adapters.persistence.catalog.tables import categories
from novacart.adapters.persistence.error_mapping import violated_constraint
from novacart.domain.catalog.category import Category
from novacart.domain.catalog.errors import CategoryNotFound, SlugTaken
from novacart.domain.shared.errors import ConcurrentChange
from novacart.domain.shared.events import AggregateRoot
from novacart.domain.shared.ids import CategoryId

_SLUG_TAKEN = ("uq_categories_slug", "UNIQUE constraint failed: categories.slug")
_UPDATE = (
    update(categories)
    .where(categories.c.id == bindparam("_id"), categories.c.version == bindparam("_version"))
    .values(version=categories.c.version + 1)
)


class SqlCategories:
    def __init__(self, connection: Connection, saved: Callable[[AggregateRoot], None]) -> None:
        self._connection = connection
        self._saved = saved

    def get(self, category_id: CategoryId) -> Category:
        return self._one(select(categories).where(categories.c.id == category_id))

    def get_for_update(self, category_id: CategoryId) -> Category:
        return self._one(
            select(categories).where(categories.c.id == category_id).with_for_update(key_share=True)
        )

    def ids_by_slug(self) -> Mapping[str, CategoryId]:
        rows = self._connection.execute(select(categories.c.slug, categories.c.id))
        return {slug: CategoryId(category_id) for slug, category_id in rows}

    def add(self, category: Category) -> None:
        row = {**from_category(category), "version": category.version + 1}
        self._write(category, insert(categories), row)

    def save(self, category: Category) -> None:
        row = from_category(category)
        key = {"_id": row.pop("id"), "_version": category.version}
        if self._write(category, _UPDATE.values(**row), key) != 1:
            raise ConcurrentChange

    def _one(self, statement: Select[*tuple[Any, ...]]) -> Category:
        row = self._connection.execute(statement).one_or_none()
        if row is None:
            raise CategoryNotFound
        return to_category(row)

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
