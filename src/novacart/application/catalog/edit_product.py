"""Edit a product."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from novacart.application.authorization.actor import Actor
from novacart.application.catalog.attribute_rules import changed_values
from novacart.application.catalog.galleries import save_images
from novacart.application.catalog.policy import CatalogPolicy, ensure_category_exists
from novacart.application.catalog.versions import ensure_version
from novacart.application.ports.clock import Clock
from novacart.application.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory
from novacart.domain.catalog.product import Product
from novacart.domain.shared.ids import ProductId


@dataclass(frozen=True, slots=True, kw_only=True)
class EditProductCommand:
    """`changes` are new values by the name of the field in `ProductDetails`.

    `attributes` are values of attributes by their code, as in `changed_values`. `stock` sets the
    number of units that can be ordered. With `stock_read`, the number that the editor read, it is
    a change by their difference: orders placed since then keep their units.
    `expected_version` is the version that the editor read; None skips the check.
    """

    actor: Actor
    product_id: ProductId
    changes: Mapping[str, Any] = field(default_factory=dict)
    attributes: Mapping[str, object] = field(default_factory=dict)
    stock: int | None = None
    stock_read: int | None = None
    reason: str = "Set by staff"
    expected_version: int | None = None


class EditProduct:
    """Edit a product and the stock of its default variant.

    Raises `PermissionDenied`, `ProductNotFound`, `StaleVersion`, `SkuTaken`, `InvalidValue`,
    `AttributeNotInCategory` if the product has a value of an attribute that the new category
    lacks, and `StockIsReserved` if a change by a difference would remove reserved units.
    """

    def __init__(self, *, begin: UnitOfWorkFactory, clock: Clock, policy: CatalogPolicy) -> None:
        self._begin = begin
        self._clock = clock
        self._policy = policy

    def __call__(self, command: EditProductCommand) -> None:
        command.actor.require("products.write")
        if command.stock is not None:
            command.actor.require("stock.write")
        now = self._clock.now()
        with self._begin() as work:
            product = work.products.get_for_update(command.product_id)
            product.ensure_active()
            ensure_version(product.version, command.expected_version)
            # Its values depend on its new category.
            details = product.details.with_changes({**command.changes, "attributes": ()})
            self._policy.ensure_currency(details.price.currency)
            if details.category_id != product.details.category_id:
                ensure_category_exists(details.category_id, work.categories)
            attributes = changed_values(
                work, product.details, details.category_id, command.attributes
            )
            details = replace(details, attributes=attributes)
            image_before = product.details.image
            edited = product.edit(details, at=now)
            if details.image != image_before:
                save_images(work, product, at=now)
            if _change_stock(work, product, command, at=now) or edited:
                work.products.save(product)
            work.commit()


def _change_stock(
    work: UnitOfWork, product: Product, command: EditProductCommand, *, at: datetime
) -> bool:
    """Change the stock of the default variant and return whether it changed.

    A change also raises the versions of the product and of the variant.
    """
    if command.stock is None or command.stock == command.stock_read:
        return False
    variant_id = product.default_variant_id
    before = work.stock.levels([variant_id]).get(variant_id)
    after = work.stock.set_available(
        variant_id, command.stock, read=command.stock_read, reason=command.reason, at=at
    )
    if after == before:
        return False
    product.record_stock_change(variant_id)
    return True
