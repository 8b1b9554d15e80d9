"""Where an order goes: the address as it was when the order was placed."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ShippingAddress:
    """A copy that nobody changes, whatever becomes of the address book's own entry.

    `source_id` is that entry's id, which tells whether two orders go to the same place.
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
