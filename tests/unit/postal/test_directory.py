"""The bundled directory of pincodes."""

import pytest

from novacart.adapters.postal.directory import BundledPostalCodes
from novacart.adapters.postal.districts import DISTRICTS
from novacart.adapters.postal.states import STATES
from novacart.application.ports.postal_codes import Place


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
def test_well_known_places(pincode: str, city: str, state: str) -> None:
    assert BundledPostalCodes().place_of(pincode) == Place(city=city, state=state)


def test_what_is_in_no_circle_is_unknown() -> None:
    for pincode in ("000000", "012345", "999999", "100000"):
        assert BundledPostalCodes().place_of(pincode) is None


def test_every_district_lies_in_a_state() -> None:
    for beginning, city in DISTRICTS.items():
        place = BundledPostalCodes().place_of(beginning + "001")
        assert place is not None, beginning
        assert place.city == city


def test_a_beginning_belongs_to_one_state() -> None:
    beginnings = [part for parts in STATES.values() for part in parts.split()]
    assert len(beginnings) == len(set(beginnings))
