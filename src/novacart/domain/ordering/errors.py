"""Errors of orders."""

import math
from datetime import timedelta

from novacart.domain.shared.errors import DomainError
from novacart.domain.shared.money import Money


class OrderNotFound(DomainError):
    code = "order_not_found"

    def __init__(self) -> None:
        super().__init__("There is no such order.")


class InvalidOrderLink(DomainError):
    """A link to a guest's order that is malformed, expired or revoked."""

    code = "order_link_not_valid"

    def __init__(self) -> None:
        super().__init__("This link is invalid or has expired. Request a new one.")


class OrderLineNotFound(DomainError):
    code = "order_line_not_found"

    def __init__(self) -> None:
        super().__init__("That item is not in this order.")


class EmptyCart(DomainError):
    """A checkout of a cart without products."""

    code = "cart_empty"

    def __init__(self) -> None:
        super().__init__("Your cart is empty.")


class InvalidTransition(DomainError):
    """A status change that is not in the lifecycle's table."""

    code = "order_transition_not_allowed"

    def __init__(self, before: str, after: str) -> None:
        super().__init__(
            f"The status cannot change from {before} to {after}.",
            details={"from": before, "to": after},
        )


class PaidOrderCannotBeCancelled(DomainError):
    code = "paid_order_cannot_be_cancelled"

    def __init__(self) -> None:
        super().__init__("This order is paid. It can be refunded, but not cancelled.")


class OrderAlreadyCancelled(DomainError):
    code = "order_already_cancelled"

    def __init__(self) -> None:
        super().__init__("This order is already cancelled.")


class OrderAlreadyShipped(DomainError):
    code = "order_already_shipped"

    def __init__(self) -> None:
        super().__init__("This order has already been shipped.")


class RefundNotAllowed(DomainError):
    """Customers refund and cancel what they paid online only until processing starts."""

    code = "refund_not_allowed"

    def __init__(self) -> None:
        super().__init__("Only a paid order that is not in processing can be refunded.")


class TotalChanged(DomainError):
    """The total differs from the one that the client expects."""

    code = "total_changed"

    def __init__(self, total: Money) -> None:
        super().__init__(
            f"The total is now {total} {total.currency}. Check your cart and try again.",
            details={"total_amount": str(total), "currency": total.currency},
        )


class OrderNotPaid(DomainError):
    code = "order_not_paid"

    def __init__(self) -> None:
        super().__init__("This order has not been paid online.")


class OrderStillPayable(DomainError):
    """An attempt to expire an order before its `expires_at`."""

    code = "order_still_payable"

    def __init__(self) -> None:
        super().__init__("This order can still be paid.")


class LineAlreadyCancelled(DomainError):
    """The line is cancelled, refunded or being refunded."""

    code = "order_line_already_cancelled"

    def __init__(self) -> None:
        super().__init__("This item is already cancelled.")


class RefundExceedsOrder(DomainError):
    """A refund of more than what remains of an order or one of its lines."""

    code = "refund_exceeds_payment"

    def __init__(self, remaining: Money) -> None:
        super().__init__(
            f"At most {remaining} {remaining.currency} can be refunded.",
            details={"refundable": str(remaining), "currency": remaining.currency},
        )


class RefundExceedsUnits(DomainError):
    """A refund of more units than remain of an order line."""

    code = "refund_exceeds_payment"

    def __init__(self, title: str, remaining: int) -> None:
        super().__init__(
            f"At most {remaining} of “{title}” can be refunded."
            if remaining
            else f"No units of “{title}” are left to refund.",
            details={"refundable_quantity": remaining},
        )


class RefundInProgress(DomainError):
    """Units that are being refunded cannot be shipped."""

    code = "refund_in_progress"

    def __init__(self) -> None:
        super().__init__("A refund of this order is not settled yet.")


class NothingToShip(DomainError):
    code = "nothing_to_ship"

    def __init__(self) -> None:
        super().__init__("This order has no items left to ship.")


class NotReturnable(DomainError):
    """Only units that were refunded after they were shipped can be received, each once."""

    code = "not_returnable"

    def __init__(self, receivable: int) -> None:
        super().__init__(
            f"At most {receivable} of this item can be received: the units that were shipped, then"
            " refunded, and are not back in stock."
            if receivable
            else "No units of this item can be received. Only units that were refunded after they"
            " were shipped can be received, each once.",
            details={"receivable": receivable},
        )


class TooManyUnpaidOrders(DomainError):
    code = "too_many_unpaid_orders"

    def __init__(self, limit: int) -> None:
        super().__init__(
            f"You have {limit} unpaid orders. Pay or cancel one of them first.",
            details={"limit": limit},
        )


class TooManyCodOrders(DomainError):
    code = "too_many_cod_orders"

    def __init__(self, limit: int) -> None:
        super().__init__(
            f"You have {limit} cash-on-delivery orders that are not shipped yet. Wait for one of"
            " them, cancel one, or pay online.",
            details={"limit": limit},
        )


class TooManyUnits(DomainError):
    """Unpaid and COD orders of an account would reserve too many units of a product."""

    code = "too_many_units"

    def __init__(self, limit: int) -> None:
        super().__init__(
            f"Your orders can reserve at most {limit} units of one product before they are paid"
            " or shipped.",
            details={"limit": limit},
        )


class TooManyRenewals(DomainError):
    """Too many orders of a day were replaced, cancelled or not paid in time."""

    code = "too_many_renewals"

    def __init__(self, wait: timedelta) -> None:
        self.retry_after = max(math.ceil(wait.total_seconds()), 1)
        super().__init__(
            "You have started too many orders without paying for them. Try again later.",
            details={"retry_after": self.retry_after},
        )


class OrderNumberTaken(DomainError):
    """The generated number belongs to another order; generate another one and retry."""

    code = "order_number_taken"

    def __init__(self) -> None:
        super().__init__("The order number is already in use. Try again.")
