from collections.abc import Callable
from dataclasses import replace

import pytest

from novacart.application.authorization.actor import SYSTEM, PermissionDenied
from novacart.application.cart.add_to_cart import AddToCart, AddToCartCommand
from novacart.application.catalog.add_product import AddProductCommand
from novacart.application.catalog.add_variants import AddVariantCommand, FillVariantsCommand
from novacart.application.catalog.adjust_stock import AdjustStockCommand
from novacart.application.catalog.archive_product import ArchiveProductCommand
from novacart.application.catalog.archive_variant import (
    ArchiveVariantCommand,
    RestoreVariantCommand,
)
from novacart.application.catalog.edit_options import (
    AddOptionCommand,
    AddOptionValueCommand,
    EditOptionsCommand,
    OptionEdit,
    RemoveOptionCommand,
    RemoveOptionValueCommand,
    RenameOptionCommand,
    RenameOptionValueCommand,
)
from novacart.application.catalog.edit_product import EditProductCommand
from novacart.application.catalog.edit_variants import EditVariantsCommand, VariantEdit
from novacart.application.catalog.set_default_variant import SetDefaultVariantCommand
from novacart.domain.cart.policy import CartPolicy
from novacart.domain.catalog.errors import (
    CatalogLimitReached,
    DuplicateCombination,
    OptionNotFound,
    OptionValueInUse,
    OptionValueNotFound,
    ProductNotFound,
    SkuTaken,
    StaleVersion,
    StockIsReserved,
    VariantIsDefault,
    VariantNotArchived,
    VariantNotFound,
)
from novacart.domain.catalog.options import MAX_OPTION_VALUES
from novacart.domain.catalog.product import Product
from novacart.domain.catalog.variant import MAX_VARIANTS, VariantDetails
from novacart.domain.shared.errors import InvalidValue
from novacart.domain.shared.ids import OptionId, OptionValueId, ProductId, UserId, VariantId
from novacart.domain.shared.money import Money
from tests.support.builders.catalog import NOON, a_claim, details, variant_details
from tests.support.catalog_fixture import CatalogFixture


class Shirt:
    """A shirt in sizes S, the default, and M; nothing is L. Five units of each."""

    def __init__(self, catalog: CatalogFixture) -> None:
        self.catalog = catalog
        self.id = catalog.add_product(
            AddProductCommand(actor=SYSTEM, details=details(title="Shirt", sku="SH-S"), stock=5)
        )
        self.size = catalog.add_option(
            AddOptionCommand(
                actor=SYSTEM,
                product_id=self.id,
                name="Size",
                values=["S", "M", "L"],
                existing="S",
            )
        )
        self.small = VariantId(self.id)
        self.medium = self.add("M", variant_details(sku="SH-M", price=59_900))

    def value(self, text: str) -> OptionValueId:
        value = self.load().option(self.size).value_of_text(text)
        assert value is not None
        return value.id

    def add(self, size: str, about: VariantDetails, *, stock: int = 5) -> VariantId:
        return self.catalog.add_variant(
            AddVariantCommand(
                actor=SYSTEM,
                product_id=self.id,
                details=about,
                values={self.size: self.value(size)},
                stock=stock,
            )
        )

    def load(self) -> Product:
        with self.catalog.begin() as work:
            return work.products.get(self.id)

    def version(self, variant_id: VariantId) -> int:
        return self.load().variant(variant_id).version

    def price(self, variant_id: VariantId) -> int:
        return self.load().variant(variant_id).details.price.amount

    def stock(self, variant_id: VariantId) -> int:
        with self.catalog.begin() as work:
            return work.stock.levels([variant_id])[variant_id].available

    def edit(self, *edits: VariantEdit) -> set[VariantId]:
        return self.catalog.edit_variants(
            EditVariantsCommand(actor=SYSTEM, product_id=self.id, edits=edits)
        )


@pytest.fixture
def catalog() -> CatalogFixture:
    return CatalogFixture()


@pytest.fixture
def shirt(catalog: CatalogFixture) -> Shirt:
    return Shirt(catalog)


def add_to_cart(
    catalog: CatalogFixture,
    user: int,
    *,
    product_id: ProductId | None = None,
    variant_id: VariantId | None = None,
) -> VariantId:
    """Returns the variant of the line."""
    add = AddToCart(begin=catalog.begin, clock=catalog.clock, policy=CartPolicy(max_per_line=10))
    line = add(AddToCartCommand(user_id=UserId(user), product_id=product_id, variant_id=variant_id))
    return line.variant_id


def in_cart(catalog: CatalogFixture, user: int) -> list[VariantId]:
    with catalog.begin() as work:
        return [line.variant_id for line in work.carts.of(UserId(user)).lines]


def price(amount: int) -> dict[str, Money]:
    return {"price": Money(amount, "INR")}


def test_add_variant_has_its_own_stock(shirt: Shirt, catalog: CatalogFixture) -> None:
    large = shirt.add("L", variant_details(sku="SH-L", price=69_900), stock=3)
    assert (shirt.stock(shirt.small), shirt.stock(shirt.medium), shirt.stock(large)) == (5, 5, 3)
    assert [event.name for event in catalog.store.events][-2:] == [
        "catalog.variant_added",
        "stock.adjusted",
    ]
    shown = catalog.queries.product(shirt.id)
    assert (shown.price.amount, shown.stock) == (49_900, 5)


@pytest.mark.parametrize(
    ("size", "about", "error"),
    [
        ("M", variant_details(), DuplicateCombination),
        ("L", variant_details(sku="SH-S"), SkuTaken),
        ("L", VariantDetails(price=Money(100, "USD")), InvalidValue),
    ],
)
def test_add_variant_that_breaks_a_rule_adds_nothing(
    shirt: Shirt, size: str, about: VariantDetails, error: type[Exception]
) -> None:
    with pytest.raises(error):
        shirt.add(size, about)
    assert len(shirt.load().variants) == 2


def test_sku_of_another_product_raises(shirt: Shirt, catalog: CatalogFixture) -> None:
    catalog.add_product(AddProductCommand(actor=SYSTEM, details=details(sku="LP-1")))
    with pytest.raises(SkuTaken):
        shirt.add("L", variant_details(sku="LP-1"))
    with pytest.raises(SkuTaken):
        shirt.edit(VariantEdit(variant_id=shirt.medium, changes={"sku": "LP-1"}))
    with pytest.raises(SkuTaken):
        catalog.add_product(AddProductCommand(actor=SYSTEM, details=details(sku="SH-M")))


def test_edit_variants_changes_all_or_none(shirt: Shirt) -> None:
    edits = [
        VariantEdit(variant_id=shirt.small, changes=price(10_000)),
        VariantEdit(variant_id=shirt.medium, changes={"compare_at_price": Money(1, "INR")}),
    ]
    with pytest.raises(InvalidValue) as raised:
        shirt.edit(*edits)
    assert raised.value.field == "compare_at_price"
    assert (shirt.price(shirt.small), shirt.price(shirt.medium)) == (49_900, 59_900)
    assert shirt.edit(edits[0]) == {shirt.small}
    assert shirt.load().details.price.amount == 10_000
    assert shirt.edit(edits[0]) == set()


def test_edited_variants_exchange_their_options(shirt: Shirt) -> None:
    small, medium = ({shirt.size: shirt.value(text)} for text in ("S", "M"))
    edits = [
        VariantEdit(variant_id=shirt.small, values=medium),
        VariantEdit(variant_id=shirt.medium, values=small),
    ]
    assert shirt.edit(*edits) == {shirt.small, shirt.medium}
    assert [each.values for each in shirt.load().variants] == [medium, small]


def test_edit_with_a_stale_version_of_one_variant_changes_none(shirt: Shirt) -> None:
    read = {each: shirt.version(each) for each in (shirt.small, shirt.medium)}

    def edit(amount: int, *variants: VariantId) -> set[VariantId]:
        return shirt.edit(
            *(
                VariantEdit(variant_id=each, changes=price(amount), expected_version=read[each])
                for each in variants
            )
        )

    assert edit(100, shirt.medium) == {shirt.medium}
    with pytest.raises(StaleVersion):
        edit(200, shirt.small, shirt.medium)
    assert (shirt.price(shirt.small), shirt.price(shirt.medium)) == (49_900, 100)
    # Another editor of the same matrix who changes another variant is not in the way.
    assert edit(200, shirt.small) == {shirt.small}


def test_edit_of_stock_keeps_the_units_of_orders(shirt: Shirt, catalog: CatalogFixture) -> None:
    with catalog.begin() as work:
        work.stock.reserve([a_claim(shirt.medium, 2, "line:1:reserve")], at=NOON)
        work.commit()
    version = shirt.version(shirt.medium)
    edit = VariantEdit(variant_id=shirt.medium, stock=9, stock_read=5, expected_version=version)
    assert shirt.edit(edit) == {shirt.medium}
    assert (shirt.stock(shirt.medium), shirt.stock(shirt.small)) == (7, 5)
    with pytest.raises(StaleVersion):
        shirt.edit(edit)
    with pytest.raises(StockIsReserved):
        shirt.edit(VariantEdit(variant_id=shirt.medium, stock=0, stock_read=8))
    assert shirt.edit(VariantEdit(variant_id=shirt.medium, stock=0)) == {shirt.medium}
    assert shirt.stock(shirt.medium) == 0
    assert shirt.edit(VariantEdit(variant_id=shirt.medium, stock=4, stock_read=4)) == set()


def test_edit_by_variant_alone_finds_the_product(shirt: Shirt, catalog: CatalogFixture) -> None:
    edit = VariantEdit(variant_id=shirt.medium, values={shirt.size: shirt.value("L")})
    catalog.edit_variants(EditVariantsCommand(actor=SYSTEM, edits=[edit]))
    medium = shirt.load().variant(shirt.medium)
    assert shirt.load().describe_options(medium) == "Size: L"


def test_edit_of_no_or_repeated_variants_raises(shirt: Shirt) -> None:
    edit = VariantEdit(variant_id=shirt.medium, changes=price(1))
    for edits in ([], [edit, edit], [edit] * (MAX_VARIANTS + 1)):
        with pytest.raises(InvalidValue) as raised:
            shirt.edit(*edits)
        assert raised.value.field == "edits"


def test_variant_of_another_product_raises(shirt: Shirt, catalog: CatalogFixture) -> None:
    lamp = VariantId(catalog.add_product(AddProductCommand(actor=SYSTEM, details=details())))
    with pytest.raises(VariantNotFound):
        shirt.edit(
            VariantEdit(variant_id=shirt.medium, changes=price(1)),
            VariantEdit(variant_id=lamp, changes=price(1)),
        )
    with pytest.raises(VariantNotFound):
        catalog.set_default_variant(
            SetDefaultVariantCommand(actor=SYSTEM, product_id=shirt.id, variant_id=lamp)
        )
    with pytest.raises(VariantNotFound):
        catalog.adjust_stock(
            AdjustStockCommand(
                actor=SYSTEM, product_id=shirt.id, variant_id=lamp, delta=1, reason="Delivery"
            )
        )
    assert shirt.price(shirt.medium) == 59_900


def test_edit_of_the_stock_of_a_product_changes_its_default_variant(
    shirt: Shirt, catalog: CatalogFixture
) -> None:
    catalog.set_default_variant(
        SetDefaultVariantCommand(actor=SYSTEM, product_id=shirt.id, variant_id=shirt.medium)
    )
    version = shirt.version(shirt.medium)
    catalog.edit_product(EditProductCommand(actor=SYSTEM, product_id=shirt.id, stock=8))
    catalog.adjust_stock(
        AdjustStockCommand(actor=SYSTEM, product_id=shirt.id, delta=1, reason="Delivery")
    )
    catalog.adjust_stock(
        AdjustStockCommand(actor=SYSTEM, variant_id=shirt.small, delta=-1, reason="Breakage")
    )
    assert (shirt.stock(shirt.small), shirt.stock(shirt.medium)) == (4, 9)
    assert shirt.version(shirt.medium) == version + 1
    assert catalog.queries.product(shirt.id).stock == 9


def test_fill_variants_adds_every_missing_combination(
    shirt: Shirt, catalog: CatalogFixture
) -> None:
    catalog.add_option(
        AddOptionCommand(
            actor=SYSTEM,
            product_id=shirt.id,
            name="Colour",
            values=["Red", "Blue"],
            existing="Red",
        )
    )
    command = FillVariantsCommand(actor=SYSTEM, product_id=shirt.id)
    assert catalog.fill_variants(command) == 4
    assert catalog.fill_variants(command) == 0
    variants = shirt.load().active_variants
    assert len({variant.combination for variant in variants}) == 6
    assert {variant.details.price.amount for variant in variants[2:]} == {49_900}
    assert [shirt.stock(variant.id) for variant in variants] == [5, 5, 0, 0, 0, 0]


def test_too_many_combinations_add_nothing(shirt: Shirt, catalog: CatalogFixture) -> None:
    for name in ("Colour", "Fit"):
        catalog.add_option(
            AddOptionCommand(
                actor=SYSTEM,
                product_id=shirt.id,
                name=name,
                values=[str(number) for number in range(20)],
                existing="0",
            )
        )
    with pytest.raises(CatalogLimitReached):
        catalog.fill_variants(FillVariantsCommand(actor=SYSTEM, product_id=shirt.id))
    assert len(shirt.load().variants) == 2
    with pytest.raises(CatalogLimitReached):
        catalog.add_option(
            AddOptionCommand(
                actor=SYSTEM,
                product_id=shirt.id,
                name="Cut",
                values=[str(number) for number in range(MAX_OPTION_VALUES + 1)],
                existing="0",
            )
        )


@pytest.mark.slow
def test_archive_variant_removes_it_from_all_carts_and_wishlists(
    shirt: Shirt, catalog: CatalogFixture
) -> None:
    users = range(1001, 1101)
    for user in users:
        add_to_cart(catalog, user, variant_id=shirt.medium)
        add_to_cart(catalog, user, variant_id=shirt.small)
        with catalog.begin() as work:
            wishlist = work.wishlists.of(UserId(user))
            wishlist.add(shirt.medium, at=NOON)
            work.wishlists.save(wishlist)
            work.commit()
    catalog.archive_variant(ArchiveVariantCommand(actor=SYSTEM, variant_id=shirt.medium))
    for user in users:
        assert in_cart(catalog, user) == [shirt.small]
        with catalog.begin() as work:
            assert shirt.medium not in work.wishlists.of(UserId(user))
    with pytest.raises(VariantNotFound):
        add_to_cart(catalog, 1001, variant_id=shirt.medium)
    catalog.restore_variant(RestoreVariantCommand(actor=SYSTEM, variant_id=shirt.medium))
    assert add_to_cart(catalog, 1001, variant_id=shirt.medium) == shirt.medium


def test_archive_of_the_default_variant_raises_until_another_is_named(
    shirt: Shirt, catalog: CatalogFixture
) -> None:
    archive = ArchiveVariantCommand(actor=SYSTEM, variant_id=shirt.small)
    with pytest.raises(VariantIsDefault):
        catalog.archive_variant(archive)
    catalog.set_default_variant(
        SetDefaultVariantCommand(actor=SYSTEM, product_id=shirt.id, variant_id=shirt.medium)
    )
    catalog.archive_variant(archive)
    shown = catalog.queries.product(shirt.id)
    assert (shown.price.amount, shown.sku) == (59_900, "SH-M")


def test_archive_with_a_stale_version_raises(shirt: Shirt, catalog: CatalogFixture) -> None:
    version = shirt.version(shirt.medium)
    shirt.edit(VariantEdit(variant_id=shirt.medium, changes=price(1)))
    with pytest.raises(StaleVersion):
        catalog.archive_variant(
            ArchiveVariantCommand(actor=SYSTEM, variant_id=shirt.medium, expected_version=version)
        )
    with pytest.raises(VariantNotArchived):
        catalog.restore_variant(RestoreVariantCommand(actor=SYSTEM, variant_id=shirt.medium))


def test_client_that_names_the_product_buys_the_present_default(
    shirt: Shirt, catalog: CatalogFixture
) -> None:
    assert add_to_cart(catalog, 7, product_id=shirt.id) == shirt.small
    catalog.set_default_variant(
        SetDefaultVariantCommand(actor=SYSTEM, product_id=shirt.id, variant_id=shirt.medium)
    )
    assert add_to_cart(catalog, 7, product_id=shirt.id) == shirt.medium
    assert in_cart(catalog, 7) == [shirt.small, shirt.medium]


def test_archive_product_removes_all_variants_from_carts(
    shirt: Shirt, catalog: CatalogFixture
) -> None:
    add_to_cart(catalog, 7, variant_id=shirt.small)
    add_to_cart(catalog, 7, variant_id=shirt.medium)
    catalog.archive_product(ArchiveProductCommand(actor=SYSTEM, product_id=shirt.id))
    assert in_cart(catalog, 7) == []
    changes: tuple[Callable[[], object], ...] = (
        lambda: shirt.edit(VariantEdit(variant_id=shirt.medium, changes=price(1))),
        lambda: catalog.archive_variant(
            ArchiveVariantCommand(actor=SYSTEM, variant_id=shirt.medium)
        ),
        lambda: catalog.fill_variants(FillVariantsCommand(actor=SYSTEM, product_id=shirt.id)),
    )
    for change in changes:
        with pytest.raises(ProductNotFound):
            change()
    with pytest.raises(VariantNotFound):
        add_to_cart(catalog, 7, variant_id=shirt.medium)


def test_edits_of_options_need_the_current_version_of_the_product(
    shirt: Shirt, catalog: CatalogFixture
) -> None:
    old = shirt.load().version - 1
    value = shirt.value("L")
    product_id, size = shirt.id, shirt.size
    changes: tuple[Callable[[], object], ...] = (
        lambda: catalog.add_option(
            AddOptionCommand(
                actor=SYSTEM,
                product_id=product_id,
                name="Colour",
                values=["Red"],
                existing="Red",
                expected_version=old,
            )
        ),
        lambda: catalog.rename_option(
            RenameOptionCommand(
                actor=SYSTEM,
                product_id=product_id,
                option_id=size,
                name="Fit",
                expected_version=old,
            )
        ),
        lambda: catalog.remove_option(
            RemoveOptionCommand(
                actor=SYSTEM, product_id=product_id, option_id=size, expected_version=old
            )
        ),
        lambda: catalog.add_option_value(
            AddOptionValueCommand(
                actor=SYSTEM, product_id=product_id, option_id=size, text="XL", expected_version=old
            )
        ),
        lambda: catalog.rename_option_value(
            RenameOptionValueCommand(
                actor=SYSTEM,
                product_id=product_id,
                option_id=size,
                value_id=value,
                text="Large",
                expected_version=old,
            )
        ),
        lambda: catalog.remove_option_value(
            RemoveOptionValueCommand(
                actor=SYSTEM,
                product_id=product_id,
                option_id=size,
                value_id=value,
                expected_version=old,
            )
        ),
        lambda: catalog.set_default_variant(
            SetDefaultVariantCommand(
                actor=SYSTEM,
                product_id=product_id,
                variant_id=shirt.medium,
                expected_version=old,
            )
        ),
        lambda: catalog.fill_variants(
            FillVariantsCommand(actor=SYSTEM, product_id=product_id, expected_version=old)
        ),
    )
    for change in changes:
        with pytest.raises(StaleVersion):
            change()
    assert shirt.load().version == old + 1


def test_options_are_edited(shirt: Shirt, catalog: CatalogFixture) -> None:
    product_id, size = shirt.id, shirt.size
    extra = catalog.add_option_value(
        AddOptionValueCommand(actor=SYSTEM, product_id=product_id, option_id=size, text="XL")
    )
    catalog.rename_option_value(
        RenameOptionValueCommand(
            actor=SYSTEM, product_id=product_id, option_id=size, value_id=extra, text="Extra large"
        )
    )
    catalog.rename_option(
        RenameOptionCommand(actor=SYSTEM, product_id=product_id, option_id=size, name="Fit")
    )
    catalog.remove_option_value(
        RemoveOptionValueCommand(
            actor=SYSTEM, product_id=product_id, option_id=size, value_id=shirt.value("L")
        )
    )
    [option] = shirt.load().options
    assert (option.name, [value.text for value in option.values]) == (
        "Fit",
        ["S", "M", "Extra large"],
    )
    with pytest.raises(OptionValueInUse):
        catalog.remove_option_value(
            RemoveOptionValueCommand(
                actor=SYSTEM, product_id=product_id, option_id=size, value_id=shirt.value("M")
            )
        )
    with pytest.raises(DuplicateCombination):
        catalog.remove_option(
            RemoveOptionCommand(actor=SYSTEM, product_id=product_id, option_id=size)
        )
    catalog.archive_variant(ArchiveVariantCommand(actor=SYSTEM, variant_id=shirt.medium))
    catalog.remove_option(RemoveOptionCommand(actor=SYSTEM, product_id=product_id, option_id=size))
    assert list(shirt.load().options) == []


def test_unknown_option_or_value_raises(shirt: Shirt, catalog: CatalogFixture) -> None:
    with pytest.raises(OptionNotFound):
        catalog.rename_option(
            RenameOptionCommand(
                actor=SYSTEM, product_id=shirt.id, option_id=OptionId(999), name="Fit"
            )
        )
    with pytest.raises(OptionValueNotFound):
        catalog.rename_option_value(
            RenameOptionValueCommand(
                actor=SYSTEM,
                product_id=shirt.id,
                option_id=shirt.size,
                value_id=OptionValueId(999),
                text="XL",
            )
        )


def test_stock_of_a_variant_needs_the_permission_for_stock(
    shirt: Shirt, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        type(SYSTEM), "may", lambda _, permission: permission == "products.write", raising=True
    )
    assert shirt.edit(VariantEdit(variant_id=shirt.medium, changes=price(1))) == {shirt.medium}
    with pytest.raises(PermissionDenied):
        shirt.edit(VariantEdit(variant_id=shirt.medium, stock=1))
    with pytest.raises(PermissionDenied):
        shirt.add("L", variant_details(), stock=1)


def test_adjust_stock_of_an_archived_variant_or_product(
    shirt: Shirt, catalog: CatalogFixture
) -> None:
    catalog.archive_variant(ArchiveVariantCommand(actor=SYSTEM, variant_id=shirt.medium))
    catalog.archive_product(ArchiveProductCommand(actor=SYSTEM, product_id=shirt.id))
    catalog.adjust_stock(
        AdjustStockCommand(actor=SYSTEM, variant_id=shirt.medium, delta=-5, reason="Sold off")
    )
    catalog.adjust_stock(
        AdjustStockCommand(actor=SYSTEM, product_id=shirt.id, delta=1, reason="Found")
    )
    assert (shirt.stock(shirt.small), shirt.stock(shirt.medium)) == (6, 0)


def test_adjust_stock_of_nothing_raises(catalog: CatalogFixture) -> None:
    with pytest.raises(InvalidValue):
        catalog.adjust_stock(AdjustStockCommand(actor=SYSTEM, delta=1, reason="Found"))
    with pytest.raises(VariantNotFound):
        catalog.adjust_stock(
            AdjustStockCommand(actor=SYSTEM, variant_id=VariantId(9), delta=1, reason="Found")
        )


def test_options_are_edited_at_once(shirt: Shirt, catalog: CatalogFixture) -> None:
    small, medium, _ = shirt.load().option(shirt.size).values
    edit = OptionEdit(
        option_id=shirt.size, name="Fit", values=[(None, "XL"), (medium.id, "M"), (small.id, "S")]
    )
    version = shirt.load().version
    command = EditOptionsCommand(
        actor=SYSTEM, product_id=shirt.id, options=[edit], expected_version=version
    )
    catalog.edit_options(command)
    [option] = shirt.load().options
    assert (option.name, [value.text for value in option.values]) == ("Fit", ["XL", "M", "S"])
    with pytest.raises(StaleVersion):
        catalog.edit_options(command)
    for values, error in (
        ([(OptionValueId(999), "S")], OptionValueNotFound),
        ([(small.id, "S")], OptionValueInUse),
        ([(None, str(number)) for number in range(MAX_OPTION_VALUES + 1)], CatalogLimitReached),
    ):
        changed = replace(edit, values=values)
        with pytest.raises(error):
            catalog.edit_options(replace(command, options=[changed], expected_version=None))
    assert shirt.load().options == (option,)


def test_variants_are_edited_and_sorted_at_once(shirt: Shirt, catalog: CatalogFixture) -> None:
    command = EditVariantsCommand(
        actor=SYSTEM,
        product_id=shirt.id,
        edits=[VariantEdit(variant_id=shirt.small, changes={"sku": "SH-1"})],
        order=[shirt.medium, shirt.small],
        order_read=[shirt.small, shirt.medium],
    )
    catalog.edit_variants(command)
    assert [each.details.sku for each in shirt.load().variants] == ["SH-M", "SH-1"]
    # Someone else has sorted them meanwhile, so that nothing is saved.
    edit = VariantEdit(variant_id=shirt.small, changes={"sku": "SH-2"})
    with pytest.raises(StaleVersion):
        catalog.edit_variants(replace(command, edits=[edit]))
    assert [each.details.sku for each in shirt.load().variants] == ["SH-M", "SH-1"]
    with pytest.raises(InvalidValue):
        catalog.edit_variants(replace(command, edits=[], order_read=command.order, order=[]))


def test_variant_without_details_is_like_the_default(shirt: Shirt, catalog: CatalogFixture) -> None:
    shirt.edit(VariantEdit(variant_id=shirt.small, changes={"weight_g": 250, "barcode": None}))
    large = catalog.add_variant(
        AddVariantCommand(actor=SYSTEM, product_id=shirt.id, values={shirt.size: shirt.value("L")})
    )
    default, details = shirt.load().default_variant.details, shirt.load().variant(large).details
    assert details == replace(default, sku=None)
    assert (details.weight_g, shirt.stock(large)) == (250, 0)
