"""The people of the demo shop: an owner, and customers with addresses."""

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
    """Open the accounts that are not there yet, and say how many those were."""
    people = data.people()
    everybody = [(people["admin"], Role.OWNER)]
    everybody += [(customer, Role.CUSTOMER) for customer in people["customers"]]
    opened = 0
    for done, (person, role) in enumerate(everybody, start=1):
        opened += _open(injector, person, role)
        progress("people", done, len(everybody))
    return opened


def _open(injector: Injector, person: dict[str, Any], role: Role) -> bool:
    named = {name: value for name, value in person.items() if name != "addresses"}
    try:
        profile = injector.get(RegisterUser)(RegisterUserCommand(**named, role=role, actor=SYSTEM))
    except InvalidFields:
        # Somebody of that name or e-mail address is here already.
        return False
    for address in person.get("addresses", []):
        fields = address | {"address_type": AddressType(address["address_type"])}
        is_default = fields.pop("is_default")
        injector.get(AddAddress)(
            AddAddressCommand(
                user_id=profile.id, details=AddressDetails(**fields), is_default=is_default
            )
        )
    return True
