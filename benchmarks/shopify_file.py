"""Product files in the format of Shopify's export, the same on every machine."""

import csv
from pathlib import Path
from typing import Final

_COLUMNS: Final = (
    "Handle",
    "Title",
    "Body (HTML)",
    "Vendor",
    "Type",
    "Tags",
    "Published",
    "Option1 Name",
    "Option1 Value",
    "Variant SKU",
    "Variant Grams",
    "Variant Inventory Qty",
    "Variant Price",
    "Variant Compare At Price",
    "Status",
)
_SIZES: Final = ("S", "M", "L")
_VENDORS: Final = 50
_TYPES: Final = 40
_SENTENCE: Final = "Soft cotton, woven by hand in small lots from yarn of the region. "
_BODY: Final = f"<p>{_SENTENCE * 4}</p><ul><li>Wash cold</li><li>Dry in the shade</li></ul>"


def write_shopify_file(path: Path, rows: int) -> None:
    """Write products of three variants, one row for each variant.

    They have no pictures, because a worker would fetch those from the network.
    """
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(_COLUMNS)
        for row in range(rows):
            number, position = divmod(row, len(_SIZES))
            of_product = (
                (
                    f"Shirt {number} of handloom cotton",
                    _BODY,
                    f"Vendor {number % _VENDORS}",
                    f"Type {number % _TYPES}",
                    "summer, cotton",
                    "true",
                    "Size",
                )
                if position == 0
                else ("",) * 7
            )
            writer.writerow(
                (
                    f"shirt-{number}",
                    *of_product,
                    _SIZES[position],
                    f"SHIRT-{number}-{position}",
                    "200",
                    number % 50,
                    "499.00",
                    "599.00" if position == 0 else "",
                    "active" if position == 0 else "",
                )
            )
