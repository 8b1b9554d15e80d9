"""Table of wishlist entries."""

from sqlalchemy import BigInteger, Column, ForeignKey, PrimaryKeyConstraint, Table

from novacart.adapters.persistence.metadata import UtcDateTime, metadata

wishlist_entries = Table(
    "wishlist_entries",
    metadata,
    Column("user_id", BigInteger, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("variant_id", BigInteger, ForeignKey("variants.id"), nullable=False, index=True),
    Column("added_at", UtcDateTime, nullable=False),
    PrimaryKeyConstraint("user_id", "variant_id"),
)
