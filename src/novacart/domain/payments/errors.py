"""Errors of payments."""

import math
from datetime import timedelta

from novacart.domain.shared.errors import DomainError
from novacart.domain.shared.money import Money


class InvalidPaymentTransition(DomainError):
    code = "impossible_payment_move"

    def __init__(self, subject: str, before: str, after: str) -> None:
        super().__init__(f"A {subject} that is {before} cannot become {after}.")


class PaymentMismatch(DomainError):
    """A provider report contradicts the record. Amounts are shown with their currency."""

    code = "payment_mismatch"

    def __init__(self, field: str, *, recorded: object, reported: object) -> None:
        super().__init__(
            f"The {field} reported by the payment provider differs from the one on record.",
            details={"recorded": _shown(recorded), "reported": _shown(reported)},
        )


def _shown(value: object) -> str:
    return f"{value} {value.currency}" if isinstance(value, Money) else str(value)


class IncompleteReport(Exception):
    """The report cannot be applied alone: the complete state of the payment is needed."""


class DuplicateCancelled(Exception):
    """The report is about a second payment of the order at the provider, which was cancelled.

    A payment can be opened twice if the provider fails; the shop then cancels the second one.
    """


class NothingToRefund(DomainError):
    code = "nothing_to_refund"

    def __init__(self) -> None:
        super().__init__("This order has no payment left to refund.")


class RefundExceedsPayment(DomainError):
    code = "refund_exceeds_payment"

    def __init__(self, *, requested: Money, refundable: Money) -> None:
        super().__init__(
            f"At most {refundable} {refundable.currency} can be refunded.",
            details={"requested": str(requested), "left": str(refundable)},
        )


class PaymentDisputed(DomainError):
    """A refund of money that the customer's bank withholds for a dispute."""

    code = "payment_disputed"

    def __init__(self, *, withheld: Money, refundable: Money) -> None:
        super().__init__(
            f"The payment is disputed at the customer's bank, which holds {withheld}"
            f" {withheld.currency} of it. At most {refundable} {refundable.currency} can be"
            " refunded.",
            details={"withheld": str(withheld), "left": str(refundable)},
        )


class OrderDisputed(DomainError):
    """Goods of a disputed payment are shipped only after staff confirmed it."""

    code = "order_disputed"

    def __init__(self, *, amount: Money, is_lost: bool) -> None:
        problem = "lost a dispute over" if is_lost else "is in a dispute over"
        super().__init__(
            f"The shop {problem} {amount} {amount.currency} of this order's payment. Confirm that"
            " you want to ship it.",
            details={"amount": str(amount), "currency": amount.currency},
        )


class PartialRefundNeedsStaff(DomainError):
    code = "partial_refund_needs_staff"

    def __init__(self) -> None:
        super().__init__("Only the whole order can be refunded here; cancel single items instead.")


class RefundRefused(DomainError):
    """The payment provider refused the refund; no money was returned."""

    code = "refund_refused"

    def __init__(self, message: str = "The payment provider refused this refund.") -> None:
        super().__init__(message)


class RefundNotFound(DomainError):
    code = "refund_not_found"

    def __init__(self) -> None:
        super().__init__("There is no such refund.")


class RefundResolved(DomainError):
    """Only a failed refund that is not resolved yet can be retried or settled by hand."""

    code = "refund_resolved"

    def __init__(self) -> None:
        super().__init__("This refund needs no action: it has not failed or was resolved already.")


class OrderNotPayable(DomainError):
    code = "order_not_payable"

    def __init__(self, message: str = "This order can no longer be paid.") -> None:
        super().__init__(message)


class PaymentDeclined(DomainError):
    """The customer's bank declined the payment; another card may work."""

    code = "payment_declined"

    def __init__(self, message: str = "The payment was declined.") -> None:
        super().__init__(message)


class AmountTooLarge(DomainError):
    """The provider accepts no payment of such an amount."""

    code = "amount_too_large"

    def __init__(self) -> None:
        super().__init__(
            "This amount is too large to be paid online. Order less, or choose another way to pay."
        )


class AmountTooSmall(DomainError):
    """The provider accepts no payment of such an amount."""

    code = "amount_too_small"

    def __init__(self) -> None:
        super().__init__(
            "This amount is too small to be paid online. Order more, or choose another way to pay."
        )


class AmountNotPayable(DomainError):
    """The provider accepts no payment whose amount ends in these digits."""

    code = "amount_not_payable"

    def __init__(self) -> None:
        super().__init__("This amount cannot be paid online. Choose another way to pay.")


class TooManyDeclines(DomainError):
    """Too many payments of the account were declined in a day."""

    code = "too_many_declines"

    def __init__(self, wait: timedelta) -> None:
        self.retry_after = max(math.ceil(wait.total_seconds()), 1)
        super().__init__(
            "Too many payments were declined. Try again later or choose another way to pay.",
            details={"retry_after": self.retry_after},
        )


class PaymentNotFound(DomainError):
    code = "payment_not_found"

    def __init__(self) -> None:
        super().__init__("There is no such payment.")


class PaymentNotPayable(DomainError):
    code = "payment_not_payable"

    def __init__(self) -> None:
        super().__init__("This payment is closed: it was already paid or cancelled.")


class PaymentNotDisputable(DomainError):
    """The sandbox provider can't open or change a dispute of this payment."""

    code = "payment_not_disputable"

    def __init__(self, message: str) -> None:
        super().__init__(message)
