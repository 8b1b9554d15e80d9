"""Events of accounts."""

from dataclasses import dataclass

from novacart.domain.shared.events import DomainEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class UserRegistered(DomainEvent):
    name = "accounts.user_registered"

    user_id: int
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileChanged(DomainEvent):
    name = "accounts.profile_changed"

    user_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordChanged(DomainEvent):
    name = "accounts.password_changed"

    user_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordResetRequested(DomainEvent):
    """A reset link was requested for an email address, which may belong to no user."""

    name = "accounts.password_reset_requested"

    reset_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UserDisabled(DomainEvent):
    name = "accounts.user_disabled"

    user_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UserEnabled(DomainEvent):
    name = "accounts.user_enabled"

    user_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleGranted(DomainEvent):
    name = "accounts.role_granted"

    user_id: int
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshTokenReused(DomainEvent):
    """A refresh token was used again after its leeway, and its family was revoked."""

    name = "accounts.refresh_token_reused"

    user_id: int
    family_id: int
