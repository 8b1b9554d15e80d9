"""Tables of users, tokens, second factors, mailed links and addresses."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    UniqueConstraint,
    text,
)

from novacart.adapters.persistence.metadata import UtcDateTime, metadata

users = Table(
    "users",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    # `REGISTERED`, or `GUEST`: a guest has no username, email address and password.
    Column("kind", String(16), nullable=False, server_default="REGISTERED"),
    Column("username", String(150)),
    Column("username_key", String(450)),
    # SHA-256 of the skeleton, which can be too long for an index. NULL for users who registered
    # before it was unique, with a name that looks like that of another user.
    Column("username_skeleton", String(64)),
    Column("email", String(254)),
    Column("email_key", String(254)),
    Column("password_hash", String(255)),
    Column("first_name", String(150), nullable=False),
    Column("last_name", String(150), nullable=False),
    Column("role", String(16), nullable=False),
    Column("is_active", Boolean, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("password_changed_at", UtcDateTime, nullable=False),
    Column("password_generation", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("email_verified_at", UtcDateTime),
    Column("guest_expires_at", UtcDateTime),
    Column("merged_into_id", BigInteger),
    UniqueConstraint("username_key", name="uq_users_username_key"),
    UniqueConstraint("email_key", name="uq_users_email_key"),
    Index("uq_users_username_skeleton", "username_skeleton", unique=True),
    CheckConstraint("role IN ('customer', 'support', 'catalog', 'manager', 'owner')", name="role"),
    CheckConstraint("password_generation >= 1", name="password_generation"),
    CheckConstraint(
        "(kind = 'REGISTERED' AND username IS NOT NULL AND username_key IS NOT NULL"
        " AND email IS NOT NULL AND email_key IS NOT NULL AND password_hash IS NOT NULL"
        " AND guest_expires_at IS NULL AND merged_into_id IS NULL)"
        " OR (kind = 'GUEST' AND username IS NULL AND username_key IS NULL"
        " AND email IS NULL AND email_key IS NULL AND password_hash IS NULL"
        " AND guest_expires_at IS NOT NULL AND role = 'customer')",
        name="kind",
    ),
)

Index(
    "ix_users_guest_expires_at",
    users.c.guest_expires_at,
    sqlite_where=users.c.kind == "GUEST",
    postgresql_where=users.c.kind == "GUEST",
)

token_families = Table(
    "token_families",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column(
        "user_id",
        BigInteger,
        ForeignKey("users.id", ondelete="CASCADE"),
        nullable=False,
        index=True,
    ),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("revoked_at", UtcDateTime),
    Column("version", Integer, nullable=False),
    # NULL in rows of releases without it: then the user authenticated at `opened_at`.
    Column("authenticated_at", UtcDateTime),
    Column("user_agent", String(255)),
)

refresh_tokens = Table(
    "refresh_tokens",
    metadata,
    Column("id", String(64), primary_key=True),
    Column(
        "family_id",
        BigInteger,
        ForeignKey("token_families.id", ondelete="CASCADE"),
        nullable=False,
        index=True,
    ),
    Column("issued_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False, index=True),
    Column("rotated_at", UtcDateTime),
    CheckConstraint("expires_at > issued_at", name="lifetime"),
)

known_networks = Table(
    "known_networks",
    metadata,
    Column("user_id", BigInteger, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    Column("network", String(64), primary_key=True),
    Column("used_at", UtcDateTime, nullable=False, index=True),
)

password_resets = Table(
    "password_resets",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("email_key", String(254), nullable=False),
    Column("requested_at", UtcDateTime, nullable=False, index=True),
    Column("user_id", BigInteger, ForeignKey("users.id", ondelete="CASCADE"), index=True),
    Column("token_hash", String(64)),
    Column("password_generation", Integer),
    Column("expires_at", UtcDateTime),
    Column("used_at", UtcDateTime),
    Column("version", Integer, nullable=False),
    UniqueConstraint("token_hash", name="uq_password_resets_token_hash"),
    CheckConstraint(
        "(user_id IS NULL) = (token_hash IS NULL) AND (user_id IS NULL) = (expires_at IS NULL)"
        " AND (user_id IS NULL) = (password_generation IS NULL)",
        name="issued_whole",
    ),
    CheckConstraint("used_at IS NULL OR expires_at IS NOT NULL", name="issued_before_used"),
    Index("ix_password_resets_email_key_requested_at", "email_key", "requested_at"),
)

account_links = Table(
    "account_links",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("user_id", BigInteger, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("purpose", String(32), nullable=False),
    Column("token_hash", String(64), nullable=False),
    Column("email_key", String(254), nullable=False),
    Column("password_generation", Integer, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False, index=True),
    Column("used_at", UtcDateTime),
    Column("version", Integer, nullable=False),
    UniqueConstraint("token_hash", name="uq_account_links_token_hash"),
    CheckConstraint("purpose IN ('invitation', 'email_verification')", name="purpose"),
    Index("ix_account_links_user_id_created_at", "user_id", "created_at"),
)

mfa_enrolments = Table(
    "mfa_enrolments",
    metadata,
    Column(
        "user_id",
        BigInteger,
        ForeignKey("users.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("encrypted_secret", String(255), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("enabled_at", UtcDateTime),
    Column("last_step", BigInteger, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("failed_at", UtcDateTime),
    Column("version", Integer, nullable=False),
)

mfa_recovery_codes = Table(
    "mfa_recovery_codes",
    metadata,
    Column(
        "user_id",
        BigInteger,
        ForeignKey("mfa_enrolments.user_id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("code_hash", String(64), primary_key=True),
)

addresses = Table(
    "addresses",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column(
        "user_id",
        BigInteger,
        ForeignKey("users.id", ondelete="CASCADE"),
        nullable=False,
        index=True,
    ),
    Column("name", String(100), nullable=False),
    Column("mobile", String(13), nullable=False),
    Column("pincode", String(6), nullable=False),
    Column("state", String(100), nullable=False),
    Column("district", String(100), nullable=False),
    Column("town", String(100), nullable=False),
    Column("house_number", String(100), nullable=False),
    Column("address", String(500), nullable=False),
    Column("address_type", String(6), nullable=False),
    Column("is_default", Boolean, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    CheckConstraint("address_type IN ('HOME', 'OFFICE')", name="address_type"),
    CheckConstraint("length(pincode) = 6", name="pincode"),
    CheckConstraint("length(mobile) IN (10, 12, 13)", name="mobile"),
    Index(
        "uq_addresses_one_default",
        "user_id",
        unique=True,
        sqlite_where=text("is_default"),
        postgresql_where=text("is_default"),
    ),
)
