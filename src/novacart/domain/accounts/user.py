"""Users."""

from collections.abc import Collection
from datetime import datetime
from typing import Self

from novacart.domain.accounts.email_address import EmailAddress
from novacart.domain.accounts.errors import LastOwner
from novacart.domain.accounts.events import (
    EmailVerified,
    PasswordChanged,
    ProfileChanged,
    RoleGranted,
    UserDisabled,
    UserEnabled,
    UserRegistered,
)
from novacart.domain.accounts.role import Role
from novacart.domain.accounts.text_rules import has_only_printable_characters, is_blank
from novacart.domain.accounts.username import Username
from novacart.domain.shared.errors import InvalidValue
from novacart.domain.shared.events import AggregateRoot
from novacart.domain.shared.ids import UserId

MAX_NAME = 150


class User(AggregateRoot):
    """A customer or a member of staff. A disabled user can't sign in.

    `password_generation` counts password changes: tokens and reset links of an earlier
    generation are invalid. An invited user has no password (an empty `password_hash`) until they
    choose one. `email_verified_at` is None until the user has opened a link sent to the address.
    """

    __slots__ = (
        "created_at",
        "email",
        "email_verified_at",
        "first_name",
        "id",
        "is_active",
        "last_name",
        "password_changed_at",
        "password_generation",
        "password_hash",
        "role",
        "username",
    )

    def __init__(
        self,
        *,
        id: UserId,
        username: Username,
        email: EmailAddress,
        password_hash: str,
        first_name: str,
        last_name: str,
        role: Role,
        is_active: bool,
        created_at: datetime,
        password_changed_at: datetime,
        password_generation: int,
        email_verified_at: datetime | None = None,
        version: int = 0,
    ) -> None:
        super().__init__(version=version)
        self.id = id
        self.username = username
        self.email = email
        self.password_hash = password_hash
        self.first_name = first_name
        self.last_name = last_name
        self.role = role
        self.is_active = is_active
        self.created_at = created_at
        self.password_changed_at = password_changed_at
        self.password_generation = password_generation
        self.email_verified_at = email_verified_at

    @classmethod
    def register(
        cls,
        *,
        id: UserId,
        username: Username,
        email: EmailAddress,
        password_hash: str,
        at: datetime,
        role: Role = Role.CUSTOMER,
        first_name: str = "",
        last_name: str = "",
    ) -> Self:
        """Register a user. Raises `InvalidValue` for an invalid first or last name."""
        user = cls(
            id=id,
            username=username,
            email=email,
            password_hash=password_hash,
            first_name=_parse_name("first_name", first_name),
            last_name=_parse_name("last_name", last_name),
            role=role,
            is_active=True,
            created_at=at,
            password_changed_at=at,
            password_generation=1,
        )
        user._record(UserRegistered(user_id=id, role=role.value, occurred_at=at))
        return user

    @property
    def has_password(self) -> bool:
        return bool(self.password_hash)

    @property
    def is_email_verified(self) -> bool:
        return self.email_verified_at is not None

    def verify_email(self, *, at: datetime) -> None:
        """Record that the user receives mail at their address. Idempotent."""
        if self.email_verified_at is None:
            self.email_verified_at = at
            self._record(EmailVerified(user_id=self.id, occurred_at=at))

    @property
    def is_staff(self) -> bool:
        return self.role.is_staff

    def change_profile(
        self,
        *,
        at: datetime,
        username: str | None = None,
        first_name: str | None = None,
        last_name: str | None = None,
    ) -> None:
        """Change the names that are given. Raises `InvalidValue` and then changes nothing."""
        new_username = (
            self.username if username is None else Username.parse(username, email=self.email)
        )
        new_first = self.first_name if first_name is None else _parse_name("first_name", first_name)
        new_last = self.last_name if last_name is None else _parse_name("last_name", last_name)
        if (new_username, new_first, new_last) == (self.username, self.first_name, self.last_name):
            return
        self.username, self.first_name, self.last_name = new_username, new_first, new_last
        self._record(ProfileChanged(user_id=self.id, occurred_at=at))

    def change_password(self, password_hash: str, *, at: datetime) -> None:
        """Replace the password by one that was checked, and invalidate tokens and reset links."""
        self.password_hash = password_hash
        self.password_changed_at = at
        self.password_generation += 1
        self._record(PasswordChanged(user_id=self.id, occurred_at=at))

    def rehash_password(self, password_hash: str) -> None:
        """Store the same password hashed with the current parameters."""
        self.password_hash = password_hash

    def disable(self, *, active_owners: Collection[UserId], at: datetime) -> None:
        """Raises `LastOwner` for the only one of the `active_owners`."""
        if self.is_active:
            self._ensure_not_last(active_owners)
            self.is_active = False
            self._record(UserDisabled(user_id=self.id, occurred_at=at))

    def enable(self, *, at: datetime) -> None:
        if not self.is_active:
            self.is_active = True
            self._record(UserEnabled(user_id=self.id, occurred_at=at))

    def grant_role(self, role: Role, *, active_owners: Collection[UserId], at: datetime) -> None:
        """Raises `LastOwner` for the only one of the `active_owners`."""
        if role is not self.role:
            self._ensure_not_last(active_owners)
            self.role = role
            self._record(RoleGranted(user_id=self.id, role=role.value, occurred_at=at))

    def _ensure_not_last(self, active_owners: Collection[UserId]) -> None:
        if set(active_owners) == {self.id}:
            raise LastOwner


def _parse_name(field: str, text: str) -> str:
    name = text.strip()
    if len(name) > MAX_NAME:
        raise InvalidValue(field, f"A name has at most {MAX_NAME} characters.")
    if not has_only_printable_characters(name) or (name and is_blank(name)):
        raise InvalidValue(field, "A name has no control or invisible characters.")
    return name
