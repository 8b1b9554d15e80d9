"""Read models of accounts and the ports that return them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from novacart.domain.accounts.address import Address
from novacart.domain.accounts.email_address import EmailAddress
from novacart.domain.accounts.role import Role
from novacart.domain.accounts.user import User
from novacart.domain.accounts.username import Username
from novacart.domain.shared.ids import AddressId, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A user's own account.

    Only the profile of a session has `mfa_enabled` and `authenticated_at`, the last time that the
    user entered a password or code.
    """

    id: UserId
    username: str
    email: str
    first_name: str
    last_name: str
    role: Role
    is_staff: bool
    email_verified: bool = False
    mfa_enabled: bool = False
    authenticated_at: datetime | None = None

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
            email_verified=user.is_email_verified,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredCredentials:
    """The password hash of a user and what a sign-in needs besides.

    `known_network` is whether the user has signed in from the network of the client.
    """

    user_id: UserId
    password_hash: str
    password_generation: int
    is_active: bool
    known_network: bool = False
    is_staff: bool = False
    mfa_enabled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ResetTokenOwner:
    """The user that a valid token of a mailed link was issued to."""

    username: str
    email: str
    is_staff: bool = False
    mfa_enabled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MfaStatus:
    """The second factor of a user; `recovery_codes` is the number of unused ones."""

    is_enabled: bool = False
    recovery_codes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRow:
    """A session that can be refreshed; `last_used_at` is its last sign-in or refresh."""

    id: int
    opened_at: datetime
    last_used_at: datetime
    user_agent: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenNames:
    """`similar` is whether a user has a username that looks like the given one."""

    username: bool
    similar: bool
    email: bool


class AccountQueries(Protocol):
    def names_taken(self, username: Username, email: EmailAddress) -> TakenNames:
        """Which of the names other users have."""
        ...

    def credentials(
        self, login_key: str, *, network: str, used_since: datetime
    ) -> StoredCredentials | None:
        """The credentials of the user with this email address, else with this username.

        The network is known if the user has signed in from it since `used_since`.
        """
        ...

    def session_user(
        self, *, user_id: UserId, family_id: int, password_generation: int
    ) -> Profile | None:
        """The user of a session that has not ended.

        None if the user is disabled, the token family is revoked or the password has changed.
        """
        ...

    def is_refresh_token_valid(
        self, *, family_id: int, token_id: str, at: datetime, rotated_since: datetime
    ) -> bool:
        """Whether a refresh token is unexpired, and unused or first used at `rotated_since`."""
        ...

    def reset_token_owner(self, token_hash: str, *, at: datetime) -> ResetTokenOwner | None:
        """The user of a reset token that can be used at `at`."""
        ...

    def mfa_status(self, user_id: UserId) -> MfaStatus: ...

    def list_sessions(self, user_id: UserId, *, at: datetime) -> Sequence[SessionRow]:
        """The user's sessions that have not ended, the last used first."""
        ...


class GuestQueries(Protocol):
    def is_guest_active(self, guest_id: UserId, *, at: datetime) -> bool:
        """Whether the guest's session has neither expired nor been merged into a user."""
        ...


class AddressQueries(Protocol):
    def list_addresses(self, user_id: UserId) -> Sequence[Address]:
        """The user's addresses, oldest first."""
        ...

    def get_address(self, user_id: UserId, address_id: AddressId) -> Address:
        """Raises `AddressNotFound`, also for another user's address."""
        ...
