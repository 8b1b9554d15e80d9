"""The letters about orders and money: who gets which, once, and what stands in them."""

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
def tell(store: FakeStore, mailer: FakeMailer) -> Callable[[], list[Mail]]:
    """Hand every event so far to its letter, twice, as a relay may; the mails sent."""
    post = OrderMailer(
        begin=FakeUnitOfWorkFactory(store),
        letters=JinjaEmailRenderer(shop_name="Lanterns"),
        mailer=mailer,
    )
    event_handlers: dict[type, Callable[[Any], None]] = {
        OrderConfirmed: SendConfirmationEmail(post=post),
        OrderShipped: SendShippingEmail(post=post),
        OrderCancelled: SendCancellationEmail(post=post),
        RefundRequested: SendRefundStartedEmail(post=post),
        RefundSucceeded: SendRefundEmail(post=post),
        LatePaymentReceived: SendLatePaymentEmail(post=post),
    }

    def tell() -> list[Mail]:
        for event in [*store.events, *store.events]:
            react = event_handlers.get(type(event))
            if react is not None:
                react(event)
        return list(mailer.sent.values())

    return tell


def _paid(payments: PaymentsFixture, provider: FakePaymentGateway) -> StartCheckoutCommand:
    user_id, address_id = payments.customer()
    payments.fill_cart(user_id, {payments.product(price=1241): 2})
    command = StartCheckoutCommand(user_id=user_id, address_id=address_id)
    provider.pay(payments.check_out(command).reference)
    payments.run_reconciliation(force=True)
    return command


def _order_id(store: FakeStore) -> Any:  # noqa: ANN401 (whichever order there is)
    return next(iter(store.orders.values())).id


def test_a_paid_order_is_confirmed_once(
    payments: PaymentsFixture,
    provider: FakePaymentGateway,
    tell: Callable[[], list[Mail]],
    store: FakeStore,
) -> None:
    _paid(payments, provider)
    (mail,) = tell()
    order = payments.order(_order_id(store))
    assert mail.message_id == f"{order.number}-confirmation"
    assert mail.to == "asha@example.com"
    assert order.number in mail.subject
    for body in (mail.text, mail.html):
        assert "₹2,482.00" in body
        assert order.lines[0].title in body
        assert "560001" in body
        assert day(order.estimated_delivery) in body


def test_a_parcel_is_announced_with_its_number(
    payments: PaymentsFixture,
    provider: FakePaymentGateway,
    tell: Callable[[], list[Mail]],
    store: FakeStore,
) -> None:
    _paid(payments, provider)
    order_id = _order_id(store)
    StartProcessing(begin=payments.begin, clock=payments.clock, contexts=AS_STAFF)(
        StartProcessingCommand(staff=SYSTEM, order_id=order_id)
    )
    ShipOrder(begin=payments.begin, clock=payments.clock, contexts=AS_STAFF)(
        ShipOrderCommand(
            staff=SYSTEM, order_id=order_id, carrier="India Post", tracking_number="EE123456789IN"
        )
    )
    mail = tell()[-1]
    assert mail.message_id.endswith("-shipped")
    assert "EE123456789IN" in mail.text
    assert "EE123456789IN" in mail.html


def test_a_cancelled_order_is_told_of(
    payments: PaymentsFixture, tell: Callable[[], list[Mail]]
) -> None:
    user_id, _ = payments.customer()
    payments.cancel_order(payments.place_order(user_id, {payments.product(): 1}))
    (mail,) = tell()
    assert mail.message_id.endswith("-cancelled")
    assert "Nothing was charged" in mail.text


def test_an_order_that_another_replaced_is_not_told_of(
    payments: PaymentsFixture, tell: Callable[[], list[Mail]]
) -> None:
    user_id, address_id = payments.customer()
    command = StartCheckoutCommand(user_id=user_id, address_id=address_id)
    for _ in range(2):
        payments.fill_cart(user_id, {payments.product(): 1})
        payments.check_out(command)
    assert tell() == []


def test_a_refund_is_told_of_when_it_starts_and_when_it_is_done(
    payments: PaymentsFixture,
    provider: FakePaymentGateway,
    tell: Callable[[], list[Mail]],
    store: FakeStore,
) -> None:
    command = _paid(payments, provider)
    payments.request_refund(
        RequestRefundCommand(actor=customer(command.user_id), order_id=_order_id(store))
    )
    (refund,) = payments.payment(_order_id(store)).refunds
    kinds = [mail.message_id.split("-", 3)[3] for mail in tell()]
    assert kinds == ["confirmation", f"refund-{refund.id}-started", f"refund-{refund.id}-done"]
    assert all("₹2,482.00" in mail.text for mail in tell())


def test_late_money_has_one_letter_of_its_own(
    payments: PaymentsFixture, provider: FakePaymentGateway, tell: Callable[[], list[Mail]]
) -> None:
    user_id, _ = payments.customer()
    order_id = payments.place_order(user_id, {payments.product(): 1})
    provider.pay(payments.intent(user_id, order_id).reference)
    payments.cancel_order(order_id)
    payments.run_reconciliation(force=True)
    payments.run_reconciliation(force=True)
    cancelled, late = tell()
    assert cancelled.message_id.endswith("-cancelled")
    assert "late-payment" in late.message_id
    assert "₹100.00" in late.html


def test_a_mail_server_that_is_down_is_tried_again(
    payments: PaymentsFixture,
    provider: FakePaymentGateway,
    tell: Callable[[], list[Mail]],
    mailer: FakeMailer,
) -> None:
    _paid(payments, provider)
    mailer.down = True
    with pytest.raises(Unavailable):
        tell()
    mailer.down = False
    assert len(tell()) == 1


@pytest.mark.parametrize(
    ("amount", "currency", "shown"),
    [
        (124_100_00, "INR", "₹1,24,100.00"),
        (124_100, "USD", "$1,241.00"),
        (1241, "JPY", "¥1,241"),
        (-50, "INR", "-₹0.50"),
    ],
)
def test_amounts_look_as_their_currency_does(amount: int, currency: str, shown: str) -> None:
    assert money(Money(amount, currency)) == shown
