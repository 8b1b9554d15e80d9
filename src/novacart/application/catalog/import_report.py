"""Report of a product import."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from itertools import repeat
from typing import Any, Final, Self

from novacart.application.catalog.product_files import csv_lines
from novacart.application.catalog.row_problems import RowProblem
from novacart.application.ports.import_jobs import EntryResult
from novacart.domain.shared.ids import ProductId, VariantId

# Products that a report lists one by one.
MAX_LISTED = 1_000
# Lines of each other kind.
MAX_LINES: Final = 10_000
# Lines of each kind in a preview that is kept.
MAX_KEPT: Final = 500
REPORT_COLUMNS: Final = ("line", "result", "column", "detail", "code")
_COUNTED: Final = ("rejected", "notes", "stock_changed", "stock_left")


@dataclass(frozen=True, slots=True, kw_only=True)
class StockChange:
    """The available units of an existing product before and after a row.

    `left_because` says why the row's stock was not applied.
    """

    line: int
    product_id: ProductId
    variant_id: VariantId
    title: str
    before: int
    after: int
    left_because: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductResult:
    """A product that was added or edited, with the fields that changed."""

    line: int
    title: str
    is_new: bool
    changed: tuple[str, ...] = ()

    @property
    def result(self) -> EntryResult:
        return EntryResult.ADDED if self.is_new else EntryResult.CHANGED


@dataclass(slots=True, kw_only=True)
class ImportReport:
    """The numbers of products added, edited and left unchanged, and of categories added.

    `variants_added` counts the variants of products, except the first one of each new product.
    `units_added` counts the opening stock of new variants, `without_stock` those for which the
    file has no stock, and `pictures` those that the worker will fetch. `stock` has the rows that
    changed the stock of an existing variant, or that name a stock that was not applied.
    `rejected` are rows that were not imported, `notes` values that were left out of rows that
    were. `products` lists the first `MAX_LISTED` added and edited products.

    The report of several batches has the first `MAX_LINES` lines of each kind, and `totals` are
    the numbers of all lines: a file may have any number of errors.
    """

    added: int = 0
    edited: int = 0
    unchanged: int = 0
    variants_added: int = 0
    categories_added: int = 0
    units_added: int = 0
    without_stock: int = 0
    pictures: int = 0
    stock: list[StockChange] = field(default_factory=list)
    rejected: list[RowProblem] = field(default_factory=list)
    notes: list[RowProblem] = field(default_factory=list)
    products: list[ProductResult] = field(default_factory=list)
    ignored_columns: tuple[str, ...] = ()
    totals: dict[str, int] = field(default_factory=lambda: dict.fromkeys(_COUNTED, 0))

    @property
    def stock_changed(self) -> list[StockChange]:
        return [change for change in self.stock if change.left_because is None]

    @property
    def stock_left(self) -> list[StockChange]:
        return [change for change in self.stock if change.left_because is not None]

    def include(self, other: "ImportReport") -> None:
        """Add the results of a batch."""
        self.added += other.added
        self.edited += other.edited
        self.unchanged += other.unchanged
        self.variants_added += other.variants_added
        self.categories_added += other.categories_added
        self.units_added += other.units_added
        self.without_stock += other.without_stock
        self.pictures += other.pictures
        for name in _COUNTED:
            self.totals[name] += len(getattr(other, name))
        for name in _LINES:
            lines = getattr(self, name)
            most = MAX_LISTED if name == "products" else MAX_LINES
            lines += getattr(other, name)[: most - len(lines)]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportPreview:
    """What an import would do. `columns` are those of the file.

    A preview that was kept has only the first `MAX_KEPT` lines of each list of the report.
    """

    report: ImportReport
    columns: Sequence[str]

    def to_json(self) -> str:
        first = {name: getattr(self.report, name)[:MAX_KEPT] for name in _LINES}
        kept = asdict(replace(self, report=replace(self.report, **first)))
        # The release before does not know the codes, and may read what this one has kept.
        kept["codes"] = {
            name: [line.pop("code") for line in kept["report"][name]] for name in _WITH_CODES
        }
        return json.dumps(kept, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> Self:
        data = json.loads(text)
        report = data["report"]
        for name in _WITH_CODES:
            codes = data["codes"][name] if "codes" in data else repeat("")
            for line, code in zip(report[name], codes, strict=False):
                line["code"] = code
        for name, kind in _LINES.items():
            report[name] = [kind(**line) for line in report[name]]
        # Previews of the release before have the numbers beside the report.
        report["totals"] = data.get("counts") or report["totals"]
        return cls(report=ImportReport(**report), columns=data["columns"])


_WITH_CODES: Final = ("rejected", "notes")
_LINES: Final[dict[str, type]] = {
    "rejected": RowProblem,
    "notes": RowProblem,
    "products": ProductResult,
    "stock": StockChange,
}


def report_lines(report: ImportReport) -> Iterator[str]:
    """The products, rejected rows, notes, changes of stock and ignored columns as a CSV, by line.

    Formulas are escaped for spreadsheets, since it quotes the imported file.
    """
    rows: list[tuple[Any, ...]] = [
        (1, EntryResult.COLUMN_IGNORED, name, "", "") for name in report.ignored_columns
    ]
    rows += [
        (each.line, each.result, " ".join(each.changed), each.title, "") for each in report.products
    ]
    problems = {EntryResult.REJECTED: report.rejected, EntryResult.NOTE: report.notes}
    rows += [
        (row.line, result, row.column or "", row.reason, row.code)
        for result, of_rows in problems.items()
        for row in of_rows
    ]
    for change in report.stock:
        result, detail = describe_stock(change)
        rows.append((change.line, result, "stock", detail, ""))
    rows.sort(key=lambda row: row[0])
    return csv_lines(REPORT_COLUMNS, rows, for_spreadsheet=True)


def describe_stock(change: StockChange) -> tuple[EntryResult, str]:
    """The result and the detail of a change of stock in a report."""
    if change.left_because is None:
        return EntryResult.STOCK_CHANGED, f"{change.before} to {change.after}: {change.title}"
    return EntryResult.STOCK_LEFT, f"{change.before}, since {change.left_because}: {change.title}"
