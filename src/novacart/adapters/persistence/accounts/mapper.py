"""Between rows and accounts."""

from typing import Any

from sqlalchemy import Row

from novacart.domain.accounts.address_book import Address, AddressDetails, AddressType
from novacart.domain.accounts.email_address import EmailAddress
from novacart.domain.accounts.password_reset import PasswordReset
from novacart.domain.accounts.role import Role
from novacart.domain.accounts.token_family import RefreshToken
from novacart.domain.accounts.user import User
from novacart.domain.accounts.username import Username
from novacart.domain.shared.ids import AddressId, UserId


def user_row(user: User) -> dict[str, Any]:
    """All of a user but the version, which the repository counts."""
    return {
        "id": user.id,
        "username": user.username.text,
        "username_key": user.username.key,
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
    }


def user_of(row: Row[Any]) -> User:
    """The user that a row of `users` tells of."""
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
        version=row.version,
    )


def token_row(family_id: int, token: RefreshToken) -> dict[str, Any]:
    """A refresh token of that family."""
    return {
        "id": token.id,
        "family_id": family_id,
        "issued_at": token.issued_at,
        "expires_at": token.expires_at,
        "rotated_at": token.rotated_at,
    }


def token_of(row: Row[Any]) -> RefreshToken:
    """The refresh token that a row of `refresh_tokens` tells of."""
    return RefreshToken(
        id=row.id,
        issued_at=row.issued_at,
        expires_at=row.expires_at,
        rotated_at=row.rotated_at,
    )


def reset_row(reset: PasswordReset) -> dict[str, Any]:
    """All of a reset but the version, which the repository counts."""
    return {
        "id": reset.id,
        "email_key": reset.email_key,
        "requested_at": reset.requested_at,
        "user_id": reset.user_id,
        "token_hash": reset.token_hash,
        "password_generation": reset.password_generation,
        "expires_at": reset.expires_at,
        "used_at": reset.used_at,
    }


def reset_of(row: Row[Any]) -> PasswordReset:
    """The reset that a row of `password_resets` tells of."""
    return PasswordReset(
        id=row.id,
        email_key=row.email_key,
        requested_at=row.requested_at,
        user_id=None if row.user_id is None else UserId(row.user_id),
        token_hash=row.token_hash,
        password_generation=row.password_generation,
        expires_at=row.expires_at,
        used_at=row.used_at,
        version=row.version,
    )


def address_row(user_id: UserId, address: Address) -> dict[str, Any]:
    """An address of that user's book."""
    details = address.details
    return {
        "id": address.id,
        "user_id": user_id,
        "name": details.name,
        "mobile": details.mobile,
        "pincode": details.pincode,
        "state": details.state,
        "district": details.district,
        "town": details.town,
        "house_number": details.house_number,
        "address": details.address,
        "address_type": details.address_type.value,
        "is_default": address.is_default,
        "created_at": address.created_at,
    }


def address_of(row: Row[Any]) -> Address:
    """The address that a row of `addresses` tells of."""
    return Address(
        id=AddressId(row.id),
        details=AddressDetails(
            name=row.name,
            mobile=row.mobile,
            pincode=row.pincode,
            state=row.state,
            district=row.district,
            town=row.town,
            house_number=row.house_number,
            address=row.address,
            address_type=AddressType(row.address_type),
        ),
        is_default=row.is_default,
        created_at=row.created_at,
    )
