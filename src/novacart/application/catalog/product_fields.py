"""What staff write about a product, before it is checked."""

from collections.abc import Mapping
from typing import Any, TypedDict

from novacart.application.ports.categories import Categories
from novacart.domain.catalog.errors import CategoryNotFound
from novacart.domain.catalog.product_details import ProductDetails
from novacart.domain.shared.errors import InvalidValue
from novacart.domain.shared.ids import CategoryId
from novacart.domain.shared.money import Money


class ProductFields(TypedDict, total=False):
    """Members as the API names them; what is left out is not written.

    `price` is a decimal string in major units; `currency` may be named, but is the shop's.
    `category` is a category's id.
    """

    title: str
    subtitle: str
    description: str
    price: str
    currency: str
    author: str | None
    published_year: int | None
    brand: str | None
    category: int | None
    image: str | None


def drafted(fields: ProductFields, *, currency: str) -> ProductDetails:
    """The details of a new product. Raises `InvalidValue` where title or price is missing."""
    for field in ("title", "price"):
        if field not in fields:
            raise InvalidValue(field, "This is required.")
    return ProductDetails(**_checked(fields, currency))


def rewritten(details: ProductDetails, fields: ProductFields, *, currency: str) -> ProductDetails:
    """The details with what is in `fields` written anew. Raises `InvalidValue`."""
    return details.rewritten(_checked(fields, currency))


def ensure_category_exists(category_id: CategoryId | None, categories: Categories) -> None:
    """Raises `InvalidValue` on the field `category` where there is no such category."""
    if category_id is None:
        return
    try:
        categories.get(category_id)
    except CategoryNotFound as error:
        raise InvalidValue("category", error.message) from error


def _checked(fields: ProductFields, currency: str) -> Mapping[str, Any]:
    written: dict[str, Any] = dict(fields)
    if written.pop("currency", currency) != currency:
        raise InvalidValue("currency", f"This shop's prices are in {currency}.")
    if "price" in written:
        written["price"] = Money.parse(written["price"], currency, field="price")
    if "brand" in written:
        written["brand"] = written["brand"] or ""
    if "category" in written:
        written["category_id"] = written.pop("category")
    return written
