"""Letters to the customer of an order."""

from collections.abc import Mapping

from novacart.application.ports.email_renderer import EmailRenderer
from novacart.application.ports.mailer import Mail, Mailer
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.ordering.order import Order
from novacart.domain.shared.ids import OrderId


class OrderMailer:
    """Writes to the address that an order was placed with, and greets nobody by name.

    What a customer writes of themselves could be somebody else's message to a stranger whose
    address they registered.

    `kind` makes the Message-ID with the order's number: the same letter sent again is the
    same message. Raises what the mailer raises, to be tried again.
    """

    def __init__(self, *, begin: UnitOfWorkFactory, letters: EmailRenderer, mailer: Mailer) -> None:
        self._begin = begin
        self._letters = letters
        self._mailer = mailer

    def order(self, order_id: int) -> Order:
        """The order as it is now, to write about. Raises `OrderNotFound`."""
        with self._begin() as work:
            return work.orders.get(OrderId(order_id))

    def send(self, order: Order, letter: str, facts: Mapping[str, object], *, kind: str) -> None:
        """Send the letter of that name."""
        common: dict[str, object] = {
            "number": order.number,
            "total": order.total,
            "paid_online": order.payment_method.value == "ONLINE",
        }
        written = self._letters.write(letter, {**common, **facts})
        self._mailer.send(
            Mail(
                message_id=f"{order.number}-{kind}",
                to=order.email,
                subject=written.subject,
                text=written.text,
                html=written.html,
            )
        )


def lines_of(order: Order) -> list[dict[str, object]]:
    """What was bought, line by line."""
    return [
        {
            "title": line.title,
            "subtitle": line.subtitle,
            "quantity": line.quantity,
            "total": line.total,
        }
        for line in order.lines
    ]
