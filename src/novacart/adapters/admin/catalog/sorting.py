"""Lists that staff sort in a form."""

from collections.abc import Iterable, Sequence
from typing import Protocol, TypeVar

from werkzeug.datastructures import MultiDict

from novacart.adapters.admin.filters import parse_integer


class _Identified(Protocol):
    @property
    def id(self) -> int: ...


ItemT = TypeVar("ItemT", bound=_Identified)


def submitted_ids(form: MultiDict[str, str], name: str) -> list[int]:
    """The ids in the repeated field `name`, in their order.

    The field `move` is one of the ids and `up` or `down`, for browsers without JavaScript.
    """
    ids = [parse_integer(text) or 0 for text in form.getlist(name)]
    text, _, direction = form.get("move", "").partition(":")
    moved = parse_integer(text) or 0
    if moved in ids:
        place = ids.index(moved)
        ids.remove(moved)
        ids.insert(max(0, place + (-1 if direction == "up" else 1)), moved)
    return ids


def in_order(items: Iterable[ItemT], ids: Sequence[int]) -> list[ItemT]:
    """The items in the order of `ids`, and last those that are not in it."""
    places = {item_id: place for place, item_id in enumerate(ids)}
    return sorted(items, key=lambda item: places.get(item.id, len(places)))
