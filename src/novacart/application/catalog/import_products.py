"""Import products from the rows of a file."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Final

from novacart.application.authorization.actor import Actor
from novacart.application.catalog.policy import CatalogPolicy
from novacart.application.catalog.product_files import (
    NumberedRow,
    changes_of,
    product_id_of,
    stock_of,
)
from novacart.application.ports.clock import Clock
from novacart.application.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory
from novacart.domain.catalog.errors import ProductNotFound
from novacart.domain.catalog.product import Product
from novacart.domain.catalog.product_details import ProductDetails
from novacart.domain.shared.errors import DomainError, InvalidValue
from novacart.domain.shared.ids import ProductId

BATCH_SIZE: Final = 500
_REASON: Final = "Import"


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectedRow:
    """A row that was not imported: its line in the file, and the reason."""

    line: int
    reason: str


@dataclass(slots=True, kw_only=True)
class ImportReport:
    """The numbers of products added, edited and left unchanged, and the rejected rows."""

    added: int = 0
    edited: int = 0
    unchanged: int = 0
    rejected: list[RejectedRow] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportProductsCommand:
    """`dry_run` reports what an import would do and changes nothing.

    `progress` is called with the number of rows processed, after each batch.
    """

    actor: Actor
    rows: Iterable[NumberedRow]
    dry_run: bool = False
    progress: Callable[[int], None] = lambda _: None


class ImportProducts:
    """A row with an `id` edits the fields that it names; a row without one adds a product.

    Rows are imported in batches, each in its own transaction. A row that breaks a rule is
    reported, and the other rows are imported. Raises `PermissionDenied`.
    """

    def __init__(self, *, begin: UnitOfWorkFactory, clock: Clock, policy: CatalogPolicy) -> None:
        self._begin = begin
        self._clock = clock
        self._policy = policy

    def __call__(self, command: ImportProductsCommand) -> ImportReport:
        command.actor.require("products.files")
        report = ImportReport()
        processed = 0
        rows = iter(command.rows)
        while batch := list(islice(rows, BATCH_SIZE)):
            with self._begin() as work:
                _Batch(work, report, now=self._clock.now(), policy=self._policy).run(batch)
                if not command.dry_run:
                    work.commit()
            processed += len(batch)
            command.progress(processed)
        return report


class _Batch:
    """The import of some rows in one unit of work."""

    def __init__(
        self, work: UnitOfWork, report: ImportReport, *, now: datetime, policy: CatalogPolicy
    ) -> None:
        self._work = work
        self._report = report
        self._now = now
        self._currency = policy.currency
        self._categories = work.categories.ids_by_slug()
        self._rejected: list[RejectedRow] = []

    def run(self, rows: Sequence[NumberedRow]) -> None:
        """Add the new products, then edit the others."""
        added: list[NumberedRow] = []
        edited: list[tuple[ProductId, NumberedRow]] = []
        for row in rows:
            with self._rejecting(row):
                if row.problem is not None:
                    raise DomainError(row.problem)
                product_id = product_id_of(row.row)
                if product_id is None:
                    added.append(row)
                else:
                    edited.append((product_id, row))
        self._add(added)
        self._edit(edited)
        self._report.rejected += sorted(self._rejected, key=lambda rejected: rejected.line)

    def _add(self, rows: Sequence[NumberedRow]) -> None:
        if not rows:
            return
        products: list[Product] = []
        stock: dict[ProductId, int] = {}
        ids = self._work.ids.take(len(rows))
        for new_id, row in zip(ids, rows, strict=True):
            with self._rejecting(row):
                product_id = ProductId(new_id)
                details = self._new_details(row)
                stock[product_id] = stock_of(row.row) or 0
                products.append(Product.create(id=product_id, details=details, at=self._now))
        self._work.products.add_all(products)
        self._work.stock.open(stock, reason=_REASON, at=self._now)
        self._report.added += len(products)

    def _new_details(self, row: NumberedRow) -> ProductDetails:
        changes = changes_of(row.row, currency=self._currency, categories=self._categories)
        for name in ("title", "price"):
            if name not in changes:
                raise InvalidValue(name, "This is required.")
        return ProductDetails(**changes)

    def _edit(self, rows: Sequence[tuple[ProductId, NumberedRow]]) -> None:
        if not rows:
            return
        products = self._work.products.get_many_for_update({product_id for product_id, _ in rows})
        # By rising id, the order in which stock is locked everywhere.
        for product_id, row in sorted(rows, key=lambda edit: (edit[0], edit[1].line)):
            with self._rejecting(row):
                product = products.get(product_id)
                if product is None:
                    raise ProductNotFound
                product.ensure_active()
                if self._edit_product(product, row):
                    self._report.edited += 1
                else:
                    self._report.unchanged += 1

    def _edit_product(self, product: Product, row: NumberedRow) -> bool:
        details = product.details.with_changes(
            changes_of(row.row, currency=self._currency, categories=self._categories)
        )
        stock = stock_of(row.row)
        stock_changed = False
        if stock is not None:
            before = self._work.stock.levels([product.id])[product.id]
            after = self._work.stock.set_available(product.id, stock, reason=_REASON, at=self._now)
            stock_changed = after != before
        edited = product.edit(details, at=self._now)
        if edited:
            self._work.products.save(product)
        return edited or stock_changed

    @contextmanager
    def _rejecting(self, row: NumberedRow) -> Iterator[None]:
        try:
            yield
        except InvalidValue as error:
            reason = f"{error.field}: {error.message}"
            self._rejected.append(RejectedRow(line=row.line, reason=reason))
        except DomainError as error:
            self._rejected.append(RejectedRow(line=row.line, reason=error.message))
