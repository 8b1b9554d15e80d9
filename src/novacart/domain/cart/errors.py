"""What a cart refuses."""

from novacart.domain.shared.errors import DomainError


class CartLineNotFound(DomainError):
    code = "cart_line_not_found"

    def __init__(self) -> None:
        super().__init__("That item is not in your cart.")


class NoSuchCartLines(DomainError):
    """None of the lines that were named is in the cart."""

    code = "no_such_cart_lines"

    def __init__(self) -> None:
        super().__init__("None of these items is in your cart.")


class CartLimitReached(DomainError):
    """More of one product than one customer may have in the cart."""

    code = "cart_limit_reached"

    def __init__(self, limit: int) -> None:
        super().__init__(
            f"You can have at most {limit} of one product in your cart.", details={"limit": limit}
        )


class NotEnoughInStock(DomainError):
    """More of one product than this customer could order now."""

    code = "not_enough_in_stock"

    def __init__(self, orderable: int) -> None:
        sentence = f"Only {orderable} in stock." if orderable > 0 else "That is out of stock."
        super().__init__(sentence, details={"available": max(orderable, 0)})
