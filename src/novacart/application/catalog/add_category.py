"""Open a category."""

from dataclasses import dataclass

from novacart.application.catalog.category_fields import CategoryFields
from novacart.application.ports.clock import Clock
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.catalog.category import Category, CategoryDetails
from novacart.domain.shared.errors import InvalidValue
from novacart.domain.shared.ids import CategoryId


@dataclass(frozen=True, slots=True, kw_only=True)
class AddCategoryCommand:
    fields: CategoryFields


class AddCategory:
    """Raises `InvalidValue`, and `SlugTaken`."""

    def __init__(self, *, begin: UnitOfWorkFactory, clock: Clock) -> None:
        self._begin = begin
        self._clock = clock

    def __call__(self, command: AddCategoryCommand) -> CategoryId:
        for field in ("name", "slug"):
            if field not in command.fields:
                raise InvalidValue(field, "This is required.")
        details = CategoryDetails(**command.fields)
        with self._begin() as work:
            [new_id] = work.ids.take()
            category = Category.open(id=CategoryId(new_id), details=details, at=self._clock.now())
            work.categories.add(category)
            work.commit()
        return category.id
