"""The worker's loop: schedules by turns, trouble survived, stopped between two pieces of work."""

from collections.abc import Callable

from novacart.adapters.system.request_context import ContextVarRequestContexts
from novacart.application.ports.errors import StorageUnavailable
from novacart.application.ports.request_context import RequestContext
from novacart.application.relay import EventHandler, Relay
from novacart.application.scheduled_jobs import ScheduledJob
from novacart.entrypoints.worker import Worker
from tests.fakes.job_lock import FakeJobLock
from tests.fakes.outbox import FakeOutbox
from tests.support.clock import SetClock
from tests.support.contracts.outbox import ShutterOpened


def make_worker(
    *,
    clock: SetClock,
    turns: FakeJobLock | None = None,
    outbox: FakeOutbox | None = None,
    react: Callable[[ShutterOpened], None] | None = None,
    schedules: tuple[ScheduledJob, ...] = (),
) -> Worker:
    event_handlers = (
        [EventHandler(name="react", event=ShutterOpened, handle=react)] if react else []
    )
    relay = Relay(
        outbox=outbox or FakeOutbox(),
        clock=clock,
        contexts=ContextVarRequestContexts(),
        event_handlers=event_handlers,
    )
    return Worker(relay=relay, schedules=schedules, turns=turns or FakeJobLock(), clock=clock)


def test_a_schedule_runs_once_a_period_however_often_the_worker_looks() -> None:
    clock, runs = SetClock(), []
    sweep = ScheduledJob(name="sweep", every_seconds=60, run=lambda: runs.append(clock.now()))
    worker = make_worker(clock=clock, schedules=(sweep,))
    for _ in range(130):
        worker.run_due_schedules()
        clock.move(seconds=1)
    assert len(runs) == 3


def test_two_workers_share_the_turns() -> None:
    clock, turns, runs = SetClock(), FakeJobLock(), []
    sweep = ScheduledJob(name="sweep", every_seconds=60, run=lambda: runs.append(clock.now()))
    workers = [make_worker(clock=clock, turns=turns, schedules=(sweep,)) for _ in range(2)]
    for _ in range(59):
        for worker in workers:
            worker.run_due_schedules()
        clock.move(seconds=1)
    assert len(runs) == 1


def test_a_schedule_that_fails_stops_neither_the_others_nor_the_worker() -> None:
    clock, runs = SetClock(), []

    def fail() -> None:
        raise RuntimeError("broken")

    def away() -> None:
        raise StorageUnavailable("away")

    worker = make_worker(
        clock=clock,
        schedules=(
            ScheduledJob(name="broken", every_seconds=60, run=fail),
            ScheduledJob(name="away", every_seconds=60, run=away),
            ScheduledJob(name="sweep", every_seconds=60, run=lambda: runs.append(1)),
        ),
    )
    worker.run_due_schedules()
    assert runs == [1]


def test_a_stopped_worker_finishes_what_it_is_in_the_middle_of_and_begins_nothing() -> None:
    clock, outbox = SetClock(), FakeOutbox()
    for height in (1, 2):
        event = ShutterOpened(occurred_at=clock.now(), height=height)
        outbox.put(event, RequestContext(actor="user:1"))
    seen: list[int] = []

    def react(event: ShutterOpened) -> None:
        worker.stop()
        seen.append(event.height)

    worker = make_worker(clock=clock, outbox=outbox, react=react)
    worker.run()
    assert seen == [1]
    assert outbox.count_pending() == 1
