"""Export all products as the lines of a file."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from novacart.application.authorization.actor import Actor
from novacart.application.catalog.product_files import FileFormat, write_rows
from novacart.application.catalog.queries import CatalogQueries, ExportedProduct, ProductFilter


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportProductsCommand:
    """`for_spreadsheet` writes a CSV that a spreadsheet opens without running its texts.

    `progress` is called with the number of products written and their approximate total.
    """

    actor: Actor
    format: FileFormat
    for_spreadsheet: bool = False
    progress: Callable[[int, int], None] = lambda _done, _total: None


class ExportProducts:
    """Return the lines of a file that can be imported again. Leaves out archived products.

    Raises `PermissionDenied`.
    """

    def __init__(self, *, queries: CatalogQueries) -> None:
        self._queries = queries

    def __call__(self, command: ExportProductsCommand) -> Iterator[str]:
        command.actor.require("products.files")
        return write_rows(
            self._products(command),
            self._queries.attribute_codes(),
            command.format,
            for_spreadsheet=command.for_spreadsheet,
        )

    def _products(self, command: ExportProductsCommand) -> Iterator[ExportedProduct]:
        total = self._queries.count_products(ProductFilter())
        for done, product in enumerate(self._queries.all_products(), start=1):
            yield product
            # The count leaves out products of hidden categories.
            command.progress(done, max(done, total))
