"""The JSON of products in lists and on their pages, cached in memory."""

import re
from collections.abc import Hashable, Sequence
from threading import Lock
from typing import Final, Generic, NamedTuple, TypeVar

from flask import request

from novacart.adapters.web.catalog.product_schemas import product_detail_json, product_json
from novacart.adapters.web.http.responses import json_bytes
from novacart.application.catalog.queries import CatalogQueries, ListedProduct
from novacart.application.ports.product_view import ProductState, ProductView

_STOCK: Final = b'"stock":'
_AVAILABLE: Final = {False: b',"available":false', True: b',"available":true'}
# The stock of the product and whether a variant is available, and the stock of each variant and its
# copy in the tag of each variant. A quote inside of a JSON string is escaped, so that these are the
# members.
_STOCKS: Final = re.compile(rb'("stock":|"available":|"etag":"\\"[0-9]+-)(?:-?[0-9]+|true|false)')
# Bytes that a document occupies besides its text.
_OVERHEAD: Final = 400

Document = TypeVar("Document", bound=Sequence[bytes])


class _Cache(Generic[Document]):
    """Cached documents by their keys, up to `capacity` bytes, the oldest ones deleted first."""

    def __init__(self, capacity: int) -> None:
        self.by_key: dict[Hashable, Document] = {}
        self._capacity = capacity
        self._size = 0
        self._lock = Lock()

    def add(self, key: Hashable, document: Document) -> None:
        with self._lock:
            if key not in self.by_key:
                self.by_key[key] = document
                self._size += _size(document)
            while self._size > self._capacity:
                self._size -= _size(self.by_key.pop(next(iter(self.by_key))))


def _size(document: Sequence[bytes]) -> int:
    return sum(map(len, document)) + _OVERHEAD


class _Document(NamedTuple):
    """The JSON of a product before and after `stock` and `available`, which follow each other."""

    before: bytes
    after: bytes


class ProductDocuments:
    """Renders lists of products, and caches up to `capacity` bytes of them.

    A document belongs to one version of a product, and each list is read from the database with
    the current version, price and stock of its products. So a list is never older than the last
    commit, and no document has to be deleted when its product changes.
    """

    def __init__(self, queries: CatalogQueries, *, capacity: int = 16 * 1024 * 1024) -> None:
        self._queries = queries
        # By the host of the request, which the URLs of images contain, then id, version and price.
        self._documents = _Cache[_Document](capacity)

    def array(self, listed: Sequence[ListedProduct]) -> bytes:
        """A JSON array of `ProductSchema`. Products that no longer exist are left out."""
        host = request.host_url
        cached = self._documents.by_key
        try:
            products = [
                (cached[host, product_id, version, price], stock, is_available)
                for product_id, version, price, stock, is_available in listed
            ]
        except KeyError:
            products = self._load(host, listed)
        return b"[%b]" % b",".join(
            [
                b"%b%d%b%b" % (before, stock, _AVAILABLE[is_available], after)
                for (before, after), stock, is_available in products
            ]
        )

    def _load(
        self, host: str, listed: Sequence[ListedProduct]
    ) -> list[tuple[_Document, int, bool]]:
        cached = self._documents.by_key
        documents = {product.id: cached.get((host, *product[:3])) for product in listed}
        missing = [product_id for product_id, document in documents.items() if document is None]
        for view in self._queries.products(missing):
            # It may be newer than the list.
            new = documents[view.id] = _document(view)
            self._documents.add((host, view.id, view.version, view.price_minor), new)
        return [
            (document, product.stock, product.is_available)
            for product in listed
            if (document := documents[product.id]) is not None
        ]


class ProductPages:
    """Renders the pages of products with their variants, and caches up to `capacity` bytes.

    A page belongs to one version of the product, of its gallery and of each variant. These, prices
    and stock are read from the database for each request, as for lists.
    """

    def __init__(self, queries: CatalogQueries, *, capacity: int = 8 * 1024 * 1024) -> None:
        self._queries = queries
        self._pages = _Cache[Sequence[bytes]](capacity)

    def page(self, state: ProductState) -> tuple[bytes, ProductState]:
        """The JSON of `ProductDetailSchema`, and its state: it may be newer.

        Raises `ProductNotFound`.
        """
        parts = self._pages.by_key.get(_page_key(state))
        if parts is not None:
            return _with_stocks(parts, state), state
        detail = self._queries.product_with_variants(state.id)
        content = json_bytes(product_detail_json(detail))
        self._pages.add(_page_key(detail.state), _between_stocks(content))
        return content, detail.state


def _page_key(state: ProductState) -> Hashable:
    return (
        request.host_url,
        state.id,
        state.version,
        state.gallery_version,
        state.attributes_version,
        state.default_variant_id,
        tuple(variant[:3] for variant in state.variants),
    )


def _between_stocks(content: bytes) -> Sequence[bytes]:
    """The parts of a page before each stock, and the last one."""
    *parts, end = _STOCKS.split(content)
    return [*(text + name for text, name in zip(parts[::2], parts[1::2], strict=True)), end]


def _with_stocks(parts: Sequence[bytes], state: ProductState) -> bytes:
    is_available = any(stock > 0 for stock in state.stocks)
    values = [b"%d" % state.default_stock, b"true" if is_available else b"false"]
    for stock in state.stocks:
        values += [b"%d" % stock] * 2
    return b"".join(
        [part + value for part, value in zip(parts[:-1], values, strict=True)] + [parts[-1]]
    )


def _document(product: ProductView) -> _Document:
    # As in `_STOCKS`, the first match is the member.
    before, name, rest = json_bytes(product_json(product)).partition(_STOCK)
    return _Document(
        before + name, rest.lstrip(b"-0123456789").removeprefix(_AVAILABLE[product.is_available])
    )
