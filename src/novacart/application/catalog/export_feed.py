"""Export the catalog in the formats of other services."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import zip_longest
from typing import Any, Final
from urllib.parse import quote

from novacart.application.authorization.actor import Actor
from novacart.application.catalog.product_files import csv_lines
from novacart.application.catalog.queries import CatalogQueries, ExportedProduct
from novacart.application.ports.product_view import VariantView
from novacart.domain.catalog.gtin import is_global
from novacart.domain.catalog.product_details import own_brand
from novacart.domain.shared.money import Money

# Google's “Product data specification”.
_MAX_ID: Final = 50
_MAX_TITLE: Final = 150
_MAX_DESCRIPTION: Final = 5000
_MAX_FURTHER_IMAGES: Final = 10
_GOOGLE_OPTIONS: Final = {
    "color": {"color", "colour"},
    "size": {"size"},
    "material": {"material"},
    "pattern": {"pattern"},
}
_GOOGLE_COLUMNS: Final = (
    *("id", "title", "description", "link", "image_link", "additional_image_link"),
    *("availability", "price", "sale_price"),
    *("brand", "gtin", "identifier_exists", "condition", "item_group_id", "product_type"),
    *("shipping_weight", *_GOOGLE_OPTIONS, "item_group_title", "variant_option"),
)
_SHOPIFY_OPTIONS: Final = 3
_SHOPIFY_COLUMNS: Final = (
    *("Handle", "Title", "Body (HTML)", "Vendor", "Type", "Tags", "Published"),
    *(f"Option{number} {part}" for number in (1, 2, 3) for part in ("Name", "Value")),
    *("Variant SKU", "Variant Grams", "Variant Inventory Tracker", "Variant Inventory Qty"),
    *("Variant Inventory Policy", "Variant Fulfillment Service", "Variant Price"),
    *("Variant Compare At Price", "Variant Requires Shipping", "Variant Barcode"),
    *("Image Src", "Image Position", "Image Alt Text"),
    *("Variant Image", "Variant Weight Unit", "Status"),
    *("SEO Title", "SEO Description"),
)


class FeedFormat(StrEnum):
    """`GOOGLE` is product data for Merchant Center, as text separated by tabs."""

    GOOGLE = "google"
    SHOPIFY = "shopify"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportFeedCommand:
    """The pages of products are at `frontend_url`.

    `image_url` returns the absolute URL of an image, which may be None.
    """

    actor: Actor
    format: FeedFormat
    frontend_url: str
    image_url: Callable[[str | None], str | None]


class ExportFeed:
    """Return the lines of a file, with a row for each variant, read while they are sent.

    In a file of Shopify a product with more pictures than variants has a row for each further one.
    Leaves out products of hidden categories and of those below them. Raises `PermissionDenied`.
    """

    def __init__(self, *, queries: CatalogQueries) -> None:
        self._queries = queries

    def __call__(self, command: ExportFeedCommand) -> Iterator[str]:
        command.actor.require("products.files")
        is_google = command.format is FeedFormat.GOOGLE
        rows = _google_rows if is_google else _shopify_rows
        return csv_lines(
            _GOOGLE_COLUMNS if is_google else _SHOPIFY_COLUMNS,
            (
                row.values()
                for exported in self._queries.all_products()
                if exported.is_shown
                for row in rows(exported, command)
            ),
            for_spreadsheet=False,
            delimiter="\t" if is_google else ",",
        )


def _google_rows(exported: ExportedProduct, command: ExportFeedCommand) -> Iterator[dict[str, Any]]:
    product = exported.product
    of_variants = {variant.image for variant in exported.variants}
    for variant in exported.variants:
        image = variant.image or product.image
        # Without the pictures of other variants. A comma separates the URLs.
        left_out = of_variants - {variant.image} | {image}
        further = [each.image for each in exported.pictures if each.image not in left_out]
        urls = [url.replace(",", "%2C") for each in further if (url := command.image_url(each))]
        price, sale_price = _google_prices(variant)
        # Google accepts a product without a brand.
        brand = own_brand(product.brand, product.title)
        # Google refuses numbers that other products may have, too.
        gtin = variant.barcode if variant.barcode and is_global(variant.barcode) else None
        texts = _texts(exported, variant)
        values = ", ".join(text for _, text in texts)
        title = f"{product.title} – {values}" if values else product.title
        row: dict[str, Any] = {
            "id": _google_id(variant),
            "title": _one_line(title)[:_MAX_TITLE],
            "description": _one_line(product.description or product.title)[:_MAX_DESCRIPTION],
            "link": _google_link(exported, variant, command),
            "image_link": command.image_url(image),
            "additional_image_link": ",".join(urls[:_MAX_FURTHER_IMAGES]),
            "availability": "in_stock" if variant.stock > 0 else "out_of_stock",
            "price": price,
            "sale_price": sale_price,
            "brand": brand and _one_line(brand),
            "gtin": gtin,
            "identifier_exists": "yes" if gtin else "no",
            "condition": "new",
            "item_group_id": f"p{product.id}" if exported.options else None,
            "product_type": " > ".join(exported.category_path) or None,
            "shipping_weight": f"{variant.weight_g} g" if variant.weight_g else None,
        }
        for column, names in _GOOGLE_OPTIONS.items():
            row[column] = next((text for name, text in texts if name.casefold() in names), None)
        if texts:
            row["item_group_title"] = _one_line(product.title)[:_MAX_TITLE]
            row["variant_option"] = ",".join(_google_option(*option) for option in texts)
        yield {column: row.get(column) for column in _GOOGLE_COLUMNS}


def _google_link(
    exported: ExportedProduct, variant: VariantView, command: ExportFeedCommand
) -> str:
    """The page that shows this variant with its price, as Google requires."""
    link = f"{command.frontend_url}/products/{quote(exported.product.current_slug)}"
    return f"{link}?variant={variant.id}" if exported.options else link


def _google_id(variant: VariantView) -> str:
    """The SKU, unless there is none or Google refuses it as too long."""
    sku = variant.sku or ""
    return sku if 0 < len(sku) <= _MAX_ID else f"v{variant.id}"


def _google_option(name: str, text: str) -> str:
    """A `variant_option`, by which Google tells variants apart that have the same colour and size.

    A colon separates the name from the text, and Google has no escape for one.
    """
    option = ":".join(_one_line(each).replace(":", "\N{RATIO}") for each in (name, text))
    if "," not in option and '"' not in option:
        return option
    doubled = option.replace('"', '""')
    return f'"{doubled}"'


def _google_prices(variant: VariantView) -> tuple[str, str | None]:
    """The regular price, and the price of a sale."""
    price = f"{Money(variant.price_minor, variant.currency)} {variant.currency}"
    compare_at = variant.compare_at_minor
    if compare_at is None or compare_at <= variant.price_minor:
        return price, None
    return f"{Money(compare_at, variant.currency)} {variant.currency}", price


def _shopify_rows(
    exported: ExportedProduct, command: ExportFeedCommand
) -> Iterator[dict[str, Any]]:
    for number, (variant, picture) in enumerate(zip_longest(exported.variants, exported.pictures)):
        is_first = number == 0
        row: dict[str, Any] = dict.fromkeys(_SHOPIFY_COLUMNS)
        row["Handle"] = exported.product.current_slug
        if is_first:
            row |= _shopify_product(exported)
        if picture is not None:
            row |= {
                "Image Src": command.image_url(picture.image),
                "Image Position": number + 1,
                "Image Alt Text": picture.alt,
            }
        if variant is not None:
            row |= _shopify_variant(variant, command)
            texts = _texts(exported, variant)[:_SHOPIFY_OPTIONS] or [("Title", "Default Title")]
            for place, (name, text) in enumerate(texts, start=1):
                row[f"Option{place} Name"] = name if is_first else None
                row[f"Option{place} Value"] = text
        yield row


def _shopify_product(exported: ExportedProduct) -> dict[str, Any]:
    """The columns that only the first row of a product has."""
    product = exported.product
    return {
        "Title": product.title,
        "Body (HTML)": product.description_html or product.description,
        "Vendor": product.brand,
        "Type": exported.category_name,
        "Tags": ", ".join(product.tags),
        "Published": True,
        "Status": "active",
        "SEO Title": product.meta_title,
        "SEO Description": product.meta_description,
    }


def _shopify_variant(variant: VariantView, command: ExportFeedCommand) -> dict[str, Any]:
    compare_at = variant.compare_at_minor
    return {
        "Variant SKU": variant.sku,
        "Variant Grams": variant.weight_g or 0,
        "Variant Inventory Tracker": "shopify",
        "Variant Inventory Qty": variant.stock,
        "Variant Inventory Policy": "deny",
        "Variant Fulfillment Service": "manual",
        "Variant Price": str(Money(variant.price_minor, variant.currency)),
        "Variant Compare At Price": (
            None if compare_at is None else str(Money(compare_at, variant.currency))
        ),
        "Variant Requires Shipping": True,
        "Variant Barcode": variant.barcode,
        "Variant Image": command.image_url(variant.image),
        "Variant Weight Unit": "g",
    }


def _texts(exported: ExportedProduct, variant: VariantView) -> list[tuple[str, str]]:
    """The names of the options and the texts of the variant's values."""
    found = []
    for option in exported.options:
        value_id = variant.values.get(option.id)
        found += [(option.name, value.text) for value in option.values if value.id == value_id]
    return found


def _one_line(text: str) -> str:
    return " ".join(text.split())
