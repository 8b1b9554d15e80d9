"""Hand out the whole catalogue as rows of a file."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from novacart.application.catalog.product_file_formats import FileFormat, written_rows
from novacart.application.catalog.queries import CatalogQueries, CataloguedProduct, ProductFilter


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportProductsCommand:
    """`progress` is told how many products are written, and how many there are about."""

    form: FileFormat
    progress: Callable[[int, int], None] = lambda _done, _of: None


class ExportProducts:
    """The lines of a file that an import takes back as it is; archived products are left out."""

    def __init__(self, *, queries: CatalogQueries) -> None:
        self._queries = queries

    def __call__(self, command: ExportProductsCommand) -> Iterator[str]:
        return written_rows(self._rows(command), command.form)

    def _rows(self, command: ExportProductsCommand) -> Iterator[dict[str, Any]]:
        total = self._queries.count_products(ProductFilter())
        for done, product in enumerate(self._queries.every_product(), start=1):
            yield _row(product)
            command.progress(done, total)


def _row(catalogued: CataloguedProduct) -> dict[str, Any]:
    product = catalogued.product
    return {
        "id": product.id,
        "title": product.title,
        "subtitle": product.subtitle,
        "description": product.description,
        "price": str(product.price),
        "currency": product.price.currency,
        "author": product.author,
        "published_year": product.published_year,
        "brand": product.brand,
        "stock": product.stock,
        "category": catalogued.category_slug,
        "image": product.image,
    }
