import json

import pytest

from novacart.application.authorization.actor import SYSTEM
from novacart.application.catalog.add_category import AddCategoryCommand
from novacart.application.catalog.archive_product import ArchiveProductCommand
from novacart.application.catalog.export_products import ExportProductsCommand
from novacart.application.catalog.import_products import (
    BATCH_SIZE,
    ImportProductsCommand,
    ImportReport,
)
from novacart.application.catalog.product_files import FileFormat, UnreadableFile, read_rows
from novacart.application.catalog.queries import ProductFilter, ProductSort
from novacart.application.ports.product_view import ProductView
from novacart.domain.catalog.category_details import CategoryDetails
from novacart.domain.shared.ids import ProductId
from tests.support.catalog_fixture import CatalogFixture

CSV, JSON_LINES = FileFormat.CSV, FileFormat.JSON_LINES
BOOKS = AddCategoryCommand(actor=SYSTEM, details=CategoryDetails(name="Books", slug="books"))


@pytest.fixture
def catalog() -> CatalogFixture:
    catalog = CatalogFixture()
    catalog.add_category(BOOKS)
    return catalog


def import_text(
    catalog: CatalogFixture, text: str, file_format: FileFormat = CSV, *, dry_run: bool = False
) -> ImportReport:
    rows = read_rows(text.splitlines(keepends=True), file_format)
    return catalog.import_products(ImportProductsCommand(actor=SYSTEM, rows=rows, dry_run=dry_run))


def products(catalog: CatalogFixture) -> list[ProductView]:
    page = catalog.queries.list_products(ProductFilter(), sort=ProductSort.PRICE, limit=200)
    return list(page.products)


def reasons(report: ImportReport) -> list[tuple[int, str]]:
    return [(row.line, row.reason) for row in report.rejected]


def test_rows_without_an_id_add_products(catalog: CatalogFixture) -> None:
    report = import_text(
        catalog,
        "title,price,stock,category,author,published_year,description\n"
        'Kite,200.00,3,,,,"over\ntwo lines"\n'
        "Monsoon Arithmetic,299,,books,Devraj,2021,\n",
    )
    assert (report.added, report.edited, report.unchanged, report.rejected) == (2, 0, 0, [])
    kite, book = products(catalog)
    assert (kite.title, kite.stock, kite.description) == ("Kite", 3, "over\ntwo lines")
    assert (book.stock, book.author, book.published_year) == (0, "Devraj", 2021)
    assert (kite.category_id, book.category_id is not None) == (None, True)


def test_rows_with_an_id_edit_the_given_columns(catalog: CatalogFixture) -> None:
    import_text(catalog, "title,price,stock,brand\nKite,200.00,3,Udaan\nLamp,300.00,1,\n")
    kite, lamp = products(catalog)
    report = import_text(
        catalog,
        f"id,price,stock,currency\n{lamp.id},,7,\n{kite.id},250.00,,INR\n{kite.id},250.00,3,\n",
    )
    assert (report.added, report.edited, report.unchanged) == (0, 2, 1)
    kite, lamp = products(catalog)
    assert (str(kite.price), kite.stock, kite.brand) == ("250.00", 3, "Udaan")
    assert (str(lamp.price), lamp.stock) == ("300.00", 7)


def test_empty_cell_clears_an_optional_field(catalog: CatalogFixture) -> None:
    import_text(
        catalog, "title,price,author,published_year,category,subtitle\nA,1,Me,1999,books,old\n"
    )
    [book] = products(catalog)
    import_text(catalog, f"id,author,published_year,category,subtitle,brand\n{book.id},,,,,\n")
    [book] = products(catalog)
    assert (book.author, book.published_year, book.category_id) == (None, None, None)
    assert (book.subtitle, book.brand) == ("", "A")


def test_invalid_rows_are_reported_by_line_and_others_imported(catalog: CatalogFixture) -> None:
    report = import_text(
        catalog,
        "id,title,price,stock,category,image\n"
        ",Kite,200.00,3,books,\n"
        ",,200.00,3,,\n"
        ',"Two\nlines",abc,3,,\n'
        ",Lamp,1.00,many,,\n"
        ",Lamp,1.00,-1,,\n"
        ",Lamp,1.00,1,nowhere,\n"
        ",Lamp,1.00,1,,javascript:x\n"
        ",Lamp,1.00\n"
        "\n"
        "999999,Lamp,1.00,1,,\n"
        "x,Lamp,1.00,1,,\n"
        ",Trunk,700.00,1,,\n",
    )
    assert report.added == 2
    assert [product.title for product in products(catalog)] == ["Kite", "Trunk"]
    assert [line for line, _ in reasons(report)] == [3, 4, 6, 7, 8, 9, 10, 12, 13]
    by_line = dict(reasons(report))
    assert by_line[3] == "title: This may not be blank."
    assert by_line[4].startswith("price: ")
    assert by_line[6] == "stock: This is a whole number."
    assert by_line[8] == "category: There is no category with this slug."
    assert by_line[10] == "The row has 3 cells, the header has 6."
    assert by_line[12] == "This product is not in the catalog."
    assert by_line[13].startswith("id: ")


def test_json_lines_are_imported(catalog: CatalogFixture) -> None:
    good = {"title": "Kite", "price": "200.00", "stock": 3, "category": "books", "key": "ignored"}
    lines = [
        json.dumps(good),
        "",
        "{not json",
        '["a list"]',
        "[" * 100_000,
        json.dumps(good | {"price": 200}),
        json.dumps(good | {"stock": True}),
        json.dumps(good | {"stock": 1.5}),
        json.dumps(good | {"title": None}),
        json.dumps(good | {"published_year": "1999"}),
        json.dumps(good | {"category": 7}),
        json.dumps(good | {"id": "7"}),
        json.dumps(good | {"title": "a\x00b"}),
        json.dumps(good | {"title": "Lamp", "author": None, "published_year": None}),
    ]
    report = import_text(catalog, "\n".join(lines), JSON_LINES)
    assert report.added == 2
    assert [line for line, _ in reasons(report)] == [3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]
    assert dict(reasons(report))[3] == "The line is not JSON."
    assert dict(reasons(report))[4] == "The line is not a JSON object."


def test_byte_order_mark_is_ignored(catalog: CatalogFixture) -> None:
    assert import_text(catalog, "\ufefftitle,price\nKite,1\n").added == 1
    assert import_text(catalog, '\ufeff{"title":"Kite","price":"1"}', JSON_LINES).added == 1


@pytest.mark.parametrize(
    "text", ["", "title,colour\n", "title,title\n", "title,\n", "Kite,200.00,3\n"]
)
def test_invalid_header_raises_before_anything_is_imported(
    catalog: CatalogFixture, text: str
) -> None:
    with pytest.raises(UnreadableFile):
        import_text(catalog, text + "x,1\n")
    assert products(catalog) == []


def test_unclosed_quote_is_reported_and_other_rows_imported(catalog: CatalogFixture) -> None:
    report = import_text(catalog, 'title,price\nKite,1\n"Lamp,2\nBook,3\n')
    assert report.added == 1
    assert [line for line, _ in reasons(report)] == [3]


def test_dry_run_reports_and_changes_nothing(catalog: CatalogFixture) -> None:
    text = "title,price\nKite,1\n,2\n"
    dry = import_text(catalog, text, dry_run=True)
    assert products(catalog) == []
    assert import_text(catalog, text) == dry
    assert len(products(catalog)) == 1


def test_import_runs_in_batches_and_reports_progress(catalog: CatalogFixture) -> None:
    processed: list[int] = []
    lines = [f"Kite {number},1\n" for number in range(BATCH_SIZE + 5)]
    rows = read_rows(["title,price\n", *lines], CSV)
    report = catalog.import_products(
        ImportProductsCommand(actor=SYSTEM, rows=rows, progress=processed.append)
    )
    assert report.added == BATCH_SIZE + 5
    assert processed == [BATCH_SIZE, BATCH_SIZE + 5]


@pytest.mark.parametrize("file_format", list(FileFormat))
def test_import_of_an_export_changes_nothing(
    catalog: CatalogFixture, file_format: FileFormat
) -> None:
    import_text(
        catalog,
        "title,subtitle,description,price,author,published_year,brand,stock,category,image\n"
        '"Kite, red","a ""quoted"" one","two\nlines; ünïcödé",200.00,Zoë,2021,Udaan,3,books,'
        "/media/kite.webp\n"
        "=Lamp,,,1,,,,0,,\n",
    )
    progress: list[tuple[int, int]] = []
    exported = "".join(
        catalog.export_products(
            ExportProductsCommand(
                actor=SYSTEM, format=file_format, progress=lambda *step: progress.append(step)
            )
        )
    )
    assert progress == [(1, 2), (2, 2)]
    before = products(catalog)
    again = import_text(catalog, exported, file_format)
    assert (again.added, again.edited, again.unchanged, again.rejected) == (0, 0, 2, [])
    other = CatalogFixture()
    other.add_category(BOOKS)
    assert import_text(other, exported, file_format).added == 0
    assert products(catalog) == before


def test_archived_product_is_neither_exported_nor_imported(catalog: CatalogFixture) -> None:
    import_text(catalog, "title,price\nKite,1\n")
    [kite] = products(catalog)
    catalog.archive_product(ArchiveProductCommand(actor=SYSTEM, product_id=ProductId(kite.id)))
    assert (
        list(catalog.export_products(ExportProductsCommand(actor=SYSTEM, format=JSON_LINES))) == []
    )
    assert reasons(import_text(catalog, f"id,price\n{kite.id},2\n")) == [
        (2, "This product is not in the catalog.")
    ]
