"""Read models of orders."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import NamedTuple, Protocol

from novacart.application.ports.product_view import ImageSizes
from novacart.application.search_terms import index_terms
from novacart.domain.ordering.address import ShippingAddress
from novacart.domain.ordering.errors import OrderLineNotFound
from novacart.domain.ordering.lifecycle import PaymentMethod
from novacart.domain.ordering.order import Order
from novacart.domain.shared.ids import OrderId, OrderLineId, ProductId, UserId, VariantId


class OrderLineView(NamedTuple):
    """A line of an order, as it was when the order was placed.

    `options` are the values of the variant on one line. Amounts are in minor units of the order's
    currency; `refundable_minor` is the part of the price that is neither refunded nor being
    refunded, whether it was paid or not. `image_sizes` are those that the product's picture still
    has; the view of a loaded order has none.
    """

    id: OrderLineId
    product_id: ProductId
    variant_id: VariantId
    sku: str | None
    options: str
    title: str
    subtitle: str
    image: str | None
    quantity: int
    unit_price_minor: int
    status: str
    cancelled_at: datetime | None
    refundable_minor: int
    image_sizes: ImageSizes = ()


class OrderView(NamedTuple):
    """An order with its lines. Amounts are in minor units of `currency`.

    Statuses and the payment method are the values of the lifecycle's enums. An online order must be
    paid before `expires_at`, which a cash-on-delivery order does not have.
    """

    id: OrderId
    number: str
    email: str
    status: str
    payment_method: str
    payment_status: str
    total_minor: int
    currency: str
    placed_at: datetime
    paid_at: datetime | None
    returned_at: datetime | None
    expires_at: datetime | None
    shipped_at: datetime | None
    delivered_at: datetime | None
    carrier: str | None
    tracking_number: str | None
    estimated_delivery: date
    address: ShippingAddress | None
    refunded_minor: int
    lines: tuple[OrderLineView, ...]

    @property
    def is_paid_online(self) -> bool:
        return self.payment_method == PaymentMethod.ONLINE and self.paid_at is not None

    def line(self, line_id: OrderLineId) -> OrderLineView:
        """Raises `OrderLineNotFound`."""
        for line in self.lines:
            if line.id == line_id:
                return line
        raise OrderLineNotFound


def order_view(order: Order) -> OrderView:
    """The view of a loaded order, without another read."""
    return OrderView(
        id=order.id,
        number=order.number,
        email=order.email,
        status=order.status.value,
        payment_method=order.payment_method.value,
        payment_status=order.payment_status.value,
        total_minor=order.total.amount,
        currency=order.total.currency,
        placed_at=order.placed_at,
        paid_at=order.paid_at,
        returned_at=order.returned_at,
        expires_at=order.expires_at,
        shipped_at=order.shipped_at,
        delivered_at=order.delivered_at,
        carrier=order.carrier,
        tracking_number=order.tracking_number,
        estimated_delivery=order.estimated_delivery,
        address=order.address,
        refunded_minor=order.refunded.amount,
        lines=tuple(
            OrderLineView(
                id=line.id,
                product_id=line.product_id,
                variant_id=line.variant_id,
                sku=line.sku,
                options=line.options,
                title=line.title,
                subtitle=line.subtitle,
                image=line.image,
                quantity=line.quantity,
                unit_price_minor=line.unit_price.amount,
                status=line.status.value,
                cancelled_at=line.cancelled_at,
                refundable_minor=line.refundable.amount,
            )
            for line in order.lines
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderPage:
    """One page of orders; `count` is the number of orders on all pages."""

    count: int
    orders: Sequence[OrderView]


@lru_cache(maxsize=1000)
def line_search_text(title: str, subtitle: str) -> str:
    """The terms by which the order history finds a line."""
    return " ".join(index_terms(f"{title} | {subtitle}"))


class OrderQueries(Protocol):
    def history(
        self, user_id: UserId, *, page: int, page_size: int, search: str | None = None
    ) -> OrderPage:
        """A page of the user's orders, newest first; the first page is 1.

        `search` is the number of an order, or every term of it matches part of the title or
        subtitle of one line.
        """
        ...

    def latest(self, user_id: UserId) -> OrderView | None:
        """The order that the user placed last."""
        ...

    def order_of(self, user_id: UserId, order_id: OrderId) -> OrderView | None:
        """The user's order with that id; None for another user's."""
        ...

    def linked_order(self, order_id: OrderId, *, generation: int) -> OrderView | None:
        """The guest's order with that id, if its links have this generation."""
        ...
