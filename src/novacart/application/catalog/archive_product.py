"""Remove a product from the catalog."""

from dataclasses import dataclass

from novacart.application.authorization.actor import Actor
from novacart.application.catalog.versions import ensure_version
from novacart.application.ports.clock import Clock
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.shared.ids import ProductId


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveProductCommand:
    """`expected_version` is the version that the editor read; None skips the check."""

    actor: Actor
    product_id: ProductId
    expected_version: int | None = None


class ArchiveProduct:
    """Archive a product, and remove it from carts and wishlists. Orders keep their own copy of it.

    Raises `PermissionDenied`, `ProductNotFound` for an unknown or archived product, and
    `StaleVersion`.
    """

    def __init__(self, *, begin: UnitOfWorkFactory, clock: Clock) -> None:
        self._begin = begin
        self._clock = clock

    def __call__(self, command: ArchiveProductCommand) -> None:
        command.actor.require("products.write")
        with self._begin() as work:
            product = work.products.get_for_update(command.product_id)
            ensure_version(product.version, command.expected_version)
            product.archive(at=self._clock.now())
            work.products.save(product)
            variant_ids = [variant.id for variant in product.variants]
            work.carts.discard_everywhere(variant_ids)
            work.wishlists.discard_everywhere(variant_ids)
            work.commit()
