"""What is asked about accounts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from novacart.domain.accounts.address_book import Address
from novacart.domain.accounts.role import Role
from novacart.domain.accounts.user import User
from novacart.domain.shared.ids import AddressId, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A user, as the user's own pages show it."""

    id: UserId
    username: str
    email: str
    first_name: str
    last_name: str
    role: Role
    is_staff: bool

    @classmethod
    def of(cls, user: User) -> "Profile":
        return cls(
            id=user.id,
            username=user.username.text,
            email=user.email.text,
            first_name=user.first_name,
            last_name=user.last_name,
            role=user.role,
            is_staff=user.is_staff,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """What a sign-in is held against."""

    user_id: UserId
    password_hash: str
    password_generation: int
    is_active: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenReset:
    """A reset link that can still be used, and its owner."""

    username: str
    email: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressView:
    """An entry of an address book, as its owner sees it."""

    id: AddressId
    name: str
    mobile: str
    pincode: str
    state: str
    district: str
    town: str
    house_number: str
    address: str
    address_type: str
    is_default: bool

    @classmethod
    def of(cls, entry: Address) -> "AddressView":
        details = entry.details
        return cls(
            id=entry.id,
            name=details.name,
            mobile=details.mobile,
            pincode=details.pincode,
            state=details.state,
            district=details.district,
            town=details.town,
            house_number=details.house_number,
            address=details.address,
            address_type=details.address_type.value,
            is_default=entry.is_default,
        )


class AccountQueries(Protocol):
    def taken(self, username_key: str, email_key: str) -> tuple[bool, bool]:
        """Whether somebody has the username, and whether somebody has the address."""
        ...

    def credentials(self, login_key: str) -> Credentials | None:
        """Whoever has this e-mail address; else whoever has this username."""
        ...

    def session(
        self, *, user_id: UserId, family_id: int, password_generation: int
    ) -> Profile | None:
        """The user of a sign-in that is still open: active, not revoked, the same password."""
        ...

    def accepts_refresh(
        self, *, family_id: int, token_id: str, at: datetime, rotated_since: datetime
    ) -> bool:
        """Whether a refresh token is unexpired, and unused or first used at `rotated_since`."""
        ...

    def open_reset(self, token_hash: str, *, at: datetime) -> OpenReset | None: ...


class AddressQueries(Protocol):
    def addresses_of(self, user_id: UserId) -> Sequence[AddressView]:
        """Oldest first."""
        ...

    def address_of(self, user_id: UserId, address_id: AddressId) -> AddressView:
        """Raises `AddressNotFound`, for somebody else's too."""
        ...
