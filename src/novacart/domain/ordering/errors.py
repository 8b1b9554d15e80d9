"""What an order refuses."""

from novacart.domain.shared.errors import DomainError
from novacart.domain.shared.money import Money


class OrderNotFound(DomainError):
    code = "order_not_found"

    def __init__(self) -> None:
        super().__init__("There is no such order.")


class OrderLineNotFound(DomainError):
    code = "order_line_not_found"

    def __init__(self) -> None:
        super().__init__("That item is not in this order.")


class EmptyCart(DomainError):
    """An order was asked for, and the cart holds nothing."""

    code = "cart_empty"

    def __init__(self) -> None:
        super().__init__("Your cart is empty.")


class InvalidTransition(DomainError):
    """A move that is not in the lifecycle's table."""

    code = "order_transition_not_allowed"

    def __init__(self, before: str, after: str) -> None:
        super().__init__(
            f"What is {before} cannot become {after}.", details={"from": before, "to": after}
        )


class PaidOrderCannotBeCancelled(DomainError):
    code = "paid_order_cannot_be_cancelled"

    def __init__(self) -> None:
        super().__init__("This order is paid: it can be refunded, not cancelled.")


class OrderAlreadyCancelled(DomainError):
    code = "order_already_cancelled"

    def __init__(self) -> None:
        super().__init__("This order was cancelled already.")


class OrderAlreadyShipped(DomainError):
    code = "order_already_shipped"

    def __init__(self) -> None:
        super().__init__("This order has been shipped already.")


class OrderNotPaid(DomainError):
    code = "order_not_paid"

    def __init__(self) -> None:
        super().__init__("This order has not been paid online.")


class OrderStillPayable(DomainError):
    """Its time to be paid is not over, so it can't expire."""

    code = "order_still_payable"

    def __init__(self) -> None:
        super().__init__("This order can still be paid.")


class LineAlreadyCancelled(DomainError):
    """The line is cancelled, refunded, or about to be."""

    code = "order_line_already_cancelled"

    def __init__(self) -> None:
        super().__init__("This item was cancelled already.")


class RefundExceedsPayment(DomainError):
    code = "refund_exceeds_payment"

    def __init__(self, left: Money) -> None:
        super().__init__(
            f"No more than {left} {left.currency} is left to refund.",
            details={"refundable": str(left), "currency": left.currency},
        )


class RefundInProgress(DomainError):
    """Goods whose refund is not settled are not sent: they may be the customer's or ours."""

    code = "refund_in_progress"

    def __init__(self) -> None:
        super().__init__("A refund of this order is not settled yet.")


class NothingToShip(DomainError):
    code = "nothing_to_ship"

    def __init__(self) -> None:
        super().__init__("Nothing is left in this order to be shipped.")


class OrderNumberTaken(DomainError):
    """The number drawn for a new order belongs to another one: draw again."""

    code = "order_number_taken"

    def __init__(self) -> None:
        super().__init__("The order could not be numbered; try again.")
