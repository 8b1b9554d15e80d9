"""Order numbers: what a customer reads out on the telephone."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from novacart.domain.shared.errors import InvalidValue

# Digits and capitals without those that are mistaken for each other: 0 O, 1 I L, U V.
ALPHABET: Final = "23456789ABCDEFGHJKMNPQRSTWXYZ"
LENGTH: Final = 6

_FORM = re.compile(rf"NC-[0-9]{{8}}-[{ALPHABET}]{{{LENGTH}}}")


def order_number(at: datetime, drawn: Sequence[int]) -> str:
    """`NC-20261122-7K3M9Q`: the day of `at`, and `LENGTH` letters chosen by `drawn`.

    What is drawn must be random, so that nobody guesses a number or counts the shop's orders.
    """
    letters = "".join(ALPHABET[number % len(ALPHABET)] for number in drawn)
    return checked_number(f"NC-{at:%Y%m%d}-{letters}")


def checked_number(text: str) -> str:
    """`text` itself. Raises `InvalidValue` where it is no order number."""
    if not _FORM.fullmatch(text):
        raise InvalidValue("number", "An order number looks like NC-20261122-7K3M9Q.")
    return text
