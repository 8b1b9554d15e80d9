"""Write about a product anew."""

from dataclasses import dataclass, field
from datetime import datetime

from novacart.application.catalog.policy import CatalogPolicy
from novacart.application.catalog.product_fields import (
    ProductFields,
    ensure_category_exists,
    rewritten,
)
from novacart.application.ports.clock import Clock
from novacart.application.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory
from novacart.domain.catalog.errors import ProductNotFound, StaleVersion
from novacart.domain.shared.ids import ProductId


@dataclass(frozen=True, slots=True, kw_only=True)
class EditProductCommand:
    """`stock`, where it is given, is what can be ordered from now on.

    `expected_version` is the version that the editor has read, where they insist on it.
    """

    product_id: ProductId
    fields: ProductFields = field(default_factory=ProductFields)
    stock: int | None = None
    reason: str = "Set by staff"
    expected_version: int | None = None


class EditProduct:
    """Raises `ProductNotFound`, `StaleVersion` and `InvalidValue`."""

    def __init__(self, *, begin: UnitOfWorkFactory, clock: Clock, policy: CatalogPolicy) -> None:
        self._begin = begin
        self._clock = clock
        self._policy = policy

    def __call__(self, command: EditProductCommand) -> None:
        now = self._clock.now()
        with self._begin() as work:
            product = work.products.get_for_update(command.product_id)
            if product.is_archived:
                raise ProductNotFound
            if command.expected_version not in {None, product.version}:
                raise StaleVersion
            details = rewritten(product.details, command.fields, currency=self._policy.currency)
            if details.category_id != product.category_id:
                ensure_category_exists(details.category_id, work.categories)
            written = product.edit(details, at=now)
            if _counted(work, command, at=now) or written:
                work.products.save(product)
            work.commit()


def _counted(work: UnitOfWork, command: EditProductCommand, *, at: datetime) -> bool:
    """Set the stock; whether it is another now, which makes older readings stale."""
    if command.stock is None:
        return False
    product_id = command.product_id
    before = work.stock.levels([product_id]).get(product_id)
    after = work.stock.set_available(product_id, command.stock, reason=command.reason, at=at)
    return after != before
