"""The lifecycles of payments, refunds and disputes, each one table."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class PaymentStatus(StrEnum):
    """`FAILED` is a failed attempt: the customer may try again with another card."""

    CREATED = "CREATED"
    REQUIRES_ACTION = "REQUIRES_ACTION"
    PROCESSING = "PROCESSING"
    FAILED = "FAILED"
    SUCCEEDED = "SUCCEEDED"
    CANCELLED = "CANCELLED"


class RefundStatus(StrEnum):
    """`REQUESTED` is committed here; from `PENDING` on the provider knows of it."""

    REQUESTED = "REQUESTED"
    PENDING = "PENDING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"


class DisputeStatus(StrEnum):
    """`CLOSED` is an enquiry that ended without becoming a chargeback."""

    NEEDS_RESPONSE = "NEEDS_RESPONSE"
    UNDER_REVIEW = "UNDER_REVIEW"
    WON = "WON"
    LOST = "LOST"
    CLOSED = "CLOSED"


_OPEN: Final = frozenset(PaymentStatus) - {PaymentStatus.CREATED}

PAYMENT_LIFECYCLE: Final[Mapping[PaymentStatus, frozenset[PaymentStatus]]] = MappingProxyType(
    {
        PaymentStatus.CREATED: _OPEN,
        PaymentStatus.REQUIRES_ACTION: _OPEN - {PaymentStatus.REQUIRES_ACTION},
        PaymentStatus.PROCESSING: _OPEN - {PaymentStatus.PROCESSING},
        PaymentStatus.FAILED: _OPEN - {PaymentStatus.FAILED},
        PaymentStatus.SUCCEEDED: frozenset(),
        PaymentStatus.CANCELLED: frozenset(),
    }
)

_REFUND_ENDS: Final = frozenset({RefundStatus.FAILED, RefundStatus.CANCELLED})

# A bank may send money back weeks after the refund had succeeded (Stripe docs, "Refund and
# cancel payments", failed refunds), so that SUCCEEDED is not quite the end.
REFUND_LIFECYCLE: Final[Mapping[RefundStatus, frozenset[RefundStatus]]] = MappingProxyType(
    {
        RefundStatus.REQUESTED: _REFUND_ENDS | {RefundStatus.PENDING, RefundStatus.SUCCEEDED},
        RefundStatus.PENDING: _REFUND_ENDS | {RefundStatus.SUCCEEDED},
        RefundStatus.SUCCEEDED: frozenset({RefundStatus.FAILED}),
        RefundStatus.FAILED: frozenset(),
        RefundStatus.CANCELLED: frozenset(),
    }
)

_VERDICTS: Final = frozenset({DisputeStatus.WON, DisputeStatus.LOST, DisputeStatus.CLOSED})

DISPUTE_LIFECYCLE: Final[Mapping[DisputeStatus, frozenset[DisputeStatus]]] = MappingProxyType(
    {
        DisputeStatus.NEEDS_RESPONSE: _VERDICTS | {DisputeStatus.UNDER_REVIEW},
        DisputeStatus.UNDER_REVIEW: _VERDICTS,
        DisputeStatus.WON: frozenset(),
        DisputeStatus.LOST: frozenset(),
        DisputeStatus.CLOSED: frozenset(),
    }
)

# Among reports of one second, the later stage of an attempt is believed.
ATTEMPT_ORDER: Final = (
    PaymentStatus.CREATED,
    PaymentStatus.REQUIRES_ACTION,
    PaymentStatus.PROCESSING,
    PaymentStatus.FAILED,
)
