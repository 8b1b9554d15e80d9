"""Tables of the audit log, sales figures and check results; indexes of the back office's lists."""

from typing import Final

from sqlalchemy import (
    CHAR,
    DDL,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    event,
    text,
)

from novacart.adapters.persistence.accounts.tables import users
from novacart.adapters.persistence.catalog.tables import products, stock_levels
from novacart.adapters.persistence.metadata import UtcDateTime, metadata
from novacart.adapters.persistence.ordering.tables import orders
from novacart.adapters.persistence.outbox.tables import outbox_messages
from novacart.adapters.persistence.payments.tables import payments, refunds, webhook_events

_ID = BigInteger().with_variant(Integer, "sqlite")

_CREATE_GUARD: Final[dict[str, tuple[str, ...]]] = {
    "sqlite": (
        """CREATE TRIGGER audit_entries_keep_rows BEFORE UPDATE ON audit_entries
            BEGIN SELECT RAISE(ABORT, 'audit entries are only ever added'); END""",
        """CREATE TRIGGER audit_entries_lose_none BEFORE DELETE ON audit_entries
            BEGIN SELECT RAISE(ABORT, 'audit entries are only ever added'); END""",
    ),
    "postgresql": (
        """CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN RAISE EXCEPTION 'audit entries are only ever added'; END $$""",
        """CREATE TRIGGER audit_entries_keep_rows BEFORE UPDATE OR DELETE OR TRUNCATE
            ON audit_entries FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change()""",
    ),
}
_DROP_GUARD: Final[dict[str, tuple[str, ...]]] = {
    "sqlite": (),
    "postgresql": ("DROP FUNCTION IF EXISTS refuse_audit_change() CASCADE",),
}


def _attach_triggers(audit_entries: Table) -> None:
    """Create and drop the append-only triggers together with the table."""
    for dialect, statements in _CREATE_GUARD.items():
        for statement in statements:
            event.listen(audit_entries, "after_create", _ddl(statement).execute_if(dialect=dialect))
    for dialect, statements in _DROP_GUARD.items():
        for statement in statements:
            event.listen(audit_entries, "before_drop", _ddl(statement).execute_if(dialect=dialect))


def _ddl(statement: str) -> DDL:
    return DDL(statement)  # type: ignore[no-untyped-call]


audit_entries = Table(
    "audit_entries",
    metadata,
    # Position in the chain: 1, 2, 3, without gaps.
    Column("id", _ID, primary_key=True, autoincrement=False),
    Column("message_id", BigInteger, nullable=False),
    Column("action", String(80), nullable=False),
    Column("version", SmallInteger, nullable=False),
    Column("subject", String(80), nullable=False),
    Column("actor", String(80), nullable=False),
    Column("request_id", String(128)),
    Column("occurred_at", UtcDateTime, nullable=False),
    Column("payload", Text, nullable=False),
    Column("previous_hash", CHAR(64), nullable=False),
    Column("hash", CHAR(64), nullable=False),
    UniqueConstraint("message_id", name="uq_audit_entries_message_id"),
    CheckConstraint("id >= 1", name="place"),
    Index("ix_audit_entries_action_id", "action", "id"),
    Index("ix_audit_entries_actor_id", "actor", "id"),
    Index("ix_audit_entries_subject_id", "subject", "id"),
    Index("ix_audit_entries_request_id", "request_id"),
)
_attach_triggers(audit_entries)

# The end of the chain, one row. Writers lock it to append one at a time.
audit_head = Table(
    "audit_head",
    metadata,
    Column("id", SmallInteger, primary_key=True, autoincrement=False),
    Column("length", BigInteger, nullable=False),
    Column("hash", CHAR(64), nullable=False),
    CheckConstraint("id = 1", name="only_one"),
)

# Figures of past days in the named time zone; amounts in minor units.
sales_days = Table(
    "sales_days",
    metadata,
    Column("day", Date, primary_key=True),
    Column("placed", Integer, nullable=False),
    Column("confirmed", Integer, nullable=False),
    Column("paid", Integer, nullable=False),
    Column("revenue_minor", BigInteger, nullable=False),
    Column("refunded_minor", BigInteger, nullable=False),
    Column("counted_at", UtcDateTime, nullable=False),
    Column("timezone", String(64), nullable=False, server_default="UTC"),
    # Withdrawn for disputes, less what was returned.
    Column("disputed_minor", BigInteger, nullable=False, server_default="0"),
    CheckConstraint("placed >= 0 AND confirmed >= 0 AND paid >= 0", name="counts"),
)

# Units and revenue of each product by day.
sales_day_products = Table(
    "sales_day_products",
    metadata,
    Column("day", Date, primary_key=True),
    Column("product_id", BigInteger, ForeignKey("products.id"), primary_key=True),
    Column("units", BigInteger, nullable=False),
    Column("revenue_minor", BigInteger, nullable=False),
    Index("ix_sales_day_products_day_sum", "day", "product_id", "units", "revenue_minor"),
    Index("ix_sales_day_products_day_units", "day", "units"),
    CheckConstraint("units >= 0", name="units"),
)

# The sum of the stored days of each month; `month` is its first day.
sales_month_products = Table(
    "sales_month_products",
    metadata,
    Column("month", Date, primary_key=True),
    Column("product_id", BigInteger, ForeignKey("products.id"), primary_key=True),
    Column("units", BigInteger, nullable=False),
    Column("revenue_minor", BigInteger, nullable=False),
    Index("ix_sales_month_products_month_units", "month", "units"),
    CheckConstraint("units >= 0", name="units"),
)

# Latest result of each system check, and when it last passed.
check_results = Table(
    "check_results",
    metadata,
    Column("name", String(80), primary_key=True),
    Column("ok", Boolean, nullable=False),
    Column("summary", Text, nullable=False),
    Column("checked_at", UtcDateTime, nullable=False),
    Column("passed_at", UtcDateTime),
)

# Each list of the back office reads an index in its sort order, also when filtered by status.
Index("ix_orders_placed_at_id", orders.c.placed_at, orders.c.id)
Index("ix_orders_status_placed_at_id", orders.c.status, orders.c.placed_at, orders.c.id)
Index(
    "ix_orders_payment_status_placed_at_id",
    orders.c.payment_status,
    orders.c.placed_at,
    orders.c.id,
)
Index("ix_orders_total_minor_id", orders.c.total_minor, orders.c.id)
Index("ix_orders_status_total_minor_id", orders.c.status, orders.c.total_minor, orders.c.id)
Index("ix_orders_email_placed_at_id", orders.c.email, orders.c.placed_at, orders.c.id)
Index("ix_orders_paid_at_total_minor", orders.c.paid_at, orders.c.total_minor)
Index("ix_users_created_at_id", users.c.created_at, users.c.id)
Index("ix_users_role_created_at_id", users.c.role, users.c.created_at, users.c.id)
Index("ix_products_title_id", products.c.title, products.c.id)
Index("ix_products_updated_at_id", products.c.updated_at, products.c.id)
Index("ix_stock_levels_available", text("(on_hand - reserved)"), _table=stock_levels)
Index("ix_outbox_messages_state_id", outbox_messages.c.state, outbox_messages.c.id)
Index("ix_payments_created_at_id", payments.c.created_at, payments.c.id)
Index("ix_payments_status_created_at_id", payments.c.status, payments.c.created_at, payments.c.id)
Index("ix_refunds_requested_at_id", refunds.c.requested_at, refunds.c.id)
Index("ix_refunds_status_requested_at_id", refunds.c.status, refunds.c.requested_at, refunds.c.id)
Index("ix_refunds_settled_at_amount_minor", refunds.c.settled_at, refunds.c.amount_minor)
Index("ix_webhook_events_received_at_id", webhook_events.c.received_at, webhook_events.c.id)
Index(
    "ix_webhook_events_state_received_at_id",
    webhook_events.c.state,
    webhook_events.c.received_at,
    webhook_events.c.id,
)
