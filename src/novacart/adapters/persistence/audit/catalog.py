"""Checks of counts, the price history, pictures, the tree of categories, attributes and tags."""

from typing import Final

from novacart.adapters.persistence.audit.audit_check import AuditCheck

CATALOG_COUNTS: Final = (
    AuditCheck(
        message="Brand {brand} in category {category_id}: {counted} products counted, there are"
        " {products}; on sale {counted_on_sale}, there are {on_sale}.",
        population="SELECT count(*) FROM brand_counts",
        violations="""
            SELECT category_id, brand, sum(counted) AS counted, sum(products) AS products,
                   sum(counted_on_sale) AS counted_on_sale, sum(on_sale) AS on_sale
            FROM (
                SELECT category_id, brand_key, brand, products AS counted, 0 AS products,
                       on_sale AS counted_on_sale, 0 AS on_sale
                FROM brand_counts
                UNION ALL
                SELECT coalesce(category_id, 0), brand_key, brand, 0, count(*),
                       0, sum(CASE WHEN is_on_sale THEN 1 ELSE 0 END)
                FROM products WHERE archived_at IS NULL
                GROUP BY coalesce(category_id, 0), brand_key, brand
            ) c
            GROUP BY category_id, brand_key, brand
            HAVING sum(counted) <> sum(products) OR sum(counted_on_sale) <> sum(on_sale)
        """,
    ),
    AuditCheck(
        message="Product {id} is wrongly marked as on sale or not on sale.",
        population="SELECT count(*) FROM products",
        violations="""
            SELECT p.id FROM products p
            WHERE p.is_on_sale <> EXISTS (
                SELECT 1 FROM variants v WHERE v.product_id = p.id AND v.archived_at IS NULL
                AND v.compare_at_minor > v.price_minor)
        """,
    ),
)

PRICE_HISTORY: Final = (
    AuditCheck(
        message="Variant {id}: its price or compare-at price is not that of its last entry.",
        population="SELECT count(*) FROM variants",
        violations="""
            SELECT v.id FROM variants v
            LEFT JOIN price_history h ON h.id = (
                SELECT max(id) FROM price_history WHERE variant_id = v.id)
            WHERE h.id IS NULL OR h.price_minor <> v.price_minor OR h.currency <> v.currency
            OR coalesce(h.compare_at_minor, 0) <> coalesce(v.compare_at_minor, 0)
        """,
    ),
    AuditCheck(
        message="Variant {variant_id}: entry {id} is valid before an earlier one.",
        population="SELECT count(*) FROM price_history",
        violations="""
            SELECT variant_id, id FROM (
                SELECT variant_id, id, valid_from,
                       lag(valid_from) OVER (PARTITION BY variant_id ORDER BY id) AS previous
                FROM price_history
            ) h WHERE valid_from < previous
        """,
    ),
    AuditCheck(
        message="Variant {id} is not on sale and has a lowest price of the last 30 days.",
        population="SELECT count(*) FROM variants",
        violations="""
            SELECT id FROM variants
            WHERE lowest_30_days_minor IS NOT NULL
            AND coalesce(compare_at_minor, 0) <= price_minor
        """,
    ),
)

PICTURES: Final = (
    AuditCheck(
        message="Product {id} shows {image}, its first picture is {first}.",
        population="SELECT count(*) FROM products",
        violations="""
            SELECT id, image, first FROM (
                SELECT p.id, coalesce(p.image, 'no image') AS image,
                       coalesce(
                           (SELECT c.image FROM product_pictures c WHERE c.product_id = p.id
                            ORDER BY c.position, c.id LIMIT 1),
                           'no image'
                       ) AS first
                FROM products p
            ) shown WHERE image <> first
        """,
    ),
    AuditCheck(
        message="Variant {id} shows {image}, which is not a picture of its product.",
        population="SELECT count(*) FROM variants WHERE image IS NOT NULL",
        violations="""
            SELECT v.id, v.image FROM variants v
            WHERE v.image IS NOT NULL AND NOT EXISTS (
                SELECT 1 FROM product_pictures c
                WHERE c.product_id = v.product_id AND c.image = v.image
            )
        """,
    ),
)

CATEGORY_TREE: Final = (
    AuditCheck(
        message="Category {id} ({slug}) does not follow from the category that it is in.",
        population="SELECT count(*) FROM categories",
        # No path of a cycle is right, since each is longer than that of the parent.
        violations="""
            SELECT c.id, c.slug FROM categories c LEFT JOIN categories p ON p.id = c.parent_id
            WHERE c.path <> coalesce(p.path || p.id || '/', '')
            OR c.is_branch_active <> coalesce(p.is_active AND p.is_branch_active, true)
        """,
    ),
)

ATTRIBUTES: Final = (
    AuditCheck(
        message="Product {product_id} has a value of attribute {code}, which is not one of its"
        " category.",
        population="SELECT count(*) FROM product_attributes",
        violations="""
            SELECT v.product_id, a.code FROM product_attributes v
            JOIN attributes a ON a.id = v.attribute_id
            JOIN products p ON p.id = v.product_id
            LEFT JOIN categories c ON c.id = p.category_id
            WHERE coalesce('/' || c.path || c.id || '/', '') NOT LIKE '%/' || a.category_id || '/%'
        """,
    ),
    AuditCheck(
        message="Product {product_id} is in category {category_id}, its values are stored for"
        " {stored}.",
        population="SELECT count(*) FROM product_attributes",
        violations="""
            SELECT DISTINCT v.product_id, p.category_id, v.category_id AS stored
            FROM product_attributes v JOIN products p ON p.id = v.product_id
            WHERE v.category_id <> p.category_id
        """,
    ),
    AuditCheck(
        message="Attribute {attribute_id} in category {category_id}: {counted} products counted"
        " with the value {text} {number}, there are {products}.",
        population="SELECT count(*) FROM attribute_counts",
        violations="""
            SELECT category_id, attribute_id, text, number, sum(counted) AS counted,
                   sum(products) AS products
            FROM (
                SELECT category_id, attribute_id, text, number, products AS counted, 0 AS products
                FROM attribute_counts
                UNION ALL
                SELECT p.category_id, v.attribute_id, v.text, v.number, 0, count(*)
                FROM product_attributes v JOIN products p ON p.id = v.product_id
                WHERE p.archived_at IS NULL AND p.category_id IS NOT NULL
                GROUP BY p.category_id, v.attribute_id, v.text, v.number
            ) c
            GROUP BY category_id, attribute_id, text, number
            HAVING sum(counted) <> sum(products)
        """,
    ),
)

_TAGS: Final = (
    AuditCheck(
        message="Product {product_id}: its tag {tag_key} has another price or time.",
        population="SELECT count(*) FROM product_tags",
        violations="""
            SELECT t.product_id, t.tag_key
            FROM product_tags t JOIN products p ON p.id = t.product_id
            WHERE (t.price_minor, t.created_at) IS DISTINCT FROM (
                CASE WHEN p.archived_at IS NULL THEN p.price_minor END,
                CASE WHEN p.archived_at IS NULL THEN p.created_at END)
        """,
    ),
)


def tags(dialect: str) -> tuple[AuditCheck, ...]:
    """The check of the sort keys of tags, which only PostgreSQL has."""
    return _TAGS if dialect == "postgresql" else ()
