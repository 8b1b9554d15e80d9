"""Lookup of pincodes in the tables of this package, without a network request."""

from typing import Final

from novacart.adapters.postal.districts import DISTRICTS
from novacart.adapters.postal.states import STATES
from novacart.application.ports.postal_codes import PostalPlace

_STATE_OF: Final = {
    prefix: state for state, prefixes in STATES.items() for prefix in prefixes.split()
}
_DISTRICT_DIGITS: Final = 3


class BundledPostalCodes:
    """Covers every state, and the main city of nearly every sorting district."""

    def find(self, pincode: str) -> PostalPlace | None:
        state = next(
            (
                _STATE_OF[pincode[:digits]]
                for digits in range(len(pincode), 1, -1)
                if pincode[:digits] in _STATE_OF
            ),
            None,
        )
        if state is None:
            return None
        return PostalPlace(city=DISTRICTS.get(pincode[:_DISTRICT_DIGITS], ""), state=state)
