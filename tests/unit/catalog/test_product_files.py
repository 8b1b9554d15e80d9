import json
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from novacart.application.authorization.actor import SYSTEM
from novacart.application.catalog.add_category import AddCategoryCommand
from novacart.application.catalog.adjust_stock import AdjustStockCommand
from novacart.application.catalog.archive_product import ArchiveProductCommand
from novacart.application.catalog.edit_product import EditProductCommand
from novacart.application.catalog.export_products import ExportProductsCommand
from novacart.application.catalog.import_products import BATCH_SIZE, ImportProductsCommand
from novacart.application.catalog.import_report import ImportReport, report_lines
from novacart.application.catalog.import_rows import UnreadableFile
from novacart.application.catalog.product_file_reader import FileEncoding, read_products
from novacart.application.catalog.product_files import FileFormat
from novacart.application.ports.product_view import ProductView
from novacart.domain.catalog.category_details import CategoryDetails
from novacart.domain.catalog.product import Product
from novacart.domain.catalog.product_details import ProductDetails
from novacart.domain.shared.ids import CategoryId, ProductId
from novacart.domain.shared.money import Money
from tests.support.builders.catalog import NOON, a_claim, add_product, details
from tests.support.catalog_fixture import CatalogFixture

CSV, JSON_LINES = FileFormat.CSV, FileFormat.JSON_LINES
BOOKS = AddCategoryCommand(actor=SYSTEM, details=CategoryDetails(name="Books", slug="books"))
CASES = Path(__file__).parent / "cases"


@pytest.fixture
def catalog() -> CatalogFixture:
    catalog = CatalogFixture()
    catalog.add_category(BOOKS)
    return catalog


def import_bytes(
    catalog: CatalogFixture,
    content: bytes,
    file_format: FileFormat = CSV,
    *,
    encoding: FileEncoding | None = None,
    dry_run: bool = False,
    set_stock: bool = False,
) -> ImportReport:
    file = read_products(BytesIO(content), file_format, encoding=encoding)
    return catalog.import_products(
        ImportProductsCommand(actor=SYSTEM, file=file, dry_run=dry_run, set_stock=set_stock)
    )


def import_text(
    catalog: CatalogFixture,
    text: str,
    file_format: FileFormat = CSV,
    *,
    dry_run: bool = False,
    set_stock: bool = False,
) -> ImportReport:
    return import_bytes(catalog, text.encode(), file_format, dry_run=dry_run, set_stock=set_stock)


def import_case(
    catalog: CatalogFixture, name: str, encoding: FileEncoding | None = None
) -> ImportReport:
    file_format = JSON_LINES if name.endswith("jsonl") else CSV
    return import_bytes(catalog, (CASES / name).read_bytes(), file_format, encoding=encoding)


def export(
    catalog: CatalogFixture, file_format: FileFormat = CSV, *, for_spreadsheet: bool = False
) -> str:
    command = ExportProductsCommand(
        actor=SYSTEM, format=file_format, for_spreadsheet=for_spreadsheet
    )
    return "".join(catalog.export_products(command))


def products(catalog: CatalogFixture) -> list[ProductView]:
    exported = catalog.queries.all_products()
    return sorted((each.product for each in exported), key=lambda product: product.id)


def shown(catalog: CatalogFixture) -> list[tuple[str, str, int]]:
    return [(product.title, str(product.price), product.stock) for product in products(catalog)]


def counts(report: ImportReport) -> tuple[int, int, int, int]:
    return report.added, report.edited, report.unchanged, len(report.rejected)


def reasons(report: ImportReport) -> list[tuple[int, str | None, str]]:
    return [(row.line, row.column, row.reason) for row in report.rejected]


def stock_notes(report: ImportReport) -> list[tuple[int, int, int, bool]]:
    return [
        (change.line, change.before, change.after, change.left_because is None)
        for change in report.stock
    ]


def sell(catalog: CatalogFixture, product_id: int, quantity: int, reference: str = "1") -> None:
    claim = a_claim(product_id, quantity, f"line:{reference}:reserve")
    with catalog.begin() as work:
        work.stock.reserve([claim], at=NOON)
        work.stock.sell([a_claim(product_id, quantity, f"line:{reference}:sell")], at=NOON)
        work.commit()


# Adding and editing.


def test_rows_of_unknown_products_add_them(catalog: CatalogFixture) -> None:
    report = import_text(
        catalog,
        "title,price,stock,category,author,published_year,description\n"
        'Kite,200.00,3,,,,"over\ntwo lines"\n'
        "Monsoon Arithmetic,299,,books,Devraj,2021,\n",
    )
    assert counts(report) == (2, 0, 0, 0)
    assert report.units_added == 3
    kite, book = products(catalog)
    assert (kite.title, kite.stock, kite.description) == ("Kite", 3, "over\ntwo lines")
    assert (book.stock, book.author, book.published_year) == (0, "Devraj", 2021)
    assert (kite.category_id, book.category_id is not None) == (None, True)


def test_rows_with_an_id_edit_the_given_columns(catalog: CatalogFixture) -> None:
    import_text(catalog, "title,price,stock,brand\nKite,200.00,3,Udaan\nLamp,300.00,1,\n")
    kite, lamp = products(catalog)
    report = import_text(
        catalog,
        f"id,price,stock,stock_read,stock_version,currency\n{lamp.id},,7,1,0,\n"
        f"{kite.id},250.00,,,,INR\n{kite.id},250.00,3,3,0,\n",
    )
    assert counts(report) == (0, 2, 1, 0)
    kite, lamp = products(catalog)
    assert (str(kite.price), kite.stock, kite.brand) == ("250.00", 3, "Udaan")
    assert (str(lamp.price), lamp.stock) == ("300.00", 7)


def test_rows_with_a_sku_add_and_edit(catalog: CatalogFixture) -> None:
    first = import_text(catalog, "sku,title,price\nA,Shirt,1\nB,Shirt,2\n")
    assert counts(first) == (2, 0, 0, 0)
    second = import_text(catalog, "sku,price\nB,5\nC,1\n")
    assert counts(second) == (0, 1, 0, 1)
    assert reasons(second) == [(3, "title", "This is required for a new product.")]
    assert [(one.sku, str(one.price)) for one in products(catalog)] == [
        ("A", "1.00"),
        ("B", "5.00"),
    ]


def test_rows_that_contradict_an_earlier_row_are_rejected(catalog: CatalogFixture) -> None:
    text = (
        "sku,title,price,stock\nA,Shirt,1,\nF,Free,0,\nB,Hat,2,\nA,Shirt,3,\nA,Shirt,,4\nB,Cap,2,\n"
        "F,Mug,5,\nA,Shirt,,5\n"
    )
    for added in (3, 0):
        report = import_text(catalog, text)
        assert (report.added, report.edited) == (added, 0)
        assert [(line, reason) for line, _, reason in reasons(report)] == [
            (3, "A price is more than 0 and at most 9999999999.99."),
            (5, "An earlier row has this variant with other values."),
            (7, "An earlier row has this product with other values."),
            (9, "An earlier row has this variant with other values."),
        ]
    assert [(one.title, str(one.price)) for one in products(catalog)] == [
        ("Shirt", "1.00"),
        ("Hat", "2.00"),
        ("Mug", "5.00"),
    ]


def test_sku_of_another_product_is_rejected(catalog: CatalogFixture) -> None:
    import_text(catalog, "sku,title,price\nA,Shirt,1\nB,Hat,2\n")
    shirt, hat = products(catalog)
    report = import_text(
        catalog,
        f"id,sku,title,price\n{hat.id},A,Hat,2\n{shirt.id},C,Shirt,1\n,A,Scarf,1\n{hat.id},A,Hat,2\n",
    )
    taken = "Another variant has the SKU “A”."
    # Otherwise the hat would get the SKU in the next import of the file.
    present = "Another row has the present SKU “A” of this variant."
    other = "An earlier row has this product with other values."
    reports = [(2, "sku", taken), (3, "sku", present), (4, None, other), (5, "sku", taken)]
    assert reasons(report) == reports
    assert [product.sku for product in products(catalog)] == ["A", "B"]


def test_empty_cell_clears_an_optional_field(catalog: CatalogFixture) -> None:
    import_text(
        catalog,
        "sku,title,price,author,published_year,category,subtitle\nS,A,1,Me,1999,books,old\n",
    )
    [book] = products(catalog)
    import_text(catalog, f"id,sku,author,published_year,category,subtitle,brand\n{book.id},,,,,,\n")
    [book] = products(catalog)
    assert (book.author, book.published_year, book.category_id) == (None, None, None)
    assert (book.subtitle, book.brand, book.sku) == ("", "A", None)


def test_tags_are_separated_by_commas(catalog: CatalogFixture) -> None:
    import_text(catalog, 'sku,title,price,tags\nS,A,1,"New in, Été, new  IN,"\n')
    assert products(catalog)[0].tags == ("New in", "Été")
    report = import_text(catalog, f"sku,tags\nS,{'x' * 65}\n")
    assert reasons(report) == [(2, "tags", f"“{'x' * 40}…” is longer than 64 characters.")]
    import_text(catalog, "sku,tags\nS,\n")
    assert products(catalog)[0].tags == ()


def test_invalid_rows_are_reported_by_line_and_column_and_others_imported(
    catalog: CatalogFixture,
) -> None:
    report = import_text(
        catalog,
        "id,title,price,stock,category,image\n"
        ",Kite,200.00,3,books,\n"
        ",,200.00,3,,\n"
        ',"Two\nlines",abc,3,,\n'
        ",Lamp,1.00,many,,\n"
        ",Lamp,1.00,-1,,\n"
        ",Lamp,1.00,1,nowhere,\n"
        ",Bowl,1.00,1,,javascript:x\n"
        ",Lamp,1.00\n"
        "\n"
        "999999,,1.00,1,,\n"
        "x,Lamp,1.00,1,,\n"
        ",Clock,,1,,\n"
        ",Trunk,700.00,1,,\n",
    )
    assert report.added == 2
    assert [product.title for product in products(catalog)] == ["Kite", "Trunk"]
    assert [(row.line, row.column) for row in report.rejected] == [
        (3, "title"),
        (4, "price"),
        (6, "stock"),
        (7, "stock"),
        (8, "category"),
        (9, "image"),
        (10, None),
        (12, "title"),
        (13, "id"),
        (14, "price"),
    ]
    by_line = {line: reason for line, _, reason in reasons(report)}
    assert by_line[4] == "“abc” is not a number; expected an amount in INR such as 499.00."
    assert by_line[6] == "“many” is not a number; expected a whole number."
    assert by_line[7] == "“-1” is not a whole number from 0 to 1000000000."
    assert by_line[10] == "The row has 3 cells, the header has 6."


def test_id_of_no_product_is_reported_unless_the_row_is_complete(catalog: CatalogFixture) -> None:
    report = import_text(catalog, "id,stock\n999999,1\n")
    assert reasons(report) == [(2, None, "This product is not in the catalog.")]


def test_json_lines_are_imported(catalog: CatalogFixture) -> None:
    good = {"title": "Kite", "price": "200.00", "stock": 3, "category": "books", "key": "ignored"}
    bad = [
        "{not json",
        '["a list"]',
        "[" * 100_000,
        '{"title": "Kite", "price": NaN}',
        '{"title": "Kite", "price": 1, "Price": 2}',
        *(
            json.dumps(good | changes)
            for changes in (
                {"price": True},
                {"price": None},
                {"price": "1e3"},
                {"price": 12.999},
                {"stock": True},
                {"stock": 1.5},
                {"stock": None},
                {"stock": [1]},
                {"title": None},
                {"title": 7},
                {"published_year": "old"},
                {"category": 7},
                {"id": 0},
                {"title": "a\x00b"},
            )
        ),
    ]
    lines = [
        *bad,
        "",
        json.dumps(good),
        json.dumps(good | {"title": "Lamp", "author": None, "published_year": None}),
        json.dumps(good | {"title": "Cup", "price": 12.5, "stock": 5.0, "published_year": "1999"}),
    ]
    report = import_text(catalog, "\n".join(lines), JSON_LINES)
    assert report.added == 3
    assert report.ignored_columns == ("key",)
    assert [row.line for row in report.rejected] == [*range(1, len(bad) + 1)]
    assert reasons(report)[0][2] == "The line is not JSON."
    assert reasons(report)[1][2] == "The line is not a JSON object."
    cup = products(catalog)[-1]
    assert (str(cup.price), cup.stock, cup.published_year) == ("12.50", 5, 1999)


def test_json_lines_have_lists_where_cells_have_several_values(catalog: CatalogFixture) -> None:
    good = {"price": "1.00", "title": "Kite"}
    lines = [
        good | {"tags": ["toys", " red ", ""], "pictures": [" https://a.example/a,b.jpg"]},
        good | {"tags": ["toys", 1]},
        good | {"tags": {"toys": True}},
        good | {"title": ["Kite"]},
        good | {"attribute:colour": {"is": "red"}},
    ]
    report = import_text(catalog, "\n".join(map(json.dumps, lines)), JSON_LINES)
    neither = "This can't be a list or an object."
    assert reasons(report) == [
        (2, "tags", "This is not a list of texts."),
        (3, "tags", neither),
        (4, "title", neither),
        (5, "attribute:colour", neither),
    ]
    assert (report.added, report.pictures) == (1, 1)
    assert [each.details.tags for each in catalog.store.products.values()] == [("toys", "red")]


def test_rows_with_characters_that_are_not_text_are_rejected(catalog: CatalogFixture) -> None:
    problem = "It has a character that is not text, such as NUL."
    text = "sku,title,price,notes\nA\0,Kite,1,\nB,Lamp,1\0,\nC,Cup,1,a\0b\n"
    report = import_text(catalog, text)
    assert reasons(report) == [(2, "sku", problem), (3, "price", problem)]
    of_name = "The name of a member has a character that is not text, such as NUL."
    lines = [
        r'{"title":"x\u0000","price":"1"}',
        r'{"title":"x","price":"1","description_html":"<p>\ud83d</p>"}',
        r'{"title":"x","price":"1","attribute:\ud800":"1"}',
        r'{"title":"x\ud83d\ude00","price":"1","notes":"\ud800"}',
        r'{"title":"y","price":"1","pictures":["https://a.example/\ud800"]}',
    ]
    report = import_text(catalog, "\n".join(lines), JSON_LINES)
    assert reasons(report) == [
        (1, "title", problem),
        (2, "description_html", problem),
        (3, None, of_name),
        (5, "pictures", problem),
    ]
    assert [each.title for each in products(catalog)] == ["Cup", "x\N{GRINNING FACE}"]


def test_archived_product_is_neither_exported_nor_imported(catalog: CatalogFixture) -> None:
    import_text(catalog, "sku,title,price\nA,Kite,1\n")
    [kite] = products(catalog)
    catalog.archive_product(ArchiveProductCommand(actor=SYSTEM, product_id=kite.id))
    assert export(catalog, JSON_LINES) == ""
    report = import_text(catalog, f"id,sku,price\n{kite.id},,2\n,A,2\n")
    archived = "This product is archived. Restore it first."
    assert reasons(report) == [(2, None, archived), (3, None, archived)]


def test_dry_run_reports_and_changes_nothing(catalog: CatalogFixture) -> None:
    text = "title,price,category,category_name\nKite,1,toys,Toys\n,2,,\n"
    dry = import_text(catalog, text, dry_run=True)
    assert products(catalog) == []
    assert import_text(catalog, text) == dry
    assert len(products(catalog)) == 1


@pytest.mark.slow
def test_import_runs_in_batches_and_reports_progress_with_the_total(
    catalog: CatalogFixture,
) -> None:
    steps: list[tuple[int, int]] = []
    lines = "".join(f"Kite {number},1\n" for number in range(BATCH_SIZE + 5))
    file = read_products(BytesIO(f"title,price\n{lines}".encode()), CSV)
    report = catalog.import_products(
        ImportProductsCommand(actor=SYSTEM, file=file, progress=lambda *step: steps.append(step))
    )
    assert report.added == BATCH_SIZE + 5
    assert steps == [(BATCH_SIZE, BATCH_SIZE + 5), (BATCH_SIZE + 5, BATCH_SIZE + 5)]


# Importing the same file again.


def test_same_file_twice_changes_nothing(catalog: CatalogFixture) -> None:
    text = (
        "id,sku,title,subtitle,price,stock\n"
        ",,Tea,Green,10,5\n,,Tea,Black,11,5\n,A,Tea,Green,12,5\n,,Tea,Green,10,5\n77,,Cup,,9,1\n"
    )
    assert counts(import_text(catalog, text)) == (4, 0, 1, 0)
    before, events = export(catalog), len(catalog.store.events)
    assert counts(import_text(catalog, text)) == (0, 0, 5, 0)
    assert (export(catalog), len(catalog.store.events)) == (before, events)


def test_import_of_a_corrected_file_adds_only_the_rejected_rows(catalog: CatalogFixture) -> None:
    broken = (CASES / "three.csv").read_text().replace("1299.00", "free")
    assert counts(import_text(catalog, broken)) == (2, 0, 0, 1)
    assert counts(import_case(catalog, "three.csv")) == (1, 0, 2, 0)
    assert shown(catalog) == [("Tea A", "10.00", 5), ("Tea C", "12.00", 5), ("Tea B", "1299.00", 5)]


def test_row_that_fits_several_products_is_rejected(catalog: CatalogFixture) -> None:
    for number in (901, 902):
        add_product(catalog.begin, Product.create(id=ProductId(number), details=details(), at=NOON))
    report = import_text(catalog, "title,price\nBrass lamp,1\n")
    [(line, column, reason)] = reasons(report)
    assert (line, column) == (2, None)
    assert reason == "2 products have this title, subtitle and brand. Add id or SKU."


def test_rows_without_a_key_have_different_names(catalog: CatalogFixture) -> None:
    text = "title,brand,price\nTee,Ayna,1\nTee,Ayna,2\nTee,Mira,3\n"
    for expected in ((2, 0, 0, 1), (0, 0, 2, 1)):
        report = import_text(catalog, text)
        assert counts(report) == expected
        [(line, column, reason)] = reasons(report)
        assert (line, column) == (3, "title")
        assert "An earlier row has the same title" in reason
    assert [str(one.price) for one in products(catalog)] == ["1.00", "3.00"]
    # With a key, they are several products.
    assert counts(import_text(catalog, "handle,title,price\na,Mug,1\nb,Mug,2\n")) == (2, 0, 0, 0)


def test_empty_handle_is_no_key(catalog: CatalogFixture) -> None:
    lines = '{"handle":"","title":"Mug","price":"1"}\n{"handle":"","title":"Hat","price":"2"}\n'
    for expected in ((2, 0, 0, 0), (0, 0, 2, 0)):
        assert counts(import_text(catalog, lines, JSON_LINES)) == expected


def test_keys_and_urls_that_no_index_can_have_are_left_out(catalog: CatalogFixture) -> None:
    url = f"https://images.example/{'é' * 1024}"
    text = f"handle,title,price,pictures\n{'h' * 501},Mug,1,\nhat,Hat,2,{url}\n"
    report = import_text(catalog, text)
    assert reasons(report) == [(2, None, "The key of a product has at most 500 characters.")]
    [note] = report.notes
    assert (note.line, report.pictures) == (3, 0)
    assert note.reason == "The URL of a picture has at most 2048 bytes. Longer ones were left out."


def test_row_keeps_the_sku_that_its_file_does_not_know(catalog: CatalogFixture) -> None:
    import_text(catalog, "sku,title,price\n,Kite,1\n")
    [kite] = products(catalog)
    catalog.edit_product(
        EditProductCommand(actor=SYSTEM, product_id=kite.id, changes={"sku": "K-1"})
    )
    assert counts(import_text(catalog, "sku,title,price\n,Kite,2\n")) == (0, 1, 0, 0)
    assert [product.sku for product in products(catalog)] == ["K-1"]


def test_row_renamed_by_an_earlier_row_is_another_product(catalog: CatalogFixture) -> None:
    import_text(catalog, "title,price\nKite,1\n")
    [kite] = products(catalog)
    text = f"id,title,brand,price\n{kite.id},Kite 2,Kite 2,1\n,Kite,,3\n"
    assert counts(import_text(catalog, text)) == (1, 1, 0, 0)
    assert counts(import_text(catalog, text)) == (0, 0, 2, 0)


# Stock.


def test_import_of_a_changed_price_does_not_bring_sold_units_back(catalog: CatalogFixture) -> None:
    import_text(catalog, "title,price,stock\nKite,200.00,5\n")
    [kite] = products(catalog)
    exported = export(catalog)
    sell(catalog, kite.id, 5)
    report = import_text(catalog, exported.replace("200.00", "250.00"))
    assert shown(catalog) == [("Kite", "250.00", 0)]
    assert counts(report) == (0, 1, 0, 0)
    assert report.stock == []


def test_stock_changes_by_the_difference_to_the_figure_read(catalog: CatalogFixture) -> None:
    import_text(catalog, "title,price,stock\nKite,200.00,5\n")
    [kite] = products(catalog)
    text = f"id,stock,stock_read,stock_version\n{kite.id},8,5,0\n"
    sell(catalog, kite.id, 2)
    report = import_text(catalog, text)
    assert shown(catalog) == [("Kite", "200.00", 6)]
    assert stock_notes(report) == [(2, 3, 6, True)]
    assert catalog.store.events[-1].payload()["delta"] == 3
    again = import_text(catalog, text)
    assert shown(catalog) == [("Kite", "200.00", 6)]
    assert counts(again) == (0, 0, 1, 0)
    assert stock_notes(again) == [(2, 6, 6, False)]


def test_stock_adjusted_by_staff_since_the_export_is_left_alone(catalog: CatalogFixture) -> None:
    import_text(catalog, "title,price,stock\nKite,200.00,5\n")
    [kite] = products(catalog)
    catalog.adjust_stock(
        AdjustStockCommand(actor=SYSTEM, product_id=kite.id, delta=3, reason="Delivery")
    )
    report = import_text(catalog, f"id,price,stock,stock_read,stock_version\n{kite.id},1,8,5,0\n")
    assert shown(catalog) == [("Kite", "1.00", 8)]
    assert [change.left_because for change in report.stock] == [
        "the stock was adjusted after the file was exported"
    ]


def test_stock_without_the_figure_read_is_left_alone_unless_set(catalog: CatalogFixture) -> None:
    text = "title,price,stock\nKite,200.00,5\n"
    import_text(catalog, text)
    sell(catalog, products(catalog)[0].id, 2)
    report = import_text(catalog, text)
    assert shown(catalog) == [("Kite", "200.00", 3)]
    assert stock_notes(report) == [(2, 3, 3, False)]
    assert stock_notes(import_text(catalog, text, set_stock=True)) == [(2, 3, 5, True)]
    assert shown(catalog) == [("Kite", "200.00", 5)]
    assert import_text(catalog, text).stock == []


def test_row_without_stock_leaves_it_alone(catalog: CatalogFixture) -> None:
    import_text(catalog, "title,price,stock\nKite,200.00,5\n")
    assert import_text(catalog, "title,price,stock\nKite,1,\n", set_stock=True).stock == []
    assert import_text(catalog, "title,price\nKite,2\n", set_stock=True).stock == []
    assert shown(catalog) == [("Kite", "2.00", 5)]


def test_removal_of_sold_units_is_rejected_with_the_whole_row(catalog: CatalogFixture) -> None:
    import_text(catalog, "title,price,stock\nKite,200.00,5\n")
    [kite] = products(catalog)
    sell(catalog, kite.id, 4)
    report = import_text(catalog, f"id,price,stock,stock_read,stock_version\n{kite.id},1,2,5,0\n")
    assert reasons(report) == [(2, "stock", "This removes 3 units. Available: 1.")]
    assert shown(catalog) == [("Kite", "200.00", 1)]


# Files that can't be read.


@pytest.mark.parametrize(
    ("content", "encoding", "message"),
    [
        (b"", None, "The file is empty"),
        (b"\n,,\n", None, "The file is empty"),
        (b"title,price,attribute:a\0\nx,1,2\n", None, "Line 1 has the character NUL"),
        (b"titel,colour\nx,1\n", None, "Line 1 names no known column"),
        (b"Kite,200.00,3\n", None, "Line 1 names no known column"),
        # No delimiter. Python 3.13 refuses a line end or quote as one.
        (b"sep=\r\ntitle,price\r\n", None, "Line 1 names no known column: sep="),
        (b"\ntitle,price,Title\n", None, "Line 2 names the column “title” more than once"),
        (b"title,price\nKite,1\nCaf\xe9,1\n", None, "Line 3 is not UTF-8 text.*cp1252"),
        (b"title,price\nCaf\x81,1\n", FileEncoding.CP1252, "Line 2 is not Windows-1252"),
        ("title,price\nKite,1\n".encode("utf-16-le"), None, "utf-16"),
        (b"\xff\xfet\x00i", FileEncoding.UTF_8, "byte order mark says that the file is utf-16"),
        (b"\xff\xfet\x00i", FileEncoding.CP1252, "byte order mark"),
        (b"\xff\xfe\x00", None, "not UTF-16"),
        (b"PK\x03\x04\x14\x00", None, "workbook of a spreadsheet.*Save it as CSV"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", FileEncoding.CP1252, "workbook of an old spreadsheet"),
        (b"\x1f\x8b\x08\x00", None, "compressed by gzip"),
        (b"%PDF-1.7\n", None, "PDF"),
    ],
)
def test_unreadable_file_raises(
    content: bytes, encoding: FileEncoding | None, message: str
) -> None:
    with pytest.raises(UnreadableFile, match=message):
        read_products(BytesIO(content), CSV, encoding=encoding)


def test_undecodable_byte_in_a_later_batch_imports_nothing(catalog: CatalogFixture) -> None:
    lines = [f"Kite {number},1\n".encode() for number in range(4 * BATCH_SIZE)]
    with pytest.raises(UnreadableFile, match=f"Line {4 * BATCH_SIZE + 2} is not UTF-8"):
        import_bytes(catalog, b"title,price\n" + b"".join(lines) + b"Caf\xe9,1\n")
    assert products(catalog) == []


def test_unclosed_quote_names_its_first_line_and_imports_nothing(catalog: CatalogFixture) -> None:
    with pytest.raises(UnreadableFile, match="row on line 3 is never closed"):
        import_case(catalog, "openquote.csv")
    long = "title,price\n" + "Kite,1\n" * 3 + '"Lamp,2\n' + "Book,3\n" * 40_000
    with pytest.raises(UnreadableFile, match="row on line 5 is never closed"):
        import_text(catalog, long)
    with pytest.raises(UnreadableFile, match="line 5 has a cell of more than 4 million characters"):
        import_text(catalog, long + "Book,3\n" * 600_000)
    assert products(catalog) == []


def test_text_after_a_closing_quote_is_reported_with_the_first_line_of_its_row(
    catalog: CatalogFixture,
) -> None:
    report = import_text(catalog, 'title,price\nKite,1\n"Lamp,\n2" x\nBook,3\n')
    assert [row.line for row in report.rejected] == [3]
    assert [product.title for product in products(catalog)] == ["Kite", "Book"]


# Files as spreadsheets write them.


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("semicolon.csv", [("Semi Tea", "10.00", 5)]),
        ("tab.csv", [("Tab Tea", "10.00", 5)]),
        ("sep.csv", [("Sep Tea", "10.00", 5)]),
        ("utf16.csv", [("Utf16 Tea", "10.00", 5)]),
        ("empty_lines.csv", [("Empty A", "10.00", 5), ("Empty B", "10.00", 5)]),
        ("trailing_comma.csv", [("TC Tea", "10.00", 5)]),
        ("price_thousand.csv", [("Price thousand", "1299.00", 5)]),
        ("price_rupee.csv", [("Price rupee", "1299.00", 5)]),
        ("price_tail0.csv", [("Price tail0", "12.99", 5)]),
        ("float_stock.csv", [("FS", "10.00", 5), ("FS2", "10.00", 1000), ("FS3", "10.00", 0)]),
        ("three.csv", [("Tea A", "10.00", 5), ("Tea B", "1299.00", 5), ("Tea C", "12.00", 5)]),
        ("unk.jsonl", [("Ok", "10.00", 7)]),
    ],
)
def test_files_of_spreadsheets_are_read(
    catalog: CatalogFixture, name: str, expected: Sequence[tuple[str, str, int]]
) -> None:
    report = import_case(catalog, name)
    assert (reasons(report), shown(catalog)) == ([], expected)


@pytest.mark.parametrize(
    "text",
    [
        'title                ,subtitle,price \n"Kite, red"          ,"5"" tail" ,10.00 \n',
        'title, subtitle, price\n"Kite, red", "5"" tail", "10.00"\n',
        'title|subtitle|price\nKite, red|"5"" tail"|10.00\n',
    ],
)
def test_aligned_cells_and_bars_between_cells_are_read(catalog: CatalogFixture, text: str) -> None:
    assert import_text(catalog, text).rejected == []
    [kite] = products(catalog)
    assert (kite.title, kite.subtitle, str(kite.price)) == ("Kite, red", '5" tail', "10.00")


def test_cp1252_is_read_when_it_is_named(catalog: CatalogFixture) -> None:
    with pytest.raises(UnreadableFile, match="Line 2 is not UTF-8"):
        import_case(catalog, "cp1252.csv")
    import_case(catalog, "cp1252.csv", FileEncoding.CP1252)
    assert shown(catalog) == [("Café crème – 5€", "10.00", 5)]


def test_price_with_too_many_places_is_rejected(catalog: CatalogFixture) -> None:
    [(line, column, reason)] = reasons(import_case(catalog, "price_three.csv"))
    assert (line, column) == (2, "price")
    assert reason == (
        "“12.999” can be read as 12.999 or as 12999; expected an amount in INR such as 499.00."
    )
    [(_, _, reason)] = reasons(import_text(catalog, "title,price\nA,12.999\nB,10.50\n"))
    assert reason == (
        "“12.999” is not an amount in INR such as 499.00, with at most 2 decimal places."
    )


def test_decimal_commas_are_read_when_the_file_shows_them(catalog: CatalogFixture) -> None:
    text = 'title;price;stock\nA;"1.299,00";5\nB;1,5;1.000\nC;1.299;2\n'
    assert reasons(import_text(catalog, text)) == []
    assert shown(catalog) == [("A", "1299.00", 5), ("B", "1.50", 1000), ("C", "1299.00", 2)]


def test_number_with_two_meanings_is_rejected(catalog: CatalogFixture) -> None:
    report = import_text(catalog, "title;price;stock\nA;1,299;5\nB;10;1.000\n")
    assert reasons(report) == [
        (
            2,
            "price",
            "“1,299” can be read as 1299 or as 1.299; expected an amount in INR such as 499.00.",
        ),
        (3, "stock", "“1.000” can be read as 1.000 or as 1000; expected a whole number."),
    ]
    mixed = import_text(catalog, 'title,price\nA,"1.299,00"\nB,"1,299.00"\nC,"1,299"\n')
    assert [row.line for row in mixed.rejected] == [4]


def test_price_in_another_currency_is_rejected(catalog: CatalogFixture) -> None:
    report = import_text(
        catalog, "title,price,currency\nA,$12,\nB,INR 12,\nC,Rs. 13,\nD,14 ₹,\nE,15,USD\n"
    )
    assert [(row.line, row.column) for row in report.rejected] == [(2, "price"), (6, "currency")]
    assert [price for _, price, _ in shown(catalog)] == ["12.00", "13.00", "14.00"]


def test_year_is_a_number_from_1_to_9999_or_empty(catalog: CatalogFixture) -> None:
    report = import_case(catalog, "year.csv")
    assert reasons(report) == [(3, "published_year", "A year is a number from 1 to 9999.")]
    assert [product.published_year for product in products(catalog)] == [2008, None]


def test_repeated_header_is_refused(catalog: CatalogFixture) -> None:
    with pytest.raises(UnreadableFile, match="Line 1 names the column “price” more than once"):
        import_case(catalog, "dup.csv")
    assert products(catalog) == []


def test_html_in_a_description_is_kept(catalog: CatalogFixture) -> None:
    import_case(catalog, "html.csv")
    [product] = products(catalog)
    assert product.description.startswith("<p>Soft <b>cotton</b> &amp; linen</p>")


def test_category_is_found_by_its_slug_in_any_case(catalog: CatalogFixture) -> None:
    report = import_case(catalog, "category.csv")
    assert [(row.line, row.column) for row in report.rejected] == [(4, "category"), (5, "category")]
    assert [product.category_id is not None for product in products(catalog)] == [True, True]


@pytest.mark.parametrize(
    ("text", "file_format", "ignored"),
    [
        ("title,Colour,price,size\nKite,red,1,L\nLamp,blue,2,M\n", CSV, ("colour", "size")),
        ('{"title":"Kite","price":"1","titel":"x"}\n' * 2, JSON_LINES, ("titel",)),
    ],
)
def test_unknown_columns_are_listed_once(
    catalog: CatalogFixture, text: str, file_format: FileFormat, ignored: tuple[str, ...]
) -> None:
    report = import_text(catalog, text, file_format)
    assert (report.ignored_columns, report.rejected) == (ignored, [])


def test_value_under_an_unnamed_column_is_rejected(catalog: CatalogFixture) -> None:
    report = import_text(catalog, "title,price,\nKite,1,\nLamp,2,lost\nCup,3,,\nHat,4,,x\n")
    assert [row.line for row in report.rejected] == [3, 5]
    assert [product.title for product in products(catalog)] == ["Kite", "Cup"]


def test_byte_order_mark_is_ignored(catalog: CatalogFixture) -> None:
    assert import_text(catalog, "\ufefftitle,price\nKite,1\n").added == 1
    assert import_text(catalog, '\ufeff{"title":"Lamp","price":"1"}', JSON_LINES).added == 1


# Export.


def fill(catalog: CatalogFixture) -> None:
    import_text(
        catalog,
        "sku,title,subtitle,description,price,author,published_year,brand,stock,category,image\n"
        'K-1,"Kite, red","a ""quoted"" one","two\nlines; ünïcödé",200.00,Zoë,2021,Udaan,3,books,'
        "/media/kite.webp\n"
        ",=Lamp,,,1,,,,0,,\n",
    )


@pytest.mark.parametrize("file_format", list(FileFormat))
def test_import_of_an_export_changes_nothing(
    catalog: CatalogFixture, file_format: FileFormat
) -> None:
    fill(catalog)
    before = products(catalog)
    exported = export(catalog, file_format)
    assert counts(import_text(catalog, exported, file_format)) == (0, 0, 2, 0)
    assert products(catalog) == before
    assert export(catalog, file_format) == exported


@pytest.mark.parametrize("file_format", list(FileFormat))
def test_export_goes_into_an_empty_shop_and_is_byte_equal_there(
    catalog: CatalogFixture, file_format: FileFormat
) -> None:
    fill(catalog)
    catalog.adjust_stock(
        AdjustStockCommand(
            actor=SYSTEM, product_id=products(catalog)[0].id, delta=3, reason="Delivery"
        )
    )
    exported = export(catalog, file_format)
    other = CatalogFixture()
    report = import_text(other, exported, file_format)
    assert (counts(report), report.categories_added) == ((2, 0, 0, 0), 1)
    assert [(one.name, one.slug) for one in other.queries.categories()] == [("Books", "books")]
    assert export(other, file_format) == exported
    added = import_text(other, "title,price\nNew,1\n")
    assert added.added == 1
    assert len({product.id for product in products(other)}) == 3


def test_export_reports_progress(catalog: CatalogFixture) -> None:
    fill(catalog)
    steps: list[tuple[int, int]] = []
    command = ExportProductsCommand(
        actor=SYSTEM, format=CSV, progress=lambda *step: steps.append(step)
    )
    assert len(list(catalog.export_products(command))) == 3
    assert steps == [(1, 2), (2, 2)]


def test_unnamed_or_invalid_category_is_rejected(catalog: CatalogFixture) -> None:
    report = import_text(
        catalog,
        "title,price,category,category_name\nA,1,toys,Toys\nB,1,toys,Other\nC,,hats,Hats\n"
        f"D,1,a b,Toys\nE,1,pens,{'x' * 101}\n",
    )
    assert [(row.line, row.column) for row in report.rejected] == [
        (4, "price"),
        (5, "category"),
        (6, "category_name"),
    ]
    assert report.categories_added == 1
    assert [(one.slug, one.name) for one in catalog.queries.categories()] == [
        ("books", "Books"),
        ("toys", "Toys"),
    ]


def test_hidden_category_is_added_hidden(catalog: CatalogFixture) -> None:
    report = import_text(
        catalog,
        "title,price,category,category_name,category_active\n"
        "A,1,toys,Toys,FALSE\nB,1,hats,Hats,\nC,1,pens,Pens,perhaps\n",
    )
    assert reasons(report) == [(4, "category_active", "“perhaps” is not true or false.")]
    assert [one.slug for one in catalog.queries.categories()] == ["books", "hats"]
    for file_format in FileFormat:
        other = CatalogFixture()
        import_text(other, export(catalog, file_format), file_format)
        assert [one.slug for one in other.queries.categories()] == ["hats"]


def test_categories_are_added_below_those_on_their_path(catalog: CatalogFixture) -> None:
    rows = (
        "title,price,category,category_name,category_path\n"
        "A,1,shirts-2,Shirts,Clothing > Shirts\nB,1,clothing,Clothing,\n"
    )
    assert import_text(catalog, rows).categories_added == 2
    for file_format in FileFormat:
        other = CatalogFixture()
        import_text(other, export(catalog, file_format), file_format)
        clothing, shirts = other.queries.categories()
        assert (clothing.slug, shirts.slug) == ("clothing", "shirts-2")
        assert [each.name for each in shirts.breadcrumbs] == ["Clothing", "Shirts"]


FORMULAS: dict[str, Any] = {
    "title": '=HYPERLINK("http://evil.example","click")',
    "subtitle": "@SUM(1+1)*cmd|' /C calc'!A0",
    "description": "-2+3",
    "brand": "+1+1",
    "author": "'=escaped already",
    "sku": "-1",
}


def test_formulas_are_escaped_for_spreadsheets_and_restored(catalog: CatalogFixture) -> None:
    product = Product.create(
        id=ProductId(77), details=ProductDetails(price=Money(1000, "INR"), **FORMULAS), at=NOON
    )
    add_product(catalog.begin, product, 5)
    exported = export(catalog, for_spreadsheet=True)
    for text in FORMULAS.values():
        assert f"'{text}".replace('"', '""') in exported
    assert ",10.00,INR," in exported
    assert not any(
        cell.startswith(("=", "+", "-", "@"))
        for line in exported.splitlines()[1:]
        for cell in line.replace('"', "").split(",")
    )
    for text in (exported, export(catalog), export(catalog, JSON_LINES)):
        other = CatalogFixture()
        import_text(other, text, JSON_LINES if text.startswith("{") else CSV)
        [imported] = products(other)
        assert {name: getattr(imported, name) for name in FORMULAS} == FORMULAS
        assert export(other, for_spreadsheet=True) == exported


def test_formulas_of_a_file_are_stored_as_they_are(catalog: CatalogFixture) -> None:
    import_case(catalog, "formula.csv")
    [product] = products(catalog)
    assert product.title.startswith("=HYPERLINK")
    assert (product.description, product.brand, product.author) == ("-2+3", "+1+1", "=1+1")


def test_report_is_a_csv_with_escaped_formulas(catalog: CatalogFixture) -> None:
    import_text(catalog, "title,price,stock\nKite,1,5\nMast,1,5\n")
    report = import_text(
        catalog, "title,price,stock,=x()\nKite,1,6,\nLamp,=1+1,1,\nMast,2,,\n=Cup,3,,\n"
    )
    assert "".join(report_lines(report)) == (
        "line,result,column,detail,code\n"
        "1,column ignored,'=x(),,\n"
        '2,stock left,stock,"5, since the row has no stock_read: Kite",\n'
        "3,rejected,price,“=1+1” is not a number; expected an amount in INR such as 499.00.,"
        "invalid_value\n4,changed,price,Mast,\n"
        "5,added,,'=Cup,\n"
    )


def test_category_of_a_product_is_kept_if_the_file_has_no_category(
    catalog: CatalogFixture,
) -> None:
    import_text(catalog, "title,price,category\nA,1,books\n")
    import_text(catalog, "title,price\nA,2\n")
    [product] = products(catalog)
    assert isinstance(product.category_id, int)
    assert product.category_id == CategoryId(1)


def test_id_of_another_program_is_explained(catalog: CatalogFixture) -> None:
    report = import_text(catalog, "id,name,price\n45e6f54f,Cup,5\n")
    reason = (
        "“45e6f54f” is not a number; expected a whole number. If it is the id of another program,"
        " leave this column out."
    )
    assert reasons(report) == [(2, "id", reason)]


def test_usual_names_of_columns_are_read(catalog: CatalogFixture) -> None:
    report = import_text(
        catalog, "product name,price,qty,image url\nCup,5,3,https://a.example/1.jpg\n"
    )
    assert (report.rejected, report.pictures) == ([], 1)
    [cup] = catalog.store.products.values()
    assert cup.details.title == "Cup"
    level = catalog.store.stock_levels.get(cup.default_variant_id)
    assert level is not None
    assert level.available == 3
