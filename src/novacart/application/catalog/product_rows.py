"""Values of a row of a product file."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from novacart.application.catalog.product_files import PLAIN_COLUMNS, WHOLE_NUMBERS, NumberedRow
from novacart.application.written_numbers import (
    NumberStyle,
    read_money,
    read_whole_number,
    unexpected_value,
)
from novacart.domain.catalog.stock import MAX_ON_HAND
from novacart.domain.shared.errors import DomainError, InvalidValue
from novacart.domain.shared.ids import ProductId

# New ids continue after the highest imported one, and must stay exact in JSON (2**53).
MAX_ID: Final = 1_000_000_000_000
_BOOLEANS: Final = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
# The title, subtitle and brand of a product.
Names = tuple[str, str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class RowValues:
    """`changes` are new values by the name of the field in `ProductDetails`.

    `category` is a slug, "" for no category, and None if the row does not say. A row without
    `product_id` and `sku` identifies its product by `names`.
    """

    line: int
    product_id: ProductId | None
    sku: str | None
    names: Names
    changes: Mapping[str, Any]
    category: str | None
    category_name: str | None
    category_active: bool
    stock: int | None
    stock_read: int | None
    stock_version: int | None


def read_row(numbered: NumberedRow, *, currency: str) -> RowValues:
    """The values of a row whose price is in `currency`.

    Raises `InvalidValue` on a column, and `DomainError` for a row that can't be read.
    """
    if numbered.problem is not None:
        if numbered.column is not None:
            raise InvalidValue(numbered.column, numbered.problem)
        raise DomainError(numbered.problem)
    row, style = numbered.row, numbered.numbers
    changes: dict[str, Any] = {
        name: (_optional_number(row, name, style) if name in WHOLE_NUMBERS else _text(row, name))
        for name in PLAIN_COLUMNS
        if name in row
    }
    product_id = _limited(row, "id", style, lowest=1, highest=MAX_ID)
    sku = (changes.get("sku") or "").strip() or None
    if product_id is None and sku is None:
        # The product may have a SKU that this file does not know.
        changes.pop("sku", None)
    if "currency" in row and _required_text(row, "currency") != currency:
        raise InvalidValue("currency", f"This shop's prices are in {currency}.")
    if "price" in row:
        changes["price"] = read_money(row["price"], currency, style, field="price")
    if "stock" in row and row["stock"] is None:
        raise unexpected_value("stock", row["stock"], "a whole number")
    return RowValues(
        line=numbered.line,
        product_id=None if product_id is None else ProductId(product_id),
        sku=sku,
        names=_names(changes),
        changes=changes,
        category=(_text(row, "category") or "").strip() if "category" in row else None,
        category_name=(_text(row, "category_name") or "").strip() or None
        if "category_name" in row
        else None,
        category_active=_boolean(row, "category_active", default=True),
        stock=_limited(row, "stock", style, highest=MAX_ON_HAND),
        stock_read=_limited(row, "stock_read", style, highest=MAX_ON_HAND),
        stock_version=_limited(row, "stock_version", style, highest=MAX_ON_HAND),
    )


def _names(changes: Mapping[str, Any]) -> Names:
    title, subtitle, brand = (
        (changes.get(name) or "").strip() for name in ("title", "subtitle", "brand")
    )
    return title, subtitle, brand or title


def _required_text(row: Mapping[str, Any], name: str) -> str:
    value = row[name]
    if not isinstance(value, str):
        raise unexpected_value(name, value, "text")
    return value


def _text(row: Mapping[str, Any], name: str) -> str | None:
    if row[name] is None and name not in {"title", "subtitle", "description"}:
        return None
    return _required_text(row, name)


def _boolean(row: Mapping[str, Any], name: str, *, default: bool) -> bool:
    value = row.get(name)
    if value is None:
        return default
    boolean = value if isinstance(value, bool) else _BOOLEANS.get(str(value).strip().lower())
    if boolean is None:
        raise unexpected_value(name, value, "true or false")
    return boolean


def _limited(
    row: Mapping[str, Any], name: str, style: NumberStyle, *, lowest: int = 0, highest: int
) -> int | None:
    number = _optional_number(row, name, style)
    if number is not None and not lowest <= number <= highest:
        expected = f"a whole number from {lowest} to {highest}"
        raise unexpected_value(name, row[name], expected)
    return number


def _optional_number(row: Mapping[str, Any], name: str, style: NumberStyle) -> int | None:
    value = row.get(name)
    return None if value is None else read_whole_number(value, style, field=name)
