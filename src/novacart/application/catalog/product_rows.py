"""Values of a row of a product file."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from novacart.application.catalog.product_files import PLAIN_COLUMNS, WHOLE_NUMBERS, NumberedRow
from novacart.application.catalog.written_numbers import NumberStyle, UnclearNumber, read_number
from novacart.domain.catalog.stock import MAX_ON_HAND
from novacart.domain.shared.errors import DomainError, InvalidValue
from novacart.domain.shared.ids import ProductId
from novacart.domain.shared.money import Money, currency_exponent

# New ids continue after the highest imported one, and must stay exact in JSON (2**53).
MAX_ID: Final = 1_000_000_000_000
_MAX_DIGITS: Final = 18
_MAX_SHOWN: Final = 80
# How prices are marked beside the ISO 4217 code.
_SYMBOLS: Final = {
    "INR": ("₹", "Rs.", "Rs"),
    "USD": ("US$", "$"),
    "EUR": ("€",),
    "GBP": ("£",),
    "JPY": ("¥",),
}

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
        changes["price"] = _price(row["price"], currency, style)
    if "stock" in row and row["stock"] is None:
        raise _unexpected("stock", row["stock"], "a whole number")
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
        raise _unexpected(name, value, "text")
    return value


def _text(row: Mapping[str, Any], name: str) -> str | None:
    if row[name] is None and name not in {"title", "subtitle", "description"}:
        return None
    return _required_text(row, name)


def _limited(
    row: Mapping[str, Any], name: str, style: NumberStyle, *, lowest: int = 0, highest: int
) -> int | None:
    number = _optional_number(row, name, style)
    if number is not None and not lowest <= number <= highest:
        expected = f"a whole number from {lowest} to {highest}"
        raise _unexpected(name, row[name], expected)
    return number


def _optional_number(row: Mapping[str, Any], name: str, style: NumberStyle) -> int | None:
    value = row.get(name)
    if value is None:
        return None
    text = _number(name, value, "a whole number", lambda text: read_number(text, style))
    whole, _, fraction = text.partition(".")
    if fraction.strip("0") or len(whole) > _MAX_DIGITS:
        raise _unexpected(name, value, "a whole number")
    return int(whole)


def _price(value: object, currency: str, style: NumberStyle) -> Money:
    exponent = currency_exponent(currency)
    example = Money(49_900 * 10**exponent // 100, currency)
    expected = f"a price in {currency} such as {example}"

    def read(text: str) -> str:
        return read_number(_without_symbol(text, currency), style, decimal_places=exponent)

    text = _number("price", value, expected, read)
    whole, _, fraction = text.partition(".")
    if fraction[exponent:].strip("0"):
        raise _unexpected("price", value, f"{expected}, with at most {exponent} decimal places")
    fraction = fraction[:exponent]
    return Money.parse(f"{whole}.{fraction}" if fraction else whole, currency, field="price")


def _number(name: str, value: object, expected: str, read: Callable[[str], str]) -> str:
    """Digits with an optional sign and decimal point, of a JSON number or a text."""
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        text = str(value)
        if "E" in text or "N" in text:
            raise _unexpected(name, value, expected)
        return text
    if not isinstance(value, str):
        raise _unexpected(name, value, expected)
    try:
        return read(value.strip())
    except UnclearNumber as error:
        raise InvalidValue(name, f"{_shortened(str(error))}; expected {expected}.") from error


def _without_symbol(text: str, currency: str) -> str:
    for symbol in (currency, *_SYMBOLS.get(currency, ())):
        if text.startswith(symbol):
            return text.removeprefix(symbol).strip()
        if text.endswith(symbol):
            return text.removesuffix(symbol).strip()
    return text


def _unexpected(name: str, value: object, expected: str) -> InvalidValue:
    shown = "null" if value is None else _shortened(str(value))
    return InvalidValue(name, f"“{shown}” is not {expected}.")


def _shortened(text: str) -> str:
    return text if len(text) <= _MAX_SHOWN else f"{text[:_MAX_SHOWN]}…"
