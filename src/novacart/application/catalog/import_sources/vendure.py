"""Product files of Vendure: a row for each variant.

Source: Vendure's documentation, “Importing Data”.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Final

from novacart.application.catalog.import_rows import ImportSource, KeptRows, NumberedRow
from novacart.application.catalog.import_sources.cells import (
    Cells,
    Draft,
    distinct_names,
    groups,
    rejecting,
    split_values,
    variant_changes,
)
from novacart.application.catalog.imported_product import ImportedProduct, ImportedVariant
from novacart.application.catalog.row_problems import ProblemCode, RowRejected
from novacart.domain.catalog.product_details import MAX_TITLE

_TRANSLATED: Final = (
    *("name", "slug", "description", "facets", "optiongroups", "optionvalues", "variantfacets"),
)
_COLUMNS: Final = (
    *_TRANSLATED,
    *("assets", "sku", "price", "stockonhand", "trackinventory", "variantassets"),
)
_FIELDS: Final = {"title": "name", "description": "description", "brand": "facets"}
_VARIANT_FIELDS: Final = {"sku": "sku", "price": "price", "stock": "stockonhand"}


def _read_products(
    rows: Iterable[NumberedRow], _kept: KeptRows, currency: str, _today: date
) -> Iterator[ImportedProduct]:
    for name, group in groups(rows, "name", "name"):
        first = Cells(group[0], currency)
        draft = Draft(line=group[0].line, reference=first.text("slug") or name or None)
        _read_group(draft, group, currency)
        yield draft.finish(_FIELDS, _VARIANT_FIELDS)


def _read_group(draft: Draft, group: Sequence[NumberedRow], currency: str) -> None:
    names: list[str] = []

    def read(row: NumberedRow) -> None:
        cells = Cells(row, currency)
        if row is group[0]:
            names.extend(distinct_names(_values(cells, "optiongroups")))
            _read_product(draft, cells)
        draft.variants.append(_variant_of(draft, cells, names))

    for row in group:
        rejecting(draft, row, lambda row=row: read(row))  # type: ignore[misc]


def _read_product(draft: Draft, cells: Cells) -> None:
    draft.describe(cells, title="name", description="description")
    draft.page_slug(cells.text("slug"))
    for facet in _values(cells, "facets") + _values(cells, "variantfacets"):
        name, _, value = facet.partition(":")
        kind = name.strip().lower()
        if kind in {"brand", "brands", "manufacturer"} and value.strip():
            draft.changes.setdefault("brand", value.strip()[:MAX_TITLE])
        elif kind in {"category", "categories"} and value.strip() and draft.category is None:
            draft.category_path([value.strip()])
        else:
            draft.add_tags(cells.line, [value], "facets")
    for url in _values(cells, "assets"):
        draft.add_picture(cells.line, url)


def _values(cells: Cells, column: str) -> list[str]:
    return split_values(cells.text(column), "|")


def _variant_of(draft: Draft, cells: Cells, names: Sequence[str]) -> ImportedVariant:
    texts = _values(cells, "optionvalues")
    if len(texts) != len(names):
        message = "The row has another number of option values than of option groups."
        raise RowRejected(ProblemCode.INVALID_VALUE, message)
    is_counted = not cells.is_false("trackinventory")
    changes = variant_changes(
        sku=cells.text("sku"),
        barcode="",
        weight_g=None,
        price=cells.money("price"),
    )
    pictures = _values(cells, "variantassets")
    return ImportedVariant(
        line=cells.line,
        changes=changes,
        options=dict(zip(names, texts, strict=True)),
        picture=pictures[0] if pictures else "",
        stock=draft.optional(cells.line, lambda: cells.units("stockonhand"))
        if is_counted
        else None,
    )


VENDURE: Final = ImportSource(
    name="vendure",
    columns=_COLUMNS,
    aliases={f"{column}:en": column for column in _TRANSLATED},
    numbers=frozenset({"price"}),
    products=_read_products,
)
