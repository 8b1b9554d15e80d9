"""Payments, webhook events and the sandbox ledger on both databases."""

from datetime import datetime

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
from novacart.domain.payments.lifecycle import RefundStatus
from novacart.domain.shared.ids import RefundId
from novacart.domain.shared.money import Money
from tests.support.clock import SetClock
from tests.support.contracts.payment_gateway import Customer, PaymentGatewayContract
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
        def pay(reference: str, *, succeed: bool) -> None:
            gateway.confirm(reference, succeed=succeed)

        return pay


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
