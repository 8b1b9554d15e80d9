"""Rows of product files, and the formats in which they are read as products."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from tempfile import SpooledTemporaryFile
from typing import Any, Final
from weakref import finalize

from novacart.application.catalog.exchange_rate import ExchangeRate
from novacart.application.catalog.imported_product import ImportedProduct
from novacart.application.catalog.mentioned_skus import MentionedSkus
from novacart.application.catalog.row_problems import ProblemCode, RowProblem, RowRejected
from novacart.application.written_numbers import DEFAULT_STYLE, NumberStyle

# Bytes of kept rows before they go to disk.
_IN_MEMORY: Final = 1_000_000


class UnreadableFile(Exception):
    """The file as a whole is not in the expected format. Nothing was imported."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberedRow:
    """A row with the number of its first line in the file.

    `row` maps columns, in lower case, to values; columns that the file leaves out are missing.
    Numbers may be texts, written in the style `numbers`. `problem` says why the row can't be
    read, in `column` if it is in one.
    """

    line: int
    row: Mapping[str, Any]
    numbers: NumberStyle = DEFAULT_STYLE
    problem: str | None = None
    column: str | None = None

    def ensure_readable(self) -> None:
        """Raises `RowRejected` if it can't be read."""
        if self.problem is not None:
            raise RowRejected(ProblemCode.UNREADABLE_ROW, self.problem, self.column)


class KeptRows:
    """Rows of a file that belong to a product elsewhere in it, kept on disk by a key.

    Only the keys are in memory. Rows are kept while a file is read for the first time, and taken
    when it is read for the second time.
    """

    def __init__(self) -> None:
        self._file = SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 (closed with the rows)
        self._last: dict[str, int] = {}
        self._claimed: set[str] = set()
        finalize(self, self._file.close)

    def keep(self, key: str, row: NumberedRow) -> None:
        before = self._last.get(key, -1)
        self._last[key] = self._file.tell()
        # Decimals of JSON Lines stay numbers.
        self._file.write(json.dumps([before, row.line, row.row], default=float).encode() + b"\n")

    def claim(self, keys: Iterable[str]) -> None:
        """Note that the rows of the keys belong to another row."""
        self._claimed.update(keys)

    def is_claimed(self, key: str) -> bool:
        return key in self._claimed

    def take(self, key: str, numbers: NumberStyle) -> list[NumberedRow]:
        """The rows of a key in the order of the file, once."""
        offset = self._last.pop(key, -1)
        rows = []
        while offset >= 0:
            self._file.seek(offset)
            offset, line, row = json.loads(self._file.readline(), parse_float=Decimal)
            rows.append(NumberedRow(line=line, row=row, numbers=numbers))
        return rows[::-1]

    def take_rest(self, numbers: NumberStyle) -> Iterator[tuple[str, list[NumberedRow]]]:
        """The keys whose rows were not taken, with these rows."""
        for key in list(self._last):
            yield key, self.take(key, numbers)


ReadProducts = Callable[[Iterable[NumberedRow], KeptRows, str, date], Iterator[ImportedProduct]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportSource:
    """A format of product files: that of NovaCart, or of another shop.

    `columns` are the columns that are read, `numbers` those with numbers, `lists` those that may be
    lists in JSON Lines, all in lower case. Columns that begin with `prefix` are read, too. A file
    with all columns in `own` has this format. `aliases` are other names of columns, and `xml_items`
    the elements of an XML file that are rows. `products` reads the products of rows, with prices in
    a currency on a day. `kept_by` returns the key of a row that belongs to a product elsewhere in
    the file, None for other rows. `claims` returns the keys of rows that belong to a row. A CSV
    without the column `required` can't be read: its products could not be found again. `untaxed`
    are those aliases of `price` that mean prices without tax. With `escapes_formulas`, an
    apostrophe before `=`, `+`, `-` or `@` in a CSV is no part of the value: the shop writes it for
    spreadsheets.
    """

    name: str
    columns: tuple[str, ...]
    numbers: frozenset[str]
    products: ReadProducts
    prefix: str | None = None
    aliases: Mapping[str, str] = field(default_factory=dict)
    kept_by: Callable[[Mapping[str, Any]], str | None] = lambda _row: None
    claims: Callable[[Mapping[str, Any]], Iterable[str]] = lambda _row: ()
    xml_items: frozenset[str] = frozenset()
    lists: frozenset[str] = frozenset()
    own: frozenset[str] = frozenset()
    required: str | None = None
    untaxed: frozenset[str] = frozenset()
    escapes_formulas: bool = False

    def has_column(self, name: str) -> bool:
        return name in self.columns or (self.prefix is not None and name.startswith(self.prefix))


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductRows:
    """The rows of a file, to be read once, with their total.

    `file_columns` are columns or members of the file, `ignored_columns` those that are not read,
    `untaxed_columns` those that are read as prices and have them without tax.
    `exchange_rate` is that of a file in another currency. `mentioned_skus` are those of NovaCart's
    own format.
    """

    source: ImportSource
    rows: Iterable[NumberedRow]
    total: int
    kept: KeptRows = field(default_factory=KeptRows)
    mentioned_skus: MentionedSkus = field(default_factory=MentionedSkus)
    file_columns: tuple[str, ...] = ()
    ignored_columns: tuple[str, ...] = ()
    untaxed_columns: tuple[str, ...] = ()
    exchange_rate: ExchangeRate | None = None

    def products(self, currency: str, today: date) -> Iterator[ImportedProduct]:
        """The products of the rows, with prices in `currency` that are valid on `today`.

        The first one has the notes on the whole file.
        """
        rate = self.exchange_rate
        in_file = currency if rate is None else rate.currency
        products = self.source.products(self.rows, self.kept, in_file, today)
        for number, product in enumerate(products):
            if number == 0 and self.untaxed_columns:
                product = replace(  # noqa: PLW2901 (with more notes)
                    product, notes=[*self._notes(product.line), *product.notes]
                )
            yield product if rate is None else rate.convert_product(product, currency)

    def _notes(self, line: int) -> Iterator[RowProblem]:
        reason = (
            "The prices of this column are without tax. Customers pay them as they are: the shop"
            " adds no tax."
        )
        return (
            RowProblem(line=line, column=column, reason=reason, code=ProblemCode.PRICE_WITHOUT_TAX)
            for column in self.untaxed_columns
        )
