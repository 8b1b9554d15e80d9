"""Lifecycles of an order, its payment and its lines, as tables of allowed transitions."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


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


class OrderPaymentStatus(StrEnum):
    """`VOIDED` is the payment status of a cancelled order that was never paid.

    If a payment arrives after the cancellation all the same, its refund leads to `REFUNDED`.
    """

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
        # Cancelled after shipping: the customer did not accept it, and it was returned.
        _S.SHIPPED: frozenset({_S.DELIVERED, _S.CANCELLED}),
        _S.DELIVERED: frozenset(),
        _S.CANCELLED: frozenset(),
        _S.REFUNDED: frozenset(),
    },
}
"""The statuses that may follow each status, by payment method."""

_P = OrderPaymentStatus

# A refund that the customer's bank returns leads from REFUNDED back to an earlier status. The
# refund of a late payment leads from VOIDED to REFUNDED.
PAYMENT_LIFECYCLE: Final[Mapping[OrderPaymentStatus, frozenset[OrderPaymentStatus]]] = {
    _P.PENDING: frozenset({_P.PAID, _P.VOIDED}),
    _P.PAID: frozenset({_P.PARTIALLY_REFUNDED, _P.REFUNDED}),
    _P.PARTIALLY_REFUNDED: frozenset({_P.PAID, _P.REFUNDED, _P.VOIDED}),
    _P.REFUNDED: frozenset({_P.PAID, _P.PARTIALLY_REFUNDED, _P.VOIDED}),
    _P.VOIDED: frozenset({_P.PARTIALLY_REFUNDED, _P.REFUNDED}),
}

_L = LineStatus

LINE_LIFECYCLE: Final[Mapping[LineStatus, frozenset[LineStatus]]] = {
    _L.PENDING: frozenset({_L.CONFIRMED, _L.CANCELLED}),
    _L.CONFIRMED: frozenset({_L.CANCELLED, _L.REFUND_REQUESTED, _L.REFUNDED}),
    _L.CANCELLED: frozenset(),
    _L.REFUND_REQUESTED: frozenset({_L.CONFIRMED, _L.REFUNDED}),
    _L.REFUNDED: frozenset({_L.CONFIRMED, _L.REFUND_REQUESTED}),
}
