from __future__ import annotations

import json
import re
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

import novacart
from novacart.entrypoints.demo.data import IMAGE_SIZE

DEMO = Path(novacart.__file__).parent / "entrypoints" / "demo"
IMAGES = DEMO / "images"
CATALOG: dict[str, list[dict[str, Any]]] = json.loads(
    (DEMO / "catalog.json").read_text(encoding="utf-8")
)
PEOPLE: dict[str, Any] = json.loads((DEMO / "people.json").read_text(encoding="utf-8"))
PICTURES: dict[str, list[dict[str, str]]] = json.loads(
    (DEMO / "pictures.json").read_text(encoding="utf-8")
)
PRODUCTS = CATALOG["products"]
CATEGORIES = CATALOG["categories"]
SUBCATEGORIES = CATALOG["subcategories"]
ACCOUNTS = [PEOPLE["admin"], *PEOPLE["customers"]]
CATEGORY_SIZES = {
    "image": (1000, 1300),
    "mobile_image": (1080, 605),
    "mobile_secondary_image": (1080, 605),
    "desktop_image": (1920, 600),
    "desktop_secondary_image": (1920, 600),
}
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
ADDRESS_FIELDS = set(
    "name mobile pincode state district town house_number address address_type is_default".split()
)


def category_of(product: dict[str, Any]) -> str:
    """The main category of a product."""
    parents: dict[str, str] = {category["slug"]: category["parent"] for category in SUBCATEGORIES}
    slug: str = product["category"]
    return parents.get(slug, slug)


def stocks_of(product: dict[str, Any]) -> list[int]:
    return list(product["variants"].values()) if "variants" in product else [product["stock"]]


def test_every_category_has_at_least_twelve_products() -> None:
    assert len(PRODUCTS) >= 120
    assert len(CATEGORIES) == 8
    held = Counter(map(category_of, PRODUCTS))
    assert set(held) == {category["slug"] for category in CATEGORIES}
    assert min(held.values()) >= 12
    assert {each["slug"] for each in SUBCATEGORIES} <= {each["category"] for each in PRODUCTS}


@pytest.mark.parametrize("field", ["key", "title", "description", "image"])
def test_product_field_is_unique(field: str) -> None:
    repeated = [value for value, n in Counter(p[field] for p in PRODUCTS).items() if n > 1]
    assert repeated == []


@pytest.mark.parametrize("field", ["slug", "name", "position", *CATEGORY_SIZES])
def test_category_field_is_unique(field: str) -> None:
    assert len({category[field] for category in CATEGORIES}) == len(CATEGORIES)


def test_keys_and_slugs_are_url_safe() -> None:
    names = [p["key"] for p in PRODUCTS] + [c["slug"] for c in [*CATEGORIES, *SUBCATEGORIES]]
    assert [name for name in names if not SLUG.fullmatch(name)] == []


def test_prices_are_positive_decimal_strings_with_two_digits() -> None:
    assert all(re.fullmatch(r"[1-9]\d*\.\d\d", p["price"]) for p in PRODUCTS)
    assert {p["key"] for p in PRODUCTS if Decimal(p["price"]) > 10_000} == set()


def test_some_variants_are_sold_out_and_some_are_low_in_stock() -> None:
    stock = Counter(count for product in PRODUCTS for count in stocks_of(product))
    assert stock[0] >= 5
    assert stock[1] >= 5
    assert all(n in range(81) for n in stock)


def test_variants_name_a_value_of_each_option() -> None:
    with_variants = [product for product in PRODUCTS if "variants" in product]
    assert len(with_variants) >= 20
    for product in with_variants:
        for name in product["variants"]:
            assert len(name.split(" / ")) == len(product["options"]), product["key"]


def test_default_variant_is_sold_out_only_if_all_are() -> None:
    for product in PRODUCTS:
        stocks = stocks_of(product)
        assert stocks[0] or not any(stocks), product["key"]


def test_only_books_have_author_and_year() -> None:
    for product in PRODUCTS:
        is_book = category_of(product) == "books"
        assert isinstance(product["author"], str) == is_book, product["key"]
        assert isinstance(product["published_year"], int) == is_book, product["key"]


def test_few_tags_each_group_several_products() -> None:
    numbers = Counter(tag for product in PRODUCTS for tag in product.get("tags", ()))
    assert 6 <= len(numbers) <= 12
    assert min(numbers.values()) >= 3
    ruled = {tag for collection in CATALOG["collections"] for tag in collection.get("tags", ())}
    assert ruled
    assert ruled <= set(numbers)


def test_every_named_image_exists_and_every_file_is_named() -> None:
    named = {p["image"] for p in PRODUCTS}
    named |= {picture["image"] for pictures in PICTURES.values() for picture in pictures}
    named |= {category[field] for category in CATEGORIES for field in CATEGORY_SIZES}
    assert {path.name for path in IMAGES.glob("*.webp")} == named


def test_images_are_small() -> None:
    sizes = {path.name: path.stat().st_size for path in IMAGES.glob("*.webp")}
    assert sum(sizes.values()) < 4 * 1024 * 1024
    assert {name: size for name, size in sizes.items() if size > 64 * 1024} == {}


def test_images_have_the_documented_size() -> None:
    expected = {p["image"]: IMAGE_SIZE for p in PRODUCTS}
    expected |= {each["image"]: IMAGE_SIZE for some in PICTURES.values() for each in some}
    for category in CATEGORIES:
        expected |= {category[field]: size for field, size in CATEGORY_SIZES.items()}
    for name, size in expected.items():
        with Image.open(IMAGES / name) as picture:
            assert (picture.format, picture.size) == ("WEBP", size), name


def test_further_pictures_are_of_products_and_have_texts() -> None:
    assert len(PICTURES) >= 10
    assert set(PICTURES) <= {p["key"] for p in PRODUCTS}
    assert all(each["alt"] for pictures in PICTURES.values() for each in pictures)


def test_pictures_of_values_are_shown_by_variants() -> None:
    products = {product["key"]: product for product in PRODUCTS}
    for key, pictures in PICTURES.items():
        for option, value in (
            picture["shown_by"].split(": ") for picture in pictures if "shown_by" in picture
        ):
            position = products[key]["options"].index(option)
            names = products[key]["variants"]
            assert any(name.split(" / ")[position] == value for name in names), (key, value)


def test_product_images_are_distinct() -> None:
    assert len({(IMAGES / p["image"]).read_bytes() for p in PRODUCTS}) == len(PRODUCTS)


def test_people_have_unique_names_and_example_addresses() -> None:
    assert len(PEOPLE["customers"]) == 4
    assert len({person["username"] for person in ACCOUNTS}) == 5
    assert len({person["email"] for person in ACCOUNTS}) == 5
    assert all(person["email"].endswith("@example.com") for person in ACCOUNTS)
    assert all(person["first_name"] and person["last_name"] for person in ACCOUNTS)


def test_passwords_satisfy_the_password_policy() -> None:
    for person in ACCOUNTS:
        password = person["password"].lower()
        assert len(password) >= 8
        assert not password.isdigit()
        for name in (person["username"], person["email"].split("@")[0], person["first_name"]):
            assert name.lower() not in password


def test_customer_addresses_are_valid() -> None:
    books = [person["addresses"] for person in PEOPLE["customers"]]
    assert sum(1 for book in books if book) == 2
    for address in (address for book in books for address in book):
        assert set(address) == ADDRESS_FIELDS
        assert re.fullmatch(r"[1-9]\d{5}", address["pincode"])
        assert re.fullmatch(r"\d{10}|\d{12,13}", address["mobile"])
        assert address["address_type"] in {"HOME", "OFFICE"}
    assert all(sum(address["is_default"] for address in book) <= 1 for book in books)
