"""The wired application with a fake Stripe, where web and worker crash at a chosen point.

Every commit to the database, every request to Stripe and every mail has a crash point before and
after it takes effect. The driver, the HTTP client and the mailer are hooked, so a new commit or
call is a crash point without being listed.
"""

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from injector import Injector, Module, provider, singleton
from sqlalchemy import event

from novacart.adapters.persistence.database import Database
from novacart.adapters.stripe.gateway import StripeGateway
from novacart.adapters.stripe.http_client import BoundedClient, Response
from novacart.application.audit.audit_shop import AuditShop
from novacart.application.ports.job_lock import JobLock
from novacart.application.ports.mailer import Mail
from novacart.application.ports.outbox import Outbox, OutboxMessage
from novacart.application.ports.payment_gateway import PaymentGateway
from novacart.application.ports.system_checks import SystemChecks
from novacart.application.relay import Relay
from novacart.application.scheduled_jobs import ScheduledJob
from novacart.entrypoints.container import build_container, build_relay, scheduled_jobs
from novacart.entrypoints.http import create_app
from novacart.entrypoints.settings import load_settings
from novacart.entrypoints.worker import Worker
from tests.fakes.job_lock import FakeJobLock
from tests.fakes.mailer import FakeMailer
from tests.support.accounts import CheapPasswords, ClockAt, MailTo
from tests.support.clock import SetClock
from tests.support.crash_points import Crash, CrashPoints
from tests.support.fake_stripe.fixtures import API_KEY, WEBHOOK_SECRET
from tests.support.fake_stripe.server import FakeStripe
from tests.support.race_harness import violations_of

_APPLICATION = "novacart.application."


class CrashHarness:
    """Web and worker over one database; clock, job lock, mailer and Stripe survive their crash.

    `naive` modules replace parts of the application in negative controls.
    """

    def __init__(
        self,
        database_url: str,
        stripe: FakeStripe,
        var: Path,
        naive: "Iterable[Callable[[CrashHarness], Module]]" = (),
    ) -> None:
        self.stripe = stripe
        self.clock = SetClock(datetime.now(UTC).replace(microsecond=0))
        self.job_lock = FakeJobLock()
        self.mailer = _CrashingMailer(self)
        self.points = CrashPoints()
        self.crashed_at: str | None = None
        self._settings = load_settings(
            {
                "SECRET_KEY": "a-key-of-the-tests-alone-0123456789",
                "DATABASE_URL": database_url,
                "VAR_DIR": str(var),
                "STRIPE_SECRET_KEY": API_KEY,
                "STRIPE_WEBHOOK_SECRET": WEBHOOK_SECRET,
                "RATELIMIT_ENABLED": "False",
                # A few customers place all orders of a load.
                "MAX_UNPAID_ORDERS": "100000",
                "MAX_OPEN_COD_ORDERS": "100000",
                "MAX_RESERVED_UNITS": "100000",
                "ACCESS_TOKEN_LIFETIME": "10000",
            },
            dotenv=var / "no.env",
        )
        self._modules = (
            CheapPasswords(),
            ClockAt(self.clock),
            MailTo(self.mailer),
            _CrashingAdapters(self),
            *(part(self) for part in naive),
        )
        self._app: Flask = create_app(self._settings, *self._modules)
        self._worker: tuple[Worker, Relay, Database] | None = None

    @property
    def client(self) -> FlaskClient:
        return self._app.test_client()

    @property
    def injector(self) -> Injector:
        injector: Injector = self._app.extensions["novacart.injector"]
        return injector

    def gateway(self) -> StripeGateway:
        return StripeGateway(
            secret_key=API_KEY,
            publishable_key="pk_test_of_the_shop",
            clock=self.clock,
            api_base=self.stripe.url,
            http_client=_CrashingHttpClient(self),
        )

    # -- crashes -----------------------------------------------------------------------------

    def reach(self, name: str) -> None:
        """Crash here if this is the chosen point."""
        self.points.reach(f"{name}{_calling_use_case()}")

    def ensure_running(self) -> None:
        """Raise `Crash` after the crash: the other threads of the process end as well."""
        if self.points.at is not None and len(self.points.passed) > self.points.at:
            raise Crash

    def crash_at(self, at: int | None) -> None:
        """Crash at point number `at`, counted from now; None for no crash."""
        self.points = CrashPoints(at)
        self.crashed_at = None

    def restart(self) -> None:
        """Restart web and worker without the memory and connections of the crashed ones."""
        self.crashed_at = self.points.passed[-1]
        self.points = CrashPoints()
        self.injector.get(Database).dispose()
        self._stop_worker()

    def close(self) -> None:
        self.injector.get(Database).dispose()
        self._stop_worker()

    # -- time and the worker -----------------------------------------------------------------

    def wait(self, seconds: float) -> None:
        self.clock.move(seconds=seconds)
        self.sync_clocks()

    def sync_clocks(self) -> None:
        """Set Stripe's clock, which runs, to the clock of the test, which does not."""
        self.stripe.clock(int((self.clock.now() - datetime.now(UTC)).total_seconds()))

    def work(self) -> None:
        """Run due jobs and outbox messages until none is left; restart the worker if it crashes."""
        while True:
            try:
                worker, relay, _ = self._worker = self._worker or self._started_worker()
                worker.run_due_jobs()
                while relay():
                    pass
            except Crash:
                self.restart()
            else:
                return

    def run_one_minute(self) -> None:
        """Advance the clock by a minute and run the worker four times."""
        for _ in range(4):
            self.wait(15)
            self.work()

    # -- results -----------------------------------------------------------------------------

    def violations(self) -> list[str]:
        """Audit the shop against Stripe's ledger."""
        report = self.injector.get(AuditShop)()
        if "were not compared" in report.provider:
            return [report.provider]
        return violations_of(report)

    def unhandled_messages(self) -> list[str]:
        """Return the outbox messages that are not handled, with their last errors."""
        statement = "SELECT name, last_error FROM outbox_messages WHERE state <> 'handled'"
        with self.injector.get(Database).reading() as connection:
            return [f"{name}: {error}" for name, error in connection.exec_driver_sql(statement)]

    def stored_events(self) -> int:
        """Count the webhook events in the database."""
        with self.injector.get(Database).reading() as connection:
            result = connection.exec_driver_sql("SELECT count(*) FROM webhook_events")
            return int(result.scalar_one())

    def parked(self) -> Sequence[OutboxMessage]:
        return self.injector.get(Outbox).parked()  # type: ignore[type-abstract]

    def retry_parked(self) -> None:
        """Retry parked messages, as staff do, and run the worker."""
        self.injector.get(Outbox).retry(at=self.clock.now())  # type: ignore[type-abstract]
        self.work()

    def _started_worker(self) -> tuple[Worker, Relay, Database]:
        container = build_container(self._settings, *self._modules)
        relay = build_relay(container)
        worker = Worker(
            relay=relay,
            # In this thread: another one could hold a connection when the worker has crashed.
            jobs=[replace(job, is_long=False) for job in _jobs_without_audit(container)],
            job_lock=self.job_lock,
            checks=container.get(SystemChecks),  # type: ignore[type-abstract]
            clock=self.clock,
        )
        return worker, relay, container.get(Database)

    def _stop_worker(self) -> None:
        if self._worker is not None:
            self._worker[2].dispose()
            self._worker = None


def _jobs_without_audit(container: Injector) -> list[ScheduledJob]:
    """The jobs of the worker. The tests run the audit themselves."""
    return [job for job in scheduled_jobs(container) if job.name != "audit"]


class _CrashingAdapters(Module):
    """Adapters with crash points: database and payment gateway."""

    def __init__(self, harness: CrashHarness) -> None:
        self._harness = harness

    @provider
    @singleton
    def database(self) -> Database:
        harness = self._harness
        # Only the processes crash, not the machine, so nothing has to reach the disk.
        database = Database.connect(harness._settings.database_url, durable=False)
        commit = database.engine.dialect.do_commit

        def do_commit(connection: Any) -> None:  # noqa: ANN401 (the driver's own)
            harness.reach("before commit")
            commit(connection)
            harness.reach("after commit")

        database.engine.dialect.do_commit = do_commit  # type: ignore[assignment,method-assign]
        event.listen(database.engine, "before_cursor_execute", lambda *_: harness.ensure_running())
        return database

    @provider
    @singleton
    def gateway(self) -> PaymentGateway:
        return self._harness.gateway()

    @provider
    @singleton
    def job_lock(self) -> JobLock:
        return self._harness.job_lock


class _CrashingHttpClient(BoundedClient):
    def __init__(self, harness: CrashHarness) -> None:
        # Shorter timeouts than in production, to keep tests of outages short.
        super().__init__(budget=4.0, attempt=1.5, pause=0.02)
        self._harness = harness

    def request_with_retries(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        post_data: Any = None,  # noqa: ANN401 (the library's own signature)
        max_network_retries: int | None = None,
        *,
        _usage: list[str] | None = None,
    ) -> Response:
        path = url.partition("/v1/")[2].partition("?")[0].partition("/")[0]
        self._harness.reach(f"before {method} {path}")
        response = super().request_with_retries(
            method, url, headers, post_data, max_network_retries
        )
        self._harness.reach(f"after {method} {path}")
        return response


class _CrashingMailer(FakeMailer):
    """Records every delivery; `FakeMailer` keeps one mail for each message id."""

    def __init__(self, harness: CrashHarness) -> None:
        super().__init__()
        self._harness = harness
        self.delivered: list[str] = []

    def send(self, mail: Mail) -> None:
        self._harness.reach("before mail")
        super().send(mail)
        self.delivered.append(mail.message_id)
        self._harness.reach("after mail")


def _calling_use_case() -> str:
    """Name the use case on the call stack, for the message of a failed test."""
    frame: FrameType | None = sys._getframe()
    while frame is not None:
        module = str(frame.f_globals.get("__name__", ""))
        if module.startswith(_APPLICATION):
            return f" of {module.removeprefix(_APPLICATION)}"
        frame = frame.f_back
    return ""
