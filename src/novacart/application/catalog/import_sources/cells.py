"""Reading the cells of other shops' files."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from html import escape
from typing import Any, Final, TypeVar

from novacart.application.catalog.html_text import is_html, plain_text
from novacart.application.catalog.import_rows import NumberedRow
from novacart.application.catalog.imported_product import (
    ImportedCategory,
    ImportedPicture,
    ImportedProduct,
    ImportedVariant,
)
from novacart.application.catalog.row_problems import ProblemCode, RowProblem
from novacart.application.ports.product_references import BaseValues
from novacart.application.written_numbers import (
    NumberStyle,
    UnclearNumber,
    read_money,
    read_number,
)
from novacart.domain.catalog.options import MAX_OPTION_TEXT
from novacart.domain.catalog.product_details import MAX_DESCRIPTION, MAX_TITLE, ensure_price
from novacart.domain.catalog.slugs import MAX_SLUG, product_of_generated, slugify
from novacart.domain.catalog.stock import MAX_ON_HAND
from novacart.domain.catalog.text_rules import (
    MAX_META_DESCRIPTION,
    MAX_META_TITLE,
    MAX_TAG,
    MAX_TAGS,
)
from novacart.domain.catalog.variant import MAX_WEIGHT
from novacart.domain.shared.errors import DomainError, InvalidValue
from novacart.domain.shared.money import Money

GRAMS: Final = {
    "g": Decimal(1),
    "kg": Decimal(1000),
    "lb": Decimal("453.59237"),
    "lbs": Decimal("453.59237"),
    "oz": Decimal("28.349523125"),
}
_Number = TypeVar("_Number", int, Decimal, Money)
_MAX_DIGITS: Final = 18
_PICTURES: Final = "jpg jpeg png gif webp avif bmp svg tif tiff heic".split()
_AFTER_PICTURE: Final = "(?:" + "|".join(rf"(?<=\.{each})" for each in _PICTURES) + ")"
_PICTURE: Final = re.compile(rf"\.(?:{'|'.join(_PICTURES)})(?:[?\s,;]|$)", re.IGNORECASE)
_CURRENCY: Final = re.compile(r"^[A-Z]{3}(?=\s?[0-9])|(?<=[0-9])\s?[A-Z]{3}$")
_WEIGHT: Final = re.compile(r"([0-9]{1,9}(?:[.,][0-9]{1,9})?)\s*([a-zA-Z]+)")
_TRUE: Final = {"1", "true", "yes", "y", "on"}
_FALSE: Final = {"0", "false", "no", "n", "off"}


def cell_text(row: Mapping[str, Any], column: str) -> str:
    """The text of a cell, "" for a blank one. In JSON Lines it may be a number or boolean."""
    value = row.get(column)
    return "" if value is None else str(value).strip()


class Cells:
    """The cells of a row by their columns, in lower case."""

    def __init__(self, row: NumberedRow, currency: str) -> None:
        self.line = row.line
        self._row = row.row
        self.numbers = row.numbers
        self.currency = currency

    def text(self, *columns: str) -> str:
        """The first cell that is not blank, "" if all are."""
        for column in columns:
            if text := cell_text(self._row, column):
                return text
        return ""

    def has(self, *columns: str) -> bool:
        return any(column in self._row for column in columns)

    def is_false(self, column: str) -> bool:
        return self.text(column).lower() in _FALSE

    def is_true(self, column: str) -> bool:
        return self.text(column).lower() in _TRUE

    def money(self, column: str) -> Money | None:
        """None for a blank cell. Raises `InvalidValue` on the column.

        Other shops calculate prices without tax, which have up to six decimal places.
        """
        text = self.text(column).removeprefix("+")
        if not text:
            return None
        if self._is_json_number(column):
            return read_money(self._row[column], self.currency, field=column, is_rounded=True)
        found = _CURRENCY.search(text)
        if found is not None and (code := found[0].strip()) != self.currency:
            reason = f"“{text}” is in {code}, but {self.currency} was expected."
            raise InvalidValue(column, f"{reason} Give the exchange rate of {code} to convert it.")
        return _money_of_text(text, self.currency, self.numbers, column)

    def number(self, column: str) -> Decimal | None:
        """None for a blank cell; `20%` is 20. Raises `InvalidValue` on the column."""
        text = self.text(column).removesuffix("%").rstrip()
        if not text:
            return None
        try:
            is_clear = self._is_json_number(column) and "E" not in text
            number = text if is_clear else read_number(text, self.numbers)
        except UnclearNumber as error:
            raise InvalidValue(column, f"{error}; expected a number.") from error
        # Decimal rounds to 28 digits, and `quantize` raises for more.
        if len(number.partition(".")[0]) > _MAX_DIGITS:
            raise InvalidValue(column, "This number is too large.")
        return Decimal(number)

    def _is_json_number(self, column: str) -> bool:
        """Whether the number has a decimal point: JSON has no other decimal mark."""
        value = self._row.get(column)
        return isinstance(value, int | Decimal) and not isinstance(value, bool)

    def units(self, column: str) -> int | None:
        """Units in stock; None for a blank cell, and 0 for fewer, which were sold too often.

        Raises `InvalidValue` on the column.
        """
        number = self.number(column)
        return None if number is None else min(max(0, int(number)), MAX_ON_HAND)

    def grams(self, column: str, unit: str) -> int | None:
        """A weight, rounded to a gram; None for a blank cell and for 0.

        Raises `InvalidValue` on the column.
        """
        number = self.number(column)
        if not number or unit.lower() not in GRAMS:
            return None
        grams = int((number * GRAMS[unit.lower()]).quantize(Decimal(1), ROUND_HALF_UP))
        if grams > MAX_WEIGHT:
            raise InvalidValue(column, f"A weight is at most {MAX_WEIGHT} grams.")
        return grams or None

    def weight(self, column: str) -> int | None:
        """The grams of a weight with its unit, such as `1.5 kg`.

        None for a blank cell. Raises `InvalidValue` on the column.
        """
        text = self.text(column)
        if not text:
            return None
        match = _WEIGHT.fullmatch(text)
        if match is None or match[2].lower() not in GRAMS:
            units = ", ".join(GRAMS)
            raise InvalidValue(column, f"“{text}” is not a weight with one of the units {units}.")
        grams = Decimal(match[1].replace(",", ".")) * GRAMS[match[2].lower()]
        return int(grams.quantize(Decimal(1), ROUND_HALF_UP)) or None


@lru_cache(maxsize=1_024)
def _money_of_text(text: str, currency: str, numbers: NumberStyle, column: str) -> Money:
    """Files repeat most prices. Raises `InvalidValue` on the column."""
    return read_money(text, currency, numbers, field=column, is_rounded=True)


@dataclass(slots=True, kw_only=True)
class Draft:
    """A product that is being read from one or more rows."""

    line: int
    reference: str | None
    other_references: tuple[str, ...] = ()
    product_sku: str = ""
    base: BaseValues | None = None
    changes: dict[str, Any] = field(default_factory=dict)
    category: ImportedCategory | None = None
    variants: list[ImportedVariant] = field(default_factory=list)
    pictures: list[ImportedPicture] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    problems: list[RowProblem] = field(default_factory=list)
    notes: list[RowProblem] = field(default_factory=list)
    _positions: dict[str, Decimal] = field(init=False, default_factory=dict)

    def reject(
        self, line: int, reason: str, column: str | None = None, *, code: ProblemCode
    ) -> None:
        self.problems.append(RowProblem(line=line, column=column, reason=reason, code=code))

    def note(
        self,
        line: int,
        reason: str,
        column: str | None = None,
        *,
        code: ProblemCode = ProblemCode.VALUE_LEFT_OUT,
    ) -> None:
        self.notes.append(RowProblem(line=line, column=column, reason=reason, code=code))

    def optional(self, line: int, read: Callable[[], _Number | None]) -> _Number | None:
        """The number that `read` returns, None for one that is invalid, which is noted."""
        try:
            return read()
        except InvalidValue as error:
            self.note(line, f"{error.message} It was left out.", error.field)
            return None

    def describe(
        self, cells: Cells, *, title: str, description: str, summary: str = "", brand: str = ""
    ) -> None:
        """Read the title, the HTML description, a short description (`summary`) and the brand."""
        title_text = plain_text(cells.text(title))
        if len(title_text) > MAX_TITLE:
            reason = f"It was cut to {MAX_TITLE} characters."
            self.note(cells.line, reason, title, code=ProblemCode.VALUE_CUT)
        if title_text:
            self.changes["title"] = title_text[:MAX_TITLE]
        # HTML without a text, such as `<br>`, is blank.
        texts = (cells.text(column) for column in (description, summary))
        given, text = self._description(*((each, plain_text(each)) for each in texts))
        if text:
            if len(text) > MAX_DESCRIPTION:
                reason = f"It was cut to {MAX_DESCRIPTION} characters."
                self.note(cells.line, reason, description, code=ProblemCode.VALUE_CUT)
            self.changes["description"] = text[:MAX_DESCRIPTION]
            self.changes["description_html"] = given if is_html(given) else ""
        if brand and cells.text(brand):
            self.changes["brand"] = cells.text(brand)[:MAX_TITLE]

    def _description(
        self, description: tuple[str, str], summary: tuple[str, str]
    ) -> tuple[str, str]:
        """The description. A short description beside it is the subtitle.

        One that is too long for a subtitle comes before the description. All are given with their
        plain texts, which take long to read from HTML.
        """
        if not description[1] or not summary[1]:
            return description if description[1] else summary
        subtitle, whole = (" ".join(text.split()) for _, text in (summary, description))
        is_short = len(subtitle) <= MAX_TITLE
        self.changes["subtitle"] = subtitle if is_short and subtitle != whole else ""
        if is_short or whole.startswith(subtitle):
            return description
        parts = (summary[0], description[0])
        if any(map(is_html, parts)):
            parts_of_html = (each if is_html(each) else f"<p>{escape(each)}</p>" for each in parts)
            both = "".join(parts_of_html)
        else:
            both = "\n\n".join(parts)
        return both, plain_text(both)

    def page_slug(self, text: str) -> None:
        """Read the part of the URL of the product's page that names the product.

        One that ends like a generated slug is left out: the product gets a generated one.
        """
        slug = slugify(text)[:MAX_SLUG].strip("-")
        if slug and product_of_generated(slug) is None:
            self.changes["slug"] = slug

    def page_texts(self, cells: Cells, title: Sequence[str], description: Sequence[str]) -> None:
        """Read the title and description for search engines, cut to their lengths."""
        limits = {"meta_title": MAX_META_TITLE, "meta_description": MAX_META_DESCRIPTION}
        for (field_name, limit), columns in zip(limits.items(), (title, description), strict=True):
            if text := plain_text(cells.text(*columns)):
                self.changes[field_name] = text[:limit]

    def category_path(self, path: Sequence[str]) -> None:
        if path:
            self.category = ImportedCategory(path=tuple(path))

    def add_tags(self, line: int, texts: Iterable[str], column: str) -> None:
        """Add tags, each once. Notes those that are too long, and those above the limit."""
        for text in texts:
            printable = "".join(each for each in text if each.isprintable() or each.isspace())
            tag = " ".join(printable.replace(",", " ").split())
            if not tag or tag.casefold() in {each.casefold() for each in self.tags}:
                continue
            if len(tag) > MAX_TAG or len(self.tags) == MAX_TAGS:
                limits = f"up to {MAX_TAGS} tags of {MAX_TAG} characters"
                self.note(line, f"A product has {limits}. Left out: {tag[:MAX_TAG]}.", column)
            else:
                self.tags.append(tag)

    def add_picture(
        self, line: int, url: str, alt: str = "", position: Decimal | None = None
    ) -> None:
        """Add a picture once. Those with a position come first, in its order."""
        if url and all(picture.url != url for picture in self.pictures):
            self.pictures.append(ImportedPicture(line=line, url=url, alt=alt))
            self._positions[url] = Decimal("Infinity") if position is None else position

    def finish(
        self, columns: Mapping[str, str], variant_columns: Mapping[str, str]
    ) -> ImportedProduct:
        self._reject_incomplete_options()
        self.variants = [self._with_short_options(variant) for variant in self.variants]
        return ImportedProduct(
            line=self.line,
            reference=self.reference,
            other_references=self.other_references,
            product_sku=self.product_sku,
            base=self.base,
            changes={**self.changes, "tags": tuple(self.tags)} if self.tags else self.changes,
            category=self.category,
            variants=self.variants,
            pictures=sorted(self.pictures, key=lambda each: self._positions[each.url]),
            problems=self.problems,
            notes=self.notes,
            columns=columns,
            variant_columns=variant_columns,
            is_lenient=True,
        )

    def _reject_incomplete_options(self) -> None:
        """Reject each row that has no value of an option of the others."""
        names = dict.fromkeys(name for variant in self.variants for name in variant.options)
        complete = []
        for variant in self.variants:
            missing = next((name for name in names if name not in variant.options), None)
            if variant.options and missing is not None:
                reason = f"The row has no value of the option “{missing}”."
                self.reject(variant.line, reason, code=ProblemCode.MISSING_VALUE)
            else:
                complete.append(variant)
        self.variants = complete

    def _with_short_options(self, variant: ImportedVariant) -> ImportedVariant:
        """The variant with options cut to their length, which is noted."""
        if all(len(text) <= MAX_OPTION_TEXT for pair in variant.options.items() for text in pair):
            return variant
        reason = f"An option was cut to {MAX_OPTION_TEXT} characters."
        self.note(variant.line, reason, code=ProblemCode.VALUE_CUT)
        options = {
            name[:MAX_OPTION_TEXT].strip(): text[:MAX_OPTION_TEXT].strip()
            for name, text in variant.options.items()
        }
        return replace(variant, options=options)


def rejecting(draft: Draft, row: NumberedRow, read: Callable[[], None]) -> None:
    """Call `read`; note an error as a problem of the row."""
    try:
        row.ensure_readable()
        read()
    except DomainError as error:
        draft.problems.append(RowProblem.of_error(error, row.line))


def groups(
    rows: Iterable[NumberedRow], column: str, title: str
) -> Iterator[tuple[str, Sequence[NumberedRow]]]:
    """Rows that follow each other and have the same value of a column, or none after the first.

    A row that can't be read is in the group before it. A row without a value after it may be of
    another group, and begins a new one. So does a row without a value but with another title, which
    is in the column `title`.
    """
    key = ""
    group: list[NumberedRow] = []
    for row in rows:
        value = cell_text(row.row, column)
        if group and _begins_group(row, value, key, group, title):
            yield key, group
            group = []
        if not group:
            key = value
        group.append(row)
    if group:
        yield key, group


def _begins_group(
    row: NumberedRow, value: str, key: str, group: Sequence[NumberedRow], title: str
) -> bool:
    if group[0].problem is not None:
        return True
    if row.problem is not None:
        return False
    if value:
        return value != key
    has_other_title = cell_text(row.row, title) not in {"", cell_text(group[0].row, title)}
    return has_other_title or (bool(key) and group[-1].problem is not None)


def split_values(text: str, separator: str = ",") -> list[str]:
    """The parts of a list that are not blank. A backslash keeps the separator after it."""
    parts = re.split(rf"(?<!\\){re.escape(separator)}", text)
    return [each for part in parts if (each := part.replace(f"\\{separator}", separator).strip())]


def split_urls(text: str, separator: str = ",") -> list[str]:
    """The URLs or paths of a list.

    A URL or the name of a picture may contain the separator, but no bar. It ends at a separator
    after the extension of a picture, or before a path or another URL.
    """
    if separator == "|" or not ("://" in text or _PICTURE.search(text)):
        return split_values(text, separator)
    end = rf"\s*{separator}\s*(?=[a-z]+://|/)|{_AFTER_PICTURE}\s*{separator}"
    parts = re.split(end, text, flags=re.IGNORECASE)
    return [each for part in parts if (each := part.strip(f" {separator}"))]


def alternative_texts(text: str, separator: str, pictures: int) -> list[str]:
    """The texts of pictures, in the order of the pictures, "" for those without one.

    If there are more texts than pictures, all are left out: one of them has the separator in it.
    """
    texts = [part.strip() for part in text.split(separator)] if pictures > 1 else [text]
    if len(texts) > pictures:
        texts = []
    return texts + [""] * (pictures - len(texts))


def distinct_names(names: Iterable[str]) -> list[str]:
    """The names of options. Of several with the same name, the second gets a 2."""
    counts: Counter[str] = Counter()
    distinct = []
    for name in names:
        counts[name.casefold()] += 1
        count = counts[name.casefold()]
        distinct.append(name if count == 1 else f"{name} {count}")
    return distinct


def sale_prices(
    sale: Money | None, regular: Money | None, column: str
) -> tuple[Money | None, Money | None]:
    """The price and the compare-at price, from a sale price in `column` and a regular price.

    The other shops charge the lower one. Without a regular price, the file does not say the
    compare-at price. Raises `InvalidValue` on the column for a sale price of 0.
    """
    if sale is None or (regular is not None and regular <= sale):
        return regular, None
    ensure_price(column, sale)
    return sale, regular


def variant_changes(
    *,
    sku: str,
    barcode: str,
    weight_g: int | None,
    price: Money | None,
    compare_at: Money | None = None,
    has_compare_at: bool = False,
) -> dict[str, Any]:
    """The fields of a variant that a file gives. A blank cell leaves the present value.

    With `has_compare_at`, the file says that there is no compare-at price if it is None.
    """
    sku = "".join(filter(str.isprintable, sku))
    given = {"sku": sku, "barcode": barcode, "weight_g": weight_g, "price": price}
    return {
        # A price of 0 is an error, not a price that is missing.
        **{name: each for name, each in given.items() if each or isinstance(each, Money)},
        **({"compare_at_price": compare_at} if has_compare_at else {}),
    }
