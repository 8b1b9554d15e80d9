"""Errors of the catalog."""

from collections.abc import Sequence

from novacart.domain.shared.errors import DomainError
from novacart.domain.shared.ids import ProductId


class ProductNotFound(DomainError):
    """The product does not exist or is archived."""

    code = "product_not_found"

    def __init__(self) -> None:
        super().__init__("This product is not in the catalog.")


class CategoryNotFound(DomainError):
    code = "category_not_found"

    def __init__(self) -> None:
        super().__init__("This category does not exist.")


class SlugTaken(DomainError):
    code = "slug_taken"

    def __init__(self, slug: str) -> None:
        super().__init__(f"Another category has the slug “{slug}”.")


class SkuTaken(DomainError):
    """Another product, perhaps an archived one, has the SKU."""

    code = "sku_taken"

    def __init__(self, sku: str) -> None:
        super().__init__(f"Another product has the SKU “{sku}”.")


class StaleVersion(DomainError):
    """The editor read an older version than the current one."""

    code = "stale_version"

    def __init__(self) -> None:
        super().__init__("It was changed after you read it. Reload it, then repeat your change.")


class ProductNotArchived(DomainError):
    code = "product_not_archived"

    def __init__(self) -> None:
        super().__init__("This product is not archived.")


class OutOfStock(DomainError):
    """Fewer units are available than requested.

    `details["lines"]` names each product that falls short:
    `{"product": id, "requested": n, "available": m}`.
    """

    code = "out_of_stock"

    def __init__(self, lines: Sequence[tuple[ProductId, int, int]]) -> None:
        """`lines` are product, requested and available, by rising product id."""
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
    """An adjustment would leave fewer units than orders have reserved."""

    code = "stock_reserved"

    def __init__(self, *, on_hand: int, reserved: int) -> None:
        super().__init__(
            f"Of {on_hand} units on hand, {reserved} are reserved by orders and can't be removed.",
            details={"on_hand": on_hand, "reserved": reserved},
        )


class StockAlreadyMoved(DomainError):
    """The ledger already contains a movement with this reference."""

    code = "stock_already_moved"

    def __init__(self) -> None:
        super().__init__("This stock movement was already recorded.")
