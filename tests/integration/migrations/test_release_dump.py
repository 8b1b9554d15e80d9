"""The dump of this release, from which the tests of the next release's migrations start."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from novacart.adapters.persistence.audit.reader import SqlAuditReader
from novacart.adapters.persistence.database import Database
from novacart.application.audit.invariants import AUDIT_LOG, INVARIANTS, OUTBOX_MESSAGES
from tests.support.release_dump import load_dump, write_dump


@pytest.fixture(scope="module")
def dump(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("dump") / "shop.sql"
    write_dump(path)
    return path


def test_dump_of_this_release_is_a_sound_shop(database_url: str, dump: Path) -> None:
    database = Database.connect(database_url)
    load_dump(database, dump)
    reader = SqlAuditReader(database)
    now = datetime(2026, 3, 1, 12, 10, tzinfo=UTC)
    # Messages are not delivered, so there is no audit log.
    checked = [each.number for each in INVARIANTS if each not in {AUDIT_LOG, OUTBOX_MESSAGES}]
    results = [reader.check(number, now=now) for number in checked]
    database.dispose()
    assert [each.violations for each in results if each.violations] == []
    assert all(result.checked for result in results[:8])


def test_each_dump_is_the_same(dump: Path, tmp_path: Path) -> None:
    write_dump(tmp_path / "again.sql")
    assert (tmp_path / "again.sql").read_text() == dump.read_text()
