"""Take products in from a file's rows."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from novacart.application.catalog.import_batch import BadRow, ImportBatch
from novacart.application.catalog.policy import CatalogPolicy
from novacart.application.catalog.product_file_formats import NumberedRow
from novacart.application.ports.clock import Clock
from novacart.application.ports.unit_of_work import UnitOfWorkFactory

PORTION: Final = 500


@dataclass(slots=True, kw_only=True)
class ImportReport:
    """How many rows added a product, changed one, or said what was so already."""

    added: int = 0
    edited: int = 0
    unchanged: int = 0
    bad: list[BadRow] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportProductsCommand:
    """`dry_run` reports what would happen and changes nothing.

    `progress` is told how many rows are done, after each portion.
    """

    rows: Iterable[NumberedRow]
    dry_run: bool = False
    progress: Callable[[int], None] = lambda _: None


class ImportProducts:
    """A row with an `id` changes that product by what it says; one without adds a product.

    Rows go in by portions, each in a transaction of its own; a bad row is reported and keeps
    no good one out.
    """

    def __init__(self, *, begin: UnitOfWorkFactory, clock: Clock, policy: CatalogPolicy) -> None:
        self._begin = begin
        self._clock = clock
        self._policy = policy

    def __call__(self, command: ImportProductsCommand) -> ImportReport:
        report = ImportReport()
        done = 0
        rows = iter(command.rows)
        while chunk := list(islice(rows, PORTION)):
            with self._begin() as work:
                portion = ImportBatch(work, now=self._clock.now(), currency=self._policy.currency)
                portion.take_in(chunk)
                if not command.dry_run:
                    work.commit()
            report.added += portion.added
            report.edited += portion.edited
            report.unchanged += portion.unchanged
            report.bad += portion.bad
            done += len(chunk)
            command.progress(done)
        return report
