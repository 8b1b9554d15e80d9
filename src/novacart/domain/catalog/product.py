"""Products, their options and their variants."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import product as cartesian_product
from math import prod
from typing import Final, Self

from novacart.domain.catalog.errors import (
    CatalogLimitReached,
    DuplicateCombination,
    OptionNotFound,
    OptionValueInUse,
    ProductNotArchived,
    ProductNotFound,
    SkuTaken,
    VariantIsDefault,
    VariantNotArchived,
    VariantNotFound,
)
from novacart.domain.catalog.events import (
    DefaultVariantChanged,
    EventData,
    OptionsChanged,
    ProductAdded,
    ProductArchived,
    ProductEdited,
    ProductRestored,
    VariantAdded,
    VariantArchived,
    VariantEdited,
    VariantRestored,
    VariantsArranged,
    changed_fields,
    joined,
)
from novacart.domain.catalog.options import MAX_OPTIONS, OptionValue, ProductOption
from novacart.domain.catalog.product_details import PriceChange, ProductDetails
from novacart.domain.catalog.variant import MAX_VARIANTS, Variant, VariantDetails
from novacart.domain.shared.errors import InvalidValue
from novacart.domain.shared.events import AggregateRoot
from novacart.domain.shared.ids import OptionId, OptionValueId, ProductId, VariantId

OptionValues = Mapping[OptionId, OptionValueId]

_EQUAL_VARIANTS: Final = (
    "Without this option, several variants would have the same options. Archive all but one of them"
    " first."
)


class Product(AggregateRoot):
    """A product, in the catalog or archived, with its options and variants.

    Customers buy variants. A product has at least one variant that is not archived, and one of
    these is the default: clients that name only the product buy it, and the SKU and the price in
    `details` are its own. The first variant has the id of the product, unless a file gave it
    another one. Two variants that are not archived differ in the value of an option. Stock is
    kept in `StockLevel`, by variant.

    Times are aware UTC.
    """

    __slots__ = (
        "_options",
        "_variants",
        "archived_at",
        "created_at",
        "default_variant_id",
        "details",
        "id",
        "updated_at",
    )

    def __init__(
        self,
        *,
        id: ProductId,
        details: ProductDetails,
        created_at: datetime,
        updated_at: datetime,
        archived_at: datetime | None = None,
        options: Iterable[ProductOption] = (),
        variants: Iterable[Variant],
        default_variant_id: VariantId,
        version: int = 0,
    ) -> None:
        super().__init__(version=version)
        self.id = id
        self.details = details
        self.created_at = created_at
        self.updated_at = updated_at
        self.archived_at = archived_at
        self.default_variant_id = default_variant_id
        self._options = {option.id: option for option in options}
        self._variants = _by_position(variants)

    @classmethod
    def create(
        cls,
        *,
        id: ProductId,
        details: ProductDetails,
        at: datetime,
        variant_id: VariantId | None = None,
        variant_details: VariantDetails | None = None,
    ) -> Self:
        """A new product of the catalog, with one variant.

        `variant_id` is by default the id of the product. Raises `ValueError` unless
        `variant_details` have the SKU and the price of `details`.
        """
        first = Variant(
            id=variant_id or VariantId(id),
            details=variant_details or VariantDetails(sku=details.sku, price=details.price),
        )
        if (first.details.sku, first.details.price) != (details.sku, details.price):
            message = "the first variant must have the SKU and the price of the product"
            raise ValueError(message)
        product = cls(
            id=id,
            details=details,
            created_at=at,
            updated_at=at,
            variants=[first],
            default_variant_id=first.id,
        )
        product._record(ProductAdded(occurred_at=at, product_id=id, product=details.event_data()))
        return product

    def copy(self) -> Self:
        """An independent copy with the recorded events, for changes that may fail half-way."""
        copied = type(self)(
            id=self.id,
            details=self.details,
            created_at=self.created_at,
            updated_at=self.updated_at,
            archived_at=self.archived_at,
            options=self.options,
            variants=self._variants.values(),
            default_variant_id=self.default_variant_id,
            version=self.version,
        )
        for event in self._events:
            copied._record(event)  # noqa: SLF001 (of this class)
        return copied

    @property
    def is_archived(self) -> bool:
        return self.archived_at is not None

    @property
    def options(self) -> tuple[ProductOption, ...]:
        """In the order in which they are shown."""
        return tuple(self._options.values())

    @property
    def variants(self) -> list[Variant]:
        """All variants, archived ones too, by position."""
        return list(self._variants.values())

    @property
    def active_variants(self) -> list[Variant]:
        """The variants that are not archived, by position."""
        return [variant for variant in self.variants if not variant.is_archived]

    @property
    def default_variant(self) -> Variant:
        return self._variants[self.default_variant_id]

    @property
    def is_on_sale(self) -> bool:
        """Whether a variant that is not archived costs less than its compare-at price."""
        return any(variant.details.is_on_sale for variant in self.active_variants)

    @property
    def images(self) -> list[str]:
        """The image of the product and those of its variants, each once."""
        variants = (variant.details.image for variant in self.variants)
        return [each for each in dict.fromkeys([self.details.image, *variants]) if each is not None]

    def variant(self, variant_id: VariantId) -> Variant:
        """A variant, archived or not. Raises `VariantNotFound`, also for another product's."""
        if variant_id not in self._variants:
            raise VariantNotFound
        return self._variants[variant_id]

    def option(self, option_id: OptionId) -> ProductOption:
        """Raises `OptionNotFound`."""
        if option_id not in self._options:
            raise OptionNotFound
        return self._options[option_id]

    def option_texts(self, variant: Variant) -> dict[str, str]:
        """The texts of the variant's values by the names of the options."""
        return {
            option.name: option.value(variant.values[option.id]).text
            for option in self._options.values()
        }

    def describe_options(self, variant: Variant) -> str:
        """The values of a variant on one line, such as `Size: M, Colour: Red`."""
        return ", ".join(f"{name}: {text}" for name, text in self.option_texts(variant).items())

    def edit(self, details: ProductDetails, *, at: datetime) -> bool:
        """Replace the details and return whether anything changed.

        SKU and price are also the default variant's. Raises `ProductNotFound` for an archived
        product, which must be restored first, `SkuTaken` for the SKU of another variant, and
        `InvalidValue` for a price above the compare-at price.
        """
        self.ensure_active()
        if details == self.details:
            return False
        before, after = changed_fields(self.details.event_data(), details.event_data())
        default = self.default_variant
        edited = default.details.with_sku_and_price(sku=details.sku, price=details.price)
        if edited != default.details:
            self._replace_variants([replace(default, details=edited)])
        self.details = details
        self.updated_at = at
        self._record(ProductEdited(occurred_at=at, product_id=self.id, before=before, after=after))
        return True

    def show_pictures(self, images: Sequence[str], *, at: datetime) -> bool:
        """Show the first of these images, those of the gallery. Returns whether it changed.

        Variants with another image, archived ones too, show that of the product.
        """
        without = {
            variant.id: replace(variant.details, image=None)
            for variant in self._variants.values()
            if variant.details.image is not None and variant.details.image not in images
        }
        changed = self._edit_variants(without, at=at)
        edited = self.edit(replace(self.details, image=next(iter(images), None)), at=at)
        return edited or bool(changed)

    def show_in_variants(
        self, image: str, variant_ids: Collection[VariantId], *, at: datetime
    ) -> bool:
        """Show an image as that of exactly these variants. Returns whether it changed.

        Archived variants keep theirs. Raises `VariantNotFound` for an archived variant.
        """
        shown = {variant_id: self._active_variant(variant_id) for variant_id in variant_ids}
        details = {
            variant.id: replace(variant.details, image=image) for variant in shown.values()
        } | {
            variant.id: replace(variant.details, image=None)
            for variant in self.active_variants
            if variant.details.image == image and variant.id not in shown
        }
        return bool(self.edit_variants(details, at=at))

    def change_price(self, change: PriceChange, *, at: datetime) -> bool:
        """Change the price of each variant that is not archived, rounded half up to a minor unit.

        Returns as `edit` does. Raises `InvalidValue`, and changes none, if a new price is out of
        bounds or above the compare-at price.
        """
        self.ensure_active()
        new = {
            variant.id: variant.details.with_sku_and_price(
                sku=variant.details.sku,
                price=variant.details.price.increased_by(change.percent),
            )
            for variant in self.active_variants
        }
        default = new.pop(self.default_variant_id)
        have_others_changed = bool(self._edit_variants(new, at=at))
        return self.edit(replace(self.details, price=default.price), at=at) or have_others_changed

    def archive(self, *, at: datetime) -> None:
        """Remove it from the catalog. Raises `ProductNotFound` if it is archived already."""
        self.ensure_active()
        self.archived_at = self.updated_at = at
        self._record(ProductArchived(occurred_at=at, product_id=self.id))

    def restore(self, *, at: datetime) -> None:
        """Return it to the catalog. Raises `ProductNotArchived` if it is not archived."""
        if not self.is_archived:
            raise ProductNotArchived
        self.archived_at = None
        self.updated_at = at
        self._record(ProductRestored(occurred_at=at, product_id=self.id))

    def ensure_active(self) -> None:
        """Raises `ProductNotFound` if it is archived."""
        if self.is_archived:
            raise ProductNotFound

    def add_variants(self, variants: Sequence[Variant], *, at: datetime) -> None:
        """Add new variants after the present ones.

        Raises `CatalogLimitReached`, `DuplicateCombination`, `SkuTaken`, `OptionNotFound`,
        `OptionValueNotFound`, and `InvalidValue` for a variant without a value of an option and
        for a price in another currency.
        """
        self.ensure_active()
        if len(self.active_variants) + len(variants) > MAX_VARIANTS:
            raise CatalogLimitReached("variants of a product", MAX_VARIANTS)
        next_position = 1 + max(variant.position for variant in self._variants.values())
        added = [
            replace(variant, values=self._complete(variant.values), position=position)
            for position, variant in enumerate(variants, start=next_position)
        ]
        self._replace_variants(added)
        self.updated_at = at
        for variant in added:
            self._record(
                VariantAdded(
                    occurred_at=at,
                    product_id=self.id,
                    variant_id=variant.id,
                    variant=variant.details.event_data(),
                    options=self.option_texts(variant),
                )
            )

    def missing_combinations(self) -> list[OptionValues]:
        """The combinations of values that no variant has, archived or not.

        Raises `CatalogLimitReached` if there are more combinations than a product may have
        variants.
        """
        if prod(len(option.values) for option in self._options.values()) > MAX_VARIANTS:
            raise CatalogLimitReached("variants of a product", MAX_VARIANTS)
        taken = {variant.combination for variant in self._variants.values()}
        columns = [
            [(option.id, value.id) for value in option.values] for option in self._options.values()
        ]
        combinations = cartesian_product(*columns)
        return [dict(each) for each in combinations if frozenset(each) not in taken]

    def edit_variants(
        self, details: Mapping[VariantId, VariantDetails], *, at: datetime
    ) -> Sequence[VariantId]:
        """Replace the details of several variants, all or none. Returns those that changed.

        Two variants may exchange their SKUs. Raises `VariantNotFound` for an archived variant,
        which must be restored first, `SkuTaken`, and `InvalidValue` for a price in another
        currency.
        """
        self.ensure_active()
        for variant_id in details:
            self._active_variant(variant_id)
        return self._edit_variants(details, at=at)

    def edit_archived_variant(
        self, variant_id: VariantId, details: VariantDetails, *, at: datetime
    ) -> bool:
        """Replace the details of a variant, as if it were not archived. Raises as `edit_variants`.

        Returns whether anything changed.
        """
        self.ensure_active()
        return bool(self._edit_variants({variant_id: details}, at=at))

    def _edit_variants(
        self, details: Mapping[VariantId, VariantDetails], *, at: datetime
    ) -> Sequence[VariantId]:
        before = {variant_id: self.variant(variant_id) for variant_id in details}
        edited = [
            replace(variant, details=details[variant.id])
            for variant in before.values()
            if variant.details != details[variant.id]
        ]
        if not edited:
            return []
        self._replace_variants(edited)
        self.updated_at = at
        for variant in edited:
            self._record_edit(before[variant.id], variant, at=at)
        self._copy_default(at=at)
        return [variant.id for variant in edited]

    def change_options(
        self, values: Mapping[VariantId, OptionValues], *, at: datetime
    ) -> Sequence[VariantId]:
        """Give several variants other values of the options. Returns those that changed.

        Two variants may exchange their values. Raises `VariantNotFound` for an archived variant,
        and as `add_variants`.
        """
        self.ensure_active()
        before = {variant_id: self._active_variant(variant_id) for variant_id in values}
        after = [
            replace(variant, values=self._complete(values[variant_id]))
            for variant_id, variant in before.items()
        ]
        changed = [each for each in after if each.combination != before[each.id].combination]
        if not changed:
            return []
        self._replace_variants(changed)
        self.updated_at = at
        for variant in changed:
            self._record_edit(before[variant.id], variant, at=at)
        return [variant.id for variant in changed]

    def arrange_variants(self, variant_ids: Sequence[VariantId], *, at: datetime) -> bool:
        """List the variants in this order, archived ones last. Returns whether it is another one.

        Raises `InvalidValue` unless each variant that is not archived is named once.
        """
        self.ensure_active()
        if sorted(variant_ids) != sorted(variant.id for variant in self.active_variants):
            raise InvalidValue("variants", "Name each variant of the product once.")
        archived = [variant.id for variant in self.variants if variant.is_archived]
        positions = {each: place for place, each in enumerate([*variant_ids, *archived])}
        moved = [
            replace(variant, position=positions[variant.id])
            for variant in self._variants.values()
            if variant.position != positions[variant.id]
        ]
        if not moved:
            return False
        self._replace_variants(moved)
        self.updated_at = at
        order = joined(variant_ids)
        self._record(VariantsArranged(occurred_at=at, product_id=self.id, order=order))
        return True

    def record_stock_change(self, variant_id: VariantId) -> None:
        """Raise the version of a variant whose stock was edited."""
        variant = self._active_variant(variant_id)
        self._variants[variant_id] = replace(variant, version=variant.version + 1)

    def archive_variant(self, variant_id: VariantId, *, at: datetime) -> None:
        """Stop selling a variant.

        Raises `VariantNotFound` if it is archived already, and `VariantIsDefault`.
        """
        self.ensure_active()
        variant = self._active_variant(variant_id)
        if variant_id == self.default_variant_id:
            raise VariantIsDefault
        self._replace_variants([replace(variant, archived_at=at)])
        self.updated_at = at
        self._record(VariantArchived(occurred_at=at, product_id=self.id, variant_id=variant_id))

    def restore_variant(
        self, variant_id: VariantId, *, at: datetime, values: OptionValues | None = None
    ) -> None:
        """Sell an archived variant again, with other `values` of the options if they are given.

        Raises `VariantNotFound`, `VariantNotArchived`, `CatalogLimitReached`,
        `DuplicateCombination` if a variant with the same values was added meanwhile, and as
        `add_variants` for `values`.
        """
        self.ensure_active()
        variant = self.variant(variant_id)
        if not variant.is_archived:
            raise VariantNotArchived
        if len(self.active_variants) >= MAX_VARIANTS:
            raise CatalogLimitReached("variants of a product", MAX_VARIANTS)
        values = variant.values if values is None else self._complete(values)
        self._replace_variants([replace(variant, values=values, archived_at=None)])
        self.updated_at = at
        self._record(VariantRestored(occurred_at=at, product_id=self.id, variant_id=variant_id))

    def set_default_variant(self, variant_id: VariantId, *, at: datetime) -> bool:
        """Make a variant the default and return whether it was another one.

        Raises `VariantNotFound` for an archived variant and for another product's.
        """
        self.ensure_active()
        self._active_variant(variant_id)
        before = self.default_variant_id
        if variant_id == before:
            return False
        self.default_variant_id = variant_id
        self.updated_at = at
        self._record(
            DefaultVariantChanged(
                occurred_at=at, product_id=self.id, before=before, after=variant_id
            )
        )
        self._copy_default(at=at)
        return True

    def add_option(self, option: ProductOption, *, existing: str, at: datetime) -> None:
        """Add an option; all present variants get its value with the text `existing`.

        Raises `CatalogLimitReached`, and `InvalidValue` for the name of another option and for a
        text that is not a value.
        """
        self.ensure_active()
        if len(self._options) >= MAX_OPTIONS:
            raise CatalogLimitReached("options of a product", MAX_OPTIONS)
        value = option.value_of_text(existing)
        if value is None:
            raise InvalidValue("existing", f"Choose a value of {option.name} for the variants.")
        self._put_option(option, at=at)
        self._replace_variants(
            replace(variant, values={**variant.values, option.id: value.id})
            for variant in self._variants.values()
        )

    def rename_option(self, option_id: OptionId, name: str, *, at: datetime) -> bool:
        """Returns whether the name changed.

        Raises `OptionNotFound`, and `InvalidValue` for the name of another option.
        """
        return self._put_option(replace(self.option(option_id), name=name), at=at)

    def put_option_value(self, option_id: OptionId, value: OptionValue, *, at: datetime) -> bool:
        """Add a value of an option, or change the text of one. Returns whether it changed.

        Raises `OptionNotFound`, `CatalogLimitReached`, and `InvalidValue` for the text of another
        value.
        """
        return self._put_option(self.option(option_id).with_value(value), at=at)

    def edit_options(self, options: Sequence[ProductOption], *, at: datetime) -> bool:
        """Replace all options, in their new order. Returns whether anything changed.

        Raises `InvalidValue` unless each option is named once, and for two options with one name,
        and `OptionValueInUse` for a missing value that a variant has, archived or not.
        """
        self.ensure_active()
        if sorted(option.id for option in options) != sorted(self._options):
            raise InvalidValue("options", "Name each option of the product once.")
        if len({option.name.casefold() for option in options}) < len(options):
            raise InvalidValue("name", "Give each option a name of its own.")
        before = self._options
        after = {option.id: option for option in options}
        if list(after.values()) == list(before.values()):
            return False
        kept = {value.id for option in options for value in option.values}
        for variant in self._variants.values():
            for option_id, value_id in variant.values.items():
                if value_id not in kept:
                    raise OptionValueInUse(before[option_id].value(value_id).text)
        changed = [option_id for option_id in after if after[option_id] != before[option_id]]
        is_moved = list(after) != list(before)
        self._options = after
        self.updated_at = at
        self._record_options(
            [before[each] for each in changed],
            [after[each] for each in changed],
            order=joined(option.name for option in options) if is_moved else None,
            at=at,
        )
        return True

    def remove_option_value(
        self, option_id: OptionId, value_id: OptionValueId, *, at: datetime
    ) -> None:
        """Remove a value that no variant has, archived or not.

        Raises `OptionNotFound`, `OptionValueNotFound`, `OptionValueInUse`, and `InvalidValue` for
        the only value of the option.
        """
        option = self.option(option_id)
        value = option.value(value_id)
        if any(variant.values[option_id] == value_id for variant in self._variants.values()):
            raise OptionValueInUse(value.text)
        self._put_option(option.without_value(value_id), at=at)

    def remove_option(self, option_id: OptionId, *, at: datetime) -> None:
        """Remove an option and its values of all variants.

        Raises `OptionNotFound`, and `DuplicateCombination` if two variants differ in it alone.
        """
        self.ensure_active()
        option = self.option(option_id)
        without = [
            replace(
                variant,
                values={each: value for each, value in variant.values.items() if each != option_id},
            )
            for variant in self._variants.values()
        ]
        try:
            self._replace_variants(without)
        except DuplicateCombination as error:
            raise DuplicateCombination(error.variant_id, _EQUAL_VARIANTS) from error
        del self._options[option_id]
        self.updated_at = at
        self._record_options([option], [], at=at)

    def _put_option(self, option: ProductOption, *, at: datetime) -> bool:
        self.ensure_active()
        before = self._options.get(option.id)
        if option == before:
            return False
        others = (each for each in self._options.values() if each.id != option.id)
        if any(other.name.casefold() == option.name.casefold() for other in others):
            raise InvalidValue("name", f"The product has an option {option.name} already.")
        self._options[option.id] = option
        self.updated_at = at
        self._record_options([] if before is None else [before], [option], at=at)
        return True

    def _active_variant(self, variant_id: VariantId) -> Variant:
        variant = self.variant(variant_id)
        variant.ensure_active()
        return variant

    def _complete(self, values: OptionValues) -> OptionValues:
        """The values in the order of the options, one for each option."""
        for option_id, value_id in values.items():
            self.option(option_id).value(value_id)
        for option in self._options.values():
            if option.id not in values:
                raise InvalidValue("values", f"Choose a value of {option.name}.")
        return {option_id: values[option_id] for option_id in self._options}

    def _replace_variants(self, variants: Iterable[Variant]) -> None:
        """Put changed and new variants in place if all rules over several variants hold.

        A changed variant gets the next version.
        """
        replaced = {
            variant.id: replace(variant, version=variant.version + 1)
            if variant.id in self._variants
            else variant
            for variant in variants
        }
        after = {**self._variants, **replaced}
        for variant in replaced.values():
            if variant.details.price.currency != self.details.price.currency:
                raise InvalidValue("price", f"Prices are in {self.details.price.currency}.")
        skus = Counter(each.details.sku for each in after.values() if each.details.sku)
        for sku, count in skus.items():
            if count > 1:
                raise SkuTaken(sku)
        seen: dict[frozenset[tuple[OptionId, OptionValueId]], VariantId] = {}
        for variant in after.values():
            if variant.is_archived:
                continue
            other = seen.setdefault(variant.combination, variant.id)
            if other != variant.id:
                raise DuplicateCombination(other)
        self._variants = _by_position(after.values())

    def _copy_default(self, *, at: datetime) -> None:
        """Copy SKU and price of the default variant to the details."""
        default = self.default_variant.details
        details = replace(self.details, sku=default.sku, price=default.price)
        before, after = changed_fields(self.details.event_data(), details.event_data())
        if after:
            self.details = details
            self._record(
                ProductEdited(occurred_at=at, product_id=self.id, before=before, after=after)
            )

    def _record_edit(self, old: Variant, new: Variant, *, at: datetime) -> None:
        before, after = changed_fields(
            {**old.details.event_data(), **self._option_data(old)},
            {**new.details.event_data(), **self._option_data(new)},
        )
        self._record(
            VariantEdited(
                occurred_at=at,
                product_id=self.id,
                variant_id=new.id,
                before=before,
                after=after,
            )
        )

    def _option_data(self, variant: Variant) -> EventData:
        return {f"option:{name}": text for name, text in self.option_texts(variant).items()}

    def _record_options(
        self,
        before: Iterable[ProductOption],
        after: Iterable[ProductOption],
        *,
        at: datetime,
        order: str | None = None,
    ) -> None:
        """Record the values of the changed options by their names, None where there is none."""
        old = {option.name: _texts(option) for option in before}
        new = {option.name: _texts(option) for option in after}
        names = {**old, **new}
        self._record(
            OptionsChanged(
                occurred_at=at,
                product_id=self.id,
                before={name: old.get(name) for name in names},
                after={name: new.get(name) for name in names},
                order=order,
            )
        )


def _texts(option: ProductOption) -> str:
    return joined(value.text for value in option.values)


def _by_position(variants: Iterable[Variant]) -> dict[VariantId, Variant]:
    ordered = sorted(variants, key=lambda each: (each.position, each.id))
    return {variant.id: variant for variant in ordered}
