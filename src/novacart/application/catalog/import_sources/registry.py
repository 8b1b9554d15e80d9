"""The formats of product files by their names."""

from typing import Final

from novacart.application.catalog.import_rows import ImportSource
from novacart.application.catalog.import_sources.google import GOOGLE
from novacart.application.catalog.import_sources.magento import MAGENTO
from novacart.application.catalog.import_sources.prestashop import PRESTASHOP
from novacart.application.catalog.import_sources.shopify import SHOPIFY
from novacart.application.catalog.import_sources.vendure import VENDURE
from novacart.application.catalog.import_sources.woocommerce import WOOCOMMERCE
from novacart.application.catalog.product_rows import GENERIC

SOURCES: Final[dict[str, ImportSource]] = {
    source.name: source
    for source in (SHOPIFY, WOOCOMMERCE, MAGENTO, PRESTASHOP, VENDURE, GOOGLE, GENERIC)
}
