"""Stop selling a variant, and sell it again."""

from dataclasses import dataclass

from novacart.application.authorization.actor import Actor
from novacart.application.catalog.versions import ensure_version
from novacart.application.ports.clock import Clock
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.shared.ids import VariantId


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveVariantCommand:
    """`expected_version` is the variant's version that the editor read; None skips the check."""

    actor: Actor
    variant_id: VariantId
    expected_version: int | None = None


class ArchiveVariant:
    """Archive a variant, and remove it from carts and wishlists. Orders keep their own copy of it.

    Raises `PermissionDenied`, `VariantNotFound`, `ProductNotFound` for one of an archived product,
    `StaleVersion`, and `VariantIsDefault`.
    """

    def __init__(self, *, begin: UnitOfWorkFactory, clock: Clock) -> None:
        self._begin = begin
        self._clock = clock

    def __call__(self, command: ArchiveVariantCommand) -> None:
        command.actor.require("products.write")
        with self._begin() as work:
            product = work.products.get_by_variant_for_update(command.variant_id)
            ensure_version(product.variant(command.variant_id).version, command.expected_version)
            product.archive_variant(command.variant_id, at=self._clock.now())
            work.products.save(product)
            work.carts.discard_everywhere([command.variant_id])
            work.wishlists.discard_everywhere([command.variant_id])
            work.commit()


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreVariantCommand:
    actor: Actor
    variant_id: VariantId


class RestoreVariant:
    """Sell an archived variant again.

    Raises `PermissionDenied`, `ProductNotFound`, and as `Product.restore_variant`.
    """

    def __init__(self, *, begin: UnitOfWorkFactory, clock: Clock) -> None:
        self._begin = begin
        self._clock = clock

    def __call__(self, command: RestoreVariantCommand) -> None:
        command.actor.require("products.write")
        with self._begin() as work:
            product = work.products.get_by_variant_for_update(command.variant_id)
            product.restore_variant(command.variant_id, at=self._clock.now())
            work.products.save(product)
            work.commit()
