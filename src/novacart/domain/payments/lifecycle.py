"""Lifecycles of payments, refunds and disputes: one table each."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class PaymentStatus(StrEnum):
    """`FAILED`: an attempt failed, and the customer may try another card."""

    CREATED = "CREATED"
    REQUIRES_ACTION = "REQUIRES_ACTION"
    PROCESSING = "PROCESSING"
    FAILED = "FAILED"
    SUCCEEDED = "SUCCEEDED"
    CANCELLED = "CANCELLED"


class RefundStatus(StrEnum):
    """`REQUESTED`: committed here, not confirmed by the provider yet."""

    REQUESTED = "REQUESTED"
    PENDING = "PENDING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"


class DisputeStatus(StrEnum):
    """`CLOSED`: an enquiry that ended without a chargeback."""

    NEEDS_RESPONSE = "NEEDS_RESPONSE"
    UNDER_REVIEW = "UNDER_REVIEW"
    WON = "WON"
    LOST = "LOST"
    CLOSED = "CLOSED"


_STARTED: Final = frozenset(PaymentStatus) - {PaymentStatus.CREATED}

PAYMENT_LIFECYCLE: Final[Mapping[PaymentStatus, frozenset[PaymentStatus]]] = MappingProxyType(
    {
        PaymentStatus.CREATED: _STARTED,
        PaymentStatus.REQUIRES_ACTION: _STARTED - {PaymentStatus.REQUIRES_ACTION},
        PaymentStatus.PROCESSING: _STARTED - {PaymentStatus.PROCESSING},
        PaymentStatus.FAILED: _STARTED - {PaymentStatus.FAILED},
        PaymentStatus.SUCCEEDED: frozenset(),
        PaymentStatus.CANCELLED: frozenset(),
    }
)
FINAL: Final = frozenset(status for status, after in PAYMENT_LIFECYCLE.items() if not after)

# The order of the stages of one attempt: of two reports with one time, the later stage wins.
ATTEMPT_STAGES: Final = (
    PaymentStatus.CREATED,
    PaymentStatus.REQUIRES_ACTION,
    PaymentStatus.PROCESSING,
    PaymentStatus.FAILED,
)

UNSUCCESSFUL: Final = frozenset({RefundStatus.FAILED, RefundStatus.CANCELLED})

# A bank may return a refund weeks after it succeeded (Stripe docs, "Refund and cancel
# payments", failed refunds), so SUCCEEDED can still become FAILED.
REFUND_LIFECYCLE: Final[Mapping[RefundStatus, frozenset[RefundStatus]]] = MappingProxyType(
    {
        RefundStatus.REQUESTED: UNSUCCESSFUL | {RefundStatus.PENDING, RefundStatus.SUCCEEDED},
        RefundStatus.PENDING: UNSUCCESSFUL | {RefundStatus.SUCCEEDED},
        RefundStatus.SUCCEEDED: frozenset({RefundStatus.FAILED}),
        RefundStatus.FAILED: frozenset(),
        RefundStatus.CANCELLED: frozenset(),
    }
)

_DECIDED: Final = frozenset({DisputeStatus.WON, DisputeStatus.LOST, DisputeStatus.CLOSED})

DISPUTE_LIFECYCLE: Final[Mapping[DisputeStatus, frozenset[DisputeStatus]]] = MappingProxyType(
    {
        DisputeStatus.NEEDS_RESPONSE: _DECIDED | {DisputeStatus.UNDER_REVIEW},
        DisputeStatus.UNDER_REVIEW: _DECIDED,
        DisputeStatus.WON: frozenset(),
        DisputeStatus.LOST: frozenset(),
        DisputeStatus.CLOSED: frozenset(),
    }
)
OPEN_DISPUTES: Final = frozenset({DisputeStatus.NEEDS_RESPONSE, DisputeStatus.UNDER_REVIEW})
# Goods of these payments should not be shipped: the bank may keep the money, or has kept it.
DISPUTES_AT_RISK: Final = OPEN_DISPUTES | {DisputeStatus.LOST}
