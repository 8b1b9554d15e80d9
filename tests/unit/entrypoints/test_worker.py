"""The worker: job intervals, shared locks, failures and stopping."""

from collections.abc import Callable
from pathlib import Path
from threading import Event

import psycopg  # noqa: F401 (the engine needs it, and a running unit test can't import it)

from novacart.adapters.system.request_context import ContextVarRequestContexts
from novacart.application.notifications.send_order_emails import SendConfirmationEmail
from novacart.application.ports.errors import StorageUnavailable
from novacart.application.ports.request_context import RequestContext
from novacart.application.relay import EventHandler, Relay
from novacart.application.scheduled_jobs import ScheduledJob
from novacart.entrypoints.container import build_relay, build_worker_container, scheduled_jobs
from novacart.entrypoints.modules import notifications
from novacart.entrypoints.settings import load_settings
from novacart.entrypoints.worker import Worker
from tests.fakes.job_lock import FakeJobLock
from tests.fakes.outbox import FakeOutbox
from tests.fakes.system_checks import FakeSystemChecks
from tests.support.clock import SetClock
from tests.support.contracts.outbox import ShutterOpened


def make_worker(
    *,
    clock: SetClock,
    job_lock: FakeJobLock | None = None,
    outbox: FakeOutbox | None = None,
    handler: Callable[[ShutterOpened], None] | None = None,
    jobs: tuple[ScheduledJob, ...] = (),
    checks: FakeSystemChecks | None = None,
) -> Worker:
    event_handlers = (
        [EventHandler(name="handler", event=ShutterOpened, handle=handler)] if handler else []
    )
    relay = Relay(
        outbox=outbox or FakeOutbox(),
        clock=clock,
        contexts=ContextVarRequestContexts(),
        event_handlers=event_handlers,
    )
    return Worker(
        relay=relay,
        jobs=jobs,
        job_lock=job_lock or FakeJobLock(),
        checks=checks or FakeSystemChecks(),
        clock=clock,
    )


def test_job_runs_once_in_each_interval() -> None:
    clock, runs = SetClock(), []
    job = ScheduledJob(name="job", every_seconds=60, run=lambda: runs.append(clock.now()))
    worker = make_worker(clock=clock, jobs=(job,))
    for _ in range(130):
        worker.run_due_jobs()
        clock.move(seconds=1)
    assert len(runs) == 3


def test_job_runs_in_one_of_two_workers() -> None:
    clock, job_lock, runs = SetClock(), FakeJobLock(), []
    job = ScheduledJob(name="job", every_seconds=60, run=lambda: runs.append(clock.now()))
    workers = [make_worker(clock=clock, job_lock=job_lock, jobs=(job,)) for _ in range(2)]
    for _ in range(59):
        for worker in workers:
            worker.run_due_jobs()
        clock.move(seconds=1)
    assert len(runs) == 1


def test_failed_job_does_not_stop_the_others() -> None:
    clock, runs = SetClock(), []

    def fail() -> None:
        raise RuntimeError("broken")

    def be_unavailable() -> None:
        raise StorageUnavailable("unavailable")

    worker = make_worker(
        clock=clock,
        jobs=(
            ScheduledJob(name="broken", every_seconds=60, run=fail),
            ScheduledJob(name="unavailable", every_seconds=60, run=be_unavailable),
            ScheduledJob(name="job", every_seconds=60, run=lambda: runs.append(1)),
        ),
    )
    worker.run_due_jobs()
    assert runs == [1]


def test_failed_job_is_recorded_until_it_succeeds() -> None:
    clock, checks = SetClock(), FakeSystemChecks()
    broken = True

    def fail_at_first() -> None:
        if broken:
            raise RuntimeError("a secret detail")

    job = ScheduledJob(name="count", every_seconds=60, run=fail_at_first)
    worker = make_worker(clock=clock, jobs=(job,), checks=checks)
    worker.run_due_jobs()
    ok, summary = checks.recorded["job_count"]
    assert not ok
    assert "RuntimeError" in summary
    assert "secret" not in summary
    broken = False
    clock.move(seconds=60)
    worker.run_due_jobs()
    assert checks.recorded["job_count"] == (True, "The job ran.")


def test_successful_job_is_not_recorded() -> None:
    checks = FakeSystemChecks()
    job = ScheduledJob(name="count", every_seconds=60, run=lambda: None)
    make_worker(clock=SetClock(), jobs=(job,), checks=checks).run_due_jobs()
    assert checks.recorded == {}


def test_long_job_does_not_delay_messages() -> None:
    clock, outbox, delivered = SetClock(), FakeOutbox(), Event()
    outbox.put(ShutterOpened(occurred_at=clock.now(), height=1), RequestContext(actor="user:1"))
    waited: list[bool] = []

    def handler(_: ShutterOpened) -> None:
        delivered.set()
        worker.stop()

    job = ScheduledJob(
        name="audit", every_seconds=60, run=lambda: waited.append(delivered.wait(60)), is_long=True
    )
    worker = make_worker(clock=clock, outbox=outbox, handler=handler, jobs=(job,))
    worker.run()
    assert waited == [True]


def test_long_job_that_still_runs_is_left_to_other_workers() -> None:
    clock, job_lock, ended, taken = SetClock(), FakeJobLock(), Event(), Event()

    def start(run: Callable[[], object]) -> Worker:
        job = ScheduledJob(name="pictures", every_seconds=60, run=run, is_long=True)
        return make_worker(clock=clock, job_lock=job_lock, jobs=(job,))

    busy, other = start(lambda: ended.wait(60)), start(taken.set)
    busy.run_due_jobs()
    clock.move(seconds=60)
    busy.run_due_jobs()
    other.run_due_jobs()
    assert taken.wait(60)
    ended.set()


def test_failure_of_a_long_job_is_recorded() -> None:
    clock, checks = SetClock(), FakeSystemChecks()

    def fail() -> None:
        worker.stop()
        raise RuntimeError("broken")

    job = ScheduledJob(name="audit", every_seconds=60, run=fail, is_long=True)
    worker = make_worker(clock=clock, jobs=(job,), checks=checks)
    worker.run()
    assert not checks.recorded["job_audit"][0]


def test_stopped_worker_finishes_the_current_message_and_starts_no_other() -> None:
    clock, outbox = SetClock(), FakeOutbox()
    for height in (1, 2):
        event = ShutterOpened(occurred_at=clock.now(), height=height)
        outbox.put(event, RequestContext(actor="user:1"))
    handled: list[int] = []

    def handler(event: ShutterOpened) -> None:
        worker.stop()
        handled.append(event.height)

    worker = make_worker(clock=clock, outbox=outbox, handler=handler)
    worker.run()
    assert handled == [1]
    assert outbox.count_pending() == 1


def test_container_of_a_worker_builds_all_handlers_and_jobs(tmp_path: Path) -> None:
    environ = {
        "DATABASE_URL": "postgresql+psycopg://shop@127.0.0.1/shop",
        "DEBUG": "True",
        "EMAIL_HOST": "mail.example",
        "STRIPE_SECRET_KEY": "sk_test_1",
        "STRIPE_PUBLISHABLE_KEY": "pk_test_1",
        "STRIPE_WEBHOOK_SECRET": "whsec_1",
        "VAR_DIR": str(tmp_path),
    }
    injector = build_worker_container(load_settings(environ, dotenv=tmp_path / "no.env"))
    jobs = {job.name for job in scheduled_jobs(injector)}
    assert {"reconcile_payments", "run_imports", "expire_orders"} <= jobs
    handlers = {type(handler) for _, handler in notifications.event_handlers(injector)}
    assert SendConfirmationEmail in handlers
    build_relay(injector)
