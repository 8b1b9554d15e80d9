"""The formats of product files by their names."""

from typing import Final

from novacart.application.catalog.import_rows import ImportSource
from novacart.application.catalog.import_sources.shopify import SHOPIFY
from novacart.application.catalog.import_sources.woocommerce import WOOCOMMERCE
from novacart.application.catalog.product_rows import GENERIC

SOURCES: Final[dict[str, ImportSource]] = {
    source.name: source for source in (GENERIC, SHOPIFY, WOOCOMMERCE)
}
