"""State machine on SQLite: audited after each step, and against the provider at the end."""

from pathlib import Path
from tempfile import mkdtemp

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from novacart.adapters.persistence.database import Database
from tests.support.databases import TestRun
from tests.support.race_harness import contradictions, on_trial
from tests.support.races import RaceSettings
from tests.support.shop_machine import ShopMachine

WITHOUT_DEADLINE = settings(
    deadline=None, suppress_health_check=list(HealthCheck), stateful_step_count=25
)


class ShopOnSqlite:
    def __init__(self, test_run: TestRun, folder: Path) -> None:
        home = Path(mkdtemp(dir=folder))
        self.database = Database.connect(test_run.sqlite_copy(home / "shop.sqlite3"))
        self.trial = on_trial(self.database, RaceSettings(), home)
        self.desk = self.trial.desk
        self.provider = self.trial.provider
        self.clock = self.trial.clock
        self._opened_at = self.clock.now()

    def react(self) -> None:
        self.trial.work()

    def assert_sound(self) -> None:
        # At the opening time, because the audit also reports overdue work, and no worker runs.
        assert contradictions(self.database, at=self._opened_at) == []

    def assert_settled(self) -> None:
        self.trial.assert_sound()

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
