"""The JSON of products in lists, kept in memory."""

from collections.abc import Sequence
from threading import Lock
from typing import Final, NamedTuple

from flask import request

from novacart.adapters.web.catalog.schemas import product_json
from novacart.adapters.web.http.responses import json_bytes
from novacart.application.catalog.queries import CatalogQueries, ListedProduct
from novacart.application.ports.product_view import ProductView

_STOCK: Final = b'"stock":'
# Bytes that a document occupies besides its text.
_OVERHEAD: Final = 400


class _Document(NamedTuple):
    """The JSON of a product before and after its stock."""

    before: bytes
    after: bytes


# Images are on the host of the request. Then follow id, version and price of the product.
_Key = tuple[str, int, int, int]


class ProductDocuments:
    """Renders lists of products, up to `capacity` bytes of which are kept.

    A document belongs to one version of a product, and each list is read from the database with
    the current version, price and stock of its products. So a list is never older than the last
    commit, and no document has to be deleted when its product changes. The oldest ones are deleted
    when the capacity is exceeded.
    """

    def __init__(self, queries: CatalogQueries, *, capacity: int = 16 * 1024 * 1024) -> None:
        self._queries = queries
        self._capacity = capacity
        self._documents: dict[_Key, _Document] = {}
        self._size = 0
        self._lock = Lock()

    def array(self, listed: Sequence[ListedProduct]) -> bytes:
        """A JSON array of `ProductSchema`. Products that no longer exist are left out."""
        host = request.host_url
        kept = self._documents
        try:
            products = [
                (kept[host, product_id, version, price], stock)
                for product_id, version, price, stock in listed
            ]
        except KeyError:
            products = self._load(host, listed)
        return b"[%b]" % b",".join(
            [b"%b%d%b" % (before, stock, after) for (before, after), stock in products]
        )

    def _load(self, host: str, listed: Sequence[ListedProduct]) -> list[tuple[_Document, int]]:
        documents = {product.id: self._documents.get((host, *product[:3])) for product in listed}
        missing = [product_id for product_id, document in documents.items() if document is None]
        for view in self._queries.products(missing):
            # It may be newer than the list.
            new = documents[view.id] = _document(view)
            self._keep((host, view.id, view.version, view.price_minor), new)
        return [
            (document, product.stock)
            for product in listed
            if (document := documents[product.id]) is not None
        ]

    def _keep(self, key: _Key, document: _Document) -> None:
        with self._lock:
            if key not in self._documents:
                self._documents[key] = document
                self._size += _size(document)
            while self._size > self._capacity:
                self._size -= _size(self._documents.pop(next(iter(self._documents))))


def _document(product: ProductView) -> _Document:
    # A quote inside of a JSON string is escaped, so that the first match is the member.
    before, name, rest = json_bytes(product_json(product)).partition(_STOCK)
    return _Document(before + name, rest.lstrip(b"-0123456789"))


def _size(document: _Document) -> int:
    return len(document.before) + len(document.after) + _OVERHEAD
