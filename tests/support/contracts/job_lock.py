"""What every keeper of turns promises."""

from datetime import UTC, datetime, timedelta

from novacart.application.ports.job_lock import JobLock

NOON = datetime(2026, 3, 14, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


class TurnsContract:
    """Subclasses give `turns`."""

    def test_one_caller_in_each_period_has_the_turn(self, turns: JobLock) -> None:
        assert turns.take("sweep", at=NOON, every=HOUR)
        assert not turns.take("sweep", at=NOON, every=HOUR)
        assert not turns.take("sweep", at=NOON + timedelta(minutes=59), every=HOUR)
        assert turns.take("sweep", at=NOON + HOUR, every=HOUR)

    def test_turns_of_different_names_are_apart(self, turns: JobLock) -> None:
        assert turns.take("sweep", at=NOON, every=HOUR)
        assert turns.take("dust", at=NOON, every=HOUR)
