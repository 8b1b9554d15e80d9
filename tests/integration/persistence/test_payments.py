"""Payments, events and the sandbox's books in both databases."""

from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.payments.queries import SqlPaymentQueries
from novacart.adapters.persistence.payments.sandbox_ledger import SqlSandboxLedger
from novacart.adapters.persistence.unit_of_work import SqlUnitOfWorkFactory
from novacart.adapters.sandbox.gateway import SandboxGateway
from novacart.adapters.system.request_context import ContextVarRequestContexts
from novacart.domain.shared.ids import OrderId, RefundId
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
        return SandboxGateway(books=SqlSandboxLedger(database), clock=clock)

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
def test_the_database_itself_refuses_what_can_not_be(
    begin: SqlUnitOfWorkFactory, database: Database, statement: str
) -> None:
    (order,) = placed_orders(begin, "NC-20261102-7K3M9Q")
    with begin() as work:
        work.payments.add(a_full_payment(order))
        work.commit()
    with pytest.raises(IntegrityError), database.writing() as connection:
        connection.execute(text(statement))


def test_an_order_has_one_payment_that_is_not_cancelled(begin: SqlUnitOfWorkFactory) -> None:
    (order,) = placed_orders(begin, "NC-20261102-7K3M9Q")
    with begin() as work:
        work.payments.add(an_open_payment(order, id=1))
        work.commit()
    with pytest.raises(IntegrityError), begin() as work:
        work.payments.add(an_open_payment(order, id=2))


def test_staff_see_refunds_and_disputes(begin: SqlUnitOfWorkFactory, database: Database) -> None:
    (order,) = placed_orders(begin, "NC-20261102-7K3M9Q")
    with begin() as work:
        work.payments.add(a_full_payment(order))
        work.commit()
    queries = SqlPaymentQueries(database)
    shown: Any = queries.refund(RefundId(601))
    assert (shown.status, shown.amount.amount, shown.order_id) == ("FAILED", 150, order.id)
    assert queries.refunds_of(order.id) == [shown]
    assert queries.refunds_of(OrderId(1)) == []
    assert queries.refund(RefundId(1)) is None
    assert [one.reference for one in queries.disputes(limit=5)] == ["dp_1"]
    assert queries.events_to_see(limit=5) == []
