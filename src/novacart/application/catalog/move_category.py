"""Move a category in the tree by one place."""

from dataclasses import dataclass, replace

from novacart.application.authorization.actor import Actor
from novacart.application.catalog.attribute_rules import ensure_can_be_moved
from novacart.application.ports.clock import Clock
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.catalog.category_tree import CategoryMove
from novacart.domain.catalog.errors import StaleVersion
from novacart.domain.shared.ids import CategoryId


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveCategoryCommand:
    """`expected_place` is the parent and the place in it that the editor saw; None skips the check.

    The first place is 0.
    """

    actor: Actor
    category_id: CategoryId
    move: CategoryMove
    expected_place: tuple[CategoryId | None, int] | None = None


class MoveCategory:
    """Move a category with its branch. Returns whether it could be moved.

    `EditCategory` moves it into any other category. Raises `PermissionDenied`, `CategoryNotFound`,
    `StaleVersion`, `CatalogLimitReached`, `AttributeInUse` and `AttributeCodeTaken`.
    """

    def __init__(self, *, begin: UnitOfWorkFactory, clock: Clock) -> None:
        self._begin = begin
        self._clock = clock

    def __call__(self, command: MoveCategoryCommand) -> bool:
        command.actor.require("categories.write")
        now = self._clock.now()
        with self._begin() as work:
            tree = work.categories.lock_tree()
            if command.expected_place not in {None, tree.place(command.category_id)}:
                raise StaleVersion
            changed = tree.move(command.category_id, command.move)
            for category_id, (parent_id, position) in sorted(changed.items()):
                category = work.categories.get_for_update(category_id)
                if parent_id != category.details.parent_id:
                    ensure_can_be_moved(work, tree, category_id, parent_id)
                details = replace(category.details, parent_id=parent_id, position=position)
                category.edit(details, at=now)
                work.categories.save(category)
            work.commit()
        return bool(changed)
