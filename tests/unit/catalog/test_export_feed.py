import csv
from io import BytesIO, StringIO

import pytest

from novacart.application.authorization.actor import SYSTEM, Actor, PermissionDenied
from novacart.application.catalog.export_feed import ExportFeed, ExportFeedCommand, FeedFormat
from novacart.application.catalog.import_products import ImportProductsCommand
from novacart.application.catalog.import_report import ImportReport
from novacart.application.catalog.import_rows import ImportSource
from novacart.application.catalog.import_sources.google import GOOGLE
from novacart.application.catalog.import_sources.shopify import SHOPIFY
from novacart.application.catalog.product_file_reader import read_products
from novacart.application.catalog.product_files import FileFormat
from novacart.application.catalog.product_rows import GENERIC
from novacart.domain.accounts.role import Role
from novacart.domain.catalog.picture import Picture
from novacart.domain.shared.ids import PictureId, UserId
from tests.support.builders.catalog import NOON
from tests.support.catalog_fixture import CatalogFixture

SHOP = (
    "handle,sku,title,description,brand,price,compare_at_price,stock,weight_g,barcode,"
    "option1_name,option1_value,option2_name,option2_value,image,category,category_name,"
    "category_active,category_path,tags\n"
    "shirt,S-R,Shirt,Soft\tand\tlight,Ayna,10,12,1,200,96385074,Size,S,Colour,Red,"
    '/media/shirt.webp,shirts,Shirts,true,Clothing > Shirts,"Soft, Linen"\n'
    "shirt,S-B,Shirt,,Ayna,10,,0,,,Size,S,Colour,Blue,,shirts,Shirts,true,,\n"
    ",,Cup,,,5,,3,,,,,,,,,,,,\n"
    ",,Secret,,,5,,3,,,,,,,,hidden,Hidden,false,,\n"
    ",,Inner,,,5,,3,,,,,,,,inner,Inner,true,Hidden > Inner,\n"
)


@pytest.fixture
def catalog() -> CatalogFixture:
    catalog = CatalogFixture()
    assert import_text(catalog, SHOP, GENERIC).rejected == []
    return catalog


def import_text(catalog: CatalogFixture, text: str, source: ImportSource) -> ImportReport:
    file = read_products(BytesIO(text.encode()), FileFormat.CSV, source=source)
    return catalog.import_products(
        ImportProductsCommand(actor=SYSTEM, file=file, create_categories=True)
    )


def feed(catalog: CatalogFixture, feed_format: FeedFormat, actor: Actor = SYSTEM) -> str:
    command = ExportFeedCommand(
        actor=actor,
        format=feed_format,
        frontend_url="https://shop.example",
        image_url=lambda image: image and f"https://api.example{image}",
    )
    return "".join(ExportFeed(queries=catalog.queries)(command))


def test_google_feed_has_a_row_for_each_variant(catalog: CatalogFixture) -> None:
    rows = list(csv.DictReader(StringIO(feed(catalog, FeedFormat.GOOGLE)), delimiter="\t"))
    red, blue, cup = rows
    assert red["id"] == "S-R"
    assert red["title"] == "Shirt – S, Red"
    assert red["description"] == "Soft and light"
    assert (red["price"], red["sale_price"]) == ("12.00 INR", "10.00 INR")
    assert (red["availability"], blue["availability"]) == ("in_stock", "out_of_stock")
    assert (red["gtin"], red["identifier_exists"], blue["identifier_exists"]) == (
        "96385074",
        "yes",
        "no",
    )
    assert red["image_link"] == "https://api.example/media/shirt.webp"
    shirt = next(iter(catalog.store.products.values()))
    page = f"https://shop.example/products/shirt-p{shirt.id}"
    assert [red["link"], blue["link"]] == [f"{page}?variant={each.id}" for each in shirt.variants]
    assert cup["link"].startswith("https://shop.example/products/cup-p")
    assert "?" not in cup["link"]
    assert (red["product_type"], cup["product_type"]) == ("Clothing > Shirts", "")
    assert red["item_group_id"] == blue["item_group_id"] != ""
    assert (red["color"], red["size"], red["shipping_weight"]) == ("Red", "S", "200 g")
    assert (cup["id"][0], cup["item_group_id"], cup["sale_price"]) == ("v", "", "")
    assert (red["brand"], cup["brand"]) == ("Ayna", "")


def test_google_feed_names_all_options_of_a_variant() -> None:
    catalog = CatalogFixture()
    text = (
        "handle,sku,title,price,option1_name,option1_value,option2_name,option2_value\n"
        "tablet,T-64,Tablet,5,Memory,64 GB,Screen,16:9\n"
        'tablet,T-128,Tablet,6,Memory,128 GB,Screen,"12"", matte"\n'
        ",CUP,Cup,5,,,,\n"
    )
    assert import_text(catalog, text, GENERIC).rejected == []
    exported = feed(catalog, FeedFormat.GOOGLE)
    rows = list(csv.DictReader(StringIO(exported), delimiter="\t"))
    assert [(row["title"], row["item_group_title"], row["variant_option"]) for row in rows] == [
        ("Tablet – 64 GB, 16:9", "Tablet", "Memory:64 GB,Screen:16\N{RATIO}9"),
        ('Tablet – 128 GB, 12", matte', "Tablet", 'Memory:128 GB,"Screen:12"", matte"'),
        ("Cup", "", ""),
    ]
    other = CatalogFixture()
    assert import_text(other, exported, GOOGLE).rejected == []
    tablet = next(iter(other.store.products.values()))
    assert tablet.details.title == "Tablet"
    assert [(each.details.sku, tablet.describe_options(each)) for each in tablet.variants] == [
        ("T-64", "Memory: 64 GB, Screen: 16:9"),
        ("T-128", 'Memory: 128 GB, Screen: 12", matte'),
    ]


def test_google_feed_leaves_out_a_barcode_that_only_the_shop_uses() -> None:
    catalog = CatalogFixture()
    import_text(catalog, "sku,title,price,barcode\nAPPLES,Apples,5,2001234567893\n", GENERIC)
    [apples] = csv.DictReader(StringIO(feed(catalog, FeedFormat.GOOGLE)), delimiter="\t")
    assert (apples["gtin"], apples["identifier_exists"]) == ("", "no")


@pytest.mark.parametrize(("length", "is_sku"), [(50, True), (51, False)])
def test_google_id_is_a_sku_of_up_to_50_characters(length: int, *, is_sku: bool) -> None:
    catalog, sku = CatalogFixture(), "S" * length
    import_text(catalog, f"sku,title,price\n{sku},Cup,5\n", GENERIC)
    [cup] = csv.DictReader(StringIO(feed(catalog, FeedFormat.GOOGLE)), delimiter="\t")
    [product_id] = catalog.store.products
    assert cup["id"] == (sku if is_sku else f"v{product_id}")


@pytest.mark.parametrize(
    ("feed_format", "source"), [(FeedFormat.GOOGLE, GOOGLE), (FeedFormat.SHOPIFY, SHOPIFY)]
)
def test_feed_is_imported_into_an_empty_shop(
    catalog: CatalogFixture, feed_format: FeedFormat, source: ImportSource
) -> None:
    other = CatalogFixture()
    report = import_text(other, feed(catalog, feed_format), source)
    assert (report.added, report.variants_added, report.rejected) == (2, 1, [])
    shirt, cup = other.store.products.values()
    assert [each.details.sku for each in shirt.variants] == ["S-R", "S-B"]
    assert str(shirt.default_variant.details.compare_at_price) == "12.00"
    assert shirt.default_variant.details.weight_g == 200
    assert cup.options == ()
    is_shopify = feed_format is FeedFormat.SHOPIFY
    assert shirt.details.tags == (("Soft", "Linen") if is_shopify else ())


@pytest.fixture
def pictures(catalog: CatalogFixture) -> None:
    """Give the shirt three more pictures. The variant “Blue” shows the second one."""
    shirt = next(iter(catalog.store.products.values()))
    blue = shirt.variants[1]
    with catalog.begin() as work:
        product = work.products.get(shirt.id)
        gallery = work.galleries.get(shirt.id)
        for number, (image, alt) in enumerate(
            [("/media/blue.webp", ""), ("/media/w_1,h_1/back.webp", "Back"), ("/media/c.webp", "")]
        ):
            gallery.add(Picture(id=PictureId(900 + number), image=image, alt=alt), at=NOON)
        product.show_in_variants("/media/blue.webp", [blue.id], at=NOON)
        work.galleries.save(gallery)
        work.products.save(product)
        work.commit()


@pytest.mark.usefixtures("pictures")
def test_google_feed_has_the_further_pictures_of_a_variant(catalog: CatalogFixture) -> None:
    rows = list(csv.DictReader(StringIO(feed(catalog, FeedFormat.GOOGLE)), delimiter="\t"))
    site = "https://api.example/media"
    further = f"{site}/w_1%2Ch_1/back.webp,{site}/c.webp"
    assert [(row["image_link"], row["additional_image_link"]) for row in rows] == [
        (f"{site}/shirt.webp", further),
        (f"{site}/blue.webp", f"{site}/shirt.webp,{further}"),
        ("", ""),
    ]


@pytest.mark.usefixtures("pictures")
def test_shopify_feed_has_all_pictures_with_their_texts(catalog: CatalogFixture) -> None:
    text = feed(catalog, FeedFormat.SHOPIFY)
    rows = list(csv.DictReader(StringIO(text)))
    assert [
        (row["Variant SKU"], row["Image Src"], row["Image Position"], row["Image Alt Text"])
        for row in rows[:4]
    ] == [
        ("S-R", "https://api.example/media/shirt.webp", "1", ""),
        ("S-B", "https://api.example/media/blue.webp", "2", ""),
        ("", "https://api.example/media/w_1,h_1/back.webp", "3", "Back"),
        ("", "https://api.example/media/c.webp", "4", ""),
    ]
    assert len({row["Handle"] for row in rows[:4]}) == 1
    other = CatalogFixture()
    report = import_text(other, text, SHOPIFY)
    assert (report.added, report.variants_added, report.pictures) == (2, 1, 4)
    assert (report.rejected, report.notes) == ([], [])
    assert "Back" in {each.alt for each in other.store.picture_downloads.values()}


def test_feed_without_products_has_a_header() -> None:
    assert feed(CatalogFixture(), FeedFormat.SHOPIFY).startswith("Handle,Title,")


def test_customers_may_not_export_a_feed(catalog: CatalogFixture) -> None:
    customer = Actor(user_id=UserId(1), role=Role.CUSTOMER)
    with pytest.raises(PermissionDenied):
        feed(catalog, FeedFormat.GOOGLE, customer)
