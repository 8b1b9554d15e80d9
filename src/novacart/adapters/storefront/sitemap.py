"""The sitemap of all products (sitemaps.org, protocol 0.9), streamed from the database."""

import re
from collections.abc import Iterator
from typing import Final

from markupsafe import escape
from werkzeug.exceptions import NotFound

from novacart.application.catalog.collection_queries import CollectionQueries, shown_collections
from novacart.application.catalog.queries import CatalogQueries, ListPosition
from novacart.application.ports.clock import Clock

# The protocol allows 50,000 URLs in a file.
PART_SIZE: Final = 50_000
_BATCH: Final = 1000
# The name of the part of pages other than products.
_PAGES: Final = "pages"
_PART: Final = re.compile(r"start|([0-9]{1,18})-([1-9][0-9]{0,15})")
_XML: Final = '<?xml version="1.0" encoding="UTF-8"?>\n'
_NAMESPACE: Final = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'


class Sitemap:
    """An index of parts: one of pages other than products, and several of products.

    A part of products is named by the position at which it starts, for keyset pagination: the last
    one costs as little as the first.
    """

    def __init__(
        self,
        queries: CatalogQueries,
        collections: CollectionQueries,
        clock: Clock,
        *,
        part_size: int = PART_SIZE,
    ) -> None:
        self._queries = queries
        self._collections = collections
        self._clock = clock
        self._part_size = part_size

    def index(self, site: str) -> Iterator[str]:
        """Yield the index in pieces."""
        yield f"{_XML}<sitemapindex {_NAMESPACE}>\n"
        for name in (_PAGES, "start"):
            yield f"<sitemap><loc>{escape(site)}sitemap-{name}.xml</loc></sitemap>\n"
        find, after = self._queries.newest_positions, None
        # The last product of a part, and the first one of the next part.
        while len(ends := find(after=after, skip=self._part_size - 1, limit=2)) > 1:
            after = ends[0]
            url = f"{escape(site)}sitemap-{after.key}-{after.id}.xml"
            yield f"<sitemap><loc>{url}</loc></sitemap>\n"
        yield "</sitemapindex>\n"

    def part(self, site: str, name: str) -> Iterator[str]:
        """Return a part in pieces; `start` has the first products. Raises `NotFound`."""
        if name == _PAGES:
            return self._pages(str(escape(site)))
        match = _PART.fullmatch(name)
        if match is None:
            raise NotFound
        start = ListPosition(key=int(match[1]), id=int(match[2])) if match[1] else None
        return self._products(str(escape(site)), start)

    def _pages(self, site: str) -> Iterator[str]:
        yield f"{_XML}<urlset {_NAMESPACE}>\n"
        yield _url(site)
        for category in self._queries.categories():
            yield _url(f"{site}category/{escape(category.slug)}")
        for each in shown_collections(self._collections.collections(), self._clock.now()):
            yield _url(f"{site}collection/{escape(each.details.slug)}")
        yield "</urlset>\n"

    def _products(self, site: str, after: ListPosition | None) -> Iterator[str]:
        yield f"{_XML}<urlset {_NAMESPACE}>\n"
        remaining = self._part_size
        while remaining > 0:
            positions = self._queries.newest_positions(limit=min(_BATCH, remaining), after=after)
            if not positions:
                break
            yield "".join(_url(f"{site}product/{each.id}") for each in positions)
            remaining -= len(positions)
            after = positions[-1]
        yield "</urlset>\n"


def _url(location: str) -> str:
    return f"<url><loc>{location}</loc></url>\n"
