"""Product files of Shopify: a row for each variant and for each further picture.

Source: Shopify's documentation, “Using CSV files to import and export products”, with the columns
before and after they were renamed in 2025.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Final

from novacart.application.catalog.import_rows import ImportSource, KeptRows, NumberedRow
from novacart.application.catalog.import_sources.cells import (
    Cells,
    Draft,
    groups,
    rejecting,
    split_values,
    variant_changes,
)
from novacart.application.catalog.imported_product import (
    ImportedProduct,
    ImportedVariant,
)
from novacart.application.catalog.row_problems import ProblemCode, RowRejected

_OPTIONS: Final = tuple((f"option{n} name", f"option{n} value") for n in (1, 2, 3))
_COLUMNS: Final = (
    *("handle", "title", "body (html)", "vendor", "product category", "type", "tags"),
    *("published", "status", "gift card"),
    *(column for option in _OPTIONS for column in option),
    *("variant sku", "variant barcode", "variant price", "variant compare at price"),
    *("variant grams", "variant inventory tracker", "variant inventory qty"),
    *("image src", "image position", "image alt text", "variant image"),
    *("seo title", "seo description"),
)
_RENAMED: Final = {
    "url handle": "handle",
    "body": "body (html)",
    "body html": "body (html)",
    "description": "body (html)",
    "custom product type": "type",
    "standardized product type": "product category",
    "published on online store": "published",
    "sku": "variant sku",
    "barcode": "variant barcode",
    "price": "variant price",
    "compare-at price": "variant compare at price",
    "weight value (grams)": "variant grams",
    "inventory tracker": "variant inventory tracker",
    "inventory quantity": "variant inventory qty",
    "variant inventory quantity": "variant inventory qty",
    "product image url": "image src",
    "variant image url": "variant image",
}
_FIELDS: Final = {
    "title": "title",
    "description": "body (html)",
    "brand": "vendor",
    "category": "type",
    "slug": "handle",
}
_VARIANT_FIELDS: Final = {
    "sku": "variant sku",
    "barcode": "variant barcode",
    "price": "variant price",
    "compare_at_price": "variant compare at price",
    "weight_g": "variant grams",
    "stock": "variant inventory qty",
}


def _read_products(
    rows: Iterable[NumberedRow], _kept: KeptRows, currency: str, _today: date
) -> Iterator[ImportedProduct]:
    # By handle: rows of one product can be in several places of the file.
    names_of: dict[str, Sequence[str]] = {}
    unsold: dict[str, str] = {}
    for handle, group in groups(rows, "handle", "title"):
        draft = Draft(line=group[0].line, reference=handle or None)
        reason = unsold.get(handle) or _unsold(Cells(group[0], currency))
        if reason is None:
            names = _read_group(draft, group, currency, names_of.get(handle))
            if handle:
                names_of[handle] = names
        else:
            if handle:
                unsold[handle] = reason
            draft.reject(draft.line, reason, code=ProblemCode.NOT_SOLD)
            for row in group[1:]:
                rejecting(draft, row, lambda: None)
        yield draft.finish(_FIELDS, _VARIANT_FIELDS)


def _unsold(cells: Cells) -> str | None:
    """Why the product is not imported."""
    if cells.text("status").lower() in {"draft", "archived"} or cells.is_false("published"):
        return "This product is not published. It was not imported."
    if cells.is_true("gift card"):
        return "Gift cards are not imported."
    return None


def _read_group(
    draft: Draft, group: Sequence[NumberedRow], currency: str, known: Sequence[str] | None
) -> Sequence[str]:
    """Read the rows of a product, and return the names of its options.

    `known` are the names that an earlier group of the same handle gave, None for the first group.
    """
    first = Cells(group[0], currency)
    own = tuple(first.text(name) for name, _ in _OPTIONS)
    names = own if any(own) else known or ()

    def read(row: NumberedRow) -> None:
        cells = Cells(row, currency)
        is_first = row is group[0]
        if is_first:
            _read_product(draft, cells)
        position = draft.optional(cells.line, lambda: cells.number("image position"))
        draft.add_picture(
            cells.line, cells.text("image src"), cells.text("image alt text"), position
        )
        if cells.text("option1 value", "variant price", "variant sku") or (
            is_first and known is None
        ):
            # A repeated row without options still means the only variant.
            is_only = not known and _is_only_variant(cells)
            is_further = not is_first or (known is not None and not is_only)
            draft.variants.append(_variant_of(draft, cells, names, is_further=is_further))
        elif is_first:
            # It has only fields of the product.
            draft.variants.append(ImportedVariant(line=cells.line))

    for row in group:
        rejecting(draft, row, lambda row=row: read(row))  # type: ignore[misc]
    return () if _is_only_variant(first) else names


def _is_only_variant(cells: Cells) -> bool:
    """Whether the row says that the product has no options."""
    values = [cells.text(value) for _, value in _OPTIONS]
    return "Default Title" in values and len([each for each in values if each]) == 1


def _read_product(draft: Draft, cells: Cells) -> None:
    draft.describe(cells, title="title", description="body (html)", brand="vendor")
    draft.page_slug(cells.text("handle"))
    draft.page_texts(cells, ["seo title"], ["seo description"])
    if cells.text("status").lower() == "unlisted":
        reason = "It is unlisted there and listed here."
        draft.note(cells.line, reason, "status", code=ProblemCode.SHOWN_HERE)
    path = [cells.text("type")] if cells.text("type") else []
    path = path or split_values(cells.text("product category"), ">")
    draft.category_path(path)
    draft.add_tags(cells.line, split_values(cells.text("tags")), "tags")


def _options_of(cells: Cells, names: Sequence[str]) -> dict[str, str]:
    """The options of a row. Raises `RowRejected` for a value of an option without a name."""
    if _is_only_variant(cells):
        return {}
    values = [cells.text(value) for _, value in _OPTIONS]
    options = {}
    for number, (_, column) in enumerate(_OPTIONS):
        name = names[number] if names else ""
        if values[number] and not name:
            message = "The first row of this product does not name this option."
            raise RowRejected(ProblemCode.INVALID_VALUE, message, column)
        if values[number]:
            options[name] = values[number]
    return options


def _variant_of(
    draft: Draft, cells: Cells, names: Sequence[str], *, is_further: bool
) -> ImportedVariant:
    price = cells.money("variant price")
    compare_at = draft.optional(cells.line, lambda: cells.money("variant compare at price"))
    has_compare_at = compare_at is not None
    if price is not None and compare_at is not None and compare_at <= price:
        compare_at = None
    options = _options_of(cells, names)
    option = next(filter(None, names), None)
    if is_further and option and not options and not cells.text("variant sku"):
        message = f"The row has no value of the option “{option}”."
        raise RowRejected(ProblemCode.MISSING_VALUE, message)
    return ImportedVariant(
        line=cells.line,
        changes=variant_changes(
            sku=cells.text("variant sku").removeprefix("'"),
            barcode=cells.text("variant barcode").removeprefix("'"),
            weight_g=draft.optional(cells.line, lambda: cells.grams("variant grams", "g")),
            price=price,
            compare_at=compare_at,
            has_compare_at=has_compare_at,
        ),
        options=options,
        is_further=is_further,
        picture=cells.text("variant image"),
        stock=_stock(draft, cells),
    )


def _stock(draft: Draft, cells: Cells) -> int | None:
    """The units; None for a variant that is sold without counting its units."""
    stock = draft.optional(cells.line, lambda: cells.units("variant inventory qty"))
    tracker = "variant inventory tracker"
    is_counted = bool(cells.text(tracker)) or not cells.has(tracker)
    return stock if stock or is_counted else None


SHOPIFY: Final = ImportSource(
    name="shopify",
    columns=_COLUMNS,
    aliases=_RENAMED,
    numbers=frozenset({"variant price", "variant compare at price", "variant grams"}),
    products=_read_products,
)
