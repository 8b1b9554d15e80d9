"""A shop as it is put together, on trial: a crowd acts at once, and then it is judged."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from injector import Injector, Module, provider, singleton

from novacart.adapters.persistence.audit.reader import SqlAuditReader
from novacart.adapters.persistence.database import Database
from novacart.application.audit.audit_shop import AuditShop
from novacart.application.audit.invariants import AUDIT_LOG, INVARIANTS
from novacart.application.ports.mailer import Mail
from novacart.application.ports.payment_gateway import PaymentGateway, ProviderReport
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.ordering.history import ChangeSubject
from novacart.domain.shared.ids import OrderId
from novacart.entrypoints.container import build_container, build_relay
from novacart.entrypoints.settings import Settings, load_settings
from tests.fakes.mailer import FakeMailer
from tests.fakes.payment_gateway import FakePaymentGateway
from tests.support.accounts import CheapPasswords, ClockAt, MailTo
from tests.support.clock import SetClock
from tests.support.payments_fixture import SECRET, PaymentDesk
from tests.support.races import RaceSettings, run_race
from tests.support.stripe_objects import BEGINNING

T = TypeVar("T")


class OnDatabase(Module):
    """The shop on a database that the test has opened."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @provider
    @singleton
    def database(self) -> Database:
        return self._database


class PaidThrough(Module):
    def __init__(self, gateway: PaymentGateway) -> None:
        self._gateway = gateway

    @provider
    @singleton
    def gateway(self) -> PaymentGateway:
        return self._gateway


def trial_settings(var: Path) -> Settings:
    environ = {
        "SECRET_KEY": "a-key-of-the-tests-alone-0123456789",
        "VAR_DIR": str(var),
        "STRIPE_WEBHOOK_SECRET": SECRET,
        "RATELIMIT_ENABLED": "False",
    }
    return load_settings(environ, dotenv=var / "no.env")


class Trial:
    """The shop's own parts, around a database, a provider, a mail server and a clock of ours.

    `desk` is what customers, staff and the provider do; `settle` is what the worker does
    afterwards. Judgement is passed by the shop's own audit, the provider's books included.
    """

    def __init__(self, injector: Injector, world: "World", race_settings: RaceSettings) -> None:
        self.injector = injector
        self.race_settings = race_settings
        self.database = world.database
        self.provider = world.provider
        self.mailer = world.mailer
        self.clock = world.clock
        self.desk = PaymentDesk(
            begin=injector.get(UnitOfWorkFactory),  # type: ignore[type-abstract]
            gateway=world.provider,
            clock=world.clock,
        )

    def run_concurrently(self, acts: Sequence[Callable[[], T]]) -> list[T | Exception]:
        """Run a race with the trial's settings; return each result or error.

        Whoever is told to come again, having waited too long for his turn, comes again.
        """
        return run_race(self.race_settings, self.database, acts)

    def work(self) -> None:
        """React to whatever was committed, until nothing is left."""
        relay = build_relay(self.injector)
        while relay() is not None:
            pass

    def settle(self) -> None:
        """Let the worker go through all that it does by itself, until nothing is left."""
        self.desk.expire_orders()
        self.desk.handle_events()
        self.work()
        self.desk.reconciled(force=True)
        self.work()

    def assert_sound(self, *, settled: bool = True) -> None:
        """Everything settles by itself, and then every invariant holds."""
        if settled:
            self.settle()
        report = self.injector.get(AuditShop)()
        broken = [
            f"{finding.invariant.name}: {said}"
            for finding in report.findings
            for said in finding.result.violations
        ]
        assert not broken, "\n".join(broken)
        assert "the provider's records agree" in report.provider

    @property
    def net_at_provider(self) -> int:
        """Captures less refunds in minor units, by the provider's own books."""
        return sum(self.provider.net_captured().values())

    def intents(self) -> list[ProviderReport]:
        """Every payment that was ever opened at the provider."""
        return list(self.provider.payments_since(BEGINNING))

    def moves(self, order_id: OrderId) -> list[str]:
        """The statuses that the order went through, as its history tells."""
        history = self.desk.order(order_id).history
        return [change.after for change in history if change.subject is ChangeSubject.ORDER]

    def letters(self, order_id: OrderId) -> Mapping[str, int]:
        """How many letters of each kind the customer was sent about the order."""
        number = self.desk.order(order_id).number
        kinds: dict[str, int] = {}
        for message_id in self.mailer.delivered:
            if message_id.startswith(number):
                kind = message_id.removeprefix(f"{number}-")
                kinds[kind] = kinds.get(kind, 0) + 1
        return kinds


class CountingMailer(FakeMailer):
    """Keeps each delivery, where the mailer of memory keeps each message once."""

    def __init__(self) -> None:
        super().__init__()
        self.delivered: list[str] = []

    def send(self, mail: Mail) -> None:
        super().send(mail)
        self.delivered.append(mail.message_id)


class World:
    """What surrounds a shop on trial."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.clock = SetClock()
        self.provider = FakePaymentGateway(self.clock)
        self.mailer = CountingMailer()

    def modules(self) -> tuple[Module, ...]:
        return (
            CheapPasswords(),
            ClockAt(self.clock),
            MailTo(self.mailer),
            OnDatabase(self.database),
            PaidThrough(self.provider),
        )


def on_trial(database: Database, race_settings: RaceSettings, var: Path) -> Trial:
    world = World(database)
    return Trial(build_container(trial_settings(var), *world.modules()), world, race_settings)


def contradictions(database: Database, *, at: datetime) -> list[str]:
    """What the audit finds in the database alone."""
    books = SqlAuditReader(database)
    return [
        f"{invariant.name}: {said}"
        for invariant in INVARIANTS
        if invariant is not AUDIT_LOG
        for said in books.check(invariant.number, now=at).violations
    ]
