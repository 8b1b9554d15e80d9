"""Directory of Indian pincodes."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class PostalPlace:
    """The place of a pincode; unknown fields are empty."""

    city: str = ""
    state: str = ""
    country: str = "India"


class PostalCodes(Protocol):
    def find(self, pincode: str) -> PostalPlace | None:
        """None for a pincode that is not in the directory. Raises `Unavailable`."""
        ...
