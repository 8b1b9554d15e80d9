"""Queries of accounts, each with one statement."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, case, exists, or_, select

from novacart.adapters.persistence.accounts.mapper import to_address
from novacart.adapters.persistence.accounts.tables import (
    addresses,
    known_networks,
    password_resets,
    refresh_tokens,
    token_families,
    users,
)
from novacart.adapters.persistence.database import Database
from novacart.application.accounts.queries import (
    Profile,
    ResetTokenOwner,
    StoredCredentials,
)
from novacart.domain.accounts.address import Address
from novacart.domain.accounts.errors import AddressNotFound
from novacart.domain.accounts.role import Role
from novacart.domain.shared.ids import AddressId, UserId

# Built once, since every request of a signed-in user runs it.
_SESSION_USER: Final = (
    select(
        users.c.id,
        users.c.username,
        users.c.email,
        users.c.first_name,
        users.c.last_name,
        users.c.role,
    )
    .join_from(token_families, users, users.c.id == token_families.c.user_id)
    .where(
        token_families.c.id == bindparam("family_id"),
        token_families.c.revoked_at.is_(None),
        users.c.id == bindparam("user_id"),
        users.c.is_active,
        users.c.password_generation == bindparam("password_generation"),
    )
)


class SqlAccountQueries:
    def __init__(self, database: Database) -> None:
        self._database = database

    def names_taken(self, username_key: str, email_key: str) -> tuple[bool, bool]:
        statement = select(users.c.username_key, users.c.email_key).where(
            or_(users.c.username_key == username_key, users.c.email_key == email_key)
        )
        with self._database.reading() as connection:
            rows = connection.execute(statement).all()
        return (
            any(row.username_key == username_key for row in rows),
            any(row.email_key == email_key for row in rows),
        )

    def credentials(
        self, login_key: str, *, network: str, used_since: datetime
    ) -> StoredCredentials | None:
        known = exists().where(
            known_networks.c.user_id == users.c.id,
            known_networks.c.network == network,
            known_networks.c.used_at >= used_since,
        )
        statement = (
            select(
                users.c.id,
                users.c.password_hash,
                users.c.password_generation,
                users.c.is_active,
                known.label("known_network"),
            )
            .where(or_(users.c.email_key == login_key, users.c.username_key == login_key))
            .order_by(case((users.c.email_key == login_key, 0), else_=1))
            .limit(1)
        )
        with self._database.reading() as connection:
            row = connection.execute(statement).one_or_none()
        if row is None:
            return None
        return StoredCredentials(
            user_id=UserId(row.id),
            password_hash=row.password_hash,
            password_generation=row.password_generation,
            is_active=row.is_active,
            known_network=row.known_network,
        )

    def session_user(
        self, *, user_id: UserId, family_id: int, password_generation: int
    ) -> Profile | None:
        parameters = {
            "user_id": user_id,
            "family_id": family_id,
            "password_generation": password_generation,
        }
        with self._database.reading() as connection:
            row = connection.execute(_SESSION_USER, parameters).one_or_none()
        if row is None:
            return None
        return Profile(
            id=UserId(row.id),
            username=row.username,
            email=row.email,
            first_name=row.first_name,
            last_name=row.last_name,
            role=Role(row.role),
            is_staff=Role(row.role).is_staff,
        )

    def is_refresh_token_valid(
        self, *, family_id: int, token_id: str, at: datetime, rotated_since: datetime
    ) -> bool:
        statement = select(refresh_tokens.c.id).where(
            refresh_tokens.c.id == token_id,
            refresh_tokens.c.family_id == family_id,
            refresh_tokens.c.expires_at > at,
            or_(
                refresh_tokens.c.rotated_at.is_(None),
                refresh_tokens.c.rotated_at >= rotated_since,
            ),
        )
        with self._database.reading() as connection:
            return connection.execute(statement).one_or_none() is not None

    def reset_token_owner(self, token_hash: str, *, at: datetime) -> ResetTokenOwner | None:
        statement = (
            select(users.c.username, users.c.email)
            .join_from(password_resets, users, users.c.id == password_resets.c.user_id)
            .where(
                password_resets.c.token_hash == token_hash,
                password_resets.c.used_at.is_(None),
                password_resets.c.expires_at > at,
                password_resets.c.password_generation == users.c.password_generation,
                users.c.is_active,
            )
        )
        with self._database.reading() as connection:
            row = connection.execute(statement).one_or_none()
        return None if row is None else ResetTokenOwner(username=row.username, email=row.email)


class SqlAddressQueries:
    def __init__(self, database: Database) -> None:
        self._database = database

    def list_addresses(self, user_id: UserId) -> Sequence[Address]:
        statement = select(addresses).where(addresses.c.user_id == user_id).order_by(addresses.c.id)
        with self._database.reading() as connection:
            return [to_address(row) for row in connection.execute(statement)]

    def get_address(self, user_id: UserId, address_id: AddressId) -> Address:
        statement = select(addresses).where(
            addresses.c.user_id == user_id, addresses.c.id == address_id
        )
        with self._database.reading() as connection:
            row = connection.execute(statement).one_or_none()
        if row is None:
            raise AddressNotFound
        return to_address(row)
