"""Rows of NovaCart's own product files that name variants."""

from io import BytesIO
from itertools import pairwise

import pytest

from novacart.application.authorization.actor import SYSTEM
from novacart.application.catalog.archive_variant import ArchiveVariantCommand
from novacart.application.catalog.export_products import ExportProductsCommand
from novacart.application.catalog.import_products import BATCH_SIZE, ImportProductsCommand
from novacart.application.catalog.import_report import ImportReport
from novacart.application.catalog.product_file_reader import read_products
from novacart.application.catalog.product_files import FileFormat
from novacart.domain.catalog.product import Product
from novacart.domain.shared.ids import VariantId
from tests.support.catalog_fixture import CatalogFixture

SHIRT_HEADER = (
    "handle,sku,title,price,stock,option1_name,option1_value,option2_name,option2_value,"
    "compare_at_price,weight_g,barcode\n"
)
SHIRT = (
    f"{SHIRT_HEADER}"
    "shirt,S-R,Shirt,10,1,Size,S,Colour,Red,12,200,\n"
    "shirt,S-B,Shirt,10,2,Size,S,Colour,Blue,,,96385074\n"
    "shirt,L-R,Shirt,11,3,Size,L,Colour,Red,,,\n"
)


@pytest.fixture
def catalog() -> CatalogFixture:
    return CatalogFixture()


def import_text(catalog: CatalogFixture, text: str, *, set_stock: bool = False) -> ImportReport:
    file = read_products(BytesIO(text.encode()), FileFormat.CSV)
    return catalog.import_products(
        ImportProductsCommand(actor=SYSTEM, file=file, set_stock=set_stock)
    )


def counts(report: ImportReport) -> tuple[int, int, int, int, int]:
    return (
        report.added,
        report.edited,
        report.unchanged,
        report.variants_added,
        len(report.rejected),
    )


def problems(report: ImportReport) -> list[tuple[int, str | None, str]]:
    return [(row.line, row.column, row.reason) for row in report.rejected]


def products(catalog: CatalogFixture) -> list[Product]:
    return list(catalog.store.products.values())


def shown(catalog: CatalogFixture) -> list[tuple[str | None, str, str, int]]:
    """SKU, options, price and stock of all variants."""
    levels = catalog.store.stock_levels
    return [
        (
            variant.details.sku,
            product.describe_options(variant),
            str(variant.details.price),
            level.available if (level := levels.get(variant.id)) else -1,
        )
        for product in products(catalog)
        for variant in product.active_variants
    ]


def option_texts(catalog: CatalogFixture) -> dict[str, list[str]]:
    """The values of each option of the only product."""
    [product] = products(catalog)
    return {option.name: [value.text for value in option.values] for option in product.options}


def test_rows_with_options_add_one_product_with_variants(catalog: CatalogFixture) -> None:
    assert counts(import_text(catalog, SHIRT)) == (1, 0, 0, 2, 0)
    [shirt] = products(catalog)
    assert shown(catalog) == [
        ("S-R", "Size: S, Colour: Red", "10.00", 1),
        ("S-B", "Size: S, Colour: Blue", "10.00", 2),
        ("L-R", "Size: L, Colour: Red", "11.00", 3),
    ]
    first, second, _ = shirt.variants
    assert first.id == VariantId(shirt.id) == shirt.default_variant_id
    assert (str(first.details.compare_at_price), first.details.weight_g) == ("12.00", 200)
    assert second.details.barcode == "96385074"
    assert [len(option.values) for option in shirt.options] == [2, 2]


def test_same_file_twice_changes_nothing(catalog: CatalogFixture) -> None:
    import_text(catalog, SHIRT)
    events = len(catalog.store.events)
    assert counts(import_text(catalog, SHIRT)) == (0, 0, 1, 0, 0)
    assert len(catalog.store.events) == events


def test_sku_identifies_a_variant_without_its_product(catalog: CatalogFixture) -> None:
    import_text(catalog, SHIRT)
    report = import_text(catalog, "sku,price,stock\nL-R,15,3\nS-B,16,9\n", set_stock=True)
    assert counts(report) == (0, 2, 0, 0, 0)
    assert [(sku, price, stock) for sku, _, price, stock in shown(catalog)] == [
        ("S-R", "10.00", 1),
        ("S-B", "16.00", 9),
        ("L-R", "15.00", 3),
    ]
    assert [change.title for change in report.stock] == ["Shirt, Size: S, Colour: Blue"]


def test_variant_without_sku_is_found_by_its_options(catalog: CatalogFixture) -> None:
    text = "handle,title,price,option1_name,option1_value\ncup,Cup,1,Size,S\ncup,Cup,2,Size,L\n"
    import_text(catalog, text)
    changed = text.replace("Cup,2,Size,L", "Cup,3,size,l")
    assert counts(import_text(catalog, changed)) == (0, 1, 0, 0, 0)
    assert shown(catalog) == [(None, "Size: S", "1.00", 0), (None, "Size: L", "3.00", 0)]


def test_new_values_and_options_are_added_to_a_product(catalog: CatalogFixture) -> None:
    import_text(catalog, "handle,sku,title,price\nmug,M-1,Mug,5\n")
    more = (
        "handle,sku,title,price,option1_name,option1_value\n"
        "mug,M-1,Mug,5,Glaze,Blue\nmug,M-2,Mug,6,Glaze,White\n"
    )
    assert counts(import_text(catalog, more)) == (0, 1, 0, 1, 0)
    assert counts(import_text(catalog, more)) == (0, 0, 1, 0, 0)
    again = more.replace("M-1,Mug,5,Glaze,Blue", "M-3,Mug,7,Glaze,Green")
    assert counts(import_text(catalog, again)) == (0, 1, 0, 1, 0)
    assert [(sku, options) for sku, options, _, _ in shown(catalog)] == [
        ("M-1", "Glaze: Blue"),
        ("M-2", "Glaze: White"),
        ("M-3", "Glaze: Green"),
    ]


def test_variant_moves_to_other_options_by_its_sku(catalog: CatalogFixture) -> None:
    import_text(catalog, SHIRT)
    moved = SHIRT.replace("L-R,Shirt,11,3,Size,L,", "L-R,Shirt,11,3,Size,XL,")
    assert counts(import_text(catalog, moved)) == (0, 1, 0, 0, 0)
    assert shown(catalog)[2][:2] == ("L-R", "Size: XL, Colour: Red")


def test_invalid_variant_is_rejected_and_the_others_are_imported(catalog: CatalogFixture) -> None:
    text = SHIRT.replace("S-R,Shirt,10", "S-R,Shirt,free").replace(",96385074", ",96385075")
    report = import_text(catalog, text)
    assert counts(report) == (1, 0, 0, 0, 2)
    assert [(line, column) for line, column, _ in problems(report)] == [
        (2, "price"),
        (3, "barcode"),
    ]
    assert [sku for sku, *_ in shown(catalog)] == ["L-R"]


HEADER = "handle,sku,title,price,option1_name,option1_value\n"


def test_options_of_rejected_rows_are_not_added(catalog: CatalogFixture) -> None:
    bad = "shirt,M-R,,10,1,Size,M,Colour,Red,1,,\n"
    assert counts(import_text(catalog, SHIRT + bad)) == (1, 0, 0, 2, 1)
    assert option_texts(catalog) == {"Size": ["S", "L"], "Colour": ["Red", "Blue"]}
    changed = "shirt,S-R,Shirt,10,1,Size,XS,Colour,Red,12,200,\n"
    assert counts(import_text(catalog, SHIRT_HEADER + changed + bad)) == (0, 1, 0, 0, 1)
    assert option_texts(catalog) == {"Size": ["S", "L", "XS"], "Colour": ["Red", "Blue"]}
    assert counts(import_text(catalog, SHIRT_HEADER + changed + bad)) == (0, 0, 1, 0, 1)


def test_option_of_a_rejected_row_is_not_given_to_present_variants(catalog: CatalogFixture) -> None:
    text = (
        "handle,sku,title,price,compare_at_price,option1_name,option1_value,"
        "option2_name,option2_value\n"
        "a,A,Cup,10,,Size,S,,\na,B,Cup,10,1,Size,L,Colour,Red\n"
    )
    for expected in ((1, 0, 0, 0, 1), (0, 0, 1, 0, 1)):
        assert counts(import_text(catalog, text)) == expected
        assert option_texts(catalog) == {"Size": ["S"]}


def test_rejected_row_of_a_present_variant_names_its_first_value(catalog: CatalogFixture) -> None:
    import_text(catalog, "handle,sku,title,price\nshirt,A,Shirt,10\n")
    header = "handle,sku,title,price,compare_at_price,option1_name,option1_value"
    rows = ("shirt,A,Shirt,10,1,Size,S", "shirt,B,,10,,Size,M", "shirt,C,,10,1,Size,L")
    report = import_text(catalog, "\n".join([header, *rows]))
    assert counts(report) == (0, 1, 0, 1, 2)
    assert option_texts(catalog) == {"Size": ["S", "M"]}
    assert [each[:2] for each in shown(catalog)] == [("A", "Size: S"), ("B", "Size: M")]


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        ("a,B,Cup,1,Size,s", None, "An earlier row of the product has the same options."),
        ("a,A,Cup,1,Size,M", "sku", "An earlier row of the product has the SKU “A”."),
        ("a,B,Cup,1,Size,", "option1_value", "An option has a name and a value."),
        ("a,B,Cup,1,,M", "option1_name", "An option has a name and a value."),
        ("a,B,Cup", None, "The row has 3 cells, the header has 6."),
    ],
)
def test_row_in_the_middle_is_rejected_and_the_others_of_the_product_are_imported(
    catalog: CatalogFixture, row: str, column: str | None, reason: str
) -> None:
    text = f"{HEADER}a,A,Cup,1,Size,S\n{row}\na,C,,1,Size,L\nb,D,Jug,1,,\n"
    report = import_text(catalog, text)
    assert problems(report) == [(3, column, reason)]
    assert counts(report) == (2, 0, 0, 1, 1)
    imported = [
        ("A", "Size: S", "1.00", 0),
        ("C", "Size: L", "1.00", 0),
        ("D", "", "1.00", 0),
    ]
    assert shown(catalog) == imported
    again = import_text(catalog, text)
    assert counts(again) == (0, 0, 2, 0, 1)
    assert [line for line, *_ in problems(again)] == [3]
    assert shown(catalog) == imported


def test_rows_of_a_file_that_cannot_be_read_are_reported_in_batches(
    catalog: CatalogFixture,
) -> None:
    text = f"{HEADER}a,A,Cup,1,Size,S\n" + "a,B,Cup\n" * 1_000
    done = [0]
    report = catalog.import_products(
        ImportProductsCommand(
            actor=SYSTEM,
            file=read_products(BytesIO(text.encode()), FileFormat.CSV),
            progress=lambda rows, _total: done.append(rows),
        )
    )
    assert counts(report) == (1, 0, 0, 0, 1_000)
    assert max(after - before for before, after in pairwise(done)) <= BATCH_SIZE


def test_new_variant_without_a_value_of_each_option_is_rejected(catalog: CatalogFixture) -> None:
    report = import_text(catalog, f"{HEADER}a,A,Cup,1,Size,S\na,B,Cup,1,,\n")
    reason = "The row has no value of the option “Size”."
    assert [(row.line, row.reason) for row in report.rejected] == [(3, reason)]
    assert shown(catalog) == [("A", "Size: S", "1.00", 0)]


def test_row_without_an_option_of_a_later_row_is_rejected(catalog: CatalogFixture) -> None:
    text = (
        "handle,sku,title,price,option1_name,option1_value,option2_name,option2_value\n"
        "a,A,Cup,1,Size,S,,\na,B,Cup,1,Size,L,Colour,Red\n"
    )
    for _ in range(2):
        report = import_text(catalog, text)
        [problem] = report.rejected
        assert (problem.line, "Colour" in problem.reason) == (2, True)
        assert shown(catalog) == [("B", "Size: L, Colour: Red", "1.00", 0)]


def test_new_variant_without_an_option_is_rejected_alone(catalog: CatalogFixture) -> None:
    header = "handle,sku,title,price,option1_name,option1_value,option2_name,option2_value\n"
    cup, partial = "a,A,Cup,{},Size,S,Colour,Red\n", "a,B,Cup,1,Size,L,,\n"
    reason = "The row has no value of the option “Colour”."
    for price in ("1.00", "2.00"):
        report = import_text(catalog, header + cup.format(price) + partial)
        assert problems(report) == [(3, None, reason)]
        assert shown(catalog) == [("A", "Size: S, Colour: Red", price, 0)]


def test_row_with_an_option_twice_is_rejected(catalog: CatalogFixture) -> None:
    report = import_text(
        catalog,
        "handle,title,price,option1_name,option1_value,option2_name,option2_value\n"
        "a,Cup,1,Size,S,size,L\n",
    )
    assert problems(report) == [(2, "option2_name", "The row has the option “size” twice.")]
    assert products(catalog) == []


def test_second_default_variant_is_rejected_and_the_file_changes_nothing_again(
    catalog: CatalogFixture,
) -> None:
    text = (
        "handle,sku,title,price,option1_name,option1_value,default\n"
        "a,A,Cup,1,Size,S,true\na,B,Cup,1,Size,M,\na,C,Cup,1,Size,L,true\n"
    )
    reason = "An earlier row has another default variant of this product."
    report = import_text(catalog, text)
    assert problems(report) == [(4, None, reason)]
    assert counts(report) == (1, 0, 0, 1, 1)
    [product] = products(catalog)
    assert product.default_variant.details.sku == "A"
    again = import_text(catalog, text)
    assert (again.edited, again.unchanged) == (0, 1)


def test_skus_of_two_products_are_rejected(catalog: CatalogFixture) -> None:
    import_text(catalog, "sku,title,price\nA,Cup,1\nB,Mug,1\n")
    report = import_text(
        catalog,
        "handle,sku,title,price,option1_name,option1_value\nx,A,Cup,1,Size,S\nx,B,Cup,1,Size,L\n",
    )
    assert problems(report) == [(2, None, "The SKUs of this product belong to several products.")]


def test_failed_product_leaves_the_shop_unchanged(catalog: CatalogFixture) -> None:
    import_text(catalog, SHIRT)
    before = shown(catalog), len(catalog.store.events)
    header, *_, last = SHIRT.splitlines()
    twice = last.replace("Size,L,Colour,Red", "Size,S,Colour,Blue").replace(",Shirt,", ",Coat,")
    report = import_text(catalog, f"{header}\n{twice}\n")
    assert problems(report) == [(2, None, "Another variant has the same options.")]
    assert counts(report) == (0, 0, 0, 0, 1)
    assert (shown(catalog), len(catalog.store.events)) == before


def test_archived_variant_is_rejected(catalog: CatalogFixture) -> None:
    import_text(catalog, SHIRT)
    [shirt] = products(catalog)
    archived = shirt.variants[2]
    catalog.archive_variant(ArchiveVariantCommand(actor=SYSTEM, variant_id=archived.id))
    report = import_text(catalog, SHIRT)
    assert problems(report) == [(4, None, "This variant is archived. Restore it first.")]


def test_export_has_one_row_for_each_variant_and_imports_unchanged(
    catalog: CatalogFixture,
) -> None:
    import_text(catalog, SHIRT)
    for file_format in FileFormat:
        command = ExportProductsCommand(actor=SYSTEM, format=file_format)
        exported = "".join(catalog.export_products(command))
        assert exported.count("96385074") == 1
        other = CatalogFixture()
        for expected in ((1, 0, 0, 2, 0), (0, 0, 1, 0, 0)):
            file = read_products(BytesIO(exported.encode()), file_format)
            report = other.import_products(ImportProductsCommand(actor=SYSTEM, file=file))
            assert counts(report) == expected
            assert "".join(other.export_products(command)) == exported


def test_id_of_another_products_variant_is_rejected(catalog: CatalogFixture) -> None:
    import_text(catalog, SHIRT)
    [shirt] = products(catalog)
    variant_id = shirt.variants[1].id
    import_text(catalog, "sku,title,price\nC,Cup,1\n")
    report = import_text(
        catalog, f"sku,title,price,variant_id\nC,Cup,1,{variant_id}\nD,Mug,1,{variant_id}\n"
    )
    taken = "This is a variant of another product."
    assert problems(report) == [(2, "variant_id", taken), (3, "variant_id", taken)]


@pytest.mark.slow
def test_product_with_more_rows_than_a_batch_is_one_product(catalog: CatalogFixture) -> None:
    rows = "".join(
        f"x,Cup,1,Size,{number // 30},Colour,{number % 30}\n" for number in range(BATCH_SIZE + 10)
    )
    header = "handle,title,price,option1_name,option1_value,option2_name,option2_value\n"
    report = import_text(catalog, header + rows)
    assert counts(report) == (1, 0, 0, BATCH_SIZE + 9, 0)


def test_names_of_categories_are_created_where_wanted(catalog: CatalogFixture) -> None:
    text = "title,price,category\nPan,1,Home > Kitchen\nPot,1,Home > Kitchen\nVase,1,Home\n"
    assert [row.column for row in import_text(catalog, text).rejected] == ["category"] * 3
    for added in (2, 0):
        file = read_products(BytesIO(text.encode()), FileFormat.CSV)
        report = catalog.import_products(
            ImportProductsCommand(actor=SYSTEM, file=file, create_categories=True)
        )
        assert (report.categories_added, report.rejected) == (added, [])
    assert sorted(each.slug for each in catalog.queries.categories()) == ["home", "kitchen"]
