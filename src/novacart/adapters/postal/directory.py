"""Pincodes looked up in the tables beside this module: no other host to wait for."""

from typing import Final

from novacart.adapters.postal.districts import DISTRICTS
from novacart.adapters.postal.states import STATES
from novacart.application.ports.postal_codes import Place

_STATE_OF: Final = {
    beginning: state for state, beginnings in STATES.items() for beginning in beginnings.split()
}
_DISTRICT_DIGITS: Final = 3


class BundledPostalCodes:
    """Knows every state, and the chief place of nearly every sorting district."""

    def place_of(self, pincode: str) -> Place | None:
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
        return Place(city=DISTRICTS.get(pincode[:_DISTRICT_DIGITS], ""), state=state)
