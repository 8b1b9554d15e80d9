"""Choose the variant that clients buy who name only the product."""

from dataclasses import dataclass

from novacart.application.authorization.actor import Actor
from novacart.application.catalog.versions import ensure_version
from novacart.application.ports.clock import Clock
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.shared.ids import ProductId, VariantId


@dataclass(frozen=True, slots=True, kw_only=True)
class SetDefaultVariantCommand:
    """`expected_version` is the product's version that the editor read; None skips the check."""

    actor: Actor
    product_id: ProductId
    variant_id: VariantId
    expected_version: int | None = None


class SetDefaultVariant:
    """Make a variant the default of its product. Carts, wishlists and orders keep their variants.

    Raises `PermissionDenied`, `ProductNotFound`, `StaleVersion`, and `VariantNotFound` for an
    archived variant and for another product's.
    """

    def __init__(self, *, begin: UnitOfWorkFactory, clock: Clock) -> None:
        self._begin = begin
        self._clock = clock

    def __call__(self, command: SetDefaultVariantCommand) -> None:
        command.actor.require("products.write")
        with self._begin() as work:
            product = work.products.get_for_update(command.product_id)
            product.ensure_active()
            ensure_version(product.version, command.expected_version)
            if product.set_default_variant(command.variant_id, at=self._clock.now()):
                work.products.save(product)
            work.commit()
