"""Import products from a file."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from novacart.application.authorization.actor import Actor
from novacart.application.catalog.import_batch import BatchOptions, ImportBatch
from novacart.application.catalog.import_report import ImportReport
from novacart.application.catalog.import_rows import ProductRows
from novacart.application.catalog.imported_product import ImportedProduct
from novacart.application.catalog.policy import CatalogPolicy
from novacart.application.catalog.previewed_products import PreviewedProducts
from novacart.application.catalog.repeated_products import RepeatedProducts
from novacart.application.catalog.row_problems import ProblemCode, RowProblem
from novacart.application.ports.clock import Clock
from novacart.application.ports.html_sanitizer import HtmlSanitizer
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.catalog.errors import SkuTaken, SlugTaken
from novacart.domain.shared.errors import ConcurrentChange

# Rows.
BATCH_SIZE: Final = 100
# A preview locks nothing. It keeps only hashes of the batches before, so only a file of one batch
# has exactly the counts of its import.
PREVIEW_BATCH_SIZE: Final = 1_000
_ATTEMPTS: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportProductsCommand:
    """`dry_run` reports what an import would do and changes nothing.

    `set_stock` takes a `stock` without `stock_read` as a count of units that can be ordered,
    also for existing products. `create_categories` adds the categories of another shop.
    `default_stock` is the stock of new variants for which the file has none. `picture_folder` is
    the URL of pictures that the file names by a path. `progress` is called with the number of rows
    processed and their total, after each batch.
    """

    actor: Actor
    file: ProductRows
    dry_run: bool = False
    set_stock: bool = False
    create_categories: bool = False
    default_stock: int = 0
    picture_folder: str = ""
    progress: Callable[[int, int], None] = lambda _done, _total: None


class ImportProducts:
    """Add and edit products, so that the same file twice changes nothing.

    A product of the file is a product of the shop by its `id`, else by the SKU of a variant, else
    by its reference, else by title, subtitle and brand. In a file of another shop, the reference
    comes first. The fields that the file has are edited; if there is no such product, it is added.
    A variant is found by its id, its SKU or its options. Variants that the file does not name stay
    as they are.

    The stock of an existing variant changes by the difference between `stock` and `stock_read`,
    the figure in the export, so that units sold since then stay sold. Staff may have adjusted the
    stock since the export, perhaps by this very file: a row with another `stock_version` leaves
    the stock as it is.

    Rows are imported in batches, each in its own transaction. A row that breaks a rule is
    reported, and the other rows are imported. Raises `PermissionDenied`.
    """

    def __init__(
        self,
        *,
        begin: UnitOfWorkFactory,
        clock: Clock,
        policy: CatalogPolicy,
        sanitizer: HtmlSanitizer,
    ) -> None:
        self._begin = begin
        self._sanitizer = sanitizer
        self._clock = clock
        self._policy = policy

    def __call__(self, command: ImportProductsCommand) -> ImportReport:
        command.actor.require("products.files")
        report = ImportReport(ignored_columns=command.file.ignored_columns)
        processed = 0
        seen = SeenBefore()
        repeated = RepeatedProducts(command.file.mentioned_skus)
        today = self._policy.today(self._clock.now())
        products = command.file.products(self._policy.currency, today)
        for batch in preview_batches(products) if command.dry_run else batches(products):
            done = self._import_batch(batch, command, repeated, seen.products)
            if command.dry_run:
                seen.correct(done, batch)
            report.include(done.report)
            processed += sum(product.row_count for product in batch)
            command.progress(min(processed, command.file.total), command.file.total)
        return report

    def _import_batch(
        self,
        products: Sequence[ImportedProduct],
        command: ImportProductsCommand,
        repeated: RepeatedProducts,
        previewed: PreviewedProducts,
    ) -> ImportBatch:
        """Import a batch, again if someone else has just taken one of its SKUs or slugs."""
        for _ in range(_ATTEMPTS - 1):
            try:
                return self._try_batch(products, command, repeated, previewed)
            except (ConcurrentChange, SkuTaken, SlugTaken):
                continue
        return self._try_batch(products, command, repeated, previewed)

    def _try_batch(
        self,
        products: Sequence[ImportedProduct],
        command: ImportProductsCommand,
        repeated: RepeatedProducts,
        previewed: PreviewedProducts,
    ) -> ImportBatch:
        options = BatchOptions(
            source=command.file.source.name,
            currency=self._policy.currency,
            dry_run=command.dry_run,
            set_stock=command.set_stock,
            create_categories=command.create_categories,
            default_stock=command.default_stock,
            picture_folder=command.picture_folder,
            may_add_categories=command.actor.may("categories.write"),
        )
        with self._begin(is_optimistic=command.dry_run) as work:
            batch = ImportBatch(
                work,
                options,
                sanitizer=self._sanitizer,
                now=self._clock.now(),
                repeated=repeated,
                is_optimistic=command.dry_run,
                previewed=previewed if command.dry_run else None,
            )
            batch.run(products)
            if not command.dry_run:
                work.commit()
        return batch


@dataclass(slots=True)
class SeenBefore:
    """What the batches of a dry run have added, since none is kept.

    So the report of a batch notes the SKUs of another one (`lines`), and counts each new category
    and product once.
    """

    products: PreviewedProducts = field(default_factory=PreviewedProducts)
    lines: dict[str, int] = field(default_factory=dict)
    categories: set[tuple[object, ...]] = field(default_factory=set)

    def correct(self, batch: ImportBatch, products: Iterable[ImportedProduct]) -> None:
        skipped = {row.line for row in batch.report.rejected} | batch.previewed_lines
        batch.report.notes += _repeated_skus(products, self.lines, skipped)
        batch.report.categories_added = len(batch.new_categories - self.categories)
        self.categories |= batch.new_categories


def _repeated_skus(
    products: Iterable[ImportedProduct], lines: dict[str, int], skipped: Collection[int]
) -> Iterator[RowProblem]:
    """Note variants with the SKU of another batch. Add those of this one to `lines`.

    Variants on the lines `skipped` get none.
    """
    found = [
        (sku, variant.line, product.variant_columns.get("sku", "sku"))
        for product in products
        for variant in product.variants
        if variant.line not in skipped and (sku := variant.sku)
    ]
    for sku, line, column in found:
        if sku in lines:
            reason = f"Line {lines[sku]} has the SKU “{sku}”, too."
            yield RowProblem(line=line, column=column, reason=reason, code=ProblemCode.SKU_TAKEN)
    lines |= {sku: line for sku, line, _ in found}


def batches(
    products: Iterable[ImportedProduct], most: int | None = None
) -> Iterator[list[ImportedProduct]]:
    """The products in batches of at least one product and `most` rows, or `BATCH_SIZE`."""
    most = most or BATCH_SIZE
    batch: list[ImportedProduct] = []
    rows = 0
    for product in products:
        if batch and rows + product.row_count > most:
            yield batch
            batch, rows = [], 0
        batch.append(product)
        rows += product.row_count
    if batch:
        yield batch


def preview_batches(products: Iterable[ImportedProduct]) -> Iterator[list[ImportedProduct]]:
    """The products in batches of a preview."""
    return batches(products, PREVIEW_BATCH_SIZE)
