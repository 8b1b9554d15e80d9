"""Undo what an import changed in a product, if nothing else changed it since."""

import json
from collections.abc import Collection, Container, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import datetime
from typing import Any, Final, Self, TypeVar

from novacart.application.catalog.base_values import move_archived
from novacart.application.catalog.galleries import GalleryChange, restore_images
from novacart.application.ports.import_jobs import EntryResult, ImportEntry
from novacart.application.ports.product_references import BaseValues
from novacart.application.ports.unit_of_work import UnitOfWork
from novacart.domain.catalog.category import Category
from novacart.domain.catalog.errors import CategoryNotFound, OptionValueInUse
from novacart.domain.catalog.picture import Picture, SmallerImage
from novacart.domain.catalog.product import Product
from novacart.domain.catalog.product_details import ProductDetails
from novacart.domain.catalog.variant import Variant, VariantDetails
from novacart.domain.shared.errors import DomainError
from novacart.domain.shared.ids import CategoryId, OptionId, OptionValueId, ProductId, VariantId
from novacart.domain.shared.money import Money

DetailsT = TypeVar("DetailsT", ProductDetails, VariantDetails, BaseValues)


@dataclass(slots=True, kw_only=True)
class ProductChange:
    """A change of a product by a batch of an import.

    `before` is the product before the batch, None for a new one. `stock` has the change of each
    variant's stock and the version of its level afterwards.
    """

    product_id: ProductId
    before: Product | None
    stock: dict[VariantId, tuple[int, int]]

    def to_json(
        self,
        version: int,
        *,
        source: str,
        base: BaseValues | None,
        has_new_base: bool,
        pictures: GalleryChange | None,
    ) -> str:
        """`version` is that of the product after the batch was saved.

        `base` are the base values before, if any. The file of `source` replaced them if the product
        `has_new_base`.
        """
        data = {
            "version": version,
            "version_before": None if self.before is None else self.before.version,
            "before": None if self.before is None else _snapshot(self.before),
            "stock": {str(each): list(change) for each, change in self.stock.items()},
        }
        if has_new_base:
            data["base"] = {"source": source, "values": None if base is None else _values(base)}
        if pictures is not None:
            data["pictures"] = {
                "before": [asdict(each) for each in pictures.before],
                "after": [asdict(each) for each in pictures.after],
            }
        return json.dumps(data, separators=(",", ":"))


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoneChange:
    """What an undo did to a product, kept with the entry of the change.

    `version` is that of the product afterwards, `version_before` that before the undone change.
    `variants` were archived at `archived_at` (ISO 8601, "" in entries of earlier releases), with
    their versions. `options` has the texts of archived variants by the names of the options, if the
    undo removed one of these. `stock` has the version of each variant's stock afterwards, and that
    before the undone change.
    """

    version: int
    version_before: int | None
    archived_at: str = ""
    variants: Mapping[str, int] = field(default_factory=dict)
    options: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    stock: Mapping[str, Sequence[int]] = field(default_factory=dict)

    def to_json(self) -> str:
        return json.dumps(asdict(self), separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> Self:
        return cls(**json.loads(text))


def was_removed(product: Product, undone: Iterable[ImportEntry]) -> bool:
    """Whether an archived product was archived by an undo, and not since then by staff."""
    return product.is_archived and any(
        # Entries of earlier releases have no version.
        entry.result is EntryResult.REMOVED
        if entry.undo is None
        else UndoneChange.from_json(entry.undo).version == product.version
        for entry in undone
        if entry.product_id == product.id
    )


def removed_variants(
    product: Product, undone: Iterable[ImportEntry]
) -> dict[VariantId, Mapping[str, str]]:
    """The archived variants that an undo archived, and not staff since then.

    They have the texts of their values, by the names of the options, as they were before the undo.
    """
    changes = [
        UndoneChange.from_json(entry.undo)
        for entry in undone
        if entry.product_id == product.id and entry.undo is not None
    ]
    texts = {variant_id: of for each in changes for variant_id, of in each.options.items()}
    return {
        variant.id: texts.get(str(variant.id)) or product.option_texts(variant)
        for variant in product.variants
        if any(_was_archived_by(each, variant) for each in changes)
    }


def _was_archived_by(change: UndoneChange, variant: Variant) -> bool:
    """Whether the variant is archived by this undo, and was not restored since then."""
    version = change.variants.get(str(variant.id))
    if version is None or variant.archived_at is None:
        return False
    # An option that was added later has changed the version.
    is_same_time = variant.archived_at.isoformat() == change.archived_at
    return is_same_time or variant.version == version


class ChangedSinceImport(DomainError):
    """The product or category was changed after the import."""

    def __init__(self) -> None:
        super().__init__("It was changed after the import.")


CATEGORY_RESULTS: Final = frozenset({EntryResult.CATEGORY, EntryResult.CATEGORY_KEPT})
"""The results of entries of categories that the import added."""


def category_entry(category: Category, *, line: int) -> ImportEntry:
    """The entry of a category that an import added, not numbered."""
    undo = json.dumps({"category": category.id, "version": category.version})
    name = category.details.name
    return ImportEntry(number=0, line=line, result=EntryResult.CATEGORY, detail=name, undo=undo)


def added_category(entry: ImportEntry) -> CategoryId | None:
    """The category of an entry of `category_entry`, before it is removed."""
    if entry.result not in CATEGORY_RESULTS or entry.undo is None:
        return None
    return CategoryId(json.loads(entry.undo)["category"])


def undo_entry(
    work: UnitOfWork,
    entry: ImportEntry,
    *,
    job_id: int,
    categories: Container[CategoryId],
    at: datetime,
) -> ImportEntry:
    """Undo a change, and return its entry afterwards.

    `categories` were added by the import. Raises as `_undo_change` and `_remove_category`.
    """
    if (category_id := added_category(entry)) is not None:
        change = json.loads(entry.undo or "{}")
        _remove_category(work, category_id, change["version"], at=at)
        title = change.get("title", entry.detail)
        return replace(entry, result=EntryResult.CATEGORY_REMOVED, detail=title, undo=None)
    if entry.undo is None or entry.product_id is None:
        # Earlier releases kept no more of a change that could not be undone.
        return entry
    change = json.loads(entry.undo)
    done = _undo_change(work, entry.product_id, change, job_id=job_id, categories=categories, at=at)
    return replace(
        entry,
        result=EntryResult.REMOVED if change["before"] is None else EntryResult.UNDONE,
        detail=change.get("title", entry.detail),
        undo=done.to_json(),
    )


def kept_entry(entry: ImportEntry, error: DomainError) -> ImportEntry:
    """The entry of a change that can't be undone now, with the title for a later undo."""
    is_category = added_category(entry) is not None
    result = EntryResult.CATEGORY_KEPT if is_category else EntryResult.KEPT
    change = json.loads(entry.undo or "{}")
    title = change.setdefault("title", entry.detail)
    undo = json.dumps(change, separators=(",", ":"))
    return replace(entry, result=result, detail=f"{title}: {error.message}", undo=undo)


def _remove_category(
    work: UnitOfWork, category_id: CategoryId, version: int, *, at: datetime
) -> None:
    """Remove a category that has the `version` that the import gave it.

    Raises `DomainError` for one that was changed since, and `CategoryInUse`.
    """
    work.categories.lock_tree()
    category = work.categories.get_for_update(category_id)
    if category.version != version:
        raise ChangedSinceImport
    category.remove(at=at)
    work.categories.remove(category)


def _undo_change(
    work: UnitOfWork,
    product_id: ProductId,
    data: Mapping[str, Any],
    *,
    job_id: int,
    categories: Container[CategoryId],
    at: datetime,
) -> UndoneChange:
    """Archive a product that the import added, or restore what it had before.

    A product that is archived leaves a category that the import added, so that it can be removed.
    Archived products and variants are removed from carts and wishlists. Later changes of the import
    are undone before. Raises `DomainError` if it can't be undone; nothing is changed then.
    """
    product = work.products.get_many_for_update([product_id]).get(product_id)
    if product is None or product.is_archived:
        raise ChangedSinceImport
    changes = {VariantId(int(each)): change for each, change in data["stock"].items()}
    undone = work.import_jobs.undone_entries([product_id])
    _ensure_unchanged(work, product, data["version"], changes, undone)
    active = {variant.id for variant in product.active_variants}
    texts = removed_variants(product, undone) | {
        variant.id: product.option_texts(variant) for variant in product.active_variants
    }
    # So the same file fetches them again.
    fetched = work.picture_downloads.forget(job_id, product_id)
    if data["before"] is None:
        if product.details.category_id in categories:
            product.edit(replace(product.details, category_id=None, attributes=()), at=at)
        product.archive(at=at)
    else:
        _restore_product(work, product, data, fetched=fetched, at=at)
    if "base" in data:
        _restore_base_values(work, product, data["base"], removed=texts.keys() - active, at=at)
    if product.event_count:
        work.products.save(product)
    archived = [each for each in product.variants if each.is_archived and each.id in active]
    stock = _return_stock(work, changes, job_id=job_id, at=at)
    # After the stock: checkouts lock it before carts.
    _discard(work, product, archived)
    return UndoneChange(
        version=product.version,
        version_before=data["version_before"],
        archived_at=at.isoformat(),
        variants={str(variant.id): variant.version for variant in archived},
        options={
            str(variant.id): texts[variant.id]
            for variant in product.variants
            if variant.is_archived
            and variant.id in texts
            and texts[variant.id] != product.option_texts(variant)
        },
        stock=stock,
    )


def _restore_product(
    work: UnitOfWork,
    product: Product,
    data: Mapping[str, Any],
    *,
    fetched: Collection[str],
    at: datetime,
) -> None:
    """Restore details, variants, options and pictures.

    Pictures that were `fetched` from these URLs are removed.
    """
    image, images = product.details.image, product.images
    _ensure_category_exists(work, data["before"]["details"])
    _ensure_attributes_exist(work, data["before"]["details"])
    _restore(product, data["before"], at=at)
    pictures = _gallery_change(data)
    if fetched or product.images != images or pictures is not None:
        restore_images(work, product, image=image, without=fetched, change=pictures, at=at)


def _restore_base_values(
    work: UnitOfWork,
    product: Product,
    data: Mapping[str, Any],
    *,
    removed: Collection[VariantId],
    at: datetime,
) -> None:
    """Restore the base values before the change, and let archived variants follow them."""
    base = None if data["values"] is None else _details(BaseValues, data["values"])
    known = work.product_references.base_values(data["source"], [product.id])
    if base is not None and product.id in known and not product.is_archived:
        move_archived(product, known[product.id], base, removed=removed, at=at)
    work.product_references.save_base_values(data["source"], {product.id: base})


def _return_stock(
    work: UnitOfWork,
    changes: Mapping[VariantId, tuple[int, int]],
    *,
    job_id: int,
    at: datetime,
) -> Mapping[str, Sequence[int]]:
    """Undo changes of stock. Returns the versions of the levels, as in `UndoneChange`."""
    versions = {}
    for variant_id, (delta, version) in sorted(changes.items()):
        level = work.stock.adjust(variant_id, -delta, reason=f"Import {job_id} undone", at=at)
        versions[str(variant_id)] = (level.version, version - 1)
    return versions


def _gallery_change(data: Mapping[str, Any]) -> GalleryChange | None:
    if "pictures" not in data:
        return None
    return GalleryChange(
        before=[_picture(each) for each in data["pictures"]["before"]],
        after=[_picture(each) for each in data["pictures"]["after"]],
    )


def _picture(values: Mapping[str, Any]) -> Picture:
    smaller = tuple(SmallerImage(**each) for each in values["smaller"])
    return Picture(**{**values, "smaller": smaller})


def _discard(work: UnitOfWork, product: Product, archived: Sequence[Variant]) -> None:
    """Remove archived variants, or all of an archived product, from carts and wishlists."""
    variant_ids = [each.id for each in (product.variants if product.is_archived else archived)]
    if variant_ids:
        work.carts.discard_everywhere(variant_ids)
        work.wishlists.discard_everywhere(variant_ids)


def note_picture(work: UnitOfWork, product: Product, *, job_id: int, version_before: int) -> None:
    """Let a picture that an import named, and that was fetched later, not prevent its undo."""
    entry = work.import_jobs.change_of(job_id, product.id)
    if entry is None or entry.undo is None:
        return
    change = json.loads(entry.undo)
    if change["version"] == version_before:
        change["version"] = product.version
        undo = json.dumps(change, separators=(",", ":"))
        work.import_jobs.update_entry(job_id, replace(entry, undo=undo))


def _ensure_unchanged(
    work: UnitOfWork,
    product: Product,
    version: int,
    stock: Mapping[VariantId, tuple[int, int]],
    undone: Iterable[ImportEntry],
) -> None:
    """Raises `DomainError` unless only undos have changed the product and its stock since then.

    `version` is that of the product after the import, and `stock` is as in `ProductChange`.
    """
    undos = [UndoneChange.from_json(entry.undo) for entry in undone if entry.undo is not None]
    returned = {(each.version, each.version_before) for each in undos}
    if product.version != version and (product.version, version) not in returned:
        raise ChangedSinceImport
    levels = work.stock.levels(stock)
    for variant_id, (delta, after) in stock.items():
        level = levels[variant_id]
        changes = [each.stock.get(str(variant_id)) for each in undos]
        if level.version != after and [level.version, after] not in changes:
            raise DomainError("Its stock was adjusted after the import.")
        level.adjusted(-delta)


def _ensure_category_exists(work: UnitOfWork, details: Mapping[str, Any]) -> None:
    """Raises `DomainError` if the category of the product was removed since."""
    if (category_id := details.get("category_id")) is None:
        return
    try:
        work.categories.get(category_id)
    except CategoryNotFound as error:
        raise DomainError("The category that it had was removed after the import.") from error


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
    values = {
        variant_id: {
            # Of options that the import added.
            **product.variant(variant_id).values,
            **{OptionId(int(each)): OptionValueId(value) for each, value in data["values"].items()},
        }
        for variant_id, data in variants.items()
    }
    product.change_options(values, at=at)
    _remove_options(product, before.get("options"), at=at)
    product.edit_variants(
        {each: _details(VariantDetails, data["details"]) for each, data in variants.items()}, at=at
    )
    product.edit(_details(ProductDetails, before["details"]), at=at)
    if before["is_archived"]:
        product.archive(at=at)


def _remove_options(
    product: Product, before: Mapping[str, Sequence[int]] | None, *, at: datetime
) -> None:
    """Remove the options and values that the import added.

    `before` has the values of each option before the import, None if an earlier release imported.
    Values of archived variants stay.
    """
    if before is None:
        return
    for option in product.options:
        if str(option.id) not in before:
            product.remove_option(option.id, at=at)
            continue
        for value in option.values:
            if value.id not in before[str(option.id)]:
                with suppress(OptionValueInUse):
                    product.remove_option_value(option.id, value.id, at=at)


def _snapshot(product: Product) -> dict[str, Any]:
    return {
        "details": _values(product.details),
        "default": product.default_variant_id,
        "is_archived": product.is_archived,
        "options": {
            str(option.id): [value.id for value in option.values] for option in product.options
        },
        "variants": {
            str(variant.id): {
                "details": _values(variant.details),
                "values": {str(option): value for option, value in variant.values.items()},
            }
            for variant in product.active_variants
        },
    }


def _values(details: ProductDetails | VariantDetails | BaseValues) -> dict[str, Any]:
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
