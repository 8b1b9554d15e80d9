"""Tables of payments, refunds, disputes, webhook events and the sandbox ledger."""

from sqlalchemy import (
    CHAR,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)

from novacart.adapters.persistence.metadata import UtcDateTime, metadata

_NOT_CANCELLED = text("status <> 'CANCELLED'")
_TO_CHECK = text("check_at IS NOT NULL")
_PENDING = text("state = 'pending'")

payments = Table(
    "payments",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("order_id", BigInteger, ForeignKey("orders.id"), nullable=False),
    Column("order_number", String(20), nullable=False),
    Column("user_id", BigInteger, nullable=False),
    Column("amount_minor", BigInteger, nullable=False),
    Column("currency", CHAR(3), nullable=False),
    Column("status", String(20), nullable=False),
    Column("captured_minor", BigInteger, nullable=False),
    # The sum of the refunds that the provider has made or is making, stored so that a CHECK can
    # limit it.
    Column("refunded_minor", BigInteger, nullable=False),
    Column("reference", String(255)),
    Column("client_secret", String(255)),
    Column("open_key", String(80), nullable=False),
    Column("cancel_key", String(80)),
    Column("failure", Text),
    Column("created_at", UtcDateTime, nullable=False),
    Column("reported_at", UtcDateTime),
    Column("settled_at", UtcDateTime),
    Column("check_at", UtcDateTime),
    Column("declines", Integer, nullable=False, server_default="0"),
    Column("last_attempt", String(255)),
    Column("version", Integer, nullable=False),
    UniqueConstraint("reference", name="uq_payments_reference"),
    CheckConstraint("amount_minor > 0", name="amount"),
    CheckConstraint("refunded_minor >= 0", name="refunded"),
    CheckConstraint("refunded_minor <= captured_minor", name="refunded_at_most_captured"),
    CheckConstraint(
        "captured_minor = CASE WHEN status = 'SUCCEEDED' THEN amount_minor ELSE 0 END",
        name="captured",
    ),
    CheckConstraint(
        "status IN ('CREATED', 'REQUIRES_ACTION', 'PROCESSING', 'FAILED', 'SUCCEEDED',"
        " 'CANCELLED')",
        name="status",
    ),
    Index(
        "uq_payments_one_for_an_order",
        "order_id",
        unique=True,
        sqlite_where=_NOT_CANCELLED,
        postgresql_where=_NOT_CANCELLED,
    ),
    Index("ix_payments_order_id", "order_id"),
    Index("ix_payments_user_id_created_at", "user_id", "created_at"),
    Index("ix_payments_check_at", "check_at", sqlite_where=_TO_CHECK, postgresql_where=_TO_CHECK),
)

refunds = Table(
    "refunds",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("payment_id", BigInteger, ForeignKey("payments.id"), nullable=False, index=True),
    Column("key", String(300), nullable=False),
    Column("amount_minor", BigInteger, nullable=False),
    Column("currency", CHAR(3), nullable=False),
    Column("origin", String(20), nullable=False),
    Column("reason", Text, nullable=False),
    Column("status", String(10), nullable=False),
    Column("reference", String(255)),
    Column("failure", Text),
    Column("requested_at", UtcDateTime, nullable=False),
    Column("settled_at", UtcDateTime),
    Column("returned", Boolean, nullable=False, server_default=false()),
    Column("resolution", String(20)),
    Column("resolution_note", Text, nullable=False, server_default=""),
    Column("resolved_at", UtcDateTime),
    Column("requested_by", BigInteger),
    Index("ix_refunds_requested_by_requested_at", "requested_by", "requested_at"),
    UniqueConstraint("key", name="uq_refunds_key"),
    UniqueConstraint("reference", name="uq_refunds_reference"),
    CheckConstraint("amount_minor > 0", name="amount"),
    CheckConstraint(
        "origin IN ('CUSTOMER', 'STAFF', 'LINE_CANCELLED', 'LATE_MONEY', 'PROVIDER')",
        name="origin",
    ),
    CheckConstraint(
        "status IN ('REQUESTED', 'PENDING', 'SUCCEEDED', 'FAILED', 'CANCELLED')", name="status"
    ),
)

refund_parts = Table(
    "refund_parts",
    metadata,
    Column("refund_id", BigInteger, ForeignKey("refunds.id"), primary_key=True),
    Column("line_id", BigInteger, primary_key=True),
    Column("quantity", Integer, nullable=False),
    Column("amount_minor", BigInteger, nullable=False),
    CheckConstraint("quantity >= 0", name="quantity"),
    CheckConstraint("amount_minor >= 0", name="amount"),
)

disputes = Table(
    "disputes",
    metadata,
    Column("reference", String(255), primary_key=True),
    Column("payment_id", BigInteger, ForeignKey("payments.id"), nullable=False, index=True),
    Column("amount_minor", BigInteger, nullable=False),
    Column("currency", CHAR(3), nullable=False),
    Column("status", String(20), nullable=False),
    Column("withdrawn", Boolean, nullable=False),
    Column("reinstated", Boolean, nullable=False),
    Column("due_by", UtcDateTime),
    Column("withdrawn_at", UtcDateTime, index=True),
    Column("reinstated_at", UtcDateTime, index=True),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("closed_at", UtcDateTime),
    CheckConstraint(
        "status IN ('NEEDS_RESPONSE', 'UNDER_REVIEW', 'WON', 'LOST', 'CLOSED')", name="status"
    ),
    Index("ix_disputes_status_due_by", "status", "due_by"),
)

webhook_events = Table(
    "webhook_events",
    metadata,
    Column("id", String(255), primary_key=True),
    Column("type", String(100), nullable=False),
    Column("payload", Text, nullable=False),
    Column("received_at", UtcDateTime, nullable=False),
    Column("next_attempt_at", UtcDateTime, nullable=False),
    Column("state", String(12), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("note", Text),
    Column("settled_at", UtcDateTime),
    Column("reference", String(255)),
    CheckConstraint("state IN ('pending', 'handled', 'quarantined', 'parked')", name="state"),
    CheckConstraint("(state = 'pending') = (settled_at IS NULL)", name="settled"),
    CheckConstraint("attempts >= 0", name="attempts"),
    Index("ix_webhook_events_reference", "reference"),
    Index(
        "ix_webhook_events_due",
        "next_attempt_at",
        sqlite_where=_PENDING,
        postgresql_where=_PENDING,
    ),
)

# -- the ledger of the sandbox provider --------------------------------------------------------

sandbox_payments = Table(
    "sandbox_payments",
    metadata,
    Column("reference", String(64), primary_key=True),
    Column("key", String(300), nullable=False),
    Column("payment_id", BigInteger, nullable=False),
    Column("order_number", String(20), nullable=False),
    Column("amount_minor", BigInteger, nullable=False),
    Column("captured_minor", BigInteger, nullable=False),
    Column("currency", CHAR(3), nullable=False),
    Column("status", String(20), nullable=False),
    Column("opened_at", UtcDateTime, nullable=False, index=True),
    UniqueConstraint("key", name="uq_sandbox_payments_key"),
    CheckConstraint("status IN ('CREATED', 'FAILED', 'SUCCEEDED', 'CANCELLED')", name="status"),
    CheckConstraint(
        "captured_minor = CASE WHEN status = 'SUCCEEDED' THEN amount_minor ELSE 0 END",
        name="captured",
    ),
)

sandbox_refunds = Table(
    "sandbox_refunds",
    metadata,
    Column("reference", String(64), primary_key=True),
    Column(
        "payment", String(64), ForeignKey("sandbox_payments.reference"), nullable=False, index=True
    ),
    Column("key", String(300), nullable=False),
    Column("refund_id", BigInteger, nullable=False),
    Column("amount_minor", BigInteger, nullable=False),
    Column("made_at", UtcDateTime, nullable=False, index=True),
    UniqueConstraint("key", name="uq_sandbox_refunds_key"),
    CheckConstraint("amount_minor > 0", name="amount"),
)

sandbox_disputes = Table(
    "sandbox_disputes",
    metadata,
    Column("reference", String(64), primary_key=True),
    Column(
        "payment", String(64), ForeignKey("sandbox_payments.reference"), nullable=False, index=True
    ),
    Column("amount_minor", BigInteger, nullable=False),
    Column("status", String(20), nullable=False),
    Column("due_by", UtcDateTime, nullable=False),
    Column("opened_at", UtcDateTime, nullable=False, index=True),
    CheckConstraint("amount_minor > 0", name="amount"),
    CheckConstraint("status IN ('NEEDS_RESPONSE', 'UNDER_REVIEW', 'WON', 'LOST')", name="status"),
)
