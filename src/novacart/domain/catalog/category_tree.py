"""The tree of categories."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from novacart.domain.catalog.errors import (
    CatalogLimitReached,
    CategoryInsideItself,
    CategoryNotFound,
)
from novacart.domain.shared.errors import InvalidValue
from novacart.domain.shared.ids import CategoryId

MAX_LEVELS: Final = 8


class CategoryMove(StrEnum):
    """A move by one place: before or after a sibling, into the one before, or out of the parent."""

    UP = "up"
    DOWN = "down"
    IN = "in"
    OUT = "out"


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeNode:
    """A category in the tree. Siblings are shown by rising position, then by id."""

    id: CategoryId
    parent_id: CategoryId | None
    position: int


class CategoryTree:
    """All categories by parent and position.

    `ensure_can_be_in` and `move` keep it free of cycles and at most `MAX_LEVELS` deep.
    """

    def __init__(self, nodes: Iterable[TreeNode]) -> None:
        self._nodes = {node.id: node for node in nodes}
        self._children: dict[CategoryId | None, list[CategoryId]] = defaultdict(list)
        for node in sorted(self._nodes.values(), key=lambda node: (node.position, node.id)):
            self._children[node.parent_id].append(node.id)

    def ensure_can_be_in(self, category_id: CategoryId, parent_id: CategoryId | None) -> None:
        """Check that a category, which may be a new one, can be moved into a parent.

        Raises `InvalidValue` on `parent` if there is no such category, `CategoryInsideItself`, and
        `CatalogLimitReached`.
        """
        if parent_id is None:
            return
        if parent_id not in self._nodes:
            raise InvalidValue("parent", CategoryNotFound().message)
        above = self.path(parent_id)
        if category_id in above:
            raise CategoryInsideItself
        if len(above) + self._height(category_id) > MAX_LEVELS:
            raise CatalogLimitReached("levels of categories", MAX_LEVELS)

    def path(self, category_id: CategoryId) -> list[CategoryId]:
        """The categories from the root to this one."""
        path = [category_id]
        # Only a change of the database by hand can make a cycle. It ends the path.
        while parent_id := self._nodes[path[-1]].parent_id:
            if parent_id in path:
                break
            path.append(parent_id)
        return path[::-1]

    def children(self, parent_id: CategoryId | None) -> list[CategoryId]:
        """The categories in a parent, or without one, in the order in which they are shown."""
        return list(self._children.get(parent_id, ()))

    def depth_first(self, parent_id: CategoryId | None = None) -> Iterator[CategoryId]:
        """All categories, or those below one, each before those in it."""
        for category_id in self._children.get(parent_id, ()):
            yield category_id
            yield from self.depth_first(category_id)

    def place(self, category_id: CategoryId) -> tuple[CategoryId | None, int]:
        """The parent of a category and its place in it, from 0. Raises `CategoryNotFound`."""
        if category_id not in self._nodes:
            raise CategoryNotFound
        parent_id = self._nodes[category_id].parent_id
        return parent_id, self.children(parent_id).index(category_id)

    def move(
        self, category_id: CategoryId, move: CategoryMove
    ) -> Mapping[CategoryId, tuple[CategoryId | None, int]]:
        """The new parents and positions of the categories that change; none if it can't move.

        Raises `CategoryNotFound`, and `CatalogLimitReached` for a move into a sibling.
        """
        parent_id, place = self.place(category_id)
        siblings = self.children(parent_id)
        if move is CategoryMove.OUT:
            if parent_id is None:
                return {}
            above = self._nodes[parent_id].parent_id
            following = self.children(above).index(parent_id) + 1
            return self._placed(category_id, above, following)
        if move is CategoryMove.DOWN:
            is_last = place == len(siblings) - 1
            return {} if is_last else self._placed(category_id, parent_id, place + 1)
        if place == 0:
            return {}
        if move is CategoryMove.UP:
            return self._placed(category_id, parent_id, place - 1)
        before = siblings[place - 1]
        self.ensure_can_be_in(category_id, before)
        return self._placed(category_id, before, len(self.children(before)))

    def _placed(
        self, category_id: CategoryId, parent_id: CategoryId | None, place: int
    ) -> dict[CategoryId, tuple[CategoryId | None, int]]:
        siblings = [each for each in self.children(parent_id) if each != category_id]
        siblings.insert(place, category_id)
        places = {each: (parent_id, position) for position, each in enumerate(siblings)}
        return {
            each: new
            for each, new in places.items()
            if new != (self._nodes[each].parent_id, self._nodes[each].position)
        }

    def _height(self, category_id: CategoryId) -> int:
        """The number of levels of a branch."""
        return 1 + max((self._height(each) for each in self.children(category_id)), default=0)
