"""Fill in a form from its pincode."""

import re
from dataclasses import dataclass

from novacart.application.ports.errors import Unavailable
from novacart.application.ports.postal_codes import PostalCodes

_PINCODE = re.compile(r"[0-9]{6}")


@dataclass(frozen=True, slots=True, kw_only=True)
class PincodePlace:
    city: str = ""
    state: str = ""
    country: str = "India"


class LookUpPincode:
    """Where a pincode is; empty where that is not known. A form is never stopped by it."""

    def __init__(self, *, postal_codes: PostalCodes) -> None:
        self._postal_codes = postal_codes

    def __call__(self, pincode: str) -> PincodePlace:
        if not _PINCODE.fullmatch(pincode.strip()):
            return PincodePlace()
        try:
            place = self._postal_codes.place_of(pincode.strip())
        except Unavailable:
            return PincodePlace()
        return PincodePlace(city=place.city, state=place.state) if place else PincodePlace()
