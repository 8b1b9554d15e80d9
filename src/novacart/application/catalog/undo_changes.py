"""Undo what an import changed in a product, if nothing else changed it since."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, TypeVar

from novacart.application.catalog.galleries import show_images
from novacart.application.ports.unit_of_work import UnitOfWork
from novacart.domain.catalog.product import Product
from novacart.domain.catalog.product_details import ProductDetails
from novacart.domain.catalog.variant import VariantDetails
from novacart.domain.shared.errors import DomainError
from novacart.domain.shared.ids import OptionId, OptionValueId, ProductId, VariantId
from novacart.domain.shared.money import Money

DetailsT = TypeVar("DetailsT", ProductDetails, VariantDetails)


@dataclass(slots=True, kw_only=True)
class ProductChange:
    """A change of a product by a batch of an import.

    `before` is the product before the batch, None for a new one. `stock` has the change of each
    variant's stock and the version of its level afterwards.
    """

    product_id: ProductId
    before: Product | None
    stock: dict[VariantId, tuple[int, int]]

    def to_json(self, version: int) -> str:
        """`version` is that of the product after the batch was saved."""
        return json.dumps(
            {
                "version": version,
                "version_before": None if self.before is None else self.before.version,
                "before": None if self.before is None else _snapshot(self.before),
                "stock": {str(each): list(change) for each, change in self.stock.items()},
            },
            separators=(",", ":"),
        )


class UndoneSinceChanged(DomainError):
    """The product was changed after the import."""

    def __init__(self) -> None:
        super().__init__("It was changed after the import.")


def is_addition(undo: str) -> bool:
    """Whether the change added the product."""
    return json.loads(undo)["before"] is None


def undo_change(
    work: UnitOfWork,
    product_id: ProductId,
    undo: str,
    undone_versions: dict[ProductId, int],
    *,
    job_id: int,
    at: datetime,
) -> None:
    """Archive a product that the import added, or restore what it had before.

    `undone_versions` are the versions that products had before changes that were undone already,
    the newest first. Raises `DomainError` if it can't be undone; nothing is changed then.
    """
    data = json.loads(undo)
    product = work.products.get_many_for_update([product_id]).get(product_id)
    if product is None or product.is_archived:
        raise UndoneSinceChanged
    if data["version"] not in {product.version, undone_versions.get(product_id)}:
        raise UndoneSinceChanged
    changes = {VariantId(int(each)): change for each, change in data["stock"].items()}
    levels = work.stock.levels(changes)
    for variant_id, (delta, version) in changes.items():
        if levels[variant_id].version != version:
            raise DomainError("Its stock was adjusted after the import.")
        levels[variant_id].adjusted(-delta)
    if data["before"] is None:
        product.archive(at=at)
    else:
        images = product.images
        _ensure_attributes_exist(work, data["before"]["details"])
        _restore(product, data["before"], at=at)
        if product.images != images:
            show_images(work, product, at=at)
    if product.event_count:
        work.products.save(product)
    for variant_id, (delta, _) in sorted(changes.items()):
        work.stock.adjust(variant_id, -delta, reason=f"Import {job_id} undone", at=at)
    if data["version_before"] is not None:
        undone_versions[product_id] = data["version_before"]


def _ensure_attributes_exist(work: UnitOfWork, details: Mapping[str, Any]) -> None:
    """Raises `DomainError` if an attribute of the product, or its value, was removed since."""
    values, category_id = details.get("attributes"), details.get("category_id")
    if not values or category_id is None:
        return
    attributes = {each.id: each.details for each in work.attributes.of_category(category_id)}
    for attribute_id, value in values:
        if attribute_id not in attributes or attributes[attribute_id].shown(value) is None:
            raise DomainError("An attribute of which it had a value was removed after the import.")


def _restore(product: Product, before: Mapping[str, Any], *, at: datetime) -> None:
    variants = {VariantId(int(each)): data for each, data in before["variants"].items()}
    product.set_default_variant(VariantId(before["default"]), at=at)
    for variant in product.active_variants:
        if variant.id not in variants:
            product.archive_variant(variant.id, at=at)
    for variant_id, data in variants.items():
        values = {
            OptionId(int(option)): OptionValueId(value) for option, value in data["values"].items()
        }
        # Options that the import added keep their values.
        product.change_options(variant_id, {**product.variant(variant_id).values, **values}, at=at)
    product.edit_variants(
        {each: _details(VariantDetails, data["details"]) for each, data in variants.items()}, at=at
    )
    product.edit(_details(ProductDetails, before["details"]), at=at)
    if before["is_archived"]:
        product.archive(at=at)


def _snapshot(product: Product) -> dict[str, Any]:
    return {
        "details": _values(product.details),
        "default": product.default_variant_id,
        "is_archived": product.is_archived,
        "variants": {
            str(variant.id): {
                "details": _values(variant.details),
                "values": {str(option): value for option, value in variant.values.items()},
            }
            for variant in product.active_variants
        },
    }


def _values(details: ProductDetails | VariantDetails) -> dict[str, Any]:
    values = {field.name: getattr(details, field.name) for field in fields(details)}
    return {
        name: {"amount": value.amount, "currency": value.currency}
        if isinstance(value, Money)
        else value
        for name, value in values.items()
    }


def _details(kind: type[DetailsT], values: Mapping[str, Any]) -> DetailsT:
    given: dict[str, Any] = {
        name: Money(value["amount"], value["currency"]) if isinstance(value, dict) else value
        for name, value in values.items()
    }
    return kind(**given)
