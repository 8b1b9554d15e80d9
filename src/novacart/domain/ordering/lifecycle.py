"""What may become of an order, of its payment and of its lines: the tables that decide."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from novacart.domain.shared.errors import InvalidValue


class PaymentMethod(StrEnum):
    ONLINE = "ONLINE"
    COD = "COD"


class OrderStatus(StrEnum):
    PENDING = "PENDING"
    CONFIRMED = "CONFIRMED"
    PAID = "PAID"
    PROCESSING = "PROCESSING"
    SHIPPED = "SHIPPED"
    DELIVERED = "DELIVERED"
    CANCELLED = "CANCELLED"
    REFUNDED = "REFUNDED"


class PaymentStatus(StrEnum):
    """`VOIDED`: nothing was paid and nothing will be, since the order is cancelled."""

    PENDING = "PENDING"
    PAID = "PAID"
    PARTIALLY_REFUNDED = "PARTIALLY_REFUNDED"
    REFUNDED = "REFUNDED"
    VOIDED = "VOIDED"


class LineStatus(StrEnum):
    PENDING = "PENDING"
    CONFIRMED = "CONFIRMED"
    CANCELLED = "CANCELLED"
    REFUND_REQUESTED = "REFUND_REQUESTED"
    REFUNDED = "REFUNDED"


_S = OrderStatus

ORDER_LIFECYCLE: Final[Mapping[PaymentMethod, Mapping[OrderStatus, frozenset[OrderStatus]]]] = {
    PaymentMethod.ONLINE: {
        _S.PENDING: frozenset({_S.PAID, _S.CANCELLED}),
        _S.CONFIRMED: frozenset(),
        _S.PAID: frozenset({_S.PROCESSING, _S.REFUNDED}),
        _S.PROCESSING: frozenset({_S.SHIPPED, _S.REFUNDED}),
        _S.SHIPPED: frozenset({_S.DELIVERED, _S.REFUNDED}),
        _S.DELIVERED: frozenset({_S.REFUNDED}),
        _S.CANCELLED: frozenset(),
        _S.REFUNDED: frozenset(),
    },
    PaymentMethod.COD: {
        _S.PENDING: frozenset(),
        _S.CONFIRMED: frozenset({_S.PROCESSING, _S.CANCELLED}),
        _S.PAID: frozenset(),
        _S.PROCESSING: frozenset({_S.SHIPPED, _S.CANCELLED}),
        _S.SHIPPED: frozenset({_S.DELIVERED}),
        _S.DELIVERED: frozenset(),
        _S.CANCELLED: frozenset(),
        _S.REFUNDED: frozenset(),
    },
}
"""By payment method: each status, and the statuses that may follow it."""

# A refund that its bank sends back takes REFUNDED back to what is then still refunded.
PAYMENT_LIFECYCLE: Final[Mapping[PaymentStatus, frozenset[PaymentStatus]]] = {
    PaymentStatus.PENDING: frozenset({PaymentStatus.PAID, PaymentStatus.VOIDED}),
    PaymentStatus.PAID: frozenset({PaymentStatus.PARTIALLY_REFUNDED, PaymentStatus.REFUNDED}),
    PaymentStatus.PARTIALLY_REFUNDED: frozenset({PaymentStatus.PAID, PaymentStatus.REFUNDED}),
    PaymentStatus.REFUNDED: frozenset({PaymentStatus.PAID, PaymentStatus.PARTIALLY_REFUNDED}),
    PaymentStatus.VOIDED: frozenset(),
}

LINE_LIFECYCLE: Final[Mapping[LineStatus, frozenset[LineStatus]]] = {
    LineStatus.PENDING: frozenset({LineStatus.CONFIRMED, LineStatus.CANCELLED}),
    LineStatus.CONFIRMED: frozenset(
        {LineStatus.CANCELLED, LineStatus.REFUND_REQUESTED, LineStatus.REFUNDED}
    ),
    LineStatus.CANCELLED: frozenset(),
    LineStatus.REFUND_REQUESTED: frozenset({LineStatus.CONFIRMED, LineStatus.REFUNDED}),
    LineStatus.REFUNDED: frozenset({LineStatus.CONFIRMED, LineStatus.REFUND_REQUESTED}),
}


def payment_method(text: str) -> PaymentMethod:
    """Raises `InvalidValue` for anything but `ONLINE` and `COD`."""
    try:
        return PaymentMethod(text)
    except ValueError:
        raise InvalidValue("payment_method", "Choose ONLINE or COD.") from None


def starting_status(method: PaymentMethod) -> OrderStatus:
    """An order to be paid online waits for its payment; a COD order is agreed at once."""
    return OrderStatus.PENDING if method is PaymentMethod.ONLINE else OrderStatus.CONFIRMED
