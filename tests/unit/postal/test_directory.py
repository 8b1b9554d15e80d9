"""Bundled directory of pincodes."""

import pytest

from novacart.adapters.postal.directory import BundledPostalCodes
from novacart.adapters.postal.districts import DISTRICTS
from novacart.adapters.postal.states import STATES
from novacart.application.ports.postal_codes import PostalPlace


@pytest.mark.parametrize(
    ("pincode", "city", "state"),
    [
        ("110001", "New Delhi", "Delhi"),
        ("400001", "Mumbai", "Maharashtra"),
        ("403001", "Panaji", "Goa"),
        ("411004", "Pune", "Maharashtra"),
        ("560001", "Bengaluru", "Karnataka"),
        ("600001", "Chennai", "Tamil Nadu"),
        ("605001", "Puducherry", "Puducherry"),
        ("700001", "Kolkata", "West Bengal"),
        ("737101", "Gangtok", "Sikkim"),
        ("744101", "Port Blair", "Andaman and Nicobar Islands"),
        ("682001", "Kochi", "Kerala"),
        ("834001", "Ranchi", "Jharkhand"),
        ("248001", "Dehradun", "Uttarakhand"),
        ("160017", "Chandigarh", "Chandigarh"),
        ("781001", "Guwahati", "Assam"),
    ],
)
def test_find_returns_city_and_state(pincode: str, city: str, state: str) -> None:
    assert BundledPostalCodes().find(pincode) == PostalPlace(city=city, state=state)


def test_find_unknown_pincode_returns_none() -> None:
    for pincode in ("000000", "012345", "999999", "100000"):
        assert BundledPostalCodes().find(pincode) is None


def test_every_district_has_a_state() -> None:
    for prefix, city in DISTRICTS.items():
        place = BundledPostalCodes().find(prefix + "001")
        assert place is not None, prefix
        assert place.city == city


def test_prefixes_are_unique() -> None:
    prefixes = [part for parts in STATES.values() for part in parts.split()]
    assert len(prefixes) == len(set(prefixes))
