"""Products go out into files and come in from them."""

import json

import pytest

from novacart.application.catalog.add_category import AddCategoryCommand
from novacart.application.catalog.archive_product import ArchiveProductCommand
from novacart.application.catalog.export_products import ExportProductsCommand
from novacart.application.catalog.import_products import (
    PORTION,
    ImportProductsCommand,
    ImportReport,
)
from novacart.application.catalog.product_file_formats import FileFormat, UnreadableFile, read_rows
from novacart.application.catalog.queries import ProductFilter, ProductSort
from novacart.application.ports.product_view import ProductView
from novacart.domain.shared.ids import ProductId
from tests.support.catalog_fixture import CatalogWorld

CSV, JSON_LINES = FileFormat.CSV, FileFormat.JSON_LINES


@pytest.fixture
def world() -> CatalogWorld:
    world = CatalogWorld()
    world.add_category(AddCategoryCommand(fields={"name": "Books", "slug": "books"}))
    return world


def take_in(
    world: CatalogWorld, text: str, form: FileFormat = CSV, *, dry_run: bool = False
) -> ImportReport:
    rows = read_rows(text.splitlines(keepends=True), form)
    return world.import_products(ImportProductsCommand(rows=rows, dry_run=dry_run))


def catalogue(world: CatalogWorld) -> list[ProductView]:
    page = world.queries.list_products(ProductFilter(), sort=ProductSort.PRICE, limit=200)
    return list(page.products)


def reasons(report: ImportReport) -> list[tuple[int, str]]:
    return [(bad.line, bad.reason) for bad in report.bad]


def test_rows_without_an_id_are_new_products(world: CatalogWorld) -> None:
    report = take_in(
        world,
        "title,price,stock,category,author,published_year,description\n"
        'Kite,200.00,3,,,,"over\ntwo lines"\n'
        "Monsoon Arithmetic,299,,books,Devraj,2021,\n",
    )
    assert (report.added, report.edited, report.unchanged, report.bad) == (2, 0, 0, [])
    kite, book = catalogue(world)
    assert (kite.title, kite.stock, kite.description) == ("Kite", 3, "over\ntwo lines")
    assert (book.stock, book.author, book.published_year) == (0, "Devraj", 2021)
    assert (kite.category_id, book.category_id is not None) == (None, True)


def test_rows_with_an_id_change_what_they_name(world: CatalogWorld) -> None:
    take_in(world, "title,price,stock,brand\nKite,200.00,3,Udaan\nLamp,300.00,1,\n")
    kite, lamp = catalogue(world)
    report = take_in(
        world,
        f"id,price,stock,currency\n{lamp.id},,7,\n{kite.id},250.00,,INR\n{kite.id},250.00,3,\n",
    )
    assert (report.added, report.edited, report.unchanged) == (0, 2, 1)
    kite, lamp = catalogue(world)
    assert (str(kite.price), kite.stock, kite.brand) == ("250.00", 3, "Udaan")
    assert (str(lamp.price), lamp.stock) == ("300.00", 7)


def test_an_empty_cell_clears_what_may_be_empty(world: CatalogWorld) -> None:
    take_in(world, "title,price,author,published_year,category,subtitle\nA,1,Me,1999,books,old\n")
    [book] = catalogue(world)
    take_in(world, f"id,author,published_year,category,subtitle,brand\n{book.id},,,,,\n")
    [book] = catalogue(world)
    assert (book.author, book.published_year, book.category_id) == (None, None, None)
    assert (book.subtitle, book.brand) == ("", "A")


def test_a_bad_row_is_told_by_its_line_and_the_good_ones_go_in(world: CatalogWorld) -> None:
    report = take_in(
        world,
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
    assert [product.title for product in catalogue(world)] == ["Kite", "Trunk"]
    assert [line for line, _ in reasons(report)] == [3, 4, 6, 7, 8, 9, 10, 12, 13]
    said = dict(reasons(report))
    assert said[3] == "title: This may not be blank."
    assert said[4].startswith("price: ")
    assert said[6] == "stock: This is a whole number."
    assert said[8] == "category: There is no category of that slug."
    assert said[10] == "There are 3 cells under 6 headings."
    assert said[12] == "That product is not in the catalogue."
    assert said[13].startswith("id: ")


def test_json_lines_are_taken_in_too(world: CatalogWorld) -> None:
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
    report = take_in(world, "\n".join(lines), JSON_LINES)
    assert report.added == 2
    assert [line for line, _ in reasons(report)] == [3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]
    assert dict(reasons(report))[3] == "The line is not JSON."
    assert dict(reasons(report))[4] == "The line is not a JSON object."


def test_a_byte_order_mark_is_no_part_of_a_heading(world: CatalogWorld) -> None:
    assert take_in(world, "\ufefftitle,price\nKite,1\n").added == 1
    assert take_in(world, '\ufeff{"title":"Kite","price":"1"}', JSON_LINES).added == 1


@pytest.mark.parametrize(
    "text", ["", "title,colour\n", "title,title\n", "title,\n", "Kite,200.00,3\n"]
)
def test_a_bad_heading_is_refused_before_anything_goes_in(world: CatalogWorld, text: str) -> None:
    with pytest.raises(UnreadableFile):
        take_in(world, text + "x,1\n")
    assert catalogue(world) == []


def test_an_unclosed_quote_is_told_and_keeps_no_good_row_out(world: CatalogWorld) -> None:
    report = take_in(world, 'title,price\nKite,1\n"Lamp,2\nBook,3\n')
    assert report.added == 1
    assert [line for line, _ in reasons(report)] == [3]


def test_a_dry_run_reports_and_changes_nothing(world: CatalogWorld) -> None:
    text = "title,price\nKite,1\n,2\n"
    dry = take_in(world, text, dry_run=True)
    assert catalogue(world) == []
    assert take_in(world, text) == dry
    assert len(catalogue(world)) == 1


def test_an_import_goes_in_by_portions_and_tells_how_far_it_is(world: CatalogWorld) -> None:
    told: list[int] = []
    lines = [f"Kite {number},1\n" for number in range(PORTION + 5)]
    rows = read_rows(["title,price\n", *lines], CSV)
    report = world.import_products(ImportProductsCommand(rows=rows, progress=told.append))
    assert report.added == PORTION + 5
    assert told == [PORTION, PORTION + 5]


@pytest.mark.parametrize("form", list(FileFormat))
def test_what_was_handed_out_comes_back_as_it_is(world: CatalogWorld, form: FileFormat) -> None:
    take_in(
        world,
        "title,subtitle,description,price,author,published_year,brand,stock,category,image\n"
        '"Kite, red","a ""quoted"" one","two\nlines; ünïcödé",200.00,Zoë,2021,Udaan,3,books,'
        "/media/kite.webp\n"
        "=Lamp,,,1,,,,0,,\n",
    )
    told: list[tuple[int, int]] = []
    out = "".join(
        world.export_products(
            ExportProductsCommand(form=form, progress=lambda *step: told.append(step))
        )
    )
    assert told == [(1, 2), (2, 2)]
    before = catalogue(world)
    again = take_in(world, out, form)
    assert (again.added, again.edited, again.unchanged, again.bad) == (0, 0, 2, [])
    other = CatalogWorld()
    other.add_category(AddCategoryCommand(fields={"name": "Books", "slug": "books"}))
    assert take_in(other, out, form).added == 0
    assert catalogue(world) == before


def test_an_archived_product_is_neither_handed_out_nor_taken_in(world: CatalogWorld) -> None:
    take_in(world, "title,price\nKite,1\n")
    [kite] = catalogue(world)
    world.archive_product(ArchiveProductCommand(product_id=ProductId(kite.id)))
    assert list(world.export_products(ExportProductsCommand(form=JSON_LINES))) == []
    assert reasons(take_in(world, f"id,price\n{kite.id},2\n")) == [
        (2, "That product is not in the catalogue.")
    ]
