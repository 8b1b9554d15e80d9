"""Products and their details keep their own rules."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from novacart.domain.catalog.errors import ProductNotArchived, ProductNotFound
from novacart.domain.catalog.events import ProductAdded, ProductEdited
from novacart.domain.catalog.product_details import (
    MAX_DESCRIPTION,
    MAX_PRICE,
    MAX_TITLE,
    ProductDetails,
)
from novacart.domain.shared.errors import InvalidValue
from novacart.domain.shared.money import Money
from tests.support.builders.catalog import NOON, a_product, details

LATER = NOON + timedelta(hours=1)


def test_a_draft_tells_everything_about_itself() -> None:
    product = a_product(17, details(title="Kite", price=20_000, category_id=8), at=NOON)
    [event] = product.collect_events()
    assert isinstance(event, ProductAdded)
    assert (event.product_id, event.occurred_at) == (17, NOON)
    assert event.product == product.details.plain()
    assert event.product["price"] == 20_000
    assert ProductAdded.from_payload(event.payload()) == event
    assert (product.created_at, product.updated_at) == (NOON, NOON)


def test_an_edit_tells_what_changed_and_nothing_else() -> None:
    product = a_product(17, details(title="Kite", brand="Udaan"))
    product.collect_events()
    assert product.edit(details(title="Kite", brand="Udaan", price=1), at=LATER) is True
    assert product.collect_events() == [
        ProductEdited(
            occurred_at=LATER, product_id=17, before={"price": 49_900}, after={"price": 1}
        )
    ]
    assert (product.created_at, product.updated_at) == (NOON, LATER)


def test_an_edit_that_changes_nothing_is_none() -> None:
    product = a_product()
    product.collect_events()
    assert product.edit(details(), at=LATER) is False
    assert (product.updated_at, product.collect_events()) == (NOON, [])


def test_another_picture_is_an_edit() -> None:
    product = a_product()
    assert product.show("/media/lamp.webp", at=LATER) is True
    assert product.show("/media/lamp.webp", at=LATER) is False
    assert product.image == "/media/lamp.webp"


def test_an_archived_product_leaves_the_catalogue_until_it_is_restored() -> None:
    product = a_product()
    product.collect_events()
    product.archive(at=LATER)
    assert (product.archived_at, product.updated_at) == (LATER, LATER)
    for change in (
        lambda: product.archive(at=LATER),
        lambda: product.edit(details(price=1), at=LATER),
        lambda: product.show(None, at=LATER),
    ):
        with pytest.raises(ProductNotFound):
            change()
    product.restore(at=NOON)
    assert (product.archived_at, product.updated_at) == (None, NOON)
    assert [event.name for event in product.collect_events()] == [
        "catalog.product_archived",
        "catalog.product_restored",
    ]
    with pytest.raises(ProductNotArchived):
        product.restore(at=LATER)


def test_the_brand_is_the_title_unless_it_is_said() -> None:
    assert details(title="Kite").brand == "Kite"
    assert details(title="Kite", brand="  ").brand == "Kite"
    assert details(title="Kite", brand="Udaan").brand == "Udaan"


@pytest.mark.parametrize(
    ("brand", "changes", "after"),
    [
        ("", {"title": "Lamp"}, "Lamp"),
        ("Udaan", {"title": "Lamp"}, "Udaan"),
        ("", {"title": "Lamp", "brand": "Kite"}, "Kite"),
        ("Udaan", {"brand": ""}, "Kite"),
        ("", {"subtitle": "small"}, "Kite"),
    ],
)
def test_a_brand_that_was_the_title_follows_it(
    brand: str, changes: Mapping[str, Any], after: str
) -> None:
    assert details(title="Kite", brand=brand).rewritten(changes).brand == after


def test_texts_are_kept_without_the_space_around_them() -> None:
    tidy = details(title=" Kite ", subtitle=" red ", description="\n a \n", author="  ")
    assert (tidy.title, tidy.subtitle, tidy.description, tidy.author) == ("Kite", "red", "a", None)


@pytest.mark.parametrize(
    ("field", "wrong"),
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
    ],
)
def test_what_can_never_be_right_is_refused_by_field(field: str, wrong: object) -> None:
    given: dict[str, Any] = {"title": "Kite", "price": Money(1, "INR")} | {field: wrong}
    with pytest.raises(InvalidValue) as refusal:
        ProductDetails(**given)
    assert refusal.value.field == field


@pytest.mark.parametrize(
    ("field", "right"),
    [
        ("title", "x" * MAX_TITLE),
        ("description", "x" * MAX_DESCRIPTION),
        ("price", Money(1, "INR")),
        ("price", Money(MAX_PRICE, "INR")),
        ("published_year", 1),
        ("published_year", 9999),
        ("image", "/media/products/lamp.webp"),
        ("image", "https://images.example/v1/lamp.webp?w=200"),
        ("image", "http://images.example"),
    ],
)
def test_the_bounds_themselves_are_right(field: str, right: object) -> None:
    given: dict[str, Any] = {"title": "Kite", "price": Money(5, "INR")} | {field: right}
    assert getattr(ProductDetails(**given), field) == right


def test_an_empty_picture_is_none() -> None:
    assert details(image=" ").image is None
