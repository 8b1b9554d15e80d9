"""The whole schema of the first release.

It does not import the tables of the code, which change with later migrations.
"""

# Constraints are long, and are easier to compare on one line.
# ruff: noqa: E501

import sqlalchemy as sa
from alembic import op

revision: str = "0001"
down_revision: str | None = None
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    _create_accounts()
    _create_attempts()
    _create_catalog()
    _create_back_office()
    _create_idempotency()
    _create_identities()
    _create_ordering()
    _create_cart()
    _create_outbox()
    _create_payments()
    _create_schedules()
    _create_wishlist()


def downgrade() -> None:
    op.drop_table("wishlist_entries")
    op.drop_table("schedule_turns")
    op.drop_table("refund_parts")
    op.drop_table("refunds")
    op.drop_table("disputes")
    op.drop_table("payments")
    op.drop_table("sandbox_refunds")
    op.drop_table("webhook_events")
    op.drop_table("sandbox_payments")
    op.drop_table("outbox_messages")
    op.drop_table("carts")
    op.drop_table("cart_lines")
    op.drop_table("order_history")
    op.drop_table("order_lines")
    op.drop_table("orders")
    if op.get_bind().dialect.name == "sqlite":
        op.drop_table("identity_counter")
    else:
        op.execute("DROP SEQUENCE identities")
    op.drop_table("idempotency_keys")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION IF EXISTS refuse_audit_change() CASCADE")
    op.drop_table("sales_month_products")
    op.drop_table("sales_day_products")
    op.drop_table("sales_days")
    op.drop_table("check_results")
    op.drop_table("audit_head")
    op.drop_table("audit_entries")
    op.execute("DROP TABLE IF EXISTS product_search")
    op.drop_table("stock_movements")
    op.drop_table("stock_levels")
    op.drop_table("products")
    op.drop_table("categories")
    op.drop_table("attempts")
    op.drop_table("refresh_tokens")
    op.drop_table("token_families")
    op.drop_table("password_resets")
    op.drop_table("addresses")
    op.drop_table("users")


def _create_accounts() -> None:
    """People, their sign-ins and their addresses."""
    op.create_table(
        "users",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("username", sa.String(length=150), nullable=False),
        sa.Column("username_key", sa.String(length=450), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("email_key", sa.String(length=254), nullable=False),
        sa.Column("password_hash", sa.String(length=255), nullable=False),
        sa.Column("first_name", sa.String(length=150), nullable=False),
        sa.Column("last_name", sa.String(length=150), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("password_changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("password_generation", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "role IN ('customer', 'support', 'catalog', 'manager', 'owner')",
            name=op.f("ck_users_role"),
        ),
        sa.CheckConstraint("password_generation >= 1", name=op.f("ck_users_password_generation")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("email_key", name="uq_users_email_key"),
        sa.UniqueConstraint("username_key", name="uq_users_username_key"),
    )
    op.create_index("ix_users_created_at_id", "users", ["created_at", "id"], unique=False)
    op.create_index(
        "ix_users_role_created_at_id", "users", ["role", "created_at", "id"], unique=False
    )
    op.create_table(
        "addresses",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("mobile", sa.String(length=13), nullable=False),
        sa.Column("pincode", sa.String(length=6), nullable=False),
        sa.Column("state", sa.String(length=100), nullable=False),
        sa.Column("district", sa.String(length=100), nullable=False),
        sa.Column("town", sa.String(length=100), nullable=False),
        sa.Column("house_number", sa.String(length=100), nullable=False),
        sa.Column("address", sa.String(length=500), nullable=False),
        sa.Column("address_type", sa.String(length=6), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "address_type IN ('HOME', 'OFFICE')", name=op.f("ck_addresses_address_type")
        ),
        sa.CheckConstraint("length(mobile) IN (10, 12, 13)", name=op.f("ck_addresses_mobile")),
        sa.CheckConstraint("length(pincode) = 6", name=op.f("ck_addresses_pincode")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_addresses_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_addresses")),
    )
    op.create_index(op.f("ix_addresses_user_id"), "addresses", ["user_id"], unique=False)
    op.create_index(
        "uq_addresses_one_default",
        "addresses",
        ["user_id"],
        unique=True,
        sqlite_where=sa.text("is_default"),
        postgresql_where=sa.text("is_default"),
    )
    op.create_table(
        "password_resets",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("email_key", sa.String(length=254), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("token_hash", sa.String(length=64), nullable=True),
        sa.Column("password_generation", sa.Integer(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(user_id IS NULL) = (token_hash IS NULL) AND (user_id IS NULL) = (expires_at IS NULL) AND (user_id IS NULL) = (password_generation IS NULL)",
            name=op.f("ck_password_resets_issued_whole"),
        ),
        sa.CheckConstraint(
            "used_at IS NULL OR expires_at IS NOT NULL",
            name=op.f("ck_password_resets_issued_before_used"),
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_password_resets_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_password_resets")),
        sa.UniqueConstraint("token_hash", name="uq_password_resets_token_hash"),
    )
    op.create_index(
        "ix_password_resets_email_key_requested_at",
        "password_resets",
        ["email_key", "requested_at"],
        unique=False,
    )
    op.create_index(
        op.f("ix_password_resets_requested_at"), "password_resets", ["requested_at"], unique=False
    )
    op.create_index(
        op.f("ix_password_resets_user_id"), "password_resets", ["user_id"], unique=False
    )
    op.create_table(
        "token_families",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_token_families_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_token_families")),
    )
    op.create_index(op.f("ix_token_families_user_id"), "token_families", ["user_id"], unique=False)
    op.create_table(
        "refresh_tokens",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("family_id", sa.BigInteger(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rotated_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("expires_at > issued_at", name=op.f("ck_refresh_tokens_lifetime")),
        sa.ForeignKeyConstraint(
            ["family_id"],
            ["token_families.id"],
            name=op.f("fk_refresh_tokens_family_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refresh_tokens")),
    )
    op.create_index(
        op.f("ix_refresh_tokens_expires_at"), "refresh_tokens", ["expires_at"], unique=False
    )
    op.create_index(
        op.f("ix_refresh_tokens_family_id"), "refresh_tokens", ["family_id"], unique=False
    )


def _create_attempts() -> None:
    """What was tried lately."""
    op.create_table(
        "attempts",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=128), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("forgotten_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempts")),
    )
    op.create_index("ix_attempts_forgotten_at", "attempts", ["forgotten_at"], unique=False)
    op.create_index("ix_attempts_key", "attempts", ["key", "made_at"], unique=False)


_CATALOG_DDL: dict[str, tuple[str, ...]] = {
    "sqlite": (
        """CREATE VIRTUAL TABLE product_search USING fts5 (
            title, maker, body, prefix = '1 2 3',
            tokenize = "unicode61 remove_diacritics 0 categories 'L* N* M* Co'")""",
    ),
    "postgresql": (
        """CREATE TABLE product_search (
            product_id BIGINT NOT NULL CONSTRAINT pk_product_search PRIMARY KEY
                CONSTRAINT fk_product_search_product_id REFERENCES products (id),
            words TSVECTOR NOT NULL)""",
        """CREATE INDEX ix_product_search_words ON product_search USING gin (words)""",
    ),
}


def _create_catalog() -> None:
    """Categories, products, stock and the words to find them by."""
    op.create_table(
        "categories",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("slug", sa.String(length=100), nullable=False),
        sa.Column("image", sa.Text(), nullable=True),
        sa.Column("mobile_image", sa.Text(), nullable=True),
        sa.Column("mobile_secondary_image", sa.Text(), nullable=True),
        sa.Column("desktop_image", sa.Text(), nullable=True),
        sa.Column("desktop_secondary_image", sa.Text(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("position >= 0", name=op.f("ck_categories_position")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_categories")),
        sa.UniqueConstraint("slug", name="uq_categories_slug"),
    )
    op.create_table(
        "products",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("subtitle", sa.String(length=200), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("price_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.CHAR(length=3), nullable=False),
        sa.Column("author", sa.String(length=200), nullable=True),
        sa.Column("published_year", sa.SmallInteger(), nullable=True),
        sa.Column("brand", sa.String(length=200), nullable=False),
        sa.Column("category_id", sa.BigInteger(), nullable=True),
        sa.Column("image", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("brand <> ''", name=op.f("ck_products_brand")),
        sa.CheckConstraint("title <> ''", name=op.f("ck_products_title")),
        sa.CheckConstraint("price_minor > 0", name=op.f("ck_products_price")),
        sa.CheckConstraint(
            "published_year BETWEEN 1 AND 9999", name=op.f("ck_products_published_year")
        ),
        sa.ForeignKeyConstraint(
            ["category_id"], ["categories.id"], name=op.f("fk_products_category_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_products")),
    )
    op.create_index(
        "ix_products_brand_newest",
        "products",
        ["brand", "created_at", "id"],
        unique=False,
        sqlite_where=sa.text("archived_at IS NULL"),
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_products_brand_price",
        "products",
        ["brand", "price_minor", "id"],
        unique=False,
        sqlite_where=sa.text("archived_at IS NULL"),
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_products_category_brand",
        "products",
        ["category_id", "brand", "price_minor", "id"],
        unique=False,
        sqlite_where=sa.text("archived_at IS NULL"),
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_products_category_newest",
        "products",
        ["category_id", "created_at", "id"],
        unique=False,
        sqlite_where=sa.text("archived_at IS NULL"),
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_products_category_price",
        "products",
        ["category_id", "price_minor", "id"],
        unique=False,
        sqlite_where=sa.text("archived_at IS NULL"),
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_products_newest",
        "products",
        ["created_at", "id"],
        unique=False,
        sqlite_where=sa.text("archived_at IS NULL"),
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_products_price",
        "products",
        ["price_minor", "id"],
        unique=False,
        sqlite_where=sa.text("archived_at IS NULL"),
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index("ix_products_title_id", "products", ["title", "id"], unique=False)
    op.create_index("ix_products_updated_at_id", "products", ["updated_at", "id"], unique=False)
    op.create_table(
        "stock_levels",
        sa.Column(
            "product_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("on_hand", sa.BigInteger(), nullable=False),
        sa.Column("reserved", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("on_hand >= reserved", name=op.f("ck_stock_levels_on_hand")),
        sa.CheckConstraint("reserved >= 0", name=op.f("ck_stock_levels_reserved")),
        sa.ForeignKeyConstraint(
            ["product_id"], ["products.id"], name=op.f("fk_stock_levels_product_id")
        ),
        sa.PrimaryKeyConstraint("product_id", name=op.f("pk_stock_levels")),
    )
    op.create_index(
        "ix_stock_levels_available", "stock_levels", [sa.text("(on_hand - reserved)")], unique=False
    )
    op.create_table(
        "stock_movements",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("on_hand_delta", sa.BigInteger(), nullable=False),
        sa.Column("reserved_delta", sa.BigInteger(), nullable=False),
        sa.Column("reference", sa.String(length=100), nullable=True),
        sa.Column("order_id", sa.BigInteger(), nullable=True),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(kind = 'adjust' AND on_hand_delta <> 0 AND reserved_delta = 0 AND reference IS NULL) OR (kind = 'reserve' AND on_hand_delta = 0 AND reserved_delta > 0 AND reference IS NOT NULL) OR (kind = 'release' AND on_hand_delta = 0 AND reserved_delta < 0 AND reference IS NOT NULL) OR (kind = 'sell' AND on_hand_delta < 0 AND reserved_delta = on_hand_delta AND reference IS NOT NULL) OR (kind = 'take_back' AND on_hand_delta > 0 AND reserved_delta = 0 AND reference IS NOT NULL)",
            name=op.f("ck_stock_movements_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["product_id"], ["stock_levels.product_id"], name=op.f("fk_stock_movements_product_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_movements")),
        sa.UniqueConstraint("reference", name="uq_stock_movements_reference"),
    )
    op.create_index(
        op.f("ix_stock_movements_order_id"), "stock_movements", ["order_id"], unique=False
    )
    op.create_index(
        "ix_stock_movements_product_id_id", "stock_movements", ["product_id", "id"], unique=False
    )
    for statement in _CATALOG_DDL[op.get_bind().dialect.name]:
        op.execute(statement)


_BACK_OFFICE_DDL: dict[str, tuple[str, ...]] = {
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


def _create_back_office() -> None:
    """The audit trail, and figures of days."""
    op.create_table(
        "audit_entries",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("action", sa.String(length=80), nullable=False),
        sa.Column("version", sa.SmallInteger(), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("request_id", sa.String(length=128), nullable=True),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("previous_hash", sa.CHAR(length=64), nullable=False),
        sa.Column("hash", sa.CHAR(length=64), nullable=False),
        sa.CheckConstraint("id >= 1", name=op.f("ck_audit_entries_place")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entries")),
        sa.UniqueConstraint("message_id", name="uq_audit_entries_message_id"),
    )
    op.create_index("ix_audit_entries_action_id", "audit_entries", ["action", "id"], unique=False)
    op.create_index("ix_audit_entries_actor_id", "audit_entries", ["actor", "id"], unique=False)
    op.create_index("ix_audit_entries_request_id", "audit_entries", ["request_id"], unique=False)
    op.create_index("ix_audit_entries_subject_id", "audit_entries", ["subject", "id"], unique=False)
    op.create_table(
        "audit_head",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("length", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.CHAR(length=64), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_audit_head_only_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_head")),
    )
    op.create_table(
        "check_results",
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("ok", sa.Boolean(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_check_results")),
    )
    op.create_table(
        "sales_days",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("placed", sa.Integer(), nullable=False),
        sa.Column("confirmed", sa.Integer(), nullable=False),
        sa.Column("paid", sa.Integer(), nullable=False),
        sa.Column("revenue_minor", sa.BigInteger(), nullable=False),
        sa.Column("refunded_minor", sa.BigInteger(), nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "placed >= 0 AND confirmed >= 0 AND paid >= 0", name=op.f("ck_sales_days_counts")
        ),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_sales_days")),
    )
    op.create_table(
        "sales_day_products",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("units", sa.BigInteger(), nullable=False),
        sa.Column("revenue_minor", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("units >= 0", name=op.f("ck_sales_day_products_units")),
        sa.ForeignKeyConstraint(
            ["product_id"], ["products.id"], name=op.f("fk_sales_day_products_product_id")
        ),
        sa.PrimaryKeyConstraint("day", "product_id", name=op.f("pk_sales_day_products")),
    )
    op.create_index(
        "ix_sales_day_products_day_sum",
        "sales_day_products",
        ["day", "product_id", "units", "revenue_minor"],
        unique=False,
    )
    op.create_table(
        "sales_month_products",
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("units", sa.BigInteger(), nullable=False),
        sa.Column("revenue_minor", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("units >= 0", name=op.f("ck_sales_month_products_units")),
        sa.ForeignKeyConstraint(
            ["product_id"], ["products.id"], name=op.f("fk_sales_month_products_product_id")
        ),
        sa.PrimaryKeyConstraint("month", "product_id", name=op.f("pk_sales_month_products")),
    )
    for statement in _BACK_OFFICE_DDL[op.get_bind().dialect.name]:
        op.execute(statement)


def _create_idempotency() -> None:
    """Answers kept for who asks again."""
    op.create_table(
        "idempotency_keys",
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=11), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("resource_id", sa.BigInteger(), nullable=True),
        sa.Column("status", sa.SmallInteger(), nullable=True),
        sa.Column("headers", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(state = 'done') = (status IS NOT NULL) AND (state = 'done') = (headers IS NOT NULL) AND (state = 'done') = (body IS NOT NULL)",
            name=op.f("ck_idempotency_keys_answer"),
        ),
        sa.CheckConstraint(
            "state IN ('in_progress', 'done')", name=op.f("ck_idempotency_keys_state")
        ),
        sa.CheckConstraint("attempt >= 1", name=op.f("ck_idempotency_keys_attempt")),
        sa.CheckConstraint("expires_at > created_at", name=op.f("ck_idempotency_keys_life")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_idempotency_keys_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "key", name=op.f("pk_idempotency_keys")),
    )
    op.create_index(
        op.f("ix_idempotency_keys_expires_at"), "idempotency_keys", ["expires_at"], unique=False
    )


def _create_identities() -> None:
    """SQLite has no sequences: one row counts up instead."""
    if op.get_bind().dialect.name == "sqlite":
        op.create_table(
            "identity_counter",
            sa.Column("singleton", sa.BigInteger(), nullable=False),
            sa.Column("last", sa.BigInteger(), nullable=False),
            sa.CheckConstraint("singleton = 1", name=op.f("ck_identity_counter_singleton")),
            sa.PrimaryKeyConstraint("singleton", name=op.f("pk_identity_counter")),
        )
    else:
        op.execute("CREATE SEQUENCE identities")


def _create_ordering() -> None:
    """Orders, their lines and what happened to them."""
    op.create_table(
        "orders",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("payment_method", sa.String(length=6), nullable=False),
        sa.Column("payment_status", sa.String(length=20), nullable=False),
        sa.Column("total_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.CHAR(length=3), nullable=False),
        sa.Column("address", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("estimated_delivery", sa.Date(), nullable=False),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("shipped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("carrier", sa.String(length=100), nullable=True),
        sa.Column("tracking_number", sa.String(length=100), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(payment_method = 'COD') = (expires_at IS NULL)", name=op.f("ck_orders_online_expiry")
        ),
        sa.CheckConstraint(
            "(shipped_at IS NULL) = (carrier IS NULL) AND (shipped_at IS NULL) = (tracking_number IS NULL) AND (shipped_at IS NOT NULL OR status NOT IN ('SHIPPED', 'DELIVERED'))",
            name=op.f("ck_orders_shipment"),
        ),
        sa.CheckConstraint(
            "payment_method <> 'COD' OR address IS NOT NULL", name=op.f("ck_orders_cod_address")
        ),
        sa.CheckConstraint(
            "payment_method = 'COD' OR paid_at IS NOT NULL OR status IN ('PENDING', 'CANCELLED')",
            name=op.f("ck_orders_paid_before_it_moves"),
        ),
        sa.CheckConstraint(
            "payment_method IN ('ONLINE', 'COD')", name=op.f("ck_orders_payment_method")
        ),
        sa.CheckConstraint(
            "payment_status IN ('PENDING', 'PAID', 'PARTIALLY_REFUNDED', 'REFUNDED', 'VOIDED')",
            name=op.f("ck_orders_payment_status"),
        ),
        sa.CheckConstraint(
            "status IN ('PENDING', 'CONFIRMED', 'PAID', 'PROCESSING', 'SHIPPED', 'DELIVERED', 'CANCELLED', 'REFUNDED')",
            name=op.f("ck_orders_status"),
        ),
        sa.CheckConstraint("total_minor >= 0", name=op.f("ck_orders_total")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_orders_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_orders")),
        sa.UniqueConstraint("number", name=op.f("uq_orders_number")),
    )
    op.create_index(
        "ix_orders_email_placed_at_id", "orders", ["email", "placed_at", "id"], unique=False
    )
    op.create_index(
        "ix_orders_paid_at_total_minor", "orders", ["paid_at", "total_minor"], unique=False
    )
    op.create_index(
        "ix_orders_payment_status_placed_at_id",
        "orders",
        ["payment_status", "placed_at", "id"],
        unique=False,
    )
    op.create_index("ix_orders_placed_at_id", "orders", ["placed_at", "id"], unique=False)
    op.create_index(
        "ix_orders_status_placed_at_id", "orders", ["status", "placed_at", "id"], unique=False
    )
    op.create_index(
        "ix_orders_status_total_minor_id", "orders", ["status", "total_minor", "id"], unique=False
    )
    op.create_index("ix_orders_total_minor_id", "orders", ["total_minor", "id"], unique=False)
    op.create_index(
        "ix_orders_unpaid",
        "orders",
        ["expires_at", "id"],
        unique=False,
        sqlite_where=sa.text("status = 'PENDING'"),
        postgresql_where=sa.text("status = 'PENDING'"),
    )
    op.create_index(
        "ix_orders_user_id_placed_at_id", "orders", ["user_id", "placed_at", "id"], unique=False
    )
    op.create_table(
        "order_lines",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("subtitle", sa.String(length=200), nullable=False),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("image", sa.Text(), nullable=True),
        sa.Column("unit_price_minor", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refund_requested_quantity", sa.Integer(), nullable=False),
        sa.Column("refund_requested_minor", sa.BigInteger(), nullable=False),
        sa.Column("refunded_quantity", sa.Integer(), nullable=False),
        sa.Column("refunded_minor", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "(status = 'CANCELLED') = (cancelled_at IS NOT NULL)",
            name=op.f("ck_order_lines_cancelled_at"),
        ),
        sa.CheckConstraint(
            "status IN ('PENDING', 'CONFIRMED', 'CANCELLED', 'REFUND_REQUESTED', 'REFUNDED')",
            name=op.f("ck_order_lines_status"),
        ),
        sa.CheckConstraint("quantity >= 1", name=op.f("ck_order_lines_quantity")),
        sa.CheckConstraint(
            "refund_requested_minor >= 0 AND refunded_minor >= 0 AND refund_requested_minor + refunded_minor <= unit_price_minor * quantity",
            name=op.f("ck_order_lines_refund_amount"),
        ),
        sa.CheckConstraint(
            "refund_requested_quantity >= 0 AND refunded_quantity >= 0 AND refund_requested_quantity + refunded_quantity <= quantity",
            name=op.f("ck_order_lines_refund_quantity"),
        ),
        sa.CheckConstraint("unit_price_minor >= 0", name=op.f("ck_order_lines_unit_price")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_order_lines_order_id")),
        sa.ForeignKeyConstraint(
            ["product_id"], ["products.id"], name=op.f("fk_order_lines_product_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_lines")),
        sa.UniqueConstraint(
            "order_id", "product_id", name=op.f("uq_order_lines_order_id_product_id")
        ),
    )
    op.create_index(op.f("ix_order_lines_product_id"), "order_lines", ["product_id"], unique=False)
    op.create_table(
        "order_history",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("line_id", sa.BigInteger(), nullable=True),
        sa.Column("subject", sa.String(length=8), nullable=False),
        sa.Column("from_status", sa.String(length=20), nullable=False),
        sa.Column("to_status", sa.String(length=20), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(subject = 'line') = (line_id IS NOT NULL)", name=op.f("ck_order_history_line_id")
        ),
        sa.CheckConstraint(
            "subject IN ('order', 'payment', 'line')", name=op.f("ck_order_history_subject")
        ),
        sa.CheckConstraint("from_status <> to_status", name=op.f("ck_order_history_change")),
        sa.ForeignKeyConstraint(
            ["line_id"], ["order_lines.id"], name=op.f("fk_order_history_line_id")
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["orders.id"], name=op.f("fk_order_history_order_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_history")),
    )
    op.create_index(op.f("ix_order_history_order_id"), "order_history", ["order_id"], unique=False)


def _create_cart() -> None:
    """Carts."""
    op.create_table(
        "cart_lines",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("quantity >= 1", name=op.f("ck_cart_lines_quantity")),
        sa.ForeignKeyConstraint(
            ["product_id"], ["products.id"], name=op.f("fk_cart_lines_product_id")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_cart_lines_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cart_lines")),
        sa.UniqueConstraint("user_id", "product_id", name=op.f("uq_cart_lines_user_id_product_id")),
    )
    op.create_index(op.f("ix_cart_lines_product_id"), "cart_lines", ["product_id"], unique=False)
    op.create_table(
        "carts",
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("checkout_order_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["checkout_order_id"], ["orders.id"], name=op.f("fk_carts_checkout_order_id")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_carts_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_carts")),
    )
    op.create_index(
        op.f("ix_carts_checkout_order_id"), "carts", ["checkout_order_id"], unique=False
    )


def _create_outbox() -> None:
    """Events that wait for their reactions."""
    op.create_table(
        "outbox_messages",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("version", sa.SmallInteger(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("request_id", sa.String(length=128), nullable=True),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=10), server_default="pending", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reacted", sa.Text(), server_default="", nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "state IN ('pending', 'handled', 'parked')", name=op.f("ck_outbox_messages_state")
        ),
        sa.CheckConstraint("attempts >= 0", name=op.f("ck_outbox_messages_attempts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_messages")),
    )
    op.create_index(
        "ix_outbox_messages_due",
        "outbox_messages",
        ["next_attempt_at", "id"],
        unique=False,
        sqlite_where=sa.text("state = 'pending'"),
        postgresql_where=sa.text("state = 'pending'"),
    )
    op.create_index("ix_outbox_messages_state_id", "outbox_messages", ["state", "id"], unique=False)


def _create_payments() -> None:
    """Payments, refunds, disputes and what the provider tells of them."""
    op.create_table(
        "sandbox_payments",
        sa.Column("reference", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=300), nullable=False),
        sa.Column("payment_id", sa.BigInteger(), nullable=False),
        sa.Column("order_number", sa.String(length=20), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("captured_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.CHAR(length=3), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "captured_minor = CASE WHEN status = 'SUCCEEDED' THEN amount_minor ELSE 0 END",
            name=op.f("ck_sandbox_payments_captured"),
        ),
        sa.CheckConstraint(
            "status IN ('CREATED', 'FAILED', 'SUCCEEDED', 'CANCELLED')",
            name=op.f("ck_sandbox_payments_status"),
        ),
        sa.PrimaryKeyConstraint("reference", name=op.f("pk_sandbox_payments")),
        sa.UniqueConstraint("key", name="uq_sandbox_payments_key"),
    )
    op.create_index(
        op.f("ix_sandbox_payments_opened_at"), "sandbox_payments", ["opened_at"], unique=False
    )
    op.create_table(
        "webhook_events",
        sa.Column("id", sa.String(length=255), nullable=False),
        sa.Column("type", sa.String(length=100), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reference", sa.String(length=255), nullable=True),
        sa.CheckConstraint(
            "(state = 'pending') = (settled_at IS NULL)", name=op.f("ck_webhook_events_settled")
        ),
        sa.CheckConstraint(
            "state IN ('pending', 'handled', 'quarantined', 'parked')",
            name=op.f("ck_webhook_events_state"),
        ),
        sa.CheckConstraint("attempts >= 0", name=op.f("ck_webhook_events_attempts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_events")),
    )
    op.create_index(
        "ix_webhook_events_due",
        "webhook_events",
        ["next_attempt_at"],
        unique=False,
        sqlite_where=sa.text("state = 'pending'"),
        postgresql_where=sa.text("state = 'pending'"),
    )
    op.create_index(
        "ix_webhook_events_received_at_id", "webhook_events", ["received_at", "id"], unique=False
    )
    op.create_index("ix_webhook_events_reference", "webhook_events", ["reference"], unique=False)
    op.create_index(
        "ix_webhook_events_state_received_at_id",
        "webhook_events",
        ["state", "received_at", "id"],
        unique=False,
    )
    op.create_table(
        "sandbox_refunds",
        sa.Column("reference", sa.String(length=64), nullable=False),
        sa.Column("payment", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=300), nullable=False),
        sa.Column("refund_id", sa.BigInteger(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_sandbox_refunds_amount")),
        sa.ForeignKeyConstraint(
            ["payment"], ["sandbox_payments.reference"], name=op.f("fk_sandbox_refunds_payment")
        ),
        sa.PrimaryKeyConstraint("reference", name=op.f("pk_sandbox_refunds")),
        sa.UniqueConstraint("key", name="uq_sandbox_refunds_key"),
    )
    op.create_index(
        op.f("ix_sandbox_refunds_made_at"), "sandbox_refunds", ["made_at"], unique=False
    )
    op.create_index(
        op.f("ix_sandbox_refunds_payment"), "sandbox_refunds", ["payment"], unique=False
    )
    op.create_table(
        "payments",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("order_number", sa.String(length=20), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.CHAR(length=3), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("captured_minor", sa.BigInteger(), nullable=False),
        sa.Column("refunded_minor", sa.BigInteger(), nullable=False),
        sa.Column("reference", sa.String(length=255), nullable=True),
        sa.Column("client_secret", sa.String(length=255), nullable=True),
        sa.Column("open_key", sa.String(length=80), nullable=False),
        sa.Column("cancel_key", sa.String(length=80), nullable=True),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("check_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "captured_minor = CASE WHEN status = 'SUCCEEDED' THEN amount_minor ELSE 0 END",
            name=op.f("ck_payments_captured"),
        ),
        sa.CheckConstraint(
            "status IN ('CREATED', 'REQUIRES_ACTION', 'PROCESSING', 'FAILED', 'SUCCEEDED', 'CANCELLED')",
            name=op.f("ck_payments_status"),
        ),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_payments_amount")),
        sa.CheckConstraint(
            "refunded_minor <= captured_minor", name=op.f("ck_payments_refunded_at_most_captured")
        ),
        sa.CheckConstraint("refunded_minor >= 0", name=op.f("ck_payments_refunded")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_payments_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payments")),
        sa.UniqueConstraint("reference", name="uq_payments_reference"),
    )
    op.create_index(
        "ix_payments_check_at",
        "payments",
        ["check_at"],
        unique=False,
        sqlite_where=sa.text("check_at IS NOT NULL"),
        postgresql_where=sa.text("check_at IS NOT NULL"),
    )
    op.create_index("ix_payments_created_at_id", "payments", ["created_at", "id"], unique=False)
    op.create_index("ix_payments_order_id", "payments", ["order_id"], unique=False)
    op.create_index(
        "ix_payments_status_created_at_id", "payments", ["status", "created_at", "id"], unique=False
    )
    op.create_index(
        "uq_payments_one_for_an_order",
        "payments",
        ["order_id"],
        unique=True,
        sqlite_where=sa.text("status <> 'CANCELLED'"),
        postgresql_where=sa.text("status <> 'CANCELLED'"),
    )
    op.create_table(
        "disputes",
        sa.Column("reference", sa.String(length=255), nullable=False),
        sa.Column("payment_id", sa.BigInteger(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.CHAR(length=3), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("reinstated", sa.Boolean(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "status IN ('NEEDS_RESPONSE', 'UNDER_REVIEW', 'WON', 'LOST', 'CLOSED')",
            name=op.f("ck_disputes_status"),
        ),
        sa.ForeignKeyConstraint(
            ["payment_id"], ["payments.id"], name=op.f("fk_disputes_payment_id")
        ),
        sa.PrimaryKeyConstraint("reference", name=op.f("pk_disputes")),
    )
    op.create_index(op.f("ix_disputes_payment_id"), "disputes", ["payment_id"], unique=False)
    op.create_table(
        "refunds",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("payment_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.String(length=300), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.CHAR(length=3), nullable=False),
        sa.Column("origin", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("reference", sa.String(length=255), nullable=True),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "origin IN ('CUSTOMER', 'STAFF', 'LINE_CANCELLED', 'LATE_MONEY', 'PROVIDER')",
            name=op.f("ck_refunds_origin"),
        ),
        sa.CheckConstraint(
            "status IN ('REQUESTED', 'PENDING', 'SUCCEEDED', 'FAILED', 'CANCELLED')",
            name=op.f("ck_refunds_status"),
        ),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_refunds_amount")),
        sa.ForeignKeyConstraint(
            ["payment_id"], ["payments.id"], name=op.f("fk_refunds_payment_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refunds")),
        sa.UniqueConstraint("key", name="uq_refunds_key"),
        sa.UniqueConstraint("reference", name="uq_refunds_reference"),
    )
    op.create_index(op.f("ix_refunds_payment_id"), "refunds", ["payment_id"], unique=False)
    op.create_index("ix_refunds_requested_at_id", "refunds", ["requested_at", "id"], unique=False)
    op.create_index(
        "ix_refunds_settled_at_amount_minor",
        "refunds",
        ["settled_at", "amount_minor"],
        unique=False,
    )
    op.create_index(
        "ix_refunds_status_requested_at_id",
        "refunds",
        ["status", "requested_at", "id"],
        unique=False,
    )
    op.create_table(
        "refund_parts",
        sa.Column("refund_id", sa.BigInteger(), nullable=False),
        sa.Column("line_id", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount_minor >= 0", name=op.f("ck_refund_parts_amount")),
        sa.CheckConstraint("quantity >= 0", name=op.f("ck_refund_parts_quantity")),
        sa.ForeignKeyConstraint(
            ["refund_id"], ["refunds.id"], name=op.f("fk_refund_parts_refund_id")
        ),
        sa.PrimaryKeyConstraint("refund_id", "line_id", name=op.f("pk_refund_parts")),
    )


def _create_schedules() -> None:
    """When what was last begun."""
    op.create_table(
        "schedule_turns",
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_schedule_turns")),
    )


def _create_wishlist() -> None:
    """Wishlists."""
    op.create_table(
        "wishlist_entries",
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["product_id"], ["products.id"], name=op.f("fk_wishlist_entries_product_id")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_wishlist_entries_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "product_id", name=op.f("pk_wishlist_entries")),
    )
    op.create_index(
        op.f("ix_wishlist_entries_product_id"), "wishlist_entries", ["product_id"], unique=False
    )
