"""E-mails about orders and refunds: which are sent, once each, and their content."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest
from babel import Locale

from novacart.adapters.email.email_renderer import JinjaEmailRenderer
from novacart.adapters.email.formatting import day
from novacart.adapters.security.order_link_tokens import HmacOrderLinkTokens
from novacart.application.authorization.actor import SYSTEM
from novacart.application.notifications.order_mailer import OrderMailer
from novacart.application.notifications.order_urls import OrderUrls
from novacart.application.notifications.send_order_emails import (
    SendCancellationEmail,
    SendConfirmationEmail,
    SendGoodsReceivedEmail,
    SendLineCancellationEmail,
    SendReturnEmail,
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
from novacart.application.ordering.order_factory import GuestContact
from novacart.application.ordering.start_checkout import StartCheckoutCommand
from novacart.application.payments.request_refund import RequestRefundCommand
from novacart.application.ports.errors import Unavailable
from novacart.application.ports.mailer import Mail
from novacart.domain.ordering.events import (
    OrderCancelled,
    OrderConfirmed,
    OrderLineCancelled,
    OrderReturned,
    OrderShipped,
    ReturnedGoodsReceived,
)
from novacart.domain.ordering.lifecycle import PaymentMethod
from novacart.domain.ordering.order import Order
from novacart.domain.payments.events import LatePaymentReceived, RefundRequested, RefundSucceeded
from novacart.domain.payments.lifecycle import RefundStatus
from novacart.domain.shared.ids import OrderId, UserId
from novacart.domain.shared.money import Money
from tests.fakes.mailed_orders import FakeMailedOrders
from tests.fakes.mailer import FakeMailer
from tests.fakes.payment_gateway import FakePaymentGateway
from tests.fakes.store import FakeStore
from tests.fakes.unit_of_work import FakeUnitOfWorkFactory
from tests.support.builders.ordering import ADDRESS, NOON, an_order, an_order_line
from tests.support.clock import SetClock
from tests.support.payments_fixture import AS_STAFF, PaymentsFixture, customer

LOCALE = Locale("en", "IN")
# Compiles each template once.
RENDERER = JinjaEmailRenderer(shop_name="Lanterns", shop_url="https://shop.example")


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
        orders=FakeMailedOrders(store),
        renderer=RENDERER,
        mailer=mailer,
        urls=OrderUrls(frontend_url="https://shop.example", tokens=HmacOrderLinkTokens("a secret")),
    )
    handlers: dict[type, Callable[[Any], None]] = {
        OrderConfirmed: SendConfirmationEmail(mailer=order_mailer),
        OrderShipped: SendShippingEmail(mailer=order_mailer),
        OrderCancelled: SendCancellationEmail(mailer=order_mailer),
        OrderLineCancelled: SendLineCancellationEmail(mailer=order_mailer),
        OrderReturned: SendReturnEmail(mailer=order_mailer),
        ReturnedGoodsReceived: SendGoodsReceivedEmail(mailer=order_mailer),
        RefundRequested: SendRefundStartedEmail(
            begin=FakeUnitOfWorkFactory(store), mailer=order_mailer
        ),
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
        assert day(order.estimated_delivery, LOCALE) in content


def place_guest_order(payments: PaymentsFixture) -> OrderId:
    contact = GuestContact(email="guest@example.com", address=ADDRESS)
    with payments.begin() as work:
        guest_id = UserId(work.ids.take()[0])
    return payments.place_order(guest_id, {payments.product(): 1}, contact=contact)


def test_guest_gets_confirmation_without_name_and_address(
    payments: PaymentsFixture, provider: FakePaymentGateway, deliver: Callable[[], list[Mail]]
) -> None:
    order = payments.order(place_guest_order(payments))
    provider.pay(payments.intent(order.user_id, order.id).reference)
    payments.run_reconciliation(force=True)
    (mail,) = deliver()
    assert (mail.to, mail.message_id) == ("guest@example.com", f"{order.number}-confirmation")
    for content in (mail.text, mail.html):
        assert ADDRESS.pincode not in content
        assert ADDRESS.name not in content


def test_guest_gets_no_mail_about_order_that_was_never_paid(
    payments: PaymentsFixture, deliver: Callable[[], list[Mail]]
) -> None:
    place_guest_order(payments)
    payments.clock.move(minutes=31)
    assert payments.expire_orders() == 1
    assert deliver() == []


@pytest.mark.parametrize("is_verified", [True, False])
def test_address_is_sent_to_a_verified_email_address_only(
    payments: PaymentsFixture,
    provider: FakePaymentGateway,
    deliver: Callable[[], list[Mail]],
    store: FakeStore,
    *,
    is_verified: bool,
) -> None:
    command = pay_order(payments, provider)
    with payments.begin() as work:
        user = work.users.get(command.user_id)
        order = work.orders.get(only_order(store))
        assert order.address is not None
        order.address = replace(
            order.address,
            name="Win at https://evil.example/prize",
            address="evil.example/prize " * 40,
            house_number="<a href='//evil.example'>12A</a>",
        )
        if is_verified:
            user.verify_email(at=payments.clock.now())
        work.users.save(user)
        work.orders.save(order)
        work.commit()
    (mail,) = deliver()
    for content in (mail.text, mail.html):
        assert ("560001" in content) == is_verified
        assert ("Win at" in content) == is_verified
        assert "evil.example" not in content
        assert "<a href='" not in content
        assert max(map(len, content.splitlines())) < 1000


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


def refund_in_full(payments: PaymentsFixture, user_id: UserId, order_id: OrderId) -> list[str]:
    """Request the refund and return the kinds of e-mails about it."""
    payments.request_refund(RequestRefundCommand(actor=customer(user_id), order_id=order_id))
    (refund,) = payments.payment(order_id).refunds
    return [f"refund-{refund.id}-started", f"refund-{refund.id}-done"]


def kinds(mails: Sequence[Mail]) -> list[str]:
    return [mail.message_id.split("-", 3)[3] for mail in mails]


def test_refund_that_takes_time_is_announced_at_start_and_end(
    payments: PaymentsFixture,
    provider: FakePaymentGateway,
    deliver: Callable[[], list[Mail]],
    store: FakeStore,
) -> None:
    command = pay_order(payments, provider)
    order_id = only_order(store)
    provider.refunds_begin = RefundStatus.PENDING
    started, done = refund_in_full(payments, command.user_id, order_id)
    assert kinds(deliver()) == ["confirmation", started]
    (refund,) = payments.payment(order_id).refunds
    reference = payments.payment(order_id).reference or ""
    provider.settle_refund(reference, refund.reference or "", RefundStatus.SUCCEEDED)
    payments.run_reconciliation(force=True)
    mails = deliver()
    assert kinds(mails) == ["confirmation", started, done]
    assert all("₹2,482.00" in mail.text for mail in mails)


def test_refund_that_succeeds_at_once_has_one_email(
    payments: PaymentsFixture,
    provider: FakePaymentGateway,
    deliver: Callable[[], list[Mail]],
    store: FakeStore,
) -> None:
    command = pay_order(payments, provider)
    _, done = refund_in_full(payments, command.user_id, only_order(store))
    assert kinds(deliver()) == ["confirmation", done]


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


def change_order(
    payments: PaymentsFixture, order_id: OrderId, change: Callable[[Order], object]
) -> None:
    with payments.begin() as work:
        order = work.orders.get(order_id)
        change(order)
        work.orders.save(order)
        work.commit()


def ship(order: Order) -> None:
    order.start_processing(at=NOON, actor="staff:1")
    order.ship(carrier="Post", tracking_number="P1", at=NOON, actor="staff:1")


def add_order(payments: PaymentsFixture, method: PaymentMethod) -> Order:
    """Add an order of 2 × ₹33.33 and 1 × ₹10.00; an online order is paid."""
    user_id, _ = payments.customer()
    order = an_order(
        an_order_line(11, product=1, price=Money(3333, "INR"), quantity=2),
        an_order_line(12, product=2, price=Money(1000, "INR")),
        user=user_id,
        method=method,
    )
    if method is PaymentMethod.ONLINE:
        order.pay(at=NOON, actor="stripe")
        order.collect_events()
    with payments.begin() as work:
        work.orders.add(order)
        work.commit()
    return order


def cancel_first_line(order: Order) -> None:
    order.cancel_line(order.lines[0].id, reason="no", at=NOON, actor="user:3")


def assert_lists_only_second_line(mail: Mail) -> None:
    for content in (mail.text, mail.html):
        assert "Product 2" in content
        assert "Product 1" not in content
        assert "₹66.66" not in content
        assert "₹76.66" not in content


def test_cod_shipment_asks_for_what_is_shipped(
    payments: PaymentsFixture, deliver: Callable[[], list[Mail]]
) -> None:
    order = add_order(payments, PaymentMethod.COD)
    change_order(payments, order.id, cancel_first_line)
    change_order(payments, order.id, ship)
    mail = deliver()[-1]
    assert "Please have ₹10.00 ready" in mail.text
    assert "Please have ₹10.00 ready" in mail.html
    assert_lists_only_second_line(mail)


def test_cod_confirmation_after_a_cancelled_line_asks_for_the_rest(
    payments: PaymentsFixture, store: FakeStore, deliver: Callable[[], list[Mail]]
) -> None:
    """The mail server may have been down until then."""
    user_id, address_id = payments.customer()
    payments.fill_cart(user_id, {payments.product(price=50): 1, payments.product(price=7): 1})
    payments.place(user_id, address_id, PaymentMethod.COD)
    change_order(payments, only_order(store), cancel_first_line)
    confirmation = deliver()[0]
    assert confirmation.message_id.endswith("-confirmation")
    assert "To be paid on delivery: ₹7.00" in confirmation.text
    assert "₹50.00" not in confirmation.text


def test_cod_order_that_is_cancelled_by_now_is_not_confirmed(
    payments: PaymentsFixture, store: FakeStore, deliver: Callable[[], list[Mail]]
) -> None:
    user_id, address_id = payments.customer()
    payments.fill_cart(user_id, {payments.product(price=50): 1})
    payments.place(user_id, address_id, PaymentMethod.COD)
    change_order(
        payments,
        only_order(store),
        lambda order: order.cancel(reason="no", at=NOON, actor="user:3"),
    )
    assert kinds(deliver()) == ["cancelled"]


def test_shipment_of_partly_refunded_order_lists_what_is_shipped(
    payments: PaymentsFixture, deliver: Callable[[], list[Mail]]
) -> None:
    order = add_order(payments, PaymentMethod.ONLINE)

    def refund_first_line(order: Order) -> None:
        items = [order.lines[0].refund_of(2)]
        order.request_refund(items, reason="no", at=NOON, actor="user:3")
        order.settle_refund(items, reason="no", at=NOON, actor="stripe")

    change_order(payments, order.id, refund_first_line)
    change_order(payments, order.id, ship)
    mail = deliver()[-1]
    assert mail.message_id.endswith("-shipped")
    assert_lists_only_second_line(mail)
    assert "ready to pay" not in mail.text


def test_cancelled_cod_line_is_announced_with_the_rest(
    payments: PaymentsFixture, deliver: Callable[[], list[Mail]]
) -> None:
    order = add_order(payments, PaymentMethod.COD)
    change_order(payments, order.id, cancel_first_line)
    (mail,) = deliver()
    assert kinds([mail]) == ["line-11-cancelled"]
    cancelled, rest = mail.text.split("Still in your order:")
    assert "2 x Product 1 (As it was): ₹66.66" in cancelled
    assert "1 x Product 2 (As it was): ₹10.00" in rest
    assert "To be paid on delivery: ₹10.00" in rest


def test_cancelling_the_last_line_announces_the_cancelled_order_only(
    payments: PaymentsFixture, deliver: Callable[[], list[Mail]]
) -> None:
    order = add_order(payments, PaymentMethod.COD)
    for line in order.lines:
        change_order(
            payments,
            order.id,
            lambda order, line=line: order.cancel_line(  # type: ignore[misc]
                line.id, reason="no", at=NOON, actor="user:3"
            ),
        )
    assert kinds(deliver()) == ["cancelled"]


def test_returned_order_is_announced(
    payments: PaymentsFixture, deliver: Callable[[], list[Mail]]
) -> None:
    order = add_order(payments, PaymentMethod.COD)
    change_order(payments, order.id, ship)
    change_order(
        payments,
        order.id,
        lambda order: order.return_undelivered(reason="refused", at=NOON, actor="staff:1"),
    )
    mail = deliver()[-1]
    assert kinds([mail]) == ["returned"]
    assert "you do not have to pay anything" in mail.text


def test_each_receipt_of_returned_items_is_announced(
    payments: PaymentsFixture, deliver: Callable[[], list[Mail]]
) -> None:
    order = add_order(payments, PaymentMethod.ONLINE)
    change_order(payments, order.id, ship)

    def refund_and_receive(order: Order) -> None:
        items = [order.lines[0].refund_of(1)]
        order.request_refund(items, reason="no", at=NOON, actor="user:3")
        order.settle_refund(items, reason="no", at=NOON, actor="stripe")
        order.receive_returned([], reason="back", at=NOON)

    for _ in range(2):
        change_order(payments, order.id, refund_and_receive)
    mails = deliver()
    assert kinds(mails) == ["shipped", "received-1", "received-2"]
    assert "1 x Product 1 (As it was): ₹33.33" in mails[1].text


@pytest.mark.parametrize(
    ("verified", "email", "greeting"),
    [
        (True, "asha@example.com", "Hello Asha,"),
        (False, "asha@example.com", "Hello,"),
        (True, "earlier@example.com", "Hello,"),
    ],
)
def test_customer_is_addressed_by_name_at_a_verified_address(
    payments: PaymentsFixture,
    deliver: Callable[[], list[Mail]],
    *,
    verified: bool,
    email: str,
    greeting: str,
) -> None:
    order = add_order(payments, PaymentMethod.COD)
    with payments.begin() as work:
        user = work.users.get(order.user_id)
        user.first_name = "Asha"
        user.email_verified_at = NOON if verified else None
        work.users.save(user)
        work.commit()
    change_order(payments, order.id, lambda order: setattr(order, "email", email))
    change_order(payments, order.id, ship)
    mail = deliver()[-1]
    assert mail.text.startswith(greeting)
    assert f">{greeting}<" in mail.html


def test_every_email_links_to_its_order(
    payments: PaymentsFixture, deliver: Callable[[], list[Mail]]
) -> None:
    order = add_order(payments, PaymentMethod.COD)
    change_order(payments, order.id, cancel_first_line)
    change_order(payments, order.id, ship)
    mails = deliver()
    assert len(mails) == 2
    for mail in mails:
        assert f"https://shop.example/orders/{order.id}\n" in mail.text
        assert f'href="https://shop.example/orders/{order.id}"' in mail.html


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
