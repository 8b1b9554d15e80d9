"""Codes of the problems of rows."""

import json
import re
from io import BytesIO
from pathlib import Path
from typing import Final

import pytest

from novacart.application.authorization.actor import SYSTEM
from novacart.application.catalog.archive_product import ArchiveProductCommand
from novacart.application.catalog.import_products import ImportProductsCommand
from novacart.application.catalog.import_report import ImportPreview, ImportReport
from novacart.application.catalog.import_rows import ImportSource
from novacart.application.catalog.import_sources.prestashop import PRESTASHOP
from novacart.application.catalog.import_sources.shopify import SHOPIFY
from novacart.application.catalog.import_sources.woocommerce import WOOCOMMERCE
from novacart.application.catalog.product_file_reader import read_products
from novacart.application.catalog.product_files import FileFormat
from novacart.application.catalog.product_rows import GENERIC
from novacart.application.catalog.row_problems import ProblemCode
from tests.support.catalog_fixture import CatalogFixture

_DOCUMENT: Final = Path(__file__).parents[3] / "docs" / "product-files.md"
SHOP: Final = (
    "id,variant_id,handle,sku,title,price,option1_name,option1_value,slug\n"
    "10,10,shirt,S,Shirt,5,Size,S,shirt\n10,11,shirt,L,Shirt,6,Size,L,shirt\n"
    "20,20,mug,M,Mug,7,,,\n30,30,old,O,Old,7,,,\n40,,,,Mug,7,,,\n50,,,,Pin,7,,,\n60,,,,Pin,7,,,\n"
)


def import_text(catalog: CatalogFixture, text: str, source: ImportSource = GENERIC) -> ImportReport:
    file = read_products(BytesIO(text.encode()), FileFormat.CSV, source=source)
    return catalog.import_products(ImportProductsCommand(actor=SYSTEM, file=file))


@pytest.fixture
def catalog() -> CatalogFixture:
    catalog = CatalogFixture()
    assert import_text(catalog, SHOP).rejected == []
    [old] = [each for each in catalog.store.products.values() if each.details.title == "Old"]
    catalog.archive_product(ArchiveProductCommand(actor=SYSTEM, product_id=old.id))
    return catalog


@pytest.mark.parametrize(
    ("text", "column", "code"),
    [
        ("sku,price\nS\n", None, "unreadable_row"),
        ("sku,price\nS,free\n", "price", "invalid_value"),
        ("sku,tags\nS," + "a" * 65 + "\n", "tags", "invalid_value"),
        ("sku,price\nN,5\n", "title", "missing_value"),
        ("sku,title\nN,New\n", "price", "missing_value"),
        ("sku,option1_name,option1_value\nS,Size,\n", "option1_value", "missing_value"),
        ("id,title\n70,New\n", None, "product_not_found"),
        ("title,price\nPin,5\n", None, "ambiguous_product"),
        ("id,price\n30,5\n", None, "archived"),
        ("id,sku\n20,S\n", "sku", "sku_taken"),
        ("sku,slug\nM,shirt\n", "slug", "slug_taken"),
        ("sku,category\nM,home\n", "category", "category_not_found"),
        ("sku,price\nM,8\nM,9\n", None, "contradicts_earlier_row"),
        (
            "id,variant_id,option1_name,option1_value\n10,11,Size,S\n",
            None,
            "duplicate_combination",
        ),
    ],
)
def test_rejected_row_has_a_code(
    catalog: CatalogFixture, text: str, column: str | None, code: str
) -> None:
    row = import_text(catalog, text).rejected[-1]
    assert (row.column, row.code) == (column, code)


@pytest.mark.parametrize(
    ("source", "text", "code"),
    [
        (SHOPIFY, "Handle,Title,Status,Variant Price\na,Kite,draft,5\n", "not_sold"),
        (
            WOOCOMMERCE,
            "ID,Type,SKU,Name,Published,Regular price\n1,variable,A,Kite,1,\n",
            "incomplete_product",
        ),
    ],
)
def test_rejected_row_of_another_shop_has_a_code(
    catalog: CatalogFixture, source: ImportSource, text: str, code: str
) -> None:
    assert [row.code for row in import_text(catalog, text, source).rejected] == [code]


@pytest.mark.parametrize(
    ("source", "text", "code"),
    [
        (
            SHOPIFY,
            "Handle,Title,Variant SKU,Variant Price,Variant Barcode\nk,Kite,K,5,12\n",
            "value_left_out",
        ),
        (
            SHOPIFY,
            "Handle,Title,Variant SKU,Variant Price,Type\nk,Kite,K,5,Toys\n",
            "category_not_found",
        ),
        (SHOPIFY, "Handle,Title,Variant SKU,Variant Price\nk,A,K,5\nl,B,K,5\n", "sku_taken"),
        (SHOPIFY, "Handle,Title,Variant SKU,Variant Price\nshirt,Kite,K,5\n", "slug_taken"),
        (SHOPIFY, f"Handle,Title,Variant Price\nk,{'a' * 300},5\n", "value_cut"),
        (
            SHOPIFY,
            "Handle,Title,Variant Price,Image Src\nk,Kite,5,http://a.example/b.jpg\n",
            "picture_left_out",
        ),
        (SHOPIFY, "Handle,Title,Variant Price,Status\nk,Kite,5,unlisted\n", "shown_here"),
        (
            PRESTASHOP,
            "ID;Name;Price tax excluded;Available for order;Quantity\n1;Kite;5;0;3\n",
            "price_without_tax",
        ),
    ],
)
def test_note_has_a_code(
    catalog: CatalogFixture, source: ImportSource, text: str, code: str
) -> None:
    assert import_text(catalog, text, source).notes[0].code == code


def test_tag_that_is_too_long_is_named(catalog: CatalogFixture) -> None:
    text = f'sku,tags\nS,"a, {"b" * 65}"\n'
    [row] = import_text(catalog, text).rejected
    assert row.reason == f"“{'b' * 40}…” is longer than 64 characters."


def test_kept_preview_of_the_release_before_has_no_codes(catalog: CatalogFixture) -> None:
    report = import_text(catalog, "sku,price\nS,free\n")
    kept = json.loads(ImportPreview(report=report, columns=[]).to_json())
    assert [row.code for row in read_preview(kept).rejected] == ["invalid_value"]
    assert "code" not in kept["report"]["rejected"][0]
    del kept["codes"]
    assert [row.code for row in read_preview(kept).rejected] == [""]


def read_preview(kept: object) -> ImportReport:
    return ImportPreview.from_json(json.dumps(kept)).report


def test_document_lists_each_code() -> None:
    section = _DOCUMENT.read_text().partition("### Codes of problems")[2].partition("\n#")[0]
    assert re.findall(r"^\| `([a-z_]+)` \|", section, re.MULTILINE) == [*ProblemCode]
