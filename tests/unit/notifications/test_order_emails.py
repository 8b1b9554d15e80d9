"""E-mails about orders and refunds: which are sent, once each, and their content."""

from collections.abc import Callable
from typing import Any

import pytest

from novacart.adapters.email.email_renderer import JinjaEmailRenderer
from novacart.adapters.email.formatting import day, money
from novacart.application.authorization.actor import SYSTEM
from novacart.application.notifications.order_mailer import OrderMailer
from novacart.application.notifications.send_order_emails import (
    SendCancellationEmail,
    SendConfirmationEmail,
    SendShippingEmail,
)
from novacart.application.notifications.send_refund_emails import (
    SendLatePaymentEmail,
    SendRefundEmail,
    SendRefundStartedEmail,
)
from novacart.application.ordering.fulfil_order import (
    ShipOrder,
    ShipOrderCommand,
    StartProcessing,
    StartProcessingCommand,
)
from novacart.application.ordering.start_checkout import StartCheckoutCommand
from novacart.application.payments.request_refund import RequestRefundCommand
from novacart.application.ports.errors import Unavailable
from novacart.application.ports.mailer import Mail
from novacart.domain.ordering.events import OrderCancelled, OrderConfirmed, OrderShipped
from novacart.domain.payments.events import LatePaymentReceived, RefundRequested, RefundSucceeded
from novacart.domain.shared.ids import OrderId
from novacart.domain.shared.money import Money
from tests.fakes.mailer import FakeMailer
from tests.fakes.payment_gateway import FakePaymentGateway
from tests.fakes.store import FakeStore
from tests.fakes.unit_of_work import FakeUnitOfWorkFactory
from tests.support.clock import SetClock
from tests.support.payments_fixture import AS_STAFF, PaymentsFixture, customer


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def store() -> FakeStore:
    return FakeStore()


@pytest.fixture
def provider(clock: SetClock) -> FakePaymentGateway:
    return FakePaymentGateway(clock)


@pytest.fixture
def payments(store: FakeStore, clock: SetClock, provider: FakePaymentGateway) -> PaymentsFixture:
    return PaymentsFixture(begin=FakeUnitOfWorkFactory(store), gateway=provider, clock=clock)


@pytest.fixture
def mailer() -> FakeMailer:
    return FakeMailer()


@pytest.fixture
def deliver(store: FakeStore, mailer: FakeMailer) -> Callable[[], list[Mail]]:
    """Handle every event twice, as the relay may, and return the e-mails sent so far."""
    order_mailer = OrderMailer(
        begin=FakeUnitOfWorkFactory(store),
        renderer=JinjaEmailRenderer(shop_name="Lanterns"),
        mailer=mailer,
    )
    handlers: dict[type, Callable[[Any], None]] = {
        OrderConfirmed: SendConfirmationEmail(mailer=order_mailer),
        OrderShipped: SendShippingEmail(mailer=order_mailer),
        OrderCancelled: SendCancellationEmail(mailer=order_mailer),
        RefundRequested: SendRefundStartedEmail(mailer=order_mailer),
        RefundSucceeded: SendRefundEmail(mailer=order_mailer),
        LatePaymentReceived: SendLatePaymentEmail(mailer=order_mailer),
    }

    def deliver() -> list[Mail]:
        for event in [*store.events, *store.events]:
            handler = handlers.get(type(event))
            if handler is not None:
                handler(event)
        return list(mailer.sent.values())

    return deliver


def pay_order(payments: PaymentsFixture, provider: FakePaymentGateway) -> StartCheckoutCommand:
    user_id, address_id = payments.customer()
    payments.fill_cart(user_id, {payments.product(price=1241): 2})
    command = StartCheckoutCommand(user_id=user_id, address_id=address_id)
    provider.pay(payments.check_out(command).reference)
    payments.run_reconciliation(force=True)
    return command


def only_order(store: FakeStore) -> OrderId:
    (order,) = store.orders.values()
    return order.id


def test_paid_order_is_confirmed_once(
    payments: PaymentsFixture,
    provider: FakePaymentGateway,
    deliver: Callable[[], list[Mail]],
    store: FakeStore,
) -> None:
    pay_order(payments, provider)
    (mail,) = deliver()
    order = payments.order(only_order(store))
    assert mail.message_id == f"{order.number}-confirmation"
    assert mail.to == "asha@example.com"
    assert order.number in mail.subject
    for content in (mail.text, mail.html):
        assert "₹2,482.00" in content
        assert order.lines[0].title in content
        assert "560001" in content
        assert day(order.estimated_delivery) in content


def test_shipped_order_is_announced_with_tracking_number(
    payments: PaymentsFixture,
    provider: FakePaymentGateway,
    deliver: Callable[[], list[Mail]],
    store: FakeStore,
) -> None:
    pay_order(payments, provider)
    order_id = only_order(store)
    StartProcessing(begin=payments.begin, clock=payments.clock, contexts=AS_STAFF)(
        StartProcessingCommand(staff=SYSTEM, order_id=order_id)
    )
    ShipOrder(begin=payments.begin, clock=payments.clock, contexts=AS_STAFF)(
        ShipOrderCommand(
            staff=SYSTEM, order_id=order_id, carrier="India Post", tracking_number="EE123456789IN"
        )
    )
    mail = deliver()[-1]
    assert mail.message_id.endswith("-shipped")
    assert "EE123456789IN" in mail.text
    assert "EE123456789IN" in mail.html


def test_cancelled_order_is_announced(
    payments: PaymentsFixture, deliver: Callable[[], list[Mail]]
) -> None:
    user_id, _ = payments.customer()
    payments.cancel_order(payments.place_order(user_id, {payments.product(): 1}))
    (mail,) = deliver()
    assert mail.message_id.endswith("-cancelled")
    assert "You were not charged" in mail.text


def test_replaced_order_is_not_announced(
    payments: PaymentsFixture, deliver: Callable[[], list[Mail]]
) -> None:
    user_id, address_id = payments.customer()
    command = StartCheckoutCommand(user_id=user_id, address_id=address_id)
    for _ in range(2):
        payments.fill_cart(user_id, {payments.product(): 1})
        payments.check_out(command)
    assert deliver() == []


def test_refund_is_announced_at_start_and_end(
    payments: PaymentsFixture,
    provider: FakePaymentGateway,
    deliver: Callable[[], list[Mail]],
    store: FakeStore,
) -> None:
    command = pay_order(payments, provider)
    order_id = only_order(store)
    payments.request_refund(
        RequestRefundCommand(actor=customer(command.user_id), order_id=order_id)
    )
    (refund,) = payments.payment(order_id).refunds
    mails = deliver()
    kinds = [mail.message_id.split("-", 3)[3] for mail in mails]
    assert kinds == ["confirmation", f"refund-{refund.id}-started", f"refund-{refund.id}-done"]
    assert all("₹2,482.00" in mail.text for mail in mails)


def test_late_payment_has_one_email(
    payments: PaymentsFixture, provider: FakePaymentGateway, deliver: Callable[[], list[Mail]]
) -> None:
    user_id, _ = payments.customer()
    order_id = payments.place_order(user_id, {payments.product(): 1})
    provider.pay(payments.intent(user_id, order_id).reference)
    payments.cancel_order(order_id)
    payments.run_reconciliation(force=True)
    payments.run_reconciliation(force=True)
    cancelled, late = deliver()
    assert cancelled.message_id.endswith("-cancelled")
    assert "late-payment" in late.message_id
    assert "₹100.00" in late.html


def test_unavailable_mail_server_raises_and_retry_sends(
    payments: PaymentsFixture,
    provider: FakePaymentGateway,
    deliver: Callable[[], list[Mail]],
    mailer: FakeMailer,
) -> None:
    pay_order(payments, provider)
    mailer.down = True
    with pytest.raises(Unavailable):
        deliver()
    mailer.down = False
    assert len(deliver()) == 1


@pytest.mark.parametrize(
    ("amount", "currency", "formatted"),
    [
        (124_100_00, "INR", "₹1,24,100.00"),
        (124_100, "USD", "$1,241.00"),
        (1241, "JPY", "¥1,241"),
        (-50, "INR", "-₹0.50"),
    ],
)
def test_amount_is_formatted_for_its_currency(amount: int, currency: str, formatted: str) -> None:
    assert money(Money(amount, currency)) == formatted
