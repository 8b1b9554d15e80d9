"""A portion of an import, inside one unit of work."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from novacart.application.catalog.import_row import fields_of, id_of, stock_of
from novacart.application.catalog.product_fields import drafted, rewritten
from novacart.application.catalog.product_file_formats import NumberedRow
from novacart.application.ports.unit_of_work import UnitOfWork
from novacart.domain.catalog.errors import ProductNotFound
from novacart.domain.catalog.product import Product
from novacart.domain.shared.errors import DomainError, InvalidValue
from novacart.domain.shared.ids import ProductId

_REASON: Final = "Import"


@dataclass(frozen=True, slots=True, kw_only=True)
class BadRow:
    """A row that was not taken in: its line in the file, and why."""

    line: int
    reason: str


class ImportBatch:
    """Tells how many of its rows `added`, `edited` or left `unchanged`, and which were `bad`."""

    def __init__(self, work: UnitOfWork, *, now: datetime, currency: str) -> None:
        self._work = work
        self._now = now
        self._currency = currency
        self._categories = work.categories.ids_by_slug()
        self.added = self.edited = self.unchanged = 0
        self.bad: list[BadRow] = []

    def take_in(self, rows: Sequence[NumberedRow]) -> None:
        """Write the good rows, new products first; the bad ones are told by their lines."""
        new: list[NumberedRow] = []
        changes: list[tuple[ProductId, NumberedRow]] = []
        for row in rows:
            with self._telling(row):
                product_id = _subject(row)
                if product_id is None:
                    new.append(row)
                else:
                    changes.append((product_id, row))
        self._add(new)
        self._change(changes)
        self.bad.sort(key=lambda bad: bad.line)

    def _add(self, rows: Sequence[NumberedRow]) -> None:
        if not rows:
            return
        products: list[Product] = []
        stock: dict[ProductId, int] = {}
        ids = self._work.ids.take(len(rows))
        for new_id, row in zip(ids, rows, strict=True):
            with self._telling(row):
                fields = fields_of(row.row, self._categories)
                details = drafted(fields, currency=self._currency)
                stock[ProductId(new_id)] = stock_of(row.row) or 0
                products.append(Product.draft(id=ProductId(new_id), details=details, at=self._now))
        self._work.products.add_all(products)
        self._work.stock.open(stock, reason=_REASON, at=self._now)
        self.added = len(products)

    def _change(self, rows: Sequence[tuple[ProductId, NumberedRow]]) -> None:
        if not rows:
            return
        known = self._work.products.get_many_for_update({product_id for product_id, _ in rows})
        # By rising id, since stock is locked in that order everywhere.
        for product_id, row in sorted(rows, key=lambda change: (change[0], change[1].line)):
            with self._telling(row):
                product = known.get(product_id)
                if product is None or product.is_archived:
                    raise ProductNotFound
                if self._rewrite(product, row):
                    self.edited += 1
                else:
                    self.unchanged += 1

    def _rewrite(self, product: Product, row: NumberedRow) -> bool:
        fields = fields_of(row.row, self._categories)
        details = rewritten(product.details, fields, currency=self._currency)
        stock = stock_of(row.row)
        counted = False
        if stock is not None:
            before = self._work.stock.levels([product.id])[product.id]
            after = self._work.stock.set_available(product.id, stock, reason=_REASON, at=self._now)
            counted = after != before
        written = product.edit(details, at=self._now)
        if written:
            self._work.products.save(product)
        return written or counted

    @contextmanager
    def _telling(self, row: NumberedRow) -> Iterator[None]:
        try:
            yield
        except InvalidValue as error:
            self.bad.append(BadRow(line=row.line, reason=f"{error.field}: {error.message}"))
        except DomainError as error:
            self.bad.append(BadRow(line=row.line, reason=error.message))


def _subject(row: NumberedRow) -> ProductId | None:
    if row.problem is not None:
        raise DomainError(row.problem)
    return id_of(row.row)
