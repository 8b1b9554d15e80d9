"""Contract of `JobLock`."""

from datetime import UTC, datetime, timedelta

from novacart.application.ports.job_lock import JobLock

NOON = datetime(2026, 3, 14, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


class JobLockContract:
    """Subclasses provide `job_lock`."""

    def test_one_caller_takes_the_lock_in_each_interval(self, job_lock: JobLock) -> None:
        assert job_lock.take("sweep", at=NOON, every=HOUR)
        assert not job_lock.take("sweep", at=NOON, every=HOUR)
        assert not job_lock.take("sweep", at=NOON + timedelta(minutes=59), every=HOUR)
        assert job_lock.take("sweep", at=NOON + HOUR, every=HOUR)

    def test_jobs_have_separate_locks(self, job_lock: JobLock) -> None:
        assert job_lock.take("sweep", at=NOON, every=HOUR)
        assert job_lock.take("other", at=NOON, every=HOUR)
