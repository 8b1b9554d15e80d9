"""What the catalogue refuses."""

from collections.abc import Sequence

from novacart.domain.shared.errors import DomainError
from novacart.domain.shared.ids import ProductId


class ProductNotFound(DomainError):
    """There is no such product, or it has left the catalogue."""

    code = "product_not_found"

    def __init__(self) -> None:
        super().__init__("That product is not in the catalogue.")


class CategoryNotFound(DomainError):
    code = "category_not_found"

    def __init__(self) -> None:
        super().__init__("There is no such category.")


class SlugTaken(DomainError):
    code = "slug_taken"

    def __init__(self, slug: str) -> None:
        super().__init__(f"Another category is called “{slug}” in addresses already.")


class StaleVersion(DomainError):
    """Whoever wants to change it has read an older state than the present one."""

    code = "stale_version"

    def __init__(self) -> None:
        super().__init__("It was changed after you read it. Read it again before you change it.")


class ProductNotArchived(DomainError):
    code = "product_not_archived"

    def __init__(self) -> None:
        super().__init__("That product is in the catalogue already.")


class OutOfStock(DomainError):
    """Less is there than was asked for.

    `details["lines"]` names every line that can't be had:
    `{"product": id, "requested": n, "available": m}`.
    """

    code = "out_of_stock"

    def __init__(self, lines: Sequence[tuple[ProductId, int, int]]) -> None:
        """`lines` are product, requested and available, by rising product."""
        super().__init__(
            "There is not enough in stock.",
            details={
                "lines": [
                    {"product": product_id, "requested": requested, "available": available}
                    for product_id, requested, available in lines
                ]
            },
        )


class StockIsReserved(DomainError):
    """A count would fall below what orders have reserved."""

    code = "stock_reserved"

    def __init__(self, *, on_hand: int, reserved: int) -> None:
        super().__init__(
            f"Of {on_hand} on hand, {reserved} are reserved by orders and can't be written off.",
            details={"on_hand": on_hand, "reserved": reserved},
        )


class StockAlreadyMoved(DomainError):
    """A movement of this reference is in the ledger already: each happens exactly once."""

    code = "stock_already_moved"

    def __init__(self) -> None:
        super().__init__("That stock was moved already.")
