"""Load the accounts of the demo shop: an owner, and customers with addresses."""

from collections.abc import Callable
from typing import Any

from injector import Injector

from novacart.application.accounts.edit_address_book import AddAddress, AddAddressCommand
from novacart.application.accounts.register_user import RegisterUser, RegisterUserCommand
from novacart.application.authorization.actor import SYSTEM
from novacart.domain.accounts.address import AddressDetails, AddressType
from novacart.domain.accounts.errors import InvalidFields
from novacart.domain.accounts.role import Role
from novacart.entrypoints.demo import data


def seed_people(injector: Injector, progress: Callable[[str, int, int], None]) -> int:
    """Register the accounts that do not exist, and return their number."""
    people = data.people()
    accounts = [(people["admin"], Role.OWNER)]
    accounts += [(customer, Role.CUSTOMER) for customer in people["customers"]]
    added = 0
    for done, (person, role) in enumerate(accounts, start=1):
        added += _register(injector, person, role)
        progress("people", done, len(accounts))
    return added


def _register(injector: Injector, person: dict[str, Any], role: Role) -> bool:
    details = {name: value for name, value in person.items() if name != "addresses"}
    try:
        profile = injector.get(RegisterUser)(
            RegisterUserCommand(**details, role=role, actor=SYSTEM)
        )
    except InvalidFields:
        # The username or e-mail address is taken.
        return False
    for address in person.get("addresses", []):
        fields = address | {"address_type": AddressType(address["address_type"])}
        is_default = fields.pop("is_default")
        injector.get(AddAddress)(
            AddAddressCommand(
                user_id=profile.id, details=AddressDetails.parse(**fields), is_default=is_default
            )
        )
    return True
