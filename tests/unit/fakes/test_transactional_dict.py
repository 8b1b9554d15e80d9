import pytest

from novacart.domain.shared.errors import ConcurrentChange
from novacart.domain.shared.events import AggregateRoot
from tests.fakes.transactional_dict import TransactionalDict


class Jar(AggregateRoot):
    def __init__(self, sweets: int) -> None:
        super().__init__()
        self.sweets = sweets


def jar_in(shelf: TransactionalDict[str, Jar]) -> Jar:
    jar = shelf.get("jar")
    assert jar is not None
    return jar


@pytest.fixture
def shelf() -> TransactionalDict[str, Jar]:
    shelf: TransactionalDict[str, Jar] = TransactionalDict()
    shelf.put("jar", Jar(3))
    shelf.commit()
    return shelf


def test_a_change_that_is_not_put_back_is_forgotten(shelf: TransactionalDict[str, Jar]) -> None:
    jar_in(shelf).sweets = 0
    shelf.commit()
    assert jar_in(shelf).sweets == 3


def test_a_change_that_is_not_committed_is_forgotten(shelf: TransactionalDict[str, Jar]) -> None:
    jar = jar_in(shelf)
    jar.sweets = 0
    shelf.put("jar", jar)
    shelf.remove("jar")
    shelf.rollback()
    assert jar_in(shelf).sweets == 3


def test_what_was_put_is_seen_before_it_is_committed(shelf: TransactionalDict[str, Jar]) -> None:
    jar = jar_in(shelf)
    jar.sweets = 2
    shelf.put("jar", jar)
    shelf.put("tin", Jar(9))
    assert [kept.sweets for kept in shelf.values()] == [2, 9]


def test_a_change_after_putting_it_back_does_not_leak_in(
    shelf: TransactionalDict[str, Jar],
) -> None:
    jar = jar_in(shelf)
    shelf.put("jar", jar)
    jar.sweets = 0
    shelf.commit()
    assert jar_in(shelf).sweets == 3


def test_what_was_removed_is_gone_once_committed(shelf: TransactionalDict[str, Jar]) -> None:
    shelf.remove("jar")
    assert shelf.get("jar") is None
    shelf.commit()
    assert list(shelf.values()) == []


def test_an_aggregate_saved_from_an_old_copy_is_refused(shelf: TransactionalDict[str, Jar]) -> None:
    first, second = jar_in(shelf), jar_in(shelf)
    shelf.put("jar", first)
    with pytest.raises(ConcurrentChange):
        shelf.put("jar", second)
