"""Check of the stored counts of brands against the products."""

from typing import Final

from novacart.adapters.persistence.audit.audit_check import AuditCheck

CATALOG_COUNTS: Final = (
    AuditCheck(
        message="Brand {brand} in category {category_id}: {counted} products counted, there are"
        " {products}.",
        population="SELECT count(*) FROM brand_counts",
        violations="""
            SELECT category_id, brand, sum(counted) AS counted, sum(products) AS products FROM (
                SELECT category_id, brand_key, brand, products AS counted, 0 AS products
                FROM brand_counts
                UNION ALL
                SELECT coalesce(category_id, 0), brand_key, brand, 0, count(*)
                FROM products WHERE archived_at IS NULL
                GROUP BY coalesce(category_id, 0), brand_key, brand
            ) c
            GROUP BY category_id, brand_key, brand HAVING sum(counted) <> sum(products)
        """,
    ),
)
