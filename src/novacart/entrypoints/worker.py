"""The worker process: delivers events to their handlers and runs scheduled jobs."""

import signal
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime, timedelta
from types import FrameType
from typing import Final

import structlog

from novacart.application.ports.clock import Clock
from novacart.application.ports.errors import Unavailable
from novacart.application.ports.job_lock import JobLock
from novacart.application.ports.system_checks import SystemChecks
from novacart.application.relay import Relay
from novacart.application.scheduled_jobs import ScheduledJob
from novacart.domain.shared.errors import DomainError
from novacart.entrypoints.container import build_relay, build_worker_container, scheduled_jobs
from novacart.entrypoints.readiness import ensure_ready
from novacart.entrypoints.settings import Settings
from novacart.entrypoints.stop_flag import StopFlag

# Seconds between two batches of messages, and after an error. A batch of many messages costs
# little more than a batch of one.
_BETWEEN_BATCHES: Final = 0.2
_AFTER_ERROR: Final = 2.0

_log = structlog.get_logger("novacart.worker")


class Worker:
    """Runs until `stop`, which lets the current message or job finish and releases other messages.

    Any number of workers may run at once. After an error, such as an unreachable database, the
    worker waits and goes on. Long jobs run one after another in a thread of their own.
    """

    def __init__(
        self,
        *,
        relay: Relay,
        jobs: Sequence[ScheduledJob],
        job_lock: JobLock,
        checks: SystemChecks,
        clock: Clock,
    ) -> None:
        self._checks = checks
        self._relay = relay
        self._jobs = jobs
        self._job_lock = job_lock
        self._clock = clock
        self._stopping = StopFlag()
        self._next_check: dict[str, datetime] = {}
        self._long_jobs = ThreadPoolExecutor(max_workers=1)
        self._long_runs: dict[str, Future[None]] = {}

    def stop(self) -> None:
        """Stop soon. A signal handler may call it."""
        self._relay.stop()
        self._stopping.set()

    def run(self) -> None:
        while not self._stopping.is_set:
            try:
                self.run_due_jobs()
                self._relay()
                pause = 0.0 if self._relay.are_more_due else _BETWEEN_BATCHES
            except (Unavailable, DomainError) as error:
                _log.warning("worker_error", reason=str(error))
                pause = _AFTER_ERROR
            except Exception as error:  # noqa: BLE001 (one failure must not end the worker)
                _log.error("worker_error", exc_info=error)
                pause = _AFTER_ERROR
            self._stopping.wait(pause)
        self._long_jobs.shutdown(cancel_futures=True)

    def run_due_jobs(self) -> None:
        """Run each due job that no other worker has taken, and that does not still run here.

        A failed job waits for its next run; until one succeeds, staff see the failure.
        """
        for job in self._jobs:
            if self._stopping.is_set:
                return
            if self._still_runs(job) or not self._acquire(job):
                continue
            if job.is_long:
                self._long_runs[job.name] = self._long_jobs.submit(self._run, job)
            else:
                self._run(job)

    def _still_runs(self, job: ScheduledJob) -> bool:
        run = self._long_runs.get(job.name)
        return run is not None and not run.done()

    def _run(self, job: ScheduledJob) -> None:
        try:
            self._run_and_record(job)
        except Unavailable as error:
            _log.warning("job_failed", job=job.name, reason=str(error))
        except Exception as error:  # noqa: BLE001 (one failure must not stop the other jobs)
            _log.error("job_failed", job=job.name, exc_info=error)

    def _run_and_record(self, job: ScheduledJob) -> None:
        check = f"job_{job.name}"
        try:
            job.run()
        except Exception as error:
            summary = f"The job failed: {type(error).__name__}. The log has the details."
            self._checks.record(check, ok=False, summary=summary, at=self._clock.now())
            raise
        if self._checks.has_failed(check):
            self._checks.record(check, ok=True, summary="The job ran.", at=self._clock.now())

    def _acquire(self, job: ScheduledJob) -> bool:
        now = self._clock.now()
        if now < self._next_check.get(job.name, now):
            return False
        every = timedelta(seconds=job.every_seconds)
        acquired = self._job_lock.take(job.name, at=now, every=every)
        # Check more often while another worker runs the job, in case that worker stops.
        self._next_check[job.name] = now + (every if acquired else every / 4)
        return acquired


def run_worker(settings: Settings) -> None:
    """Run a worker until SIGTERM or SIGINT.

    Raises `InvalidSetting` if the database is unreachable or its schema is not up to date.
    """
    injector = build_worker_container(settings)
    ensure_ready(injector)
    worker = Worker(
        relay=build_relay(injector),
        jobs=scheduled_jobs(injector),
        job_lock=injector.get(JobLock),  # type: ignore[type-abstract]
        checks=injector.get(SystemChecks),  # type: ignore[type-abstract]
        clock=injector.get(Clock),  # type: ignore[type-abstract]
    )

    def stop(_number: int, _frame: FrameType | None) -> None:
        worker.stop()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    _log.info("worker_started")
    worker.run()
    _log.info("worker_stopped")
