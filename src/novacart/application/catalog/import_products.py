"""Import products from the rows of a file."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Final

from novacart.application.authorization.actor import Actor
from novacart.application.catalog.import_report import ImportReport, RejectedRow, StockChange
from novacart.application.catalog.policy import CatalogPolicy
from novacart.application.catalog.product_files import NumberedRow, ProductRows
from novacart.application.catalog.product_rows import Names, RowValues, read_row
from novacart.application.ports.clock import Clock
from novacart.application.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory
from novacart.domain.catalog.category import Category
from novacart.domain.catalog.category_details import CategoryDetails
from novacart.domain.catalog.errors import ProductNotFound, SkuTaken, SlugTaken, StockIsReserved
from novacart.domain.catalog.product import Product
from novacart.domain.catalog.product_details import ProductDetails
from novacart.domain.catalog.stock import StockLevel
from novacart.domain.shared.errors import ConcurrentChange, DomainError, InvalidValue
from novacart.domain.shared.ids import CategoryId, ProductId, VariantId

BATCH_SIZE: Final = 500
_ATTEMPTS: Final = 3
_REASON: Final = "Import"
_NOT_READ: Final = "the row has no stock_read"
_ADJUSTED_SINCE: Final = "the stock was adjusted after the file was exported"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportProductsCommand:
    """`dry_run` reports what an import would do and changes nothing.

    `set_stock` takes a `stock` without `stock_read` as a count of units that can be ordered,
    also for existing products. `progress` is called with the number of rows processed and their
    total, after each batch.
    """

    actor: Actor
    file: ProductRows
    dry_run: bool = False
    set_stock: bool = False
    progress: Callable[[int, int], None] = lambda _done, _total: None


class ImportProducts:
    """Add and edit products, so that the same file twice changes nothing.

    A row identifies its product by `id`, else by `sku`, else by title, subtitle and brand. It
    edits the fields that it names; if there is no such product, it adds one. A category that does
    not exist is added if the row also names it.

    The stock of an existing product changes by the difference between `stock` and `stock_read`,
    the figure in the export, so that units sold since then stay sold. Staff may have adjusted the
    stock since the export, perhaps by this very file: a row with another `stock_version` leaves
    the stock as it is.

    Rows are imported in batches, each in its own transaction. A row that breaks a rule is
    reported, and the other rows are imported. Raises `PermissionDenied`.
    """

    def __init__(self, *, begin: UnitOfWorkFactory, clock: Clock, policy: CatalogPolicy) -> None:
        self._begin = begin
        self._clock = clock
        self._policy = policy

    def __call__(self, command: ImportProductsCommand) -> ImportReport:
        command.actor.require("products.files")
        report = ImportReport(ignored_columns=command.file.ignored_columns)
        processed = 0
        rows = iter(command.file.rows)
        while batch := list(islice(rows, BATCH_SIZE)):
            report.include(self._import_batch(batch, command))
            processed += len(batch)
            command.progress(processed, command.file.total)
        return report

    def _import_batch(
        self, rows: Sequence[NumberedRow], command: ImportProductsCommand
    ) -> ImportReport:
        """Import a batch, again if someone else has just taken one of its SKUs or slugs."""
        for _ in range(_ATTEMPTS - 1):
            try:
                return self._try_batch(rows, command)
            except (ConcurrentChange, SkuTaken, SlugTaken):
                continue
        return self._try_batch(rows, command)

    def _try_batch(
        self, rows: Sequence[NumberedRow], command: ImportProductsCommand
    ) -> ImportReport:
        with self._begin() as work:
            batch = _Batch(work, command, now=self._clock.now(), currency=self._policy.currency)
            batch.run(rows)
            if not command.dry_run:
                work.commit()
        return batch.report


class _Batch:
    """The import of some rows in one unit of work.

    All rows are applied to the loaded products first, in the order of the file, and then
    written.
    """

    def __init__(
        self, work: UnitOfWork, command: ImportProductsCommand, *, now: datetime, currency: str
    ) -> None:
        self.report = ImportReport()
        self._work = work
        self._command = command
        self._now = now
        self._currency = currency
        self._slugs = dict(work.categories.ids_by_slug())
        self._new_categories: list[Category] = []
        self._products: dict[ProductId, Product] = {}
        self._variant_ids: set[VariantId] = set()
        self._by_sku: dict[str, ProductId] = {}
        self._by_names: dict[Names, list[ProductId]] = defaultdict(list)
        self._levels: dict[VariantId, StockLevel] = {}
        self._new: list[Product] = []
        self._opened: dict[VariantId, StockLevel] = {}
        self._edited: set[ProductId] = set()
        self._deltas: dict[VariantId, int] = defaultdict(int)
        self._new_ids: Iterator[int] = iter(())

    def run(self, rows: Sequence[NumberedRow]) -> None:
        values: list[RowValues] = []
        for row in rows:
            with self._rejecting(row.line):
                values.append(read_row(row, currency=self._currency))
        self._load(values)
        for row_values in values:
            with self._rejecting(row_values.line):
                self._apply(row_values)
        self._write()
        self.report.rejected.sort(key=lambda rejected: rejected.line)

    def _load(self, rows: Sequence[RowValues]) -> None:
        """Load and lock the products that the rows identify."""
        products = self._work.products
        self._by_sku |= products.ids_by_sku({row.sku for row in rows if row.sku})
        unkeyed = {row.names for row in rows if row.product_id is None and row.sku is None}
        for names, ids in products.ids_by_names({title for title, _, _ in unkeyed}).items():
            if names in unkeyed:
                self._by_names[names] += ids
        wanted = {row.product_id for row in rows if row.product_id is not None}
        wanted |= {*self._by_sku.values()}
        wanted |= {product_id for ids in self._by_names.values() for product_id in ids}
        self._products = products.get_many_for_update(wanted)
        unknown = {row.product_id for row in rows if row.product_id} - self._products.keys()
        self._variant_ids = set(products.ids_by_variant(VariantId(each) for each in unknown))
        variant_ids = [product.default_variant_id for product in self._products.values()]
        self._work.stock.lock(variant_ids)
        self._levels = self._work.stock.levels(variant_ids)
        new = sum(1 for row in rows if row.product_id is None and not self._candidates(row))
        if new:
            self._new_ids = iter(self._work.ids.take(new))

    def _candidates(self, row: RowValues) -> list[Product]:
        """The products that the row may mean, at most one unless it has no id and no SKU."""
        by_id = None if row.product_id is None else self._products.get(row.product_id)
        if by_id is not None:
            return [by_id]
        if row.sku is not None:
            return [self._products[self._by_sku[row.sku]]] if row.sku in self._by_sku else []
        if row.product_id is not None:
            return []
        named = [self._products[product_id] for product_id in self._by_names.get(row.names, ())]
        # An earlier row may have renamed it.
        named = [product for product in named if _names(product) == row.names]
        if len(named) > 1:
            named = [product for product in named if product.details.sku is None] or named
        return named

    def _find(self, row: RowValues) -> Product | None:
        """The product of the row, None for a new one. Raises `DomainError` for several."""
        candidates = self._candidates(row)
        if not candidates:
            return None
        if len(candidates) > 1:
            raise DomainError(
                f"{len(candidates)} products have this title, subtitle and brand. Add id or SKU."
            )
        [product] = candidates
        if row.product_id != product.id and row.sku is not None and product.details.sku != row.sku:
            # An earlier row gave the product another SKU.
            raise InvalidValue("sku", SkuTaken(row.sku).message)
        return product

    def _apply(self, row: RowValues) -> None:
        product = self._find(row)
        if product is None:
            self._add(row)
            return
        if product.is_archived:
            raise DomainError("This product is archived. Restore it first.")
        category_id, category = self._category_of(row)
        changes = dict(row.changes)
        if row.category is not None:
            changes["category_id"] = category_id
        details = product.details.with_changes(changes)
        self._ensure_sku_is_free(details, product.id)
        change = self._stock_change(product, row)
        edited = product.edit(details, at=self._now)
        self._include(product, category)
        if edited:
            self._edited.add(product.id)
        stock_changed = False
        if change is not None:
            self.report.stock.append(change)
            stock_changed = change.left_because is None
            if stock_changed:
                delta = change.after - change.before
                variant_id = product.default_variant_id
                self._deltas[variant_id] += delta
                self._levels[variant_id] = self._levels[variant_id].adjusted(delta)
        if edited or stock_changed:
            self.report.edited += 1
        else:
            self.report.unchanged += 1

    def _add(self, row: RowValues) -> None:
        for name in ("title", "price"):
            if name not in row.changes:
                if row.product_id is not None:
                    raise ProductNotFound
                raise InvalidValue(name, "This is required for a new product.")
        if row.product_id is not None and VariantId(row.product_id) in self._variant_ids:
            raise InvalidValue("id", "This is the id of a variant of a product.")
        category_id, category = self._category_of(row)
        details = ProductDetails(**row.changes, category_id=category_id)
        new_id = row.product_id or self._new_id()
        self._ensure_sku_is_free(details, new_id)
        product = Product.create(id=new_id, details=details, at=self._now)
        variant_id = product.default_variant_id
        level = StockLevel(
            variant_id=variant_id,
            on_hand=row.stock or 0,
            reserved=0,
            version=row.stock_version or 0,
        )
        self._new.append(product)
        self._opened[variant_id] = self._levels[variant_id] = level
        self._include(product, category)
        self.report.added += 1
        self.report.units_added += level.on_hand

    def _new_id(self) -> ProductId:
        return ProductId(next(self._new_ids, None) or self._work.ids.take()[0])

    def _include(self, product: Product, category: Category | None) -> None:
        """Find the product and a new category by later rows."""
        self._products[product.id] = product
        if product.details.sku is not None:
            self._by_sku[product.details.sku] = product.id
        if product.id not in (named := self._by_names[_names(product)]):
            named.append(product.id)
        if category is not None:
            self._slugs[category.details.slug] = category.id
            self._new_categories.append(category)
            self.report.categories_added += 1

    def _category_of(self, row: RowValues) -> tuple[CategoryId | None, Category | None]:
        """The id of the row's category, and the category itself if it is new."""
        if not row.category:
            return None, None
        slug = row.category.lower()
        if slug in self._slugs:
            return self._slugs[slug], None
        if row.category_name is None or not self._command.actor.may("categories.write"):
            raise InvalidValue(
                "category",
                f"There is no category with the slug “{row.category}”. Add it first, or give its"
                " name in category_name.",
            )
        try:
            details = CategoryDetails(
                name=row.category_name, slug=slug, is_active=row.category_active
            )
        except InvalidValue as error:
            column = "category" if error.field == "slug" else "category_name"
            raise InvalidValue(column, error.message) from error
        [new_id] = self._work.ids.take()
        category_id = CategoryId(new_id)
        return category_id, Category.create(id=category_id, details=details, at=self._now)

    def _ensure_sku_is_free(self, details: ProductDetails, product_id: ProductId) -> None:
        if details.sku is not None and self._by_sku.get(details.sku, product_id) != product_id:
            raise InvalidValue("sku", SkuTaken(details.sku).message)

    def _stock_change(self, product: Product, row: RowValues) -> StockChange | None:
        """The change of stock that the row asks for, None if it asks for none.

        Raises `InvalidValue` for one that is not possible.
        """
        if row.stock is None or row.stock == row.stock_read:
            return None
        level = self._levels[product.default_variant_id]
        left_because = None
        if row.stock_read is None:
            delta = row.stock - level.available
            if not self._command.set_stock:
                left_because = _NOT_READ
        else:
            delta = row.stock - row.stock_read
            if row.stock_version not in {None, level.version}:
                left_because = _ADJUSTED_SINCE
        if delta == 0:
            return None
        if left_because is None:
            try:
                level.adjusted(delta)
            except StockIsReserved as error:
                raise InvalidValue(
                    "stock", f"This removes {-delta} units, but {level.available} are available."
                ) from error
        return StockChange(
            line=row.line,
            product_id=product.id,
            title=product.details.title,
            before=level.available,
            after=level.available + (delta if left_because is None else 0),
            left_because=left_because,
        )

    def _write(self) -> None:
        work = self._work
        for category in self._new_categories:
            work.categories.add(category)
        added = {product.id for product in self._new}
        # By rising id, the order in which products and stock are locked everywhere.
        for product_id in sorted(self._edited - added):
            work.products.save(self._products[product_id])
        if self._new and not self._command.dry_run:
            work.ids.skip(max(added))
        work.products.add_all(self._new)
        work.stock.open(
            {variant_id: level.on_hand for variant_id, level in self._opened.items()},
            versions={variant_id: level.version for variant_id, level in self._opened.items()},
            reason=_REASON,
            at=self._now,
        )
        for variant_id, delta in sorted(self._deltas.items()):
            work.stock.adjust(variant_id, delta, reason=_REASON, at=self._now)

    @contextmanager
    def _rejecting(self, line: int) -> Iterator[None]:
        column: str | None = None
        try:
            yield
        except InvalidValue as error:
            column, reason = error.field, error.message
        except DomainError as error:
            reason = error.message
        else:
            return
        self.report.rejected.append(RejectedRow(line=line, column=column, reason=reason))


def _names(product: Product) -> Names:
    details = product.details
    return details.title, details.subtitle, details.brand
