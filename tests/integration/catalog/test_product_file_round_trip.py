"""Any catalog survives export, import into an empty shop, and export again."""

from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from novacart.application.authorization.actor import SYSTEM
from novacart.application.catalog.export_products import ExportProductsCommand
from novacart.application.catalog.import_products import ImportProductsCommand
from novacart.application.catalog.product_file_reader import read_products
from novacart.application.catalog.product_files import FileFormat
from novacart.domain.catalog.category import Category
from novacart.domain.catalog.category_details import CategoryDetails
from novacart.domain.catalog.options import ProductOption
from novacart.domain.catalog.picture import Picture, SmallerImage
from novacart.domain.catalog.product import Product
from novacart.domain.catalog.product_details import MAX_PRICE, ProductDetails
from novacart.domain.catalog.variant import Variant, VariantDetails
from novacart.domain.shared.ids import CategoryId, OptionId, PictureId, ProductId, VariantId
from novacart.domain.shared.money import Money
from tests.support.builders.catalog import NOON, add_categories, add_gallery
from tests.support.catalog_fixture import CatalogFixture

CATEGORIES = ("books", "toys-2")
FILES = ((FileFormat.CSV, False), (FileFormat.CSV, True), (FileFormat.JSON_LINES, False))

# Characters with a meaning in files come up often.
characters = st.one_of(
    st.sampled_from("'=+-@\t\r\n\",;\\ {}\u2028\ufeff"),
    st.characters(exclude_categories=["Cs"], exclude_characters="\x00"),
)
texts = st.text(characters, max_size=12)
titles = texts.filter(lambda text: any(c.isprintable() and not c.isspace() for c in text))
skus = st.one_of(st.none(), texts.filter(lambda text: text.strip().isprintable()))


@st.composite
def products(draw: st.DrawFn) -> list[tuple[Product, int, int, list[str]]]:
    """Products with the count and the version of their stock, and texts of further pictures."""
    ids = draw(st.lists(st.integers(1, 10**10), unique=True, max_size=4))
    taken: set[str | None] = set()
    drawn = []
    for product_id in ids:
        details = ProductDetails(
            sku=draw(skus),
            title=draw(titles),
            subtitle=draw(texts),
            description=draw(texts),
            price=Money(draw(st.integers(1, MAX_PRICE)), "INR"),
            author=draw(st.one_of(st.none(), texts)),
            published_year=draw(st.one_of(st.none(), st.integers(1, 9999))),
            brand=draw(texts),
            category_id=draw(st.sampled_from([None, CategoryId(1), CategoryId(2)])),
            image=draw(st.sampled_from([None, "/media/a,b.webp", "https://images.example/x;y"])),
        )
        if details.sku in taken:
            details = details.with_changes({"sku": None})
        taken |= {details.sku} - {None}
        product = Product.create(id=ProductId(product_id), details=details, at=NOON)
        add_variants(product, draw(st.integers(0, 3)), draw(texts))
        alts = draw(st.lists(texts, max_size=2)) if details.image else []
        drawn.append((product, draw(st.integers(0, 1000)), draw(st.integers(0, 1000)), alts))
    return drawn


def add_variants(product: Product, count: int, text: str) -> None:
    """Add variants with sizes; the last one is the default."""
    if not count:
        return
    names = [f"{number}{text}".strip() for number in range(count + 1)]
    first_id = product.id + 10**13
    option = ProductOption.of_texts(
        id=OptionId(first_id),
        name="Size",
        texts=names,
        ids=range(first_id + 1, first_id + 1 + len(names)),
    )
    product.add_option(option, existing=names[0], at=NOON)
    product.add_variants(
        [
            Variant(
                id=VariantId(product.id + 10**11 * number),
                details=VariantDetails(
                    price=Money(number, "INR"),
                    compare_at_price=Money(number + 1, "INR"),
                    weight_g=number,
                    barcode="96385074",
                ),
                values={option.id: option.values[number].id},
            )
            for number in range(1, count + 1)
        ],
        at=NOON,
    )
    product.set_default_variant(product.variants[-1].id, at=NOON)


def a_picture(product: Product, number: int, alt: str) -> Picture:
    image = f"/media/{product.id}/{number}"
    return Picture(
        id=PictureId(product.id + 10**14 + number),
        image=f"{image}.webp",
        alt=alt,
        width=1600,
        height=1200,
        smaller=(SmallerImage(image=f"{image}_small.webp", width=320),),
    )


def shop(stocked: list[tuple[Product, int, int, list[str]]]) -> CatalogFixture:
    catalog = CatalogFixture()
    add_categories(
        catalog.begin,
        *(
            Category.create(
                id=CategoryId(number),
                details=CategoryDetails(
                    name=f"=Name, {slug}",
                    slug=slug,
                    is_active=number == 1,
                    parent_id=CategoryId(1) if number == len(CATEGORIES) else None,
                ),
                at=NOON,
            )
            for number, slug in enumerate(CATEGORIES, start=1)
        ),
    )
    with catalog.begin() as work:
        work.products.add_all([product for product, _, _, _ in stocked])
        for product, _, _, alts in stocked:
            add_gallery(work, product)
            gallery = work.galleries.get(product.id)
            for number, alt in enumerate(alts):
                gallery.add(a_picture(product, number, alt), at=NOON)
            work.galleries.save(gallery)
        work.stock.open(
            {each.id: count for product, count, _, _ in stocked for each in product.variants},
            versions={
                each.id: version for product, _, version, _ in stocked for each in product.variants
            },
            reason="Delivery",
            at=NOON,
        )
        work.commit()
    return catalog


def export(catalog: CatalogFixture, file_format: FileFormat, *, for_spreadsheet: bool) -> bytes:
    command = ExportProductsCommand(
        actor=SYSTEM, format=file_format, for_spreadsheet=for_spreadsheet
    )
    return "".join(catalog.export_products(command)).encode()


@pytest.mark.slow
@given(products())
def test_export_of_an_import_into_an_empty_shop_is_byte_equal(
    stocked: list[tuple[Product, int, int, list[str]]],
) -> None:
    catalog = shop(stocked)
    for file_format, for_spreadsheet in FILES:
        exported = export(catalog, file_format, for_spreadsheet=for_spreadsheet)
        other = CatalogFixture()
        for added, unchanged in ((len(stocked), 0), (0, len(stocked))):
            file = read_products(BytesIO(exported), file_format)
            report = other.import_products(ImportProductsCommand(actor=SYSTEM, file=file))
            assert report.rejected == []
            assert (report.added, report.edited, report.unchanged) == (added, 0, unchanged)
            assert report.stock == []
            assert export(other, file_format, for_spreadsheet=for_spreadsheet) == exported
