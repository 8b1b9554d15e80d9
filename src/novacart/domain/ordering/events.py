"""Events of orders. Refunds are events of payments."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from novacart.domain.shared.events import DomainEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderEvent(DomainEvent):
    """Amounts are minor units of `currency`."""

    order_id: int
    order_number: str
    user_id: int
    payment_method: str
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderPlaced(OrderEvent):
    name: ClassVar[str] = "order.placed"

    total_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderConfirmed(OrderEvent):
    """The order was paid online, or placed as cash on delivery."""

    name: ClassVar[str] = "order.confirmed"

    total_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderProcessingStarted(OrderEvent):
    name: ClassVar[str] = "order.processing_started"


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderShipped(OrderEvent):
    name: ClassVar[str] = "order.shipped"

    carrier: str
    tracking_number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderDelivered(OrderEvent):
    name: ClassVar[str] = "order.delivered"


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderReturned(OrderEvent):
    """The customer did not accept a COD order; its units are back in stock."""

    name: ClassVar[str] = "order.returned"

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnedGoodsReceived(OrderEvent):
    """Units that were refunded after shipping are back in stock.

    `quantities` maps the ids of lines to units. `total_quantity` includes earlier receipts of
    the order.
    """

    name: ClassVar[str] = "order.goods_received"

    quantities: Mapping[str, int]
    total_quantity: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderCancelled(OrderEvent):
    name: ClassVar[str] = "order.cancelled"

    reason: str
    expired: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLineCancelled(OrderEvent):
    name: ClassVar[str] = "order.line_cancelled"

    line_id: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderTransferred(OrderEvent):
    """An order of the guest `previous_user_id` became that of the user `user_id`."""

    name: ClassVar[str] = "order.transferred"

    previous_user_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLinksRevoked(OrderEvent):
    """The links to a guest's order that were sent before are invalid."""

    name: ClassVar[str] = "order.links_revoked"

    link_generation: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLookupRequested(DomainEvent):
    """A link to a guest's order was requested.

    There may be no such order. `email_digest` is a keyed digest of the email address.
    """

    name: ClassVar[str] = "order_link.requested"

    number: str
    email_digest: str
    request_id: int
