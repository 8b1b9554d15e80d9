"""Payments, webhook events and the sandbox ledger on both databases."""

from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from datetime import datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.payments.queries import SqlPaymentQueries
from novacart.adapters.persistence.payments.sandbox_ledger import SqlSandboxLedger
from novacart.adapters.persistence.unit_of_work import SqlUnitOfWorkFactory
from novacart.adapters.sandbox.gateway import SandboxGateway
from novacart.adapters.system.request_context import ContextVarRequestContexts
from novacart.application.payments.queries import RefundSummary
from novacart.application.ports.errors import StorageUnavailable
from novacart.domain.payments.lifecycle import DisputeStatus, RefundStatus
from novacart.domain.shared.ids import RefundId
from novacart.domain.shared.money import Money
from tests.support.builders.ordering import add_product
from tests.support.clock import SetClock
from tests.support.contracts.payment_gateway import (
    Bank,
    Customer,
    PaymentGatewayContract,
    refunded_payments,
    request_between,
)
from tests.support.contracts.payments import (
    PaymentsContract,
    a_full_payment,
    an_open_payment,
    placed_orders,
)
from tests.support.contracts.webhook_events import WebhookEventsContract


@pytest.fixture
def begin(database: Database) -> SqlUnitOfWorkFactory:
    return SqlUnitOfWorkFactory(database, ContextVarRequestContexts())


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def now(clock: SetClock) -> datetime:
    return clock.now()


class TestSqlPayments(PaymentsContract):
    pass


class TestSqlWebhookEvents(WebhookEventsContract):
    pass


class TestSandboxOnSql(PaymentGatewayContract):
    @pytest.fixture
    def gateway(self, database: Database, clock: SetClock) -> SandboxGateway:
        return SandboxGateway(ledger=SqlSandboxLedger(database), clock=clock)

    @pytest.fixture
    def customer(self, gateway: SandboxGateway) -> Customer:
        return _customer_of(gateway)

    @pytest.fixture
    def bank(self, gateway: SandboxGateway) -> Bank:
        def dispute(reference: str, status: DisputeStatus) -> None:
            gateway.dispute(reference, status)

        return dispute

    @pytest.fixture
    def write(self, begin: SqlUnitOfWorkFactory) -> Callable[[], None]:
        return partial(_write, begin)


def _customer_of(gateway: SandboxGateway) -> Customer:
    def pay(reference: str, *, succeed: bool) -> None:
        gateway.confirm(reference, succeed=succeed)

    return pay


def _write(begin: SqlUnitOfWorkFactory) -> None:
    with begin() as work:
        add_product(work)
        work.commit()


class _YieldsInsideATransaction(SandboxGateway):
    """Yields while a session of its ledger is open."""

    def changed_since(self, since: datetime) -> Generator[str, None, None]:
        with self._ledger.begin() as session:
            for refund in session.refunds_since(since):
                yield refund.payment


@pytest.fixture
def impatient(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """A database whose writers wait one second for a lock."""
    for engine in ("sqlite_engine", "postgresql_engine"):
        monkeypatch.setattr(f"novacart.adapters.persistence.{engine}.LOCK_TIMEOUT", 1)
    database = Database.connect(database_url)
    yield database
    database.dispose()


def test_list_that_yields_inside_a_transaction_blocks_requests(
    impatient: Database, clock: SetClock
) -> None:
    """Negative control of the contract: it fails for a list that holds a transaction."""
    begin = SqlUnitOfWorkFactory(impatient, ContextVarRequestContexts())
    gateway = _YieldsInsideATransaction(ledger=SqlSandboxLedger(impatient), clock=clock)
    refunded_payments(gateway, _customer_of(gateway))
    changed = gateway.changed_since(clock.now() - timedelta(hours=1))
    with pytest.raises(StorageUnavailable), closing(changed):
        request_between(changed, gateway, partial(_write, begin))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE payments SET refunded_minor = captured_minor + 1",
        "UPDATE payments SET refunded_minor = -1",
        "UPDATE payments SET captured_minor = captured_minor + 1",
        "UPDATE payments SET status = 'FAILED'",
        "UPDATE payments SET status = 'LOST'",
        "UPDATE payments SET amount_minor = 0",
        "UPDATE refunds SET amount_minor = 0",
        "UPDATE refunds SET status = 'LOST'",
        "UPDATE refund_parts SET quantity = -1",
        "UPDATE disputes SET status = 'LOVED'",
        "DELETE FROM refunds",
        "DELETE FROM payments",
    ],
)
def test_invalid_rows_violate_constraints(
    begin: SqlUnitOfWorkFactory, database: Database, statement: str
) -> None:
    (order,) = placed_orders(begin, "NC-20261102-7K3M9Q")
    with begin() as work:
        work.payments.add(a_full_payment(order))
        work.commit()
    with pytest.raises(IntegrityError), database.writing() as connection:
        connection.execute(text(statement))


def test_second_open_payment_of_an_order_violates_a_constraint(begin: SqlUnitOfWorkFactory) -> None:
    (order,) = placed_orders(begin, "NC-20261102-7K3M9Q")
    with begin() as work:
        work.payments.add(an_open_payment(order, id=1))
        work.commit()
    with pytest.raises(IntegrityError), begin() as work:
        work.payments.add(an_open_payment(order, id=2))


def test_refund_summary_shows_the_stored_refund(
    begin: SqlUnitOfWorkFactory, database: Database
) -> None:
    (order,) = placed_orders(begin, "NC-20261102-7K3M9Q")
    with begin() as work:
        work.payments.add(a_full_payment(order))
        work.commit()
    queries = SqlPaymentQueries(database)
    assert queries.refund(RefundId(601)) == RefundSummary(
        id=RefundId(601), amount=Money(150, "INR"), status=RefundStatus.FAILED
    )
    assert queries.refund(RefundId(1)) is None
