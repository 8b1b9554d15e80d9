"""HTML descriptions of imported products."""

from io import BytesIO
from pathlib import Path

import pytest

from novacart.adapters.html.sanitizer import Nh3Sanitizer
from novacart.application.authorization.actor import SYSTEM
from novacart.application.catalog.edit_product import EditProductCommand
from novacart.application.catalog.html_text import plain_text
from novacart.application.catalog.import_products import ImportProductsCommand
from novacart.application.catalog.import_report import ImportReport
from novacart.application.catalog.import_rows import ImportSource
from novacart.application.catalog.import_sources.shopify import SHOPIFY
from novacart.application.catalog.product_file_reader import read_products
from novacart.application.catalog.product_files import FileFormat
from novacart.application.catalog.product_rows import GENERIC
from novacart.domain.catalog.product import Product
from tests.support.catalog_fixture import CatalogFixture

SAFE = "<p>Soft <b>cotton</b> &amp; linen</p><ul><li>One</li></ul>"


@pytest.fixture
def catalog() -> CatalogFixture:
    return CatalogFixture()


def import_text(catalog: CatalogFixture, text: str, source: ImportSource) -> ImportReport:
    file = read_products(BytesIO(text.encode()), FileFormat.CSV, source=source)
    return catalog.import_products(ImportProductsCommand(actor=SYSTEM, file=file))


def product(catalog: CatalogFixture) -> Product:
    [only] = catalog.store.products.values()
    return only


@pytest.mark.parametrize(
    ("html", "clean"),
    [
        (SAFE, SAFE),
        (f"{SAFE}<script>alert(1)</script>", SAFE),
        ('<p style="x" onclick="y" class="z">Hi</p>', "<p>Hi</p>"),
        ('<img src="https://x.example/1.png" onerror="x">Text', "Text"),
        (
            '<a href="https://x.example" target="_blank">Site</a>',
            '<a href="https://x.example" rel="nofollow noopener noreferrer">Site</a>',
        ),
        (
            '<a href="javascript:alert(1)">Site</a>',
            '<a rel="nofollow noopener noreferrer">Site</a>',
        ),
        ("<div><iframe src='x'>in</iframe>Text</div>", "Text"),
        ("<svg><style><img src=x onerror=alert(1)></style></svg>", ""),
    ],
)
def test_unsafe_html_is_removed(html: str, clean: str) -> None:
    assert Nh3Sanitizer().clean(html) == clean


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("Plain < text", "Plain < text"),
        ("<p>One</p><p>Two<br>Three</p>", "One\n\nTwo\nThree"),
        ("<ul><li>A</li><li>B &amp; C</li></ul>", "- A\n- B & C"),
        ("<style>p{}</style><script>x()</script>Text", "Text"),
        ("<table><tr><td>A</td><td>B</td></tr></table>", "A B"),
        ("<p>A<![if !vml]>B<![endif]><![data]>C</p>", "ABC"),
    ],
)
def test_plain_text_of_html(html: str, text: str) -> None:
    assert plain_text(html) == text


def test_imported_html_is_kept_sanitized_beside_the_plain_text(catalog: CatalogFixture) -> None:
    text = (
        "Handle,Title,Body (HTML),Variant Price\n"
        '"cup","Cup","<p onclick=x>Soft</p><script>x()</script>",9\n'
    )
    import_text(catalog, text, SHOPIFY)
    details = product(catalog).details
    assert (details.description, details.description_html) == ("Soft", "<p>Soft</p>")
    assert import_text(catalog, text, SHOPIFY).unchanged == 1


def test_description_with_an_image_inside_is_imported_without_it(catalog: CatalogFixture) -> None:
    image = "A" * 200_000
    html = f'<p>Soft</p><img src=""data:image/png;base64,{image}"">'
    report = import_text(
        catalog, f'Handle,Title,Body (HTML),Variant Price\ncup,Cup,"{html}",9\n', SHOPIFY
    )
    assert (report.added, report.notes) == (1, [])
    details = product(catalog).details
    assert (details.description, details.description_html) == ("Soft", "<p>Soft</p>")


def test_html_column_of_our_own_files_is_sanitized(catalog: CatalogFixture) -> None:
    import_text(
        catalog, "title,price,description_html\nCup,1,<b>Fine</b><script>x</script>\n", GENERIC
    )
    assert product(catalog).details.description_html == "<b>Fine</b>"


def test_new_description_removes_the_html(catalog: CatalogFixture) -> None:
    text = "sku,title,price,description,description_html\nC,Cup,1,Fine,<b>Fine</b>\n"
    import_text(catalog, text, GENERIC)
    key = product(catalog).id
    for changes, html in (
        ({"title": "Mug", "description": "Fine"}, "<b>Fine</b>"),
        ({"description": "Coarse"}, ""),
    ):
        catalog.edit_product(EditProductCommand(actor=SYSTEM, product_id=key, changes=changes))
        assert product(catalog).details.description_html == html


def test_description_in_html_case_is_still_text() -> None:
    case = (Path(__file__).parent / "cases" / "html.csv").read_text()
    assert plain_text(case.split('"')[1]).startswith("Soft cotton & linen")
