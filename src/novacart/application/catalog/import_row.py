"""A file's row as what staff would have written."""

from collections.abc import Mapping
from typing import Any, cast

from novacart.application.catalog.product_fields import ProductFields
from novacart.domain.catalog.stock import MAX_ON_HAND
from novacart.domain.shared.errors import InvalidValue
from novacart.domain.shared.ids import CategoryId, ProductId

_TEXTS = ("title", "subtitle", "description", "price", "currency")
_OPTIONAL_TEXTS = ("author", "brand", "image")


def id_of(row: Mapping[str, Any]) -> ProductId | None:
    """The product that a row is about, None for a new one."""
    given = row.get("id")
    if given is None:
        return None
    if isinstance(given, bool) or not isinstance(given, int) or given < 1:
        raise InvalidValue("id", "An id is a whole number from 1, or left empty.")
    return ProductId(given)


def stock_of(row: Mapping[str, Any]) -> int | None:
    """What can be ordered after the import, None where the row does not say."""
    stock = _whole_number(row, "stock")
    if stock is not None and not 0 <= stock <= MAX_ON_HAND:
        raise InvalidValue("stock", f"Stock is from 0 to {MAX_ON_HAND}.")
    return stock


def fields_of(row: Mapping[str, Any], categories: Mapping[str, CategoryId]) -> ProductFields:
    """The members of a row, its category by slug. Raises `InvalidValue`."""
    fields: dict[str, Any] = {}
    for name in (*_TEXTS, *_OPTIONAL_TEXTS):
        if name in row:
            if not isinstance(row[name], str) and not (
                name in _OPTIONAL_TEXTS and row[name] is None
            ):
                raise InvalidValue(name, "This is text.")
            fields[name] = row[name]
    if "published_year" in row:
        fields["published_year"] = _whole_number(row, "published_year")
    if "category" in row:
        fields["category"] = _category(row["category"], categories)
    return cast("ProductFields", fields)


def _category(slug: object, categories: Mapping[str, CategoryId]) -> CategoryId | None:
    if slug is None or slug == "":
        return None
    if not isinstance(slug, str) or slug not in categories:
        raise InvalidValue("category", "There is no category of that slug.")
    return categories[slug]


def _whole_number(row: Mapping[str, Any], name: str) -> int | None:
    given = row.get(name)
    if given is None:
        return None
    if isinstance(given, bool) or not isinstance(given, int):
        raise InvalidValue(name, "This is a whole number.")
    return given
