"""`Cache-Control` of the catalogue, with and without CATALOG_CACHE_SECONDS."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from tests.support.accounts import CheapPasswords, Person, a_customer
from tests.support.builders.catalog import a_product, add_product

MakeApp = Callable[..., Flask]
SHARED = "public, max-age=0, s-maxage=60, stale-while-revalidate=60"
CATALOG = [
    "/api/products/",
    "/api/products/?search=stones&count=true",
    "/api/products/{product}/",
    "/api/products/brands/",
    "/api/products/price-range/",
    "/api/products/facets/",
    "/api/products/on-sale/",
    "/api/products/best-sellers/",
    "/api/products/search/suggestions/?q=ri",
    "/api/categories/",
    "/api/categories/counts/",
    "/api/collections/",
]


@pytest.fixture(scope="module")
def app(make_shared_app: MakeApp) -> Flask:
    return make_shared_app(CheapPasswords(), CATALOG_CACHE_SECONDS="60")


@pytest.fixture(scope="module")
def product(app: Flask) -> int:
    injector = app.extensions["novacart.injector"]
    return add_product(injector.get(UnitOfWorkFactory), a_product())


@pytest.fixture(scope="module")
def asha(app: Flask) -> Person:
    return a_customer(app.test_client())


@pytest.fixture(scope="module")
def default_app(make_shared_app: MakeApp) -> Flask:
    return make_shared_app()


@pytest.mark.parametrize("path", CATALOG)
def test_shared_cache_may_answer_for_the_catalogue(
    client: FlaskClient, product: int, path: str
) -> None:
    path = path.format(product=product)
    response = client.get(path)
    assert response.headers["Cache-Control"] == SHARED
    assert "Origin" in response.headers["Vary"]
    condition = {"If-None-Match": response.headers["ETag"]}
    unchanged = client.get(path, headers=condition)
    assert (unchanged.status_code, unchanged.headers["Cache-Control"]) == (304, SHARED)
    assert client.head(path).headers["Cache-Control"] == SHARED


@pytest.mark.parametrize("path", CATALOG)
def test_catalogue_is_revalidated_by_default(default_app: Flask, product: int, path: str) -> None:
    response = default_app.test_client().get(path.format(product=product))
    assert response.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize("path", CATALOG)
@pytest.mark.parametrize("authorization", ["Bearer {access}", "Bearer null", "Basic YTpi", ""])
def test_response_to_a_request_with_a_token_is_never_shared(
    client: FlaskClient, product: int, asha: Person, path: str, authorization: str
) -> None:
    headers = {"Authorization": authorization.format(access=asha.access)}
    response = client.get(path.format(product=product), headers=headers)
    assert (response.status_code, response.headers["Cache-Control"]) == (200, "no-cache")


def test_only_the_catalogue_is_shared_and_never_with_a_token(
    app: Flask, client: FlaskClient, product: int, asha: Person
) -> None:
    """Request every GET route, with and without a token."""
    shared = set()
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or rule.rule.startswith("/admin"):
            continue
        path = re.sub("<[^>]*>", str(product), rule.rule)
        assert "public" not in asha.get(path).headers.get("Cache-Control", ""), path
        if "s-maxage" in client.get(path).headers.get("Cache-Control", ""):
            shared.add(rule.rule)
    assert shared == {
        "/api/products/",
        "/api/products/<int:product_id>/",
        "/api/products/brands/",
        "/api/products/price-range/",
        "/api/products/facets/",
        "/api/products/on-sale/",
        "/api/products/best-sellers/",
        "/api/products/search/suggestions/",
        "/api/categories/",
        "/api/categories/counts/",
        "/api/collections/",
    }


def test_errors_and_changes_of_the_catalogue_are_not_shared(
    client: FlaskClient, product: int
) -> None:
    for method, path in [
        ("GET", "/api/products/999/"),
        ("GET", "/api/products/?limit=x"),
        ("POST", "/api/products/"),
        ("PATCH", f"/api/products/{product}/"),
        ("OPTIONS", "/api/products/"),
    ]:
        response = client.open(path, method=method, json={} if method != "GET" else None)
        assert "public" not in response.headers.get("Cache-Control", ""), (method, path)
