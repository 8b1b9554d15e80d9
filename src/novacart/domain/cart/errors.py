"""Errors of carts."""

from novacart.domain.shared.errors import DomainError


class CartLineNotFound(DomainError):
    code = "cart_line_not_found"

    def __init__(self) -> None:
        super().__init__("That item is not in your cart.")


class NoSuchCartLines(DomainError):
    """None of the given lines is in the cart."""

    code = "no_such_cart_lines"

    def __init__(self) -> None:
        super().__init__("None of these items is in your cart.")


class CartLimitReached(DomainError):
    """A larger quantity of one product than a cart may hold."""

    code = "cart_limit_reached"

    def __init__(self, limit: int) -> None:
        super().__init__(
            f"You can have at most {limit} of one product in your cart.", details={"limit": limit}
        )


class CartIsFull(DomainError):
    """A line for one more variant than a cart may hold."""

    code = "cart_full"

    def __init__(self, limit: int) -> None:
        super().__init__(
            f"A cart can hold at most {limit} different products.", details={"limit": limit}
        )


class NotEnoughInStock(DomainError):
    """A larger quantity of one product than the customer can order now."""

    code = "not_enough_in_stock"

    def __init__(self, orderable: int) -> None:
        message = f"Only {orderable} in stock." if orderable > 0 else "Out of stock."
        super().__init__(message, details={"available": max(orderable, 0)})
