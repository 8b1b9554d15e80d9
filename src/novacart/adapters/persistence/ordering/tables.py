"""Tables of orders, their lines and their history."""

from enum import StrEnum

from sqlalchemy import (
    CHAR,
    JSON,
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from novacart.adapters.persistence.metadata import UtcDateTime, metadata
from novacart.domain.ordering.history import ChangeSubject
from novacart.domain.ordering.lifecycle import (
    LineStatus,
    OrderPaymentStatus,
    OrderStatus,
    PaymentMethod,
)


def _one_of(column: str, enum: type[StrEnum]) -> CheckConstraint:
    values = ", ".join(f"'{member}'" for member in enum)
    return CheckConstraint(f"{column} IN ({values})", name=column)


orders = Table(
    "orders",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("number", String(20), nullable=False),
    Column("user_id", BigInteger, ForeignKey("users.id"), nullable=False),
    Column("email", String(254), nullable=False),
    Column("status", String(12), nullable=False),
    Column("payment_method", String(6), nullable=False),
    Column("payment_status", String(20), nullable=False),
    Column("total_minor", BigInteger, nullable=False),
    Column("currency", CHAR(3), nullable=False),
    Column("address", JSON(none_as_null=True)),
    Column("placed_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime),
    Column("estimated_delivery", Date, nullable=False),
    Column("paid_at", UtcDateTime),
    Column("shipped_at", UtcDateTime),
    Column("delivered_at", UtcDateTime),
    Column("returned_at", UtcDateTime),
    # What was refunded of a payment that arrived after the cancellation.
    Column("late_refunded_minor", BigInteger, nullable=False, server_default="0"),
    Column("carrier", String(100)),
    Column("tracking_number", String(100)),
    # NULL for an order of a user; see `Order.link_generation`.
    Column("link_generation", Integer),
    Column("version", Integer, nullable=False),
    UniqueConstraint("number"),
    _one_of("status", OrderStatus),
    _one_of("payment_method", PaymentMethod),
    _one_of("payment_status", OrderPaymentStatus),
    CheckConstraint("total_minor >= 0", name="total"),
    CheckConstraint("payment_method <> 'COD' OR address IS NOT NULL", name="cod_address"),
    CheckConstraint("(payment_method = 'COD') = (expires_at IS NULL)", name="online_expiry"),
    CheckConstraint(
        "payment_method = 'COD' OR paid_at IS NOT NULL OR status IN ('PENDING', 'CANCELLED')",
        name="paid_before_it_moves",
    ),
    CheckConstraint(
        "(shipped_at IS NULL) = (carrier IS NULL)"
        " AND (shipped_at IS NULL) = (tracking_number IS NULL)"
        " AND (shipped_at IS NOT NULL OR status NOT IN ('SHIPPED', 'DELIVERED'))",
        name="shipment",
    ),
    Index("ix_orders_user_id_status", "user_id", "status"),
    Index("ix_orders_user_id_placed_at_id", "user_id", "placed_at", "id"),
    Index(
        "ix_orders_unpaid",
        "expires_at",
        "id",
        sqlite_where=text("status = 'PENDING'"),
        postgresql_where=text("status = 'PENDING'"),
    ),
)

order_lines = Table(
    "order_lines",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("order_id", BigInteger, ForeignKey("orders.id"), nullable=False),
    Column("variant_id", BigInteger, ForeignKey("variants.id"), nullable=False, index=True),
    Column("sku", String(64)),
    # The texts of the variant's option values on one line.
    Column("options", Text, nullable=False, server_default=""),
    Column("title", String(200), nullable=False),
    Column("subtitle", String(200), nullable=False),
    # The terms of title and subtitle, so that search works the same in both databases.
    Column("search_text", Text, nullable=False),
    Column("image", Text),
    Column("unit_price_minor", BigInteger, nullable=False),
    Column("quantity", Integer, nullable=False),
    Column("status", String(20), nullable=False),
    Column("cancelled_at", UtcDateTime),
    Column("refund_requested_quantity", Integer, nullable=False),
    Column("refund_requested_minor", BigInteger, nullable=False),
    Column("refunded_quantity", Integer, nullable=False),
    Column("refunded_minor", BigInteger, nullable=False),
    Column("shipped_quantity", Integer, nullable=False, server_default="0"),
    Column("returned_quantity", Integer, nullable=False, server_default="0"),
    UniqueConstraint("order_id", "variant_id"),
    _one_of("status", LineStatus),
    CheckConstraint("quantity >= 1", name="quantity"),
    CheckConstraint("unit_price_minor >= 0", name="unit_price"),
    CheckConstraint("(status = 'CANCELLED') = (cancelled_at IS NOT NULL)", name="cancelled_at"),
    CheckConstraint(
        "refund_requested_quantity >= 0 AND refunded_quantity >= 0"
        " AND refund_requested_quantity + refunded_quantity <= quantity",
        name="refund_quantity",
    ),
    CheckConstraint(
        "returned_quantity >= 0 AND returned_quantity <= shipped_quantity"
        " AND shipped_quantity <= quantity",
        name="returned_quantity",
    ),
    CheckConstraint(
        "refund_requested_minor >= 0 AND refunded_minor >= 0"
        " AND refund_requested_minor + refunded_minor <= unit_price_minor * quantity",
        name="refund_amount",
    ),
)

CANCELLATION = text("subject = 'order' AND to_status = 'CANCELLED'")
"""The condition on `order_history` of an index; a query must contain it literally."""

order_history = Table(
    "order_history",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("order_id", BigInteger, ForeignKey("orders.id"), nullable=False, index=True),
    Column("line_id", BigInteger, ForeignKey("order_lines.id")),
    Column("subject", String(8), nullable=False),
    Column("from_status", String(20), nullable=False),
    Column("to_status", String(20), nullable=False),
    Column("occurred_at", UtcDateTime, nullable=False),
    Column("actor", String(80), nullable=False),
    Column("reason", Text, nullable=False),
    _one_of("subject", ChangeSubject),
    CheckConstraint("(subject = 'line') = (line_id IS NOT NULL)", name="line_id"),
    CheckConstraint("from_status <> to_status", name="change"),
    Index(
        "ix_order_history_cancelled",
        "actor",
        "occurred_at",
        sqlite_where=CANCELLATION,
        postgresql_where=CANCELLATION,
    ),
)
