"""Add variants to a product."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from novacart.application.authorization.actor import Actor
from novacart.application.catalog.galleries import save_images
from novacart.application.catalog.policy import CatalogPolicy
from novacart.application.catalog.versions import ensure_version
from novacart.application.ports.clock import Clock
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.catalog.product import Product
from novacart.domain.catalog.variant import Variant, VariantDetails
from novacart.domain.shared.ids import OptionId, OptionValueId, ProductId, VariantId


@dataclass(frozen=True, slots=True, kw_only=True)
class AddVariantCommand:
    """`values` name one value for each option; `stock` is the number of units on hand at first.

    Without `details`, the variant has the price, compare-at price and weight of the default one.
    `expected_version` is the version of the product that the editor read; None skips the check.
    """

    actor: Actor
    product_id: ProductId
    details: VariantDetails | None = None
    values: Mapping[OptionId, OptionValueId] = field(default_factory=dict)
    stock: int = 0
    reason: str = "Initial stock"
    expected_version: int | None = None


class AddVariant:
    """Add a variant to a product, and return its id.

    Raises `PermissionDenied`, `ProductNotFound`, `StaleVersion`, `SkuTaken`, `InvalidValue` for a
    price in another currency, and as `Product.add_variants`.
    """

    def __init__(self, *, begin: UnitOfWorkFactory, clock: Clock, policy: CatalogPolicy) -> None:
        self._begin = begin
        self._clock = clock
        self._policy = policy

    def __call__(self, command: AddVariantCommand) -> VariantId:
        command.actor.require("products.write")
        if command.stock:
            command.actor.require("stock.write")
        now = self._clock.now()
        with self._begin() as work:
            product = work.products.get_for_update(command.product_id)
            product.ensure_active()
            ensure_version(product.version, command.expected_version)
            [new_id] = work.ids.take()
            details = command.details or _like_default(product)
            self._policy.ensure_currency(details.price.currency)
            variant = Variant(id=VariantId(new_id), details=details, values=command.values)
            product.add_variants([variant], at=now)
            if details.image is not None:
                save_images(work, product, at=now)
            work.products.save(product)
            work.stock.open({variant.id: command.stock}, reason=command.reason, at=now)
            work.commit()
        return variant.id


@dataclass(frozen=True, slots=True, kw_only=True)
class FillVariantsCommand:
    """`expected_version` is the product's version that the editor read; None skips the check."""

    actor: Actor
    product_id: ProductId
    expected_version: int | None = None


class FillVariants:
    """Add a variant for each combination of values that has none, not even an archived one.

    They have the price, compare-at price and weight of the default variant, and no stock.
    Returns the number of new variants. Raises `PermissionDenied`, `ProductNotFound`,
    `StaleVersion`, and `CatalogLimitReached` for too many combinations.
    """

    def __init__(self, *, begin: UnitOfWorkFactory, clock: Clock) -> None:
        self._begin = begin
        self._clock = clock

    def __call__(self, command: FillVariantsCommand) -> int:
        command.actor.require("products.write")
        now = self._clock.now()
        with self._begin() as work:
            product = work.products.get_for_update(command.product_id)
            product.ensure_active()
            ensure_version(product.version, command.expected_version)
            missing = product.missing_combinations()
            if not missing:
                return 0
            details = _like_default(product)
            variants = [
                Variant(id=VariantId(new_id), details=details, values=values)
                for new_id, values in zip(work.ids.take(len(missing)), missing, strict=True)
            ]
            product.add_variants(variants, at=now)
            work.products.save(product)
            opening = {variant.id: 0 for variant in variants}
            work.stock.open(opening, reason="Initial stock", at=now)
            work.commit()
        return len(variants)


def _like_default(product: Product) -> VariantDetails:
    return replace(product.default_variant.details, sku=None, barcode=None, image=None)
