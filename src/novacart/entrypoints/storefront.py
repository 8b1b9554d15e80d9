"""The storefront at the root of the site."""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

import orjson
import structlog
from flask import Flask
from injector import Injector

from novacart.adapters import storefront
from novacart.adapters.storefront.built_files import BuiltFiles
from novacart.adapters.storefront.formatting import Formats
from novacart.adapters.storefront.pages import CatalogJson, Pages
from novacart.adapters.storefront.site import LIST_ENDPOINTS, Site
from novacart.adapters.storefront.sitemap import Sitemap
from novacart.adapters.storefront.texts import texts_of
from novacart.adapters.web.catalog.attribute_schemas import facets_json
from novacart.adapters.web.catalog.category_schemas import CategorySchema
from novacart.adapters.web.catalog.collection_schemas import collection_json
from novacart.adapters.web.catalog.product_documents import ProductDocuments
from novacart.adapters.web.catalog.product_schemas import product_detail_json
from novacart.adapters.web.http.cursors import decode_cursor, encode_cursor
from novacart.adapters.web.http.endpoints import declare
from novacart.adapters.web.http.errors import ApiError
from novacart.adapters.web.http.responses import json_bytes
from novacart.application.catalog.collection_queries import CollectionQueries
from novacart.application.catalog.queries import (
    BestSellerQueries,
    CatalogQueries,
    CategoryView,
    ListPosition,
    ProductSort,
)
from novacart.application.ports.clock import Clock
from novacart.application.ports.product_view import ProductWithVariants
from novacart.entrypoints.settings import PaymentProvider, Settings
from novacart.entrypoints.shop_settings import read_shop

_BUILT: Final = Path(storefront.__file__).parent / "built"

_log = structlog.get_logger("novacart.storefront")


def register_storefront(app: Flask, injector: Injector) -> bool:
    """Serve the storefront if it is enabled and built. Return whether it is."""
    settings = injector.get(Settings)
    if not settings.storefront_enabled:
        return False
    folder = settings.storefront_dir or _BUILT
    texts = texts_of(settings.shop_locale)
    files = BuiltFiles.load(folder, locale=settings.shop_locale, texts=texts)
    if files is None:
        _log.warning("storefront_not_built", folder=str(folder))
        return False
    queries = injector.get(CatalogQueries)  # type: ignore[type-abstract]
    encode = CatalogJson(
        product=_product,
        products=injector.get(ProductDocuments).array,
        categories=_categories,
        collection=collection_json,
        facets=facets_json,
        cursor=encode_cursor,
        position=_position,
    )
    collections = injector.get(CollectionQueries)  # type: ignore[type-abstract]
    clock = injector.get(Clock)  # type: ignore[type-abstract]
    pages = Pages(
        queries=queries,
        collections=collections,
        best_sellers=injector.get(BestSellerQueries),  # type: ignore[type-abstract]
        clock=clock,
        encode=encode,
        name=settings.shop_name,
        currency=settings.currency,
        texts=texts,
        formats=Formats.of(settings.shop_locale),
    )
    site = Site(
        files=files,
        pages=pages,
        sitemap=Sitemap(queries, collections, clock),
        config=partial(read_shop, injector),
        public_url=f"{settings.storefront_url}/" if settings.storefront_url else "",
        stripe=settings.payment_provider is PaymentProvider.STRIPE,
    )
    for endpoint in site.install(app):
        declare(app, endpoint, error_page=site.error)
    for endpoint in LIST_ENDPOINTS:
        declare(app, endpoint, slow_read=True)
    return True


def _product(detail: ProductWithVariants) -> Mapping[str, Any]:
    product: dict[str, Any] = orjson.loads(json_bytes(product_detail_json(detail)))
    return product


def _categories(categories: Sequence[CategoryView]) -> Sequence[Mapping[str, Any]]:
    dumped: list[dict[str, Any]] = CategorySchema(many=True).dump(categories)
    return dumped


def _position(cursor: str, sort: ProductSort) -> ListPosition | None:
    try:
        return decode_cursor(cursor, sort)
    except ApiError:
        return None
