"""A person with an account."""

from datetime import datetime
from typing import Self

from novacart.domain.accounts.email_address import EmailAddress
from novacart.domain.accounts.events import (
    PasswordChanged,
    ProfileChanged,
    RoleGranted,
    UserDisabled,
    UserEnabled,
    UserRegistered,
)
from novacart.domain.accounts.role import Role
from novacart.domain.accounts.username import Username
from novacart.domain.shared.errors import InvalidValue
from novacart.domain.shared.events import AggregateRoot
from novacart.domain.shared.ids import UserId

MAX_NAME = 150


class User(AggregateRoot):
    """A customer, or staff; active, or disabled and so unable to sign in.

    `password_generation` counts the passwords that the user has had: what was issued under
    an earlier one is no longer good.
    """

    __slots__ = (
        "created_at",
        "email",
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
        user = cls(
            id=id,
            username=username,
            email=email,
            password_hash=password_hash,
            first_name=_name("first_name", first_name),
            last_name=_name("last_name", last_name),
            role=role,
            is_active=True,
            created_at=at,
            password_changed_at=at,
            password_generation=1,
        )
        user._record(UserRegistered(user_id=id, role=role.value, occurred_at=at))
        return user

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
        """Change what is given. Raises `InvalidValue` naming the field, and changes nothing."""
        new_username = (
            self.username if username is None else Username.parse(username, email=self.email)
        )
        new_first = self.first_name if first_name is None else _name("first_name", first_name)
        new_last = self.last_name if last_name is None else _name("last_name", last_name)
        if (new_username, new_first, new_last) == (self.username, self.first_name, self.last_name):
            return
        self.username, self.first_name, self.last_name = new_username, new_first, new_last
        self._record(ProfileChanged(user_id=self.id, occurred_at=at))

    def change_password(self, password_hash: str, *, at: datetime) -> None:
        """A new password, already held against the policy: all that the old one opened closes."""
        self.password_hash = password_hash
        self.password_changed_at = at
        self.password_generation += 1
        self._record(PasswordChanged(user_id=self.id, occurred_at=at))

    def strengthen_hash(self, password_hash: str) -> None:
        """The same password, hashed with today's parameters."""
        self.password_hash = password_hash

    def disable(self, *, at: datetime) -> None:
        if self.is_active:
            self.is_active = False
            self._record(UserDisabled(user_id=self.id, occurred_at=at))

    def enable(self, *, at: datetime) -> None:
        if not self.is_active:
            self.is_active = True
            self._record(UserEnabled(user_id=self.id, occurred_at=at))

    def grant_role(self, role: Role, *, at: datetime) -> None:
        if role is not self.role:
            self.role = role
            self._record(RoleGranted(user_id=self.id, role=role.value, occurred_at=at))


def _name(field: str, text: str) -> str:
    name = text.strip()
    if len(name) > MAX_NAME:
        raise InvalidValue(field, f"A name has at most {MAX_NAME} characters.")
    if not all(character.isprintable() for character in name):
        raise InvalidValue(field, "A name has no control characters.")
    return name
