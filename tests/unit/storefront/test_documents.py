"""The content of pages without JavaScript."""

import re
from typing import Any

import pytest

from novacart.adapters.storefront.documents import product_content
from novacart.adapters.storefront.formatting import Formats
from novacart.adapters.storefront.texts import texts_of

LAMP: dict[str, Any] = {
    "title": "Lamp",
    "subtitle": "",
    "description": "",
    "image": None,
    "attributes": [],
    "tags": [],
    "available": True,
    "currency": "INR",
    "price": "400.00",
}


@pytest.mark.parametrize(
    ("before", "lowest", "paragraphs"),
    [
        (None, None, ["₹400. In stock"]),
        (
            "499.00",
            "450.00",
            [
                "₹400 instead of ₹499. In stock",
                "Lowest price in the 30 days before the sale: ₹450",
            ],
        ),
    ],
)
def test_product_on_sale_has_its_price_before_and_the_lowest_of_30_days(
    before: str | None, lowest: str | None, paragraphs: list[str]
) -> None:
    product = LAMP | {"compare_at_price": before, "lowest_price_30_days": lowest}
    content = product_content(product, [], texts_of("en-IN"), Formats.of("en-IN"))
    assert re.findall("<p>(.*?)</p>", content) == paragraphs


def test_product_links_the_lists_of_its_tags() -> None:
    product = LAMP | {"compare_at_price": None, "lowest_price_30_days": None, "tags": ["Tea & oil"]}
    content = product_content(product, [], texts_of("en-IN"), Formats.of("en-IN"))
    assert '<a rel="tag" href="/search?tag=Tea+%26+oil">Tea &amp; oil</a>' in content
