"""NovaCart's own product files: one row for each variant."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import Any, Final, get_type_hints

from novacart.application.catalog.attribute_texts import COLUMN_PREFIX
from novacart.application.catalog.import_rows import ImportSource, KeptRows, NumberedRow
from novacart.application.catalog.import_sources.cells import split_urls
from novacart.application.catalog.imported_product import (
    ImportedCategory,
    ImportedPicture,
    ImportedProduct,
    ImportedVariant,
)
from novacart.application.catalog.picture_columns import IMAGES, read_pictures
from novacart.application.catalog.product_files import (
    COLUMNS,
    OPTION_COLUMNS,
    PLAIN_COLUMNS,
    VARIANT_COLUMNS,
)
from novacart.application.catalog.row_problems import ProblemCode, RowProblem, RowRejected
from novacart.application.written_numbers import (
    NumberStyle,
    read_money,
    read_whole_number,
    unexpected_value,
)
from novacart.domain.catalog.stock import MAX_ON_HAND
from novacart.domain.catalog.variant import VariantDetails
from novacart.domain.shared.errors import DomainError, InvalidValue
from novacart.domain.shared.ids import ProductId, VariantId

# New ids continue after the highest imported one, and must stay exact in JSON (2**53).
MAX_ID: Final = 1_000_000_000_000
# Rows in succession that can't be read. All rows of a product are imported in one transaction.
_MAX_UNREADABLE: Final = 50
# Columns that are read and not written.
_HANDLE: Final = "handle"
_INPUT_COLUMNS: Final = (*COLUMNS, _HANDLE, "pictures")
_VARIANT_HINTS: Final = {
    name: hint for name, hint in get_type_hints(VariantDetails).items() if name in VARIANT_COLUMNS
}
WHOLE_NUMBERS: Final = (
    {"id", "variant_id", "stock", "stock_read", "stock_version"}
    | {name for name, hint in PLAIN_COLUMNS.items() if hint == int | None}
    | {VARIANT_COLUMNS[name] for name, hint in _VARIANT_HINTS.items() if hint == int | None}
)
NUMBERS: Final = frozenset(WHOLE_NUMBERS | {"price", VARIANT_COLUMNS["compare_at_price"]})
# Empty cells of these columns leave the value as it is; those of others clear it.
KEPT_IF_EMPTY: Final = (
    frozenset(_INPUT_COLUMNS) - {*PLAIN_COLUMNS} - {"category"} - {*VARIANT_COLUMNS.values()}
)
# JSON Lines may have them as lists.
_LISTS: Final = frozenset(
    {IMAGES, "pictures", "category_path"}
    | {name for name, hint in PLAIN_COLUMNS.items() if hint == tuple[str, ...]}
)
_BOOLEANS: Final = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


def _read_products(
    rows: Iterable[NumberedRow], _kept: KeptRows, currency: str, _today: date
) -> Iterator[ImportedProduct]:
    """The products of rows. Rows of one product that name variants follow each other."""
    return (_read_product(list(group), currency) for _, group in groupby(rows, _Group()))


class _Group:
    """The product of a row: equal for rows with the same id or handle that name variants.

    A row that can't be read is one of the product before it, so that it does not divide its rows.
    Of a file that has only such rows, each `_MAX_UNREADABLE` are one product.
    """

    def __init__(self) -> None:
        self._number = 0
        self._unreadable = 0
        self._last: tuple[str, str, int] = ("", "", 0)

    def __call__(self, row: NumberedRow) -> tuple[str, str, int]:
        if row.problem is not None:
            self._unreadable += 1
            if self._unreadable % _MAX_UNREADABLE == 0:
                self._number += 1
                self._last = "", "", self._number
        else:
            self._unreadable = 0
            product_id, handle = str(row.row.get("id", "")), str(row.row.get(_HANDLE, ""))
            names_variant = any(name in row.row for name in _VARIANT_NAMES)
            number = 0
            if not ((product_id or handle) and names_variant):
                self._number += 1
                number = self._number
            self._last = product_id, handle, number
        return self._last


# An option without a value is an error in its row, which names a variant nevertheless.
_VARIANT_NAMES: Final = ("variant_id", *(name for pair in OPTION_COLUMNS for name in pair))


def _read_product(rows: list[NumberedRow], currency: str) -> ImportedProduct:
    problems: list[RowProblem] = []
    product: ImportedProduct | None = None
    variants: list[ImportedVariant] = []
    for row in rows:
        try:
            row.ensure_readable()
            # The first row that can be read has the fields of the product.
            if product is None:
                product = _product_of(row)
            variants.append(_variant_of(row, currency, product))
        except DomainError as error:
            problems.append(RowProblem.of_error(error, row.line))
    line = rows[0].line
    if product is None or not variants:
        return ImportedProduct(line=line, problems=problems)
    return ImportedProduct(
        line=line,
        id=product.id,
        reference=product.reference,
        changes=_without_cleared_image(product.changes, variants),
        attributes=product.attributes,
        numbers=product.numbers,
        columns={f"attributes.{code}": COLUMN_PREFIX + code for code in product.attributes},
        category=product.category,
        variants=variants,
        images=product.images,
        pictures=product.pictures,
        problems=problems,
        variant_columns=VARIANT_COLUMNS,
    )


def _without_cleared_image(
    changes: Mapping[str, Any], variants: Sequence[ImportedVariant]
) -> Mapping[str, Any]:
    """The changes without an empty image, if a variant has a picture: it replaces that image."""
    if changes.get("image", True) or not any(each.changes.get("image") for each in variants):
        return changes
    return {name: value for name, value in changes.items() if name != "image"}


def _product_of(numbered: NumberedRow) -> ImportedProduct:
    """The fields of the product. Raises `InvalidValue` on a column."""
    row, style = numbered.row, numbered.numbers
    changes: dict[str, Any] = {
        name: _value_of(row, name, style) for name in PLAIN_COLUMNS if name in row and name != "sku"
    }
    product_id = _product_id(row, style)
    images = read_pictures(row[IMAGES]) if row.get(IMAGES) else ()
    if images:
        first = images[0].image
        if (changes.get("image") or first) != first:
            raise InvalidValue(
                IMAGES, "Its first picture is not that of the column image. Clear one of them."
            )
        changes["image"] = first
    return ImportedProduct(
        line=numbered.line,
        id=None if product_id is None else ProductId(product_id),
        reference=_required_text(row, _HANDLE) or None if _HANDLE in row else None,
        changes=changes,
        attributes={
            name.removeprefix(COLUMN_PREFIX): value
            for name, value in row.items()
            if name.startswith(COLUMN_PREFIX)
        },
        numbers=style,
        category=_category_of(row),
        images=images,
        pictures=[ImportedPicture(line=numbered.line, url=url) for url in _pictures(row)],
    )


def _product_id(row: Mapping[str, Any], style: NumberStyle) -> int | None:
    try:
        return _limited(row, "id", style, lowest=1, highest=MAX_ID)
    except InvalidValue as error:
        hint = "If it is the id of another program, leave this column out."
        raise InvalidValue("id", f"{error.message} {hint}") from error


def _value_of(row: Mapping[str, Any], name: str, style: NumberStyle) -> Any:  # noqa: ANN401 (its field's)
    """The value of a field in a column of its own. Raises `InvalidValue`."""
    if name in WHOLE_NUMBERS:
        return _optional_number(row, name, style)
    return tuple(_list(row, name)) if PLAIN_COLUMNS[name] == tuple[str, ...] else _text(row, name)


def _category_of(row: Mapping[str, Any]) -> ImportedCategory | None:
    path = _list(row, "category_path", ">")
    is_active = _boolean(row, "category_active", default=True)
    if "category" not in row or (path and not row["category"]):
        return ImportedCategory(path=tuple(path)) if path else None
    name = (_text(row, "category_name") or "").strip() if "category_name" in row else ""
    return ImportedCategory(
        slug=(_text(row, "category") or "").strip(),
        name=name or None,
        is_active=is_active,
        path=tuple(path),
    )


def _variant_of(numbered: NumberedRow, currency: str, product: ImportedProduct) -> ImportedVariant:
    """Raises `InvalidValue` on a column."""
    row, style = numbered.row, numbered.numbers
    changes: dict[str, Any] = {"sku": _text(row, "sku")} if "sku" in row else {}
    for name, column in VARIANT_COLUMNS.items():
        if column not in row:
            continue
        if row[column] is None:
            changes[name] = None
        elif name == "compare_at_price":
            changes[name] = read_money(row[column], currency, style, field=column)
        elif column in WHOLE_NUMBERS:
            changes[name] = _optional_number(row, column, style)
        else:
            changes[name] = _text(row, column) or None
    variant_id = _limited(row, "variant_id", style, lowest=1, highest=MAX_ID)
    has_sku = bool((changes.get("sku") or "").strip())
    if product.id is None and variant_id is None and not has_sku:
        # The product may have a SKU that this file does not know.
        changes.pop("sku", None)
    if "currency" in row and _required_text(row, "currency") != currency:
        raise InvalidValue("currency", f"This shop's prices are in {currency}.")
    if "price" in row:
        changes["price"] = read_money(row["price"], currency, style, field="price")
    if "stock" in row and row["stock"] is None:
        raise unexpected_value("stock", row["stock"], "a whole number")
    return ImportedVariant(
        line=numbered.line,
        id=None if variant_id is None else VariantId(variant_id),
        changes=changes,
        options=_options_of(row),
        is_default=_boolean(row, "default", default=False),
        stock=_limited(row, "stock", style, highest=MAX_ON_HAND),
        stock_read=_limited(row, "stock_read", style, highest=MAX_ON_HAND),
        stock_version=_limited(row, "stock_version", style, highest=MAX_ON_HAND),
    )


def _options_of(row: Mapping[str, Any]) -> Mapping[str, str]:
    options: dict[str, str] = {}
    for name_column, value_column in OPTION_COLUMNS:
        name = (_text(row, name_column) or "").strip() if name_column in row else ""
        value = (_text(row, value_column) or "").strip() if value_column in row else ""
        if bool(name) != bool(value):
            missing = value_column if name else name_column
            raise RowRejected(
                ProblemCode.MISSING_VALUE, "An option has a name and a value.", missing
            )
        if name and name.casefold() in map(str.casefold, options):
            raise InvalidValue(name_column, f"The row has the option “{name}” twice.")
        if name:
            options[name] = value
    return options


def split_list(text: str | None, separator: str = ",") -> list[str]:
    """The parts of a list in a cell that are not blank."""
    return [part.strip() for part in (text or "").split(separator) if part.strip()]


def _list(row: Mapping[str, Any], name: str, separator: str = ",") -> list[str]:
    """The parts of a text or of a list in JSON Lines, without blank ones. Raises `InvalidValue`."""
    value = row.get(name)
    if not isinstance(value, list):
        return split_list(_text(row, name) if name in row else None, separator)
    if not all(isinstance(part, str) for part in value):
        raise InvalidValue(name, "This is not a list of texts.")
    return [text for part in value if (text := part.strip())]


def _pictures(row: Mapping[str, Any]) -> list[str]:
    value = row.get("pictures")
    return split_urls(value) if isinstance(value, str) else _list(row, "pictures")


def _required_text(row: Mapping[str, Any], name: str) -> str:
    value = row[name]
    if not isinstance(value, str):
        raise unexpected_value(name, value, "text")
    return value


def _text(row: Mapping[str, Any], name: str) -> str | None:
    if row[name] is None and name not in {"title", "subtitle", "description"}:
        return None
    return _required_text(row, name)


def _boolean(row: Mapping[str, Any], name: str, *, default: bool) -> bool:
    value = row.get(name)
    if value is None:
        return default
    boolean = value if isinstance(value, bool) else _BOOLEANS.get(str(value).strip().lower())
    if boolean is None:
        raise unexpected_value(name, value, "true or false")
    return boolean


def _limited(
    row: Mapping[str, Any], name: str, style: NumberStyle, *, lowest: int = 0, highest: int
) -> int | None:
    number = _optional_number(row, name, style)
    if number is not None and not lowest <= number <= highest:
        expected = f"a whole number from {lowest} to {highest}"
        raise unexpected_value(name, row[name], expected)
    return number


def _optional_number(row: Mapping[str, Any], name: str, style: NumberStyle) -> int | None:
    value = row.get(name)
    return None if value is None else read_whole_number(value, style, field=name)


GENERIC: Final = ImportSource(
    name="generic",
    columns=_INPUT_COLUMNS,
    # As other programs name the columns that a new product needs, and usual ones.
    aliases={
        **dict.fromkeys(("name", "product name", "product_name", "product title"), "title"),
        **dict.fromkeys(("quantity", "qty"), "stock"),
        **dict.fromkeys(("image url", "image_url", "image urls", "image_urls"), "pictures"),
    },
    numbers=NUMBERS,
    products=_read_products,
    prefix=COLUMN_PREFIX,
    lists=_LISTS,
)
