"""Events of accounts."""

from dataclasses import dataclass
from typing import ClassVar

from novacart.domain.shared.events import DomainEvent, SecurityEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class UserRegistered(SecurityEvent):
    name: ClassVar[str] = "accounts.user_registered"

    user_id: int
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileChanged(DomainEvent):
    name: ClassVar[str] = "accounts.profile_changed"

    user_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordChanged(SecurityEvent):
    name: ClassVar[str] = "accounts.password_changed"

    user_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordResetRequested(SecurityEvent):
    """A reset link was requested for an email address, which may belong to no user."""

    name: ClassVar[str] = "accounts.password_reset_requested"

    reset_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UserDisabled(SecurityEvent):
    name: ClassVar[str] = "accounts.user_disabled"

    user_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UserEnabled(SecurityEvent):
    name: ClassVar[str] = "accounts.user_enabled"

    user_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleGranted(SecurityEvent):
    name: ClassVar[str] = "accounts.role_granted"

    user_id: int
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffInvited(SecurityEvent):
    """A staff member was invited to choose a password at `page_url`."""

    name: ClassVar[str] = "accounts.staff_invited"

    user_id: int
    link_id: int
    role: str
    page_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailVerificationRequested(DomainEvent):
    name: ClassVar[str] = "accounts.email_verification_requested"

    user_id: int
    link_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailVerified(SecurityEvent):
    name: ClassVar[str] = "accounts.email_verified"

    user_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MfaEnabled(SecurityEvent):
    name: ClassVar[str] = "accounts.mfa_enabled"

    user_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MfaDisabled(SecurityEvent):
    name: ClassVar[str] = "accounts.mfa_disabled"

    user_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MfaCodeRejected(SecurityEvent):
    """A wrong or used code was entered after the right password."""

    name: ClassVar[str] = "accounts.mfa_code_rejected"

    user_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryCodesReplaced(SecurityEvent):
    name: ClassVar[str] = "accounts.recovery_codes_replaced"

    user_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryCodeUsed(SecurityEvent):
    """`remaining` is the number of unused recovery codes."""

    name: ClassVar[str] = "accounts.recovery_code_used"

    user_id: int
    remaining: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionsEnded(SecurityEvent):
    """A user ended one or all of their sessions."""

    name: ClassVar[str] = "accounts.sessions_ended"

    user_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshTokenReused(SecurityEvent):
    """A refresh token was used again after its leeway, and its family was revoked."""

    name: ClassVar[str] = "accounts.refresh_token_reused"

    user_id: int
    family_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn(SecurityEvent):
    """A user signed in and started the session of a token family."""

    name: ClassVar[str] = "accounts.signed_in"

    user_id: int
    family_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInFailed(SecurityEvent):
    """`user_id` is None if no account has the name, which is not recorded.

    People type passwords into the field of the name.
    """

    name: ClassVar[str] = "accounts.sign_in_failed"

    user_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInDelayed(SecurityEvent):
    """Further attempts of this client are refused for some seconds after too many failures."""

    name: ClassVar[str] = "accounts.sign_in_delayed"

    user_id: int | None
    seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountUnlocked(SecurityEvent):
    """The delays after failed sign-ins were lifted."""

    name: ClassVar[str] = "accounts.unlocked"

    user_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessDenied(SecurityEvent):
    """A signed-in user was refused for lack of rights. `route` is a template, without ids."""

    name: ClassVar[str] = "accounts.access_denied"

    user_id: int
    method: str
    route: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GuestMerged(DomainEvent):
    """The cart of a guest was merged into that of a user."""

    name: ClassVar[str] = "accounts.guest_merged"

    guest_id: int
    user_id: int
