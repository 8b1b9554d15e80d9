"""A shop whose processes die, in the world that outlives them.

Every commit to the database, every request to the payment provider and every mail passes a
point before and after it takes effect, whatever code brings it about: a new one is found
without being listed.
"""

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
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
from novacart.adapters.stripe.http_client import Answer, BoundedClient
from novacart.application.audit.audit_shop import AuditShop
from novacart.application.ports.job_lock import JobLock
from novacart.application.ports.mailer import Mail
from novacart.application.ports.outbox import Outbox, OutboxMessage
from novacart.application.ports.payment_gateway import PaymentGateway
from novacart.application.relay import Relay
from novacart.entrypoints.container import all_schedules, build_container, build_relay
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

_APPLICATION = "novacart.application."


class MortalShop:
    """Web and worker, which both end when one point is reached, and what they can't lose.

    `naive` parts take the place of the shop's own, to show what becomes of it with them.
    """

    def __init__(
        self,
        database_url: str,
        stripe: FakeStripe,
        var: Path,
        naive: "Iterable[Callable[[MortalShop], Module]]" = (),
    ) -> None:
        self.stripe = stripe
        self.clock = SetClock(datetime.now(UTC).replace(microsecond=0))
        self.turns = FakeJobLock()
        self.mailer = _Postbox(self)
        self.points = CrashPoints()
        self.died_at: str | None = None
        self._settings = load_settings(
            {
                "SECRET_KEY": "a-key-of-the-tests-alone-0123456789",
                "DATABASE_URL": database_url,
                "VAR_DIR": str(var),
                "STRIPE_SECRET_KEY": API_KEY,
                "STRIPE_WEBHOOK_SECRET": WEBHOOK_SECRET,
                "RATELIMIT_ENABLED": "False",
                "ACCESS_TOKEN_LIFETIME": "10000",
            },
            dotenv=var / "no.env",
        )
        self._modules = (
            CheapPasswords(),
            ClockAt(self.clock),
            MailTo(self.mailer),
            _Mortal(self),
            *(part(self) for part in naive),
        )
        self._app: Flask = create_app(self._settings, *self._modules)
        self._worker: tuple[Worker, Relay, Database] | None = None

    @property
    def client(self) -> FlaskClient:
        return self._app.test_client()

    @property
    def injector(self) -> Injector:
        found: Injector = self._app.extensions["novacart.injector"]
        return found

    def gateway(self) -> StripeGateway:
        return StripeGateway(
            secret_key=API_KEY,
            publishable_key="pk_test_of_the_shop",
            clock=self.clock,
            api_base=self.stripe.url,
            http_client=_MortalClient(self),
        )

    # -- life and death ----------------------------------------------------------------------

    def reach(self, name: str) -> None:
        """Die here, if this is the point."""
        self.points.reach(f"{name}{_whose()}")

    def live(self) -> None:
        """Whoever is dead does nothing more."""
        if self.points.at is not None and len(self.points.passed) > self.points.at:
            raise Crash

    def doom(self, at: int | None) -> None:
        """Die at the point number `at` from now on; never where it is None."""
        self.points = CrashPoints(at)
        self.died_at = None

    def restart(self) -> None:
        """Start all processes anew: what stood in memory, connections included, is gone."""
        self.died_at = self.points.passed[-1]
        self.points = CrashPoints()
        self.injector.get(Database).dispose()
        self._stop_worker()

    def close(self) -> None:
        self.injector.get(Database).dispose()
        self._stop_worker()

    # -- time, and what goes on in it --------------------------------------------------------

    def wait(self, seconds: float) -> None:
        self.clock.move(seconds=seconds)
        self.agree_on_time()

    def agree_on_time(self) -> None:
        """The provider's clock goes on by itself; ours does not."""
        self.stripe.clock(int((self.clock.now() - datetime.now(UTC)).total_seconds()))

    def work(self) -> None:
        """The worker goes through what is due, until nothing is left; started again if it dies."""
        while True:
            try:
                worker, relay, _ = self._worker = self._worker or self._started_worker()
                worker.run_due_schedules()
                while relay() is not None:
                    pass
            except Crash:
                self.restart()
            else:
                return

    def minute(self) -> None:
        """A minute of the worker."""
        for _ in range(4):
            self.wait(15)
            self.work()

    # -- what is left ------------------------------------------------------------------------

    def contradictions(self) -> list[str]:
        """What the shop's own audit finds, the provider's books included."""
        report = self.injector.get(AuditShop)()
        found = [
            f"{finding.invariant.name}: {said}"
            for finding in report.findings
            for said in finding.result.violations
        ]
        return found if "could not be reached" not in report.provider else [report.provider]

    def waiting(self) -> list[str]:
        """The messages that are still to be handled, and what went wrong with them."""
        statement = "SELECT name, last_error FROM outbox_messages WHERE state <> 'handled'"
        with self.injector.get(Database).reading() as connection:
            return [f"{name}: {error}" for name, error in connection.exec_driver_sql(statement)]

    def stored_events(self) -> int:
        """How many of the provider's events were ever taken in."""
        with self.injector.get(Database).reading() as connection:
            found = connection.exec_driver_sql("SELECT count(*) FROM webhook_events")
            return int(found.scalar_one())

    def parked(self) -> Sequence[OutboxMessage]:
        return self.injector.get(Outbox).parked()  # type: ignore[type-abstract]

    def retry_parked(self) -> None:
        """As staff do, once the trouble is mended."""
        self.injector.get(Outbox).retry(at=self.clock.now())  # type: ignore[type-abstract]
        self.work()

    def _started_worker(self) -> tuple[Worker, Relay, Database]:
        container = build_container(self._settings, *self._modules)
        relay = build_relay(container)
        worker = Worker(
            relay=relay,
            schedules=all_schedules(container),
            turns=self.turns,
            clock=self.clock,
        )
        return worker, relay, container.get(Database)

    def _stop_worker(self) -> None:
        if self._worker is not None:
            self._worker[2].dispose()
            self._worker = None


class _Mortal(Module):
    """The ways out of the process, each past its points."""

    def __init__(self, shop: MortalShop) -> None:
        self._shop = shop

    @provider
    @singleton
    def database(self) -> Database:
        shop = self._shop
        database = Database.connect(shop._settings.database_url)
        commit = database.engine.dialect.do_commit

        def do_commit(connection: Any) -> None:  # noqa: ANN401 (the driver's own)
            shop.reach("before commit")
            commit(connection)
            shop.reach("after commit")

        database.engine.dialect.do_commit = do_commit  # type: ignore[assignment,method-assign]
        event.listen(database.engine, "before_cursor_execute", lambda *_: shop.live())
        if database.dialect == "sqlite":
            # The machine outlives these processes, so nothing need reach the disk.
            event.listen(database.engine, "connect", _stay_in_memory)
        return database

    @provider
    @singleton
    def gateway(self) -> PaymentGateway:
        return self._shop.gateway()

    @provider
    @singleton
    def turns(self) -> JobLock:
        return self._shop.turns


class _MortalClient(BoundedClient):
    def __init__(self, shop: MortalShop) -> None:
        # Quicker to give up than the shop, so that a test of an outage need not wait.
        super().__init__(budget=4.0, attempt=1.5, pause=0.02)
        self._shop = shop

    def request_with_retries(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        post_data: Any = None,  # noqa: ANN401 (the library's own signature)
        max_network_retries: int | None = None,
        *,
        _usage: list[str] | None = None,
    ) -> Answer:
        path = url.partition("/v1/")[2].partition("?")[0].partition("/")[0]
        self._shop.reach(f"before {method} {path}")
        answer = super().request_with_retries(method, url, headers, post_data, max_network_retries)
        self._shop.reach(f"after {method} {path}")
        return answer


class _Postbox(FakeMailer):
    """Keeps each delivery, beside each message once."""

    def __init__(self, shop: MortalShop) -> None:
        super().__init__()
        self._shop = shop
        self.delivered: list[str] = []

    def send(self, mail: Mail) -> None:
        self._shop.reach("before mail")
        super().send(mail)
        self.delivered.append(mail.message_id)
        self._shop.reach("after mail")


def _stay_in_memory(connection: Any, _record: object) -> None:  # noqa: ANN401 (the driver's own)
    connection.execute("PRAGMA synchronous = OFF")


def _whose() -> str:
    """The use case that is at work, for whoever reads of a failure."""
    frame: FrameType | None = sys._getframe()
    while frame is not None:
        module = str(frame.f_globals.get("__name__", ""))
        if module.startswith(_APPLICATION):
            return f" of {module.removeprefix(_APPLICATION)}"
        frame = frame.f_back
    return ""
