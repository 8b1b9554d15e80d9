"""Write about a category anew."""

from dataclasses import dataclass, replace

from novacart.application.catalog.category_fields import CategoryFields
from novacart.application.ports.clock import Clock
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.catalog.errors import StaleVersion
from novacart.domain.shared.ids import CategoryId


@dataclass(frozen=True, slots=True, kw_only=True)
class EditCategoryCommand:
    category_id: CategoryId
    fields: CategoryFields
    expected_version: int | None = None


class EditCategory:
    """Raises `CategoryNotFound`, `StaleVersion`, `InvalidValue` and `SlugTaken`."""

    def __init__(self, *, begin: UnitOfWorkFactory, clock: Clock) -> None:
        self._begin = begin
        self._clock = clock

    def __call__(self, command: EditCategoryCommand) -> None:
        with self._begin() as work:
            category = work.categories.get_for_update(command.category_id)
            if command.expected_version not in {None, category.version}:
                raise StaleVersion
            details = replace(category.details, **command.fields)
            if category.edit(details, at=self._clock.now()):
                work.categories.save(category)
            work.commit()
