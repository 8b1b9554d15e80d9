"""The catalogue over HTTP, as everybody reads it."""

from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from injector import Injector

from novacart.adapters.persistence.database import Database
from novacart.adapters.web.catalog.schemas import (
    ProductSchema,
    SuggestionSchema,
    product_json,
    suggestion_json,
)
from novacart.application.catalog.queries import CatalogQueries
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.shared.ids import ProductId
from tests.support.builders.catalog import a_product, details, stocked
from tests.support.contracts.catalog_queries import fill
from tests.support.query_counter import counted_statements


@pytest.fixture
def begin(injector: Injector) -> UnitOfWorkFactory:
    return injector.get(UnitOfWorkFactory)  # type: ignore[type-abstract]


@pytest.fixture
def queries(injector: Injector) -> CatalogQueries:
    return injector.get(CatalogQueries)  # type: ignore[type-abstract]


@pytest.fixture(autouse=True)
def _catalogue(begin: UnitOfWorkFactory) -> None:
    fill(begin)


def ids(client: FlaskClient, query: str = "") -> list[int]:
    answer = client.get(f"/api/products/{query}")
    assert answer.status_code == 200, answer.text
    return [product["id"] for product in answer.get_json()]


def pages(client: FlaskClient, query: str) -> Iterator[list[dict[str, Any]]]:
    """Whatever the `Link` headers lead to."""
    path: str | None = f"/api/products/{query}"
    while path is not None:
        answer = client.get(path)
        assert answer.status_code == 200, answer.text
        yield answer.get_json()
        link = answer.headers.get("Link")
        path = None
        if link is not None:
            address, relation = link.split("; ")
            assert relation == 'rel="next"'
            parts = urlsplit(address.strip("<>"))
            assert parts.netloc == "localhost"
            path = f"{parts.path}?{parts.query}"


def test_a_product_is_shown_whole(client: FlaskClient) -> None:
    answer = client.get("/api/products/101/")
    assert answer.status_code == 200
    assert answer.get_json() == {
        "id": 101,
        "title": "River Stones",
        "subtitle": "",
        "description": "",
        "price": "300.00",
        "currency": "INR",
        "author": "Noor Ambalgar",
        "published_year": None,
        "brand": "Peepal",
        "stock": 3,
        "category": 7,
        "image": "http://localhost/media/river.webp",
        "created_at": "2026-03-14T11:00:00Z",
        "updated_at": "2026-03-14T11:00:00Z",
    }


@pytest.mark.parametrize("product_id", ["108", "999", "0", "9007199254740992", "abc", "-1", "1.5"])
def test_a_product_that_is_not_sold_is_not_there(client: FlaskClient, product_id: str) -> None:
    answer = client.get(f"/api/products/{product_id}/")
    assert answer.status_code == 404
    assert answer.content_type == "application/problem+json"


def test_a_stale_token_does_not_keep_anybody_from_reading(client: FlaskClient) -> None:
    for path in ("", "101/", "brands/", "price-range/", "search/suggestions/?q=kite"):
        answer = client.get(f"/api/products/{path}", headers={"Authorization": "Bearer null"})
        assert answer.status_code == 200


def test_what_a_client_has_already_is_not_sent_again(
    client: FlaskClient, begin: UnitOfWorkFactory
) -> None:
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
        assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", tag)
        other = client.get(path, headers={"If-None-Match": '"other"'})
        assert other.status_code == 200
    with begin() as work:
        product = work.products.get_for_update(ProductId(101))
        work.stock.set_available(product.id, 2, reason="Count", at=product.updated_at)
        work.commit()
    for path in paths[:2]:
        assert client.get(path, headers={"If-None-Match": tags[path]}).status_code == 200


def test_products_are_listed_newest_first(client: FlaskClient) -> None:
    assert ids(client) == [104, 109, 105, 101, 106, 102, 107, 103]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?sort=price", [104, 105, 102, 103, 109, 101, 107, 106]),
        ("?sort=-price", [106, 107, 101, 109, 103, 102, 105, 104]),
        ("?sort=newest&category=books", [105, 101, 102]),
        ("?sort=relevance", [104, 109, 105, 101, 106, 102, 107, 103]),
        ("?category=nowhere", []),
        ("?brand=Udaan&brand=Brass%20lamp&sort=price", [104, 103, 109, 106]),
        ("?min_price=200&max_price=300.00&sort=price", [102, 103, 109, 101]),
        ("?in_stock=true&category=toys", [104]),
        ("?in_stock=false&sort=price", [102, 103]),
        ("?search=ston", [101, 102]),
        ("?search=%F0%9F%AA%81", []),
        (
            "?search=&category=&brand=&min_price=&sort=&limit=",
            [104, 109, 105, 101, 106, 102, 107, 103],
        ),
        ("?unknown=1&category=toys&sort=price", [104, 103]),
    ],
)
def test_a_list_is_filtered_and_sorted(client: FlaskClient, query: str, found: list[int]) -> None:
    shown = ids(client, query)
    assert (sorted(shown) if "search=ston" in query else shown) == found


@pytest.mark.parametrize("sort", ["price", "-price", "newest", "relevance"])
def test_a_list_is_leafed_through_by_its_links(client: FlaskClient, sort: str) -> None:
    whole = ids(client, f"?sort={sort}&brand=Peepal&brand=Udaan")
    leafed = list(pages(client, f"?limit=2&sort={sort}&brand=Peepal&brand=Udaan"))
    assert [product["id"] for page in leafed for product in page] == whole
    assert [len(page) for page in leafed] == [2, 2, 1]


def test_a_search_is_leafed_through_by_relevance(client: FlaskClient) -> None:
    leafed = list(pages(client, "?limit=1&search=ri"))
    found = [product["id"] for page in leafed for product in page]
    assert sorted(found) == [101, 103, 104]
    assert found[0] == 101
    assert all(len(page) == 1 for page in leafed)


def test_the_total_is_told_when_asked_for(client: FlaskClient) -> None:
    assert "X-Total-Count" not in client.get("/api/products/").headers
    asked = client.get("/api/products/?count=true&limit=2&brand=Peepal")
    assert asked.headers["X-Total-Count"] == "3"
    assert len(asked.get_json()) == 2


def cursor(text: str) -> str:
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


WRONG = [
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


def test_a_bad_question_is_told_by_its_field(client: FlaskClient) -> None:
    for query, field in WRONG:
        answer = client.get(f"/api/products/?{query}")
        assert answer.status_code == 400, query
        problem = answer.get_json()
        assert problem["code"] == "invalid_value"
        assert list(problem["errors"]) == [field], query
        assert problem[field] == problem["errors"][field]


def test_a_cursor_to_nowhere_finds_what_is_there(client: FlaskClient) -> None:
    for sort in ("price", "-price", "newest"):
        for key in ("-999999999999999999", "999999999999999999", "0"):
            ids(client, f"?sort={sort}&cursor={cursor(f'1/{sort}/{key}/9007199254740991')}")


def test_brands_are_counted_by_title(client: FlaskClient) -> None:
    assert client.get("/api/products/brands/").get_json() == [
        {"title": "Brass lamp", "count": 2},
        {"title": "Peepal", "count": 3},
        {"title": "Udaan", "count": 2},
        {"title": "किताब", "count": 1},
    ]
    toys = client.get("/api/products/brands/?category=toys").get_json()
    assert toys == [{"title": "Udaan", "count": 2}]
    assert client.get("/api/products/brands/?category=nowhere").get_json() == []


def test_prices_have_a_range(client: FlaskClient) -> None:
    everywhere = client.get("/api/products/price-range/").get_json()
    assert everywhere == {"min_price": "50.00", "max_price": "999.00"}
    nowhere = client.get("/api/products/price-range/?category=nowhere").get_json()
    assert nowhere == {"min_price": "0.00", "max_price": "0.00"}


def test_suggestions_say_what_they_are(client: FlaskClient) -> None:
    [category] = client.get("/api/products/search/suggestions/?q=boo").get_json()
    assert category == {
        "type": "category",
        "name": "Books",
        "slug": "books",
        "count": 3,
        "image": "http://localhost/media/books.webp",
    }
    brand, product = client.get("/api/products/search/suggestions/?q=brass").get_json()[:2]
    assert brand == {"type": "brand", "name": "Brass lamp", "count": 2, "image": None}
    assert product["type"] == "product"
    assert product["id"] in {106, 109}
    assert client.get("/api/products/search/suggestions/").get_json() == []
    long = client.get("/api/products/search/suggestions/?q=" + "x" * 201)
    assert long.status_code == 400


def test_active_categories_are_listed(client: FlaskClient) -> None:
    toys, books = client.get("/api/categories/").get_json()
    assert toys == {
        "id": 8,
        "name": "Toys & Games",
        "slug": "toys",
        "image": "http://localhost/media/toys.webp",
        "mobile_image": None,
        "mobile_secondary_image": None,
        "desktop_image": None,
        "desktop_secondary_image": None,
        "is_active": True,
    }
    assert books["slug"] == "books"


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("/api/products/?limit=100", 1),
        ("/api/products/?limit=100&count=true", 2),
        ("/api/products/?search=kite&category=toys", 1),
        ("/api/products/101/", 1),
        ("/api/products/brands/", 1),
        ("/api/products/price-range/?category=books", 1),
        ("/api/categories/", 1),
        ("/api/products/search/suggestions/?q=b", 6),
    ],
)
def test_a_read_takes_as_many_statements_whatever_there_is(
    client: FlaskClient, injector: Injector, begin: UnitOfWorkFactory, path: str, most: int
) -> None:
    for number in range(300, 330):
        stocked(begin, a_product(number, details(title=f"Kite {number}", category_id=8)))
    with counted_statements(injector.get(Database)) as statements:
        assert client.get(path).status_code == 200
    assert 0 < len(statements) <= most


def test_what_is_written_by_hand_equals_what_the_schemas_say(
    app: Flask, queries: CatalogQueries
) -> None:
    same: list[tuple[Any, Callable[[Any], object], Any]] = [
        *((each.product, product_json, ProductSchema()) for each in queries.all_products()),
        *((each, suggestion_json, SuggestionSchema()) for each in queries.suggestions("b")),
    ]
    assert len(same) > 10
    with app.test_request_context():
        for view, by_hand, schema in same:
            said = schema.dump(view)
            assert by_hand(view) == {
                k: v for k, v in said.items() if v is not None or k not in {"slug", "id"}
            }
