"""Product files of WooCommerce: a row for each product and for each variation.

Source: WooCommerce's documentation, “Product CSV Import Schema”.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from html import unescape
from typing import Any, Final

from novacart.application.catalog.html_text import is_html
from novacart.application.catalog.import_rows import ImportSource, KeptRows, NumberedRow
from novacart.application.catalog.import_sources.cells import (
    Cells,
    Draft,
    cell_text,
    rejecting,
    sale_prices,
    split_urls,
    split_values,
    variant_changes,
)
from novacart.application.catalog.imported_product import (
    ImportedProduct,
    ImportedVariant,
)
from novacart.application.catalog.row_problems import ProblemCode, RowRejected

# WooCommerce does not bound the number of attributes.
_ATTRIBUTES: Final = range(1, 21)
_UNITS: Final = ("kg", "g", "lbs", "oz")
_ANY: Final = "Any"
# The stock of a variation that has none of its own.
_OF_PARENT: Final = "parent"
_COLUMNS: Final = (
    *("id", "type", "sku", "gtin, upc, ean, or isbn", "name", "slug", "published"),
    *("visibility in catalog", "short description", "description"),
    *("date sale price starts", "date sale price ends", "sale price", "regular price"),
    *("in stock?", "stock", *(f"weight ({unit})" for unit in _UNITS)),
    *("categories", "tags", "brands", "images", "parent", "position"),
    *("tax:product_cat", "tax:product_tag"),
    *(
        f"attribute {number} {part}"
        for number in _ATTRIBUTES
        for part in ("name", "value(s)", "default")
    ),
    *("meta: _yoast_wpseo_title", "meta: rank_math_title"),
    *("meta: _yoast_wpseo_metadesc", "meta: rank_math_description"),
)
# The names of columns in the languages of WooCommerce's shops, as it translates them.
_TRANSLATED: Final = {
    "type": ("typ", "tipo", "тип"),
    "sku": ("artikelnummer", "ugs", "cod", "artikelcode", "артикул"),
    "name": ("nom", "nombre", "nome", "naam", "имя"),
    "gtin, upc, ean, or isbn": tuple(
        f"gtin, upc, ean{comma} {word} isbn"
        for comma in ("", ",")
        for word in ("oder", "ou", "o", "of", "или", "or")
    ),
    "published": (
        "veröffentlicht",
        "publié",
        "publicado",
        "pubblicato",
        "gepubliceerd",
        "опубликован",
    ),
    "visibility in catalog": (
        *("sichtbarkeit im katalog", "visibilité dans le catalogue", "видимость в каталоге"),
        *("visibilidad en el catálogo", "visibilità nel catalogo", "visibilidade no catálogo"),
        *("zichtbaarheid in catalogus", "catalog visibility"),
    ),
    "short description": (
        *("kurzbeschreibung", "description courte", "descripción corta", "breve descrizione"),
        *("descrição curta", "korte beschrijving", "короткое описание", "краткое описание"),
    ),
    "description": (
        *("beschreibung", "descripción", "descrizione", "descrição", "beschrijving", "описание"),
    ),
    "date sale price starts": (
        *("datum, an dem angebotspreis beginnt", "date de début de promo", "startdatum actieprijs"),
        *("día en que empieza el precio rebajado", "data di partenza del prezzo in saldo"),
        *("data de preço promocional começa em", "дата начала действия продажной цены"),
    ),
    "date sale price ends": (
        *("datum, an dem angebotspreis endet", "date de fin de promo", "einddatum actieprijs"),
        *("día en que termina el precio rebajado", "termine data del prezzo di vendita"),
        *("data de preço promocional termina em", "дата окончания действия продажной цены"),
    ),
    "in stock?": (
        *("vorrätig?", "en stock ?", "¿en inventario?", "¿existencias?", "em estoque?"),
        *("op voorraad?", "в наличии?"),
    ),
    "stock": (
        *("lager", "lagerbestand", "bestand", "inventario", "magazzino", "estoque", "voorraad"),
        "запасы",
    ),
    "sale price": (
        *("angebotspreis", "tarif promo", "precio rebajado", "prezzo in offerta"),
        *("preço promocional", "actieprijs", "цена распродажи"),
    ),
    "regular price": (
        *("regulärer preis", "tarif régulier", "precio normal", "prezzo di listino", "preço"),
        *("reguliere prijs", "базовая цена"),
    ),
    "categories": (
        *("kategorien", "catégories", "categorías", "categorie", "categorias", "categorieën"),
        "категории",
    ),
    "tags": ("schlagwörter", "étiquettes", "etiquetas", "etichette", "метки"),
    "brands": ("marken", "marques", "marcas", "marchi", "merken", "бренды"),
    "images": (
        "bilder",
        "imágenes",
        "immagine",
        "immagini",
        "imagens",
        "afbeeldingen",
        "изображения",
    ),
    "parent": (
        *("übergeordnetes produkt", "übergeordnet", "superior", "genitore", "ascendente"),
        *("hoofd", "родительский"),
    ),
    "position": ("posición", "posizione", "posição", "positie", "позиция"),
}
_TRANSLATED_ATTRIBUTES: Final = {
    "name": (
        *(
            "attribut {} name",
            "nom de l'attribut {}",
            "nombre del atributo {}",
            "attributo {} nome",
        ),
        *("nome do atributo {}", "attribuut {} naam", "naam eigenschap {}", "имя атрибута {}"),
    ),
    "value(s)": (
        *("attribut {} wert(e)", "valeur(s) de l'attribut {}", "valor(es) del atributo {}"),
        *("attributo {} valuta(e)", "attributo {} valore(i)", "valores do atributo {}"),
        *("attribuut {} waarde(n)", "waarde eigenschap {}"),
        *("значение(-я) аттрибута(-ов) {}", "значения атрибутов {}"),
    ),
    "default": (
        *("attribut {} standard", "attribut {} par défaut", "atributo por defecto {}"),
        *("attributo {} predefinito", "atributo {} padrão", "attribuut {} standaard"),
        "standaardeigenschap {}",
    ),
}
_WEIGHTS: Final = ("gewicht", "poids", "peso", "вес")
_ALIASES: Final = {
    **{name: column for column, names in _TRANSLATED.items() for name in names},
    **{
        name.format(number): f"attribute {number} {part}"
        for part, names in _TRANSLATED_ATTRIBUTES.items()
        for name in names
        for number in _ATTRIBUTES
    },
    **{f"{word} ({unit})": f"weight ({unit})" for word in _WEIGHTS for unit in _UNITS},
    # Fields of WooCommerce's REST API, by which scripts name the columns of their exports.
    "status": "published",
    "short_description": "short description",
    "stock_quantity": "stock",
    # Product Import Export for WooCommerce, a plug-in.
    "post_title": "name",
    "post_name": "slug",
    "post_content": "description",
    "post_excerpt": "short description",
    "post_status": "published",
    "regular_price": "regular price",
    "sale_price": "sale price",
    "sale_price_dates_from": "date sale price starts",
    "sale_price_dates_to": "date sale price ends",
    "parent_sku": "parent",
    "tax:product_type": "type",
    "tax:product_brand": "brands",
}
_DESCRIPTIONS: Final = ("description", "short description")
# A line break, or after another backslash its two characters.
_LINE_BREAK: Final = re.compile(r"\\(\\n)|\\n")
_BLANK_LINES: Final = re.compile(r"\r?\n\s*\n")
_PARAGRAPHS: Final = re.compile(r"<(?:p|br)\b", re.IGNORECASE)
_BLOCK: Final = re.compile(
    r"<(?:ul|ol|li|h[1-6]|div|table|tr|td|blockquote|pre|hr|figure|section)\b", re.IGNORECASE
)
# Python refuses to read numbers of thousands of digits.
_MAX_POSITION_DIGITS: Final = 18
# Others are of plug-ins, such as subscriptions and bundles.
_SOLD: Final = {"simple", "variable", "virtual", "downloadable"}
_UNPUBLISHED: Final = {"0", "-1", "false", "draft", "pending", "private", "trash"}
_PAGE_TITLES: Final = ("meta: _yoast_wpseo_title", "meta: rank_math_title")
_PAGE_DESCRIPTIONS: Final = ("meta: _yoast_wpseo_metadesc", "meta: rank_math_description")
_FIELDS: Final = {
    "title": "name",
    "description": "description",
    "brand": "brands",
    "category": "categories",
}
_VARIANT_FIELDS: Final = {
    "sku": "sku",
    "barcode": "gtin, upc, ean, or isbn",
    "price": "regular price",
    "compare_at_price": "regular price",
    "weight_g": "weight (kg)",
    "stock": "stock",
}


def _types(row: Mapping[str, Any]) -> list[str]:
    """The types of a row. One without a type is a variation if it has a parent."""
    usual = "variation" if cell_text(row, "parent") else "simple"
    return split_values((cell_text(row, "type") or usual).lower())


def _parent_of_variation(row: Mapping[str, Any]) -> str | None:
    return cell_text(row, "parent") if "variation" in _types(row) else None


def _read_products(
    rows: Iterable[NumberedRow], kept: KeptRows, currency: str, _today: date
) -> Iterator[ImportedProduct]:
    style = None
    for row in rows:
        style = row.numbers
        if row.problem is None and _parent_of_variation(row.row) is not None:
            # Read with its parent.
            continue
        yield _read_product(row, kept, currency)
    if style is not None:
        for parent, variations in kept.take_rest(style):
            draft = Draft(line=variations[0].line, reference=parent)
            _read_variations(draft, variations, {}, currency)
            yield draft.finish(_FIELDS, _VARIANT_FIELDS)


def _read_product(row: NumberedRow, kept: KeptRows, currency: str) -> ImportedProduct:
    cells = Cells(_with_paragraphs(row), currency)
    by_id = f"id:{cells.text('id')}" if cells.text("id") else None
    draft = Draft(line=row.line, reference=cells.text("sku") or by_id)
    variations = [
        variation
        for key in (cells.text("sku"), by_id)
        if key
        for variation in kept.take(key, row.numbers)
    ]

    def read() -> None:
        _ensure_sold(cells)
        draft.describe(cells, title="name", description="description", summary="short description")
        draft.page_slug(cells.text("slug"))
        if brands := split_values(cells.text("brands")):
            draft.changes["brand"] = unescape(brands[0])
        draft.page_texts(cells, _PAGE_TITLES, _PAGE_DESCRIPTIONS)
        _read_categories(draft, cells)
        tags = map(unescape, _terms(cells, "tags", "tax:product_tag"))
        draft.add_tags(cells.line, tags, "tags")
        for url, alt in _images(cells):
            draft.add_picture(row.line, url, alt)
        if cells.text("visibility in catalog").lower() == "hidden":
            reason = "It is hidden there and visible here."
            code = ProblemCode.SHOWN_HERE
            draft.note(row.line, reason, "visibility in catalog", code=code)
        if "variable" in _types(row.row) or (variations and not cells.text("type")):
            if not variations:
                message = "The file has no variations of this product."
                raise RowRejected(ProblemCode.INCOMPLETE_PRODUCT, message)
            defaults = {
                unescape(cells.text(f"attribute {number} name")): unescape(text)
                for number in _ATTRIBUTES
                if (text := cells.text(f"attribute {number} default"))
            }
            weight_g = _weight(draft, cells)
            _read_variations(draft, variations, defaults, currency, weight_g)
        else:
            draft.variants.append(_variant_of(draft, cells, {}))

    rejecting(draft, row, read)
    if draft.problems and not draft.variants:
        for variation in variations:
            reason = "The product of this variation was not imported."
            draft.reject(variation.line, reason, code=ProblemCode.PRODUCT_REJECTED)
    return draft.finish(_FIELDS, _VARIANT_FIELDS)


def _with_paragraphs(row: NumberedRow) -> NumberedRow:
    r"""The row with the line breaks and paragraphs of its descriptions.

    WooCommerce writes a line break as `\n`, and the two characters `\n` as `\\n`. WordPress stores
    paragraphs as blank lines and shows them as `<p>`.
    """
    texts = {}
    for column in _DESCRIPTIONS:
        text = _LINE_BREAK.sub(lambda match: match[1] or "\n", cell_text(row.row, column))
        if is_html(text) and not _PARAGRAPHS.search(text):
            parts = filter(None, map(str.strip, _BLANK_LINES.split(text)))
            text = "".join(map(_paragraph, parts))
        texts[column] = text
    return replace(row, row={**row.row, **texts})


def _paragraph(text: str) -> str:
    if _BLOCK.search(text):
        return text
    lines = text.replace("\n", "<br>")
    return f"<p>{lines}</p>"


def _ensure_sold(cells: Cells) -> None:
    if cells.text("published").lower() in _UNPUBLISHED:
        raise RowRejected(
            ProblemCode.NOT_SOLD, "This product is not published. It was not imported."
        )
    types = split_values(cells.text("type").lower())
    if "external" in types:
        raise RowRejected(
            ProblemCode.NOT_SOLD, "Products that another shop sells (external) are not imported."
        )
    if "grouped" in types:
        raise RowRejected(
            ProblemCode.NOT_SOLD,
            "Grouped products are not imported. The products in the group are.",
        )
    if of_plug_in := next((each for each in types if each not in _SOLD), None):
        raise RowRejected(
            ProblemCode.NOT_SOLD, f"Products of the type {of_plug_in} are not imported."
        )


def _read_categories(draft: Draft, cells: Cells) -> None:
    texts = _terms(cells, "categories", "tax:product_cat")
    paths = [tuple(map(unescape, split_values(path, ">"))) for path in texts]
    # The longest path is the most exact one.
    paths.sort(key=len, reverse=True)
    if not paths:
        return
    draft.category_path(paths[0])
    others = [path for path in paths[1:] if path != paths[0][: len(path)]]
    if others:
        names = ", ".join(" > ".join(path) for path in others)
        draft.note(cells.line, f"A product has one category. Left out: {names}.", "categories")


def _read_variations(
    draft: Draft,
    variations: Sequence[NumberedRow],
    defaults: Mapping[str, str],
    currency: str,
    weight_g: int | None = None,
) -> None:
    """`weight_g` is that of the product, which variations without a weight have."""
    of_rows = [Cells(row, currency) for row in variations]
    # A blank value means any value.
    used = dict.fromkeys(
        name for cells in of_rows for name, text in _attributes(cells).items() if text
    )
    unused = {name for cells in of_rows for name in _attributes(cells)} - used.keys()
    for name in sorted(unused):
        reason = f"No variation has a value of “{name}”. It is not an option here."
        draft.note(draft.line, reason)

    def read(cells: Cells) -> None:
        if cells.text("published").lower() in _UNPUBLISHED:
            raise RowRejected(
                ProblemCode.NOT_SOLD, "This variation is not published. It was not imported."
            )
        options = {name: _attributes(cells).get(name) or _ANY for name in used}
        is_default = bool(defaults) and defaults.items() <= options.items()
        variant = _variant_of(draft, cells, options, is_default=is_default)
        if weight_g is not None and "weight_g" not in variant.changes:
            variant = replace(variant, changes={**variant.changes, "weight_g": weight_g})
        draft.variants.append(variant)

    for row, cells in sorted(zip(variations, of_rows, strict=True), key=_position):
        rejecting(draft, row, lambda cells=cells: read(cells))  # type: ignore[misc]


def _position(pair: tuple[NumberedRow, Cells]) -> int:
    text = pair[1].text("position")
    return int(text) if text.isdecimal() and len(text) <= _MAX_POSITION_DIGITS else 0


def _attributes(cells: Cells) -> dict[str, str]:
    """The values of a variation by the names of the attributes; "" is any value."""
    return {
        unescape(name): unescape(cells.text(f"attribute {number} value(s)").replace("\\,", ","))
        for number in _ATTRIBUTES
        if (name := cells.text(f"attribute {number} name"))
    }


def _variant_of(
    draft: Draft, cells: Cells, options: Mapping[str, str], *, is_default: bool = False
) -> ImportedVariant:
    sale = cells.money("sale price")
    if sale is not None and cells.text("date sale price starts", "date sale price ends"):
        reason = "The sale has dates. The regular price was imported."
        draft.note(cells.line, reason, "sale price", code=ProblemCode.VALUE_REPLACED)
        sale = None
    regular = cells.money("regular price")
    price, compare_at = sale_prices(sale, regular, "sale price")
    weight_g = _weight(draft, cells)
    images = _images(cells)
    is_sold_out = cells.is_false("in stock?") and not cells.text("stock")
    return ImportedVariant(
        line=cells.line,
        changes=variant_changes(
            sku=cells.text("sku"),
            barcode=cells.text("gtin, upc, ean, or isbn"),
            weight_g=weight_g,
            price=price,
            compare_at=compare_at,
            has_compare_at=regular is not None,
        ),
        options=options,
        is_default=is_default,
        picture=images[0][0] if options and images else "",
        stock=0 if is_sold_out else _stock(draft, cells),
    )


def _weight(draft: Draft, cells: Cells) -> int | None:
    weights = (
        draft.optional(cells.line, partial(cells.grams, f"weight ({unit})", unit))
        for unit in _UNITS
    )
    return next(filter(None, weights), None)


def _stock(draft: Draft, cells: Cells) -> int | None:
    if cells.text("stock") == _OF_PARENT:
        reason = "It shares the stock of its product, which was left out."
        draft.note(cells.line, reason, "stock")
        return None
    return draft.optional(cells.line, lambda: cells.units("stock"))


def _terms(cells: Cells, column: str, of_plug_in: str) -> list[str]:
    """The names in a column of WooCommerce, which escapes commas in names, or of the plug-in.

    WordPress stores names of categories, tags and attributes with `&gt;` for `>`, and `&amp;`.
    """
    return split_values(cells.text(column)) or split_values(cells.text(of_plug_in), "|")


def _images(cells: Cells) -> list[tuple[str, str]]:
    """URLs with their alternative texts, as a plug-in writes them: `URL ! alt : Text ! …|URL`."""
    text = cells.text("images")
    images = []
    for image in split_urls(text, "|" if "|" in text or " ! " in text else ","):
        url, *details = (part.strip() for part in image.split(" ! "))
        texts = dict(detail.split(" : ", 1) for detail in details if " : " in detail)
        images.append((url, texts.get("alt", "").strip()))
    return images


WOOCOMMERCE: Final = ImportSource(
    name="woocommerce",
    columns=_COLUMNS,
    aliases=_ALIASES,
    numbers=frozenset({"sale price", "regular price", *(f"weight ({unit})" for unit in _UNITS)}),
    products=_read_products,
    kept_by=_parent_of_variation,
    escapes_formulas=True,
)
