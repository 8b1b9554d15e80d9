"""What the catalogue tells of its own life, and how it words its refusals."""

from datetime import timedelta

import pytest

from novacart.domain.catalog.category import MAX_NAME, MAX_POSITION, CategoryDetails
from novacart.domain.catalog.events import ProductArchived, ProductRestored
from novacart.domain.shared.errors import InvalidValue
from novacart.domain.shared.ids import ProductId
from tests.support.builders.catalog import NOON, a_product, details

LATER = NOON + timedelta(hours=5)


def test_leaving_and_coming_back_are_told() -> None:
    product = a_product(41)
    product.collect_events()
    product.archive(at=LATER)
    product.restore(at=LATER)
    assert product.collect_events() == [
        ProductArchived(occurred_at=LATER, product_id=ProductId(41)),
        ProductRestored(occurred_at=LATER, product_id=ProductId(41)),
    ]
    assert (product.archived_at, product.updated_at) == (None, LATER)


def test_a_products_events_carry_its_every_detail() -> None:
    about = details(
        title="Lamp",
        subtitle="Of brass",
        description="Warm.",
        price=49_900,
        author="Asha Rao",
        published_year=2001,
        brand="Diya",
        category_id=3,
        image="/media/lamp.webp",
    )
    assert about.plain() == {
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
    }


def test_a_slug_is_as_long_as_it_may_be_and_no_longer() -> None:
    assert CategoryDetails(name="Toys", slug="t" * MAX_NAME).slug == "t" * MAX_NAME
    sentence = r"^A slug is small letters and digits, joined by hyphens\.$"
    for slug in ("t" * (MAX_NAME + 1), "Toys", "toys--games", ""):
        with pytest.raises(InvalidValue, match=sentence) as refused:
            CategoryDetails(name="Toys", slug=slug)
        assert refused.value.field == "slug"


def test_a_position_has_its_bounds() -> None:
    for position in (0, MAX_POSITION):
        assert CategoryDetails(name="Toys", slug="toys", position=position).position == position
    for position in (-1, MAX_POSITION + 1):
        with pytest.raises(InvalidValue, match=rf"^A position is from 0 to {MAX_POSITION}\.$"):
            CategoryDetails(name="Toys", slug="toys", position=position)
