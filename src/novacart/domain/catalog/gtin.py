"""Global trade item numbers: the barcodes EAN-8, UPC-A, EAN-13 and GTIN-14."""

import re
from itertools import cycle

from novacart.domain.shared.errors import InvalidValue

LENGTHS = (8, 12, 13, 14)
_SEPARATORS = re.compile(r"[\s-]+")
_DIGITS = re.compile(r"[0-9]+")
# Of 13 digits: numbers that a company gives its own goods, such as weighed ones, and coupons.
_NOT_GLOBAL = ("02", "04", "2", "05", "981", "982", "983", "984", "99")


def check_digit(digits: str) -> int:
    """The check digit for the digits before it (GS1 General Specifications, 7.9.1)."""
    weighted = zip(reversed(digits), cycle((3, 1)), strict=False)
    return -sum(int(digit) * weight for digit, weight in weighted) % 10


def is_global(gtin: str) -> bool:
    """Whether no other product in the world has the GTIN.

    Companies may use some numbers as they like (GS1 General Specifications, “restricted circulation
    numbers”). Zeros are a placeholder.
    """
    if len(gtin) == min(LENGTHS):
        return not gtin.startswith(("0", "2"))
    return not gtin.zfill(13)[-13:].startswith(_NOT_GLOBAL) and bool(gtin.strip("0"))


def parse_gtin(field: str, text: str | None) -> str | None:
    """The digits of a GTIN without spaces and hyphens; None if blank.

    Raises `InvalidValue` for other characters, another length and a wrong check digit.
    """
    digits = _SEPARATORS.sub("", text or "")
    if not digits:
        return None
    if not _DIGITS.fullmatch(digits) or len(digits) not in LENGTHS:
        raise InvalidValue(field, "A barcode (GTIN) has 8, 12, 13 or 14 digits.")
    if int(digits[-1]) != check_digit(digits[:-1]):
        raise InvalidValue(field, "The last digit of this barcode (GTIN) is wrong. Check it.")
    return digits
