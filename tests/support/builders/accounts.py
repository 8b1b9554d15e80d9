"""Builders of users, token families and addresses."""

from datetime import UTC, datetime, timedelta
from itertools import count

from novacart.domain.accounts.address import AddressDetails, AddressType
from novacart.domain.accounts.email_address import EmailAddress
from novacart.domain.accounts.role import Role
from novacart.domain.accounts.token_family import TokenFamily
from novacart.domain.accounts.user import User
from novacart.domain.accounts.username import Username
from novacart.domain.shared.ids import UserId

NOON = datetime(2026, 3, 14, 12, tzinfo=UTC)
WEEK = timedelta(days=7)
SESSION = timedelta(days=90)
PASSWORD = "mango-on-the-roof-3"

_numbers = count(1)


def a_user(
    id: int | None = None,
    *,
    username: str | None = None,
    email: str | None = None,
    password_hash: str = "hash",
    role: Role = Role.CUSTOMER,
    at: datetime = NOON,
) -> User:
    number = next(_numbers)
    address = EmailAddress.parse(email or f"{username or f'person{number}'}@example.com")
    return User.register(
        id=UserId(id or 1000 + number),
        username=Username.parse(username or f"person{number}", email=address),
        email=address,
        password_hash=password_hash,
        role=role,
        at=at,
    )


def address_details(
    *,
    name: str = "Asha Rao",
    mobile: str = "9000000001",
    pincode: str = "560001",
    state: str = "Karnataka",
    district: str = "Bengaluru",
    town: str = "Bengaluru",
    house_number: str = "12A",
    address: str = "Second floor, Residency Road",
    address_type: AddressType = AddressType.HOME,
) -> AddressDetails:
    return AddressDetails.parse(
        name=name,
        mobile=mobile,
        pincode=pincode,
        state=state,
        district=district,
        town=town,
        house_number=house_number,
        address=address,
        address_type=address_type,
    )


def a_family(
    id: int, user_id: UserId, *, token_id: str = "first", at: datetime = NOON
) -> TokenFamily:
    return TokenFamily.open(id=id, user_id=user_id, token_id=token_id, at=at, lifetime=WEEK)
