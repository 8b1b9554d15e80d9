"""Fake account queries."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

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
from novacart.domain.accounts.username import Username
from novacart.domain.shared.ids import AddressId, UserId
from tests.fakes.store import FakeStore


class FakeAccountQueries:
    def __init__(self, store: FakeStore) -> None:
        self._store = store

    def names_taken(self, username: Username, email: EmailAddress) -> TakenNames:
        users = list(self._store.users.values())
        return TakenNames(
            username=any(user.username.key == username.key for user in users),
            similar=any(user.username.skeleton == username.skeleton for user in users),
            email=any(user.email.key == email.key for user in users),
        )

    def credentials(
        self, login_key: str, *, network: str, used_since: datetime
    ) -> StoredCredentials | None:
        users = list(self._store.users.values())
        by_email = [user for user in users if user.email.key == login_key]
        by_username = [user for user in users if user.username.key == login_key]
        for user in [*by_email, *by_username]:
            used_at = self._store.known_networks.get((user.id, network))
            return StoredCredentials(
                user_id=user.id,
                password_hash=user.password_hash,
                password_generation=user.password_generation,
                is_active=user.is_active,
                known_network=used_at is not None and used_at >= used_since,
                is_staff=user.is_staff,
                mfa_enabled=self.mfa_status(user.id).is_enabled,
            )
        return None

    def session_user(
        self, *, user_id: UserId, family_id: int, password_generation: int
    ) -> Profile | None:
        user = self._store.users.get(user_id)
        family = self._store.token_families.get(family_id)
        if (
            user is None
            or family is None
            or family.user_id != user.id
            or family.revoked_at is not None
            or not user.is_active
            or user.password_generation != password_generation
        ):
            return None
        return replace(
            Profile.of(user),
            mfa_enabled=self.mfa_status(user.id).is_enabled,
            authenticated_at=family.authenticated_at,
        )

    def is_refresh_token_valid(
        self, *, family_id: int, token_id: str, at: datetime, rotated_since: datetime
    ) -> bool:
        family = self._store.token_families.get(family_id)
        return family is not None and any(
            token.id == token_id
            and token.expires_at > at
            and (token.rotated_at is None or token.rotated_at >= rotated_since)
            for token in family.tokens
        )

    def reset_token_owner(self, token_hash: str, *, at: datetime) -> ResetTokenOwner | None:
        for reset in self._store.password_resets.values():
            if reset.token_hash != token_hash or reset.user_id is None:
                continue
            user = self._store.users.get(reset.user_id)
            if (
                user is not None
                and user.is_active
                and reset.used_at is None
                and reset.expires_at is not None
                and reset.expires_at > at
                and reset.password_generation == user.password_generation
            ):
                return ResetTokenOwner(
                    username=user.username.text,
                    email=user.email.text,
                    is_staff=user.is_staff,
                    mfa_enabled=self.mfa_status(user.id).is_enabled,
                )
        return None

    def mfa_status(self, user_id: UserId) -> MfaStatus:
        enrolment = self._store.mfa_enrolments.get(user_id)
        if enrolment is None:
            return MfaStatus()
        return MfaStatus(
            is_enabled=enrolment.is_enabled, recovery_codes=len(enrolment.recovery_code_hashes)
        )

    def list_sessions(self, user_id: UserId, *, at: datetime) -> Sequence[SessionRow]:
        rows = [
            SessionRow(
                id=family.id,
                opened_at=family.opened_at,
                last_used_at=max(token.issued_at for token in family.tokens),
                user_agent=family.user_agent,
            )
            for family in self._store.token_families.values()
            if family.user_id == user_id
            and family.revoked_at is None
            and any(token.expires_at > at for token in family.tokens)
        ]
        return sorted(rows, key=lambda row: (row.last_used_at, row.id), reverse=True)


class FakeAddressQueries:
    def __init__(self, store: FakeStore) -> None:
        self._store = store

    def list_addresses(self, user_id: UserId) -> Sequence[Address]:
        book = self._store.address_books.get(user_id)
        return book.addresses if book else ()

    def get_address(self, user_id: UserId, address_id: AddressId) -> Address:
        for address in self.list_addresses(user_id):
            if address.id == address_id:
                return address
        raise AddressNotFound
