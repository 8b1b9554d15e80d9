"""Queries of accounts, each with one statement."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Label, bindparam, case, exists, func, or_, select

from novacart.adapters.persistence.accounts.mapper import skeleton_hash, to_address
from novacart.adapters.persistence.accounts.tables import (
    addresses,
    known_networks,
    mfa_enrolments,
    mfa_recovery_codes,
    password_resets,
    refresh_tokens,
    token_families,
    users,
)
from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.replicas.replicas import Replicas
from novacart.adapters.persistence.replicas.tables import last_writes
from novacart.adapters.persistence.statements import DriverStatement
from novacart.application.accounts.queries import (
    MfaStatus,
    Profile,
    ResetTokenOwner,
    SessionRow,
    StoredCredentials,
    TakenNames,
)
from novacart.domain.accounts.address import Address
from novacart.domain.accounts.email_address import EmailAddress
from novacart.domain.accounts.errors import AddressNotFound
from novacart.domain.accounts.role import Role
from novacart.domain.accounts.username import Username
from novacart.domain.shared.ids import AddressId, UserId

_MFA_ENABLED: Final[Label[bool]] = (
    exists()
    .where(mfa_enrolments.c.user_id == users.c.id, mfa_enrolments.c.enabled_at.is_not(None))
    .label("mfa_enabled")
)

_SESSION: Final = (
    select(
        users.c.username,
        users.c.email,
        users.c.first_name,
        users.c.last_name,
        users.c.role,
        users.c.email_verified_at.is_not(None),
        func.coalesce(token_families.c.authenticated_at, token_families.c.opened_at).label(
            "authenticated_at"
        ),
        _MFA_ENABLED,
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
# Every request of a signed-in user executes one of them.
_SESSION_USER: Final = DriverStatement(_SESSION, generic_plan=True)
_SESSION_USER_AND_LAST_WRITE: Final = DriverStatement(
    _SESSION.add_columns(
        select(last_writes.c.position).where(last_writes.c.user_id == users.c.id).scalar_subquery()
    ),
    generic_plan=True,
)


class SqlAccountQueries:
    """Reads from the primary: a disabled account or an ended session has an effect at once.

    `replicas` receive the user of each request.
    """

    def __init__(self, database: Database, replicas: Replicas | None = None) -> None:
        self._database = database
        self._replicas = replicas

    def names_taken(self, username: Username, email: EmailAddress) -> TakenNames:
        statement = select(
            users.c.username_key, users.c.username_skeleton, users.c.email_key
        ).where(
            or_(
                users.c.username_key == username.key,
                users.c.username_skeleton == skeleton_hash(username),
                users.c.email_key == email.key,
            )
        )
        with self._database.reading() as connection:
            rows = connection.execute(statement).all()
        return TakenNames(
            username=any(row.username_key == username.key for row in rows),
            similar=any(row.username_skeleton == skeleton_hash(username) for row in rows),
            email=any(row.email_key == email.key for row in rows),
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
                users.c.role,
                _MFA_ENABLED,
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
            is_staff=Role(row.role).is_staff,
            mfa_enabled=bool(row.mfa_enabled),
        )

    def session_user(
        self, *, user_id: UserId, family_id: int, password_generation: int
    ) -> Profile | None:
        parameters = {
            "user_id": user_id,
            "family_id": family_id,
            "password_generation": password_generation,
        }
        statement = _SESSION_USER if self._replicas is None else _SESSION_USER_AND_LAST_WRITE
        rows = self._database.fetch(statement, parameters)
        if not rows:
            return None
        row = rows[0]
        if self._replicas is not None:
            *row, last_write = row
            self._replicas.authenticated(user_id, last_write)
        username, email, first_name, last_name, role_name, verified, since, mfa_enabled = row
        role = Role(role_name)
        return Profile(
            id=user_id,
            username=username,
            email=email,
            first_name=first_name,
            last_name=last_name,
            role=role,
            is_staff=role.is_staff,
            email_verified=bool(verified),
            mfa_enabled=bool(mfa_enabled),
            authenticated_at=since,
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
            select(users.c.username, users.c.email, users.c.role, _MFA_ENABLED)
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
        if row is None:
            return None
        return ResetTokenOwner(
            username=row.username,
            email=row.email,
            is_staff=Role(row.role).is_staff,
            mfa_enabled=bool(row.mfa_enabled),
        )

    def mfa_status(self, user_id: UserId) -> MfaStatus:
        statement = select(
            mfa_enrolments.c.enabled_at,
            select(func.count())
            .where(mfa_recovery_codes.c.user_id == user_id)
            .scalar_subquery()
            .label("recovery_codes"),
        ).where(mfa_enrolments.c.user_id == user_id)
        with self._database.reading() as connection:
            row = connection.execute(statement).one_or_none()
        if row is None:
            return MfaStatus()
        return MfaStatus(is_enabled=row.enabled_at is not None, recovery_codes=row.recovery_codes)

    def list_sessions(self, user_id: UserId, *, at: datetime) -> Sequence[SessionRow]:
        last_used_at = func.max(refresh_tokens.c.issued_at)
        statement = (
            select(
                token_families.c.id,
                token_families.c.opened_at,
                token_families.c.user_agent,
                last_used_at.label("last_used_at"),
            )
            .join_from(
                token_families, refresh_tokens, refresh_tokens.c.family_id == token_families.c.id
            )
            .where(
                token_families.c.user_id == user_id,
                token_families.c.revoked_at.is_(None),
                refresh_tokens.c.expires_at > at,
            )
            .group_by(token_families.c.id)
            .order_by(last_used_at.desc(), token_families.c.id.desc())
        )
        with self._database.reading() as connection:
            rows = connection.execute(statement).mappings().all()
        return [SessionRow(**row) for row in rows]


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
