from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from novacart.domain.catalog.errors import (
    CatalogLimitReached,
    DuplicateCombination,
    OptionNotFound,
    OptionValueInUse,
    OptionValueNotFound,
    ProductNotFound,
    SkuTaken,
    VariantIsDefault,
    VariantNotArchived,
    VariantNotFound,
)
from novacart.domain.catalog.events import (
    DefaultVariantChanged,
    OptionsChanged,
    ProductArchived,
    ProductEdited,
    VariantAdded,
    VariantArchived,
    VariantEdited,
    VariantRestored,
    VariantsArranged,
)
from novacart.domain.catalog.options import (
    MAX_OPTION_TEXT,
    MAX_OPTION_VALUES,
    MAX_OPTIONS,
    OptionValue,
)
from novacart.domain.catalog.product import Product
from novacart.domain.catalog.product_details import MAX_PRICE, MAX_SKU, PriceChange
from novacart.domain.catalog.variant import MAX_VARIANTS, MAX_WEIGHT, VariantDetails
from novacart.domain.shared.errors import InvalidValue
from novacart.domain.shared.ids import OptionId, OptionValueId, VariantId
from novacart.domain.shared.money import Money
from tests.support.builders.catalog import (
    NOON,
    a_product,
    a_variant,
    an_option,
    details,
    variant_details,
)

LATER = NOON + timedelta(hours=1)
SIZE, COLOUR = OptionId(100), OptionId(200)
S, M, L = OptionValueId(101), OptionValueId(102), OptionValueId(103)
RED, BLUE = OptionValueId(201), OptionValueId(202)
FIRST, SECOND = VariantId(17), VariantId(18)


@pytest.fixture
def shirt() -> Product:
    """A shirt in sizes S, the default, and M; nothing is L. Its events are collected."""
    shirt = a_product(17, details(title="Shirt", sku="SH-S", price=49_900))
    shirt.add_option(an_option(100, "Size", "S", "M", "L"), existing="S", at=NOON)
    medium = a_variant(18, {SIZE: M}, variant_details(sku="SH-M", price=59_900))
    shirt.add_variants([medium], at=NOON)
    shirt.collect_events()
    return shirt


def test_new_product_has_one_variant_with_its_id_price_and_sku() -> None:
    product = a_product(17, details(sku="LP-1", price=20_000))
    [variant] = product.variants
    assert variant is product.default_variant
    assert (variant.id, variant.details.sku, variant.details.price.amount) == (17, "LP-1", 20_000)
    assert (variant.version, product.options, product.option_texts(variant)) == (1, (), {})


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("price", Money(0, "INR")),
        ("price", Money(-1, "INR")),
        ("price", Money(MAX_PRICE + 1, "INR")),
        ("compare_at_price", Money(49_899, "INR")),
        ("compare_at_price", Money(MAX_PRICE + 1, "INR")),
        ("compare_at_price", Money(59_900, "USD")),
        ("sku", "x" * (MAX_SKU + 1)),
        ("sku", "a\nb"),
        ("barcode", "4006381333932"),
        ("weight_g", 0),
        ("weight_g", -1),
        ("weight_g", MAX_WEIGHT + 1),
        ("image", "data:image/png;base64,xx"),
    ],
)
def test_invalid_details_name_their_field(field: str, value: object) -> None:
    values: dict[str, Any] = {"price": Money(49_900, "INR")} | {field: value}
    with pytest.raises(InvalidValue) as raised:
        VariantDetails(**values)
    assert raised.value.field == field


@pytest.mark.parametrize("weight", [1, MAX_WEIGHT])
def test_limits_of_a_weight_are_inclusive(weight: int) -> None:
    assert variant_details(weight_g=weight).weight_g == weight


@pytest.mark.parametrize(
    ("compare_at", "on_sale"), [(None, False), (49_900, False), (49_901, True)]
)
def test_variant_below_its_compare_at_price_is_on_sale(
    *, compare_at: int | None, on_sale: bool
) -> None:
    assert variant_details(price=49_900, compare_at=compare_at).is_on_sale is on_sale


def test_event_data_has_every_field() -> None:
    assert variant_details(
        sku="SH-M",
        barcode="4006381333931",
        price=49_900,
        compare_at=59_900,
        weight_g=250,
        image="/media/m.webp",
    ).event_data() == {
        "sku": "SH-M",
        "barcode": "4006381333931",
        "price": 49_900,
        "compare_at_price": 59_900,
        "currency": "INR",
        "weight_g": 250,
        "image": "/media/m.webp",
    }


def test_add_variant_records_its_details_and_options(shirt: Product) -> None:
    large = variant_details(sku="SH-L", price=69_900)
    shirt.add_variants([a_variant(19, {SIZE: L}, large)], at=LATER)
    assert [variant.id for variant in shirt.active_variants] == [17, 18, 19]
    assert shirt.updated_at == LATER
    assert shirt.describe_options(shirt.variant(VariantId(19))) == "Size: L"
    [event] = shirt.collect_events()
    assert event == VariantAdded(
        occurred_at=LATER,
        product_id=17,
        variant_id=19,
        variant=large.event_data(),
        options={"Size": "L"},
    )
    assert VariantAdded.from_payload(event.payload()) == event


def test_new_variant_of_another_kind_leaves_the_default_alone(shirt: Product) -> None:
    before = shirt.default_variant
    shirt.add_variants([a_variant(19, {SIZE: L})], at=LATER)
    assert shirt.default_variant is before


def test_duplicate_combination_raises(shirt: Product) -> None:
    with pytest.raises(DuplicateCombination) as raised:
        shirt.add_variants([a_variant(19, {SIZE: M})], at=LATER)
    assert raised.value.details == {"variant": 18}
    with pytest.raises(DuplicateCombination):
        shirt.add_variants([a_variant(19, {SIZE: L}), a_variant(20, {SIZE: L})], at=LATER)
    with pytest.raises(DuplicateCombination):
        shirt.change_options({SECOND: {SIZE: S}}, at=LATER)
    assert len(shirt.variants) == 2


def test_combination_of_a_variant_after_an_archived_one_raises(shirt: Product) -> None:
    shirt.set_default_variant(SECOND, at=NOON)
    shirt.archive_variant(FIRST, at=NOON)
    with pytest.raises(DuplicateCombination):
        shirt.add_variants([a_variant(19, {SIZE: M})], at=LATER)
    shirt.add_variants([a_variant(19, {SIZE: S})], at=LATER)


def test_added_variants_follow_the_present_ones(shirt: Product) -> None:
    shirt.add_option(an_option(200, "Colour", "Red", "Blue"), existing="Red", at=NOON)
    shirt.arrange_variants([SECOND, FIRST], at=NOON)
    added = [a_variant(10 + each, {SIZE: size, COLOUR: BLUE}) for each, size in enumerate([L, S])]
    shirt.add_variants(added, at=LATER)
    assert [(each.id, each.position) for each in shirt.variants] == [
        (18, 0),
        (17, 1),
        (10, 2),
        (11, 3),
    ]


def test_changes_of_variants_and_options_are_dated(shirt: Product) -> None:
    changes: tuple[Callable[[datetime], object], ...] = (
        lambda at: shirt.change_options({SECOND: {SIZE: L}}, at=at),
        lambda at: shirt.edit_variants({FIRST: variant_details(price=1)}, at=at),
        lambda at: shirt.archive_variant(SECOND, at=at),
        lambda at: shirt.restore_variant(SECOND, at=at),
        lambda at: shirt.set_default_variant(SECOND, at=at),
        lambda at: shirt.put_option_value(SIZE, OptionValue(id=S, text="Small"), at=at),
        lambda at: shirt.rename_option(SIZE, "Fit", at=at),
        lambda at: shirt.add_option(an_option(200, "Hue", "Red"), existing="Red", at=at),
        lambda at: shirt.remove_option(COLOUR, at=at),
    )
    for hours, change in enumerate(changes, start=1):
        at = NOON + timedelta(hours=hours)
        change(at)
        assert shirt.updated_at == at
        assert {event.occurred_at for event in shirt.collect_events()} == {at}


def test_copy_of_a_product_is_changed_on_its_own(shirt: Product) -> None:
    shirt.archive_variant(SECOND, at=LATER)
    copy = shirt.copy()
    assert (copy.id, copy.details, copy.options) == (shirt.id, shirt.details, shirt.options)
    assert (copy.variants, copy.default_variant_id) == (shirt.variants, FIRST)
    assert (copy.created_at, copy.updated_at, copy.version) == (NOON, LATER, shirt.version)
    copy.archive(at=LATER)
    assert (shirt.is_archived, copy.copy().is_archived) == (False, True)
    archived = [VariantArchived(occurred_at=LATER, product_id=17, variant_id=18)]
    assert shirt.collect_events() == archived
    assert copy.collect_events() == [
        *archived,
        ProductArchived(occurred_at=LATER, product_id=shirt.id),
    ]


def test_second_variant_of_a_product_without_options_raises() -> None:
    with pytest.raises(DuplicateCombination):
        a_product(17).add_variants([a_variant(18, {})], at=LATER)


def test_variant_without_a_value_of_an_option_raises(shirt: Product) -> None:
    with pytest.raises(InvalidValue) as raised:
        shirt.add_variants([a_variant(19, {})], at=LATER)
    assert raised.value.field == "values"
    with pytest.raises(InvalidValue):
        shirt.change_options({SECOND: {}}, at=LATER)


def test_variant_with_an_unknown_option_or_value_raises(shirt: Product) -> None:
    with pytest.raises(OptionNotFound):
        shirt.add_variants([a_variant(19, {SIZE: L, COLOUR: RED})], at=LATER)
    with pytest.raises(OptionValueNotFound):
        shirt.add_variants([a_variant(19, {SIZE: RED})], at=LATER)


@pytest.mark.parametrize("sku", ["SH-S", "SH-M"])
def test_sku_of_another_variant_raises(shirt: Product, sku: str) -> None:
    with pytest.raises(SkuTaken):
        shirt.add_variants([a_variant(19, {SIZE: L}, variant_details(sku=sku))], at=LATER)


def test_sku_of_an_archived_variant_raises(shirt: Product) -> None:
    shirt.archive_variant(SECOND, at=LATER)
    with pytest.raises(SkuTaken):
        shirt.add_variants([a_variant(19, {SIZE: L}, variant_details(sku="SH-M"))], at=LATER)
    with pytest.raises(SkuTaken):
        shirt.edit(replace(shirt.details, sku="SH-M"), at=LATER)


def test_price_in_another_currency_raises(shirt: Product) -> None:
    dollars = VariantDetails(price=Money(500, "USD"))
    with pytest.raises(InvalidValue) as raised:
        shirt.add_variants([a_variant(19, {SIZE: L}, dollars)], at=LATER)
    assert raised.value.field == "price"
    with pytest.raises(InvalidValue):
        shirt.edit_variants({SECOND: dollars}, at=LATER)


def test_edit_variants_records_only_changed_fields(shirt: Product) -> None:
    cheaper = variant_details(sku="SH-M", price=54_900, compare_at=59_900)
    unchanged = shirt.variant(FIRST).details
    assert shirt.edit_variants({SECOND: cheaper, FIRST: unchanged}, at=LATER) == [SECOND]
    assert shirt.collect_events() == [
        VariantEdited(
            occurred_at=LATER,
            product_id=17,
            variant_id=18,
            before={"price": 59_900, "compare_at_price": None},
            after={"price": 54_900, "compare_at_price": 59_900},
        )
    ]
    assert (shirt.variant(FIRST).version, shirt.variant(SECOND).version) == (1 + 1, 1 + 1)


def test_edit_variants_without_changes_records_nothing(shirt: Product) -> None:
    version = shirt.variant(SECOND).version
    assert shirt.edit_variants({SECOND: shirt.variant(SECOND).details}, at=LATER) == []
    assert shirt.edit_variants({}, at=LATER) == []
    assert (shirt.collect_events(), shirt.updated_at) == ([], NOON)
    assert shirt.variant(SECOND).version == version


def test_variants_may_exchange_their_skus(shirt: Product) -> None:
    first, second = (shirt.variant(each).details for each in (FIRST, SECOND))
    shirt.edit_variants(
        {FIRST: replace(first, sku="SH-M"), SECOND: replace(second, sku="SH-S")}, at=LATER
    )
    assert shirt.details.sku == "SH-M"
    assert shirt.variant(SECOND).details.sku == "SH-S"


def test_failed_edit_of_several_variants_changes_none(shirt: Product) -> None:
    first, second = (shirt.variant(each).details for each in (FIRST, SECOND))
    cheaper = replace(first, price=Money(1, "INR"))
    with pytest.raises(SkuTaken):
        shirt.edit_variants({FIRST: cheaper, SECOND: replace(second, sku="SH-S")}, at=LATER)
    assert shirt.variant(FIRST).details == first
    assert (shirt.details.price.amount, shirt.collect_events()) == (49_900, [])


def test_edit_of_the_default_variant_changes_the_product(shirt: Product) -> None:
    shirt.edit_variants({FIRST: variant_details(sku="SH-1", price=39_900)}, at=LATER)
    assert (shirt.details.sku, shirt.details.price.amount) == ("SH-1", 39_900)
    changes = {"sku": "SH-S", "price": 49_900}, {"sku": "SH-1", "price": 39_900}
    variant_edited, product_edited = shirt.collect_events()
    assert isinstance(variant_edited, VariantEdited)
    assert (variant_edited.before, variant_edited.after) == changes
    assert isinstance(product_edited, ProductEdited)
    assert (product_edited.before, product_edited.after) == changes


def test_edit_of_the_product_changes_the_default_variant_alone(shirt: Product) -> None:
    second = shirt.variant(SECOND)
    shirt.edit(replace(shirt.details, sku="SH-1", price=Money(39_900, "INR")), at=LATER)
    default = shirt.default_variant
    assert (default.details.sku, default.details.price.amount) == ("SH-1", 39_900)
    assert default.version == 3
    assert shirt.variant(SECOND) is second
    [event] = shirt.collect_events()
    assert isinstance(event, ProductEdited)


def test_change_of_the_price_by_a_percentage_is_that_of_all_active_variants(
    shirt: Product,
) -> None:
    large = a_variant(19, {SIZE: L}, variant_details(price=10_000))
    shirt.add_variants([large], at=NOON)
    shirt.archive_variant(large.id, at=NOON)
    shirt.edit_variants({SECOND: variant_details(price=59_900, sku="SHIRT-M")}, at=NOON)
    shirt.collect_events()
    skus = {each.id: each.details.sku for each in shirt.variants}
    assert shirt.change_price(PriceChange(-10), at=LATER)
    prices = {each.id: each.details.price.amount for each in shirt.variants}
    assert prices == {FIRST: 44_910, SECOND: 53_910, large.id: 10_000}
    assert shirt.details.price.amount == 44_910
    assert {each.id: each.details.sku for each in shirt.variants} == skus
    assert {each.occurred_at for each in shirt.collect_events()} == {LATER}


def test_change_of_a_price_above_a_compare_at_price_changes_no_variant(shirt: Product) -> None:
    shirt.edit_variants({SECOND: variant_details(price=50_000, compare_at=54_900)}, at=LATER)
    before = shirt.variants
    with pytest.raises(InvalidValue):
        shirt.change_price(PriceChange(10), at=LATER)
    assert shirt.variants == before
    assert shirt.change_price(PriceChange(9), at=LATER)


def test_edit_of_the_title_leaves_the_version_of_the_default_variant(shirt: Product) -> None:
    before = shirt.default_variant
    shirt.edit(replace(shirt.details, title="Linen shirt"), at=LATER)
    assert shirt.default_variant is before


def test_product_price_above_the_compare_at_price_raises(shirt: Product) -> None:
    shirt.edit_variants({FIRST: variant_details(price=49_900, compare_at=50_000)}, at=LATER)
    changes: tuple[Callable[[], object], ...] = (
        lambda: shirt.edit(replace(shirt.details, price=Money(50_001, "INR")), at=LATER),
        lambda: shirt.change_price(PriceChange(10), at=LATER),
    )
    for change in changes:
        with pytest.raises(InvalidValue) as raised:
            change()
        assert raised.value.field == "price"
    assert shirt.details.price == shirt.default_variant.details.price == Money(49_900, "INR")
    shirt.edit(replace(shirt.details, price=Money(50_000, "INR")), at=LATER)
    assert shirt.default_variant.details.price.amount == 50_000


def test_variant_of_another_product_raises(shirt: Product) -> None:
    other = VariantId(99)
    changes: tuple[Callable[[], object], ...] = (
        lambda: shirt.variant(other),
        lambda: shirt.edit_variants({other: variant_details()}, at=LATER),
        lambda: shirt.change_options({other: {SIZE: L}}, at=LATER),
        lambda: shirt.archive_variant(other, at=LATER),
        lambda: shirt.restore_variant(other, at=LATER),
        lambda: shirt.set_default_variant(other, at=LATER),
        lambda: shirt.record_stock_change(other),
    )
    for change in changes:
        with pytest.raises(VariantNotFound):
            change()
    assert shirt.collect_events() == []


def test_archived_variant_can_only_be_restored(shirt: Product) -> None:
    shirt.archive_variant(SECOND, at=LATER)
    changes: tuple[Callable[[], object], ...] = (
        lambda: shirt.edit_variants({SECOND: variant_details()}, at=LATER),
        lambda: shirt.change_options({SECOND: {SIZE: L}}, at=LATER),
        lambda: shirt.archive_variant(SECOND, at=LATER),
        lambda: shirt.set_default_variant(SECOND, at=LATER),
        lambda: shirt.record_stock_change(SECOND),
    )
    for change in changes:
        with pytest.raises(VariantNotFound):
            change()
    assert [variant.id for variant in shirt.active_variants] == [17]
    shirt.restore_variant(SECOND, at=LATER)
    assert [variant.id for variant in shirt.active_variants] == [17, 18]
    assert shirt.collect_events() == [
        VariantArchived(occurred_at=LATER, product_id=17, variant_id=18),
        VariantRestored(occurred_at=LATER, product_id=17, variant_id=18),
    ]


def test_archive_of_the_default_variant_raises_until_another_is_named(shirt: Product) -> None:
    with pytest.raises(VariantIsDefault):
        shirt.archive_variant(FIRST, at=LATER)
    shirt.set_default_variant(SECOND, at=LATER)
    shirt.archive_variant(FIRST, at=LATER)
    with pytest.raises(VariantIsDefault):
        shirt.archive_variant(SECOND, at=LATER)
    assert [variant.id for variant in shirt.active_variants] == [18]


def test_set_default_variant_changes_price_and_sku_of_the_product(shirt: Product) -> None:
    assert shirt.set_default_variant(SECOND, at=LATER) is True
    assert shirt.set_default_variant(SECOND, at=LATER) is False
    assert (shirt.details.sku, shirt.details.price.amount) == ("SH-M", 59_900)
    assert shirt.collect_events() == [
        DefaultVariantChanged(occurred_at=LATER, product_id=17, before=17, after=18),
        ProductEdited(
            occurred_at=LATER,
            product_id=17,
            before={"sku": "SH-S", "price": 49_900},
            after={"sku": "SH-M", "price": 59_900},
        ),
    ]
    shirt.edit(replace(shirt.details, price=Money(1, "INR")), at=LATER)
    assert shirt.variant(FIRST).details.price.amount == 49_900


def test_restore_variant_with_a_combination_that_is_taken_raises(shirt: Product) -> None:
    shirt.archive_variant(SECOND, at=LATER)
    shirt.add_variants([a_variant(19, {SIZE: M})], at=LATER)
    with pytest.raises(DuplicateCombination):
        shirt.restore_variant(SECOND, at=LATER)
    with pytest.raises(VariantNotArchived):
        shirt.restore_variant(FIRST, at=LATER)


def test_add_option_gives_the_value_to_all_present_variants(shirt: Product) -> None:
    shirt.archive_variant(SECOND, at=NOON)
    shirt.collect_events()
    shirt.add_option(an_option(200, "Colour", "Red", "Blue"), existing="blue", at=LATER)
    assert [shirt.describe_options(variant) for variant in shirt.variants] == [
        "Size: S, Colour: Blue",
        "Size: M, Colour: Blue",
    ]
    assert shirt.collect_events() == [
        OptionsChanged(
            occurred_at=LATER,
            product_id=17,
            before={"Colour": None},
            after={"Colour": "Red | Blue"},
        )
    ]
    shirt.add_variants([a_variant(19, {SIZE: S, COLOUR: RED})], at=LATER)


def test_add_option_without_a_value_for_the_variants_raises(shirt: Product) -> None:
    with pytest.raises(InvalidValue) as raised:
        shirt.add_option(an_option(200, "Colour", "Red"), existing="Green", at=LATER)
    assert raised.value.field == "existing"
    assert len(shirt.options) == 1
    assert shirt.collect_events() == []


def test_option_with_the_name_of_another_raises(shirt: Product) -> None:
    with pytest.raises(InvalidValue) as raised:
        shirt.add_option(an_option(200, "SIZE", "S"), existing="S", at=LATER)
    assert raised.value.field == "name"
    shirt.add_option(an_option(200, "Colour", "Red"), existing="Red", at=LATER)
    with pytest.raises(InvalidValue):
        shirt.rename_option(COLOUR, " size ", at=LATER)


@pytest.mark.parametrize(
    ("name", "texts", "field"),
    [
        ("", ["S"], "name"),
        ("x" * (MAX_OPTION_TEXT + 1), ["S"], "name"),
        ("Size", [], "values"),
        ("Size", ["S", "s"], "values"),
        ("Size", [" "], "value"),
        ("Size", ["x" * (MAX_OPTION_TEXT + 1)], "value"),
    ],
)
def test_invalid_option_raises(name: str, texts: list[str], field: str) -> None:
    with pytest.raises(InvalidValue) as raised:
        an_option(100, name, *texts)
    assert raised.value.field == field


def test_too_many_values_of_an_option_raises() -> None:
    texts = [str(number) for number in range(MAX_OPTION_VALUES)]
    option = an_option(1000, "Size", *texts)
    assert len(option.values) == MAX_OPTION_VALUES
    with pytest.raises(CatalogLimitReached):
        option.with_value(OptionValue(id=OptionValueId(9_999), text="one more"))


def test_too_many_options_raises() -> None:
    product = a_product(17)
    for number in range(MAX_OPTIONS):
        option = an_option(100 * (number + 1), f"Option {number}", "A")
        product.add_option(option, existing="A", at=LATER)
    with pytest.raises(CatalogLimitReached) as raised:
        product.add_option(an_option(900, "Another", "A"), existing="A", at=LATER)
    assert raised.value.details == {"limit": MAX_OPTIONS}


def test_combinations_are_listed_up_to_the_number_of_variants() -> None:
    product = a_product(17)
    texts = [str(number) for number in range(50)]
    for id, name, count in ((1000, "Size", 50), (2000, "Colour", MAX_VARIANTS // 50)):
        product.add_option(an_option(id, name, *texts[:count]), existing="0", at=NOON)
    assert len(product.missing_combinations()) == MAX_VARIANTS - 1
    one_more = OptionValue(id=OptionValueId(2999), text="One more")
    product.put_option_value(OptionId(2000), one_more, at=NOON)
    with pytest.raises(CatalogLimitReached) as raised:
        product.missing_combinations()
    assert raised.value.details == {"limit": MAX_VARIANTS}


def test_two_thousand_variants_raise() -> None:
    product = a_product(17)
    texts = [str(number) for number in range(50)]
    size, colour = an_option(1000, "Size", *texts), an_option(2000, "Colour", *texts)
    product.add_option(size, existing="0", at=NOON)
    product.add_option(colour, existing="0", at=NOON)
    with pytest.raises(CatalogLimitReached):
        product.missing_combinations()
    combinations = [
        {size.id: first.id, colour.id: second.id}
        for first in size.values
        for second in colour.values
    ][1:2001]
    variants = [
        a_variant(3000 + number, combination) for number, combination in enumerate(combinations)
    ]
    with pytest.raises(CatalogLimitReached) as raised:
        product.add_variants(variants, at=LATER)
    assert raised.value.details == {"limit": MAX_VARIANTS}
    assert len(product.variants) == 1
    product.add_variants(variants[: MAX_VARIANTS - 1], at=LATER)
    with pytest.raises(CatalogLimitReached):
        product.add_variants([variants[-1]], at=LATER)
    product.archive_variant(VariantId(3000), at=LATER)
    product.add_variants([variants[-1]], at=LATER)
    with pytest.raises(CatalogLimitReached):
        product.restore_variant(VariantId(3000), at=LATER)


def test_missing_combinations_leave_out_those_of_archived_variants(shirt: Product) -> None:
    shirt.archive_variant(SECOND, at=NOON)
    assert shirt.missing_combinations() == [{SIZE: L}]
    shirt.add_option(an_option(200, "Colour", "Red", "Blue"), existing="Red", at=LATER)
    assert shirt.missing_combinations() == [
        {SIZE: S, COLOUR: BLUE},
        {SIZE: M, COLOUR: BLUE},
        {SIZE: L, COLOUR: RED},
        {SIZE: L, COLOUR: BLUE},
    ]
    assert a_product(18).missing_combinations() == []


def test_change_options_records_the_texts(shirt: Product) -> None:
    assert shirt.change_options({SECOND: {SIZE: L}}, at=LATER) == [SECOND]
    assert shirt.change_options({SECOND: {SIZE: L}}, at=LATER) == []
    assert shirt.collect_events() == [
        VariantEdited(
            occurred_at=LATER,
            product_id=17,
            variant_id=18,
            before={"option:Size": "M"},
            after={"option:Size": "L"},
        )
    ]


def test_variants_exchange_their_options(shirt: Product) -> None:
    assert shirt.change_options({FIRST: {SIZE: M}, SECOND: {SIZE: S}}, at=LATER) == [FIRST, SECOND]
    assert [shirt.describe_options(each) for each in shirt.variants] == ["Size: M", "Size: S"]
    with pytest.raises(DuplicateCombination):
        shirt.change_options({FIRST: {SIZE: L}, SECOND: {SIZE: L}}, at=LATER)
    assert [shirt.describe_options(each) for each in shirt.variants] == ["Size: M", "Size: S"]
    assert [type(each) for each in shirt.collect_events()] == [VariantEdited, VariantEdited]


def test_rename_option_keeps_the_values_of_variants(shirt: Product) -> None:
    assert shirt.rename_option(SIZE, "Fit", at=LATER) is True
    assert shirt.rename_option(SIZE, "Fit", at=LATER) is False
    assert shirt.option_texts(shirt.variant(SECOND)) == {"Fit": "M"}
    assert shirt.collect_events() == [
        OptionsChanged(
            occurred_at=LATER,
            product_id=17,
            before={"Size": "S | M | L", "Fit": None},
            after={"Size": None, "Fit": "S | M | L"},
        )
    ]
    with pytest.raises(OptionNotFound):
        shirt.rename_option(COLOUR, "Shade", at=LATER)


def test_put_option_value_adds_or_renames_it(shirt: Product) -> None:
    extra = OptionValueId(104)
    assert shirt.put_option_value(SIZE, OptionValue(id=extra, text="XL"), at=LATER) is True
    assert shirt.put_option_value(SIZE, OptionValue(id=M, text="Medium"), at=LATER) is True
    assert shirt.put_option_value(SIZE, OptionValue(id=M, text="Medium"), at=LATER) is False
    assert [value.text for value in shirt.option(SIZE).values] == ["S", "Medium", "L", "XL"]
    with pytest.raises(InvalidValue):
        shirt.put_option_value(SIZE, OptionValue(id=OptionValueId(105), text="xl"), at=LATER)


def test_remove_option_value_that_no_variant_has(shirt: Product) -> None:
    shirt.remove_option_value(SIZE, L, at=LATER)
    assert shirt.updated_at == LATER
    assert [value.text for value in shirt.option(SIZE).values] == ["S", "M"]
    with pytest.raises(OptionValueNotFound):
        shirt.remove_option_value(SIZE, L, at=LATER)


def test_remove_option_value_of_a_variant_raises(shirt: Product) -> None:
    shirt.archive_variant(SECOND, at=LATER)
    for value in (S, M):
        with pytest.raises(OptionValueInUse, match=shirt.option(SIZE).value(value).text):
            shirt.remove_option_value(SIZE, value, at=LATER)


def test_remove_option_that_tells_variants_apart_raises(shirt: Product) -> None:
    with pytest.raises(DuplicateCombination):
        shirt.remove_option(SIZE, at=LATER)
    assert [option.id for option in shirt.options] == [SIZE]
    shirt.archive_variant(SECOND, at=LATER)
    shirt.collect_events()
    shirt.remove_option(SIZE, at=LATER)
    assert list(shirt.options) == []
    assert all(not variant.values for variant in shirt.variants)
    assert shirt.collect_events() == [
        OptionsChanged(
            occurred_at=LATER,
            product_id=17,
            before={"Size": "S | M | L"},
            after={"Size": None},
        )
    ]


def test_variants_of_an_archived_product_can_not_be_changed(shirt: Product) -> None:
    shirt.archive(at=LATER)
    changes: tuple[Callable[[], object], ...] = (
        lambda: shirt.add_variants([a_variant(19, {SIZE: L})], at=LATER),
        lambda: shirt.edit_variants({SECOND: variant_details()}, at=LATER),
        lambda: shirt.change_options({SECOND: {SIZE: L}}, at=LATER),
        lambda: shirt.archive_variant(SECOND, at=LATER),
        lambda: shirt.restore_variant(SECOND, at=LATER),
        lambda: shirt.set_default_variant(SECOND, at=LATER),
        lambda: shirt.add_option(an_option(200, "Colour", "Red"), existing="Red", at=LATER),
        lambda: shirt.rename_option(SIZE, "Fit", at=LATER),
        lambda: shirt.put_option_value(SIZE, OptionValue(id=L, text="Large"), at=LATER),
        lambda: shirt.remove_option_value(SIZE, L, at=LATER),
        lambda: shirt.remove_option(SIZE, at=LATER),
    )
    for change in changes:
        with pytest.raises(ProductNotFound):
            change()


def test_stock_change_raises_the_version_of_the_variant(shirt: Product) -> None:
    before = shirt.variant(SECOND)
    shirt.record_stock_change(SECOND)
    assert shirt.variant(SECOND) == replace(before, version=before.version + 1)
    assert shirt.collect_events() == []


def test_arrange_variants_lists_archived_ones_last(shirt: Product) -> None:
    shirt.add_variants([a_variant(19, {SIZE: L})], at=NOON)
    shirt.archive_variant(SECOND, at=NOON)
    shirt.collect_events()
    order = [VariantId(19), FIRST]
    assert shirt.arrange_variants(order, at=LATER) is True
    assert shirt.arrange_variants(order, at=LATER) is False
    assert [variant.id for variant in shirt.variants] == [19, 17, 18]
    assert (shirt.default_variant_id, shirt.updated_at) == (FIRST, LATER)
    assert shirt.collect_events() == [
        VariantsArranged(occurred_at=LATER, product_id=17, order="19 | 17")
    ]


@pytest.mark.parametrize("order", [[17], [17, 17], [17, 18, 18], [17, 99], []])
def test_arrange_other_variants_than_those_of_the_product_raises(
    shirt: Product, order: list[int]
) -> None:
    with pytest.raises(InvalidValue) as raised:
        shirt.arrange_variants([VariantId(each) for each in order], at=LATER)
    assert raised.value.field == "variants"


def test_edit_options_renames_sorts_adds_and_removes(shirt: Product) -> None:
    shirt.add_option(an_option(200, "Colour", "Red"), existing="Red", at=NOON)
    shirt.collect_events()
    red, extra = shirt.option(COLOUR), OptionValue(id=OptionValueId(104), text="XL")
    small, medium, _ = shirt.option(SIZE).values
    # M and S exchange their texts.
    values = (extra, replace(medium, text="S"), replace(small, text="M"))
    fit = replace(shirt.option(SIZE), name="Fit", values=values)
    assert shirt.edit_options([red, fit], at=LATER) is True
    assert shirt.edit_options([red, fit], at=LATER) is False
    assert [option.name for option in shirt.options] == ["Colour", "Fit"]
    assert shirt.describe_options(shirt.variant(SECOND)) == "Colour: Red, Fit: S"
    assert shirt.collect_events() == [
        OptionsChanged(
            occurred_at=LATER,
            product_id=17,
            before={"Size": "S | M | L", "Fit": None},
            after={"Size": None, "Fit": "XL | S | M"},
            order="Colour | Fit",
        )
    ]
    assert shirt.updated_at == LATER


def test_edit_options_in_the_same_order_records_no_order(shirt: Product) -> None:
    assert shirt.edit_options([replace(shirt.option(SIZE), name="Fit")], at=LATER) is True
    [event] = shirt.collect_events()
    assert isinstance(event, OptionsChanged)
    assert event.order is None


def test_edit_options_to_impossible_ones_raises(shirt: Product) -> None:
    shirt.add_option(an_option(200, "Colour", "Red"), existing="Red", at=NOON)
    shirt.archive_variant(SECOND, at=NOON)
    size, colour = before = shirt.options
    for options in (
        [size],
        [size, size],
        [size, colour, colour],
        [size, replace(colour, id=OptionId(999))],
    ):
        with pytest.raises(InvalidValue) as invalid:
            shirt.edit_options(options, at=LATER)
        assert invalid.value.field == "options"
    with pytest.raises(InvalidValue) as invalid:
        shirt.edit_options([size, replace(colour, name="size")], at=LATER)
    assert invalid.value.field == "name"
    # The archived variant has M.
    with pytest.raises(OptionValueInUse) as raised:
        shirt.edit_options([size.without_value(M), colour], at=LATER)
    assert "M" in raised.value.message
    assert shirt.options == before


def test_option_with_one_value_twice_raises(shirt: Product) -> None:
    size = shirt.option(SIZE)
    for value in (OptionValue(id=M, text="Middle"), OptionValue(id=OptionValueId(104), text="m")):
        with pytest.raises(InvalidValue):
            replace(size, values=(*size.values, value))
