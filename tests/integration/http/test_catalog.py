"""Public routes of the catalog."""

from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import orjson
import pytest
from flask import Flask
from flask.testing import FlaskClient
from injector import Injector

from novacart.adapters.persistence.catalog import product_counts
from novacart.adapters.persistence.catalog.queries import SqlCatalogQueries
from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.unit_of_work import SqlUnitOfWorkFactory
from novacart.adapters.system.request_context import ContextVarRequestContexts
from novacart.adapters.web.catalog.list_schemas import (
    BrandCountSchema,
    PriceRangeSchema,
    SuggestionSchema,
    brand_json,
    price_range_json,
    suggestion_json,
)
from novacart.adapters.web.catalog.product_schemas import ProductSchema, product_json
from novacart.adapters.web.http.responses import json_bytes
from novacart.application.catalog.queries import (
    CatalogQueries,
    CountEstimate,
    ProductFilter,
    ProductSort,
)
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.catalog.picture import Picture
from novacart.domain.shared.ids import PictureId, ProductId
from novacart.domain.shared.money import Money
from tests.integration.http.conftest import MakeApp
from tests.support.builders.catalog import NOON, a_claim, a_product, add_product, details
from tests.support.contracts.catalog_queries import fill
from tests.support.contracts.products import MEDIUM, add_shirt
from tests.support.databases import on_sqlite
from tests.support.query_counter import counted_statements


@pytest.fixture
def begin(injector: Injector) -> UnitOfWorkFactory:
    return injector.get(UnitOfWorkFactory)  # type: ignore[type-abstract]


@pytest.fixture
def queries(injector: Injector) -> CatalogQueries:
    return injector.get(CatalogQueries)  # type: ignore[type-abstract]


@pytest.fixture(autouse=True)
def _catalog(begin: UnitOfWorkFactory) -> None:
    fill(begin)


def ids(client: FlaskClient, query: str = "") -> list[int]:
    response = client.get(f"/api/products/{query}")
    assert response.status_code == 200, response.text
    return [product["id"] for product in response.get_json()]


def pages(client: FlaskClient, query: str) -> Iterator[list[dict[str, Any]]]:
    """The pages that the `Link` headers lead to."""
    path: str | None = f"/api/products/{query}"
    while path is not None:
        response = client.get(path)
        assert response.status_code == 200, response.text
        yield response.get_json()
        link = response.headers.get("Link")
        path = None
        if link is not None:
            url, relation = link.split("; ")
            assert relation == 'rel="next"'
            parts = urlsplit(url.strip("<>"))
            assert parts.netloc == "localhost"
            path = f"{parts.path}?{parts.query}"


def test_product_has_all_members(client: FlaskClient) -> None:
    response = client.get("/api/products/101/")
    assert response.status_code == 200
    [picture] = response.get_json()["images"]
    assert response.get_json() == {
        "id": 101,
        "title": "River Stones",
        "subtitle": "",
        "description": "",
        "price": "300.00",
        "compare_at_price": "600.00",
        "lowest_price_30_days": None,
        "on_sale": True,
        "currency": "INR",
        "author": "Noor Ambalgar",
        "published_year": None,
        "sku": None,
        "brand": "Peepal",
        "stock": 3,
        "available": True,
        "has_options": False,
        "category": 7,
        "image": "http://localhost/media/river.webp",
        "image_srcset": None,
        "slug": "river-stones-p101",
        "created_at": "2026-03-14T11:00:00Z",
        "updated_at": "2026-03-14T11:00:00Z",
        "meta_title": None,
        "meta_description": None,
        "description_html": "",
        "tags": [],
        "options": [],
        "variants": [
            {
                "id": 101,
                "sku": None,
                "barcode": None,
                "price": "300.00",
                "compare_at_price": "600.00",
                "lowest_price_30_days": None,
                "weight": None,
                "image": None,
                "stock": 3,
                "options": "",
                "values": [],
                "is_default": True,
                "etag": '"2-3"',
            }
        ],
        "images": [
            {
                "id": picture["id"],
                "src": "http://localhost/media/river.webp",
                "srcset": None,
                "width": None,
                "height": None,
                "alt": "River Stones",
                "variants": [],
            }
        ],
        "attributes": [],
    }


@on_sqlite
@pytest.mark.parametrize("product_id", ["108", "999", "0", "9007199254740992", "abc", "-1", "1.5"])
def test_unknown_or_archived_product_is_404(client: FlaskClient, product_id: str) -> None:
    response = client.get(f"/api/products/{product_id}/")
    assert response.status_code == 404
    assert response.content_type == "application/problem+json"


def test_invalid_token_is_ignored_by_public_routes(client: FlaskClient) -> None:
    for path in ("", "101/", "brands/", "price-range/", "search/suggestions/?q=kite"):
        response = client.get(f"/api/products/{path}", headers={"Authorization": "Bearer null"})
        assert response.status_code == 200


def test_matching_if_none_match_is_304(client: FlaskClient, begin: UnitOfWorkFactory) -> None:
    paths = (
        "/api/products/101/",
        "/api/products/",
        "/api/products/brands/",
        "/api/products/price-range/",
        "/api/products/search/suggestions/?q=ston",
        "/api/categories/",
    )
    tags = {path: client.get(path).headers["ETag"] for path in paths}
    for path, tag in tags.items():
        again = client.get(path, headers={"If-None-Match": tag})
        assert (again.status_code, again.data, again.headers.getlist("ETag")) == (304, b"", [tag])
        other = client.get(path, headers={"If-None-Match": '"other"'})
        assert other.status_code == 200
    with begin() as work:
        product = work.products.get_for_update(ProductId(101))
        variant_id = product.default_variant_id
        work.stock.set_available(variant_id, 2, reason="Count", at=product.updated_at)
        work.commit()
    for path in paths[:2]:
        assert client.get(path, headers={"If-None-Match": tags[path]}).status_code == 200


def test_default_sort_is_newest(client: FlaskClient) -> None:
    assert ids(client) == [104, 109, 105, 101, 106, 102, 103]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?sort=price", [104, 105, 102, 103, 109, 101, 106]),
        ("?sort=-price", [106, 101, 109, 103, 102, 105, 104]),
        ("?sort=newest&category=books", [105, 101, 102]),
        ("?sort=relevance", [104, 109, 105, 101, 106, 102, 103]),
        ("?category=nowhere", []),
        ("?brand=Udaan&brand=Brass%20lamp&sort=price", [104, 103, 109, 106]),
        ("?min_price=200&max_price=300.00&sort=price", [102, 103, 109, 101]),
        ("?in_stock=true&category=toys", [104]),
        ("?in_stock=false&sort=price", [102, 103]),
        ("?available=true&category=toys", [104]),
        ("?available=false&sort=price", [102, 103]),
        ("?on_sale=true&sort=price", [104, 101, 106]),
        ("?on_sale=true&category=toys&brand=Udaan&search=kite", [104]),
        ("?on_sale=false&category=books&sort=price", [105, 102]),
        ("?search=ston", [101, 102]),
        ("?search=%F0%9F%AA%81", []),
        (
            "?search=&category=&brand=&min_price=&sort=&limit=",
            [104, 109, 105, 101, 106, 102, 103],
        ),
        ("?unknown=1&category=toys&sort=price", [104, 103]),
    ],
)
def test_filters_and_sort_orders(client: FlaskClient, query: str, expected: list[int]) -> None:
    listed = ids(client, query)
    assert (sorted(listed) if "search=ston" in query else listed) == expected


@pytest.mark.parametrize("sort", ["price", "-price", "newest", "relevance"])
def test_links_lead_through_all_pages(client: FlaskClient, sort: str) -> None:
    whole = ids(client, f"?sort={sort}&brand=Peepal&brand=Udaan")
    all_pages = list(pages(client, f"?limit=2&sort={sort}&brand=Peepal&brand=Udaan"))
    assert [product["id"] for page in all_pages for product in page] == whole
    assert [len(page) for page in all_pages] == [2, 2]


def test_links_lead_through_search_results_by_relevance(client: FlaskClient) -> None:
    all_pages = list(pages(client, "?limit=1&search=ri"))
    listed = [product["id"] for page in all_pages for product in page]
    assert sorted(listed) == [101, 103, 104]
    assert listed[0] == 101
    assert all(len(page) == 1 for page in all_pages)


def test_list_without_limit_has_up_to_1000_products(
    client: FlaskClient, begin: UnitOfWorkFactory
) -> None:
    books = [a_product(1000 + number, details(category_id=7)) for number in range(1004)]
    with begin() as work:
        work.products.add_all(books)
        work.stock.open({book.default_variant_id: 1 for book in books}, reason="Delivery", at=NOON)
        work.commit()
    for query, total in (("", 1011), ("?category=books", 1007), ("?search=lamp", 1006)):
        all_pages = list(pages(client, query))
        assert [len(page) for page in all_pages] == [1000, total - 1000]
        assert len({product["id"] for page in all_pages for product in page}) == total
    assert len(ids(client, "?limit=200")) == 200


def test_product_of_inactive_category_is_not_listed_but_shown(client: FlaskClient) -> None:
    assert client.get("/api/products/107/").get_json()["category"] == 9
    assert 107 not in ids(client)
    assert ids(client, "?search=trunk") == []
    assert client.get("/api/products/search/suggestions/?q=trunk").get_json() == []


def test_total_is_returned_on_request(client: FlaskClient) -> None:
    assert "X-Total-Count" not in client.get("/api/products/").headers
    response = client.get("/api/products/?count=true&limit=2&brand=Peepal")
    assert response.headers["X-Total-Count"] == "2"
    assert len(response.get_json()) == 2


def test_products_on_sale_are_counted(client: FlaskClient) -> None:
    for category, count in (("", 3), ("toys", 1), ("attic", 0), ("nowhere", 0)):
        query = f"?category={category}"
        facet = client.get(f"/api/products/on-sale/{query}")
        assert facet.get_json() == {"count": count}
        tag = {"If-None-Match": facet.headers["ETag"]}
        assert client.get(f"/api/products/on-sale/{query}", headers=tag).status_code == 304
        listed = client.get(f"/api/products/{query}&on_sale=true&count=true")
        assert (listed.headers["X-Total-Count"], len(listed.get_json())) == (str(count), count)
        assert all(product["on_sale"] for product in listed.get_json())


def test_number_of_products_is_exact_if_it_is_counted_soon(client: FlaskClient) -> None:
    response = client.get("/api/products/?estimate_count=true&search=kite")
    assert response.headers["X-Total-Count"] == "2"
    assert "X-Estimated-Count" not in response.headers


def test_estimated_number_of_products_is_named_so(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        SqlCatalogQueries,
        "estimate_count",
        lambda _self, _filters: CountEstimate(98_000, is_exact=False),
    )
    response = client.get("/api/products/?estimate_count=true&search=kite")
    assert response.headers["X-Estimated-Count"] == "98000"
    assert "X-Total-Count" not in response.headers
    both = client.get("/api/products/?estimate_count=true&count=true&search=kite")
    assert both.headers["X-Total-Count"] == "2"
    assert "X-Estimated-Count" not in both.headers


def cursor(text: str) -> str:
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


INVALID_QUERIES = [
    ("limit=0", "limit"),
    ("limit=201", "limit"),
    ("limit=-1", "limit"),
    ("limit=1e2", "limit"),
    ("limit=99999999999999999999", "limit"),
    ("sort=cheapest", "sort"),
    ("min_price=abc", "min_price"),
    ("min_price=-1", "min_price"),
    ("max_price=1.005", "max_price"),
    ("max_price=NaN", "max_price"),
    ("max_price=1e309", "max_price"),
    ("in_stock=perhaps", "in_stock"),
    ("available=perhaps", "available"),
    ("on_sale=perhaps", "on_sale"),
    ("count=perhaps", "count"),
    ("search=" + "x" * 201, "search"),
    ("search=a%00b", "search"),
    ("category=" + "x" * 101, "category"),
    ("brand=" + "x" * 201, "brand"),
    ("&".join(["brand=x"] * 51), "brand"),
    ("cursor=abc", "cursor"),
    ("cursor=%F0%9F%AA%81", "cursor"),
    ("cursor=" + "x" * 201, "cursor"),
    ("cursor=" + cursor("1/newest/1/0"), "cursor"),
    ("cursor=" + cursor("1/newest/1e5/1"), "cursor"),
    ("cursor=" + cursor("1/newest/9999999999999999999/1"), "cursor"),
    ("cursor=" + cursor("1/price/1/1"), "cursor"),
    ("sort=price&cursor=" + cursor("1/newest/1/1"), "cursor"),
]


def test_invalid_query_parameter_is_reported_by_name(client: FlaskClient) -> None:
    for query, field in INVALID_QUERIES:
        response = client.get(f"/api/products/?{query}")
        assert response.status_code == 400, query
        problem = response.get_json()
        assert problem["code"] == "invalid_value"
        assert list(problem["errors"]) == [field], query
        assert problem[field] == problem["errors"][field]


def test_cursor_out_of_range_is_accepted(client: FlaskClient) -> None:
    for sort in ("price", "-price", "newest"):
        for key in ("-999999999999999999", "999999999999999999", "0"):
            ids(client, f"?sort={sort}&cursor={cursor(f'1/{sort}/{key}/9007199254740991')}")


def test_brands_are_counted_and_sorted_by_title(client: FlaskClient) -> None:
    assert client.get("/api/products/brands/").get_json() == [
        {"title": "Brass lamp", "count": 2},
        {"title": "Peepal", "count": 2},
        {"title": "Udaan", "count": 2},
        {"title": "किताब", "count": 1},
    ]
    toys = client.get("/api/products/brands/?category=toys").get_json()
    assert toys == [{"title": "Udaan", "count": 2}]
    assert client.get("/api/products/brands/?category=nowhere").get_json() == []


def test_price_range_has_the_lowest_and_highest_price(client: FlaskClient) -> None:
    all_products = client.get("/api/products/price-range/").get_json()
    assert all_products == {"min_price": "50.00", "max_price": "999.00"}
    no_products = client.get("/api/products/price-range/?category=nowhere").get_json()
    assert no_products == {"min_price": "0.00", "max_price": "0.00"}


def test_suggestions_have_a_type(client: FlaskClient) -> None:
    [category] = client.get("/api/products/search/suggestions/?q=boo").get_json()
    assert category == {
        "type": "category",
        "name": "Books",
        "slug": "books",
        "count": 3,
        "image": "http://localhost/media/books.webp",
        "image_srcset": None,
    }
    brand, product = client.get("/api/products/search/suggestions/?q=brass").get_json()[:2]
    assert brand == {
        "type": "brand",
        "name": "Brass lamp",
        "count": 2,
        "image": None,
        "image_srcset": None,
    }
    assert product["type"] == "product"
    assert product["id"] in {106, 109}
    assert client.get("/api/products/search/suggestions/").get_json() == []
    too_long = client.get("/api/products/search/suggestions/?q=" + "x" * 201)
    assert too_long.status_code == 400


def test_active_categories_are_sorted_by_position(client: FlaskClient) -> None:
    toys, books = client.get("/api/categories/").get_json()
    assert toys == {
        "id": 8,
        "name": "Toys & Games",
        "slug": "toys",
        "parent": None,
        "path": "toys",
        "breadcrumbs": [{"id": 8, "name": "Toys & Games", "slug": "toys"}],
        "image": "http://localhost/media/toys.webp",
        "mobile_image": None,
        "mobile_secondary_image": None,
        "desktop_image": None,
        "desktop_secondary_image": None,
        "is_active": True,
        "meta_title": None,
        "meta_description": None,
    }
    assert books["slug"] == "books"


@pytest.mark.parametrize(
    ("path", "max_statements"),
    [
        ("/api/products/?limit=100", 1),
        ("/api/products/?limit=100&count=true", 2),
        ("/api/products/?search=kite&category=toys", 3),
        ("/api/products/101/", 1),
        ("/api/products/brands/", 1),
        ("/api/products/price-range/?category=books", 1),
        ("/api/categories/", 1),
        ("/api/products/search/suggestions/?q=b", 7),
    ],
)
def test_number_of_statements_does_not_depend_on_the_rows(
    client: FlaskClient,
    injector: Injector,
    begin: UnitOfWorkFactory,
    path: str,
    max_statements: int,
) -> None:
    for number in range(300, 330):
        add_product(begin, a_product(number, details(title=f"Kite {number}", category_id=8)))
    with counted_statements(injector.get(Database)) as statements:
        assert client.get(path).status_code == 200
    # The first request loads the products that are not kept in memory.
    assert 0 < len(statements) <= max_statements + 1
    statements.clear()
    with counted_statements(injector.get(Database)) as statements:
        assert client.get(path).status_code == 200
    assert 0 < len(statements) <= max_statements


def change_product(begin: UnitOfWorkFactory, product_id: int, price: int, units: int) -> None:
    with begin() as work:
        product = work.products.get_for_update(ProductId(product_id))
        product.edit(replace(product.details, price=Money(price, "INR")), at=NOON)
        work.products.save(product)
        work.stock.reserve([a_claim(product_id, units, f"line:{price}:reserve")], at=NOON)
        work.commit()


def shown(client: FlaskClient, product_id: int) -> tuple[str, int]:
    [product] = [one for one in client.get("/api/products/").get_json() if one["id"] == product_id]
    return product["price"], product["stock"]


def test_list_shows_the_last_commit_of_any_process(client: FlaskClient, database_url: str) -> None:
    assert shown(client, 101) == ("300.00", 3)
    database = Database.connect(database_url)
    try:
        begin = SqlUnitOfWorkFactory(database, ContextVarRequestContexts())
        for price in range(30_100, 30_400, 100):
            change_product(begin, 101, price, 1)
            assert shown(client, 101) == (f"{price // 100}.00", 3 - (price - 30_000) // 100)
    finally:
        database.dispose()


def test_list_whose_versions_are_not_read_shows_an_old_price(
    client: FlaskClient,
    begin: UnitOfWorkFactory,
    queries: CatalogQueries,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Negative control: only the versions that are read with each list keep it current."""
    page = queries.list_products(ProductFilter(), sort=ProductSort.NEWEST, limit=200)
    assert shown(client, 101) == ("300.00", 3)
    change_product(begin, 101, 30_100, 1)
    monkeypatch.setattr(queries, "list_products", lambda *_args, **_options: page)
    assert shown(client, 101) == ("300.00", 3)


def page(client: FlaskClient, product_id: int) -> list[tuple[int, str, int]]:
    """The price and stock of a product, and of each of its variants."""
    response = client.get(f"/api/products/{product_id}/")
    unchanged = {"If-None-Match": response.headers["ETag"]}
    assert client.get(f"/api/products/{product_id}/", headers=unchanged).status_code == 304
    body = response.get_json()
    return [(each["id"], each["price"], each["stock"]) for each in [body, *body["variants"]]]


def test_page_shows_the_last_commit_of_any_process(
    client: FlaskClient, begin: UnitOfWorkFactory, queries: CatalogQueries, database_url: str
) -> None:
    add_shirt(begin)
    shirt = queries.product_of(MEDIUM).product.id
    old = client.get(f"/api/products/{shirt}/").headers["ETag"]
    stocks = {variant: stock for variant, _, stock in page(client, shirt)[1:]}
    database = Database.connect(database_url)
    try:
        other = SqlUnitOfWorkFactory(database, ContextVarRequestContexts())
        for sold in range(1, 4):
            with other() as work:
                product = work.products.get_for_update(shirt)
                variant = product.variant(MEDIUM)
                price = Money(70_000 + sold * 100, "INR")
                changed = replace(variant.details, price=price, compare_at_price=None)
                product.edit_variants({MEDIUM: changed}, at=NOON)
                work.products.save(product)
                claim = a_claim(MEDIUM, 1, f"shirt:{sold}:reserve", product=shirt)
                work.stock.reserve([claim], at=NOON)
                work.commit()
            assert (MEDIUM, f"{700 + sold}.00", stocks[MEDIUM] - sold) in page(client, shirt)[1:]
        with other() as work:
            gallery = work.galleries.get(shirt)
            gallery.add(Picture(id=PictureId(7000), image="/media/back.webp"), at=NOON)
            work.galleries.save(gallery)
            work.commit()
        images = client.get(f"/api/products/{shirt}/").get_json()["images"]
        assert images[-1]["src"].endswith("/media/back.webp")
    finally:
        database.dispose()
    response = client.get(f"/api/products/{shirt}/", headers={"If-None-Match": old})
    assert response.status_code == 200


def test_page_whose_versions_are_not_read_shows_old_prices(
    client: FlaskClient,
    begin: UnitOfWorkFactory,
    queries: CatalogQueries,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Negative control: only the versions that are read for each page keep it current."""
    before = page(client, 101)
    state = queries.product_state(ProductId(101))
    change_product(begin, 101, 30_100, 1)
    monkeypatch.setattr(queries, "product_state", lambda _id: state)
    assert page(client, 101) == before
    monkeypatch.undo()
    assert page(client, 101) == [(101, "301.00", 2)] * 2


def facets(client: FlaskClient) -> tuple[int, str]:
    brands = client.get("/api/products/brands/").get_json()
    prices = client.get("/api/products/price-range/").get_json()
    return sum(brand["count"] for brand in brands), prices["max_price"]


def add_dearest(begin: UnitOfWorkFactory, number: int) -> None:
    add_product(begin, a_product(number, details(price=number * 100)), 1)


def test_facets_show_the_last_commit_of_any_process(client: FlaskClient, database_url: str) -> None:
    count, _ = facets(client)
    database = Database.connect(database_url)
    try:
        begin = SqlUnitOfWorkFactory(database, ContextVarRequestContexts())
        for added in range(1, 4):
            add_dearest(begin, 90_000 + added)
            assert facets(client) == facets(client) == (count + added, f"{90_000 + added}.00")
        with begin() as work:
            product = work.products.get_for_update(ProductId(90_003))
            product.archive(at=NOON)
            work.products.save(product)
            work.commit()
        assert facets(client) == (count + 2, "90002.00")
    finally:
        database.dispose()


def test_facets_whose_rows_are_not_read_are_old(
    client: FlaskClient,
    injector: Injector,
    begin: UnitOfWorkFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Negative control: only the rows that are read for each request keep them current."""
    database = injector.get(Database)
    fetch = database.fetch
    rows: dict[object, Any] = {}
    monkeypatch.setattr(
        database, "fetch", lambda statement, *_: rows.setdefault(statement, fetch(statement))
    )
    before = facets(client)
    add_dearest(begin, 90_001)
    assert facets(client) == before
    rows.clear()
    assert facets(client) == (before[0] + 1, "90001.00")


def test_only_facets_and_counts_of_large_lists_may_be_seconds_old(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two processes, of which one has counted before the change."""
    monkeypatch.setattr(product_counts, "MAX_RECOUNTED", 0)
    first, second = (make_app(SEARCH_CACHE_SECONDS="5") for _ in range(2))
    injector: Injector = first.extensions["novacart.injector"]
    begin = injector.get(UnitOfWorkFactory)  # type: ignore[type-abstract]
    now = [0.0]
    queries: Any = injector.get(CatalogQueries)  # type: ignore[type-abstract]
    for recent in (queries._facets, queries._counts._recent):
        monkeypatch.setattr(recent, "_clock", lambda: now[0])

    def old(app: Flask) -> tuple[int, int]:
        """The numbers of products of facets and of a list with a filter."""
        client = app.test_client()
        listed = client.get("/api/products/?count=true&limit=1&min_price=1")
        count = client.get("/api/products/facets/?min_price=1").get_json()["count"]
        return count, int(listed.headers["X-Total-Count"])

    def current(app: Flask) -> tuple[int, int, int]:
        """The products of the same list, the number of all products, and that of brands."""
        client = app.test_client()
        listed = client.get("/api/products/?count=true&limit=1")
        found = client.get("/api/products/?min_price=1").get_json()
        return len(found), int(listed.headers["X-Total-Count"]), facets(client)[0]

    count = old(first)[0]
    assert old(first) == (count, count)
    assert current(first) == (count, count, count)
    add_dearest(begin, 90_001)
    assert old(first) == (count, count)
    assert current(first) == (count + 1, count + 1, count + 1)
    assert old(second) == (count + 1, count + 1)
    # The number of products of a small list is current.
    monkeypatch.setattr(product_counts, "MAX_RECOUNTED", count + 1)
    assert old(first) == (count, count + 1)
    monkeypatch.setattr(product_counts, "MAX_RECOUNTED", 0)
    now[0] = 5.0
    assert old(first) == (count + 1, count + 1)


def test_json_functions_equal_the_schemas(app: Flask, queries: CatalogQueries) -> None:
    cases: list[tuple[Any, Callable[[Any], object], Any]] = [
        *((one.product, product_json, ProductSchema()) for one in queries.all_products()),
        *((one, suggestion_json, SuggestionSchema()) for one in queries.suggestions("b")),
        *((one, brand_json, BrandCountSchema()) for one in queries.brands(None)),
        (queries.price_range(None), price_range_json, PriceRangeSchema()),
    ]
    assert len(cases) > 10
    with app.test_request_context():
        for view, to_json, schema in cases:
            dumped = schema.dump(view)
            assert orjson.loads(json_bytes(to_json(view))) == {
                k: v for k, v in dumped.items() if v is not None or k not in {"slug", "id"}
            }
