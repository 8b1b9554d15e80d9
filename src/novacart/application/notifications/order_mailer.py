"""Sender of e-mails about an order."""

from novacart.application.ports.email_renderer import EmailRenderer
from novacart.application.ports.mailer import Mail, Mailer
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.ordering.lifecycle import PaymentMethod
from novacart.domain.shared.ids import OrderId


class OrderMailer:
    """Render a template for an order and send it to the address the order was placed with.

    Templates get no text that customers write about themselves, such as names: an address
    may belong to a stranger, and the text would reach them as the shop's own words.
    """

    def __init__(
        self, *, begin: UnitOfWorkFactory, renderer: EmailRenderer, mailer: Mailer
    ) -> None:
        self._begin = begin
        self._renderer = renderer
        self._mailer = mailer

    def send(self, order_id: int, template: str, *, kind: str, **context: object) -> None:
        """Send the e-mail; `context` is added to the order's data.

        The Message-ID consists of the order number and `kind`, so that a repeated e-mail is
        the same message. Raises `OrderNotFound`, and as `Mailer`.
        """
        with self._begin() as work:
            order = work.orders.get(OrderId(order_id))
        email = self._renderer.render(
            template,
            {
                "number": order.number,
                "total": order.total,
                "paid_online": order.payment_method is PaymentMethod.ONLINE,
                "lines": order.lines,
                "address": order.address,
                "delivery": order.estimated_delivery,
                **context,
            },
        )
        self._mailer.send(
            Mail(
                message_id=f"{order.number}-{kind}",
                to=order.email,
                subject=email.subject,
                text=email.text,
                html=email.html,
            )
        )
