"""Random order numbers."""

import secrets
from collections.abc import Callable
from datetime import UTC, datetime, tzinfo

from novacart.domain.ordering.number import ALPHABET, LENGTH, order_number


class RandomOrderNumbers:
    """Numbers with the date in `zone`. `randbelow` returns a random number below another one."""

    def __init__(
        self, zone: tzinfo = UTC, *, randbelow: Callable[[int], int] = secrets.randbelow
    ) -> None:
        self._zone = zone
        self._randbelow = randbelow

    def __call__(self, at: datetime) -> str:
        indexes = [self._randbelow(len(ALPHABET)) for _ in range(LENGTH)]
        return order_number(at, self._zone, indexes)
