"""Edit the variants of a product."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from novacart.application.authorization.actor import Actor
from novacart.application.catalog.galleries import save_images
from novacart.application.catalog.policy import CatalogPolicy
from novacart.application.catalog.versions import ensure_version
from novacart.application.ports.clock import Clock
from novacart.application.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory
from novacart.domain.catalog.errors import StaleVersion
from novacart.domain.catalog.product import Product
from novacart.domain.catalog.variant import MAX_VARIANTS
from novacart.domain.shared.errors import InvalidValue
from novacart.domain.shared.ids import OptionId, OptionValueId, ProductId, VariantId


@dataclass(frozen=True, slots=True, kw_only=True)
class VariantEdit:
    """`changes` are new values by the name of the field in `VariantDetails`.

    `values` are new values of all options; None keeps them. `stock` sets the number of units that
    can be ordered. With `stock_read`, the number that the editor read, it is a change by their
    difference: orders placed since then keep their units. `expected_version` is the version of
    the variant that the editor read; None skips the check.
    """

    variant_id: VariantId
    changes: Mapping[str, Any] = field(default_factory=dict)
    values: Mapping[OptionId, OptionValueId] | None = None
    stock: int | None = None
    stock_read: int | None = None
    expected_version: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EditVariantsCommand:
    """Without `product_id` the product is that of the first edited variant.

    `order` are all variants that are not archived, in their new order, and `order_read` is the
    order that the editor read. None keeps the order.
    """

    actor: Actor
    edits: Sequence[VariantEdit]
    product_id: ProductId | None = None
    order: Sequence[VariantId] | None = None
    order_read: Sequence[VariantId] | None = None
    reason: str = "Set by staff"


class EditVariants:
    """Edit and sort the variants of one product, all or none. Returns those whose values changed.

    Variants may exchange their SKUs and their values of options. Raises `PermissionDenied`,
    `ProductNotFound`, `VariantNotFound` for an archived variant and for another product's,
    `StaleVersion`, also if the order is not `order_read` any more, `SkuTaken`,
    `DuplicateCombination`, `StockIsReserved`, and `InvalidValue`.
    """

    def __init__(self, *, begin: UnitOfWorkFactory, clock: Clock, policy: CatalogPolicy) -> None:
        self._begin = begin
        self._clock = clock
        self._policy = policy

    def __call__(self, command: EditVariantsCommand) -> set[VariantId]:
        command.actor.require("products.write")
        edits = command.edits
        if any(edit.stock is not None for edit in edits):
            command.actor.require("stock.write")
        if (not edits and command.order is None) or len(edits) > MAX_VARIANTS:
            raise InvalidValue("edits", f"Edit 1 to {MAX_VARIANTS} variants.")
        if len({edit.variant_id for edit in edits}) < len(edits):
            raise InvalidValue("edits", "Name each variant once.")
        now = self._clock.now()
        with self._begin() as work:
            product = self._load(work, command)
            product.ensure_active()
            for edit in edits:
                ensure_version(product.variant(edit.variant_id).version, edit.expected_version)
            changed = self._edit(product, edits, at=now)
            changed |= _change_stock(work, product, command, at=now)
            if any("image" in edit.changes for edit in edits):
                save_images(work, product, at=now)
            if _arrange(product, command, at=now) or changed:
                work.products.save(product)
            work.commit()
        return changed

    @staticmethod
    def _load(work: UnitOfWork, command: EditVariantsCommand) -> Product:
        if command.product_id is None:
            return work.products.get_by_variant_for_update(command.edits[0].variant_id)
        return work.products.get_for_update(command.product_id)

    def _edit(
        self, product: Product, edits: Sequence[VariantEdit], *, at: datetime
    ) -> set[VariantId]:
        details = {
            edit.variant_id: replace(product.variant(edit.variant_id).details, **edit.changes)
            for edit in edits
        }
        for each in details.values():
            self._policy.ensure_currency(each.price.currency)
        changed = set(product.edit_variants(details, at=at))
        values = {edit.variant_id: edit.values for edit in edits if edit.values is not None}
        return changed.union(product.change_options(values, at=at))


def _change_stock(
    work: UnitOfWork, product: Product, command: EditVariantsCommand, *, at: datetime
) -> set[VariantId]:
    """Change the stock of the variants and return those whose stock changed."""
    edits = {
        edit.variant_id: edit
        for edit in command.edits
        if edit.stock is not None and edit.stock != edit.stock_read
    }
    work.stock.lock(edits)
    before = work.stock.levels(edits)
    changed = set()
    for variant_id, edit in sorted(edits.items()):
        after = work.stock.set_available(
            variant_id, edit.stock or 0, read=edit.stock_read, reason=command.reason, at=at
        )
        if after != before.get(variant_id):
            product.record_stock_change(variant_id)
            changed.add(variant_id)
    return changed


def _arrange(product: Product, command: EditVariantsCommand, *, at: datetime) -> bool:
    """Return whether the order changed."""
    if command.order is None:
        return False
    if [variant.id for variant in product.active_variants] != list(command.order_read or ()):
        raise StaleVersion
    return product.arrange_variants(command.order, at=at)
