"""The pages of the storefront, its files and its sitemap, with a small built folder."""

import json
import re
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any, Final

import pytest
from flask import Flask
from flask.testing import FlaskClient
from injector import Injector
from werkzeug.test import TestResponse

from novacart.adapters.storefront import pages
from novacart.adapters.storefront.sitemap import Sitemap
from novacart.adapters.storefront.texts import LANGUAGES
from novacart.adapters.web.catalog.product_documents import ProductDocuments
from novacart.adapters.web.http.endpoints import MAX_BODY, endpoint_of
from novacart.application.authorization.throttle import TooManyAttempts
from novacart.application.catalog.collection_queries import CollectionQueries
from novacart.application.catalog.queries import CatalogQueries
from novacart.application.ports.clock import Clock
from novacart.application.ports.errors import StorageUnavailable
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.catalog.attribute_details import AttributeType
from novacart.entrypoints.access import route_access
from tests.support.accounts import CheapPasswords, Person, create_owner, sign_in
from tests.support.builders.catalog import (
    a_category,
    a_product,
    add_attributes,
    add_categories,
    add_product,
    an_attribute,
    details,
)

MakeApp = Callable[..., Flask]
Json = dict[str, Any]
INDEX: Final = """<!doctype html>
<html lang="en">
<head><!--head--><script type="module" src="/static/index-a1.js"></script></head>
<body><div id="root"></div><!--data--></body></html>"""
HOSTILE: Final = '</script><script>alert(1)</script><!-- "quoted" & 200%'
SITE: Final = "https://shop.example/"
BOOKS, LAMP, VASE = 7, 5001, 5002
FABRIC, WEIGHT, LINED = 100, 110, 120


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Pages do not depend on the database."""
    return sqlite_url


@pytest.fixture
def built(tmp_path: Path) -> Path:
    folder = tmp_path / "built"
    static = folder / "static"
    static.mkdir(parents=True)
    (folder / "index.html").write_text(INDEX)
    (static / "index-a1.js").write_text("plain")
    (static / "index-a1.js.br").write_bytes(b"brotli")
    (static / "index-a1.js.gz").write_bytes(b"gzip")
    return folder


@pytest.fixture
def storefront(built: Path) -> dict[str, str]:
    """The settings that enable the storefront."""
    return {
        "STOREFRONT_ENABLED": "True",
        "STOREFRONT_DIR": str(built),
        "STOREFRONT_URL": "https://shop.example",
    }


@pytest.fixture
def app(make_app: MakeApp, storefront: dict[str, str]) -> Flask:
    return make_app(CheapPasswords(), **storefront)


@pytest.fixture(autouse=True)
def _catalog(injector: Injector) -> None:
    begin = injector.get(UnitOfWorkFactory)  # type: ignore[type-abstract]
    add_categories(begin, a_category(BOOKS, "books"))
    add_attributes(
        begin,
        an_attribute(FABRIC, BOOKS, "fabric", AttributeType.CHOICE, choices=["Linen", HOSTILE]),
        an_attribute(WEIGHT, BOOKS, "weight", AttributeType.NUMBER, unit="kg", position=1),
        an_attribute(LINED, BOOKS, "lined", AttributeType.BOOLEAN, position=2),
    )
    lamp = details(
        title=HOSTILE,
        description="Brass. " * 60,
        category_id=BOOKS,
        image="/media/l.webp",
        attributes={FABRIC: FABRIC + 2, WEIGHT: 12_500, LINED: 1},
    )
    add_product(begin, a_product(LAMP, lamp))
    vase = details(title="Vase", brand="Mitti", price=9_900)
    add_product(begin, a_product(VASE, vase), stock=0)


@pytest.fixture
def owner(client: FlaskClient, injector: Injector) -> Person:
    create_owner(injector)
    return sign_in(client, "owner")


def add_collection(owner: Person, **members: object) -> None:
    response = owner.post("/api/collections/", members)
    assert response.status_code == 201, response.text


def page(client: FlaskClient, path: str, status: int = 200) -> str:
    response = client.get(path)
    assert (response.status_code, response.mimetype) == (status, "text/html")
    return response.text


def blocks(html: str) -> list[Json]:
    """The data blocks of a page: structured data first, the data of the page last."""
    return [
        json.loads(text)
        for text in re.findall(r"<script type=\"application/[^>]+>(.*?)</script>", html)
    ]


def queries_of(html: str) -> dict[str, Any]:
    return {json.dumps(key): value for key, value in blocks(html)[-1]["queries"]}


def test_product_page_describes_and_embeds_the_product(client: FlaskClient) -> None:
    html = page(client, f"/product/{LAMP}")
    assert f'<link rel="canonical" href="https://shop.example/product/{LAMP}">' in html
    assert '<meta property="og:type" content="product">' in html
    assert 'as="image" fetchpriority="high" href="http://localhost/media/l.webp"' in html
    product, trail, _ = blocks(html)
    assert (product["@type"], product["name"]) == ("Product", HOSTILE)
    assert product["offers"] == {
        "@type": "Offer",
        "url": f"https://shop.example/product/{LAMP}",
        "priceCurrency": "INR",
        "price": "499.00",
        "availability": "https://schema.org/InStock",
    }
    assert [step["item"] for step in trail["itemListElement"]][:2] == [
        "https://shop.example/",
        "https://shop.example/category/books",
    ]
    embedded = queries_of(html)
    assert embedded[f'["product", {LAMP}]'] == client.get(f"/api/products/{LAMP}/").get_json()
    assert embedded['["categories"]'] == client.get("/api/categories/").get_json()
    description = re.search(r'name="description" content="([^"]*)"', html)
    assert description is not None
    assert len(description[1]) < 220


def test_hostile_title_ends_no_tag(client: FlaskClient) -> None:
    for path in (f"/product/{LAMP}", "/search", "/category/books"):
        html = page(client, path)
        assert "<script>alert" not in html
        assert html.count("<!--") == 0


def test_search_engines_are_told_the_brand_of_a_product_that_has_one(client: FlaskClient) -> None:
    """A product without a brand has its title as its brand in the API."""
    [lamp, vase] = (blocks(page(client, f"/product/{each}"))[0] for each in (LAMP, VASE))
    assert "brand" not in lamp
    assert vase["brand"] == {"@type": "Brand", "name": "Mitti"}


def test_sold_out_product_says_so_to_search_engines(client: FlaskClient) -> None:
    offer = blocks(page(client, f"/product/{VASE}"))[0]["offers"]
    assert offer["availability"] == "https://schema.org/OutOfStock"


def test_page_of_a_variant_has_its_price(client: FlaskClient, owner: Person) -> None:
    path = f"/api/products/{VASE}/"
    size = {"name": "Size", "values": ["S", "M"], "existing": "S"}
    [option] = owner.post(f"{path}options/", size).get_json()["options"]
    values = [{"option": option["id"], "value": option["values"][1]["id"]}]
    medium = {"price": "550", "compare_at_price": "600", "sku": "V-M", "stock": 3, "values": values}
    variant = owner.post(f"{path}variants/", medium).get_json()["id"]
    html = page(client, f"/product/{VASE}?variant={variant}")
    described = blocks(html)[0]
    assert described["sku"] == "V-M"
    assert described["offers"] == {
        "@type": "Offer",
        "url": f"https://shop.example/product/{VASE}?variant={variant}",
        "priceCurrency": "INR",
        "price": "550.00",
        "availability": "https://schema.org/InStock",
    }
    assert f'<link rel="canonical" href="https://shop.example/product/{VASE}">' in html
    content = re.search("<noscript>(.*)</noscript>", html, re.DOTALL)
    assert content is not None
    assert "Size: M</p><p>₹550 instead of ₹600. In stock" in content[1]
    # The default variant is sold out.
    for query in ("", "?variant=99", "?variant=x"):
        offer = blocks(page(client, f"/product/{VASE}{query}"))[0]["offers"]
        assert (offer["@type"], offer["highPrice"]) == ("AggregateOffer", "550.00"), query


def test_lists_embed_their_first_page(client: FlaskClient) -> None:
    embedded = queries_of(page(client, "/category/books?sort=price&available=true&min_price=abc"))
    key = '["products", "list", {"category": "books", "available": "true", "sort": "price"}]'
    (first,) = embedded[key]["pages"]
    assert [product["id"] for product in first["items"]] == [LAMP]
    assert (first["next"], embedded[key]["pageParams"]) == (None, [None])
    everything = queries_of(page(client, "/search"))['["products", "list", {}]']["pages"][0]
    assert {product["id"] for product in everything["items"]} == {LAMP, VASE}


def test_lists_are_filtered_by_what_is_sold_out_or_not_on_sale(client: FlaskClient) -> None:
    for query, filters, products in (
        ("available=false", '{"available": "false"}', [VASE]),
        ("in_stock=0", '{"available": "false"}', [VASE]),
        ("in_stock=true", '{"available": "true"}', [LAMP]),
        ("on_sale=false", '{"on_sale": "false"}', [VASE, LAMP]),
        ("available=maybe&in_stock=&on_sale=2", "{}", [VASE, LAMP]),
    ):
        embedded = queries_of(page(client, f"/search?{query}"))
        (first,) = embedded[f'["products", "list", {filters}]']["pages"]
        assert [product["id"] for product in first["items"]] == products, query


def test_lists_lead_to_their_next_page_without_javascript(
    client: FlaskClient, owner: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "PAGE_SIZE", 1)
    add_collection(owner, name="Gifts", product_ids=[VASE, LAMP])
    for path, query in (("/search", "?sort=price&on_sale="), ("/collection/gifts", "?x=%26")):
        first = page(client, path + query)
        assert f'<a href="/product/{VASE}">' in first
        link = re.search('rel="next" href="([^"]+)"', first)
        assert link is not None
        assert unescape(link[1]).startswith(query)
        second = page(client, path + unescape(link[1]))
        assert f'<a href="/product/{LAMP}">' in second
        assert f'<a href="/product/{VASE}">' not in second
        assert 'rel="next"' not in second
        # The script begins with the first page.
        assert not [key for key in queries_of(second) if key.startswith('["products"')]
    wrong = page(client, "/search?sort=price&cursor=wrong")
    assert f'<a href="/product/{VASE}">' in wrong


def test_lists_without_filters_embed_their_facets(client: FlaskClient) -> None:
    for path, query, key in (
        ("/search", "", "{}"),
        ("/category/books?sort=price", "?category=books", '{"category": "books"}'),
    ):
        facets = queries_of(page(client, path))[f'["facets", {key}]']
        assert facets == client.get(f"/api/products/facets/{query}").get_json()
    counts = client.get("/api/categories/counts/").get_json()
    assert counts == [{"name": "Books", "slug": "books", "count": 1}]
    assert queries_of(page(client, "/category/books"))['["category-counts"]'] == counts
    embedded = queries_of(page(client, "/category/books?available=true"))
    assert not [key for key in embedded if "facets" in key]


def test_lists_are_filtered_by_attributes(client: FlaskClient) -> None:
    embedded = queries_of(
        page(client, "/category/books?attribute=Weight:1..2&attribute=weight:1..2")
    )
    key = '["products", "list", {"category": "books", "attribute": ["weight:1..2"]}]'
    assert [product["id"] for product in embedded[key]["pages"][0]["items"]] == [LAMP]
    embedded = queries_of(page(client, "/category/books?attribute=lined:false"))
    key = '["products", "list", {"category": "books", "attribute": ["lined:false"]}]'
    assert embedded[key]["pages"][0]["items"] == []


@pytest.mark.parametrize("text", ["weight:heavy", "weight:1..heavy"])
def test_list_with_a_wrong_filter_is_left_to_the_script(client: FlaskClient, text: str) -> None:
    assert client.get(f"/api/products/?category=books&attribute={text}").status_code == 400
    embedded = queries_of(page(client, f"/category/books?attribute={text}"))
    assert list(embedded) == ['["categories"]']


def test_product_page_describes_its_attributes(client: FlaskClient) -> None:
    html = page(client, f"/product/{LAMP}")
    assert blocks(html)[0]["additionalProperty"] == [
        {"@type": "PropertyValue", "name": "Fabric", "value": HOSTILE},
        {"@type": "PropertyValue", "name": "Weight", "value": 1.25, "unitText": "kg"},
        {"@type": "PropertyValue", "name": "Lined", "value": True},
    ]
    content = re.search("<noscript>(.*)</noscript>", html, re.DOTALL)
    assert content is not None
    assert "<dt>Weight</dt><dd>1.25\u00a0kg</dd><dt>Lined</dt><dd>Yes</dd>" in content[1]
    other = page(client, f"/product/{VASE}")
    assert "additionalProperty" not in blocks(other)[0]
    assert "<dl>" not in other


def test_product_without_texts_has_no_empty_paragraph(
    client: FlaskClient, injector: Injector
) -> None:
    begin = injector.get(UnitOfWorkFactory)  # type: ignore[type-abstract]
    add_product(begin, a_product(5003, details(title="Bowl", subtitle="", description="")))
    content = re.search("<noscript>(.*)</noscript>", page(client, "/product/5003"), re.DOTALL)
    assert content is not None
    assert re.findall("<p>(.*?)</p>", content[1]) == ["₹499. In stock"]


def test_search_is_left_to_the_script_and_not_indexed(client: FlaskClient) -> None:
    response = client.get("/search?search=lamp")
    assert response.headers["X-Robots-Tag"] == "noindex"
    assert list(queries_of(response.text)) == ['["categories"]']


def test_home_page_describes_the_shop(client: FlaskClient, injector: Injector) -> None:
    begin = injector.get(UnitOfWorkFactory)  # type: ignore[type-abstract]
    add_categories(begin, a_category(8, "novels", parent=BOOKS), a_category(9, "toys"))
    html = page(client, "/")
    assert "<title>NovaCart</title>" in html
    assert 'name="description" content="Books, Toys at NovaCart."' in html
    graph = blocks(html)[0]["@graph"]
    assert [each["@type"] for each in graph] == ["Organization", "WebSite"]
    config = blocks(html)[-1]["config"]
    assert config | {"estimated_delivery": ""} == {
        "name": "NovaCart",
        "locale": "en-IN",
        "language": "en-IN",
        "direction": "ltr",
        "timezone": "Asia/Kolkata",
        "currency": "INR",
        "card_payments": "none",
        "stripe_publishable_key": "",
        "max_per_line": 10,
        "estimated_delivery": "",
    }
    assert client.get("/api/shop/").get_json() == config


def test_home_page_embeds_what_it_shows_first(client: FlaskClient, owner: Person) -> None:
    for number in range(4):
        add_collection(owner, name=f"Gifts {number}", product_ids=[LAMP])
    add_collection(owner, name="Later", product_ids=[LAMP], starts_at="2099-01-01T00:00:00Z")
    html = page(client, "/")
    assert html.count('<li><a href="/collection/gifts-') == 4
    embedded = queries_of(html)
    assert embedded['["collections"]'] == client.get("/api/collections/").get_json()
    assert [each["name"] for each in embedded['["collections"]']] == [
        f"Gifts {number}" for number in range(4)
    ]
    lamp = client.get("/api/products/?available=true&limit=12").get_json()
    assert embedded['["products", "collection", "gifts-2", 12]'] == lamp
    assert '["products", "collection", "gifts-3", 12]' not in embedded
    assert embedded['["products", "best-sellers"]'] == []
    newest = '["products", "first", {"sort": "newest", "available": "true"}, 12]'
    sale = '["products", "first", {"on_sale": "true", "available": "true"}, 12]'
    assert (embedded[newest], embedded[sale]) == (lamp, [])


def test_page_of_a_collection_embeds_its_products(client: FlaskClient, owner: Person) -> None:
    add_collection(owner, name="Gifts", description="For a new home.", product_ids=[VASE, LAMP])
    html = page(client, "/collection/gifts")
    assert '<link rel="canonical" href="https://shop.example/collection/gifts">' in html
    assert '<meta name="description" content="For a new home.">' in html
    embedded = queries_of(html)
    assert embedded['["collections", "gifts"]'] == client.get("/api/collections/gifts/").get_json()
    (first,) = embedded['["products", "collection", "gifts"]']["pages"]
    assert [product["id"] for product in first["items"]] == [VASE, LAMP]
    assert first["next"] is None
    assert "https://shop.example/collection/gifts" in client.get("/sitemap-pages.xml").text


def test_former_slug_of_a_collection_redirects(client: FlaskClient, owner: Person) -> None:
    add_collection(owner, name="Gifts", product_ids=[LAMP])
    assert owner.patch("/api/collections/gifts/", {"slug": "presents"}).status_code == 200
    moved = client.get("/collection/gifts")
    assert (moved.status_code, moved.headers["Location"]) == (
        301,
        "https://shop.example/collection/presents",
    )


def test_collection_that_is_not_shown_is_404(client: FlaskClient, owner: Person) -> None:
    add_collection(owner, name="Later", product_ids=[LAMP], starts_at="2099-01-01T00:00:00Z")
    page(client, "/collection/later", 404)
    assert "later" not in client.get("/sitemap-pages.xml").text


@pytest.mark.parametrize(
    ("locale", "language", "direction"),
    [
        ("en-IN", "en-IN", "ltr"),
        ("ja-JP", "en", "ltr"),
        ("ar-EG", "en", "rtl"),
        ("pa-Arab-PK", "en", "rtl"),
    ],
)
def test_page_has_the_language_of_its_texts_and_the_direction_of_the_locale(
    make_app: MakeApp, storefront: dict[str, str], locale: str, language: str, direction: str
) -> None:
    html = make_app(**storefront, SHOP_LOCALE=locale).test_client().get("/").text
    assert f'<html lang="{language}" dir="{direction}">' in html
    assert "modulepreload" not in html


def test_page_of_a_german_shop_is_german(
    make_app: MakeApp, storefront: dict[str, str], built: Path
) -> None:
    manifest = {"src/texts/de.ts": {"file": "static/de-b2.js"}}
    (built / "manifest.json").write_text(json.dumps(manifest))
    client = make_app(**storefront, SHOP_LOCALE="de-AT").test_client()
    html = client.get("/search").text
    assert '<html lang="de-AT" dir="ltr">' in html
    assert '<link rel="modulepreload" href="/static/de-b2.js">' in html
    assert "<title>Alle Artikel · NovaCart</title>" in html
    assert "<title>„Lampe“ · NovaCart</title>" in client.get("/search?search=Lampe").text
    cart = client.get("/cart").text
    assert "<title>Warenkorb · NovaCart</title>" in cart
    assert 'content="Ihr Warenkorb bei NovaCart: Mengen ändern und zur Kasse gehen."' in cart
    assert ". Verfügbar</p>" in client.get(f"/product/{LAMP}").text


def test_server_and_client_have_texts_in_the_same_languages() -> None:
    folder = Path(__file__).parents[3] / "storefront" / "src" / "texts"
    files = {path.stem for path in folder.glob("??.ts")}
    assert files == set(LANGUAGES)


@pytest.mark.parametrize(
    "path",
    [
        "/product/987654321",
        "/category/nothing",
        "/collection/nothing",
        "/nothing",
        "/a/b/c",
        "/product/0",
    ],
)
def test_page_that_does_not_exist_is_404(client: FlaskClient, path: str) -> None:
    html = page(client, path, 404)
    assert "<p>There is no such page.</p>" in html
    assert 'rel="canonical"' not in html
    assert client.get(path).headers["X-Robots-Tag"] == "noindex"


@pytest.mark.parametrize("path", ["/", "/category/books", f"/product/{LAMP}", "/cart", "/nothing"])
def test_page_without_the_database_is_shown_by_its_script(
    client: FlaskClient, injector: Injector, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    def unavailable(*_: object) -> None:
        raise StorageUnavailable("gone")

    queries = injector.get(CatalogQueries)  # type: ignore[type-abstract]
    monkeypatch.setattr(type(queries), "categories", unavailable)
    monkeypatch.setattr(type(queries), "product_with_variants", unavailable)
    response = client.get(path)
    assert (response.status_code, response.mimetype) == (503, "text/html")
    assert response.headers["Retry-After"] == "5"
    assert '<script type="module"' in response.text
    assert queries_of(response.text) == {}
    assert "<p>The shop is not available at the moment." in response.text


@pytest.mark.parametrize(
    ("rejection", "status", "header"),
    [
        ("busy", 503, ("Retry-After", "5")),
        ("timeout", 408, ("Connection", "close")),
        ("incomplete", 400, ("Connection", "close")),
    ],
)
def test_request_that_the_server_rejects_is_answered_by_a_page(
    client: FlaskClient, rejection: str, status: int, header: tuple[str, str]
) -> None:
    rejected = {"novacart.rejection": rejection}
    for path in ("/search?search=lamp", "/category/books", "/collection/gifts", "/nothing"):
        response = client.get(path, environ_overrides=rejected)
        assert_error_page(response, status)
        assert header in list(response.headers)
    assert_error_page(client.post("/checkout", environ_overrides=rejected), status)
    api = client.get("/api/products/?search=lamp", environ_overrides=rejected)
    assert (api.status_code, api.mimetype) == (status, "application/problem+json")


def assert_error_page(response: TestResponse, status: int) -> None:
    """The page has the status and no data, its script runs, and no cache keeps it."""
    assert (response.status_code, response.mimetype) == (status, "text/html")
    assert '<script type="module"' in response.text
    assert queries_of(response.text) == {}
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["X-Robots-Tag"] == "noindex"
    assert "script-src 'self'" in response.headers["Content-Security-Policy"]


def test_page_for_a_request_that_a_view_refuses(
    client: FlaskClient, injector: Injector, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise refusal

    queries = injector.get(CatalogQueries)  # type: ignore[type-abstract]
    monkeypatch.setattr(type(queries), "list_products", refuse)
    refusal: Exception = TooManyAttempts(7)
    response = client.get("/category/books")
    assert_error_page(response, 429)
    assert response.headers["Retry-After"] == "7"
    assert "<p>You have sent too many requests." in response.text
    refusal = RuntimeError("a bug")
    response = client.get("/category/books")
    assert_error_page(response, 500)
    assert "a bug" not in response.text


def test_page_for_a_method_or_a_body_that_no_page_accepts(client: FlaskClient) -> None:
    response = client.post("/cart")
    assert_error_page(response, 405)
    assert "GET" in response.headers["Allow"]
    assert "<p>This request is not valid." in response.text
    assert_error_page(client.get("/cart", data=b"x" * (MAX_BODY + 1)), 413)


@pytest.mark.parametrize("path", ["/api/nothing/", "/media/x", "/static/x.js", "/metrics"])
def test_unknown_path_of_the_api_is_a_problem(client: FlaskClient, path: str) -> None:
    response = client.get(path)
    assert (response.status_code, response.mimetype) == (404, "application/problem+json")
    assert client.post("/api/nothing/").status_code == 404


@pytest.mark.parametrize("path", ["/cart", "/checkout", "/orders", "/search?search=lamp"])
def test_page_of_the_script_says_so_without_it(client: FlaskClient, path: str) -> None:
    content = re.search("<noscript>(.*)</noscript>", page(client, path), re.DOTALL)
    assert content is not None
    assert "<p>This page needs JavaScript." in content[1]
    assert '<a href="/category/' in content[1]


def test_private_pages_are_not_indexed_and_repeat_no_token(client: FlaskClient) -> None:
    for path in ("/checkout", "/orders/5/pay", "/account", "/reset-password/1/s3cret"):
        response = client.get(path)
        assert (response.status_code, response.headers["X-Robots-Tag"]) == (200, "noindex")
        assert "s3cret" not in response.text
        assert 'rel="canonical"' not in response.text


def test_policy_allows_stripe_only_where_it_is_configured(
    client: FlaskClient, make_app: MakeApp, storefront: dict[str, str]
) -> None:
    without = client.get("/").headers
    assert without["Permissions-Policy"].endswith("payment=()")
    strict = without["Content-Security-Policy"]
    assert "stripe" not in strict
    assert "unsafe" not in strict
    assert "default-src 'none'" in strict
    keys = {"STRIPE_SECRET_KEY": "sk_test_x", "STRIPE_PUBLISHABLE_KEY": "pk_test_x"}
    shop = make_app(**storefront, **keys).test_client()
    response = shop.get("/")
    assert "script-src 'self' https://js.stripe.com" in response.headers["Content-Security-Policy"]
    wallets = 'payment=(self "https://js.stripe.com")'
    assert response.headers["Permissions-Policy"].endswith(wallets)
    assert shop.get("/api/products/").headers["Permissions-Policy"].endswith("payment=()")
    config = blocks(response.text)[-1]["config"]
    assert (config["card_payments"], config["stripe_publishable_key"]) == ("stripe", "pk_test_x")


@pytest.mark.parametrize(
    ("accepted", "coding", "content"),
    [
        ("", None, b"plain"),
        ("gzip", "gzip", b"gzip"),
        ("gzip, br", "br", b"brotli"),
        ("br;q=0", None, b"plain"),
    ],
)
def test_assets_are_immutable_and_compressed_in_advance(
    client: FlaskClient, accepted: str, coding: str | None, content: bytes
) -> None:
    response = client.get("/static/index-a1.js", headers={"Accept-Encoding": accepted})
    assert (response.data, response.headers.get("Content-Encoding")) == (content, coding)
    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert "Accept-Encoding" in response.headers["Vary"]


def _locations(sitemap: str) -> list[str]:
    """The paths of a sitemap, without a slash before them."""
    return [url.removeprefix(SITE) for url in re.findall("<loc>(.*?)</loc>", sitemap)]


def test_sitemap_lists_every_product_in_parts(client: FlaskClient, injector: Injector) -> None:
    robots = client.get("/robots.txt")
    assert "Sitemap: https://shop.example/sitemap.xml" in robots.text
    index = client.get("/sitemap.xml")
    assert index.mimetype == "application/xml"
    names = re.findall(r"<loc>https://shop.example/sitemap-(\w+).xml</loc>", index.text)
    assert names == ["pages", "start"]
    assert _locations(client.get("/sitemap-pages.xml").text) == ["", "category/books"]
    products = [f"product/{VASE}", f"product/{LAMP}"]
    assert sorted(_locations(client.get("/sitemap-start.xml").text)) == sorted(products)
    queries = injector.get(CatalogQueries)  # type: ignore[type-abstract]
    collections = injector.get(CollectionQueries)  # type: ignore[type-abstract]
    clock = injector.get(Clock)  # type: ignore[type-abstract]
    sitemap = Sitemap(queries, collections, clock, part_size=1)
    parts = _locations("".join(sitemap.index(SITE)))
    names = [part.removeprefix("sitemap-").removesuffix(".xml") for part in parts[1:]]
    found = [_locations("".join(sitemap.part(SITE, name))) for name in names]
    # No part has more URLs than it may.
    assert sorted(found) == sorted([path] for path in products)
    assert client.get("/sitemap-nothing.xml").status_code == 404


def test_former_slug_of_a_category_redirects(client: FlaskClient, owner: Person) -> None:
    changed = owner.patch(f"/api/categories/{BOOKS}/", {"slug": "novels"})
    assert changed.status_code == 200, changed.text
    moved = client.get("/category/books?sort=price")
    assert (moved.status_code, moved.headers["Location"]) == (
        301,
        "https://shop.example/category/novels?sort=price",
    )


def test_address_of_a_feed_redirects_to_the_product(client: FlaskClient) -> None:
    slug = client.get(f"/api/products/{VASE}/").get_json()["slug"]
    moved = client.get(f"/products/{slug}?variant={VASE}")
    location = f"https://shop.example/product/{VASE}?variant={VASE}"
    assert (moved.status_code, moved.headers["Location"]) == (301, location)
    page(client, "/products/nothing", 404)


@pytest.mark.parametrize("path", ["/category/books/", "/cart/?x=1", "/x//evil.example//"])
def test_slash_at_the_end_redirects_within_the_shop(client: FlaskClient, path: str) -> None:
    moved = client.get(path)
    assert moved.status_code == 301
    assert moved.headers["Location"].startswith("https://shop.example/")
    assert not moved.headers["Location"].endswith("/")


@pytest.mark.parametrize(
    "path", ["x%0Dy", "what%3F%23", "%E9%9D%B4", "%FF", "cart?x=%E9%9D%B4&y=%FF&z=%0D"]
)
def test_redirect_percent_encodes_the_path_and_keeps_the_query(
    client: FlaskClient, path: str
) -> None:
    name, mark, query = path.partition("?")
    moved = client.get(f"/{name}/{mark}{query}")
    # Bytes that are not UTF-8 are replaced in a path.
    name = name.replace("%FF", "%EF%BF%BD")
    location = f"https://shop.example/{name}{mark}{query}"
    assert (moved.status_code, moved.headers["Location"]) == (301, location)


def test_redirect_percent_encodes_a_query_that_is_not_utf_8(client: FlaskClient) -> None:
    moved = client.get("/cart/", environ_overrides={"QUERY_STRING": "x=\xff"})
    assert moved.headers["Location"] == "https://shop.example/cart?x=%FF"


def test_pages_preload_the_picture_that_is_seen_first(
    client: FlaskClient, injector: Injector
) -> None:
    for path in ("/search", "/category/books"):
        assert 'fetchpriority="high" href="http://localhost/media/l.webp">' in page(client, path)
    create_owner(injector)
    images = {"desktop_image": "/media/wide.webp", "mobile_image": "/media/narrow.webp"}
    changed = sign_in(client, "owner").patch(f"/api/categories/{BOOKS}/", images)
    assert changed.status_code == 200, changed.text
    html = page(client, "/category/books")
    assert 'href="http://localhost/media/narrow.webp" media="(max-width: 599px)">' in html
    assert 'href="http://localhost/media/wide.webp" media="(min-width: 600px)">' in html


def test_every_route_is_open_to_anyone_and_reads_only(app: Flask) -> None:
    routes = [route for route in route_access(app) if not route[1].startswith(("/api/", "/admin"))]
    assert {(method, access) for method, _, access, _ in routes} == {("GET", "anyone")}


def test_lists_of_products_are_slow_reads(app: Flask) -> None:
    slow = {
        rule.rule
        for rule in app.url_map.iter_rules()
        if endpoint_of(app, rule.endpoint).is_slow("search=lamp")
    }
    assert slow == {
        "/api/products/",
        "/api/products/facets/",
        "/api/products/search/suggestions/",
        "/api/collections/<slug>/products/",
        "/search",
        "/category/<slug>",
        "/collection/<slug>",
    }
    assert not endpoint_of(app, "catalog.list_products").is_slow("category=books&sort=price")


def test_front_page_without_a_storefront(
    make_app: MakeApp, storefront: dict[str, str], tmp_path: Path
) -> None:
    for changed in ({"STOREFRONT_ENABLED": "False"}, {"STOREFRONT_DIR": str(tmp_path / "none")}):
        client = make_app(**(storefront | changed)).test_client()
        assert "API reference" in client.get("/").text
        assert client.get("/cart").status_code == 404


@pytest.mark.parametrize("query", ["brand=%00", "attribute=fabric:%00", "min_price=%00"])
def test_page_with_a_nul_in_a_filter_is_shown(client: FlaskClient, query: str) -> None:
    page(client, f"/search?{query}")
    page(client, f"/category/books?{query}")


def test_all_routes_share_the_kept_products(
    make_app: MakeApp, storefront: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The capacity of `ProductDocuments` is that of a process."""
    created: list[ProductDocuments] = []
    create = ProductDocuments.__init__

    def record(self: ProductDocuments, queries: CatalogQueries) -> None:
        created.append(self)
        create(self, queries)

    monkeypatch.setattr(ProductDocuments, "__init__", record)
    make_app(**storefront)
    assert len(created) == 1
