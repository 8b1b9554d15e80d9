import pytest

from novacart.domain.shared.errors import ConcurrentChange
from novacart.domain.shared.events import AggregateRoot
from tests.fakes.transactional_dict import TransactionalDict


class Jar(AggregateRoot):
    def __init__(self, sweets: int) -> None:
        super().__init__()
        self.sweets = sweets


def get_jar(jars: TransactionalDict[str, Jar]) -> Jar:
    jar = jars.get("jar")
    assert jar is not None
    return jar


@pytest.fixture
def jars() -> TransactionalDict[str, Jar]:
    jars: TransactionalDict[str, Jar] = TransactionalDict()
    jars.put("jar", Jar(3))
    jars.commit()
    return jars


def test_change_without_put_is_lost(jars: TransactionalDict[str, Jar]) -> None:
    get_jar(jars).sweets = 0
    jars.commit()
    assert get_jar(jars).sweets == 3


def test_rollback_discards_changes(jars: TransactionalDict[str, Jar]) -> None:
    jar = get_jar(jars)
    jar.sweets = 0
    jars.put("jar", jar)
    jars.remove("jar")
    jars.rollback()
    assert get_jar(jars).sweets == 3


def test_uncommitted_values_are_visible(jars: TransactionalDict[str, Jar]) -> None:
    jar = get_jar(jars)
    jar.sweets = 2
    jars.put("jar", jar)
    jars.put("second", Jar(9))
    assert [jar.sweets for jar in jars.values()] == [2, 9]


def test_change_after_put_is_lost(jars: TransactionalDict[str, Jar]) -> None:
    jar = get_jar(jars)
    jars.put("jar", jar)
    jar.sweets = 0
    jars.commit()
    assert get_jar(jars).sweets == 3


def test_remove_deletes_on_commit(jars: TransactionalDict[str, Jar]) -> None:
    jars.remove("jar")
    assert jars.get("jar") is None
    jars.commit()
    assert list(jars.values()) == []


def test_put_of_an_old_version_raises(jars: TransactionalDict[str, Jar]) -> None:
    first, second = get_jar(jars), get_jar(jars)
    jars.put("jar", first)
    with pytest.raises(ConcurrentChange):
        jars.put("jar", second)
