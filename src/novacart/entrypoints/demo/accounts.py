"""Load the accounts of the demo shop: an owner, and customers with addresses."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

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
from novacart.domain.shared.ids import AddressId, UserId
from novacart.entrypoints.demo import data

_ACCOUNT_FIELDS: Final = ("username", "email", "password", "first_name", "last_name")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shopper:
    """A registered user; `address_id` is the first address, if there is one."""

    username: str
    user_id: UserId
    address_id: AddressId | None


def seed_people(
    injector: Injector, progress: Callable[[str, int, int], None]
) -> tuple[Shopper | None, list[Shopper]]:
    """Register the owner and the customers that do not exist, and return them."""
    people = data.people()
    total = 1 + len(people["customers"])
    owner = register(injector, people["admin"], Role.OWNER)
    progress("people", 1, total)
    customers = []
    for done, person in enumerate(people["customers"], start=2):
        customer = register(injector, person, Role.CUSTOMER)
        if customer is not None:
            customers.append(customer)
        progress("people", done, total)
    return owner, customers


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


def register(injector: Injector, person: dict[str, Any], role: Role) -> Shopper | None:
    """Register a user with their addresses; None if the username or e-mail address is taken."""
    details = {name: person[name] for name in _ACCOUNT_FIELDS}
    try:
        profile = injector.get(RegisterUser)(
            RegisterUserCommand(**details, role=role, email_verified=True, actor=SYSTEM)
        )
    except InvalidFields:
        return None
    address_ids = []
    for address in person.get("addresses", []):
        fields = address | {"address_type": AddressType(address["address_type"])}
        is_default = fields.pop("is_default")
        added = injector.get(AddAddress)(
            AddAddressCommand(
                user_id=profile.id, details=AddressDetails.parse(**fields), is_default=is_default
            )
        )
        address_ids.append(added.id)
    return Shopper(
        username=profile.username,
        user_id=profile.id,
        address_id=address_ids[0] if address_ids else None,
    )
