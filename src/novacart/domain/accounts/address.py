"""Postal addresses of customers."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Self

from novacart.domain.accounts.errors import InvalidFields
from novacart.domain.accounts.text_rules import has_only_printable_characters, is_blank
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
# A plus sign before the number, and the spaces and dashes of Unicode.
_MOBILE_PUNCTUATION = re.compile(r"^\+|[\s\u2010-\u2015\u2212-]")
_PINCODE = re.compile(r"[0-9]{6}")


class AddressType(StrEnum):
    HOME = "HOME"
    OFFICE = "OFFICE"


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressDetails:
    """The text of an address.

    `mobile` has 10 digits, 12 with a country code, or 13 with a leading zero as well.
    `pincode` has 6 digits. Only `address` has line breaks.
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

    @classmethod
    def parse(cls, *, address_type: str = AddressType.HOME, **lines: str) -> Self:
        """Parse the fields, ignoring outer spaces. A mobile may have `+`, spaces and dashes.

        A missing field counts as blank. Raises `InvalidFields` with every invalid field.
        """
        lines = dict.fromkeys((*MAX_LENGTHS, "mobile", "pincode"), "") | lines
        values = {field: line.strip().replace("\r\n", "\n") for field, line in lines.items()}
        values["mobile"] = _MOBILE_PUNCTUATION.sub("", values["mobile"])
        errors = {
            field: [error]
            for field, max_length in MAX_LENGTHS.items()
            if (error := _line_error(field, values[field], max_length)) is not None
        }
        if not _MOBILE.fullmatch(values["mobile"]):
            errors["mobile"] = ["A mobile number has 10, 12 or 13 digits."]
        if not is_pincode(values["pincode"]):
            errors["pincode"] = ["A pincode has 6 digits."]
        if errors:
            raise InvalidFields(errors)
        return cls(**values, address_type=AddressType(address_type))

    def change(self, changes: Mapping[str, str]) -> Self:
        """The details with some fields replaced. Raises `InvalidFields`."""
        return self.parse(**{**asdict(self), **changes})


def is_pincode(text: str) -> bool:
    """Whether a text has the form of an Indian pincode: six digits."""
    return _PINCODE.fullmatch(text) is not None


def _line_error(field: str, text: str, max_length: int) -> str | None:
    if is_blank(text):
        return "This field may not be blank."
    if len(text) > max_length:
        return f"This field has at most {max_length} characters."
    if not has_only_printable_characters(text, multiline=field == "address"):
        return "This field has no control or invisible characters."
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """An entry of an address book."""

    id: AddressId
    details: AddressDetails
    is_default: bool
    created_at: datetime
