from typing import Any

import pytest

from novacart.adapters.memory.shelf import Shelf
from novacart.domain.shared.errors import ConcurrentChange
from novacart.domain.shared.events import AggregateRoot


class Jar(AggregateRoot):
    def __init__(self, sweets: int) -> None:
        super().__init__()
        self.sweets = sweets


@pytest.fixture
def shelf() -> Shelf[str, Any]:
    shelf: Shelf[str, Any] = Shelf()
    shelf.put("jar", Jar(3))
    shelf.commit()
    return shelf


def test_a_change_that_is_not_put_back_is_forgotten(shelf: Shelf[str, Any]) -> None:
    shelf.get("jar").sweets = 0
    shelf.commit()
    assert shelf.get("jar").sweets == 3


def test_a_change_that_is_not_committed_is_forgotten(shelf: Shelf[str, Any]) -> None:
    jar = shelf.get("jar")
    jar.sweets = 0
    shelf.put("jar", jar)
    shelf.remove("jar")
    shelf.rollback()
    assert shelf.get("jar").sweets == 3


def test_what_was_put_is_seen_before_it_is_committed(shelf: Shelf[str, Any]) -> None:
    jar = shelf.get("jar")
    jar.sweets = 2
    shelf.put("jar", jar)
    shelf.put("tin", Jar(9))
    assert [kept.sweets for kept in shelf.values()] == [2, 9]


def test_a_change_after_putting_it_back_does_not_leak_in(shelf: Shelf[str, Any]) -> None:
    jar = shelf.get("jar")
    shelf.put("jar", jar)
    jar.sweets = 0
    shelf.commit()
    assert shelf.get("jar").sweets == 3


def test_what_was_removed_is_gone_once_committed(shelf: Shelf[str, Any]) -> None:
    shelf.remove("jar")
    assert shelf.get("jar") is None
    shelf.commit()
    assert list(shelf.values()) == []


def test_an_aggregate_saved_from_an_old_copy_is_refused(shelf: Shelf[str, Any]) -> None:
    first, second = shelf.get("jar"), shelf.get("jar")
    shelf.put("jar", first)
    with pytest.raises(ConcurrentChange):
        shelf.put("jar", second)
