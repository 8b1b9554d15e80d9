"""Numbers as people and spreadsheets write them, read where they can mean one thing only."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cache, lru_cache
from typing import Final

from novacart.domain.shared.errors import InvalidValue
from novacart.domain.shared.money import Money, currency_exponent

_SPACES: Final = str.maketrans({"\u00a0": " ", "\u202f": " ", "\u2009": " ", "\u2019": "'"})
# By decimal mark: digits, plain or in groups of three, also in Indian groups (1,29,900), or only
# decimal places (.5).
_READINGS: Final = {
    ".": re.compile(
        r"([0-9]+|[1-9][0-9]{0,2}(?:,[0-9]{3})+|[1-9][0-9]?(?:,[0-9]{2})+,[0-9]{3}"
        r"|[1-9][0-9]{0,2}(?:[ '][0-9]{3})+|(?=\.))(?:\.([0-9]+))?"
    ),
    ",": re.compile(
        r"([0-9]+|[1-9][0-9]{0,2}(?:\.[0-9]{3})+|[1-9][0-9]{0,2}(?:[ '][0-9]{3})+|(?=,))"
        r"(?:,([0-9]+))?"
    ),
}
_MAX_DIGITS: Final = 18
_MAX_SHOWN: Final = 80
# How prices are marked beside the ISO 4217 code.
_SYMBOLS: Final = {
    "INR": ("₹", "Rs.", "Rs"),
    "USD": ("US$", "$"),
    "EUR": ("€",),
    "GBP": ("£",),
    "JPY": ("¥", "円"),
    "CNY": ("¥", "元"),
    "KRW": ("₩", "원"),
    "AUD": ("A$", "AU$", "$"),
    "CAD": ("C$", "CA$", "$"),
    "NZD": ("NZ$", "$"),
    "SGD": ("S$", "$"),
    "HKD": ("HK$", "$"),
    "MXN": ("MX$", "$"),
    "ARS": ("AR$", "$"),
    "CLP": ("CLP$", "$"),
    "COP": ("COL$", "$"),
    "BRL": ("R$",),
    "CHF": ("Fr.", "SFr."),
    "PLN": ("zł",),
    "CZK": ("Kč",),
    "HUF": ("Ft",),
    "RON": ("lei",),
    "BGN": ("лв.", "лв"),
    "RSD": ("дин.", "din."),
    "SEK": ("kr.", "kr"),
    "NOK": ("kr.", "kr"),
    "DKK": ("kr.", "kr"),
    "TRY": ("₺", "TL"),
    "UAH": ("₴", "грн."),
    "RUB": ("₽", "руб."),  # noqa: RUF001 (Cyrillic)
    "ILS": ("₪",),
    "NGN": ("₦",),
    "KES": ("KSh",),
    "ZAR": ("R",),
    "PHP": ("₱",),
    "THB": ("฿",),
    "VND": ("₫", "đ"),
    "IDR": ("Rp.", "Rp"),
    "MYR": ("RM",),
    "PKR": ("Rs.", "Rs", "₨"),
    "LKR": ("Rs.", "Rs", "රු"),
    "BDT": ("৳",),
    "AED": ("Dhs.", "Dhs"),
    **dict.fromkeys(("XOF", "XAF"), ("FCFA", "Fcfa", "F CFA", "CFA")),
}
_NOT_DIGITS: Final = re.compile(r"^[^0-9]+|[^0-9]+$")


class UnclearNumber(ValueError):
    """The text is not a number, or can be read as two different ones. The message says which."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberStyle:
    """The decimal mark of a file: `.` or `,`.

    `proven` is the mark that unambiguous numbers of the file show. `likely` is only inferred
    from the format of the file.
    """

    proven: str | None = None
    likely: str | None = "."


DEFAULT_STYLE: Final = NumberStyle()


@lru_cache(maxsize=1_024)
def decimal_mark_of(text: str) -> str | None:
    """The decimal mark that a number shows, such as `.` for `1,299.00`; None if it shows none."""
    readings = _readings(_NOT_DIGITS.sub("", text))
    return next(iter(readings)) if len(readings) == 1 else None


def read_number(text: str, style: NumberStyle, *, decimal_places: int = 0) -> str:
    """The number as digits with an optional sign and decimal point. Raises `UnclearNumber`.

    `1,299` is 1299 or 1.299, and `1.299` likewise: the style of the file decides. A number with
    a decimal point and exactly `decimal_places` places, if these are three, is in the shop's own
    format.
    """
    sign, digits = ("-", text[1:]) if text.startswith("-") else ("", text)
    readings = _readings(digits)
    if not readings:
        raise UnclearNumber(f"“{text}” is not a number")
    if len(set(readings.values())) == 1:
        return sign + next(iter(readings.values()))
    if decimal_places == 3 and re.fullmatch(r"[0-9]+\.[0-9]{3}", digits):  # noqa: PLR2004
        return sign + digits
    mark = style.proven
    # A file with commas between its cells hardly has a comma as decimal mark. The reverse, a
    # point between thousands, is not as unlikely.
    if mark is None and style.likely == "." and "," in digits:
        mark = "."
    if mark is None:
        one, other = readings.values()
        raise UnclearNumber(f"“{text}” can be read as {one} or as {other}")
    return sign + readings[mark]


def read_money(
    value: object,
    currency: str,
    style: NumberStyle = DEFAULT_STYLE,
    *,
    field: str = "amount",
    is_rounded: bool = False,
) -> Money:
    """The amount of a JSON number or a text. Raises `InvalidValue` on `field`.

    With `is_rounded`, more decimal places than the currency has are rounded half up.
    """
    exponent = currency_exponent(currency)
    expected = _expected_amount(currency)

    def read(text: str) -> str:
        return read_number(_without_symbol(text, currency), style, decimal_places=exponent)

    text = _number_text(field, value, expected, read)
    # A result of more than 28 digits is an error of `quantize`. Such an amount is refused below.
    whole, _, fraction = text.partition(".")
    if is_rounded and len(fraction) > exponent and len(whole) <= _MAX_DIGITS:
        text = str(Decimal(text).quantize(Decimal(1).scaleb(-exponent), ROUND_HALF_UP))
        whole, _, fraction = text.partition(".")
    if fraction[exponent:].strip("0"):
        raise unexpected_value(field, value, f"{expected}, with at most {exponent} decimal places")
    fraction = fraction[:exponent]
    return Money.parse(f"{whole}.{fraction}" if fraction else whole, currency, field=field)


@cache
def _expected_amount(currency: str) -> str:
    example = Money(49_900 * 10 ** currency_exponent(currency) // 100, currency)
    return f"an amount in {currency} such as {example}"


def read_whole_number(value: object, style: NumberStyle, *, field: str) -> int:
    """The number in a JSON number or a text. Raises `InvalidValue` on `field`."""
    expected = "a whole number"
    text = _number_text(field, value, expected, lambda text: read_number(text, style))
    whole, _, fraction = text.partition(".")
    if fraction.strip("0") or len(whole) > _MAX_DIGITS:
        raise unexpected_value(field, value, expected)
    return int(whole)


def _number_text(name: str, value: object, expected: str, read: Callable[[str], str]) -> str:
    """The digits with an optional sign and decimal point, of a JSON number or a text."""
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        text = str(value)
        if "E" in text or "N" in text:
            raise unexpected_value(name, value, expected)
        return text
    if not isinstance(value, str):
        raise unexpected_value(name, value, expected)
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


def unexpected_value(name: str, value: object, expected: str) -> InvalidValue:
    """The error that says what was expected instead of the value."""
    shown = "null" if value is None else _shortened(str(value))
    return InvalidValue(name, f"“{shown}” is not {expected}.")


def _shortened(text: str) -> str:
    return text if len(text) <= _MAX_SHOWN else f"{text[:_MAX_SHOWN]}…"


@lru_cache(maxsize=1_024)
def _readings(digits: str) -> Mapping[str, str]:
    """The possible readings by their decimal mark. Files repeat most prices."""
    plain = digits.translate(_SPACES)
    readings = {}
    for mark, pattern in _READINGS.items():
        match = pattern.fullmatch(plain)
        if match is not None:
            whole = re.sub(r"[^0-9]", "", match[1]) or "0"
            readings[mark] = f"{whole}.{match[2]}" if match[2] else whole
    return readings
