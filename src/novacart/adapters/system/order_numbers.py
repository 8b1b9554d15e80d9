"""Random order numbers."""

import secrets
from datetime import datetime

from novacart.domain.ordering.number import ALPHABET, LENGTH, order_number


class RandomOrderNumbers:
    def __call__(self, at: datetime) -> str:
        return order_number(at, [secrets.randbelow(len(ALPHABET)) for _ in range(LENGTH)])
