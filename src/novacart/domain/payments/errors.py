"""What payments refuse."""

from novacart.domain.shared.errors import DomainError
from novacart.domain.shared.money import Money


class InvalidPaymentTransition(DomainError):
    code = "impossible_payment_move"

    def __init__(self, thing: str, before: str, after: str) -> None:
        super().__init__(f"A {thing} that is {before} cannot become {after}.")


class PaymentMismatch(DomainError):
    """What the provider says and what is on record cannot both be true."""

    code = "payment_mismatch"

    def __init__(self, what: str, *, recorded: object, reported: object) -> None:
        super().__init__(
            f"The {what} reported by the payment provider is not the one on record.",
            details={"recorded": str(recorded), "reported": str(reported)},
        )


class NothingToRefund(DomainError):
    code = "nothing_to_refund"

    def __init__(self) -> None:
        super().__init__("No payment of this order has anything left to refund.")


class RefundExceedsPayment(DomainError):
    code = "refund_exceeds_payment"

    def __init__(self, *, asked: Money, left: Money) -> None:
        super().__init__(
            f"Only {left} {left.currency} is left to refund.",
            details={"requested": str(asked), "left": str(left)},
        )


class RefundNotAllowed(DomainError):
    code = "refund_not_allowed"

    def __init__(self, message: str) -> None:
        super().__init__(message)


class PartialRefundNeedsStaff(DomainError):
    code = "partial_refund_needs_staff"

    def __init__(self) -> None:
        super().__init__("Only the whole order can be refunded here; cancel single items instead.")


class RefundRefused(DomainError):
    """The payment provider will not give this money back; nothing was returned."""

    code = "refund_refused"

    def __init__(self, message: str = "The payment provider refused this refund.") -> None:
        super().__init__(message)


class OrderNotPayable(DomainError):
    code = "order_not_payable"

    def __init__(self, message: str = "This order can no longer be paid.") -> None:
        super().__init__(message)


class PaymentDeclined(DomainError):
    """The customer's bank said no; the order can be paid in another way."""

    code = "payment_declined"

    def __init__(self, message: str = "The payment was declined.") -> None:
        super().__init__(message)


class PaymentNotFound(DomainError):
    code = "payment_not_found"

    def __init__(self) -> None:
        super().__init__("There is no such payment.")


class PaymentNotPayable(DomainError):
    code = "payment_not_payable"

    def __init__(self) -> None:
        super().__init__("This payment is closed: it was paid or cancelled already.")
