"""The table in which staff edit the variants of a product."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from werkzeug.datastructures import MultiDict

from novacart.adapters.admin import formatting
from novacart.adapters.admin.catalog.sorting import in_order, submitted_ids
from novacart.adapters.admin.filters import parse_integer
from novacart.application.back_office.catalog import ProductDetail, VariantRow
from novacart.application.catalog.edit_variants import VariantEdit
from novacart.application.written_numbers import read_money
from novacart.domain.catalog.stock import MAX_ON_HAND
from novacart.domain.shared.errors import InvalidValue
from novacart.domain.shared.ids import VariantId

# The columns of the table, with their headings. A SKU and a barcode are unique: they can't be
# filled in for all variants.
COLUMNS: Final[Mapping[str, str]] = {
    "sku": "SKU",
    "barcode": "Barcode",
    "price": "Price",
    "compare_at_price": "Compare-at price",
    "weight_g": "Weight (g)",
    "stock": "Available",
}
FILLED: Final = ("price", "compare_at_price", "weight_g", "stock")
MAX_VARIANTS_FORM: Final = 4 * 1024 * 1024
"""Bytes of the form. 1,000 variants, each with a SKU of 64 emoji, take 2.1 MB."""


class ChangedByOthers(InvalidValue):
    """Someone else has saved what the form would overwrite. The message names it."""


class InvalidCells(InvalidValue):
    """Cells that can't be saved. `cells` are the errors by the names of the inputs."""

    def __init__(self, cells: Mapping[str, str], first: str) -> None:
        """`first` names the first cell."""
        where = first if len(cells) == 1 else f"Correct {len(cells)} marked cells, such as {first}"
        message = next(iter(cells.values()))
        super().__init__("variants", f"Nothing was saved yet. {where}: {message}")
        self.cells = cells


@dataclass(frozen=True, slots=True, kw_only=True)
class MatrixRow:
    """`values` are the texts in the inputs, `read` what they were when the page was shown."""

    variant: VariantRow
    values: Mapping[str, str]
    read: str


def matrix_rows(product: ProductDetail, form: MultiDict[str, str] | None = None) -> list[MatrixRow]:
    """A row for each variant that is not archived, with what was submitted if anything was."""
    submitted: MultiDict[str, str] = MultiDict() if form is None else form
    rows = []
    for variant in in_order(_active(product), submitted_ids(submitted, "order")):
        saved = _saved(variant)
        rows.append(
            MatrixRow(
                variant=variant,
                values={
                    name: submitted.get(f"{name}-{variant.id}", text)
                    for name, text in saved.items()
                },
                read=submitted.get(f"read-{variant.id}", _text_of_read(variant)),
            )
        )
    return rows


def renewed(product: ProductDetail, form: MultiDict[str, str]) -> MultiDict[str, str]:
    """The form with the saved values in rows that someone else changed, except what was typed.

    When it is sent again, it overwrites them.
    """
    new = form.copy()
    for row in matrix_rows(product, form):
        version, read = _read(row.read)
        variant = row.variant
        if version == variant.version:
            continue
        saved = _saved(variant)
        for name, text in _submitted(variant, form).items():
            if text == read[name]:
                new[f"{name}-{variant.id}"] = saved[name]
        new[f"read-{variant.id}"] = _text_of_read(variant)
    return new


def order_read(product: ProductDetail) -> str:
    """The ids of the variants that are not archived, in the order in which they are saved."""
    return ",".join(str(variant.id) for variant in _active(product))


def matrix_order(form: MultiDict[str, str]) -> dict[str, Any]:
    """The fields of `EditVariantsCommand` for the order of the rows, if it was changed."""
    order = [VariantId(each) for each in submitted_ids(form, "order")]
    read = [VariantId(parse_integer(each) or 0) for each in form.get("order-read", "").split(",")]
    return {"order": order, "order_read": read} if order and order != read else {}


def has_typed(product: ProductDetail, form: MultiDict[str, str]) -> bool:
    """Whether the form has texts or an order of the rows of the table that are not saved."""
    if any(form.get(f"{name}-fill", "").strip() for name in FILLED) or matrix_order(form):
        return True
    try:
        return any(
            text != read[name]
            for row in matrix_rows(product, form)
            for _, read in [_read(row.read)]
            for name, text in _submitted(row.variant, form).items()
        )
    except InvalidValue:
        return True


def matrix_edits(
    product: ProductDetail, form: MultiDict[str, str], *, currency: str
) -> list[VariantEdit]:
    """The rows that were changed in the form.

    A text in the row `fill` replaces that column of all rows. Raises `InvalidCells`,
    `ChangedByOthers`, and `InvalidValue` for a changed row that someone else archived meanwhile.
    """
    _ensure_not_archived(product, form)
    filled = {name: text for name in FILLED if (text := form.get(f"{name}-fill", "").strip())}
    edited = []
    for row in matrix_rows(product, form):
        version, read = _read(row.read)
        submitted = _submitted(row.variant, form)
        changed = {
            name: text for name, text in {**submitted, **filled}.items() if text != read[name]
        }
        if changed:
            edited.append((row.variant, version, read, changed))
    _ensure_not_changed(
        product, [(each, read) for each, version, read, _ in edited if version != each.version]
    )
    edits: list[VariantEdit] = []
    cells: dict[str, str] = {}
    first = ""
    for variant, version, read, changed in edited:
        values, errors = _values(variant, changed, currency)
        for name, message in errors.items():
            key, label = str(variant.id), _name_of(product, variant)
            if name in filled:
                key, label = "fill", "All variants"
            first = first or f"{label}, {COLUMNS[name]}"
            cells[f"{name}-{key}"] = message
        stock = values.pop("stock", None)
        edits.append(
            VariantEdit(
                variant_id=variant.id,
                changes=values,
                stock=stock,
                stock_read=_integer("stock", read["stock"]),
                expected_version=version,
            )
        )
    if cells:
        raise InvalidCells(cells, first)
    return edits


def _values(
    variant: VariantRow, texts: Mapping[str, str], currency: str
) -> tuple[dict[str, Any], dict[str, str]]:
    """The values of the changed texts of a row, and the errors, both by the names of columns."""
    values: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for name, text in texts.items():
        try:
            values[name] = _value(name, text, currency)
        except InvalidValue as error:
            errors[name] = error.message
    # Without both prices they can't be compared.
    if errors.keys().isdisjoint({"price", "compare_at_price"}):
        try:
            replace(variant.details, **{name: values[name] for name in values if name != "stock"})
        except InvalidValue as error:
            errors[error.field] = error.message
    return values, errors


def _active(product: ProductDetail) -> list[VariantRow]:
    return [variant for variant in product.variants if variant.archived_at is None]


def _ensure_not_archived(product: ProductDetail, form: Mapping[str, str]) -> None:
    """Raises `InvalidValue` with what was typed into rows that are not shown any more."""
    lost = []
    for variant in product.variants:
        if variant.archived_at is None or f"read-{variant.id}" not in form:
            continue
        _, read = _read(form[f"read-{variant.id}"])
        typed = {
            name: text for name, text in _submitted(variant, form).items() if text != read[name]
        }
        if typed:
            lost.append(f"{_name_of(product, variant)} ({_described(typed)})")
    if lost:
        raise InvalidValue(
            "variants",
            f"Archived after you opened this page: {'; '.join(lost)}. Nothing was saved yet. Save"
            " again to save the other rows, or restore the variant and repeat its changes.",
        )


def _ensure_not_changed(
    product: ProductDetail, stale: Sequence[tuple[VariantRow, Mapping[str, str]]]
) -> None:
    """Raises `ChangedByOthers` for variants that differ from the texts that were read, if any."""
    named = []
    for variant, read in stale:
        now = {name: text for name, text in _saved(variant).items() if text != read[name]}
        values = f" ({_described(now)})" if now else ""
        named.append(_name_of(product, variant) + values)
    if named:
        raise ChangedByOthers(
            "variants",
            f"Someone else has changed this since you opened this page: {'; '.join(named)}."
            " Nothing was saved yet. Save again to overwrite it with what you typed.",
        )


def _described(texts: Mapping[str, str]) -> str:
    return ", ".join(f"{COLUMNS[name]}: {text or 'empty'}" for name, text in texts.items())


def _submitted(variant: VariantRow, form: Mapping[str, str]) -> dict[str, str]:
    """The texts of a row. A page without the input of a column leaves it as it is."""
    return {name: form[key].strip() for name in COLUMNS if (key := f"{name}-{variant.id}") in form}


def _name_of(product: ProductDetail, variant: VariantRow) -> str:
    return variant.options or product.title


def _saved(variant: VariantRow) -> dict[str, str]:
    details = variant.details
    compare_at, weight = details.compare_at_price, details.weight_g
    return {
        "sku": details.sku or "",
        "barcode": details.barcode or "",
        "price": str(details.price),
        "compare_at_price": "" if compare_at is None else str(compare_at),
        "weight_g": "" if weight is None else str(weight),
        "stock": str(variant.available),
    }


def _text_of_read(variant: VariantRow) -> str:
    """What `_read` reads."""
    return json.dumps([variant.version, *_saved(variant).values()])


def _read(text: str) -> tuple[int, dict[str, str]]:
    """The version and the texts that the page was shown with."""
    try:
        version, *values = json.loads(text)
        read = dict(zip(COLUMNS, map(str, values), strict=True))
    except (ValueError, TypeError, RecursionError) as error:
        raise InvalidValue("variants", "Reload the page and repeat your changes.") from error
    if not isinstance(version, int):
        raise InvalidValue("variants", "Reload the page and repeat your changes.")
    return version, read


def _value(name: str, text: str, currency: str) -> Any:  # noqa: ANN401 (of a field)
    if not text and name not in {"price", "stock"}:
        return None
    if name in {"price", "compare_at_price"}:
        return read_money(text, currency, field=name)
    return _integer(name, text) if name in {"weight_g", "stock"} else text


def _integer(name: str, text: str) -> int:
    number = parse_integer(text)
    if number is None:
        least = 0 if name == "stock" else 1
        raise InvalidValue(name, f"Enter a whole number of {least} or more.")
    if name == "stock" and number > MAX_ON_HAND:
        raise InvalidValue(name, f"Enter {formatting.number(MAX_ON_HAND)} or less.")
    return number


def option_texts(text: str) -> Sequence[str]:
    """The values that are typed one on a line."""
    return [line.strip() for line in text.splitlines() if line.strip()]
