from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from novacart.application.authorization.actor import SYSTEM, Actor
from novacart.application.catalog.add_category import AddCategoryCommand
from novacart.application.catalog.add_product import AddProductCommand
from novacart.application.catalog.adjust_stock import AdjustStockCommand
from novacart.application.catalog.archive_product import ArchiveProductCommand
from novacart.application.catalog.change_price import ChangePriceCommand
from novacart.application.catalog.edit_category import EditCategoryCommand
from novacart.application.catalog.edit_product import EditProductCommand
from novacart.application.catalog.queries import ProductFilter
from novacart.application.catalog.restore_product import RestoreProductCommand
from novacart.domain.accounts.role import Role
from novacart.domain.cart.cart import QuantityLimits
from novacart.domain.catalog.category_details import CategoryDetails
from novacart.domain.catalog.errors import (
    CategoryNotFound,
    ProductNotArchived,
    ProductNotFound,
    SlugTaken,
    StaleVersion,
    StockIsReserved,
)
from novacart.domain.catalog.product_details import PriceChange, ProductDetails
from novacart.domain.shared.errors import ConcurrentChange, InvalidValue
from novacart.domain.shared.ids import CartLineId, CategoryId, ProductId, UserId, VariantId
from novacart.domain.shared.money import Money
from tests.support.builders.catalog import NOON, a_claim, details
from tests.support.catalog_fixture import CatalogFixture

UNKNOWN = ProductId(999_999)
BOOKS = AddCategoryCommand(actor=SYSTEM, details=CategoryDetails(name="Books", slug="books"))


@pytest.fixture
def catalog() -> CatalogFixture:
    return CatalogFixture()


@pytest.fixture
def lamp(catalog: CatalogFixture) -> ProductId:
    return catalog.add_product(
        AddProductCommand(actor=SYSTEM, details=details(title="Lamp"), stock=5)
    )


def event_names(catalog: CatalogFixture) -> list[str]:
    return [event.name for event in catalog.store.events]


def reserve(catalog: CatalogFixture, product_id: ProductId, quantity: int) -> None:
    with catalog.begin() as work:
        work.stock.reserve([a_claim(product_id, quantity, "line:1:reserve")], at=NOON)
        work.commit()


def test_add_product_shows_it_with_its_stock(catalog: CatalogFixture) -> None:
    books = catalog.add_category(BOOKS)
    product_id = catalog.add_product(
        AddProductCommand(
            actor=SYSTEM,
            details=ProductDetails(
                title="Monsoon Arithmetic",
                price=Money(29_900, "INR"),
                category_id=books,
                author="Devraj",
                published_year=2021,
            ),
            stock=7,
        )
    )
    shown = catalog.queries.product(product_id)
    assert (shown.title, shown.brand, shown.stock) == ("Monsoon Arithmetic",) * 2 + (7,)
    assert (shown.price, shown.category_id) == (Money(29_900, "INR"), books)
    assert shown.created_at == catalog.clock.now()
    assert event_names(catalog) == [
        "catalog.category_added",
        "catalog.product_added",
        "stock.adjusted",
    ]


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"price": Money(100, "USD")}, "currency"), ({"category_id": CategoryId(999)}, "category")],
)
def test_add_or_edit_product_with_invalid_details_raises(
    catalog: CatalogFixture, lamp: ProductId, changes: dict[str, Any], field: str
) -> None:
    before = catalog.queries.product(lamp)
    with pytest.raises(InvalidValue) as raised:
        catalog.add_product(
            AddProductCommand(actor=SYSTEM, details=details().with_changes(changes))
        )
    assert raised.value.field == field
    with pytest.raises(InvalidValue) as raised:
        catalog.edit_product(
            EditProductCommand(actor=SYSTEM, product_id=lamp, changes=changes, stock=1)
        )
    assert raised.value.field == field
    assert catalog.queries.product(lamp) == before
    assert catalog.queries.count_products(ProductFilter()) == 1


def test_edit_product_changes_the_given_fields(catalog: CatalogFixture, lamp: ProductId) -> None:
    catalog.clock.move(hours=1)
    changes = {"price": Money(45_000, "INR")}
    catalog.edit_product(
        EditProductCommand(actor=SYSTEM, product_id=lamp, changes=changes, stock=9)
    )
    shown = catalog.queries.product(lamp)
    assert (shown.title, shown.price.amount, shown.stock) == ("Lamp", 45_000, 9)
    assert shown.version == 2
    assert shown.updated_at == catalog.clock.now()


def test_edit_of_the_stock_alone_raises_the_version(
    catalog: CatalogFixture, lamp: ProductId
) -> None:
    catalog.edit_product(
        EditProductCommand(actor=SYSTEM, product_id=lamp, stock=0, expected_version=1)
    )
    assert (catalog.queries.product(lamp).stock, catalog.queries.product(lamp).version) == (0, 2)
    assert event_names(catalog) == ["catalog.product_added", "stock.adjusted", "stock.adjusted"]
    with pytest.raises(StaleVersion):
        catalog.edit_product(
            EditProductCommand(actor=SYSTEM, product_id=lamp, stock=5, expected_version=1)
        )
    catalog.edit_product(
        EditProductCommand(actor=SYSTEM, product_id=lamp, stock=0, expected_version=2)
    )
    assert catalog.queries.product(lamp).version == 2


def test_stock_that_was_read_is_no_change(catalog: CatalogFixture, lamp: ProductId) -> None:
    reserve(catalog, lamp, 2)
    catalog.edit_product(EditProductCommand(actor=SYSTEM, product_id=lamp, stock=5, stock_read=5))
    assert catalog.queries.product(lamp).stock == 3
    catalog.edit_product(EditProductCommand(actor=SYSTEM, product_id=lamp, stock=5, stock_read=3))
    assert catalog.queries.product(lamp).stock == 5


def test_edit_with_a_stale_version_raises(catalog: CatalogFixture, lamp: ProductId) -> None:
    first, second = (
        EditProductCommand(
            actor=SYSTEM,
            product_id=lamp,
            changes={"price": Money(amount, "INR")},
            expected_version=1,
        )
        for amount in (100, 200)
    )
    catalog.edit_product(first)
    with pytest.raises(StaleVersion):
        catalog.edit_product(second)
    with pytest.raises(StaleVersion):
        catalog.archive_product(
            ArchiveProductCommand(actor=SYSTEM, product_id=lamp, expected_version=1)
        )
    assert catalog.queries.product(lamp).price.amount == 100


def test_change_price_applies_to_the_current_price(
    catalog: CatalogFixture, lamp: ProductId
) -> None:
    ten_percent_less = ChangePriceCommand(actor=SYSTEM, product_id=lamp, change=PriceChange(-10))
    catalog.change_price(ten_percent_less)
    catalog.change_price(ten_percent_less)
    assert catalog.queries.product(lamp).price == Money(40_419, "INR")
    assert event_names(catalog)[-2:] == ["catalog.product_edited"] * 2


def test_archive_removes_the_product_from_wishlists_and_carts(
    catalog: CatalogFixture, lamp: ProductId
) -> None:
    asha = UserId(7)
    with catalog.begin() as work:
        wishlist = work.wishlists.of(asha)
        wishlist.add(VariantId(lamp), at=NOON)
        work.wishlists.save(wishlist)
        cart = work.carts.of(asha)
        [line] = work.ids.take()
        cart.add(
            VariantId(lamp),
            1,
            line_id=CartLineId(line),
            limits=QuantityLimits(orderable=5, max_per_line=10),
            at=NOON,
        )
        work.carts.save(cart)
        work.commit()
    catalog.archive_product(ArchiveProductCommand(actor=SYSTEM, product_id=lamp))
    with catalog.begin() as work:
        assert VariantId(lamp) not in work.wishlists.of(asha)
        assert not work.carts.of(asha).lines
    with pytest.raises(ProductNotFound):
        catalog.queries.product(lamp)


def test_archived_product_can_only_be_restored(catalog: CatalogFixture, lamp: ProductId) -> None:
    catalog.archive_product(ArchiveProductCommand(actor=SYSTEM, product_id=lamp))
    changes: tuple[Callable[[], object], ...] = (
        lambda: catalog.archive_product(ArchiveProductCommand(actor=SYSTEM, product_id=lamp)),
        lambda: catalog.edit_product(EditProductCommand(actor=SYSTEM, product_id=lamp, stock=1)),
        lambda: catalog.change_price(
            ChangePriceCommand(actor=SYSTEM, product_id=lamp, change=PriceChange(5))
        ),
    )
    for change in changes:
        with pytest.raises(ProductNotFound):
            change()
    catalog.restore_product(RestoreProductCommand(actor=SYSTEM, product_id=lamp))
    assert catalog.queries.product(lamp).stock == 5
    with pytest.raises(ProductNotArchived):
        catalog.restore_product(RestoreProductCommand(actor=SYSTEM, product_id=lamp))


def test_adjust_stock_writes_the_reason_to_the_ledger(
    catalog: CatalogFixture, lamp: ProductId
) -> None:
    level = catalog.adjust_stock(
        AdjustStockCommand(actor=SYSTEM, product_id=lamp, delta=-2, reason="Breakage")
    )
    assert level.available == catalog.queries.product(lamp).stock == 3
    assert [entry.note for entry in catalog.store.stock_movements.values()] == [
        "Initial stock",
        "Breakage",
    ]


def test_the_same_form_adds_a_product_or_a_category_once(catalog: CatalogFixture) -> None:
    staff = Actor(user_id=UserId(5), role=Role.CATALOG)
    lamp = AddProductCommand(actor=staff, details=details(title="Lamp"), stock=5, form_key="first")
    product_id = catalog.add_product(lamp)
    assert catalog.add_product(lamp) == product_id
    assert catalog.add_product(replace(lamp, form_key="second")) != product_id
    with pytest.raises(ConcurrentChange, match="with other values"):
        catalog.add_product(replace(lamp, stock=6))
    books = replace(BOOKS, actor=staff, choose_free_slug=True, form_key="third")
    assert catalog.add_category(books) == catalog.add_category(books)
    assert len(catalog.queries.categories()) == 1


def test_stock_adjusted_by_the_same_form_twice_changes_once(
    catalog: CatalogFixture, lamp: ProductId
) -> None:
    unguarded = AdjustStockCommand(actor=SYSTEM, product_id=lamp, delta=2, reason="Delivery")
    version = catalog.adjust_stock(unguarded).version
    assert catalog.adjust_stock(unguarded).on_hand == 9
    guarded = replace(unguarded, expected_version=version + 1)
    assert catalog.adjust_stock(guarded).on_hand == 11
    with pytest.raises(StaleVersion):
        catalog.adjust_stock(guarded)
    assert catalog.queries.product(lamp).stock == 11


def test_price_changed_by_the_same_form_twice_changes_once(
    catalog: CatalogFixture, lamp: ProductId
) -> None:
    version = catalog.queries.product(lamp).version
    command = ChangePriceCommand(
        actor=SYSTEM, product_id=lamp, change=PriceChange(-10), expected_version=version
    )
    catalog.change_price(command)
    price = catalog.queries.product(lamp).price
    with pytest.raises(StaleVersion):
        catalog.change_price(command)
    assert catalog.queries.product(lamp).price == price


def test_adjust_stock_below_reserved_raises(catalog: CatalogFixture, lamp: ProductId) -> None:
    reserve(catalog, lamp, 4)
    with pytest.raises(StockIsReserved):
        catalog.adjust_stock(
            AdjustStockCommand(actor=SYSTEM, product_id=lamp, delta=-2, reason="Breakage")
        )
    assert catalog.queries.product(lamp).stock == 1


def test_unknown_product_or_category_raises(catalog: CatalogFixture) -> None:
    calls: tuple[Callable[[], object], ...] = (
        lambda: catalog.edit_product(EditProductCommand(actor=SYSTEM, product_id=UNKNOWN)),
        lambda: catalog.change_price(
            ChangePriceCommand(actor=SYSTEM, product_id=UNKNOWN, change=PriceChange(5))
        ),
        lambda: catalog.archive_product(ArchiveProductCommand(actor=SYSTEM, product_id=UNKNOWN)),
        lambda: catalog.restore_product(RestoreProductCommand(actor=SYSTEM, product_id=UNKNOWN)),
        lambda: catalog.adjust_stock(
            AdjustStockCommand(actor=SYSTEM, product_id=UNKNOWN, delta=1, reason="Delivery")
        ),
    )
    for call in calls:
        with pytest.raises(ProductNotFound):
            call()
    with pytest.raises(CategoryNotFound):
        catalog.edit_category(
            EditCategoryCommand(actor=SYSTEM, category_id=CategoryId(999), changes={})
        )


def test_edit_category_changes_the_given_fields(catalog: CatalogFixture) -> None:
    books = catalog.add_category(BOOKS)
    catalog.edit_category(
        EditCategoryCommand(actor=SYSTEM, category_id=books, changes={"name": "Books & more"})
    )
    assert catalog.queries.categories()[0].name == "Books & more"
    with pytest.raises(StaleVersion):
        catalog.edit_category(
            EditCategoryCommand(
                actor=SYSTEM, category_id=books, changes={"name": "Old"}, expected_version=1
            )
        )
    catalog.edit_category(
        EditCategoryCommand(
            actor=SYSTEM, category_id=books, changes={"is_active": False}, expected_version=2
        )
    )
    assert catalog.queries.categories() == []


def test_slug_of_another_category_raises(catalog: CatalogFixture) -> None:
    catalog.add_category(BOOKS)
    with pytest.raises(SlugTaken):
        catalog.add_category(
            AddCategoryCommand(actor=SYSTEM, details=CategoryDetails(name="Novels", slug="books"))
        )
