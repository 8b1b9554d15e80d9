"""Mapping between rows and the aggregates of accounts."""

from dataclasses import fields
from hashlib import sha256
from typing import Any, Final

from sqlalchemy import Row

from novacart.domain.accounts.account_link import AccountLink, LinkPurpose
from novacart.domain.accounts.address import Address, AddressDetails, AddressType
from novacart.domain.accounts.email_address import EmailAddress
from novacart.domain.accounts.password_reset import PasswordReset
from novacart.domain.accounts.role import Role
from novacart.domain.accounts.token_family import RefreshToken
from novacart.domain.accounts.user import User
from novacart.domain.accounts.username import Username
from novacart.domain.shared.ids import AddressId, UserId

# These columns have the names of the fields.
_DETAILS: Final = tuple(field.name for field in fields(AddressDetails))
_TOKEN: Final = tuple(field.name for field in fields(RefreshToken))


def user_row(user: User) -> dict[str, Any]:
    """A row without the version, which the repository increments."""
    return {
        "id": user.id,
        "username": user.username.text,
        "username_key": user.username.key,
        "username_skeleton": skeleton_hash(user.username),
        "email": user.email.text,
        "email_key": user.email.key,
        "password_hash": user.password_hash,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "role": user.role.value,
        "is_active": user.is_active,
        "created_at": user.created_at,
        "password_changed_at": user.password_changed_at,
        "password_generation": user.password_generation,
        "email_verified_at": user.email_verified_at,
    }


def skeleton_hash(username: Username) -> str:
    """The value of `username_skeleton`."""
    return sha256(username.skeleton.encode()).hexdigest()


def to_user(row: Row[Any]) -> User:
    """A user from a row of `users`."""
    return User(
        id=UserId(row.id),
        username=Username(row.username),
        email=EmailAddress(row.email),
        password_hash=row.password_hash,
        first_name=row.first_name,
        last_name=row.last_name,
        role=Role(row.role),
        is_active=row.is_active,
        created_at=row.created_at,
        password_changed_at=row.password_changed_at,
        password_generation=row.password_generation,
        email_verified_at=row.email_verified_at,
        version=row.version,
    )


def token_row(family_id: int, token: RefreshToken) -> dict[str, Any]:
    """A row of `refresh_tokens`."""
    return {"family_id": family_id} | {name: getattr(token, name) for name in _TOKEN}


def to_token(row: Row[Any]) -> RefreshToken:
    """A token from a row of `refresh_tokens`."""
    return RefreshToken(**{name: getattr(row, name) for name in _TOKEN})


def reset_row(reset: PasswordReset) -> dict[str, Any]:
    """A row without the version, which the repository increments."""
    return {name: getattr(reset, name) for name in PasswordReset.__slots__}


def to_reset(row: Row[Any]) -> PasswordReset:
    """A reset from a row of `password_resets`."""
    values = {name: getattr(row, name) for name in PasswordReset.__slots__}
    return PasswordReset(**values, version=row.version)


def link_row(link: AccountLink) -> dict[str, Any]:
    """A row without the version, which the repository increments."""
    values = {name: getattr(link, name) for name in AccountLink.__slots__}
    return values | {"purpose": link.purpose.value}


def to_link(row: Row[Any]) -> AccountLink:
    """A link from a row of `account_links`."""
    values = {name: getattr(row, name) for name in AccountLink.__slots__}
    return AccountLink(**values | {"purpose": LinkPurpose(row.purpose)}, version=row.version)


def address_row(user_id: UserId, address: Address) -> dict[str, Any]:
    """A row of `addresses`."""
    details = {name: getattr(address.details, name) for name in _DETAILS}
    return {
        "id": address.id,
        "user_id": user_id,
        **details,
        "address_type": address.details.address_type.value,
        "is_default": address.is_default,
        "created_at": address.created_at,
    }


def to_address(row: Row[Any]) -> Address:
    """An address from a row of `addresses`."""
    details = {name: getattr(row, name) for name in _DETAILS}
    return Address(
        id=AddressId(row.id),
        details=AddressDetails(**details | {"address_type": AddressType(row.address_type)}),
        is_default=row.is_default,
        created_at=row.created_at,
    )
