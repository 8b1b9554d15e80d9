from collections.abc import Sequence
from io import BytesIO

import pytest

from novacart.application.authorization.actor import SYSTEM
from novacart.application.catalog.export_products import ExportProductsCommand
from novacart.application.catalog.import_products import ImportProductsCommand
from novacart.application.catalog.import_report import ImportReport
from novacart.application.catalog.import_sources.shopify import SHOPIFY
from novacart.application.catalog.product_file_reader import read_products
from novacart.application.catalog.product_files import FileFormat
from novacart.domain.catalog.product import Product
from tests.support.catalog_fixture import CatalogFixture

HEADER = (
    "Handle,Title,Body (HTML),Vendor,Type,Tags,Published,Option1 Name,Option1 Value,"
    "Option2 Name,Option2 Value,Variant SKU,Variant Grams,Variant Inventory Qty,Variant Price,"
    "Variant Compare At Price,Variant Barcode,Image Src,Image Alt Text,Status,Gift Card\n"
)
KURTA = (
    'kurta,Cotton kurta,"<p>Soft &amp; light</p><ul><li>Wash cold</li></ul>",Ayna,Shirts,'
    '"summer, cotton",true,Size,S,Colour,Indigo,K-S,200,5,499.00,599.00,96385074,'
    "https://images.example/1.jpg,Front,active,false\n"
    "kurta,,,,,,,,L,,Indigo,K-L,220.4,-1,499.00,,,https://images.example/2.jpg,,,\n"
    "kurta,,,,,,,,,,,,,,,,,https://images.example/3.jpg,Back,,\n"
)
CUP = "cup,Cup,,Ayna,,,true,Title,Default Title,,,,0,,120,,,,,active,false\n"


@pytest.fixture
def catalog() -> CatalogFixture:
    return CatalogFixture()


def import_text(
    catalog: CatalogFixture, text: str, *, create_categories: bool = False, default_stock: int = 0
) -> ImportReport:
    file = read_products(BytesIO(text.encode()), FileFormat.CSV, source=SHOPIFY)
    return catalog.import_products(
        ImportProductsCommand(
            actor=SYSTEM,
            file=file,
            create_categories=create_categories,
            default_stock=default_stock,
        )
    )


def products(catalog: CatalogFixture) -> list[Product]:
    return list(catalog.store.products.values())


def reasons(rows: Sequence[object]) -> list[tuple[int, str | None, str]]:
    return [(row.line, row.column, row.reason) for row in rows]  # type: ignore[attr-defined]


def test_rows_of_a_handle_are_a_product_with_variants(catalog: CatalogFixture) -> None:
    report = import_text(catalog, HEADER + KURTA + CUP, create_categories=True)
    assert (report.added, report.variants_added, report.categories_added) == (2, 1, 1)
    assert report.rejected == []
    kurta, cup = products(catalog)
    assert kurta.details.title == "Cotton kurta"
    assert kurta.details.brand == "Ayna"
    assert kurta.details.tags == ("summer", "cotton")
    assert kurta.details.description == "Soft & light\n\n- Wash cold"
    small, large = kurta.variants
    assert kurta.describe_options(small) == "Size: S, Colour: Indigo"
    assert (small.details.sku, small.details.weight_g) == ("K-S", 200)
    assert (str(small.details.price), str(small.details.compare_at_price)) == ("499.00", "599.00")
    assert (large.details.weight_g, large.details.compare_at_price) == (220, None)
    assert cup.options == ()
    levels = catalog.store.stock_levels
    assert [levels.get(each.id).available for each in (small, large)] == [5, 0]  # type: ignore[union-attr]
    assert [each.name for each in catalog.queries.categories()] == ["Shirts"]


def test_tags_beyond_the_limits_are_left_out_and_noted(catalog: CatalogFixture) -> None:
    tags = ", ".join(map(str, range(51)))
    rows = CUP.replace(",Ayna,,,", f',Ayna,,"{tags}",')
    rows += CUP.replace("cup,Cup,,Ayna,,,", f"mug,Mug,,Ayna,,{'x' * 65},")
    report = import_text(catalog, HEADER + rows)
    cup, mug = products(catalog)
    assert (len(cup.details.tags), mug.details.tags) == (50, ())
    assert [(each.line, each.column) for each in report.notes] == [(2, "tags"), (3, "tags")]
    assert report.notes[0].reason == "A product has up to 50 tags of 64 characters. Left out: 50."


def test_same_file_twice_changes_nothing(catalog: CatalogFixture) -> None:
    import_text(catalog, HEADER + KURTA + CUP)
    events = len(catalog.store.events)
    again = import_text(catalog, HEADER + CUP + KURTA)
    assert (again.added, again.edited, again.unchanged) == (0, 0, 2)
    assert len(catalog.store.events) == events


def test_product_without_sku_is_found_by_its_handle(catalog: CatalogFixture) -> None:
    import_text(catalog, HEADER + CUP)
    report = import_text(catalog, HEADER + CUP.replace("Cup", "Tea cup").replace("120", "130"))
    assert (report.added, report.edited) == (0, 1)
    [cup] = products(catalog)
    assert (cup.details.title, str(cup.details.price)) == ("Tea cup", "130.00")


def test_unknown_category_is_noted_unless_it_is_created(catalog: CatalogFixture) -> None:
    report = import_text(catalog, HEADER + KURTA)
    assert reasons(report.notes) == [
        (2, "type", "There is no category “Shirts”. The product was imported without it.")
    ]
    assert report.rejected == []


def test_unpublished_products_and_gift_cards_are_rejected(catalog: CatalogFixture) -> None:
    text = HEADER + "".join(
        (
            CUP.replace(",true,", ",false,"),
            CUP.replace("cup,Cup", "mug,Mug").replace("active", "draft"),
            CUP.replace("cup,Cup", "card,Card").replace(",false\n", ",true\n"),
        )
    )
    report = import_text(catalog, text)
    hidden = "This product is not published. It was not imported."
    assert reasons(report.rejected) == [
        (2, None, hidden),
        (3, None, hidden),
        (4, None, "Gift cards are not imported."),
    ]


def test_invalid_optional_value_is_left_out_and_noted(catalog: CatalogFixture) -> None:
    report = import_text(catalog, HEADER + KURTA.replace("96385074", "123"))
    assert report.rejected == []
    barcode_note = reasons(report.notes)[-1]
    assert barcode_note[:2] == (2, "variant barcode")
    assert barcode_note[2].endswith("It was left out.")


def test_invalid_price_rejects_the_variant_with_its_column(catalog: CatalogFixture) -> None:
    text = HEADER + KURTA.replace("220.4,-1,499.00", "220.4,-1,soon") + CUP.replace("120", "0.00")
    report = import_text(catalog, text)
    assert [(row.line, row.column) for row in report.rejected] == [
        (3, "variant price"),
        (5, "variant price"),
    ]
    assert [len(each.variants) for each in products(catalog)] == [1]


def test_columns_of_2025_are_read(catalog: CatalogFixture) -> None:
    report = import_text(
        catalog,
        "Title,URL handle,Description,Vendor,Published on online store,Status,SKU,Option1 name,"
        "Option1 value,Price,Compare-at price,Inventory quantity,Weight value (grams)\n"
        "Cup,cup,<b>Fine</b>,Ayna,TRUE,Active,C-1,Size,S,10.00,,3,90\n"
        ",cup,,,,,C-2,,L,11.00,,4,95\n",
    )
    assert (report.added, report.variants_added, report.ignored_columns) == (1, 1, ())
    [cup] = products(catalog)
    assert [each.details.sku for each in cup.variants] == ["C-1", "C-2"]


def test_default_stock_is_used_where_the_file_has_none(catalog: CatalogFixture) -> None:
    report = import_text(catalog, HEADER + CUP, default_stock=7)
    assert (report.units_added, report.without_stock) == (7, 1)


def test_imported_products_are_exported_as_rows_of_variants(catalog: CatalogFixture) -> None:
    import_text(catalog, HEADER + KURTA)
    command = ExportProductsCommand(actor=SYSTEM, format=FileFormat.CSV)
    lines = list(catalog.export_products(command))
    assert [line.split(",")[1] for line in lines] == ["sku", "K-S", "K-L"]
