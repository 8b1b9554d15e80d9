"""Order numbers, such as NC-20261122-7K3M9Q."""

from collections.abc import Sequence
from datetime import datetime, tzinfo
from typing import Final

from novacart.domain.shared.local_time import local_date

# Digits and capitals without those that are easily confused: 0 O, 1 I L, U V.
ALPHABET: Final = "23456789ABCDEFGHJKMNPQRSTWXYZ"
LENGTH: Final = 6


def order_number(at: datetime, zone: tzinfo, indexes: Sequence[int]) -> str:
    """`NC-20261122-7K3M9Q`: the date in `zone`, then the letters of `ALPHABET` at `indexes`.

    The indexes must be random, so that order numbers can neither be guessed nor counted.
    """
    letters = "".join(ALPHABET[index] for index in indexes)
    return f"NC-{local_date(at, zone):%Y%m%d}-{letters}"
