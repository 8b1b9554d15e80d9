"""The categories of a batch of imported products, with those that it adds."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from novacart.application.catalog.add_category import free_slug
from novacart.application.catalog.import_report import ImportReport
from novacart.application.catalog.imported_product import ImportedCategory, ImportedProduct
from novacart.application.catalog.row_problems import ProblemCode, RowProblem, RowRejected
from novacart.application.catalog.undo_changes import category_entry
from novacart.application.ports.id_generator import IdGenerator
from novacart.application.ports.import_jobs import ImportEntry
from novacart.application.ports.unit_of_work import UnitOfWork
from novacart.domain.catalog.attribute import Attribute
from novacart.domain.catalog.category import Category
from novacart.domain.catalog.category_details import MAX_NAME, CategoryDetails
from novacart.domain.catalog.category_tree import MAX_LEVELS
from novacart.domain.catalog.slugs import slugify
from novacart.domain.shared.errors import InvalidValue
from novacart.domain.shared.ids import CategoryId

LEFT_OUT: Final = CategoryId(-1)
"""Instead of the id of a category of another shop that is not added."""


class ImportCategories:
    """Finds categories by their slugs or paths, and adds missing ones.

    `create` adds the categories of another shop, `may_add` is the right to add categories. `lock`
    locks the tree before categories are added to it. `previewed` are the `new_by_slug`
    of the batches of a dry run before.
    """

    def __init__(
        self,
        work: UnitOfWork,
        report: ImportReport,
        *,
        create: bool,
        may_add: bool,
        lock: bool,
        ids: IdGenerator,
        now: datetime,
        previewed: Mapping[str, tuple[object, ...]],
    ) -> None:
        self._previewed = previewed
        self._work = work
        self._report = report
        self._create = create
        self._may_add = may_add
        self._lock = lock
        self._ids = ids
        self._now = now
        self._slugs = dict(work.categories.ids_by_slug())
        self._paths: dict[tuple[CategoryId | None, str], CategoryId] | None = None
        self._new: list[Category] = []
        # The lines of the products that need them.
        self._lines: dict[CategoryId, int] = {}
        # Of new categories: the names on the path, or the slug that the file gives.
        self._keys: dict[CategoryId, tuple[object, ...]] = {}
        self._attributes: dict[CategoryId, Sequence[Attribute]] = {}

    @property
    def new_keys(self) -> set[tuple[object, ...]]:
        """The new categories, each the same in another batch that a dry run has not kept."""
        return {self._keys[category.id] for category in self._new}

    @property
    def new_by_slug(self) -> dict[str, tuple[object, ...]]:
        """The new categories, as `new_keys` has them, by their slugs."""
        return {category.details.slug: self._keys[category.id] for category in self._new}

    @property
    def uses_attributes(self) -> bool:
        return bool(self._attributes)

    def find(self, imported: ImportedProduct) -> tuple[CategoryId | None, Sequence[Category]]:
        """The id of the category of a product, and the categories that are new.

        The id is `LEFT_OUT` for a category of another shop that is not added. Raises `InvalidValue`
        for another one that does not exist.
        """
        category = imported.category
        if category is None:
            return None, ()
        if not category.slug:
            return self._category_at(category.path, imported) if category.path else (None, ())
        slug = category.slug.lower()
        if slug in self._slugs:
            return self._slugs[slug], ()
        if category.name is None and slug in self._previewed:
            return self._again(slug)
        if category.name is None and self._create:
            path = tuple(name.strip() for name in category.slug.split(">") if name.strip())
            return self._category_at(path, imported) if path else (None, ())
        if category.name is None or not self._may_add:
            raise RowRejected(
                ProblemCode.CATEGORY_NOT_FOUND,
                f"There is no category with the slug “{category.slug}”. Add it first, or give its"
                " name in category_name.",
                "category",
            )
        return self._new_category(category, slug, category.name)

    def include(self, categories: Sequence[Category], line: int) -> None:
        """Add new categories, which later rows find. `line` is that of a product in them."""
        for category in categories:
            self._slugs[category.details.slug] = category.id
            if self._paths is not None:
                place = category.details.parent_id, category.details.name.casefold()
                self._paths[place] = category.id
            self._new.append(category)
            self._lines[category.id] = line
            self._report.categories_added += 1

    def attributes_of(
        self, category_id: CategoryId | None, new_categories: Sequence[Category]
    ) -> Sequence[Attribute]:
        """The attributes of a category. A new one has those of the category that it is in."""
        parents = {each.id: each.details.parent_id for each in [*self._new, *new_categories]}
        while category_id in parents:
            category_id = parents[category_id]
        if category_id is None:
            return ()
        if not self._attributes:
            # Others only wait for it: a later lock of the whole tree can't deadlock with them.
            self._lock_tree()
        if category_id not in self._attributes:
            self._attributes[category_id] = self._work.attributes.of_category(category_id)
        return self._attributes[category_id]

    def write(self) -> None:
        for category in self._new:
            self._work.categories.add(category)

    def entries(self) -> Iterator[ImportEntry]:
        """A category comes after the one that it is in."""
        for category in self._new:
            yield category_entry(category, line=self._lines[category.id])

    def _category_at(
        self, path: tuple[str, ...], imported: ImportedProduct
    ) -> tuple[CategoryId | None, Sequence[Category]]:
        """The category at a path of names. The last name alone is enough if it has its own slug."""
        found, missing = self._known_part(path)
        if not missing:
            return found, ()
        may_add = self._create and self._may_add
        if not may_add or len(path) > MAX_LEVELS:
            slug = slugify(path[-1])
            if slug in self._slugs:
                return self._slugs[slug], ()
            column = imported.columns.get("category", "category")
            name = " > ".join(path)
            reason = f"There is no category “{name}”, so it is left out."
            code = ProblemCode.CATEGORY_NOT_FOUND
            self._report.notes.append(
                RowProblem(line=imported.line, column=column, reason=reason, code=code)
            )
            return LEFT_OUT, ()
        return self._new_path(found, missing)

    def _known_part(self, path: Sequence[str]) -> tuple[CategoryId | None, list[str]]:
        """The last category on the path that exists, and the names below it, cut to `MAX_NAME`."""
        known = self._known_paths()
        found: CategoryId | None = None
        missing = [name[:MAX_NAME].strip() for name in path]
        while missing and (found, missing[0].casefold()) in known:
            found = known[found, missing.pop(0).casefold()]
        return found, missing

    def _lock_tree(self) -> None:
        if self._lock:
            self._work.categories.lock_tree()

    def _new_path(
        self, parent_id: CategoryId | None, names: Sequence[str]
    ) -> tuple[CategoryId | None, Sequence[Category]]:
        """New categories, each in the one before."""
        added: list[Category] = []
        taken = {*self._slugs}
        for name in names:
            [new_id] = self._ids.take()
            slug = slugify(name)[:MAX_NAME].strip("-") or f"category-{new_id}"
            slug = free_slug(slug, taken)
            details = CategoryDetails(name=name, slug=slug, parent_id=parent_id)
            category = Category.create(id=CategoryId(new_id), details=details, at=self._now)
            taken.add(slug)
            added.append(category)
            of_parent = self._keys.get(parent_id, (parent_id,)) if parent_id else ()
            self._keys[category.id] = (*of_parent, name.casefold())
            parent_id = category.id
        return parent_id, added

    def _known_paths(self) -> dict[tuple[CategoryId | None, str], CategoryId]:
        """The categories by their parents and names. Locks the tree, since some may be added."""
        if self._paths is None:
            self._lock_tree()
            self._paths = {
                (parent_id, name.casefold()): category_id
                for category_id, (parent_id, name) in self._work.categories.names().items()
            }
        return self._paths

    def _again(self, slug: str) -> tuple[CategoryId | None, Sequence[Category]]:
        """A category that a batch before would add: the same one for the report."""
        found = self._new_category(ImportedCategory(), slug, slug)
        for category in found[1]:
            self._keys[category.id] = self._previewed[slug]
        return found

    def _new_category(
        self, category: ImportedCategory, slug: str, name: str
    ) -> tuple[CategoryId | None, Sequence[Category]]:
        try:
            details = CategoryDetails(name=name, slug=slug, is_active=category.is_active)
        except InvalidValue as error:
            column = "category" if error.field == "slug" else "category_name"
            raise InvalidValue(column, error.message) from error
        above: list[Category] = []
        if 1 < len(category.path) <= MAX_LEVELS:
            found, missing = self._known_part(category.path)
            if not missing:
                # Added before with another slug, as one on the path of a category below it.
                return found, ()
            parent_id, added = self._new_path(found, missing[:-1])
            details, above = replace(details, parent_id=parent_id), [*added]
        [new_id] = self._ids.take()
        category_id = CategoryId(new_id)
        self._keys[category_id] = ("", slug)
        return category_id, [
            *above,
            Category.create(id=category_id, details=details, at=self._now),
        ]
