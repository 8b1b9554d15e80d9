"""The product aggregate, its details and changes of its price."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from novacart.domain.catalog.errors import ProductNotArchived, ProductNotFound
from novacart.domain.catalog.events import (
    ProductAdded,
    ProductArchived,
    ProductEdited,
    ProductRestored,
)
from novacart.domain.catalog.product import Product
from novacart.domain.catalog.product_details import (
    MAX_DESCRIPTION,
    MAX_DESCRIPTION_HTML,
    MAX_PRICE,
    MAX_PRICE_CHANGE,
    MAX_SKU,
    MAX_TITLE,
    MIN_PRICE_CHANGE,
    PriceChange,
    ProductDetails,
)
from novacart.domain.catalog.variant import VariantDetails
from novacart.domain.shared.errors import InvalidValue
from novacart.domain.shared.ids import ProductId
from novacart.domain.shared.money import Money
from tests.support.builders.catalog import NOON, a_product, details

LATER = NOON + timedelta(hours=1)


def test_create_records_all_details() -> None:
    product = a_product(17, details(title="Kite", price=20_000, category_id=8), at=NOON)
    [event] = product.collect_events()
    assert isinstance(event, ProductAdded)
    assert (event.product_id, event.occurred_at) == (17, NOON)
    assert event.product == product.details.event_data()
    assert ProductAdded.from_payload(event.payload()) == event
    assert (product.created_at, product.updated_at) == (NOON, NOON)


@pytest.mark.parametrize(("sku", "price"), [("LP-2", 49_900), ("LP-1", 49_901), (None, 49_900)])
def test_first_variant_with_another_sku_or_price_than_the_product_raises(
    sku: str | None, price: int
) -> None:
    variant = VariantDetails(sku=sku, price=Money(price, "INR"))
    with pytest.raises(ValueError, match="first variant"):
        Product.create(
            id=ProductId(17),
            details=details(sku="LP-1", price=49_900),
            at=NOON,
            variant_details=variant,
        )


def test_event_data_has_every_field() -> None:
    assert details(
        sku="LP-1",
        title="Lamp",
        subtitle="Of brass",
        description="Warm.",
        price=49_900,
        author="Asha Rao",
        published_year=2001,
        brand="Diya",
        category_id=3,
        image="/media/lamp.webp",
        tags=("Brass", "Gift"),
        attributes={9: "Brass", 4: 25_000},
    ).event_data() == {
        "attributes": "4: 25000 | 9: Brass",
        "sku": "LP-1",
        "title": "Lamp",
        "subtitle": "Of brass",
        "description": "Warm.",
        "price": 49_900,
        "currency": "INR",
        "author": "Asha Rao",
        "published_year": 2001,
        "brand": "Diya",
        "category": 3,
        "image": "/media/lamp.webp",
        "slug": None,
        "meta_title": None,
        "meta_description": None,
        "description_html": "",
        "tags": "Brass, Gift",
    }


def test_tags_are_kept_once_as_they_were_written_first() -> None:
    tags = details(tags=(" Summer  sale ", "SUMMER SALE", "Été")).tags
    assert tags == ("Summer sale", "Été")


@pytest.mark.parametrize("tags", [("x" * 64,), tuple(map(str, range(50)))])
def test_limits_of_tags_are_inclusive(tags: tuple[str, ...]) -> None:
    assert details(tags=tags).tags == tags


@pytest.mark.parametrize(
    "tags",
    [("",), ("a,b",), ("a\x07b",), ("x" * 65,), tuple(map(str, range(51)))],
)
def test_invalid_tags_raise(tags: tuple[str, ...]) -> None:
    with pytest.raises(InvalidValue) as caught:
        details(tags=tags)
    assert caught.value.field == "tags"


def test_edit_records_only_changed_fields() -> None:
    product = a_product(17, details(title="Kite", brand="Udaan"))
    product.collect_events()
    assert product.edit(details(title="Kite", brand="Udaan", price=1), at=LATER) is True
    assert product.collect_events() == [
        ProductEdited(
            occurred_at=LATER, product_id=17, before={"price": 49_900}, after={"price": 1}
        )
    ]
    assert (product.created_at, product.updated_at) == (NOON, LATER)


def test_edit_of_similar_attributes_records_what_changed() -> None:
    product = a_product(17, details(category_id=8, attributes={4: "Red | 9: Brass"}))
    product.collect_events()
    edited = details(category_id=8, attributes={4: "Red", 9: "Brass"})
    assert product.edit(edited, at=LATER)
    assert product.details == edited
    assert product.collect_events() == [
        ProductEdited(
            occurred_at=LATER,
            product_id=17,
            before={"attributes": '4: "Red | 9: Brass"'},
            after={"attributes": "4: Red | 9: Brass"},
        )
    ]


def test_edit_without_changes_records_nothing() -> None:
    product = a_product()
    product.collect_events()
    assert product.edit(details(), at=LATER) is False
    assert (product.updated_at, product.collect_events()) == (NOON, [])


@pytest.mark.parametrize(
    ("price", "percent", "expected"),
    [
        (49_900, 10, 54_890),
        (49_900, -10, 44_910),
        (105, 10, 116),  # 115.5 rounds up
        (104, 10, 114),  # 114.4 rounds down
        (50, -99, 1),  # 0.5 rounds up
        (100, MAX_PRICE_CHANGE, 600),
        (100, MIN_PRICE_CHANGE, 1),
    ],
)
def test_change_price_rounds_half_up(price: int, percent: int, expected: int) -> None:
    product = a_product(17, details(price=price))
    product.collect_events()
    assert product.change_price(PriceChange(percent), at=LATER) is True
    assert product.details.price == Money(expected, "INR")
    [event] = product.collect_events()
    assert isinstance(event, ProductEdited)
    assert (event.before, event.after) == ({"price": price}, {"price": expected})


@pytest.mark.parametrize("percent", [0, MIN_PRICE_CHANGE - 1, -100, MAX_PRICE_CHANGE + 1])
def test_price_change_out_of_bounds_raises(percent: int) -> None:
    with pytest.raises(InvalidValue) as raised:
        PriceChange(percent)
    assert raised.value.field == "percent"


@pytest.mark.parametrize(("price", "percent"), [(1, -99), (MAX_PRICE, 1)])
def test_change_to_a_price_out_of_bounds_raises(price: int, percent: int) -> None:
    product = a_product(17, details(price=price))
    with pytest.raises(InvalidValue) as raised:
        product.change_price(PriceChange(percent), at=LATER)
    assert raised.value.field == "price"
    assert product.details.price.amount == price


def test_archived_product_can_not_be_changed() -> None:
    product = a_product()
    product.archive(at=LATER)
    for change in (
        lambda: product.archive(at=LATER),
        lambda: product.edit(details(price=1), at=LATER),
        lambda: product.show_pictures(["/media/lamp.webp"], at=LATER),
        lambda: product.change_price(PriceChange(10), at=LATER),
    ):
        with pytest.raises(ProductNotFound):
            change()


def test_archive_and_restore_are_recorded() -> None:
    product = a_product(41)
    product.collect_events()
    product.archive(at=LATER)
    assert (product.archived_at, product.updated_at) == (LATER, LATER)
    product.restore(at=NOON)
    assert (product.archived_at, product.updated_at) == (None, NOON)
    assert product.collect_events() == [
        ProductArchived(occurred_at=LATER, product_id=ProductId(41)),
        ProductRestored(occurred_at=NOON, product_id=ProductId(41)),
    ]


def test_restore_active_product_raises() -> None:
    with pytest.raises(ProductNotArchived):
        a_product().restore(at=LATER)


@pytest.mark.parametrize("title", ["", "  ", "\u200b", "\u200b \u2060"])
def test_title_without_a_visible_character_raises(title: str) -> None:
    with pytest.raises(InvalidValue):
        details(title=title)


def test_blank_brand_becomes_the_title() -> None:
    assert details(title="Kite").brand == "Kite"
    assert details(title="Kite", brand="  ").brand == "Kite"
    assert details(title="Kite", brand="Udaan").brand == "Udaan"


@pytest.mark.parametrize(
    ("brand", "changes", "expected"),
    [
        ("", {"title": "Lamp"}, "Lamp"),
        ("Udaan", {"title": "Lamp"}, "Udaan"),
        ("", {"title": "Lamp", "brand": "Kite"}, "Kite"),
        ("Udaan", {"brand": ""}, "Kite"),
        ("Udaan", {"brand": None}, "Kite"),
        ("", {"subtitle": "small"}, "Kite"),
    ],
)
def test_brand_equal_to_the_title_follows_a_new_title(
    brand: str, changes: Mapping[str, Any], expected: str
) -> None:
    assert details(title="Kite", brand=brand).with_changes(changes).brand == expected


def test_texts_are_stripped() -> None:
    stripped = details(title=" Kite ", subtitle=" red ", description="\n a \n", author="  ")
    assert (stripped.title, stripped.subtitle, stripped.description) == ("Kite", "red", "a")
    assert stripped.author is None


def test_blank_image_is_none() -> None:
    assert details(image=" ").image is None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", ""),
        ("title", "   "),
        ("title", "x" * (MAX_TITLE + 1)),
        ("title", "a\x00b"),
        ("title", "a\ud800b"),
        ("subtitle", "x" * (MAX_TITLE + 1)),
        ("description", "x" * (MAX_DESCRIPTION + 1)),
        ("author", "x" * (MAX_TITLE + 1)),
        ("brand", "x" * (MAX_TITLE + 1)),
        ("price", Money(0, "INR")),
        ("price", Money(-1, "INR")),
        ("price", Money(MAX_PRICE + 1, "INR")),
        ("published_year", 0),
        ("published_year", -1),
        ("published_year", 10_000),
        ("image", "javascript:alert(1)"),
        ("image", "//elsewhere.example/x.png"),
        ("image", "ftp://elsewhere.example/x.png"),
        ("image", "lamp.png"),
        ("image", "https://"),
        ("image", 'https://a.example/">'),
        ("image", "https://a.example/" + "x" * 2048),
        ("sku", "x" * (MAX_SKU + 1)),
        ("sku", "a\nb"),
        ("description_html", "x" * (MAX_DESCRIPTION_HTML + 1)),
        ("meta_title", "a\x00b"),
        ("attributes", ((4, "Brass"),)),
    ],
)
def test_invalid_value_names_its_field(field: str, value: object) -> None:
    values: dict[str, Any] = {"title": "Kite", "price": Money(1, "INR")} | {field: value}
    with pytest.raises(InvalidValue) as raised:
        ProductDetails(**values)
    assert raised.value.field == field


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("sku", "x" * MAX_SKU),
        ("title", "x" * MAX_TITLE),
        ("description", "x" * MAX_DESCRIPTION),
        ("description_html", "x" * MAX_DESCRIPTION_HTML),
        ("price", Money(1, "INR")),
        ("price", Money(MAX_PRICE, "INR")),
        ("published_year", 1),
        ("published_year", 9999),
        ("image", "/media/products/lamp.webp"),
        ("image", "https://images.example/v1/lamp.webp?w=200"),
        ("image", "http://images.example"),
    ],
)
def test_limits_are_inclusive(field: str, value: object) -> None:
    values: dict[str, Any] = {"title": "Kite", "price": Money(5, "INR")} | {field: value}
    assert getattr(ProductDetails(**values), field) == value
