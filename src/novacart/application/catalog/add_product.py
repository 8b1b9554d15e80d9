"""Add a product to the catalogue."""

from dataclasses import dataclass

from novacart.application.catalog.policy import CatalogPolicy
from novacart.application.catalog.product_fields import (
    ProductFields,
    drafted,
    ensure_category_exists,
)
from novacart.application.ports.clock import Clock
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.catalog.product import Product
from novacart.domain.shared.ids import ProductId


@dataclass(frozen=True, slots=True, kw_only=True)
class AddProductCommand:
    """`stock` units are on hand from the start."""

    fields: ProductFields
    stock: int = 0
    reason: str = "Initial stock"


class AddProduct:
    """Raises `InvalidValue`, on the field `category` for one that is not there."""

    def __init__(self, *, begin: UnitOfWorkFactory, clock: Clock, policy: CatalogPolicy) -> None:
        self._begin = begin
        self._clock = clock
        self._policy = policy

    def __call__(self, command: AddProductCommand) -> ProductId:
        now = self._clock.now()
        details = drafted(command.fields, currency=self._policy.currency)
        with self._begin() as work:
            ensure_category_exists(details.category_id, work.categories)
            [new_id] = work.ids.take()
            product = Product.draft(id=ProductId(new_id), details=details, at=now)
            work.products.add(product)
            work.stock.open({product.id: command.stock}, reason=command.reason, at=now)
            work.commit()
        return product.id
