"""The categories of a batch of imported products, with those that it adds."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from novacart.application.catalog.add_category import free_slug, without_number
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

    A category that was renamed is found by its former name, and one that has another slug by its
    former slug, unless another category has that name or slug now.

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
        # The parents and names of all categories, and the renamed ones by their parents and slugs.
        self._names: dict[CategoryId, tuple[CategoryId | None, str]] = {}
        self._renamed: dict[tuple[CategoryId | None, str], CategoryId] | None = None
        self._former_slugs: Mapping[str, CategoryId] | None = None
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
        found = self._with_slug(slug)
        if found is not None:
            return found, ()
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
                place = category.details.parent_id, category.details.name
                self._names[category.id] = place
                self._paths[place[0], place[1].casefold()] = category.id
            self._new.append(category)
            self._lines[category.id] = line
            self._report.categories_added += 1

    def paths_of(self, categories: Sequence[Category]) -> Sequence[tuple[str, ...]]:
        """The names on the path of each category, in lower case. A category comes after its parent.

        They are new, and need not be included yet.
        """
        self._known_paths()
        paths: dict[CategoryId, tuple[str, ...]] = {}
        for each in categories:
            parent_id, name = each.details.parent_id, each.details.name.casefold()
            above = paths.get(parent_id) if parent_id is not None else ()
            paths[each.id] = (*(self._path(parent_id) if above is None else above), name)
        return [*paths.values()]

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
        """The category at a path of names.

        The last name alone is enough if it has its own slug, and if the category is in none that
        the path does not name.
        """
        found, missing = self._known_part(path)
        if not missing:
            return found, ()
        may_add = self._create and self._may_add
        if not may_add or len(path) > MAX_LEVELS:
            alone = self._with_slug(slugify(path[-1]))
            if alone is not None and is_below(self._path(alone)[:-1], path):
                return alone, ()
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
        while missing:
            name = missing[0]
            child = known.get((found, name.casefold())) or self._renamed_category(found, name)
            if child is None:
                break
            found = child
            missing.pop(0)
        return found, missing

    def _with_slug(self, slug: str) -> CategoryId | None:
        """The category that has a slug, or else had it."""
        return self._slugs.get(slug) or self._by_former_slug().get(slug)

    def _path(self, category_id: CategoryId | None) -> tuple[str, ...]:
        """The names on the path of a category, in lower case."""
        names: list[str] = []
        while category_id in self._names:
            category_id, name = self._names[category_id]
            names.append(name.casefold())
        return tuple(reversed(names))

    def _by_former_slug(self) -> Mapping[str, CategoryId]:
        if self._former_slugs is None:
            self._former_slugs = self._work.categories.ids_by_former_slug()
        return self._former_slugs

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
            slug = free_slug(_slug_of(name) or f"category-{new_id}", taken)
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
            self._names = {**self._work.categories.names()} | {
                each.id: (each.details.parent_id, each.details.name) for each in self._new
            }
            self._paths = {
                (parent_id, name.casefold()): category_id
                for category_id, (parent_id, name) in self._names.items()
            }
        return self._paths

    def _renamed_category(self, parent_id: CategoryId | None, name: str) -> CategoryId | None:
        if self._renamed is None:
            self._renamed = self._renamed_categories()
        return self._renamed.get((parent_id, _slug_of(name)))

    def _renamed_categories(self) -> dict[tuple[CategoryId | None, str], CategoryId]:
        """Categories by their parents and the slugs of names that they no longer have."""
        former = self._by_former_slug()
        taken = {*former, *self._slugs}
        exact: dict[tuple[CategoryId | None, str], CategoryId] = {}
        numbered: dict[tuple[CategoryId | None, str], CategoryId] = {}
        # Present slugs replace former ones.
        for slug, category_id in (*former.items(), *self._slugs.items()):
            if category_id not in self._names:
                continue
            parent_id, name = self._names[category_id]
            # The slug had a number added to it if another category had it without one.
            own = without_number(slug)
            own = own if own in taken else slug
            if _slug_of(name) not in {slug, own}:
                numbered[parent_id, own] = exact[parent_id, slug] = category_id
        return {**numbered, **exact}

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


def _slug_of(name: str) -> str:
    """The slug of a new category; empty for a name without a letter or digit."""
    return slugify(name)[:MAX_NAME].strip("-")


def is_below(names: Sequence[str], path: Sequence[str]) -> bool:
    """Whether a path has all these names, which are in lower case."""
    return len(path) == 1 or {*names} <= {name.casefold() for name in path}
