"""The worker: hands events to their reactions, and does what is due once in a while."""

import signal
from collections.abc import Sequence
from datetime import datetime, timedelta
from threading import Event
from types import FrameType
from typing import Final

import structlog

from novacart.application.ports.clock import Clock
from novacart.application.ports.errors import Unavailable
from novacart.application.ports.job_lock import JobLock
from novacart.application.ports.readiness import Readiness
from novacart.application.relay import Relay
from novacart.application.scheduled_jobs import ScheduledJob
from novacart.domain.shared.errors import DomainError
from novacart.entrypoints.container import all_schedules, build_container, build_relay
from novacart.entrypoints.settings import InvalidSetting, Settings

_IDLE: Final = 0.5
_TROUBLED: Final = 2.0

_log = structlog.get_logger("novacart.worker")


class Worker:
    """Runs until `stop`; what it is in the middle of is finished first.

    Any number of workers may run. A database that is away for a while is waited for.
    """

    def __init__(
        self, *, relay: Relay, schedules: Sequence[ScheduledJob], turns: JobLock, clock: Clock
    ) -> None:
        self._relay = relay
        self._schedules = schedules
        self._turns = turns
        self._clock = clock
        self._stopping = Event()
        self._look_again: dict[str, datetime] = {}

    def stop(self) -> None:
        self._stopping.set()

    def run(self) -> None:
        while not self._stopping.is_set():
            try:
                self.run_due_schedules()
                pause = 0.0 if self._relay() is not None else _IDLE
            except (Unavailable, DomainError) as error:
                _log.warning("worker_waits", reason=str(error))
                pause = _TROUBLED
            except Exception as error:  # noqa: BLE001 (a worker that gives up helps nobody)
                _log.error("worker_waits", exc_info=error)
                pause = _TROUBLED
            self._stopping.wait(pause)

    def run_due_schedules(self) -> None:
        """Do what is due and nobody else has begun; one that fails waits for its next turn."""
        for schedule in self._schedules:
            if self._stopping.is_set():
                return
            if not self._is_mine(schedule):
                continue
            try:
                schedule.run()
            except Unavailable as error:
                _log.warning("schedule_failed", schedule=schedule.name, reason=str(error))
            except Exception as error:  # noqa: BLE001 (whatever it is, it must not stop the rest)
                _log.error("schedule_failed", schedule=schedule.name, exc_info=error)

    def _is_mine(self, schedule: ScheduledJob) -> bool:
        now = self._clock.now()
        if now < self._look_again.get(schedule.name, now):
            return False
        every = timedelta(seconds=schedule.every_seconds)
        mine = self._turns.take(schedule.name, at=now, every=every)
        # Where another worker was first, look now and then: it may not live to do it again.
        self._look_again[schedule.name] = now + (every if mine else every / 4)
        return mine


def run_worker(settings: Settings) -> None:
    """Run a worker until SIGTERM or SIGINT.

    Raises `InvalidSetting` where the database is not the one that this code works with.
    """
    injector = build_container(settings)
    for dependency in injector.get(Readiness)():  # type: ignore[type-abstract]
        if not dependency.ok:
            raise InvalidSetting(dependency.detail)
    worker = Worker(
        relay=build_relay(injector),
        schedules=all_schedules(injector),
        turns=injector.get(JobLock),  # type: ignore[type-abstract]
        clock=injector.get(Clock),  # type: ignore[type-abstract]
    )

    def stop(_number: int, _frame: FrameType | None) -> None:
        worker.stop()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    _log.info("worker_started")
    worker.run()
    _log.info("worker_stopped")
