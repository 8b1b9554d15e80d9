"""Edit a category."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from novacart.application.authorization.actor import Actor
from novacart.application.catalog.attribute_rules import ensure_can_be_moved
from novacart.application.catalog.image_uploads import REMOVAL_DELAY
from novacart.application.catalog.versions import ensure_version
from novacart.application.ports.clock import Clock
from novacart.application.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory
from novacart.domain.catalog.category import Category
from novacart.domain.catalog.category_details import CategoryDetails
from novacart.domain.shared.ids import CategoryId


@dataclass(frozen=True, slots=True, kw_only=True)
class EditCategoryCommand:
    """`changes` are new values by the name of the field in `CategoryDetails`.

    `expected_version` is the version that the editor read; None skips the check.
    """

    actor: Actor
    category_id: CategoryId
    changes: Mapping[str, Any]
    expected_version: int | None = None


class EditCategory:
    """Change some fields of a category, or move it with its branch into another one.

    Raises `PermissionDenied`, `CategoryNotFound`, `StaleVersion`, `InvalidValue`, `SlugTaken`,
    `CategoryInsideItself` and `CatalogLimitReached`. A move raises the errors of
    `ensure_can_be_moved`.
    """

    def __init__(self, *, begin: UnitOfWorkFactory, clock: Clock) -> None:
        self._begin = begin
        self._clock = clock

    def __call__(self, command: EditCategoryCommand) -> None:
        command.actor.require("categories.write")
        with self._begin() as work:
            tree = work.categories.lock_tree()
            category = work.categories.get_for_update(command.category_id)
            ensure_version(category.version, command.expected_version)
            details = replace(category.details, **command.changes)
            tree.ensure_can_be_in(category.id, details.parent_id)
            if details.parent_id != category.details.parent_id:
                ensure_can_be_moved(work, tree, category.id, details.parent_id)
            save_edited(work, category, details, at=self._clock.now())
            work.commit()


def save_edited(
    work: UnitOfWork, category: Category, details: CategoryDetails, *, at: datetime
) -> None:
    """Save a category with new details.

    Images that it no longer shows are removed from the store after `REMOVAL_DELAY`, unless
    something else shows them.
    """
    shown = category.details.images
    if category.edit(details, at=at):
        work.image_removals.schedule(sorted(shown - details.images), due=at + REMOVAL_DELAY)
        work.categories.save(category)
