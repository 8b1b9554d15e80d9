"""Apply an imported product to a product of the shop."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from novacart.application.catalog.imported_product import ImportedProduct, ImportedVariant
from novacart.application.catalog.row_problems import ProblemCode, RowRejected
from novacart.domain.catalog.options import OptionValue, ProductOption
from novacart.domain.catalog.product import OptionValues, Product
from novacart.domain.catalog.product_details import ProductDetails
from novacart.domain.catalog.variant import Variant, VariantDetails
from novacart.domain.shared.ids import OptionId, OptionValueId, VariantId

TakeIds = Callable[[int], Sequence[int]]


@dataclass(frozen=True, slots=True)
class MergedVariant:
    """A variant of a file with its coming details. `id` is None for a new variant."""

    imported: ImportedVariant
    id: VariantId | None
    details: VariantDetails


# The name of an option and the text of a value, both without letter case.
OptionText = tuple[str, str]


def add_options(
    product: Product,
    imported: ImportedProduct,
    take: TakeIds,
    at: datetime,
    *,
    unused: Collection[OptionText] = (),
) -> None:
    """Add the options and values that the product lacks, without the `unused` ones.

    Its present variants get the value that the file gives the default variant, or the first one.
    Raises `CatalogLimitReached` and `InvalidValue`.
    """
    options = {option.name.casefold(): option for option in product.options}
    for name, texts in _option_texts(imported.variants, unused).items():
        option = options.get(name.casefold())
        if option is None:
            ids = take(1 + len(texts))
            product.add_option(
                ProductOption.of_texts(id=OptionId(ids[0]), name=name, texts=texts, ids=ids[1:]),
                existing=_existing_text(product, imported.variants, name, texts[0]),
                at=at,
            )
            continue
        for text in texts:
            if option.value_of_text(text) is None:
                [value_id] = take(1)
                value = OptionValue(id=OptionValueId(value_id), text=text)
                product.put_option_value(option.id, value, at=at)


def unused_texts(
    before: Product,
    product: Product,
    variants: Iterable[ImportedVariant],
    *,
    archived: Collection[VariantId],
) -> Collection[OptionText]:
    """The values that `add_options` added, and that neither `variants` nor present ones have.

    Present variants need no value of a new option that none of `variants` names. Those that will be
    `archived` again don't count.
    """
    kept = {value.id for option in before.options for value in option.values}
    kept |= {each for variant in variants for each in _values(product, variant.options).values()}
    present = {
        value_id
        for variant in product.variants
        if variant.id not in archived
        for value_id in variant.values.values()
    }
    unused: set[OptionText] = set()
    for option in product.options:
        is_kept = any(value.id in kept for value in option.values)
        used = kept | present if is_kept else kept
        unused |= {
            (option.name.casefold(), value.text.casefold())
            for value in option.values
            if value.id not in used
        }
    return unused


def find_variant(product: Product, imported: ImportedVariant) -> Variant | None:
    """The variant that a file means: by id, SKU, or options; None for a new one.

    A row without id, SKU and options means the default variant, and so does one with another SKU
    for a product without options. Raises `RowRejected` for an archived variant, and for a further
    row that does not say which variant it means.
    """
    variant = _find_variant(product, imported)
    if variant is None and imported.is_further and not imported.options:
        raise RowRejected(
            ProblemCode.VARIANT_NOT_FOUND,
            "The row names no options, and no variant of the product has its SKU.",
        )
    if variant is not None and variant.is_archived:
        raise RowRejected(ProblemCode.ARCHIVED, "This variant is archived. Restore it first.")
    return variant


def find_removed(
    product: Product,
    imported: ImportedVariant,
    removed: Mapping[VariantId, Mapping[str, str]],
) -> VariantId | None:
    """The one of the `removed` variants that a file means, by SKU or options, or None.

    They have the texts of their values by the names of the options. It is None if the file means
    another variant.
    """
    variant = _find_variant(product, imported)
    if variant is not None:
        return variant.id if variant.id in removed else None
    wanted = _folded(imported.options)
    return next((each for each in removed if wanted and _folded(removed[each]) == wanted), None)


def restore_removed(
    product: Product, variant_id: VariantId, imported: ImportedVariant, *, at: datetime
) -> None:
    """Restore an archived variant with those values of the file that exist.

    Raises as `Product.restore_variant`.
    """
    present = product.variant(variant_id).values
    values = {**present, **_values(product, imported.options)}
    product.restore_variant(variant_id, values=values, at=at)


def _find_variant(product: Product, imported: ImportedVariant) -> Variant | None:
    if imported.id is not None:
        return next((each for each in product.variants if each.id == imported.id), None)
    if imported.sku is not None:
        for variant in product.variants:
            if variant.details.sku == imported.sku:
                return variant
    if not imported.options:
        is_default = not imported.is_further and (imported.sku is None or not product.options)
        return product.default_variant if is_default else None
    wanted = _folded(imported.options)
    for variant in product.active_variants:
        if _folded(product.option_texts(variant)) == wanted:
            return variant
    return None


def ensure_same_options(product: Product, imported: ImportedProduct) -> None:
    """Raises `RowRejected` if two rows give a variant different options.

    One changes the options by which the other names it, and in the next import would mean another.
    """
    given: dict[VariantId, Mapping[str, str]] = {}
    for each in imported.variants:
        variant = _find_variant(product, each) if each.options else None
        if variant is not None:
            options = _folded(each.options)
            if given.setdefault(variant.id, options) != options:
                message = "Two rows give a variant of this product different options."
                raise RowRejected(ProblemCode.CONTRADICTS_EARLIER_ROW, message)


def merge(
    product: Product,
    details: ProductDetails,
    variants: Sequence[MergedVariant],
    take: TakeIds,
    at: datetime,
) -> Sequence[VariantId]:
    """Edit a product and its variants, and add the new ones. Returns the ids of `variants`.

    All options exist. SKU and price in `details` are the present ones. Raises `DomainError`.
    """
    values = {
        each.id: {**product.variant(each.id).values, **_values(product, each.imported.options)}
        for each in variants
        if each.id is not None and each.imported.options
    }
    product.change_options(values, at=at)
    edits = {
        each.id: each.details
        for each in variants
        if each.id is not None and each.details != product.variant(each.id).details
    }
    default = product.default_variant
    sold_as = edits.get(default.id)
    if len(edits) == 1 and sold_as is not None:
        same = replace(sold_as, sku=default.details.sku, price=default.details.price)
        if same == default.details:
            # One edit of the product says as much, and is one event.
            details = replace(details, sku=sold_as.sku, price=sold_as.price)
            edits = {}
    product.edit(details, at=at)
    product.edit_variants(edits, at=at)
    new = [
        Variant(
            id=each.imported.id or VariantId(take(1)[0]),
            details=each.details,
            values=_values(product, each.imported.options),
        )
        for each in variants
        if each.id is None
    ]
    if new:
        product.add_variants(new, at=at)
    new_ids = iter([variant.id for variant in new])
    ids = [each.id or next(new_ids) for each in variants]
    for each, variant_id in zip(variants, ids, strict=True):
        if each.imported.is_default:
            product.set_default_variant(variant_id, at=at)
    return ids


def variant_details(
    changes: Mapping[str, Any], variant: Variant | None, inherited: Mapping[str, Any]
) -> VariantDetails:
    """The details of a variant after changes. A new one has `inherited` fields too.

    Raises `InvalidValue`, and `RowRejected` for a new one without a price.
    """
    if variant is not None:
        return replace(variant.details, **changes)
    changes = {**inherited, **changes}
    if "price" not in changes:
        raise RowRejected(ProblemCode.MISSING_VALUE, "This is required for a new product.", "price")
    return VariantDetails(**changes)


def _option_texts(
    variants: Sequence[ImportedVariant], unused: Collection[OptionText]
) -> dict[str, list[str]]:
    """The texts of each option, in the order of the file. Letter case does not differ them."""
    names: dict[str, str] = {}
    texts: dict[str, dict[str, str]] = {}
    for variant in variants:
        for name, text in variant.options.items():
            key = name.casefold()
            if (key, text.casefold()) in unused:
                continue
            names.setdefault(key, name)
            texts.setdefault(key, {}).setdefault(text.casefold(), text)
    return {names[key]: list(of_option.values()) for key, of_option in texts.items()}


def _existing_text(
    product: Product, variants: Sequence[ImportedVariant], name: str, first: str
) -> str:
    default_sku = product.default_variant.details.sku
    for variant in variants:
        is_default = variant.id == product.default_variant_id or (
            variant.sku is not None and variant.sku == default_sku
        )
        if is_default and name in variant.options:
            return variant.options[name]
    return first


def _values(product: Product, texts: Mapping[str, str]) -> OptionValues:
    options = {option.name.casefold(): option for option in product.options}
    values = {}
    for name, text in texts.items():
        option = options.get(name.casefold())
        value = None if option is None else option.value_of_text(text)
        if option is not None and value is not None:
            values[option.id] = value.id
    return values


def _folded(texts: Mapping[str, str]) -> dict[str, str]:
    return {name.casefold(): text.casefold() for name, text in texts.items()}
