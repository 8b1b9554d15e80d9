"""Which place a pincode is."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Either may be empty where the directory does not know it."""

    city: str
    state: str


class PostalCodes(Protocol):
    def place_of(self, pincode: str) -> Place | None:
        """None for a code that is not in the directory. Raises `Unavailable`."""
        ...
