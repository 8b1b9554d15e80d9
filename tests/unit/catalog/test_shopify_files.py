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
        (2, "type", "There is no category “Shirts”, so it is left out.")
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


def test_columns_of_2021_and_unreadable_optional_numbers_are_read(catalog: CatalogFixture) -> None:
    report = import_text(
        catalog,
        "Handle,Title,Standardized Product Type,Custom Product Type,Variant Price,"
        "Variant Compare At Price,Variant Grams,Variant Inventory Qty\n"
        "tee,Tee,Apparel > Shirts,Tops,10.00,N/A,light,many\n"
        "cup,Cup,Home > Cups,,N/A,,,\n",
        create_categories=True,
    )
    [tee] = catalog.store.products.values()
    assert str(tee.details.price) == "10.00"
    assert [each.name for each in catalog.queries.categories()] == ["Tops"]
    assert [(note.line, note.column) for note in report.notes] == [
        (2, "variant compare at price"),
        (2, "variant grams"),
        (2, "variant inventory qty"),
    ]
    assert [(row.line, row.column) for row in report.rejected] == [(3, "variant price")]


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


def test_repeated_sku_is_left_out_and_noted(catalog: CatalogFixture) -> None:
    tee = (
        "tee,Tee,,Ayna,,,true,Size,S,,,T-1,,,10,,,,,,\n"
        "tee,,,,,,,,M,,,T-1,,,12,,,,,,\n"
        "tee,,,,,,,,m,,,T-2,,,12,,,,,,\n"
    )
    top = tee.replace("tee,", "top,").replace("Tee,", "Top,").replace("12", "13")
    for _ in range(2):
        report = import_text(catalog, HEADER + tee + top)
        assert [(each.line, each.column) for each in report.notes] == [
            (3, "variant sku"),
            (5, "variant sku"),
        ]
        assert report.notes[1].reason == (
            "Another variant has the SKU “T-1”. This row and 1 more got none."
        )
        assert reasons(report.rejected) == [
            (line, None, "An earlier row of the product has the same options.") for line in (4, 7)
        ]
        shirt, other = products(catalog)
        assert [each.details.sku for each in shirt.variants] == ["T-1", None]
        assert [each.details.sku for each in other.variants] == [None, None]
        assert (shirt.details.title, other.details.title) == ("Tee", "Top")
    again = import_text(catalog, HEADER + tee + top)
    assert (again.edited, again.unchanged) == (0, 2)


def test_product_with_the_sku_of_another_handle_in_a_later_file_is_added(
    catalog: CatalogFixture,
) -> None:
    cup = CUP.replace("Default Title,,,,", "Default Title,,,C-1,")
    import_text(catalog, HEADER + cup)
    import_text(catalog, HEADER + cup.replace("cup,Cup", "mug,Mug"))
    assert [(each.details.title, each.details.sku) for each in products(catalog)] == [
        ("Cup", "C-1"),
        ("Mug", None),
    ]


def test_unprintable_characters_of_a_sku_are_removed(catalog: CatalogFixture) -> None:
    import_text(catalog, HEADER + CUP.replace("Default Title,,,,", 'Default Title,,,"C\n-1",'))
    assert products(catalog)[0].details.sku == "C-1"


def test_sku_that_is_too_long_is_left_out_and_noted(catalog: CatalogFixture) -> None:
    row = CUP.replace("Default Title,,,,", f"Default Title,,,{'C' * 65},")
    for count in (1, 0):
        report = import_text(catalog, HEADER + row)
        assert (report.added, len(report.notes), report.rejected) == (count, 1, [])
    [cup] = products(catalog)
    assert cup.details.sku is None


def test_price_of_zero_is_rejected_with_the_reason(catalog: CatalogFixture) -> None:
    [row] = import_text(catalog, HEADER + CUP.replace(",120,", ",0.00,")).rejected
    assert (row.column, row.reason[:25]) == ("variant price", "A price is more than 0 an")


def test_texts_for_search_engines_are_imported(catalog: CatalogFixture) -> None:
    header = HEADER.replace("\n", ",SEO Title,SEO Description\n")
    import_text(catalog, header + CUP.replace("\n", f",Tea cup,{'x' * 501}\n"))
    [cup] = products(catalog)
    assert (cup.details.meta_title, cup.details.meta_description) == ("Tea cup", "x" * 500)


def test_preview_notes_the_sku_of_an_earlier_batch(
    catalog: CatalogFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [
        f"p{n},Thing {n},,Ayna,,,true,Title,Default Title,,,S-{n % 501},,,1,,,,,,\n"
        for n in range(502)
    ]
    monkeypatch.setattr("novacart.application.catalog.import_products.PREVIEW_BATCH_SIZE", 100)
    file = read_products(BytesIO((HEADER + "".join(rows)).encode()), FileFormat.CSV, source=SHOPIFY)
    command = ImportProductsCommand(actor=SYSTEM, file=file, dry_run=True)
    [note] = catalog.import_products(command).notes
    assert (note.line, note.column) == (503, "variant sku")
    assert note.reason == "Line 2 has the SKU “S-0”, too."


def test_preview_counts_the_variants_of_a_product_of_an_earlier_batch(
    catalog: CatalogFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = "tee,Tee,Size,S,T-1,5,,\ncup,Cup,,,C-1,5,,\n"
    rows += "tee,,,M,T-2,5,,\nmug,Mug,,,M-1,7,,\ntee,,,M,T-2,5,,\n"
    for name in ("BATCH_SIZE", "PREVIEW_BATCH_SIZE"):
        monkeypatch.setattr(f"novacart.application.catalog.import_products.{name}", 1)
    file = read_products(BytesIO((SIZES + rows).encode()), FileFormat.CSV, source=SHOPIFY)
    preview = catalog.import_products(ImportProductsCommand(actor=SYSTEM, file=file, dry_run=True))
    report = import_text(catalog, SIZES + rows)
    for each in (preview, report):
        assert (each.added, each.variants_added, each.without_stock) == (3, 1, 4)


def test_sku_and_options_of_a_rejected_row_are_free_for_a_later_row(
    catalog: CatalogFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = "tee,Tee,Size,S,T-1,0,,\ntee,,,S,T-1,5,,\ncup,Cup,,,C-1,0,,\nmug,Mug,,,C-1,7,,\n"
    file = read_products(BytesIO((SIZES + rows).encode()), FileFormat.CSV, source=SHOPIFY)
    monkeypatch.setattr("novacart.application.catalog.import_products.BATCH_SIZE", 1)
    preview = catalog.import_products(ImportProductsCommand(actor=SYSTEM, file=file, dry_run=True))
    report = import_text(catalog, SIZES + rows)
    for each in (preview, report):
        assert ([row.line for row in each.rejected], each.notes) == ([2, 4], [])
    assert [each.details.sku for each in products(catalog)] == ["T-1", "C-1"]


def test_stock_of_zero_is_ignored_for_a_variant_without_inventory_tracker(
    catalog: CatalogFixture,
) -> None:
    text = (
        "Handle,Title,Variant Price,Variant Inventory Tracker,Variant Inventory Qty\n"
        "cup,Cup,5,,0\nmug,Mug,5,shopify,0\npot,Pot,5,,3\n"
    )
    report = import_text(catalog, text, default_stock=10)
    assert [each.available for each in catalog.store.stock_levels.values()] == [10, 0, 3]
    assert report.without_stock == 1


def test_pictures_are_imported_in_the_order_of_their_positions(catalog: CatalogFixture) -> None:
    text = (
        "Handle,Title,Variant Price,Image Src,Image Position\n"
        "cup,Cup,5,https://a.example/2.jpg,2\ncup,,,https://a.example/3.jpg,\n"
        "cup,,,https://a.example/1.jpg,1\n"
    )
    import_text(catalog, text)
    urls = [each.url for each in catalog.store.picture_downloads.values()]
    assert urls == [f"https://a.example/{number}.jpg" for number in (1, 2, 3)]


def test_variant_without_a_value_of_an_option_is_rejected_alone(catalog: CatalogFixture) -> None:
    further = "kurta,,,,,,,,XL,,,K-XL,,1,499.00,,,,,,\n"
    report = import_text(catalog, HEADER + KURTA + further)
    reason = "The row has no value of the option “Colour”."
    assert [(row.line, row.reason) for row in report.rejected] == [(5, reason)]
    [kurta] = catalog.store.products.values()
    assert len(kurta.variants) == 2


def test_row_without_options_and_with_a_new_sku_is_rejected_alone(catalog: CatalogFixture) -> None:
    further = "kurta,,,,,,,,,,,K-XL,,1,499.00,,,,,,\n"
    report = import_text(catalog, HEADER + KURTA + further)
    reason = "The row has no value of the option “Size”."
    assert [(row.line, row.reason) for row in report.rejected] == [(5, reason)]
    [kurta] = products(catalog)
    assert len(kurta.variants) == 2


def test_report_names_the_changed_fields_of_all_variants(catalog: CatalogFixture) -> None:
    import_text(catalog, HEADER + KURTA)
    rows = KURTA.replace("499.00,599.00", "499.00,699.00").replace("220.4", "300")
    further = "kurta,,,,,,,,XL,,Indigo,K-XL,,1,499.00,,,,,,\n"
    report = import_text(catalog, HEADER + rows.replace("Cotton kurta", "Kurta") + further)
    [product] = report.products
    assert set(product.changed) == {"title", "compare_at_price", "weight_g", "options", "variants"}


def test_unlisted_product_is_imported_and_noted(catalog: CatalogFixture) -> None:
    report = import_text(catalog, HEADER + CUP.replace("active", "Unlisted"))
    assert (report.added, [each.column for each in report.notes]) == (1, ["status"])


def test_paths_of_pictures_need_a_folder() -> None:
    def urls(folder: str) -> tuple[list[str], int]:
        shop = CatalogFixture()
        file = read_products(BytesIO(text.encode()), FileFormat.CSV, source=SHOPIFY)
        command = ImportProductsCommand(actor=SYSTEM, file=file, picture_folder=folder)
        report = shop.import_products(command)
        downloads = shop.store.picture_downloads.values()
        noted = [each for each in report.notes if "pictures" in each.reason]
        return [each.url for each in downloads], len(noted)

    rows = KURTA.replace("https://images.example/1.jpg", "/a/b 1.jpg")
    text = HEADER + rows.replace("https://images.example/2.jpg", "//images.example/2.jpg")
    kept = ["https://images.example/2.jpg", "https://images.example/3.jpg"]
    assert urls("") == (kept, 1)
    assert urls("https://old.example/media/") == (
        ["https://old.example/media/a/b%201.jpg", *kept],
        0,
    )


def test_pictures_that_are_not_at_https_urls_are_noted(catalog: CatalogFixture) -> None:
    rows = KURTA.replace("https://images.example/2.jpg", "http://images.example/2.jpg")
    report = import_text(catalog, HEADER + rows)
    urls = [each.url for each in catalog.store.picture_downloads.values()]
    assert urls == ["https://images.example/1.jpg", "https://images.example/3.jpg"]
    [note] = [each for each in report.notes if "Pictures" in each.reason]
    assert note.line == 3
    assert report.pictures == 2


def test_first_row_without_a_price_has_that_of_a_later_row(catalog: CatalogFixture) -> None:
    text = "Handle,Title,Option1 Name,Option1 Value,Variant Price\ntee,Tee,Size,S,\ntee,,,M,20\n"
    assert import_text(catalog, text).rejected == []
    report = import_text(catalog, text)
    [tee] = catalog.store.products.values()
    assert [str(each.details.price) for each in tee.variants] == ["20.00", "20.00"]
    assert (report.edited, report.unchanged) == (0, 1)


SIZES = "Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Price,Image Src,Status\n"


def prices(product: Product) -> dict[str, str]:
    return {
        product.describe_options(each): str(each.details.price) for each in product.active_variants
    }


def test_rows_after_one_that_cannot_be_read_have_the_options_of_their_product(
    catalog: CatalogFixture,
) -> None:
    rows = "cap,Cap,Size,S,,10,,\ncap,,,M,,20,,,oops\ncap,,,L,,99,,\nmug,Mug,,,,7,,\n"
    report = import_text(catalog, SIZES + rows)
    assert [row.line for row in report.rejected] == [3]
    cap, mug = products(catalog)
    assert prices(cap) == {"Size: S": "10.00", "Size: L": "99.00"}
    assert prices(mug) == {"": "7.00"}


def test_handle_that_comes_again_has_the_options_that_it_had_before(
    catalog: CatalogFixture,
) -> None:
    rows = (
        "hat,Hat,Size,S,,10,,\nmug,Mug,,,,7,,\nhat,,,M,,99,,\n"
        "cup,Cup,,,,7,,\nhat,,,,,,https://images.example/1.jpg,\n"
    )
    report = import_text(catalog, SIZES + rows)
    assert report.rejected == []
    hat, _, _ = products(catalog)
    assert prices(hat) == {"Size: S": "10.00", "Size: M": "99.00"}
    assert len(list(catalog.store.picture_downloads)) == 1


def test_further_row_never_means_the_default_variant(catalog: CatalogFixture) -> None:
    rows = (
        "hat,Hat,Size,S,,10,,\nhat,,,,,98,,\nmug,Mug,,,M-1,7,,\n"
        # Without the row that names the option.
        "cap,Cap,Size,S,,10,,,oops\ncap,,,M,,99,,\n"
        "hat,,,,,99,,\nmug,,,,M-2,9,,\nmug,,,L,,9,,\n"
    )
    report = import_text(catalog, SIZES + rows)
    no_size = "The row has no value of the option “Size”."
    unclear = "The row names no options, and no variant of the product has its SKU."
    unnamed = "The first row of this product does not name this option."
    assert reasons(report.rejected) == [
        (3, None, no_size),
        (5, None, "The row has 9 cells, the header has 8."),
        (6, "option1 value", unnamed),
        (7, None, no_size),
        (8, None, unclear),
        (9, "option1 value", unnamed),
    ]
    hat, mug = products(catalog)
    assert prices(hat) == {"Size: S": "10.00"}
    assert (prices(mug), mug.details.sku) == ({"": "7.00"}, "M-1")


def test_empty_cells_that_a_spreadsheet_left_out_are_accepted(catalog: CatalogFixture) -> None:
    rows = "hat,Hat,Size,S,H-S,10\nhat,,,L,H-L,12,,\nmug,Mug,,,,7\ncup,Cup,,,,8\n"
    assert import_text(catalog, SIZES + rows).rejected == []
    assert [prices(each) for each in products(catalog)] == [
        {"Size: S": "10.00", "Size: L": "12.00"},
        {"": "7.00"},
        {"": "8.00"},
    ]


@pytest.mark.parametrize(
    ("divided", "lines"),
    [
        ("hat,Hat with\na brim,Size,S,,10,,active\n", [2, 3]),
        ("hat,Hat with\n\na wide\nbrim,Size,S,,10,,active\n", [2, 4, 5]),
        ("mug,Mug,,,,7\nhat,Hat with\na brim,Size,S,,10,,active\n", [3, 4]),
    ],
)
def test_row_that_a_line_break_divides_is_rejected(
    catalog: CatalogFixture, divided: str, lines: list[int]
) -> None:
    report = import_text(catalog, f"{SIZES}{divided}cup,Cup,,,,8,,\npot,Pot,,,,9\n")
    assert [row.line for row in report.rejected] == lines
    assert [each.details.title for each in products(catalog)][-2:] == ["Cup", "Pot"]
    assert "Hat with" not in {each.details.title for each in products(catalog)}


def test_only_variant_of_a_product_may_come_again(catalog: CatalogFixture) -> None:
    cup = "cup,Cup,Title,Default Title,{},7,,\n"
    report = import_text(catalog, SIZES + cup.format("") + "mug,Mug,,,,7,,\n" + cup.format("C-1"))
    assert report.rejected == []
    assert products(catalog)[0].details.sku == "C-1"
    # Its product has options.
    hat = "hat,Hat,Size,S,,10,,\n"
    again = "hat,Hat,Title,Default Title,,99,,\n"
    report = import_text(catalog, SIZES + hat + cup.format("C-1") + again)
    assert [row.line for row in report.rejected] == [4]
    assert prices(products(catalog)[2]) == {"Size: S": "10.00"}


def test_row_without_handle_after_one_that_cannot_be_read_is_not_of_the_product_before(
    catalog: CatalogFixture,
) -> None:
    rows = "hat,Hat,Size,S,,10,,\ncap,Cap,Size,S,,10,,,oops\n,,,M,,99,,\n"
    report = import_text(catalog, SIZES + rows)
    assert [row.line for row in report.rejected] == [3, 4]
    assert [prices(each) for each in products(catalog)] == [{"Size: S": "10.00"}]


def test_all_rows_of_an_unpublished_handle_are_rejected(catalog: CatalogFixture) -> None:
    import_text(catalog, SIZES + "hat,Hat,Size,S,,10,,\n")
    rows = "hat,Hat,Size,S,,11,,draft\nhat,,,M,,20,,,oops\nmug,Mug,,,,7,,\nhat,,,S,,12,,\n"
    report = import_text(catalog, SIZES + rows)
    assert [row.line for row in report.rejected] == [2, 3, 5]
    hat, _ = products(catalog)
    assert prices(hat) == {"Size: S": "10.00"}


def test_row_without_a_handle_but_with_another_title_is_another_product(
    catalog: CatalogFixture,
) -> None:
    rows = "hat,Hat,Size,S,,10,,draft\n,,,M,,10,,\n,Mug,,,,7,,\n,Pot,Size,S,,8,,\n,Pot,,L,,9,,\n"
    report = import_text(catalog, SIZES + rows)
    assert [row.line for row in report.rejected] == [2]
    assert [each.details.title for each in products(catalog)] == ["Mug", "Pot"]
    assert prices(products(catalog)[1]) == {"Size: S": "8.00", "Size: L": "9.00"}
    assert import_text(catalog, SIZES + rows).unchanged == 2


def test_products_whose_first_variant_has_no_sku_are_not_confused(
    catalog: CatalogFixture,
) -> None:
    rows = ",Mug,Size,S,,7,,\n,,,L,M-L,8,,\n,Pot,Size,S,,9,,\n,,,L,P-L,10,,\n"
    assert import_text(catalog, SIZES + rows).rejected == []
    assert [each.details.title for each in products(catalog)] == ["Mug", "Pot"]


def test_blank_cells_and_missing_columns_change_nothing(catalog: CatalogFixture) -> None:
    import_text(catalog, HEADER + KURTA)
    [before] = products(catalog)
    blank = "kurta,,,,,,,Size,S,Colour,Indigo,K-S,,,,,,,,,\nkurta,,,,,,,,L,,Indigo,K-L,,,,,,,,,\n"
    for text in (HEADER + blank, "Handle,Variant SKU,Variant Price\nkurta,K-S,499\n"):
        report = import_text(catalog, text)
        assert (report.edited, report.unchanged, report.rejected) == (0, 1, [])
        [kurta] = products(catalog)
        assert (kurta.details, kurta.variants) == (before.details, before.variants)


@pytest.mark.parametrize(
    ("price", "compare_at", "expected"),
    [
        ("", "700", ("499.00", "700.00")),
        ("550", "", ("550.00", "599.00")),
        ("", "400", ("499.00", "599.00")),
        ("499", "499", ("499.00", None)),
        ("600", "", ("600.00", None)),
    ],
)
def test_sale_ends_with_a_compare_at_price_that_is_not_above_the_price(
    catalog: CatalogFixture, price: str, compare_at: str, expected: tuple[str, str | None]
) -> None:
    import_text(catalog, HEADER + KURTA)
    header = "Handle,Variant SKU,Variant Price,Variant Compare At Price\n"
    report = import_text(catalog, f"{header}kurta,K-S,{price},{compare_at}\n")
    assert report.rejected == []
    assert len(report.notes) == (compare_at == "400")
    details = products(catalog)[0].default_variant.details
    present = details.compare_at_price
    assert (str(details.price), None if present is None else str(present)) == expected
