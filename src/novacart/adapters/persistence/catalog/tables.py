"""Tables of products, their variants, categories, stock levels and stock movements."""

from sqlalchemy import (
    CHAR,
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    func,
    text,
    true,
)

from novacart.adapters.persistence.catalog.search_index_ddl import attach_search_index
from novacart.adapters.persistence.catalog.tag_triggers import attach_tag_triggers
from novacart.adapters.persistence.metadata import CommaSeparated, UtcDateTime, metadata

# On SQLite an INTEGER primary key is the rowid, by which the search index refers to a product.
_ID = BigInteger().with_variant(Integer, "sqlite")

_BY_CODE_POINT = Text(collation="C").with_variant(Text(), "sqlite")

categories = Table(
    "categories",
    metadata,
    Column("id", _ID, primary_key=True, autoincrement=False),
    Column("name", String(100), nullable=False),
    Column("slug", String(100), nullable=False),
    Column("image", Text),
    Column("mobile_image", Text),
    Column("mobile_secondary_image", Text),
    Column("desktop_image", Text),
    Column("desktop_secondary_image", Text),
    Column("position", Integer, nullable=False),
    Column("is_active", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
    # The terms by which the back office finds the name.
    Column("search_text", Text, nullable=False, server_default=""),
    Column("parent_id", BigInteger, ForeignKey("categories.id")),
    # The ids of the categories above it, from the root, such as "12/57/".
    Column("path", Text, nullable=False, server_default=""),
    # Whether all categories above it are active.
    Column("is_branch_active", Boolean, nullable=False, server_default=true()),
    Column("meta_title", String(200)),
    Column("meta_description", String(500)),
    UniqueConstraint("slug", name="uq_categories_slug"),
    CheckConstraint("position >= 0", name="position"),
    Index("ix_categories_parent_id", "parent_id"),
)

products = Table(
    "products",
    metadata,
    Column("id", _ID, primary_key=True, autoincrement=False),
    Column("sku", String(64)),
    Column("title", String(200), nullable=False),
    Column("subtitle", String(200), nullable=False),
    Column("description", Text, nullable=False),
    Column("price_minor", BigInteger, nullable=False),
    Column("currency", CHAR(3), nullable=False),
    Column("author", String(200)),
    Column("published_year", SmallInteger),
    Column("brand", String(200), nullable=False),
    Column("category_id", BigInteger, ForeignKey("categories.id")),
    Column("image", Text),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("archived_at", UtcDateTime),
    Column("version", Integer, nullable=False),
    # What spellings of one brand have in common; facets and filters compare it.
    Column("brand_key", Text, nullable=False, server_default=""),
    # NULL is the first variant, which has the id of the product. Not a foreign key, since variants
    # refer to products.
    Column("default_variant_id", BigInteger),
    Column("description_html", Text, nullable=False, server_default=""),
    # Whether a variant that is not archived costs less than its compare-at price.
    Column("is_on_sale", Boolean, nullable=False, server_default=false()),
    # Counts the edits of its pictures, which do not count as edits of the product.
    Column("gallery_version", Integer, nullable=False, server_default="0"),
    # NULL if it is generated from title and id.
    Column("slug", String(100)),
    Column("meta_title", String(200)),
    Column("meta_description", String(500)),
    Column("tags", CommaSeparated, nullable=False, server_default=""),
    CheckConstraint("price_minor > 0", name="price"),
    CheckConstraint("title <> ''", name="title"),
    CheckConstraint("brand <> ''", name="brand"),
    CheckConstraint("published_year BETWEEN 1 AND 9999", name="published_year"),
)

Index("uq_products_slug", products.c.slug, unique=True)

# The import finds products that have no other key by their title.
Index("ix_products_title", products.c.title)

_IS_ACTIVE = text("archived_at IS NULL")

# The tags of products, normalized by `facet_key`, for the filters of lists.
product_tags = Table(
    "product_tags",
    metadata,
    Column("tag_key", Text, primary_key=True),
    Column("product_id", BigInteger, ForeignKey("products.id"), primary_key=True, index=True),
    # Those of the product, by which lists are sorted; NULL if it is archived. Triggers write them,
    # on PostgreSQL only.
    Column("price_minor", BigInteger),
    Column("created_at", UtcDateTime),
    Index("ix_product_tags_price", "tag_key", "price_minor", "product_id").ddl_if(
        dialect="postgresql"
    ),
    Index("ix_product_tags_newest", "tag_key", "created_at", "product_id").ddl_if(
        dialect="postgresql"
    ),
)
attach_tag_triggers(product_tags)

# Each filter and sort order of the product list has an index that returns rows sorted: first
# the filtered column, then the sort key, then the id, which makes the order total.
for _name, _columns in {
    "price": ("price_minor", "id"),
    "newest": ("created_at", "id"),
    "category_price": ("category_id", "price_minor", "id"),
    "category_newest": ("category_id", "created_at", "id"),
    "brand_price": ("brand_key", "price_minor", "id"),
    "brand_newest": ("brand_key", "created_at", "id"),
    "category_brand": ("category_id", "brand_key", "price_minor", "id"),
    "category_brand_newest": ("category_id", "brand_key", "created_at", "id"),
}.items():
    Index(
        f"ix_products_{_name}",
        *(products.c[column] for column in _columns),
        sqlite_where=_IS_ACTIVE,
        postgresql_where=_IS_ACTIVE,
    )

# Lists of products on sale. `is_on_sale` is the first column, so that the planner of SQLite prefers
# them to the indexes of all products.
for _name, _columns in {
    "sale_price": ("price_minor", "id"),
    "sale_newest": ("created_at", "id"),
    "sale_category_price": ("category_id", "price_minor", "id"),
    "sale_category_newest": ("category_id", "created_at", "id"),
    "sale_brand_price": ("brand_key", "price_minor", "id"),
    "sale_brand_newest": ("brand_key", "created_at", "id"),
}.items():
    Index(
        f"ix_products_{_name}",
        *(products.c[column] for column in ("is_on_sale", *_columns)),
        sqlite_where=text("archived_at IS NULL AND is_on_sale = 1"),
        postgresql_where=text("archived_at IS NULL AND is_on_sale"),
    )

SAMPLE_PARTS = 65_536


def sample_part(product_id: str) -> str:
    """SQL of the part of the shop in which a product is: a number below `SAMPLE_PARTS`.

    Products that follow each other are in different parts, so that any parts are a sample.
    """
    return f"({product_id} % 100003) * 40503 % {SAMPLE_PARTS}"


# For facets, which read some parts of a category. PostgreSQL needs no other column of a product.
Index(
    "ix_products_sample",
    products.c.category_id,
    text(f"({sample_part('id')})"),
    sqlite_where=_IS_ACTIVE,
    postgresql_where=_IS_ACTIVE,
    postgresql_include=["id", "brand_key", "price_minor", "is_on_sale", "default_variant_id"],
)

attach_search_index(products)

DEFAULT_VARIANT_ID = func.coalesce(products.c.default_variant_id, products.c.id)
"""The variant that clients buy who name only the product; its price and SKU are the product's."""

# For lists that begin with the stock. The planner of SQLite would begin with it in others, too.
Index("ix_products_default_variant", DEFAULT_VARIANT_ID).ddl_if(dialect="postgresql")

product_options = Table(
    "product_options",
    metadata,
    Column("id", _ID, primary_key=True, autoincrement=False),
    Column("product_id", BigInteger, ForeignKey("products.id"), nullable=False, index=True),
    Column("name", String(100), nullable=False),
    Column("position", Integer, nullable=False),
)

option_values = Table(
    "option_values",
    metadata,
    Column("id", _ID, primary_key=True, autoincrement=False),
    Column("option_id", BigInteger, ForeignKey("product_options.id"), nullable=False, index=True),
    Column("text", String(100), nullable=False),
    Column("position", Integer, nullable=False),
)

variants = Table(
    "variants",
    metadata,
    Column("id", _ID, primary_key=True, autoincrement=False),
    Column("product_id", BigInteger, ForeignKey("products.id"), nullable=False),
    Column("sku", String(64)),
    Column("barcode", String(14)),
    Column("price_minor", BigInteger, nullable=False),
    Column("currency", CHAR(3), nullable=False),
    Column("compare_at_minor", BigInteger),
    Column("weight_g", Integer),
    Column("image", Text),
    Column("position", Integer, nullable=False),
    Column("archived_at", UtcDateTime),
    Column("version", Integer, nullable=False),
    # The ids of its option values in rising order, joined by commas.
    Column("combination", Text, nullable=False, server_default=""),
    # The texts of its option values on one line, such as "Size: M, Colour: Red".
    Column("options", Text, nullable=False, server_default=""),
    # Of a variant on sale: the lowest price of the 30 days before the reduction.
    Column("lowest_30_days_minor", BigInteger),
    CheckConstraint("price_minor > 0", name="price"),
    CheckConstraint("compare_at_minor >= price_minor", name="compare_at"),
    CheckConstraint("weight_g > 0", name="weight"),
    Index("uq_variants_sku", "sku", unique=True),
    Index("ix_variants_product_id_position", "product_id", "position"),
    Index(
        "uq_variants_combination",
        "product_id",
        "combination",
        unique=True,
        sqlite_where=_IS_ACTIVE,
        postgresql_where=_IS_ACTIVE,
    ),
)

default_variants = variants.alias("default_variants")

# A new entry whenever the price or the compare-at price of a variant changes, never changed.
price_history = Table(
    "price_history",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("variant_id", BigInteger, ForeignKey("variants.id"), nullable=False),
    Column("price_minor", BigInteger, nullable=False),
    Column("currency", CHAR(3), nullable=False),
    Column("compare_at_minor", BigInteger),
    # Not before the entries with lower ids of the same variant.
    Column("valid_from", UtcDateTime, nullable=False),
    Column("changed_by", String(80), nullable=False),
    CheckConstraint("price_minor > 0", name="price"),
    Index("ix_price_history_variant_id_id", "variant_id", "id"),
)

# The keys of products in the shops from which they were imported.
product_references = Table(
    "product_references",
    metadata,
    Column("source", String(20), primary_key=True),
    Column("reference", Text, primary_key=True),
    Column("product_id", BigInteger, ForeignKey("products.id"), nullable=False, index=True),
)

# The values that the last file gave products whose variants differ from them.
product_base_values = Table(
    "product_base_values",
    metadata,
    Column("source", String(20), primary_key=True),
    Column(
        "product_id",
        BigInteger,
        ForeignKey("products.id"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("price_minor", BigInteger, nullable=False),
    Column("currency", CHAR(3), nullable=False),
    Column("compare_at_minor", BigInteger),
    Column("weight_g", Integer),
)

product_pictures = Table(
    "product_pictures",
    metadata,
    Column("id", _ID, primary_key=True, autoincrement=False),
    Column("product_id", BigInteger, ForeignKey("products.id"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("image", Text, nullable=False),
    Column("alt", Text, nullable=False, server_default=""),
    Column("width", Integer),
    Column("height", Integer),
    # JSON: a list of [image, width].
    Column("smaller", Text, nullable=False, server_default="[]"),
    Column("source", Text),
    CheckConstraint("image <> ''", name="image"),
    Index("ix_product_pictures_product_id_position", "product_id", "position"),
)

image_removals = Table(
    "image_removals",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("name", Text, index=True),
    Column("image", Text),
    Column("due_at", UtcDateTime, nullable=False, index=True),
    CheckConstraint("(name IS NULL) <> (image IS NULL)", name="one"),
)

# The number of products that are not archived, by category and brand. A category of 0 is none.
brand_counts = Table(
    "brand_counts",
    metadata,
    Column("category_id", BigInteger, primary_key=True, autoincrement=False),
    Column("brand_key", Text, primary_key=True),
    Column("brand", String(200), primary_key=True),
    # No CHECK: it would apply to the row of an upsert that subtracts. The audit checks the counts.
    Column("products", BigInteger, nullable=False),
    # How many of these are on sale.
    Column("on_sale", BigInteger, nullable=False, server_default="0"),
    Index("ix_brand_counts_brand_key", "brand_key"),
)

# The terms by which suggestions find a brand. Compared by code points, for ranges of prefixes.
brand_terms = Table(
    "brand_terms",
    metadata,
    Column("term", _BY_CODE_POINT, primary_key=True),
    Column("brand_key", Text, primary_key=True),
)

attributes = Table(
    "attributes",
    metadata,
    Column("id", _ID, primary_key=True, autoincrement=False),
    Column("category_id", BigInteger, ForeignKey("categories.id"), nullable=False),
    Column("code", String(50), nullable=False),
    Column("name", String(100), nullable=False),
    Column("type", String(10), nullable=False),
    Column("unit", String(20)),
    # A list of [id, text].
    Column("choices", JSON, nullable=False),
    Column("is_filterable", Boolean, nullable=False),
    Column("position", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    UniqueConstraint("category_id", "code", name="uq_attributes_category_id_code"),
)

# A value is a text, or a number: that of a number in ten-thousandths, the id of a choice, 1 or 0.
product_attributes = Table(
    "product_attributes",
    metadata,
    Column("product_id", BigInteger, ForeignKey("products.id"), primary_key=True),
    Column("attribute_id", BigInteger, ForeignKey("attributes.id"), primary_key=True),
    # That of the product, so that the values of a category are found together.
    Column("category_id", BigInteger, nullable=False),
    Column("text", String(255), nullable=False),
    Column("number", BigInteger, nullable=False),
    Index(
        "ix_product_attributes_value", "attribute_id", "text", "number", "category_id", "product_id"
    ),
)
# For facets: the values of a sample are next to each other, with all columns that are read.
Index(
    "ix_product_attributes_sample",
    product_attributes.c.category_id,
    text(f"({sample_part('product_id')})"),
    *(product_attributes.c[name] for name in ("product_id", "attribute_id", "text", "number")),
)

# The number of products that are not archived, by category and value. Rows with zero products
# mean nothing.
attribute_counts = Table(
    "attribute_counts",
    metadata,
    Column("category_id", BigInteger, primary_key=True, autoincrement=False),
    Column("attribute_id", BigInteger, primary_key=True, autoincrement=False),
    Column("text", String(255), primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    # No CHECK, as in `brand_counts`.
    Column("products", BigInteger, nullable=False),
)
# The most frequent values of a category first.
Index(
    "ix_attribute_counts_products",
    attribute_counts.c.category_id,
    attribute_counts.c.attribute_id,
    attribute_counts.c.products.desc(),
    attribute_counts.c.text,
    attribute_counts.c.number,
)

# Conditions of a rule are set if `is_rule`; otherwise the products are in `collection_products`.
collections = Table(
    "collections",
    metadata,
    Column("id", _ID, primary_key=True, autoincrement=False),
    Column("name", String(100), nullable=False),
    Column("slug", String(100), nullable=False),
    Column("description", Text, nullable=False),
    Column("is_rule", Boolean, nullable=False),
    Column("brands", JSON, nullable=False),
    Column("tags", JSON, nullable=False, server_default="[]"),
    # A list of [attribute id, values, minimum, maximum].
    Column("attributes", JSON, nullable=False, server_default="[]"),
    Column("category_id", BigInteger, ForeignKey("categories.id")),
    Column("min_price_minor", BigInteger),
    Column("max_price_minor", BigInteger),
    Column("currency", CHAR(3)),
    Column("on_sale", Boolean, nullable=False),
    Column("sort", String(10), nullable=False),
    Column("position", Integer, nullable=False),
    Column("is_active", Boolean, nullable=False),
    Column("starts_at", UtcDateTime),
    Column("ends_at", UtcDateTime),
    Column("meta_title", String(200)),
    Column("meta_description", String(500)),
    Column("version", Integer, nullable=False),
    CheckConstraint("starts_at < ends_at", name="dates"),
    UniqueConstraint("slug", name="uq_collections_slug"),
)

collection_products = Table(
    "collection_products",
    metadata,
    Column("collection_id", BigInteger, ForeignKey("collections.id"), primary_key=True),
    Column("product_id", BigInteger, ForeignKey("products.id"), primary_key=True),
    Column("place", Integer, nullable=False),
)

# Former slugs of categories, collections and products. Another one may have it now.
slug_redirects = Table(
    "slug_redirects",
    metadata,
    Column("kind", String(10), primary_key=True),
    Column("slug", String(100), primary_key=True),
    Column("target_id", BigInteger, nullable=False),
)

IMAGE = func.coalesce(variants.c.image, products.c.image)
"""The image of a variant: its own or else its product's."""

stock_levels = Table(
    "stock_levels",
    metadata,
    Column("variant_id", _ID, ForeignKey("variants.id"), primary_key=True, autoincrement=False),
    Column("on_hand", BigInteger, nullable=False),
    Column("reserved", BigInteger, nullable=False),
    Column("version", Integer, nullable=False, server_default="0"),
    CheckConstraint("reserved >= 0", name="reserved"),
    CheckConstraint("on_hand >= reserved", name="on_hand"),
)

stock_movements = Table(
    "stock_movements",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("variant_id", BigInteger, ForeignKey("stock_levels.variant_id"), nullable=False),
    Column("kind", String(10), nullable=False),
    Column("on_hand_delta", BigInteger, nullable=False),
    Column("reserved_delta", BigInteger, nullable=False),
    Column("reference", String(100)),
    Column("order_id", BigInteger, index=True),
    Column("actor", String(80), nullable=False),
    Column("note", String(200), nullable=False),
    Column("occurred_at", UtcDateTime, nullable=False),
    UniqueConstraint("reference", name="uq_stock_movements_reference"),
    CheckConstraint(
        "(kind = 'adjust' AND on_hand_delta <> 0 AND reserved_delta = 0 AND reference IS NULL)"
        " OR (kind = 'reserve' AND on_hand_delta = 0 AND reserved_delta > 0"
        " AND reference IS NOT NULL)"
        " OR (kind = 'release' AND on_hand_delta = 0 AND reserved_delta < 0"
        " AND reference IS NOT NULL)"
        " OR (kind = 'sell' AND on_hand_delta < 0 AND reserved_delta = on_hand_delta"
        " AND reference IS NOT NULL)"
        " OR (kind = 'take_back' AND on_hand_delta > 0 AND reserved_delta = 0"
        " AND reference IS NOT NULL)",
        name="kind",
    ),
    Index("ix_stock_movements_variant_id_id", "variant_id", "id"),
)
