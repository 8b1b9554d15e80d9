"""Use cases of address books and pincodes."""

from typing import Any

import pytest

from novacart.application.accounts.edit_address_book import (
    AddAddress,
    AddAddressCommand,
    ChangeAddress,
    ChangeAddressCommand,
    RemoveAddress,
    RemoveAddressCommand,
    SetDefaultAddress,
    SetDefaultAddressCommand,
)
from novacart.application.accounts.look_up_pincode import LookUpPincode, LookUpPincodeCommand
from novacart.application.ports.postal_codes import PostalPlace
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.accounts.address import AddressType
from novacart.domain.accounts.errors import AddressNotFound, InvalidFields
from novacart.domain.shared.ids import AddressId, UserId
from tests.fakes.postal_codes import FakePostalCodes
from tests.fakes.store import FakeStore
from tests.fakes.unit_of_work import FakeUnitOfWorkFactory
from tests.support.builders.accounts import address_details
from tests.support.clock import SetClock

ASHA, RAVI = UserId(41), UserId(42)


@pytest.fixture
def begin() -> FakeUnitOfWorkFactory:
    return FakeUnitOfWorkFactory(FakeStore())


def add(begin: UnitOfWorkFactory, address_type: AddressType = AddressType.HOME) -> AddressId:
    command = AddAddressCommand(user_id=ASHA, details=address_details(address_type=address_type))
    return AddAddress(begin=begin, clock=SetClock())(command).id


def test_add_change_set_default_and_remove_address(begin: UnitOfWorkFactory) -> None:
    home, office = add(begin), add(begin, AddressType.OFFICE)
    changed = ChangeAddress(begin=begin)(
        ChangeAddressCommand(user_id=ASHA, address_id=office, changes={"town": "Mysuru"})
    )
    assert (changed.details.town, changed.details.address_type, changed.is_default) == (
        "Mysuru",
        AddressType.OFFICE,
        False,
    )
    assert SetDefaultAddress(begin=begin)(
        SetDefaultAddressCommand(user_id=ASHA, address_id=office)
    ).is_default
    RemoveAddress(begin=begin)(RemoveAddressCommand(user_id=ASHA, address_id=home))
    with begin() as work:
        (address,) = work.address_books.get(ASHA).addresses
    assert (address.id, address.is_default) == (office, True)


def test_another_users_address_is_not_found(begin: UnitOfWorkFactory) -> None:
    home = add(begin)
    for use_case in (
        lambda: ChangeAddress(begin=begin)(
            ChangeAddressCommand(user_id=RAVI, address_id=home, changes={})
        ),
        lambda: SetDefaultAddress(begin=begin)(
            SetDefaultAddressCommand(user_id=RAVI, address_id=home)
        ),
        lambda: RemoveAddress(begin=begin)(RemoveAddressCommand(user_id=RAVI, address_id=home)),
    ):
        with pytest.raises(AddressNotFound):
            use_case()


@pytest.mark.parametrize("changes", [{"pincode": "1"}, {"name": " "}])
def test_invalid_change_leaves_address_unchanged(
    begin: UnitOfWorkFactory, changes: dict[str, Any]
) -> None:
    home = add(begin)
    with pytest.raises(InvalidFields) as error:
        ChangeAddress(begin=begin)(
            ChangeAddressCommand(user_id=ASHA, address_id=home, changes=changes)
        )
    assert list(error.value.errors) == list(changes)
    with begin() as work:
        assert work.address_books.get(ASHA).get(home).details == address_details()


def test_look_up_pincode_returns_empty_place_when_unknown_or_unavailable() -> None:
    bengaluru = PostalPlace(city="Bengaluru", state="Karnataka")
    directory = FakePostalCodes({"560001": bengaluru})
    look_up = LookUpPincode(postal_codes=directory)
    assert look_up(LookUpPincodeCommand(pincode=" 560001 ")) == bengaluru
    for pincode in ("999999", "", "56000", "abcdef", "५६०००१", "5" * 600):
        assert look_up(LookUpPincodeCommand(pincode=pincode)) == PostalPlace(
            city="", state="", country="India"
        )
    directory.down = True
    assert look_up(LookUpPincodeCommand(pincode="560001")) == PostalPlace()
