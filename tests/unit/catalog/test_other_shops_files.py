"""Product files of Magento, PrestaShop, Vendure and Google Merchant Center."""

from dataclasses import replace
from io import BytesIO
from typing import Final, NamedTuple

import pytest

from novacart.application.authorization.actor import SYSTEM
from novacart.application.catalog.add_category import AddCategoryCommand
from novacart.application.catalog.archive_variant import (
    ArchiveVariantCommand,
    RestoreVariantCommand,
)
from novacart.application.catalog.edit_category import EditCategoryCommand
from novacart.application.catalog.exchange_rate import ExchangeRate
from novacart.application.catalog.import_products import ImportProductsCommand
from novacart.application.catalog.import_report import ImportReport
from novacart.application.catalog.import_rows import ImportSource, UnreadableFile
from novacart.application.catalog.import_sources.google import GOOGLE
from novacart.application.catalog.import_sources.magento import MAGENTO
from novacart.application.catalog.import_sources.prestashop import PRESTASHOP
from novacart.application.catalog.import_sources.shopify import SHOPIFY
from novacart.application.catalog.import_sources.vendure import VENDURE
from novacart.application.catalog.import_sources.woocommerce import WOOCOMMERCE
from novacart.application.catalog.product_file_reader import read_products
from novacart.application.catalog.product_files import FileFormat
from novacart.application.catalog.product_rows import GENERIC
from novacart.domain.catalog.category_details import CategoryDetails
from novacart.domain.catalog.product import Product
from novacart.domain.shared.errors import InvalidValue
from tests.support.catalog_fixture import CatalogFixture

MAGENTO_FILE = (
    "sku,store_view_code,product_type,categories,name,description,product_online,visibility,price,"
    "special_price,special_price_to_date,additional_attributes,qty,configurable_variations,"
    "configurable_variation_labels\n"
    "M-S,,simple,,Shawl S,,1,Not Visible Individually,100,,,,4.0000,,\n"
    "M-L,,simple,,Shawl L,,1,Not Visible Individually,120,90,,,5.0000,,\n"
    "M,,configurable,Default Category/Clothing/Shawls,Shawl,<p>Warm</p>,1,"
    '"Catalog, Search",,,,"brand=Ayna,note=a, b",0,'
    '"sku=M-S,size=S|sku=M-L,size=L|sku=M-X,size=X",size=Size\n'
    "M,german,configurable,,Schal,,1,,,,,,,,\n"
    'P,,simple,Default Category,Pin,,1,"Catalog, Search",10,8,2030-01-01,,3,,\n'
    "B,,bundle,,Set,,1,,10,,,,3,,\n"
    "O,,simple,,Old,,2,,10,,,,3,,\n"
    "H,,simple,,Hidden,,1,Not Visible Individually,10,,,,3,,\n"
)
MAGENTO_1_FILE = (
    "sku,_store,_attribute_set,_type,_category,_root_category,name,description,status,visibility,"
    "price,special_price,manufacturer,image,qty,_media_image,_media_lable,_super_products_sku,"
    "_super_attribute_code,_super_attribute_option,_super_attribute_price_corr\n"
    "K-S,,Default,simple,Sale,Default Category,Kurta S,,1,1,1,,,no_selection,4.0000,,,,,,\n"
    ",,,,Clothing,Default Category,,,,,,,,,,,,,,,\n"
    "K,,Default,configurable,Sale,Default Category,Kurta,<p>Cool</p>,1,4,100.0000,80.0000,Ayna,"
    "/k/u/kurta.jpg,0.0000,/k/u/kurta.jpg,,K-S,color,Red,\n"
    ',,,,"Clothing/Tops, Tees",Default Category,,,,,,,,,,/k/u/back.jpg,Back,K-S,size,S,10.0000\n'
    ",german,,,,,Hemd,,,,,,,,,,,K-L,color,Red,\n"
    ",,,,,,,,,,,,,,,,,K-L,size,L,20.0000%\n"
    ",,,,,,,,,,,,,,,,,K-X,size,X,\n"
    "K-L,,Default,simple,,,Kurta L,,1,1,1,,,no_selection,5.0000,,,,,,\n"
    "V,,Default,configurable,,,Vest,,1,4,,,,,,,,V-S,size,S,\n"
    ",,,,,,,,,,,,,,,,,V-L,size,,\n"
    "V-S,,Default,simple,,,Vest S,,1,1,30,,,,1,,,,,,\n"
    "V-L,,Default,simple,,,Vest L,,1,1,30,,,,1,,,,,,\n"
    "O,,Default,configurable,,,Old,,2,4,50,,,,,,,O-S,size,S,\n"
    ",,,,,,,,,,,,,,,,,O-L,size,L,\n"
    "O-S,,Default,simple,,,Old S,,1,1,50,,,,1,,,,,,\n"
    "O-L,,Default,simple,,,Old L,,1,1,50,,,,1,,,,,,\n"
    "P,,Default,simple,,,Pin,,1,4,10,,,,3,,,,,,\n"
    "H,,Default,simple,,,Hidden,,1,1,10,,,,3,,,,,,\n"
)
PRESTASHOP_FILE = (
    "Product ID;Active (0/1);Name *;Categories (x,y,z...);Price tax excluded;Discount percent;"
    "Discount to (yyyy-mm-dd);Reference #;Manufacturer;EAN13;Weight;Quantity;Description\n"
    "1;1;Lamp;Home,Lights;100.00;20;;L-1;Ayna;96385074;0.5;4;<b>Bright</b>\n"
    "2;1;Bowl;Home;50.00;10;2030-01-01;B-1;;;;2;\n"
    "3;0;Old;Home;50.00;;;O-1;;;;2;\n"
)
COMBINATIONS_FILE = (
    "Product ID*;Attribute (Name:Type:Position)*;Value (Value:Position)*;Reference;"
    "Impact on price;Quantity;Default (0 = No, 1 = Yes)\n"
    "1;Colour:color:0, Size:select:1;Red:0, S:0;L-1;0.00;4;1\n"
    "1;Colour:color:0, Size:select:1;Blue:0, S:0;L-2;0.00;6;0\n"
    "1;Colour:color:0, Size:select:1;Blue:0, L:0;L-3;5.00;6;0\n"
)
VENDURE_FILE = (
    "name,slug,description,assets,facets,optionGroups,optionValues,sku,price,taxCategory,"
    "stockOnHand,trackInventory,variantAssets,variantFacets\n"
    "Pen,pen,<p>Writes</p>,a.jpg,brand:Ayna|category:Writing,nib|ink,fine|blue,V-1,10.50,standard,"
    "7,true,,\n"
    ",,,,,,broad|blue,V-2,11.00,standard,3,false,,\n"
    ",,,,,,broad,V-3,11.00,standard,3,false,,\n"
    "Case,case,,,,,,V-9,5.00,standard,1,true,,\n"
)
GOOGLE_FILE = (
    "id\ttitle\tdescription\tavailability\tprice\tsale price\tbrand\tgtin\tproduct type\t"
    "item group id\tcolor\tsize\tshipping weight\n"
    "G-1\tTee red\tSoft\tin_stock\t100.00 INR\t80.00 INR\tAyna\t96385074\tClothing > Tees\t"
    "G\tRed\tS\t0.2 kg\n"
    "G-9\tCap\tRound\tout of stock\t50.00 INR\t\t\t\t\t\t\t\t\n"
    "G-2\tTee blue\tSoft\tin_stock\t100.00 INR\t\tAyna\t\tClothing > Tees\tG\tBlue\tS\t\n"
    "G-3\tMug\t\tin_stock\t5.00 USD\t\t\t\t\t\t\t\t\n"
)


class PictureOf(NamedTuple):
    url: str
    alt: str


@pytest.fixture
def catalog() -> CatalogFixture:
    return CatalogFixture()


def import_text(catalog: CatalogFixture, text: str, source: ImportSource) -> ImportReport:
    file = read_products(BytesIO(text.encode()), FileFormat.CSV, source=source)
    return catalog.import_products(
        ImportProductsCommand(actor=SYSTEM, file=file, create_categories=True)
    )


def shown(catalog: CatalogFixture) -> list[tuple[str, str | None, str, str, str | None, int]]:
    """Title, SKU, options, price, compare-at price and stock of all variants."""
    levels = catalog.store.stock_levels
    return [
        (
            product.details.title,
            variant.details.sku,
            product.describe_options(variant),
            str(variant.details.price),
            str(compare_at) if (compare_at := variant.details.compare_at_price) else None,
            level.available if (level := levels.get(variant.id)) else -1,
        )
        for product in catalog.store.products.values()
        for variant in product.variants
    ]


@pytest.mark.parametrize(
    ("text", "source"),
    [
        (MAGENTO_FILE, MAGENTO),
        (MAGENTO_1_FILE, MAGENTO),
        (PRESTASHOP_FILE, PRESTASHOP),
        (VENDURE_FILE, VENDURE),
        (GOOGLE_FILE, GOOGLE),
    ],
)
def test_same_file_twice_changes_nothing(
    catalog: CatalogFixture, text: str, source: ImportSource
) -> None:
    first = import_text(catalog, text, source)
    events = len(catalog.store.events)
    again = import_text(catalog, text, source)
    assert (again.added, again.edited, again.unchanged) == (0, 0, first.added)
    assert len(catalog.store.events) == events


def test_magento_configurable_product_has_its_simple_products_as_variants(
    catalog: CatalogFixture,
) -> None:
    report = import_text(catalog, MAGENTO_FILE, MAGENTO)
    assert shown(catalog) == [
        ("Shawl", "M-S", "Size: S", "100.00", None, 4),
        ("Shawl", "M-L", "Size: L", "90.00", "120.00", 5),
        ("Pin", "P", "", "10.00", None, 3),
    ]
    shawl = next(iter(catalog.store.products.values()))
    assert (shawl.details.brand, shawl.details.description) == ("Ayna", "Warm")
    assert [each.slug for each in catalog.queries.categories()] == ["clothing", "shawls"]
    assert [(row.line, row.reason) for row in report.rejected] == [
        (4, "The file has no row of the variation with the SKU “M-X”."),
        (7, "Products of the type bundle are not imported."),
        (8, "This product is not online. It was not imported."),
        (9, "It is not visible individually, and no product was imported with it."),
    ]
    assert [row.column for row in report.notes] == ["special_price"]


def test_magento_file_without_skus_cannot_be_read(catalog: CatalogFixture) -> None:
    text = "name,product_type,price\nPin,simple,5\n"
    with pytest.raises(UnreadableFile, match="Line 1 names no column “sku”"):
        import_text(catalog, text, MAGENTO)
    report = import_text(catalog, "sku," + text.replace("Pin", ",Pin"), MAGENTO)
    [row] = report.rejected
    assert (row.line, row.column, row.code) == (2, "sku", "missing_value")
    assert (report.added, report.edited) == (0, 0)


def test_magento_1_rows_without_sku_belong_to_the_product_above(catalog: CatalogFixture) -> None:
    file = read_products(BytesIO(MAGENTO_1_FILE.encode()), FileFormat.CSV, source=MAGENTO)
    folder = "https://old.example/media/catalog/product"
    command = ImportProductsCommand(
        actor=SYSTEM, file=file, picture_folder=folder, create_categories=True
    )
    report = catalog.import_products(command)
    assert shown(catalog) == [
        ("Kurta", "K-S", "color: Red, size: S", "90.00", "110.00", 4),
        ("Kurta", "K-L", "color: Red, size: L", "96.00", "120.00", 5),
        ("Vest", "V-S", "size: S", "30.00", None, 1),
        ("Pin", "P", "", "10.00", None, 3),
    ]
    kurta = next(iter(catalog.store.products.values()))
    assert (kurta.details.brand, kurta.details.description) == ("Ayna", "Cool")
    assert [each.name for each in catalog.queries.categories()] == ["Clothing", "Tops, Tees"]
    assert [each.url for each in catalog.store.picture_downloads.values()] == [
        f"{folder}/k/u/kurta.jpg",
        f"{folder}/k/u/back.jpg",
    ]
    assert [(row.line, row.reason) for row in report.rejected] == [
        (8, "The file has no row of the variation with the SKU “K-X”."),
        (13, "The file does not say the options of this variation."),
        (14, "This product is not online. It was not imported."),
        (16, "The product of this variation was not imported."),
        (17, "The product of this variation was not imported."),
        (19, "It is not visible individually, and no product was imported with it."),
    ]


@pytest.mark.parametrize("columns", ["_type,", "type,", "_type,type"])
def test_options_that_magento_1_left_out_are_read_from_the_simple_products(
    catalog: CatalogFixture, columns: str
) -> None:
    text = (
        f"sku,{columns},name,visibility,price,color,size,_super_products_sku,"
        "_super_attribute_code,_super_attribute_option\n"
        "R-S,simple,,Tee,1,5,Red,S,,,\nB-S,simple,,Tee,1,5,Blue,S,,,\n"
        "B-L,simple,,Tee,1,5,Blue,L,,,\nT,configurable,,Tee,4,9,,,R-S,size,S\n"
        ",,,,,,,,B-S,size,S\n,,,,,,,,B-L,size,L\n"
    )
    assert import_text(catalog, text, MAGENTO).rejected == []
    assert [each[1:4] for each in shown(catalog)] == [
        ("R-S", "color: Red, size: S", "9.00"),
        ("B-S", "color: Blue, size: S", "9.00"),
        ("B-L", "color: Blue, size: L", "9.00"),
    ]


@pytest.mark.parametrize(
    ("start", "is_sale"),
    [
        ("", True),
        # The clock of the fixture says 2026-03-14.
        ("2026-03-14 00:00:00", True),
        ("2026-03-15", False),
        ("3/14/26, 12:00 AM", True),
        ("14.03.2026", True),
        ("3/4/26", False),
        ("12/1/30", False),
        ("13/13/25", False),
        ("soon", False),
    ],
)
def test_special_price_of_magento_is_imported_if_it_has_started(
    catalog: CatalogFixture, start: str, *, is_sale: bool
) -> None:
    header = "sku,name,price,special_price,special_price_from_date\n"
    report = import_text(catalog, f'{header}P,Pin,10,8,"{start}"\n', MAGENTO)
    [pin] = shown(catalog)
    assert pin[3:5] == (("8.00", "10.00") if is_sale else ("10.00", None))
    columns = [] if is_sale else ["special_price_from_date"]
    assert [row.column for row in report.notes] == columns


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("sku,name,price,special_price\nP,Pin,10,12\n", MAGENTO),
        ("sku,name,price,special_price\nP,Pin,10,0.0000\n", MAGENTO),
        ("id\ttitle\tprice\tsale_price\nP\tPin\t10\t12\n", GOOGLE),
        ("ID,Type,SKU,Name,Sale price,Regular price\n1,simple,P,Pin,12,10\n", WOOCOMMERCE),
    ],
)
def test_sale_price_that_the_other_shop_does_not_charge_is_not_imported(
    catalog: CatalogFixture, text: str, source: ImportSource
) -> None:
    import_text(catalog, text, source)
    [pin] = shown(catalog)
    assert pin[3:5] == ("10.00", None)


def test_special_price_of_magento_starts_at_midnight_of_the_shop(catalog: CatalogFixture) -> None:
    file = "sku,name,price,special_price,special_price_from_date\nP,Pin,10,8,2026-03-15\n"
    # The fixture's clock says 14:56 in the shop's time zone.
    catalog.clock.move(hours=9, minutes=3)
    import_text(catalog, file, MAGENTO)
    assert [pin[4] for pin in shown(catalog)] == [None]
    catalog.clock.move(minutes=1)
    import_text(catalog, file, MAGENTO)
    assert [pin[4] for pin in shown(catalog)] == ["10.00"]


def test_prestashop_products_and_their_combinations_are_imported(
    catalog: CatalogFixture,
) -> None:
    report = import_text(catalog, PRESTASHOP_FILE, PRESTASHOP)
    assert shown(catalog) == [
        ("Lamp", "L-1", "", "80.00", "100.00", 4),
        ("Bowl", "B-1", "", "50.00", None, 2),
    ]
    assert [row.line for row in report.rejected] == [4]
    lamp = next(iter(catalog.store.products.values()))
    assert (lamp.details.brand, lamp.details.description) == ("Ayna", "Bright")
    assert (lamp.default_variant.details.weight_g, lamp.default_variant.details.barcode) == (
        500,
        "96385074",
    )
    combinations = import_text(catalog, COMBINATIONS_FILE, PRESTASHOP)
    assert combinations.rejected == []
    assert [each[1:4] for each in shown(catalog)[:3]] == [
        ("L-1", "Colour: Red, Size: S", "80.00"),
        ("L-2", "Colour: Blue, Size: S", "80.00"),
        ("L-3", "Colour: Blue, Size: L", "85.00"),
    ]
    again = import_text(catalog, COMBINATIONS_FILE, PRESTASHOP)
    assert (again.edited, again.unchanged) == (0, 1)


_PAIR_PRODUCTS = (
    "Product ID;Name *;Price tax excluded;Discount amount;Reference #;Weight;Quantity\n"
    "1;Lamp;100.00;20;L;0.5;9\n2;Bowl;50.00;;B;;2\n"
)
_PAIR_COMBINATIONS = (
    "Product ID*;Product Reference;Attribute (Name:Type:Position)*;Value (Value:Position)*;"
    "Reference;Impact on price;Impact on weight;Quantity;Default (0 = No, 1 = Yes)\n"
    "1;L;Size:select:0;S:0;L-S;-10.00;;4;0\n"
    "1;L;Size:select:0;M:1;L-M;5.00;0.1;6;1\n"
    "1;L;Size:select:0;L:2;L-L;;0.25;6;0\n"
)
_PAIR = [
    ("Lamp", "L-S", "Size: S", "70.00", "90.00", 500),
    ("Lamp", "L-M", "Size: M", "85.00", "105.00", 600),
    ("Lamp", "L-L", "Size: L", "80.00", "100.00", 750),
    ("Bowl", "B", "", "50.00", None, None),
]


@pytest.mark.parametrize(
    ("percent", "sale_price"), [("12.5", "87.50"), ("12,5", "87.50"), ("0.5", "99.50")]
)
def test_prestashop_discount_can_have_decimal_places(
    catalog: CatalogFixture, percent: str, sale_price: str
) -> None:
    import_text(catalog, PRESTASHOP_FILE.replace("100.00;20;", f"100.00;{percent};"), PRESTASHOP)
    assert shown(catalog)[0] == ("Lamp", "L-1", "", sale_price, "100.00", 4)


def pair(catalog: CatalogFixture) -> list[tuple[object, ...]]:
    """The variants as `shown`, with their weights and without their stock."""
    weights = [
        variant.details.weight_g
        for product in catalog.store.products.values()
        for variant in product.variants
    ]
    return [(*each[:5], weight) for each, weight in zip(shown(catalog), weights, strict=True)]


@pytest.mark.parametrize("order", ["PC", "CPC", "PPCC", "PCP", "PCPC", "PCCPPC"])
@pytest.mark.parametrize("column", ["Product ID", "Product Reference"])
def test_prestashop_products_and_combinations_can_be_imported_in_any_order(
    catalog: CatalogFixture, order: str, column: str
) -> None:
    ids = {"Product ID": "1;", "Product Reference": ";"}
    combinations = _PAIR_COMBINATIONS.replace("\n1;", f"\n{ids[column]}")
    reports = [
        import_text(catalog, _PAIR_PRODUCTS if file == "P" else combinations, PRESTASHOP)
        for file in order
    ]
    assert pair(catalog) == _PAIR
    assert [len(each.rejected) for each in reports] == [file == "C" for file in order[:1]] + [0] * (
        len(order) - 1
    )
    events = len(catalog.store.events)
    for file in "PCPPC":
        import_text(catalog, _PAIR_PRODUCTS if file == "P" else combinations, PRESTASHOP)
    assert len(catalog.store.events) == events


def test_new_prices_of_prestashop_products_move_their_combinations(
    catalog: CatalogFixture,
) -> None:
    dearer = _PAIR_PRODUCTS.replace("100.00;20;L;0.5", "110.00;;L;0.6")
    import_text(catalog, _PAIR_PRODUCTS, PRESTASHOP)
    import_text(catalog, _PAIR_COMBINATIONS, PRESTASHOP)
    report = import_text(catalog, dearer, PRESTASHOP)
    assert (report.edited, report.unchanged) == (1, 1)
    assert [note.column for note in report.notes] == ["price tax excluded"]
    expected = [
        ("Lamp", "L-S", "Size: S", "100.00", None, 600),
        ("Lamp", "L-M", "Size: M", "115.00", None, 700),
        ("Lamp", "L-L", "Size: L", "110.00", None, 850),
    ]
    assert pair(catalog)[:3] == expected
    assert import_text(catalog, _PAIR_COMBINATIONS, PRESTASHOP).edited == 0
    import_text(catalog, _PAIR_PRODUCTS, PRESTASHOP)
    assert pair(catalog) == _PAIR


def test_weights_of_combinations_stay_if_a_file_does_not_say_them(catalog: CatalogFixture) -> None:
    import_text(catalog, _PAIR_PRODUCTS, PRESTASHOP)
    import_text(catalog, _PAIR_COMBINATIONS, PRESTASHOP)
    header, *rows = _PAIR_COMBINATIONS.splitlines()
    without = [header.replace("Impact on weight", "Other"), *rows]
    without.append("1;L;Size:select:0;XL:3;L-XL;;;1;0")
    import_text(catalog, "\n".join(without), PRESTASHOP)
    heaviest = ("Lamp", "L-XL", "Size: XL", "80.00", "100.00", 500)
    assert pair(catalog) == [*_PAIR[:3], heaviest, _PAIR[3]]


@pytest.mark.parametrize(
    ("before", "own", "expected"), [("", None, 600), ("", 70, 70), ("0.5", None, None)]
)
def test_weight_without_a_known_difference_is_not_calculated(
    catalog: CatalogFixture, before: str, own: int | None, expected: int | None
) -> None:
    import_text(catalog, _PAIR_PRODUCTS.replace("0.5", before), PRESTASHOP)
    import_text(catalog, _PAIR_COMBINATIONS, PRESTASHOP)
    lamp = next(iter(catalog.store.products.values()))
    set_weight(catalog, lamp, own)
    import_text(catalog, _PAIR_PRODUCTS.replace("0.5", "0.6"), PRESTASHOP)
    assert [weight for *_, weight in pair(catalog)[:3]] == [expected] * 3


def set_weight(catalog: CatalogFixture, product: Product, weight_g: int | None) -> None:
    with catalog.begin() as work:
        edited = work.products.get_for_update(product.id)
        edited.edit_variants(
            {each.id: replace(each.details, weight_g=weight_g) for each in edited.variants},
            at=catalog.clock.now(),
        )
        work.products.save(edited)
        work.commit()


def test_archived_combination_keeps_its_difference(catalog: CatalogFixture) -> None:
    import_text(catalog, _PAIR_PRODUCTS, PRESTASHOP)
    import_text(catalog, _PAIR_COMBINATIONS, PRESTASHOP)
    lamp = next(iter(catalog.store.products.values()))
    small, _, large = (each.id for each in lamp.variants)
    for variant_id in (small, large):
        catalog.archive_variant(ArchiveVariantCommand(actor=SYSTEM, variant_id=variant_id))
    # The price of the small one would be negative.
    import_text(catalog, _PAIR_PRODUCTS.replace("100.00;20;L;0.5", "9.00;;L;0.6"), PRESTASHOP)
    assert [each[3] for each in shown(catalog)[:3]] == ["70.00", "14.00", "9.00"]
    catalog.restore_variant(RestoreVariantCommand(actor=SYSTEM, variant_id=large))
    assert pair(catalog)[2] == ("Lamp", "L-L", "Size: L", "9.00", None, 850)


def test_combinations_find_a_product_of_an_earlier_release_by_its_sku(
    catalog: CatalogFixture,
) -> None:
    import_text(catalog, _PAIR_PRODUCTS, PRESTASHOP)
    references = catalog.store.product_references
    for key in [key for key in references if key[1].startswith("reference:")]:
        references.remove(key)
    by_reference = _PAIR_COMBINATIONS.replace("\n1;L;", "\n;L;")
    for _ in range(2):
        assert import_text(catalog, by_reference, PRESTASHOP).rejected == []
        assert pair(catalog) == _PAIR


def test_prices_of_combinations_differ_from_that_of_the_product(catalog: CatalogFixture) -> None:
    import_text(catalog, PRESTASHOP_FILE, PRESTASHOP)
    header = "Product ID*,Attribute (Name:Type:Position)*,Value (Value:Position)*,Impact on price,"
    file = (
        f"{header}Default (0 = No; 1 = Yes)\n"
        "2,Size:select:0; Ink:select:1,S:0; Red:0,40.000000,0\n"
        "2,Size:select:0; Ink:select:1,L:0; Red:0,-2.5,1\n"
    )
    for _ in range(2):
        import_text(catalog, file, PRESTASHOP)
        assert [each[2:4] for each in shown(catalog)[1:]] == [
            ("Size: S, Ink: Red", "90.00"),
            ("Size: L, Ink: Red", "47.50"),
        ]


def test_combinations_of_a_product_need_not_be_in_sequence(catalog: CatalogFixture) -> None:
    import_text(catalog, PRESTASHOP_FILE, PRESTASHOP)
    file = (
        "Product ID*,Attribute (Name:Type:Position)*,Value (Value:Position)*,Impact on price,"
        "Default (0 = No; 1 = Yes)\n"
        "1,Size:select:0,S:0,2.00,1\n"
        "2,Size:select:0,S:0,0.00,1\n"
        "1,Size:select:0,M:0,0.00,0\n"
    )
    for _ in range(2):
        import_text(catalog, file, PRESTASHOP)
        assert [each[2:4] for each in shown(catalog)] == [
            ("Size: S", "82.00"),
            ("Size: M", "80.00"),
            ("Size: S", "50.00"),
        ]


_COMBINED_HEADER = (
    "Product ID;Name *;Price tax excluded;Product Reference;Reference #;"
    "Attribute (Name:Type:Position)*;Value (Value:Position)*;Impact on price;Quantity\n"
)
_COMBINED = [
    "1;Lamp;0.000000;;L;;;;9\n",
    "1;;;;L-S;Size:select:0;S:0;12.50;4\n",
    "1;;;;L-M;Size:select:0;M:1;10,00;5\n",
    "2;Bowl;0.00 INR;;B;;;;2\n",
    ";;;B;B-S;Size:select:0;S:0;0.00;1\n",
    ";;30;B;B-M;Size:select:0;M:0;0.00;1\n",
    "3;Vase;0;;V;;;;2\n",
    "3;;;;V-S;Size:select:0;S:0;;1\n",
    "4;Tray;0,00;;T;;;;2\n",
]


@pytest.mark.parametrize("order", [1, -1])
def test_combinations_of_a_product_with_the_price_0_have_their_own_prices(
    catalog: CatalogFixture, order: int
) -> None:
    text = _COMBINED_HEADER + "".join(_COMBINED[::order])
    report = import_text(catalog, text, PRESTASHOP)
    assert {each[1:4] for each in shown(catalog)} == {
        ("L-S", "Size: S", "12.50"),
        ("L-M", "Size: M", "10.00"),
        ("B-M", "Size: M", "30.00"),
    }
    no_price = "The price is 0, and the file has no combination of this product with a price."
    of_combination = "The price of the product is 0, and this combination has no price."
    expected = [(6, of_combination), (8, no_price), (9, of_combination), (10, no_price)]
    if order == -1:
        expected = [(2, no_price), (3, of_combination), (4, no_price), (6, of_combination)]
    assert [(row.line, row.reason[: len(no_price)]) for row in report.rejected] == [
        (line, reason[: len(no_price)]) for line, reason in expected
    ]
    events = len(catalog.store.events)
    import_text(catalog, text, PRESTASHOP)
    # Also the files alone.
    import_text(catalog, _COMBINED_HEADER + _COMBINED[0], PRESTASHOP)
    import_text(catalog, _COMBINED_HEADER + "".join(_COMBINED[1:3]), PRESTASHOP)
    assert len(catalog.store.events) == events


def test_combinations_keep_their_differences_when_a_price_of_0_changes(
    catalog: CatalogFixture,
) -> None:
    import_text(catalog, _COMBINED_HEADER + "".join(_COMBINED[:3]), PRESTASHOP)
    import_text(catalog, _COMBINED_HEADER + _COMBINED[0].replace("0.000000", "100"), PRESTASHOP)
    assert [each[3] for each in shown(catalog)] == ["112.50", "110.00"]


def test_combination_of_an_unknown_product_is_rejected(catalog: CatalogFixture) -> None:
    report = import_text(catalog, COMBINATIONS_FILE, PRESTASHOP)
    assert [(row.line, row.reason) for row in report.rejected] == [
        (
            2,
            "The shop does not have this product, and the file does not give its name.",
        ),
    ]


def test_vendure_rows_without_name_are_variants(catalog: CatalogFixture) -> None:
    report = import_text(catalog, VENDURE_FILE, VENDURE)
    assert shown(catalog) == [
        ("Pen", "V-1", "nib: fine, ink: blue", "10.50", None, 7),
        ("Pen", "V-2", "nib: broad, ink: blue", "11.00", None, 0),
        ("Case", "V-9", "", "5.00", None, 1),
    ]
    assert [row.line for row in report.rejected] == [4]


def test_google_items_of_a_group_are_variants(catalog: CatalogFixture) -> None:
    report = import_text(catalog, GOOGLE_FILE, GOOGLE)
    assert shown(catalog) == [
        ("Tee red", "G-1", "Colour: Red", "80.00", "100.00", 0),
        ("Tee red", "G-2", "Colour: Blue", "100.00", None, 0),
        ("Cap", "G-9", "", "50.00", None, 0),
    ]
    tee = next(iter(catalog.store.products.values()))
    assert (tee.default_variant.details.weight_g, tee.default_variant.details.barcode) == (
        200,
        "96385074",
    )
    [problem] = report.rejected
    assert (problem.line, problem.column) == (5, "price")


def test_google_items_without_an_id_are_found_by_their_titles(catalog: CatalogFixture) -> None:
    text = "title,price\nTee,5 INR\nCap,6 INR\n"
    first, again = (import_text(catalog, text, GOOGLE) for _ in range(2))
    assert (first.added, first.rejected) == (2, [])
    assert (again.added, again.unchanged) == (0, 2)


def test_pictures_of_all_items_of_a_group_are_fetched(catalog: CatalogFixture) -> None:
    import_text(
        catalog,
        "id,title,price,color,item_group_id,image_link,additional_image_link\n"
        '1,Tee,5 INR,Red,G,https://a.example/1.jpg,"https://a.example/2.jpg,https://a.example/3.jpg"\n'
        "2,Tee,5 INR,Blue,G,https://a.example/4.jpg,https://a.example/5.jpg\n",
        GOOGLE,
    )
    downloads = [*catalog.store.picture_downloads.values()]
    assert [each.url[-5:] for each in downloads] == [f"{n}.jpg" for n in range(1, 6)]
    assert [len(each.variant_ids) for each in downloads] == [1, 0, 0, 1, 0]


def test_magento_variations_may_be_visible_individually(catalog: CatalogFixture) -> None:
    text = (
        "sku,store_view_code,product_type,name,price,weight,base_image,configurable_variations\n"
        'M,,configurable,Shawl,,,,"sku=M-S,size=S|sku=M-L,size=L"\n'
        "M-S,,simple,Shawl S,100,0.5,,\n"
        "M-L,,simple,Shawl L,120,,,\n"
        "P,,simple,Pin,10,1.2,/p/i/pin.jpg,\n"
        "P,german,simple,Nadel,,,,\n"
        "T,german,simple,Tuch,30,,,\n"
        'O,,configurable,Old,,,,"sku=O-S,size=S"\n'
    )
    file = read_products(
        BytesIO(text.encode()),
        FileFormat.CSV,
        source=MAGENTO,
        mapping={"weight": "weight (kg)"},
    )
    command = ImportProductsCommand(
        actor=SYSTEM, file=file, picture_folder="https://old.example/media/catalog/product"
    )
    report = catalog.import_products(command)
    assert [each[:4] for each in shown(catalog)] == [
        ("Shawl", "M-S", "size: S", "100.00"),
        ("Shawl", "M-L", "size: L", "120.00"),
        ("Pin", "P", "", "10.00"),
        ("Tuch", "T", "", "30.00"),
    ]
    shawl, pin, _ = catalog.store.products.values()
    assert [each.default_variant.details.weight_g for each in (shawl, pin)] == [500, 1200]
    assert [each.url for each in catalog.store.picture_downloads.values()] == [
        "https://old.example/media/catalog/product/p/i/pin.jpg"
    ]
    assert [row.line for row in report.rejected] == [8]


def test_variations_of_a_rejected_magento_product_are_rejected(catalog: CatalogFixture) -> None:
    text = MAGENTO_FILE.replace("<p>Warm</p>,1,", "<p>Warm</p>,2,")
    rejected = import_text(catalog, text, MAGENTO).rejected
    assert [row.line for row in rejected] == [2, 3, 4, 7, 8, 9]


def test_column_with_the_name_of_the_format_is_read_before_others(catalog: CatalogFixture) -> None:
    text = "Title,Description,Body (HTML),Variant Price,Handle\nKite,Teaser,Long text,5,kite\n"
    report = import_text(catalog, text, SHOPIFY)
    assert report.ignored_columns == ("description",)
    [kite] = catalog.store.products.values()
    assert kite.details.description == "Long text"
    # Neither has the name itself.
    with pytest.raises(UnreadableFile, match="read as “active”: “active \\(0/1\\)”, “status”"):
        import_text(catalog, "Name;Active (0/1);Status\n", PRESTASHOP)


@pytest.mark.parametrize(
    ("untaxed", "taxed"),
    [
        ("Price tax excluded", "Price tax included"),
        ("Price (tax excl.)", "Price (tax incl.)"),
        ("Prix (HT)", "Prix (TTC)"),
    ],
)
def test_price_with_tax_is_read_before_the_one_without(
    catalog: CatalogFixture, untaxed: str, taxed: str
) -> None:
    text = f"Product ID;Name;{untaxed};{taxed}\n1;Kite;100.00;118.00\n"
    report = import_text(catalog, text, PRESTASHOP)
    assert [row[3] for row in shown(catalog)] == ["118.00"]
    assert report.ignored_columns == (untaxed.lower(),)
    assert report.notes == []


def test_vendure_facets_of_variants_are_read(catalog: CatalogFixture) -> None:
    text = (
        "name , slug , assets , facets , optionGroups , optionValues , sku , price ,"
        " variantFacets\n"
        'Pen , pen , "a.jpg|b.jpg" , categories:Writing|Blue , "nib|ink" , "fine|blue" , V , 1 ,'
        " Brand:Ayna|collection:Ne\u200bw\n"
    )
    report = import_text(catalog, text, VENDURE)
    assert report.rejected == []
    [pen] = catalog.store.products.values()
    assert (pen.details.brand, pen.details.tags) == ("Ayna", ("New",))
    assert pen.describe_options(pen.default_variant) == "nib: fine, ink: blue"
    assert [each.name for each in catalog.queries.categories()] == ["Writing"]
    assert len(report.notes) == 1


def test_numbers_of_json_lines_are_read_in_groups(catalog: CatalogFixture) -> None:
    lines = (
        '{"id": "A", "title": "Cap", "item_group_id": "C", "size": "S", "price": 10.50}\n'
        '{"id": "B", "title": "Cap", "item_group_id": "C", "size": "L", "price": 12}\n'
    )
    file = read_products(BytesIO(lines.encode()), FileFormat.JSON_LINES, source=GOOGLE)
    report = catalog.import_products(ImportProductsCommand(actor=SYSTEM, file=file))
    assert (report.added, report.variants_added, report.rejected) == (1, 1, [])
    assert [price for _, _, _, price, _, _ in shown(catalog)] == ["10.50", "12.00"]


def test_0_and_false_of_json_lines_are_no_blank_cells(catalog: CatalogFixture) -> None:
    lines = (
        '{"sku": "A", "name": "Cap", "published": true, "stock": 0, "weight (kg)": 1.299,'
        ' "regular price": 10.5}\n'
        '{"sku": "B", "name": "Hat", "published": 0, "regular price": 10}\n'
        '{"sku": "C", "name": "Bag", "published": false, "regular price": 10}\n'
        '{"sku": "V", "name": "Tee", "type": "variable"}\n'
        '{"sku": "E", "type": "variation", "parent": "V", "attribute 1 name": "Size",'
        ' "attribute 1 value(s)": 0, "regular price": 1.299, "stock": 0}\n'
    )
    file = read_products(BytesIO(lines.encode()), FileFormat.JSON_LINES, source=WOOCOMMERCE)
    report = catalog.import_products(ImportProductsCommand(actor=SYSTEM, file=file))
    assert [row.line for row in report.rejected] == [2, 3]
    assert shown(catalog) == [
        ("Cap", "A", "", "10.50", None, 0),
        ("Tee", "E", "Size: 0", "1.30", None, 0),
    ]
    assert report.without_stock == 0
    [cap, *_] = catalog.store.products.values()
    assert cap.default_variant.details.weight_g == 1299


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ("Name *;Reference #;Name *", "names the column “name \\*” more than once. Delete or"),
        ("Nom;Reference #;Name *", "read as “name”: “nom”, “name \\*”. Delete the others"),
    ],
)
def test_repeated_columns_are_named_as_in_the_file(header: str, reason: str) -> None:
    content = BytesIO(f"{header}\nLamp;L-1;Lampe\n".encode())
    with pytest.raises(UnreadableFile, match=reason):
        read_products(content, FileFormat.CSV, source=PRESTASHOP)


def test_variations_of_magento_that_are_not_online_are_rejected(catalog: CatalogFixture) -> None:
    text = MAGENTO_FILE.replace("M-L,,simple,,Shawl L,,1,", "M-L,,simple,,Shawl L,,2,")
    report = import_text(catalog, text, MAGENTO)
    reasons = {row.line: row.reason for row in report.rejected}
    assert reasons[3] == "This variation is not online. It was not imported."
    assert [sku for title, sku, *_ in shown(catalog) if title == "Shawl"] == ["M-S"]


def test_stock_and_barcodes_of_magento_are_read(catalog: CatalogFixture) -> None:
    report = import_text(
        catalog,
        "sku,product_type,name,price,qty,is_in_stock,manage_stock,use_config_manage_stock,"
        "additional_attributes\n"
        'A,simple,Out,10,5.0000,0,1,1,"color=Red,ean=96385074"\n'
        "B,simple,Always,10,0.0000,1,0,0,\n"
        "C,simple,Usual,10,3.0000,1,0,1,\n",
        MAGENTO,
    )
    assert [(note.line, note.column) for note in report.notes] == [(2, "is_in_stock")]
    assert [stock for *_, stock in shown(catalog)] == [0, 0, 3]
    assert report.without_stock == 1
    [out, *_] = catalog.store.products.values()
    assert out.default_variant.details.barcode == "96385074"


def test_prestashop_category_may_be_a_path_and_a_product_may_not_be_for_order(
    catalog: CatalogFixture,
) -> None:
    report = import_text(
        catalog,
        "Product ID;Name *;Categories (x,y,z...);Price tax included;Quantity;Visibility;"
        "Available for order (0 = No, 1 = Yes)\n"
        "1;Player;Home,Home/Music/Players;10;5;both;1\n"
        "2;Radio;Music,Home;10;5;none;0\n",
        PRESTASHOP,
    )
    assert [(note.line, note.column) for note in report.notes] == [
        (3, "visibility"),
        (3, "available for order"),
    ]
    assert [stock for *_, stock in shown(catalog)] == [5, 0]
    parents = {each.id: each.details.parent_id for each in catalog.store.categories.values()}
    player, radio = (each.details.category_id for each in catalog.store.products.values())
    assert player is not None
    assert (parents[player], radio is None) == (radio, False)


GOOGLE_XML = """<?xml version="1.0" encoding="ISO-8859-1"?>
<rss version="2.0" xmlns:g="http://base.google.com/ns/1.0"><channel><title>Shop</title>
<item><g:id>G-1</g:id><title>Caf\u00e9 &amp; mug</title><g:price>100.00 INR</g:price>
<g:additional_image_link>https://a.example/1.jpg</g:additional_image_link>
<g:additional_image_link>https://a.example/2.jpg</g:additional_image_link>
<g:shipping><g:price>5.00 INR</g:price></g:shipping>
<description><![CDATA[<p>Holds <b>tea</b></p>]]></description></item>
<item><g:id>G-2</g:id><title>Cup</title><g:price>5.00 USD</g:price></item>
</channel></rss>""".encode("iso-8859-1")


def test_google_xml_is_read(catalog: CatalogFixture) -> None:
    file = read_products(BytesIO(GOOGLE_XML), FileFormat.CSV, source=GOOGLE)
    assert (file.total, file.ignored_columns) == (2, ("shipping",))
    report = catalog.import_products(ImportProductsCommand(actor=SYSTEM, file=file))
    assert [each[:4] for each in shown(catalog)] == [("Café & mug", "G-1", "", "100.00")]
    [mug] = catalog.store.products.values()
    assert mug.details.description == "Holds tea"
    assert len(list(catalog.store.picture_downloads.values())) == 2
    assert [(row.line, row.column) for row in report.rejected] == [(8, "price")]


def test_google_xml_with_characters_of_html_is_read(catalog: CatalogFixture) -> None:
    # The ampersands are at the ends of the parts in which the file is read, too.
    xml = ""
    for padding in range(65_400, 65_540):
        xml = (
            '<rss xmlns:g="http://base.google.com/ns/1.0"><channel>'
            f"<!-- {'x' * padding} & -->"
            "<item><g:id>1</g:id><g:title>Salt &amp;&nbsp;Pepper & Co.</g:title>"
            "<g:link>https://a.example/?a=1&b=2</g:link>"
            "<g:description><![CDATA[<p>A & B</p>]]> &copy;</g:description>"
            "<g:product_type>Home &amp;gt; Food &amp;amp; drinks</g:product_type>"
            "<g:brand>H&amp;amp;M</g:brand><g:price>5.00 INR</g:price></item></channel></rss>"
        )
        file = read_products(BytesIO(xml.encode()), FileFormat.CSV, source=GOOGLE)
        [row] = file.rows
        assert row.row["title"] == "Salt &\u00a0Pepper & Co."
        assert row.row["description"] == "<p>A & B</p> \N{COPYRIGHT SIGN}"
    import_text(catalog, xml, GOOGLE)
    [salt] = catalog.store.products.values()
    assert (salt.details.brand, salt.details.description) == ("H&M", "A & B\n\N{COPYRIGHT SIGN}")
    names = {each.details.name for each in catalog.store.categories.values()}
    assert names == {"Home", "Food & drinks"}


GOOGLE_OPTIONS = """<rss xmlns:g="http://base.google.com/ns/1.0"><channel>
<item><g:id>1</g:id><g:item_group_id>T</g:item_group_id>
<g:item_group_title>Tablet</g:item_group_title><g:title>Tablet 64</g:title>
<g:variant_option><g:name>Memory</g:name><g:value>64 GB</g:value></g:variant_option>
<g:variant_option><g:name>Screen</g:name><g:value>12", matte</g:value></g:variant_option>
<g:color>Black</g:color><g:price>5</g:price></item>
<item><g:id>2</g:id><g:item_group_id>T</g:item_group_id><g:title>Tablet 128</g:title>
<g:variant_option><g:name>Memory</g:name><g:value>128 GB</g:value></g:variant_option>
<g:variant_option><g:name>Screen</g:name><g:value>16:9</g:value></g:variant_option>
<g:color>White</g:color><g:price>6</g:price></item>
</channel></rss>"""


def test_options_that_google_names_are_read(catalog: CatalogFixture) -> None:
    assert import_text(catalog, GOOGLE_OPTIONS, GOOGLE).rejected == []
    assert [each[:3] for each in shown(catalog)] == [
        ("Tablet", "1", 'Memory: 64 GB, Screen: 12", matte'),
        ("Tablet", "2", "Memory: 128 GB, Screen: 16:9"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        (
            "id\tstructured_title\tstructured_description\tprice\n"
            "1\ttrained_algorithmic_media:Tee\ttrained_algorithmic_media:Soft: light\t5\n"
        ),
        (
            "<rss><item><g:id>1</g:id><g:price>5</g:price><g:structured_title>"
            "<g:digital_source_type>default</g:digital_source_type><g:content>Tee</g:content>"
            "</g:structured_title><g:structured_description><g:digital_source_type>default"
            "</g:digital_source_type><g:content>Soft: light</g:content></g:structured_description>"
            "</item></rss>"
        ),
    ],
)
def test_texts_that_google_wants_for_generated_ones_are_read(
    catalog: CatalogFixture, text: str
) -> None:
    assert import_text(catalog, text, GOOGLE).rejected == []
    [tee] = catalog.store.products.values()
    assert (tee.details.title, tee.details.description) == ("Tee", "Soft: light")


@pytest.mark.parametrize(
    ("titles", "title"),
    [
        (["Tee – Red, S", "Tee – Red, M"], "Tee – Red"),
        (["Tee (S)", "Tee (M)"], "Tee"),
        (["Tee - size S", "Tee - size M"], "Tee - size S"),
        (["S", "M"], "S"),
        (["- S", "- M"], "- S"),
    ],
)
def test_title_of_a_google_group_is_that_of_an_item_without_its_options(
    catalog: CatalogFixture, titles: list[str], title: str
) -> None:
    rows = "".join(f"{size}\t{one}\t5\tT\t{size}\n" for size, one in zip("SM", titles, strict=True))
    import_text(catalog, f"id\ttitle\tprice\titem_group_id\tsize\n{rows}", GOOGLE)
    assert {each[0] for each in shown(catalog)} == {title}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-be"])
def test_elements_of_google_come_before_those_of_the_feed(
    catalog: CatalogFixture, encoding: str
) -> None:
    xml = (
        f'<?xml version="1.0" encoding="{encoding.removesuffix("-be")}"?>'
        '<feed xmlns:g="http://base.google.com/ns/1.0"><entry>'
        "<id>tag:shop.example,2026:1</id><g:id>G-1</g:id>"
        "<g:title>Mug</g:title><title>Our mug</title><summary>Holds tea</summary>"
        "<g:price>5 INR</g:price></entry></feed>"
    )
    mark = "\ufeff" if encoding == "utf-16-be" else ""
    file = read_products(BytesIO((mark + xml).encode(encoding)), FileFormat.CSV, source=GOOGLE)
    catalog.import_products(ImportProductsCommand(actor=SYSTEM, file=file))
    assert [each[:2] for each in shown(catalog)] == [("Mug", "G-1")]
    [mug] = catalog.store.products.values()
    assert mug.details.description == "Holds tea"


@pytest.mark.parametrize(
    ("header", "row", "source"),
    [
        ("Name,Sale price,Regular price", "Mug,0,20", WOOCOMMERCE),
        ("id,title,sale_price,price", "1,Mug,0.00 INR,20 INR", GOOGLE),
    ],
)
def test_sale_price_of_zero_is_reported_in_its_own_column(
    catalog: CatalogFixture, header: str, row: str, source: ImportSource
) -> None:
    [problem] = import_text(catalog, f"{header}\n{row}\n", source).rejected
    assert problem.column in {"sale price", "sale_price"}
    assert problem.reason.startswith("A price is more than 0")


def test_prices_in_another_currency_are_converted_by_an_exchange_rate(
    catalog: CatalogFixture,
) -> None:
    text = (
        "id,title,price,sale_price\n"
        "1,Mug,15.00 GBP,10.05 GBP\n2,Cup,GBP 2.50,\n3,Pot,1.00 USD,\n4,Pan,0 GBP,\n"
    )
    rate = ExchangeRate.parse("GBP=105.123")
    for added in (2, 0):
        file = read_products(BytesIO(text.encode()), FileFormat.CSV, source=GOOGLE)
        file = replace(file, exchange_rate=rate)
        report = catalog.import_products(ImportProductsCommand(actor=SYSTEM, file=file))
        assert (report.added, report.edited) == (added, 0)
        in_dollars, free = report.rejected
        assert (in_dollars.line, free.line) == (4, 5)
        assert "“1.00 USD” is in USD, but GBP was expected." in in_dollars.reason
    assert [(each[1], *each[3:5]) for each in shown(catalog)] == [
        ("1", "1056.49", "1576.85"),
        ("2", "262.81", None),
    ]


def test_prices_of_combinations_are_converted(catalog: CatalogFixture) -> None:
    rate = ExchangeRate.parse("EUR=90")
    for text in (PRESTASHOP_FILE, COMBINATIONS_FILE):
        file = read_products(BytesIO(text.encode()), FileFormat.CSV, source=PRESTASHOP)
        file = replace(file, exchange_rate=rate)
        catalog.import_products(ImportProductsCommand(actor=SYSTEM, file=file))
    assert [(each[1], *each[3:5]) for each in shown(catalog)] == [
        ("L-1", "7200.00", "9000.00"),
        ("L-2", "7200.00", "9000.00"),
        ("L-3", "7650.00", "9450.00"),
        ("B-1", "4500.00", None),
    ]


def test_first_of_several_product_types_is_the_category(catalog: CatalogFixture) -> None:
    types = "Food, Drinks &amp; more &gt; Tea", "Gifts"
    elements = "".join(f"<g:product_type>{each}</g:product_type>" for each in types)
    xml = f"<rss><item><g:id>1</g:id><title>Tea</title><g:price>5</g:price>{elements}</item></rss>"
    import_text(catalog, xml, GOOGLE)
    names = [each.name for each in catalog.queries.categories()]
    assert sorted(names) == ["Food, Drinks & more", "Tea"]


def category_paths(catalog: CatalogFixture) -> list[str]:
    details = {each.id: each.details for each in catalog.store.categories.values()}

    def path(one: CategoryDetails) -> str:
        above = "" if one.parent_id is None else path(details[one.parent_id]) + " > "
        return above + one.name

    return sorted(map(path, details.values()))


@pytest.mark.parametrize("has_new_slug", [False, True])
def test_renamed_category_is_found_by_its_former_name(
    catalog: CatalogFixture,
    *,
    has_new_slug: bool,
) -> None:
    text = (
        "id\ttitle\tprice\tproduct type\n1\tBoot\t5\tMen > Shoes\n2\tHeel\t5\tWomen > Shoes\n"
        "3\tC\t5\tBooks > C\n4\tC++\t5\tBooks > C++\n"
    )
    import_text(catalog, text, GOOGLE)
    for category in list(catalog.store.categories.values()):
        if category.details.slug.startswith("c"):
            continue
        changes = {"name": "New " + category.details.name}
        if has_new_slug:
            changes["slug"] = "new-" + category.details.slug
        catalog.edit_category(
            EditCategoryCommand(actor=SYSTEM, category_id=category.id, changes=changes)
        )
    report = import_text(catalog, text, GOOGLE)
    assert (report.unchanged, report.edited, report.categories_added) == (4, 0, 0)
    assert category_paths(catalog) == [
        "New Books",
        "New Books > C",
        "New Books > C++",
        "New Men",
        "New Men > New Shoes",
        "New Women",
        "New Women > New Shoes",
    ]


def test_category_of_the_name_is_found_before_one_that_had_it(catalog: CatalogFixture) -> None:
    text = "id\ttitle\tprice\tproduct type\n1\tBoot\t5\tShoes\n"
    import_text(catalog, text, GOOGLE)
    [shoes] = catalog.store.categories.values()
    catalog.edit_category(
        EditCategoryCommand(actor=SYSTEM, category_id=shoes.id, changes={"name": "Boots"})
    )
    details = CategoryDetails(name="Shoes", slug="new-shoes")
    new = catalog.add_category(AddCategoryCommand(actor=SYSTEM, details=details))
    assert import_text(catalog, text, GOOGLE).edited == 1
    [boot] = catalog.store.products.values()
    assert boot.details.category_id == new


def test_category_elsewhere_with_the_same_name_is_not_used(catalog: CatalogFixture) -> None:
    import_text(catalog, "id\ttitle\tprice\tproduct type\n1\tHeel\t5\tWomen > Shoes\n", GOOGLE)
    for path, line in (("Men > Shoes", 2), ("Shop > Women > Shoes", None), ("shoes", None)):
        text = f"id\ttitle\tprice\tproduct type\n2\tBoot\t5\t{path}\n"
        file = read_products(BytesIO(text.encode()), FileFormat.CSV, source=GOOGLE)
        report = catalog.import_products(ImportProductsCommand(actor=SYSTEM, file=file))
        assert [note.line for note in report.notes] == ([] if line is None else [line])


def test_long_options_are_cut(catalog: CatalogFixture) -> None:
    for added in (1, 0):
        report = import_text(
            catalog,
            "Handle,Title,Option1 Name,Option1 Value,Variant Price\n"
            f"bag,Bag,Set,{'x' * 101},5\nbag,,,Small,6\n",
            SHOPIFY,
        )
        assert (report.added, report.edited, report.rejected) == (added, 0, [])
        assert [note.line for note in report.notes] == [2]
    assert [each[2] for each in shown(catalog)] == [f"Set: {'x' * 100}", "Set: Small"]


def test_inactive_products_are_found_by_the_column_in_other_languages(
    catalog: CatalogFixture,
) -> None:
    text = "ID;Activo (0/1);Nombre *;Precio (impuestos excl.)\n1;0;Old;5\n2;1;Lamp;5\n"
    assert [row.line for row in import_text(catalog, text, PRESTASHOP).rejected] == [2]
    assert [each[0] for each in shown(catalog)] == ["Lamp"]


@pytest.mark.parametrize("text", ["GBP", "gbp=1", "GBP=0.00", "GBP=-1", "GBP=1,5", "GBP=1e3"])
def test_unreadable_exchange_rate_raises(text: str) -> None:
    with pytest.raises(InvalidValue, match="is not an exchange rate such as"):
        ExchangeRate.parse(text)


@pytest.mark.parametrize(
    ("content", "source", "reason"),
    [
        (b"<rss><item><a>b < c</a>", GOOGLE, "line 1. In a text, “<” is written as “&lt;”"),
        (b"<rss><item>", GOOGLE, "The XML is not well-formed in line 1."),
        (b"<rss><channel/></rss>", GOOGLE, "The XML has none of the elements entry, item."),
        (b"<!DOCTYPE x [<!ENTITY a 'a'>]><rss>&a;</rss>", GOOGLE, "XML with a document type"),
        (b'<?xml version="1.0" encoding="Shift_JIS"?><rss/>', GOOGLE, "is not supported"),
        (b'<?xml version="1.0" encoding="unknown"?><rss/>', GOOGLE, "is not supported"),
        (b"\xef\xbb\xbf <rss/>", VENDURE, "This is an XML file or a web page."),
    ],
)
def test_unreadable_xml_raises(content: bytes, source: ImportSource, reason: str) -> None:
    with pytest.raises(UnreadableFile, match=reason):
        read_products(BytesIO(content), FileFormat.CSV, source=source)


def test_google_items_that_differ_by_title_only_are_variants(catalog: CatalogFixture) -> None:
    text = (
        "id,title,price,item_group_id,size\n"
        "1,Mug small,5,M,S\n2,Mug white,6,M,S\n3,Mug large,7,M,L\n"
    )
    assert import_text(catalog, text, GOOGLE).rejected == []
    assert [each[2] for each in shown(catalog)] == [
        "Size: S, Item: Mug small",
        "Size: S, Item: Mug white",
        "Size: L, Item: Mug large",
    ]


@pytest.mark.parametrize(
    ("column", "source"), [("additional_image_link", GOOGLE), ("pictures", GENERIC)]
)
def test_urls_of_pictures_may_contain_commas(
    catalog: CatalogFixture, column: str, source: ImportSource
) -> None:
    urls = "https://a.example/w-600,fo-auto/1.jpg", "https://a.example/w-600,fo-auto/2.jpg"
    text = f"sku\ttitle\tprice\t{column}\n1\tMug\t5\t{','.join(urls)}\n"
    assert import_text(catalog, text, source).notes == []
    assert [each.url for each in catalog.store.picture_downloads.values()] == [*urls]


def test_prices_without_tax_are_rounded_and_noted_once(catalog: CatalogFixture) -> None:
    text = (
        "Product ID;Name;Price tax excluded;Reference\n"
        "1;Lamp;82.638430;L\n2;Bowl;1234.505;B\n3;Cup;0.001;C\n"
    )
    report = import_text(catalog, text, PRESTASHOP)
    assert [each[3] for each in shown(catalog)] == ["82.64", "1234.51"]
    assert [(row.line, row.reason[:15]) for row in report.rejected] == [(4, "The price is 0,")]
    assert [(note.line, note.column) for note in report.notes] == [(2, "price tax excluded")]


def test_numbers_that_are_too_large_are_not_read(catalog: CatalogFixture) -> None:
    large = "9" * 30
    text = (
        "Product ID;Name;Price tax included;Weight\n"
        f"1;Lamp;{large};1\n2;Bowl;1;{large}\n3;Cup;1;1\n"
    )
    report = import_text(catalog, text, PRESTASHOP)
    assert [each[0] for each in shown(catalog)] == ["Bowl", "Cup"]
    assert [row.line for row in report.rejected] == [2]
    assert [(note.line, note.column) for note in report.notes] == [(3, "weight")]


def test_first_combinations_divide_the_stock_of_their_product(catalog: CatalogFixture) -> None:
    products = "Product ID;Name;Price tax excluded;Reference;Quantity\n1;Lamp;10;L;9\n"
    sizes = (
        "Product ID;Attribute;Value;Reference;Impact on price;Quantity\n"
        "1;Size:select:0;S:0;L-S;0;3\n1;Size:select:0;L:1;L-L;0;6\n"
    )
    import_text(catalog, products, PRESTASHOP)
    for _ in range(2):
        import_text(catalog, sizes, PRESTASHOP)
        assert [each[5] for each in shown(catalog)] == [3, 6]


def test_combinations_in_spanish_are_read(catalog: CatalogFixture) -> None:
    import_text(catalog, PRESTASHOP_FILE, PRESTASHOP)
    sizes = (
        '"Id del Producto";"Referencia del Producto";"Atributo (Nombre:Tipo:Posicion)*";'
        '"Valor (Valor:Posicion)*";"Referencia";"Impacto en el precio";"Cantidad";'
        '"Predeterminado (0=No, 1=Si)"\n'
        '2;"";"Medida:select:0";"80 cm:0";"B-80";"1.500000";4;1\n'
    )
    assert import_text(catalog, sizes, PRESTASHOP).rejected == []
    assert shown(catalog)[1][1:4] == ("B-80", "Medida: 80 cm", "51.50")


def test_pictures_of_a_combination_are_those_of_its_product(catalog: CatalogFixture) -> None:
    import_text(catalog, PRESTASHOP_FILE, PRESTASHOP)
    report = import_text(
        catalog,
        "Product ID*;Attribute (Name:Type:Position)*;Value (Value:Position)*;Impact on price;"
        "Image URLs (x,y,z...);Image alt texts (x,y,z...)\n"
        "1;Size:select:0;S:0;0;https://a.example/1.jpg,https://a.example/2.jpg;Front,Back\n"
        "1;Size:select:0;L:1;0;https://a.example/2.jpg;Back\n",
        PRESTASHOP,
    )
    assert report.rejected == []
    queued = catalog.store.picture_downloads.values()
    small, large = (each.id for each in next(iter(catalog.store.products.values())).variants)
    assert [(each.url, each.alt, each.variant_ids) for each in queued] == [
        ("https://a.example/1.jpg", "Front", (small,)),
        ("https://a.example/2.jpg", "Back", (large,)),
    ]


@pytest.mark.parametrize("availability", ["out of stock", "Out of stock", "OUT_OF_STOCK"])
def test_availability_of_google_is_read_in_any_letter_case(
    catalog: CatalogFixture, availability: str
) -> None:
    text = f"id,title,price,availability\nG-1,Cap,5.00 INR,{availability}\n"
    catalog.import_products(
        ImportProductsCommand(
            actor=SYSTEM,
            file=read_products(BytesIO(text.encode()), FileFormat.CSV, source=GOOGLE),
            default_stock=10,
        )
    )
    assert [each[5] for each in shown(catalog)] == [0]


_LONG: Final = "<p>" + "Made by hand. " * 20 + "</p>"


@pytest.mark.parametrize(
    ("header", "source"),
    [
        ("Handle,Title,Variant Price,Variant SKU", SHOPIFY),
        ("Slug,Name,Regular price,SKU", WOOCOMMERCE),
        ("url_key,name,price,sku", MAGENTO),
        ("URL rewritten,Name,Price,Reference", PRESTASHOP),
        ("slug,name,price,sku", VENDURE),
    ],
)
def test_slug_of_the_page_is_imported(
    catalog: CatalogFixture, header: str, source: ImportSource
) -> None:
    rows = "Blue_mug,Mug,5,M\nblue-mug,Cup,6,C\npan-p30,Pan,7,P\n"
    report = import_text(catalog, f"{header}\n{rows}", source)
    slugs = [product.details.slug for product in catalog.store.products.values()]
    assert slugs == ["blue-mug", None, None]
    column = header.partition(",")[0].lower()
    assert [(note.line, note.column) for note in report.notes] == [(3, column)]


def test_slug_that_staff_chose_is_kept(catalog: CatalogFixture) -> None:
    text = "sku,url_key,name,price\nM,mug,Mug,5\n"
    import_text(catalog, text, MAGENTO)
    report = import_text(catalog, text.replace(",mug,", ",blue-mug,"), MAGENTO)
    [mug] = catalog.store.products.values()
    assert (mug.details.slug, report.unchanged) == ("mug", 1)


@pytest.mark.parametrize(
    ("header", "source"),
    [
        ("SKU,Name,Regular price,Short description,Description", WOOCOMMERCE),
        ("sku,name,price,short_description,description", MAGENTO),
        ("Reference,Name,Price,Summary,Description", PRESTASHOP),
    ],
)
def test_short_description_is_the_subtitle_or_comes_before_the_description(
    catalog: CatalogFixture, header: str, source: ImportSource
) -> None:
    rows = (
        "M,Mug,5,<b>Blue</b>  mug,<p>Holds tea</p>\nC,Cup,6,<p>Small</p>,\n"
        f"P,Pan,7,{_LONG},For eggs & rice\nQ,Pot,8,<p>Iron</p>,Iron\n"
    )
    import_text(catalog, f"{header}\n{rows}", source)
    mug, cup, pan, pot = (product.details for product in catalog.store.products.values())
    assert (mug.subtitle, mug.description) == ("Blue mug", "Holds tea")
    assert (cup.subtitle, cup.description) == ("", "Small")
    assert (pan.subtitle, pan.description_html) == ("", f"{_LONG}<p>For eggs &amp; rice</p>")
    assert (pot.subtitle, pot.description) == ("", "Iron")


def test_commas_in_values_of_magento_do_not_divide_them(catalog: CatalogFixture) -> None:
    pictures = [
        PictureOf("/a/b, c.jpg", "Front"),
        PictureOf("d.tiff", ""),
        PictureOf("e,f.webp", "Back"),
    ]
    categories = "Default Category/Home, Garden/Pots, Pans,Default Category/New"
    attributes = 'note="a, b=c",brand="Ayna"'.replace('"', '""')
    text = (
        "sku,name,price,categories,additional_attributes,additional_images,additional_image_labels\n"
        f'M,Mug,5,"{categories}","{attributes}","{",".join(each.url for each in pictures)}",'
        f'"{",".join(each.alt for each in pictures)}"\n'
    )
    folder = "https://old.example"
    file = read_products(BytesIO(text.encode()), FileFormat.CSV, source=MAGENTO)
    catalog.import_products(
        ImportProductsCommand(
            actor=SYSTEM, file=file, picture_folder=folder, create_categories=True
        )
    )
    [mug] = catalog.store.products.values()
    assert mug.details.brand == "Ayna"
    assert [each.details.name for each in catalog.store.categories.values()] == [
        "Home, Garden",
        "Pots, Pans",
    ]
    downloads = catalog.store.picture_downloads.values()
    assert [PictureOf(each.url, each.alt) for each in downloads] == [
        PictureOf("https://old.example/a/b%2C%20c.jpg", "Front"),
        PictureOf("https://old.example/d.tiff", ""),
        PictureOf("https://old.example/e%2Cf.webp", "Back"),
    ]


@pytest.mark.parametrize(
    ("urls", "texts", "alts"),
    [
        (2, ";Back", ["", "Back"]),
        (2, "Front", ["Front", ""]),
        (2, "Blue; small;Back", ["", ""]),
        (1, "Blue, small", ["Blue, small"]),
    ],
)
def test_alternative_texts_are_those_of_the_pictures_at_their_place(
    catalog: CatalogFixture, urls: int, texts: str, alts: list[str]
) -> None:
    pictures = ",".join(f"https://shop.example/{number}.jpg" for number in range(urls))
    text = f'Name,Price,Image URLs,Image alt texts\nMug,5,"{pictures}","{texts}"\n'
    import_text(catalog, text, PRESTASHOP)
    assert [each.alt for each in catalog.store.picture_downloads.values()] == alts


def test_values_of_combinations_may_have_commas_and_options_the_same_name(
    catalog: CatalogFixture,
) -> None:
    import_text(catalog, PRESTASHOP_FILE, PRESTASHOP)
    text = (
        "Product ID*;Attribute (Name:Type:Position)*;Value (Value:Position)*;Reference;Quantity\n"
        "1;Size:select:0,Shade:select:1,Size:select:2;80 (79,5 - 81) cm:0,Red:1,M:2;L-1;4\n"
        "1;Size:select:0,Shade:select:1,Size:select:2;90 cm:0,Red:1,M:2;L-2;4\n"
    )
    report = import_text(catalog, text, PRESTASHOP)
    assert report.rejected == []
    assert [options for title, _, options, *_ in shown(catalog) if title == "Lamp"] == [
        "Size: 80 (79,5 - 81) cm, Shade: Red, Size 2: M",
        "Size: 90 cm, Shade: Red, Size 2: M",
    ]


def test_numbers_of_rows_in_a_first_column_without_a_name_are_not_read(
    catalog: CatalogFixture,
) -> None:
    report = import_text(
        catalog, ",Handle,Title,Variant Price\n0,cup,Cup,5\n1,mug,Mug,6\n", SHOPIFY
    )
    assert (report.added, report.rejected) == (2, [])


def test_column_without_a_name_is_not_read(catalog: CatalogFixture) -> None:
    report = import_text(
        catalog, "Handle,,Title,Variant Price,\ncup,x,Cup,5,\nmug,,Mug,6,y\n", SHOPIFY
    )
    assert (report.added, [each.line for each in report.rejected]) == (1, [3])


def test_combination_is_found_by_the_reference_of_a_product_with_another_id(
    catalog: CatalogFixture,
) -> None:
    """PrestaShop gives a product its own id if that of the file is no number."""
    text = "Product ID;Name *;Price tax included;Reference #\nL-1;Lamp;50;L-1\n"
    combinations = (
        "Product ID*;Product Reference;Attribute (Name:Type:Position)*;Value (Value:Position)*;"
        "Reference;Impact on price\n"
        "7;L-1;Size:select:0;S:0;L-S;0\n7;L-1;Size:select:0;M:0;L-M;5\n"
    )
    for edited in (1, 0):
        import_text(catalog, text, PRESTASHOP)
        report = import_text(catalog, combinations, PRESTASHOP)
        assert (report.rejected, report.added, report.edited) == ([], 0, edited)
    assert [each[1:4] for each in shown(catalog)] == [
        ("L-S", "Size: S", "50.00"),
        ("L-M", "Size: M", "55.00"),
    ]


def test_category_that_prestashop_gives_by_its_id_is_noted(catalog: CatalogFixture) -> None:
    text = (
        "Product ID;Name *;Price tax included;Categories (x,y,z...)\n1;Lamp;5;13\n2;Cup;5;2,Cups\n"
    )
    report = import_text(catalog, text, PRESTASHOP)
    assert [(each.line, each.column) for each in report.notes] == [(2, "categories")]
    assert [each.details.name for each in catalog.store.categories.values()] == ["Cups"]


_COMBINATION: Final = """\
Product ID*;Attribute (Name:Type:Position)*;Value (Value:Position)*;Reference
1;Size:a:0,Shade:b:1;{};L-1
"""


@pytest.mark.parametrize(
    ("source", "text", "added", "rejected"),
    [
        (MAGENTO, "sku,name,price,additional_attributes\nM,Mug,5,{}\n", 1, 0),
        (PRESTASHOP, _COMBINATION, 0, 1),
    ],
)
def test_long_cells_without_names_or_positions_are_read_in_linear_time(
    catalog: CatalogFixture, source: ImportSource, text: str, added: int, rejected: int
) -> None:
    """The cells would take hours in quadratic time."""
    import_text(catalog, PRESTASHOP_FILE, PRESTASHOP)
    report = import_text(catalog, text.format("a" * 3_000_000), source)
    assert (report.added, len(report.rejected)) == (added, rejected)


def test_attributes_of_magento_may_be_in_quotes(catalog: CatalogFixture) -> None:
    cell = 'color="Red",brand="Ayna, ""Home""",ean="96385074"'.replace('"', '""')
    import_text(catalog, f'sku,name,price,additional_attributes\nM,Mug,5,"{cell}"\n', MAGENTO)
    [mug] = catalog.store.products.values()
    assert mug.details.brand == 'Ayna, "Home"'
    assert mug.default_variant.details.barcode == "96385074"


@pytest.mark.parametrize(
    ("weights", "grams"),
    [
        ("1.5 kg,", 1500),
        (",500 g", 500),
        ('"1,5 kg",2 kg', 2000),
        ("8 oz,", 227),
        ("2lb,", 907),
        ("3,", None),
        ("1 stone,", None),
    ],
)
def test_weight_of_google_is_read_in_its_unit(
    catalog: CatalogFixture, weights: str, grams: int | None
) -> None:
    text = f"id,title,price,shipping_weight,product_weight\n1,Mug,5,{weights}\n"
    report = import_text(catalog, text, GOOGLE)
    [mug] = catalog.store.products.values()
    assert mug.default_variant.details.weight_g == grams
    columns = [] if grams else ["shipping_weight"]
    assert [note.column for note in report.notes] == columns


def test_file_of_another_shop_is_not_read_as_novacarts_own(catalog: CatalogFixture) -> None:
    text = (
        "ID,Type,SKU,Name,Published,Description,Regular price,Sale price,Categories,Parent\n"
        "7,simple,M,Mug,1,Blue,5,,,\n"
    )
    with pytest.raises(UnreadableFile, match="--from woocommerce"):
        read_products(BytesIO(text.encode()), FileFormat.CSV)
    chosen = {"name": "title", "regular price": "price"}
    assert read_products(BytesIO(text.encode()), FileFormat.CSV, mapping=chosen).total == 1
    assert import_text(catalog, text, WOOCOMMERCE).added == 1
    # Few columns, but those that Google requires.
    feed = "id,title,description,link,image_link,availability,price,brand\n"
    with pytest.raises(UnreadableFile, match="--from google"):
        read_products(BytesIO(feed.encode()), FileFormat.CSV)
    own = "id,title,description,image_link,price,brand,gtin,color\n"
    assert read_products(BytesIO(own.encode()), FileFormat.CSV).total == 0
