"""Random order numbers."""

import secrets
from datetime import UTC, datetime, tzinfo

from novacart.domain.ordering.number import ALPHABET, LENGTH, order_number


class RandomOrderNumbers:
    """Numbers with the date in `zone`."""

    def __init__(self, zone: tzinfo = UTC) -> None:
        self._zone = zone

    def __call__(self, at: datetime) -> str:
        indexes = [secrets.randbelow(len(ALPHABET)) for _ in range(LENGTH)]
        return order_number(at, self._zone, indexes)
