"""Tables of carts. A cart has at most one line for each variant."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Integer,
    Table,
    UniqueConstraint,
)

from novacart.adapters.persistence.metadata import UtcDateTime, metadata

# A cart has a row here only after a one-step checkout created an order from it.
carts = Table(
    "carts",
    metadata,
    Column(
        "user_id",
        BigInteger,
        ForeignKey("users.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("checkout_order_id", BigInteger, ForeignKey("orders.id"), index=True),
)

cart_lines = Table(
    "cart_lines",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("user_id", BigInteger, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("variant_id", BigInteger, ForeignKey("variants.id"), nullable=False, index=True),
    Column("quantity", Integer, nullable=False),
    Column("added_at", UtcDateTime, nullable=False),
    UniqueConstraint("user_id", "variant_id"),
    CheckConstraint("quantity >= 1", name="quantity"),
)
