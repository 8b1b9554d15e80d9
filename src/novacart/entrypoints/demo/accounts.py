"""Load the accounts of the demo shop: an owner, and customers with addresses."""

from collections.abc import Callable
from typing import Any

from injector import Injector

from novacart.application.accounts.edit_address_book import AddAddress, AddAddressCommand
from novacart.application.accounts.queries import AccountQueries
from novacart.application.accounts.register_user import RegisterUser, RegisterUserCommand
from novacart.application.authorization.actor import SYSTEM
from novacart.application.ports.clock import Clock
from novacart.application.ports.password_hasher import PasswordHasher
from novacart.domain.accounts.address import AddressDetails, AddressType
from novacart.domain.accounts.errors import InvalidFields
from novacart.domain.accounts.role import Role
from novacart.domain.accounts.username import login_key
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


def usable_demo_accounts(injector: Injector) -> list[str]:
    """Return the usernames of the demo accounts that still have their published password."""
    people = data.people()
    queries = injector.get(AccountQueries)  # type: ignore[type-abstract]
    hasher = injector.get(PasswordHasher)  # type: ignore[type-abstract]
    now = injector.get(Clock).now()  # type: ignore[type-abstract]
    usable = []
    for person in (people["admin"], *people["customers"]):
        for login in (person["email"], person["username"]):
            credentials = queries.credentials(login_key(login), network="", used_since=now)
            if (
                credentials is not None
                and credentials.is_active
                and hasher.verify(person["password"], credentials.password_hash)
            ):
                usable.append(person["username"])
                break
    return usable


def _register(injector: Injector, person: dict[str, Any], role: Role) -> bool:
    details = {name: value for name, value in person.items() if name != "addresses"}
    try:
        profile = injector.get(RegisterUser)(
            RegisterUserCommand(**details, role=role, email_verified=True, actor=SYSTEM)
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
