"""Address books and pincodes, as their use cases tell them."""

from typing import Any

import pytest

from novacart.application.accounts.add_address import AddAddress, AddAddressCommand
from novacart.application.accounts.change_address import ChangeAddress, ChangeAddressCommand
from novacart.application.accounts.look_up_pincode import LookUpPincode, PincodePlace
from novacart.application.accounts.remove_address import RemoveAddress, RemoveAddressCommand
from novacart.application.accounts.set_default_address import (
    SetDefaultAddress,
    SetDefaultAddressCommand,
)
from novacart.application.ports.postal_codes import Place
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.accounts.errors import AddressNotFound, InvalidDetails
from novacart.domain.shared.ids import AddressId, UserId
from tests.fakes.postal_codes import FakePostalCodes
from tests.fakes.store import FakeStore
from tests.fakes.unit_of_work import FakeUnitOfWorkFactory
from tests.support.clock import SetClock

ASHA, RAVI = UserId(41), UserId(42)


@pytest.fixture
def begin() -> FakeUnitOfWorkFactory:
    return FakeUnitOfWorkFactory(FakeStore())


def new_address(**changes: Any) -> AddAddressCommand:  # noqa: ANN401 (any field of the command)
    fields: dict[str, Any] = {
        "user_id": ASHA,
        "name": "Asha Rao",
        "mobile": "9000000001",
        "pincode": "560001",
        "state": "Karnataka",
        "district": "Bengaluru",
        "town": "Bengaluru",
        "house_number": "12A",
        "address": "Residency Road",
    }
    return AddAddressCommand(**(fields | changes))


def add(begin: UnitOfWorkFactory, **changes: Any) -> AddressId:  # noqa: ANN401 (likewise)
    return AddAddress(begin=begin, clock=SetClock())(new_address(**changes)).id


def test_an_address_is_added_changed_preferred_and_removed(begin: UnitOfWorkFactory) -> None:
    home, office = add(begin), add(begin, address_type="OFFICE")
    changed = ChangeAddress(begin=begin)(
        ChangeAddressCommand(user_id=ASHA, address_id=office, town="Mysuru")
    )
    assert (changed.town, changed.address_type, changed.is_default) == ("Mysuru", "OFFICE", False)
    assert SetDefaultAddress(begin=begin)(
        SetDefaultAddressCommand(user_id=ASHA, address_id=office)
    ).is_default
    RemoveAddress(begin=begin)(RemoveAddressCommand(user_id=ASHA, address_id=home))
    with begin() as work:
        (left,) = work.address_books.of(ASHA).addresses
    assert (left.id, left.is_default) == (office, True)


def test_somebody_elses_address_is_not_there(begin: UnitOfWorkFactory) -> None:
    home = add(begin)
    for act in (
        lambda: ChangeAddress(begin=begin)(ChangeAddressCommand(user_id=RAVI, address_id=home)),
        lambda: SetDefaultAddress(begin=begin)(
            SetDefaultAddressCommand(user_id=RAVI, address_id=home)
        ),
        lambda: RemoveAddress(begin=begin)(RemoveAddressCommand(user_id=RAVI, address_id=home)),
    ):
        with pytest.raises(AddressNotFound):
            act()


def test_a_bad_change_changes_nothing(begin: UnitOfWorkFactory) -> None:
    home = add(begin)
    for wrong in ({"pincode": "1"}, {"address_type": "CASTLE"}, {"name": " "}):
        with pytest.raises(InvalidDetails) as refused:
            ChangeAddress(begin=begin)(
                ChangeAddressCommand(user_id=ASHA, address_id=home, **wrong)  # type: ignore[arg-type]
            )
        assert list(refused.value.errors) == list(wrong)


def test_a_pincode_fills_in_a_form_and_never_stops_it() -> None:
    directory = FakePostalCodes({"560001": Place(city="Bengaluru", state="Karnataka")})
    retrieve = LookUpPincode(postal_codes=directory)
    nothing = PincodePlace(city="", state="", country="India")
    assert retrieve("560001") == PincodePlace(city="Bengaluru", state="Karnataka")
    for unknown in ("999999", "", "56000", "abcdef", "५६०००१", "5" * 600):
        assert retrieve(unknown) == nothing
    directory.down = True
    assert retrieve("560001") == nothing
