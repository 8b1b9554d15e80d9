"""The wired application on a test's database, for races over use cases."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from injector import Injector, Module, provider, singleton

from novacart.adapters.persistence.audit.reader import SqlAuditReader
from novacart.adapters.persistence.database import Database
from novacart.application.audit.audit_shop import AuditReport, AuditShop
from novacart.application.audit.invariants import AUDIT_LOG, INVARIANTS
from novacart.application.ports.mailer import Mail
from novacart.application.ports.payment_gateway import PaymentGateway
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.ordering.history import ChangeSubject
from novacart.domain.payments.reports import ProviderReport
from novacart.domain.shared.ids import OrderId
from novacart.entrypoints.container import build_container, build_relay
from novacart.entrypoints.settings import Settings, load_settings
from tests.fakes.mailer import FakeMailer
from tests.fakes.payment_gateway import FakePaymentGateway
from tests.support.accounts import CheapPasswords, ClockAt, MailTo
from tests.support.clock import SetClock
from tests.support.payments_fixture import SECRET, PaymentsFixture
from tests.support.races import Timing, run_with_timing
from tests.support.stripe_objects import BEGINNING

T = TypeVar("T")


class DatabaseModule(Module):
    def __init__(self, database: Database) -> None:
        self._database = database

    @provider
    @singleton
    def database(self) -> Database:
        return self._database


class GatewayModule(Module):
    def __init__(self, gateway: PaymentGateway) -> None:
        self._gateway = gateway

    @provider
    @singleton
    def gateway(self) -> PaymentGateway:
        return self._gateway


class RecordingMailer(FakeMailer):
    """Records every delivery; `FakeMailer` keeps one mail for each message id."""

    def __init__(self) -> None:
        super().__init__()
        self.delivered: list[str] = []

    def send(self, mail: Mail) -> None:
        super().send(mail)
        self.delivered.append(mail.message_id)


class FakeServices:
    """Fake clock, payment provider and mailer, and the test's real database."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.clock = SetClock()
        self.provider = FakePaymentGateway(self.clock)
        self.mailer = RecordingMailer()

    def modules(self) -> tuple[Module, ...]:
        return (
            CheapPasswords(),
            ClockAt(self.clock),
            MailTo(self.mailer),
            DatabaseModule(self.database),
            GatewayModule(self.provider),
        )


class RaceHarness:
    """The wired application, its fakes, and the checks that follow a race.

    `payments` runs what customers, staff and the provider do; `settle` runs the worker's jobs.
    """

    def __init__(self, injector: Injector, services: FakeServices, timing: Timing) -> None:
        self.injector = injector
        self.timing = timing
        self.database = services.database
        self.provider = services.provider
        self.mailer = services.mailer
        self.clock = services.clock
        self.payments = PaymentsFixture(
            begin=injector.get(UnitOfWorkFactory),  # type: ignore[type-abstract]
            gateway=services.provider,
            clock=services.clock,
        )

    def run_concurrently(self, calls: Sequence[Callable[[], T]]) -> list[T | Exception]:
        return run_with_timing(self.timing, self.database, calls)

    def work(self) -> None:
        """Dispatch outbox messages until none is left."""
        relay = build_relay(self.injector)
        while relay():
            pass

    def settle(self) -> None:
        """Run the worker's payment and order jobs once, and dispatch all outbox messages."""
        self.payments.expire_orders()
        self.payments.process_events()
        self.work()
        self.payments.run_reconciliation(force=True)
        self.work()

    def assert_invariants_hold(self, *, settled: bool = True) -> None:
        """Settle (unless told not to), then audit the shop against the provider's ledger."""
        if settled:
            self.settle()
        report = self.injector.get(AuditShop)()
        violations = violations_of(report)
        assert not violations, "\n".join(violations)
        assert "the provider's records agree" in report.provider

    @property
    def net_captured(self) -> int:
        """Captures less refunds in minor units, from the provider's ledger."""
        return sum(self.provider.net_captured().values())

    def intents(self) -> list[ProviderReport]:
        """Return every payment that exists at the provider."""
        return list(self.provider.payments_since(BEGINNING))

    def status_changes(self, order_id: OrderId) -> list[str]:
        """Return the statuses in the order's history, without its first."""
        history = self.payments.order(order_id).history
        return [change.after for change in history if change.subject is ChangeSubject.ORDER]

    def emails(self, order_id: OrderId) -> Mapping[str, int]:
        """Count the deliveries about the order by kind of e-mail."""
        number = self.payments.order(order_id).number
        kinds: dict[str, int] = {}
        for message_id in self.mailer.delivered:
            if message_id.startswith(number):
                kind = message_id.removeprefix(f"{number}-")
                kinds[kind] = kinds.get(kind, 0) + 1
        return kinds


def race_settings(var: Path) -> Settings:
    environ = {
        "SECRET_KEY": "a-key-of-the-tests-alone-0123456789",
        "VAR_DIR": str(var),
        "STRIPE_WEBHOOK_SECRET": SECRET,
        "RATELIMIT_ENABLED": "False",
    }
    return load_settings(environ, dotenv=var / "no.env")


def build_race(database: Database, timing: Timing, var: Path) -> RaceHarness:
    services = FakeServices(database)
    container = build_container(race_settings(var), *services.modules())
    return RaceHarness(container, services, timing)


def violations_of(report: AuditReport) -> list[str]:
    return [
        f"{finding.invariant.name}: {violation}"
        for finding in report.findings
        for violation in finding.result.violations
    ]


def database_violations(database: Database, *, at: datetime) -> list[str]:
    """Audit the database alone; the hash chain of the audit log is left out."""
    reader = SqlAuditReader(database)
    return [
        f"{invariant.name}: {violation}"
        for invariant in INVARIANTS
        if invariant is not AUDIT_LOG
        for violation in reader.check(invariant.number, now=at).violations
    ]
