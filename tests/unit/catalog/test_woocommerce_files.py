from io import BytesIO

import pytest

from novacart.application.authorization.actor import SYSTEM
from novacart.application.catalog.import_products import ImportProductsCommand
from novacart.application.catalog.import_report import ImportReport
from novacart.application.catalog.import_sources.cells import split_urls
from novacart.application.catalog.import_sources.woocommerce import WOOCOMMERCE
from novacart.application.catalog.product_file_reader import read_products
from novacart.application.catalog.product_files import FileFormat
from novacart.domain.catalog.product import Product
from tests.support.catalog_fixture import CatalogFixture

HEADER = (
    "ID,Type,SKU,Name,Published,Visibility in catalog,Short description,Description,"
    "In stock?,Stock,Weight (kg),Sale price,Regular price,Categories,Tags,Images,Parent,Position,"
    "Attribute 1 name,Attribute 1 value(s),Attribute 2 name,Attribute 2 value(s),"
    "Attribute 1 default,Date sale price ends\n"
)
SCARF = (
    "11,simple,W-1,Scarf,1,visible,Warm,<p>Long</p>,1,4,0.25,80,100,"
    "Clothing > Scarves,,https://images.example/a.jpg,,0,,,,,,\n"
)
SHIRT = (
    '12,variable,W-2,Shirt,1,visible,,A shirt,1,,,,,"Clothing, Clothing > Shirts, Gifts",,'
    ',,0,Colour,"Red, Blue",Size,"S, L",Blue,\n'
)
# Variations may come before and far after their product.
RED = "13,variation,W-3,Shirt - Red,1,visible,,,1,2,,,50,,,,W-2,2,Colour,Red,Size,,,\n"
BLUE = "14,variation,W-4,Shirt - Blue,1,visible,,,1,3,,,60,,,,id:12,1,Colour,Blue,Size,,,\n"


@pytest.fixture
def catalog() -> CatalogFixture:
    return CatalogFixture()


def import_text(catalog: CatalogFixture, text: str) -> ImportReport:
    file = read_products(BytesIO(text.encode()), FileFormat.CSV, source=WOOCOMMERCE)
    return catalog.import_products(
        ImportProductsCommand(actor=SYSTEM, file=file, create_categories=True)
    )


def products(catalog: CatalogFixture) -> list[Product]:
    return list(catalog.store.products.values())


def problems(report: ImportReport) -> list[tuple[int, str]]:
    return [(row.line, row.reason) for row in report.rejected]


def test_row_without_a_type_is_a_variation_if_it_has_a_parent(catalog: CatalogFixture) -> None:
    report = import_text(
        catalog,
        "ID,SKU,Name,Regular price,Parent,Attribute 1 name,Attribute 1 value(s)\n"
        '1,W,Shirt,,,Size,"S, L"\n2,W-S,Shirt - S,5,W,Size,S\n3,W-L,Shirt - L,6,id:1,Size,L\n'
        "4,C,Cup,7,,,\n",
    )
    assert (report.added, report.rejected) == (2, [])
    shirt, cup = products(catalog)
    assert [each.details.sku for each in shirt.variants] == ["W-S", "W-L"]
    assert cup.details.title == "Cup"


def test_names_of_the_rest_api_are_read(catalog: CatalogFixture) -> None:
    report = import_text(
        catalog,
        "id,name,sku,type,status,regular_price,stock_quantity,short_description\n"
        "1,Cup,C-1,simple,publish,5.00,3,Blue\n"
        "2,Mug,M-1,simple,draft,5.00,3,\n",
    )
    [cup] = products(catalog)
    assert (cup.details.title, cup.details.description, report.units_added) == ("Cup", "Blue", 3)
    assert problems(report) == [(3, "This product is not published. It was not imported.")]


def test_simple_product_is_imported(catalog: CatalogFixture) -> None:
    report = import_text(catalog, HEADER + SCARF)
    assert (report.added, report.units_added, report.rejected, report.notes) == (1, 4, [], [])
    [scarf] = products(catalog)
    assert (scarf.details.title, scarf.details.subtitle) == ("Scarf", "Warm")
    assert scarf.details.description == "Long"
    variant = scarf.default_variant.details
    assert (str(variant.price), str(variant.compare_at_price)) == ("80.00", "100.00")
    assert (variant.sku, variant.weight_g) == ("W-1", 250)


def test_blank_cells_change_nothing(catalog: CatalogFixture) -> None:
    import_text(catalog, HEADER + SCARF)
    [before] = products(catalog)
    report = import_text(catalog, HEADER + "11,simple,W-1,Scarf,1" + "," * 19 + "\n")
    assert (report.unchanged, report.rejected) == (1, [])
    report = import_text(catalog, "Type,SKU,Description\nsimple,W-1,<p>Long</p>\n")
    assert (report.unchanged, report.rejected) == (1, [])
    [scarf] = products(catalog)
    assert (scarf.details, scarf.variants) == (before.details, before.variants)


def test_regular_price_without_a_sale_price_ends_the_sale(catalog: CatalogFixture) -> None:
    import_text(catalog, HEADER + SCARF)
    import_text(catalog, HEADER + SCARF.replace(",80,100,", ",,100,"))
    [scarf] = products(catalog)
    variant = scarf.default_variant.details
    assert (str(variant.price), variant.compare_at_price) == ("100.00", None)


def test_variations_anywhere_in_the_file_are_variants_of_their_product(
    catalog: CatalogFixture,
) -> None:
    report = import_text(catalog, HEADER + RED + SCARF + SHIRT + BLUE)
    assert (report.added, report.variants_added, report.rejected) == (2, 1, [])
    shirt = next(each for each in products(catalog) if each.details.title == "Shirt")
    assert [
        (variant.details.sku, shirt.describe_options(variant)) for variant in shirt.variants
    ] == [("W-4", "Colour: Blue"), ("W-3", "Colour: Red")]
    assert shirt.default_variant.details.sku == "W-4"
    assert [row.reason for row in report.notes] == [
        "A product has one category. Left out: Gifts.",
        "No variation has a value of “Size”. It is not an option here.",
    ]
    again = import_text(catalog, HEADER + SHIRT + BLUE + RED + SCARF)
    assert (again.added, again.edited, again.unchanged) == (0, 0, 2)


def test_blank_value_beside_others_is_any_value(catalog: CatalogFixture) -> None:
    text = HEADER + SHIRT + RED.replace("Size,,", "Size,S,") + BLUE
    import_text(catalog, text)
    [shirt] = products(catalog)
    assert [shirt.describe_options(each) for each in shirt.variants] == [
        "Colour: Blue, Size: Any",
        "Colour: Red, Size: S",
    ]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (SCARF.replace("simple", "grouped"), "Grouped products are not imported."),
        (SCARF.replace("simple", "external"), "Products that another shop sells (external)"),
        (SCARF.replace("simple", '"subscription, virtual"'), "Products of the type subscription"),
        (SCARF.replace("Scarf,1,", "Scarf,-1,"), "This product is not published."),
        (SHIRT, "The file has no variations of this product."),
        (RED, "The shop does not have this product,"),
    ],
)
def test_products_that_cannot_be_sold_are_rejected(
    catalog: CatalogFixture, row: str, reason: str
) -> None:
    [(line, text)] = problems(import_text(catalog, HEADER + row))
    assert line == 2
    assert text.startswith(reason)
    assert products(catalog) == []


def test_position_with_thousands_of_digits_is_ignored(catalog: CatalogFixture) -> None:
    far = RED.replace("W-2,2,", f"W-2,{'9' * 5000},")
    report = import_text(catalog, HEADER + SHIRT + BLUE + far)
    assert (report.added, report.variants_added, report.rejected) == (1, 1, [])


def test_variations_of_a_rejected_product_are_rejected(catalog: CatalogFixture) -> None:
    report = import_text(catalog, HEADER + SHIRT.replace("Shirt,1,", "Shirt,0,") + RED)
    assert [line for line, _ in problems(report)] == [2, 3]


def test_sale_with_dates_is_left_out(catalog: CatalogFixture) -> None:
    report = import_text(catalog, HEADER + SCARF.removesuffix("\n") + "2030-01-01\n")
    [scarf] = products(catalog)
    assert str(scarf.details.price) == "100.00"
    assert [row.column for row in report.notes] == ["sale price"]


def test_variation_of_a_product_that_was_imported_before_is_added(
    catalog: CatalogFixture,
) -> None:
    import_text(catalog, HEADER + SHIRT + RED)
    report = import_text(catalog, HEADER + BLUE.replace("id:12", "W-2"))
    assert (report.edited, report.variants_added, problems(report)) == (1, 1, [])


def test_categories_are_created_as_a_tree_and_found_by_their_paths(
    catalog: CatalogFixture,
) -> None:
    mug = SCARF.replace("11,", "15,").replace("W-1", "W-9").replace("Clothing > ", "Gifts > ")
    report = import_text(catalog, HEADER + SCARF + mug)
    assert report.categories_added == 4
    with catalog.begin() as work:
        names = work.categories.names()
        slugs = work.categories.ids_by_slug()
    tree = [(name, names[parent][1] if parent else None) for parent, name in names.values()]
    assert tree == [
        ("Clothing", None),
        ("Scarves", "Clothing"),
        ("Gifts", None),
        ("Scarves", "Gifts"),
    ]
    assert sorted(slugs) == ["clothing", "gifts", "scarves", "scarves-2"]
    again = import_text(catalog, HEADER + SCARF + mug)
    assert (again.categories_added, again.unchanged) == (0, 2)


@pytest.mark.parametrize(
    "header",
    [
        "ID,Typ,Artikelnummer,Name,Veröffentlicht,Vorrätig?,Regulärer Preis,Gewicht (kg)",
        "ID,Type,UGS,Nom,Publié,En stock ?,Tarif régulier,Poids (kg)",
        "ID,Tipo,SKU,Nombre,Publicado,¿En inventario?,Precio normal,Peso (kg)",
        "ID,Tipo,COD,Nome,Pubblicato,In stock?,Prezzo di listino,Peso (kg)",
        "\t\ufeffID,Тип,Артикул,Имя,Опубликован,В наличии?,Базовая цена,Вес (kg)",  # noqa: RUF001
    ],
)
def test_translated_columns_are_read(catalog: CatalogFixture, header: str) -> None:
    text = f"{header}\n7,simple,W-1,Scarf,1,0,12.50,0.2\n"
    file = read_products(BytesIO(text.encode()), FileFormat.CSV, source=WOOCOMMERCE)
    assert file.ignored_columns == ()
    command = ImportProductsCommand(actor=SYSTEM, file=file, default_stock=5)
    assert catalog.import_products(command).rejected == []
    [scarf] = catalog.store.products.values()
    details = scarf.default_variant.details
    assert (details.sku, str(details.price), details.weight_g) == ("W-1", "12.50", 200)
    [level] = catalog.store.stock_levels.values()
    assert level.available == 0


@pytest.mark.parametrize(
    "header",
    [
        (
            "ID,Type,UGS,Nom,Publié,Tarif régulier,Stock,Parent,Nom de l’attribut 1,"
            "Valeur(s) de l’attribut 1,Attribut 1 par défaut"
        ),
        (
            "ID,Typ,Artikelnummer,Name,Veröffentlicht,Regulärer Preis,Bestand,"
            "Übergeordnetes Produkt,Attribut 1 Name,Attribut 1 Wert(e),Attribut 1 Standard"
        ),
        (
            "ID,Type,Artikelnummer,Naam,Gepubliceerd,Reguliere prijs,Voorraad,Hoofd,"
            "Naam eigenschap 1,Waarde eigenschap 1,Standaardeigenschap 1"
        ),
    ],
)
def test_variations_have_translated_columns(catalog: CatalogFixture, header: str) -> None:
    text = (
        f"{header}\n"
        '1,variable,W,Chemise,1,,,,Taille,"S, M",M\n'
        "2,variation,W-S,Chemise,1,10,4,W,Taille,S,\n"
        "3,variation,W-M,Chemise,1,10,5,W,Taille,M,\n"
    )
    file = read_products(BytesIO(text.encode()), FileFormat.CSV, source=WOOCOMMERCE)
    report = catalog.import_products(ImportProductsCommand(actor=SYSTEM, file=file))
    [shirt] = catalog.store.products.values()
    assert shirt.describe_options(shirt.default_variant) == "Taille: M"
    assert (len(shirt.variants), report.units_added) == (2, 9)


def test_names_that_wordpress_escaped_are_read(catalog: CatalogFixture) -> None:
    header, row = HEADER.strip(), SCARF.strip()
    row = row.replace(
        "Clothing > Scarves,,", "Clothing &gt; 20 cm > Scarves &amp; hats,Black &amp; white,"
    )
    assert import_text(catalog, f"{header}\n{row}\n").rejected == []
    names = [each.name for each in catalog.queries.categories()]
    assert names == ["Clothing > 20 cm", "Scarves & hats"]
    [scarf] = products(catalog)
    assert scarf.details.tags == ("Black & white",)
    assert import_text(catalog, f"{header}\n{row}\n").unchanged == 1


URL = "https://a.example/w_1,h_1/"


@pytest.mark.parametrize(
    ("text", "separator", "expected"),
    [
        (f"{URL}1.jpg|img/2.jpg", "|", [f"{URL}1.jpg", "img/2.jpg"]),
        (f"{URL}1.jpg | /img/2.jpg", "|", [f"{URL}1.jpg", "/img/2.jpg"]),
        (f"{URL}1.JPG,img/2.jpg", ",", [f"{URL}1.JPG", "img/2.jpg"]),
        (f"{URL}1, /img/2.webp, img/3.webp", ",", [f"{URL}1", "/img/2.webp", "img/3.webp"]),
        (f"img/0.png,{URL}1,{URL}2", ",", ["img/0.png", f"{URL}1", f"{URL}2"]),
        ("img/1, red.heic,img/2.tiff", ",", ["img/1, red.heic", "img/2.tiff"]),
        ("a,b", ",", ["a", "b"]),
    ],
)
def test_lists_mix_urls_and_paths(text: str, separator: str, expected: list[str]) -> None:
    assert split_urls(text, separator) == expected


def test_names_of_categories_and_tags_may_contain_commas_and_bars(catalog: CatalogFixture) -> None:
    text = (
        "ID,Type,SKU,Name,Regular price,Categories,Tags\n"
        '1,simple,M,Mug,12,"Tea\\, coffee | cocoa > Cups | mugs","hot | cold, gift\\, small"\n'
    )
    report = import_text(catalog, text)
    assert [each.name for each in catalog.queries.categories()] == [
        "Tea, coffee | cocoa",
        "Cups | mugs",
    ]
    [mug] = products(catalog)
    assert mug.details.tags == ("hot | cold", "gift small")
    assert report.notes == []


def test_columns_of_the_import_export_plugin_are_read(catalog: CatalogFixture) -> None:
    text = (
        "post_title,post_content,post_status,ID,sku,regular_price,sale_price,stock,images,"
        "tax:product_type,tax:product_cat,tax:product_tag\n"
        "Mug,<p>Tea</p>,publish,21,MUG,12,9,5,https://a.example/1.jpg ! alt : A mug ! title : x"
        "|https://a.example/2.jpg,simple,Home > Kitchen|Home,tea|gift\n"
        "Cup,,draft,22,CUP,12,,5,,simple,,\n"
    )
    report = import_text(catalog, text)
    assert problems(report) == [(3, "This product is not published. It was not imported.")]
    [mug] = products(catalog)
    assert (mug.details.title, mug.details.tags) == ("Mug", ("tea", "gift"))
    assert str(mug.default_variant.details.compare_at_price) == "12.00"
    assert [each.name for each in catalog.queries.categories()] == ["Home", "Kitchen"]
    pictures = catalog.store.picture_downloads.values()
    assert [(each.url, each.alt) for each in pictures] == [
        ("https://a.example/1.jpg", "A mug"),
        ("https://a.example/2.jpg", ""),
    ]


def test_escaped_cells_of_an_export_are_read(catalog: CatalogFixture) -> None:
    report = import_text(
        catalog,
        "Type,SKU,Name,Stock,Regular price,Description\n"
        "simple,'-10,'=Sum,'-3,5,First\\nline\\n\\nC:\\\\new\n"
        "simple,B,Bold,1,5,Some <b>bold</b>\\ntext\\n\\n<ul><li>A</li></ul>\\n\\nEnd\n",
    )
    assert (report.rejected, report.notes) == ([], [])
    summed, bold = products(catalog)
    assert (summed.details.sku, summed.details.title) == ("-10", "=Sum")
    with catalog.begin() as work:
        levels = work.stock.levels([summed.default_variant_id])
    assert levels[summed.default_variant_id].available == 0
    assert summed.details.description == "First\nline\n\nC:\\new"
    assert bold.details.description_html == (
        "<p>Some <b>bold</b><br>text</p><ul><li>A</li></ul><p>End</p>"
    )


def test_variations_have_the_weight_of_their_product_and_may_share_its_stock(
    catalog: CatalogFixture,
) -> None:
    report = import_text(
        catalog,
        "Type,SKU,Name,Stock,Weight (oz),Regular price,Parent,Attribute 1 name,"
        "Attribute 1 value(s)\n"
        "variable,P,Tea,7,2,,,Mix,\n"
        'variation,A,,parent,,5,P,Mix,"Mint\\, lemon"\n'
        "variation,B,,4,4,5,P,Mix,Black\n",
    )
    assert [(note.line, note.column) for note in report.notes] == [(3, "stock")]
    [tea] = products(catalog)
    with catalog.begin() as work:
        levels = work.stock.levels([each.id for each in tea.variants])
    assert [
        (tea.describe_options(each), each.details.weight_g, levels[each.id].available)
        for each in tea.variants
    ] == [("Mix: Mint, lemon", 57, 0), ("Mix: Black", 113, 4)]


def test_long_name_of_a_category_is_cut(catalog: CatalogFixture) -> None:
    category = "long name " * 15
    rows = "".join(f"{sku},Hat {sku},5,Hats > {category}\n" for sku in "AB")
    first, again = (
        import_text(catalog, f"SKU,Name,Regular price,Categories\n{rows}") for _ in range(2)
    )
    assert (first.added, first.categories_added, first.rejected) == (2, 2, [])
    assert (again.unchanged, again.categories_added) == (2, 0)


def test_list_of_brands_without_one_is_blank(catalog: CatalogFixture) -> None:
    text = 'SKU,Name,Regular price,Brands\nA,Hat,5,","\nB,Cap,5,"Ayna, Mira"\n'
    assert import_text(catalog, text).added == 2
    assert [each.details.brand for each in catalog.store.products.values()] == ["Hat", "Ayna"]
