"""Add a category."""

import re
from collections.abc import Container
from dataclasses import dataclass, replace
from itertools import count
from typing import Final

from novacart.application.authorization.actor import Actor
from novacart.application.catalog.repeated_forms import created_before, record_created
from novacart.application.ports.clock import Clock
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.catalog.category import Category
from novacart.domain.catalog.category_details import CategoryDetails
from novacart.domain.catalog.slugs import MAX_SLUG
from novacart.domain.shared.ids import CategoryId

_NUMBER: Final = re.compile(r"-[0-9]+$")


@dataclass(frozen=True, slots=True, kw_only=True)
class AddCategoryCommand:
    """`choose_free_slug` appends a number to the slug if another category has it.

    `form_key` is unique to the form that was sent.
    """

    actor: Actor
    details: CategoryDetails
    choose_free_slug: bool = False
    form_key: str | None = None


class AddCategory:
    """Add a category and return its id.

    The same form adds it once. Raises `PermissionDenied`, `SlugTaken`, `CatalogLimitReached`,
    `ConcurrentChange` for the key of a form with other values, and `InvalidValue` for an unknown
    parent.
    """

    def __init__(self, *, begin: UnitOfWorkFactory, clock: Clock) -> None:
        self._begin = begin
        self._clock = clock

    def __call__(self, command: AddCategoryCommand) -> CategoryId:
        command.actor.require("categories.write")
        details = command.details
        with self._begin() as work:
            existing = created_before(work, command, details, at=self._clock.now())
            if existing is not None:
                return CategoryId(existing)
            tree = work.categories.lock_tree()
            [new_id] = work.ids.take()
            tree.ensure_can_be_in(CategoryId(new_id), details.parent_id)
            if command.choose_free_slug:
                slug = free_slug(details.slug, work.categories.ids_by_slug())
                details = replace(details, slug=slug)
            category = Category.create(id=CategoryId(new_id), details=details, at=self._clock.now())
            work.categories.add(category)
            record_created(work, command, category.id)
            work.commit()
        return category.id


def without_number(slug: str) -> str:
    """The slug without the number that `free_slug` appends."""
    return _NUMBER.sub("", slug)


def free_slug(slug: str, taken: Container[str]) -> str:
    """The slug, with a number appended if it is taken."""
    numbered = (f"{slug[: MAX_SLUG - 8].rstrip('-')}-{number}" for number in count(2))
    return slug if slug not in taken else next(each for each in numbered if each not in taken)
