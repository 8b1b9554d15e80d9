"""Shipping addresses."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ShippingAddress:
    """A copy of an address-book entry, taken when the order was placed.

    `source_id` is the id of that entry.
    """

    source_id: int
    name: str
    mobile: str
    pincode: str
    state: str
    district: str
    town: str
    house_number: str
    address: str
    address_type: str
