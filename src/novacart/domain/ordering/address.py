"""Shipping addresses."""

from dataclasses import dataclass, replace
from typing import Self

from novacart.domain.shared.ids import AddressId


@dataclass(frozen=True, slots=True, kw_only=True)
class ShippingAddress:
    """A copy of an address-book entry, taken when the order was placed.

    `source_id` is the id of that entry, and None for the address of a guest.
    """

    source_id: AddressId | None
    name: str
    mobile: str
    pincode: str
    state: str
    district: str
    town: str
    house_number: str
    address: str
    address_type: str

    def masked(self) -> Self:
        """The address with the name, mobile, house number and street masked."""
        return replace(
            self,
            name=mask(self.name, shown=1),
            mobile=mask(""),
            house_number=mask(""),
            address=mask(""),
        )


def mask(text: str, *, shown: int = 0) -> str:
    """The first `shown` characters and three bullets, which do not reveal the text's length."""
    return f"{text[:shown]}\N{BULLET}\N{BULLET}\N{BULLET}"


def mask_email(email: str) -> str:
    """The email address with only the first character of its local part."""
    local, _, domain = email.partition("@")
    return f"{mask(local, shown=1)}@{domain}"
