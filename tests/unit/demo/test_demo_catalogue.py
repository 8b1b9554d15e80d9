from __future__ import annotations

import io
import json
import re
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

import novacart
from scripts.demo_images.gallery import exhibits, portrait
from scripts.make_demo_images import QUALITY, pictures

DEMO = Path(novacart.__file__).parent / "entrypoints" / "demo"
IMAGES = DEMO / "images"
CATALOGUE: dict[str, list[dict[str, Any]]] = json.loads(
    (DEMO / "catalogue.json").read_text(encoding="utf-8")
)
PEOPLE: dict[str, Any] = json.loads((DEMO / "people.json").read_text(encoding="utf-8"))
PRODUCTS = CATALOGUE["products"]
CATEGORIES = CATALOGUE["categories"]
EVERYBODY = [PEOPLE["admin"], *PEOPLE["customers"]]
CATEGORY_SIZES = {
    "image": (480, 480),
    "mobile_image": (750, 420),
    "mobile_secondary_image": (750, 420),
    "desktop_image": (1600, 500),
    "desktop_secondary_image": (1600, 500),
}
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
ADDRESS_FIELDS = set(
    "name mobile pincode state district town house_number address address_type is_default".split()
)


def test_there_are_enough_products_in_eight_categories() -> None:
    assert len(PRODUCTS) >= 120
    assert len(CATEGORIES) == 8
    held = Counter(product["category"] for product in PRODUCTS)
    assert set(held) == {category["slug"] for category in CATEGORIES}
    assert min(held.values()) >= 12


@pytest.mark.parametrize("field", ["key", "title", "description", "image"])
def test_no_two_products_share_a(field: str) -> None:
    repeated = [value for value, n in Counter(p[field] for p in PRODUCTS).items() if n > 1]
    assert repeated == []


@pytest.mark.parametrize("field", ["slug", "name", "position", *CATEGORY_SIZES])
def test_no_two_categories_share_a(field: str) -> None:
    assert len({category[field] for category in CATEGORIES}) == len(CATEGORIES)


def test_keys_and_slugs_are_fit_for_a_url() -> None:
    names = [p["key"] for p in PRODUCTS] + [c["slug"] for c in CATEGORIES]
    assert [name for name in names if not SLUG.fullmatch(name)] == []


def test_prices_are_positive_decimal_strings_with_two_digits() -> None:
    assert all(re.fullmatch(r"[1-9]\d*\.\d\d", p["price"]) for p in PRODUCTS)
    assert {p["key"] for p in PRODUCTS if Decimal(p["price"]) > 10_000} == set()


def test_some_products_are_sold_out_and_some_are_the_last_of_their_kind() -> None:
    stock = Counter(p["stock"] for p in PRODUCTS)
    assert stock[0] >= 5
    assert stock[1] >= 5
    assert all(n in range(81) for n in stock)


def test_books_have_authors_and_years_and_nothing_else_does() -> None:
    for product in PRODUCTS:
        is_book = product["category"] == "books"
        assert isinstance(product["author"], str) == is_book, product["key"]
        assert isinstance(product["published_year"], int) == is_book, product["key"]


def test_every_brand_makes_several_products() -> None:
    brands = Counter(p["brand"] for p in PRODUCTS)
    assert len(brands) >= 20
    assert min(brands.values()) >= 3


def test_descriptions_are_two_to_four_sentences() -> None:
    for product in PRODUCTS:
        sentences = re.findall(r"[.!?](?:\s|$)", product["description"])
        assert len(sentences) in (2, 3, 4), product["key"]
        assert len(product["description"]) in range(90, 500), product["key"]
        assert product["subtitle"], product["key"]


def test_no_two_descriptions_open_alike() -> None:
    openings = Counter(" ".join(p["description"].split()[:4]) for p in PRODUCTS)
    assert [words for words, n in openings.items() if n > 1] == []


def test_every_picture_exists_and_every_file_is_shown() -> None:
    named = {p["image"] for p in PRODUCTS}
    named |= {category[field] for category in CATEGORIES for field in CATEGORY_SIZES}
    assert {path.name for path in IMAGES.iterdir()} == named


def test_the_pictures_are_small() -> None:
    sizes = {path.name: path.stat().st_size for path in IMAGES.iterdir()}
    assert sum(sizes.values()) < 2 * 1024 * 1024
    assert {name: size for name, size in sizes.items() if size > 48 * 1024} == {}


def test_the_pictures_have_the_size_of_their_place() -> None:
    expected = {p["image"]: (600, 600) for p in PRODUCTS}
    for category in CATEGORIES:
        expected |= {category[field]: size for field, size in CATEGORY_SIZES.items()}
    for name, size in expected.items():
        with Image.open(IMAGES / name) as picture:
            assert (picture.format, picture.size) == ("WEBP", size), name


def test_no_two_products_look_the_same() -> None:
    assert len({(IMAGES / p["image"]).read_bytes() for p in PRODUCTS}) == len(PRODUCTS)


def test_every_product_has_a_drawing_of_its_own() -> None:
    shown = exhibits(PRODUCTS)
    assert [exhibit.key for exhibit in shown] == [p["key"] for p in PRODUCTS]
    assert len({id(exhibit.draw) for exhibit in shown}) == len(PRODUCTS)


def test_drawing_a_picture_twice_gives_the_same_bytes() -> None:
    exhibit = exhibits(PRODUCTS)[0]
    files = []
    for _ in range(2):
        sheet = io.BytesIO()
        portrait(exhibit).save(sheet, "WEBP", quality=QUALITY, method=6)
        files.append(sheet.getvalue())
    assert files[0] == files[1]


def test_one_picture_can_be_drawn_alone() -> None:
    assert [name for name, _ in pictures({"morning-stoneware-mug"})] == [
        "morning-stoneware-mug.webp"
    ]


def test_there_are_four_customers_and_one_admin_with_reserved_mail_domains() -> None:
    assert len(PEOPLE["customers"]) == 4
    assert len({person["username"] for person in EVERYBODY}) == 5
    assert len({person["email"] for person in EVERYBODY}) == 5
    assert all(person["email"].endswith("@example.com") for person in EVERYBODY)
    assert all(person["first_name"] and person["last_name"] for person in EVERYBODY)


def test_passwords_obey_the_shops_own_policy() -> None:
    for person in EVERYBODY:
        password = person["password"].lower()
        assert len(password) >= 8
        assert not password.isdigit()
        for name in (person["username"], person["email"].split("@")[0], person["first_name"]):
            assert name.lower() not in password


def test_two_customers_have_addresses_with_at_most_one_default() -> None:
    books = [person["addresses"] for person in PEOPLE["customers"]]
    assert sum(1 for book in books if book) == 2
    for address in (address for book in books for address in book):
        assert set(address) == ADDRESS_FIELDS
        assert re.fullmatch(r"[1-9]\d{5}", address["pincode"])
        assert re.fullmatch(r"\d{10}|\d{12,13}", address["mobile"])
        assert address["address_type"] in {"HOME", "OFFICE"}
    assert all(sum(address["is_default"] for address in book) <= 1 for book in books)
