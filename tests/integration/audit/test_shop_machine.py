"""State machine on SQLite: audited after each step, and against the provider at the end."""

from pathlib import Path
from tempfile import mkdtemp

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from novacart.adapters.persistence.database import Database
from tests.support.databases import TestRun
from tests.support.race_harness import build_race, database_violations
from tests.support.races import Timing
from tests.support.shop_machine import ShopMachine

WITHOUT_DEADLINE = settings(
    deadline=None, suppress_health_check=list(HealthCheck), stateful_step_count=25
)


class ShopOnSqlite:
    def __init__(self, test_run: TestRun, folder: Path) -> None:
        home = Path(mkdtemp(dir=folder))
        self.database = Database.connect(test_run.sqlite_copy(home / "shop.sqlite3"))
        self.race = build_race(self.database, Timing(), home)
        self.payments = self.race.payments
        self.provider = self.race.provider
        self.clock = self.race.clock
        self._opened_at = self.clock.now()

    def handle_committed_events(self) -> None:
        self.race.work()

    def assert_sound(self) -> None:
        # At the opening time, because the audit also reports overdue work, and no worker runs.
        assert database_violations(self.database, at=self._opened_at) == []

    def assert_settled(self) -> None:
        self.race.assert_invariants_hold()

    def close(self) -> None:
        self.database.dispose()


def run_machine(test_run: TestRun, folder: Path, settings: settings) -> None:
    class MachineOnSqlite(ShopMachine):
        def __init__(self) -> None:
            super().__init__(ShopOnSqlite(test_run, folder))

    run_state_machine_as_test(MachineOnSqlite, settings=settings)


def test_random_operations_keep_the_invariants(test_run: TestRun, tmp_path: Path) -> None:
    run_machine(test_run, tmp_path, settings(WITHOUT_DEADLINE, max_examples=12))


@pytest.mark.stress
@pytest.mark.timeout(3600)
def test_many_random_operations_keep_the_invariants(test_run: TestRun, tmp_path: Path) -> None:
    run_machine(
        test_run, tmp_path, settings(WITHOUT_DEADLINE, max_examples=300, stateful_step_count=50)
    )
