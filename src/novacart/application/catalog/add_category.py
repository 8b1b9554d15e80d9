"""Add a category."""

from dataclasses import dataclass

from novacart.application.authorization.actor import Actor
from novacart.application.ports.clock import Clock
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.catalog.category import Category
from novacart.domain.catalog.category_details import CategoryDetails
from novacart.domain.shared.ids import CategoryId


@dataclass(frozen=True, slots=True, kw_only=True)
class AddCategoryCommand:
    actor: Actor
    details: CategoryDetails


class AddCategory:
    """Returns the id of the new category. Raises `PermissionDenied` and `SlugTaken`."""

    def __init__(self, *, begin: UnitOfWorkFactory, clock: Clock) -> None:
        self._begin = begin
        self._clock = clock

    def __call__(self, command: AddCategoryCommand) -> CategoryId:
        command.actor.require("categories.write")
        with self._begin() as work:
            [new_id] = work.ids.take()
            category = Category.create(
                id=CategoryId(new_id), details=command.details, at=self._clock.now()
            )
            work.categories.add(category)
            work.commit()
        return category.id
