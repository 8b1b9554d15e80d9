"""Fake repositories of accounts."""

from collections.abc import Callable, Collection
from datetime import datetime

from novacart.application.ports.tokens import TokenClaims
from novacart.domain.accounts.account_link import AccountLink, LinkPurpose
from novacart.domain.accounts.address_book import AddressBook
from novacart.domain.accounts.errors import (
    EmailTaken,
    UsernameTaken,
    UsernameTooSimilar,
    UserNotFound,
)
from novacart.domain.accounts.mfa import MfaEnrolment
from novacart.domain.accounts.password_reset import PasswordReset
from novacart.domain.accounts.role import Role
from novacart.domain.accounts.token_family import RefreshToken, TokenFamily
from novacart.domain.accounts.user import User
from novacart.domain.shared.events import AggregateRoot
from novacart.domain.shared.ids import UserId
from tests.fakes.transactional_dict import TransactionalDict

Saved = Callable[[AggregateRoot], None]


class FakeUsers:
    def __init__(self, rows: TransactionalDict[UserId, User], saved: Saved) -> None:
        self._rows = rows
        self._saved = saved

    def get(self, user_id: UserId) -> User:
        user = self._rows.get(user_id)
        if user is None:
            raise UserNotFound
        return user

    def get_by_email(self, email_key: str) -> User | None:
        return next((user for user in self._rows.values() if user.email.key == email_key), None)

    def get_by_username(self, username_key: str) -> User | None:
        return next(
            (user for user in self._rows.values() if user.username.key == username_key), None
        )

    def active_owners(self) -> Collection[UserId]:
        return {
            user.id for user in self._rows.values() if user.role is Role.OWNER and user.is_active
        }

    def add(self, user: User) -> None:
        self.save(user)

    def save(self, user: User) -> None:
        for other in self._rows.values():
            if other.id == user.id:
                continue
            if other.username.key == user.username.key:
                raise UsernameTaken
            if other.username.skeleton == user.username.skeleton:
                raise UsernameTooSimilar
            if other.email.key == user.email.key:
                raise EmailTaken
        self._rows.put(user.id, user)
        self._saved(user)


class FakeAddressBooks:
    def __init__(self, rows: TransactionalDict[UserId, AddressBook], saved: Saved) -> None:
        self._rows = rows
        self._saved = saved

    def get(self, user_id: UserId) -> AddressBook:
        stored = self._rows.get(user_id)
        return AddressBook(user_id=user_id, addresses=stored.addresses if stored else ())

    def save(self, book: AddressBook) -> None:
        stored = self._rows.get(book.user_id)
        book.version = stored.version if stored else 0
        self._rows.put(book.user_id, book)
        self._saved(book)


class FakeTokenFamilies:
    def __init__(
        self,
        rows: TransactionalDict[int, TokenFamily],
        users: TransactionalDict[UserId, User],
        saved: Saved,
    ) -> None:
        self._rows = rows
        self._users = users
        self._saved = saved

    def get(self, family_id: int) -> TokenFamily | None:
        family = self._rows.get(family_id)
        return family and _with_tokens(family, lambda _: False)

    def get_by_token(self, family_id: int, token_id: str) -> TokenFamily | None:
        family = self._rows.get(family_id)
        return family and _with_tokens(family, lambda token: token == token_id)

    def add(self, family: TokenFamily) -> None:
        self._rows.put(family.id, family)
        self._saved(family)

    def save(self, family: TokenFamily) -> None:
        stored = self._rows.get(family.id)
        current = {token.id: token for token in family.tokens}
        before = {token.id: token for token in stored.tokens} if stored else {}
        whole = TokenFamily(
            id=family.id,
            user_id=family.user_id,
            opened_at=family.opened_at,
            revoked_at=family.revoked_at,
            authenticated_at=family.authenticated_at,
            user_agent=family.user_agent,
            tokens=(before | current).values(),
            version=family.version,
        )
        self._rows.put(family.id, whole)
        family.version = whole.version
        self._saved(family)

    def add_successor(
        self,
        claims: TokenClaims,
        successor: RefreshToken,
        *,
        rotated_since: datetime,
        opened_since: datetime,
    ) -> bool:
        family = self.get_by_token(claims.family_id, claims.token_id)
        user = self._users.get(claims.user_id)
        if family is None or user is None:
            return False
        now, lifetime = successor.issued_at, successor.expires_at - successor.issued_at
        is_valid = (
            family.user_id == user.id
            and user.is_active
            and user.password_generation == claims.password_generation
            and family.revoked_at is None
            and family.opened_at >= opened_since
            and any(
                token.expires_at > now
                and token.rotated_at is not None
                and token.rotated_at >= rotated_since
                for token in family.tokens
            )
        )
        if is_valid:
            family.rotate(
                claims.token_id,
                successor_id=successor.id,
                at=now,
                lifetime=lifetime,
                leeway=now - rotated_since,
                session_lifetime=successor.expires_at - opened_since,
            )
            self.save(family)
        return is_valid

    def revoke_all(self, user_id: UserId, *, at: datetime, keep: int | None = None) -> None:
        for family in self._rows.values():
            if family.user_id == user_id and family.revoked_at is None and family.id != keep:
                family.revoke(at=at)
                self._rows.put(family.id, family)

    def end_oldest(self, user_id: UserId, *, keep: int, at: datetime) -> None:
        live = [
            family
            for family in self._rows.values()
            if family.user_id == user_id
            and family.revoked_at is None
            and any(token.expires_at > at for token in family.tokens)
        ]
        newest_first = sorted(live, key=lambda each: (each.opened_at, each.id), reverse=True)
        for family in newest_first[keep:]:
            family.revoke(at=at)
            self._rows.put(family.id, family)

    def delete_expired(self, *, before: datetime) -> int:
        deleted = 0
        for family in self._rows.values():
            live = {token.id for token in family.tokens if token.expires_at >= before}
            deleted += len(family.tokens) - len(live)
            if live:
                self._rows.put(family.id, _with_tokens(family, live.__contains__))
            elif family.opened_at < before:
                self._rows.remove(family.id)
        return deleted


class FakeKnownNetworks:
    def __init__(self, rows: TransactionalDict[tuple[UserId, str], datetime]) -> None:
        self._rows = rows

    def add(self, user_id: UserId, network: str, *, at: datetime) -> None:
        self._rows.put((user_id, network), at)

    def forget(self, user_id: UserId) -> None:
        for key in list(self._rows):
            if key[0] == user_id:
                self._rows.remove(key)

    def delete_unused(self, *, before: datetime) -> int:
        used = {key: self._rows.get(key) for key in self._rows}
        old = [key for key, used_at in used.items() if used_at is not None and used_at < before]
        for key in old:
            self._rows.remove(key)
        return len(old)


class FakePasswordResets:
    def __init__(self, rows: TransactionalDict[int, PasswordReset], saved: Saved) -> None:
        self._rows = rows
        self._saved = saved

    def get(self, reset_id: int) -> PasswordReset | None:
        return self._rows.get(reset_id)

    def get_by_token_hash(self, token_hash: str) -> PasswordReset | None:
        return next(
            (reset for reset in self._rows.values() if reset.token_hash == token_hash), None
        )

    def count_issued(self, email_key: str, *, since: datetime) -> int:
        return sum(
            reset.email_key == email_key
            and reset.requested_at >= since
            and reset.token_hash is not None
            for reset in self._rows.values()
        )

    def add(self, reset: PasswordReset) -> None:
        self.save(reset)

    def save(self, reset: PasswordReset) -> None:
        self._rows.put(reset.id, reset)
        self._saved(reset)

    def delete_expired(self, *, before: datetime) -> int:
        old = [
            reset.id
            for reset in self._rows.values()
            if reset.requested_at < before
            and (reset.expires_at is None or reset.expires_at < before)
        ]
        for reset_id in old:
            self._rows.remove(reset_id)
        return len(old)


class FakeAccountLinks:
    def __init__(self, rows: TransactionalDict[int, AccountLink], saved: Saved) -> None:
        self._rows = rows
        self._saved = saved

    def get(self, link_id: int) -> AccountLink | None:
        return self._rows.get(link_id)

    def get_by_token_hash(self, token_hash: str, purpose: LinkPurpose) -> AccountLink | None:
        return next(
            (
                link
                for link in self._rows.values()
                if link.token_hash == token_hash and link.purpose is purpose
            ),
            None,
        )

    def count_created(self, user_id: UserId, purpose: LinkPurpose, *, since: datetime) -> int:
        return sum(
            link.user_id == user_id and link.purpose is purpose and link.created_at >= since
            for link in self._rows.values()
        )

    def add(self, link: AccountLink) -> None:
        self.save(link)

    def save(self, link: AccountLink) -> None:
        self._rows.put(link.id, link)
        self._saved(link)

    def delete_expired(self, *, before: datetime) -> int:
        old = [link.id for link in self._rows.values() if link.expires_at < before]
        for link_id in old:
            self._rows.remove(link_id)
        return len(old)


class FakeMfaEnrolments:
    def __init__(self, rows: TransactionalDict[UserId, MfaEnrolment], saved: Saved) -> None:
        self._rows = rows
        self._saved = saved

    def get(self, user_id: UserId) -> MfaEnrolment | None:
        return self._rows.get(user_id)

    def add(self, enrolment: MfaEnrolment) -> None:
        self.save(enrolment)

    def save(self, enrolment: MfaEnrolment) -> None:
        self._rows.put(enrolment.user_id, enrolment)
        self._saved(enrolment)

    def remove(self, enrolment: MfaEnrolment) -> None:
        self._rows.remove(enrolment.user_id)
        self._saved(enrolment)


def _with_tokens(family: TokenFamily, keep: Callable[[str], bool]) -> TokenFamily:
    return TokenFamily(
        id=family.id,
        user_id=family.user_id,
        opened_at=family.opened_at,
        revoked_at=family.revoked_at,
        authenticated_at=family.authenticated_at,
        tokens=[token for token in family.tokens if keep(token.id)],
        version=family.version,
    )
