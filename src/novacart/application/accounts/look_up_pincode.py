"""Look up the place of a pincode."""

from dataclasses import dataclass

from novacart.application.ports.errors import Unavailable
from novacart.application.ports.postal_codes import PostalCodes, PostalPlace
from novacart.domain.accounts.address import is_pincode


@dataclass(frozen=True, slots=True, kw_only=True)
class LookUpPincodeCommand:
    pincode: str


class LookUpPincode:
    """Return the place of a pincode, with empty fields if it is invalid or unknown.

    An unavailable directory counts as unknown, so that it never blocks an address form.
    """

    def __init__(self, *, postal_codes: PostalCodes) -> None:
        self._postal_codes = postal_codes

    def __call__(self, command: LookUpPincodeCommand) -> PostalPlace:
        code = command.pincode.strip()
        if not is_pincode(code):
            return PostalPlace()
        try:
            return self._postal_codes.find(code) or PostalPlace()
        except Unavailable:
            return PostalPlace()
