"""What staff do to the catalogue."""

import pytest

from novacart.application.catalog.add_category import AddCategoryCommand
from novacart.application.catalog.add_product import AddProductCommand
from novacart.application.catalog.adjust_stock import AdjustStockCommand
from novacart.application.catalog.archive_product import ArchiveProductCommand
from novacart.application.catalog.category_fields import CategoryFields
from novacart.application.catalog.edit_category import EditCategoryCommand
from novacart.application.catalog.edit_product import EditProductCommand
from novacart.application.catalog.product_fields import ProductFields
from novacart.application.catalog.queries import ProductFilter
from novacart.application.catalog.restore_product import RestoreProductCommand
from novacart.application.catalog.set_product_image import ShowPicture
from novacart.domain.cart.cart import QuantityLimits
from novacart.domain.catalog.errors import (
    CategoryNotFound,
    ProductNotArchived,
    ProductNotFound,
    SlugTaken,
    StaleVersion,
    StockIsReserved,
)
from novacart.domain.shared.errors import InvalidValue
from novacart.domain.shared.ids import CartLineId, CategoryId, ProductId, UserId
from novacart.domain.shared.money import Money
from tests.support.builders.catalog import NOON, a_claim
from tests.support.catalog_fixture import CatalogWorld

NOWHERE = ProductId(999_999)


@pytest.fixture
def world() -> CatalogWorld:
    return CatalogWorld()


@pytest.fixture
def lamp(world: CatalogWorld) -> ProductId:
    return world.add_product(
        AddProductCommand(fields={"title": "Lamp", "price": "499.00"}, stock=5)
    )


def names(world: CatalogWorld) -> list[str]:
    return [event.name for event in world.store.events]


def test_a_new_product_is_in_the_catalogue_with_its_stock(world: CatalogWorld) -> None:
    books = world.add_category(AddCategoryCommand(fields={"name": "Books", "slug": "books"}))
    product_id = world.add_product(
        AddProductCommand(
            fields={
                "title": "Monsoon Arithmetic",
                "price": "299",
                "currency": "INR",
                "brand": None,
                "category": books,
                "author": "Devraj",
                "published_year": 2021,
            },
            stock=7,
        )
    )
    shown = world.queries.product(product_id)
    assert (shown.title, shown.brand, shown.stock) == ("Monsoon Arithmetic",) * 2 + (7,)
    assert (shown.price, shown.category_id) == (Money(29_900, "INR"), books)
    assert shown.created_at == world.clock.now()
    assert names(world) == ["catalog.category_added", "catalog.product_added", "stock.adjusted"]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"price": "1.00"}, "title"),
        ({"title": "Lamp"}, "price"),
        ({"title": "Lamp", "price": "1.005"}, "price"),
        ({"title": "Lamp", "price": "-1.00"}, "price"),
        ({"title": "Lamp", "price": "0.00"}, "price"),
        ({"title": "Lamp", "price": "1.00", "currency": "USD"}, "currency"),
        ({"title": "Lamp", "price": "1.00", "category": 999}, "category"),
    ],
)
def test_a_bad_product_is_not_added(world: CatalogWorld, fields: ProductFields, field: str) -> None:
    with pytest.raises(InvalidValue) as refusal:
        world.add_product(AddProductCommand(fields=fields))
    assert refusal.value.field == field
    assert world.queries.count_products(ProductFilter()) == 0


def test_an_edit_writes_what_it_names(world: CatalogWorld, lamp: ProductId) -> None:
    world.clock.move(hours=1)
    world.edit_product(EditProductCommand(product_id=lamp, fields={"price": "450.00"}, stock=9))
    shown = world.queries.product(lamp)
    assert (shown.title, shown.price.amount, shown.stock) == ("Lamp", 45_000, 9)
    assert shown.version == 2
    assert shown.updated_at == world.clock.now()


def test_an_edit_of_the_stock_alone_makes_older_readings_stale(
    world: CatalogWorld, lamp: ProductId
) -> None:
    world.edit_product(EditProductCommand(product_id=lamp, stock=0, expected_version=1))
    assert (world.queries.product(lamp).stock, world.queries.product(lamp).version) == (0, 2)
    assert names(world) == ["catalog.product_added", "stock.adjusted", "stock.adjusted"]
    with pytest.raises(StaleVersion):
        world.edit_product(EditProductCommand(product_id=lamp, stock=5, expected_version=1))
    world.edit_product(EditProductCommand(product_id=lamp, stock=0, expected_version=2))
    assert world.queries.product(lamp).version == 2


def test_two_editors_of_one_product_are_told(world: CatalogWorld, lamp: ProductId) -> None:
    first = EditProductCommand(product_id=lamp, fields={"price": "1.00"}, expected_version=1)
    second = EditProductCommand(product_id=lamp, fields={"price": "2.00"}, expected_version=1)
    world.edit_product(first)
    with pytest.raises(StaleVersion):
        world.edit_product(second)
    with pytest.raises(StaleVersion):
        world.archive_product(ArchiveProductCommand(product_id=lamp, expected_version=1))
    assert world.queries.product(lamp).price.amount == 100


def test_a_bad_edit_changes_nothing(world: CatalogWorld, lamp: ProductId) -> None:
    before = world.queries.product(lamp)
    for fields in ({"title": " "}, {"category": 999}, {"currency": "USD"}):
        with pytest.raises(InvalidValue):
            world.edit_product(
                EditProductCommand(product_id=lamp, fields=fields, stock=1)  # type: ignore[arg-type]
            )
    assert world.queries.product(lamp) == before


def test_an_archived_product_leaves_wishlists_and_carts(
    world: CatalogWorld, lamp: ProductId
) -> None:
    asha = UserId(7)
    with world.begin() as work:
        wishlist = work.wishlists.of(asha)
        wishlist.add(lamp, at=NOON)
        work.wishlists.save(wishlist)
        cart = work.carts.of(asha)
        [line] = work.ids.take()
        cart.add(
            lamp,
            1,
            line_id=CartLineId(line),
            limits=QuantityLimits(orderable=5, max_per_line=10),
            at=NOON,
        )
        work.carts.save(cart)
        work.commit()
    world.archive_product(ArchiveProductCommand(product_id=lamp))
    with world.begin() as work:
        assert lamp not in work.wishlists.of(asha)
        assert not work.carts.of(asha).lines
    with pytest.raises(ProductNotFound):
        world.queries.product(lamp)


def test_an_archived_product_can_only_be_restored(world: CatalogWorld, lamp: ProductId) -> None:
    world.archive_product(ArchiveProductCommand(product_id=lamp))
    with pytest.raises(ProductNotFound):
        world.archive_product(ArchiveProductCommand(product_id=lamp))
    with pytest.raises(ProductNotFound):
        world.edit_product(EditProductCommand(product_id=lamp, stock=1))
    with pytest.raises(ProductNotFound):
        world.set_product_image(ShowPicture(product_id=lamp, image="/media/lamp.webp"))
    world.restore_product(RestoreProductCommand(product_id=lamp))
    assert world.queries.product(lamp).stock == 5
    with pytest.raises(ProductNotArchived):
        world.restore_product(RestoreProductCommand(product_id=lamp))


def test_a_picture_is_shown(world: CatalogWorld, lamp: ProductId) -> None:
    world.set_product_image(ShowPicture(product_id=lamp, image="/media/lamp.webp"))
    assert world.queries.product(lamp).image == "/media/lamp.webp"
    world.set_product_image(ShowPicture(product_id=lamp, image=None))
    assert world.queries.product(lamp).image is None
    assert names(world)[-2:] == ["catalog.product_edited"] * 2


def test_a_picture_that_is_shown_already_is_no_edit(world: CatalogWorld, lamp: ProductId) -> None:
    world.set_product_image(ShowPicture(product_id=lamp, image=None))
    assert world.queries.product(lamp).version == 1


def test_stock_is_counted_with_a_reason(world: CatalogWorld, lamp: ProductId) -> None:
    level = world.adjust_stock(AdjustStockCommand(product_id=lamp, delta=-2, reason="Breakage"))
    assert level.available == world.queries.product(lamp).stock == 3
    with world.begin() as work:
        work.stock.reserve([a_claim(lamp, 2, "line:1:reserve")], at=NOON)
        work.commit()
    with pytest.raises(StockIsReserved):
        world.adjust_stock(AdjustStockCommand(product_id=lamp, delta=-2, reason="Breakage"))
    assert world.queries.product(lamp).stock == 1
    assert [entry.note for entry in world.store.stock_movements.values()] == [
        "Initial stock",
        "Breakage",
        "",
    ]


def test_what_is_unknown_is_not_found(world: CatalogWorld) -> None:
    for ask in (
        lambda: world.edit_product(EditProductCommand(product_id=NOWHERE)),
        lambda: world.archive_product(ArchiveProductCommand(product_id=NOWHERE)),
        lambda: world.restore_product(RestoreProductCommand(product_id=NOWHERE)),
        lambda: world.set_product_image(ShowPicture(product_id=NOWHERE, image=None)),
        lambda: world.adjust_stock(
            AdjustStockCommand(product_id=NOWHERE, delta=1, reason="Delivery")
        ),
    ):
        with pytest.raises(ProductNotFound):
            ask()
    with pytest.raises(CategoryNotFound):
        world.edit_category(EditCategoryCommand(category_id=CategoryId(999), fields={}))


def test_categories_are_opened_and_edited(world: CatalogWorld) -> None:
    books = world.add_category(AddCategoryCommand(fields={"name": "Books", "slug": "books"}))
    world.edit_category(EditCategoryCommand(category_id=books, fields={"name": "Books & more"}))
    assert world.queries.categories()[0].name == "Books & more"
    with pytest.raises(StaleVersion):
        world.edit_category(
            EditCategoryCommand(category_id=books, fields={"name": "Old"}, expected_version=1)
        )
    world.edit_category(
        EditCategoryCommand(category_id=books, fields={"is_active": False}, expected_version=2)
    )
    assert world.queries.categories() == []


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"name": "Books"}, "slug"),
        ({"slug": "books"}, "name"),
        ({"name": "B", "slug": "B"}, "slug"),
    ],
)
def test_a_bad_category_is_not_opened(
    world: CatalogWorld, fields: CategoryFields, field: str
) -> None:
    with pytest.raises(InvalidValue) as refusal:
        world.add_category(AddCategoryCommand(fields=fields))
    assert refusal.value.field == field


def test_a_slug_names_one_category(world: CatalogWorld) -> None:
    world.add_category(AddCategoryCommand(fields={"name": "Books", "slug": "books"}))
    with pytest.raises(SlugTaken):
        world.add_category(AddCategoryCommand(fields={"name": "Novels", "slug": "books"}))
