"""Postal addresses of customers."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from novacart.domain.accounts.errors import InvalidFields
from novacart.domain.shared.ids import AddressId

# Characters at most.
MAX_LENGTHS = {
    "name": 100,
    "state": 100,
    "district": 100,
    "town": 100,
    "house_number": 100,
    "address": 500,
}
_MOBILE = re.compile(r"[0-9]{10}|[0-9]{12,13}")
_PINCODE = re.compile(r"[0-9]{6}")


class AddressType(StrEnum):
    HOME = "HOME"
    OFFICE = "OFFICE"


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressDetails:
    """The text of an address.

    `mobile` has 10 digits, 12 with a country code, or 13 with a leading zero as well.
    `pincode` has 6 digits.
    """

    name: str
    mobile: str
    pincode: str
    state: str
    district: str
    town: str
    house_number: str
    address: str
    address_type: AddressType = AddressType.HOME

    def __post_init__(self) -> None:
        """Strip the lines. Raises `InvalidFields` with every invalid field."""
        errors: dict[str, list[str]] = {}
        for field, max_length in MAX_LENGTHS.items():
            text = getattr(self, field).strip()
            object.__setattr__(self, field, text)
            if not text:
                errors[field] = ["This field may not be blank."]
            elif len(text) > max_length:
                errors[field] = [f"This field has at most {max_length} characters."]
        if not _MOBILE.fullmatch(self.mobile):
            errors["mobile"] = ["A mobile number has 10, 12 or 13 digits."]
        if not _PINCODE.fullmatch(self.pincode):
            errors["pincode"] = ["A pincode has 6 digits."]
        if errors:
            raise InvalidFields(errors)


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """An entry of an address book."""

    id: AddressId
    details: AddressDetails
    is_default: bool
    created_at: datetime
