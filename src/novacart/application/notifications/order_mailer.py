"""Sender of emails about an order."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Protocol

from novacart.application.notifications.order_urls import OrderUrls
from novacart.application.ports.email_renderer import EmailRenderer
from novacart.application.ports.mailed_orders import MailedOrder, MailedOrders
from novacart.application.ports.mailer import Mail, Mailer
from novacart.domain.accounts.user import User
from novacart.domain.ordering.address import ShippingAddress
from novacart.domain.ordering.lifecycle import PaymentMethod
from novacart.domain.ordering.line import OrderLine
from novacart.domain.ordering.order import Order
from novacart.domain.shared.ids import OrderId
from novacart.domain.shared.money import Money
from novacart.domain.shared.personal_text import strip_links


@dataclass(frozen=True, slots=True, kw_only=True)
class MailLine:
    """Units of an order line, at their price when the order was placed.

    `options` are the values of the variant on one line.
    """

    title: str
    options: str
    subtitle: str
    quantity: int
    total: Money


class OrderEventData(Protocol):
    """Members of the events of orders and of payments."""

    @property
    def order_id(self) -> int: ...


class OrderMailer:
    """Render a template for an order and send it to the address the order was placed with.

    Templates get the customer's name and postal address only if that address is verified, and
    then without links: an unverified address may belong to another person, and the text would reach
    them as the shop's own words.
    """

    def __init__(
        self, *, orders: MailedOrders, renderer: EmailRenderer, mailer: Mailer, urls: OrderUrls
    ) -> None:
        self._orders = orders
        self._urls = urls
        self._renderer = renderer
        self._mailer = mailer

    def load(self, event: OrderEventData) -> MailedOrder:
        """Load the event's order and its customer. Raises `OrderNotFound`."""
        return self._orders.get(OrderId(event.order_id))

    def send(self, mailed: MailedOrder, template: str, *, kind: str, **context: object) -> None:
        """Send the email; `context` is added to the order's data.

        The Message-ID consists of the order number and `kind`, so that a repeated email is
        the same message. Raises as `Mailer`.
        """
        order, customer = mailed.order, mailed.customer
        verified = _verified_customer(order, customer)
        email = self._renderer.render(
            template,
            {
                "order_url": self._urls.of(order),
                "number": order.number,
                "name": _name(verified) if verified else None,
                "total": order.total,
                "due": order.due_on_delivery,
                "paid_online": order.payment_method is PaymentMethod.ONLINE,
                "lines": _mail_lines((line, line.quantity) for line in order.lines),
                "remaining_lines": _mail_lines((line, line.units.quantity) for line in order.lines),
                "shipped_lines": _mail_lines((line, line.shipped_quantity) for line in order.lines),
                "address": _without_links(order.address) if verified else None,
                "delivery": order.estimated_delivery,
                **context,
            },
        )
        self._mailer.send(Mail.of(email, to=order.email, message_id=f"{order.number}-{kind}"))


def mail_line(line: OrderLine, quantity: int) -> MailLine:
    """`quantity` units of the line."""
    return MailLine(
        title=line.title,
        options=line.options,
        subtitle=line.subtitle,
        quantity=quantity,
        total=line.unit_price * quantity,
    )


def _mail_lines(units: Iterable[tuple[OrderLine, int]]) -> list[MailLine]:
    return [mail_line(line, quantity) for line, quantity in units if quantity]


def _verified_customer(order: Order, customer: User | None) -> User | None:
    """The customer, if they receive mail at the address of the order."""
    if customer is None or not customer.is_email_verified or customer.email.text != order.email:
        return None
    return customer


def _name(customer: User) -> str | None:
    return strip_links(customer.first_name, max_length=50) or None


def _without_links(address: ShippingAddress | None) -> ShippingAddress | None:
    if address is None:
        return None
    return replace(
        address,
        name=strip_links(address.name),
        state=strip_links(address.state),
        district=strip_links(address.district),
        town=strip_links(address.town),
        house_number=strip_links(address.house_number),
        address=strip_links(address.address),
    )
