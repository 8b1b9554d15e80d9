"""Limits of searches: rate, statement timeout, and input of any kind."""

from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient
from injector import Injector
from sqlalchemy import text

from novacart.adapters.persistence import database as database_module
from novacart.adapters.persistence.database import Database
from novacart.adapters.web.http.rate_limits import SEARCHES
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from tests.integration.http.conftest import MakeApp
from tests.support.contracts.catalog_queries import fill
from tests.support.databases import on_sqlite

_SUGGESTIONS = "/api/products/search/suggestions/"


def test_searches_and_facets_above_the_limit_are_429(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make_app(SEARCH_RATE_LIMIT="2")
    # On a busy machine, a second may pass between the searches.
    monkeypatch.setattr(app.extensions[SEARCHES], "_clock", lambda: 0.0)
    client = app.test_client()
    paths = (
        f"{_SUGGESTIONS}?q=lamp",
        "/api/products/?search=lamp",
        "/api/products/facets/",
        "/api/products/facets/?search=lamp",
    )
    for path in paths:
        assert client.get(path).status_code == 200
    for path in paths:
        response = client.get(path)
        assert (response.status_code, response.get_json()["code"]) == (429, "too_many_requests")
        assert response.headers["Retry-After"] == "1"
        assert response.content_type == "application/problem+json"
    other = client.get(f"{_SUGGESTIONS}?q=lamp", environ_base={"REMOTE_ADDR": "192.0.2.9"})
    assert other.status_code == 200
    for path in ("/api/products/", "/api/products/brands/", "/api/products/price-range/"):
        assert client.get(path).status_code == 200


def test_searches_are_not_limited_without_rate_limits(make_app: MakeApp) -> None:
    client = make_app(SEARCH_RATE_LIMIT="1", RATELIMIT_ENABLED="False").test_client()
    assert {client.get(f"{_SUGGESTIONS}?q=a").status_code for _ in range(10)} == {200}


TEXTS = (
    "a",
    "x" * 200,
    "ab " * 66,
    "the and of for with",
    "\u0301\u200d\ufe0f",
    "\U0010ffff" * 50,
    "\x00",
    "' & | ! :* \\\\ ~lamp <-> (",
    "香" * 200,
    "👍🏽" * 40,
    "ﷺ" * 200,
    "İ" * 200,
)


def test_any_text_is_answered(client: FlaskClient, injector: Injector) -> None:
    fill(injector.get(UnitOfWorkFactory))  # type: ignore[type-abstract]
    for typed in TEXTS:
        for path, name in ((_SUGGESTIONS, "q"), ("/api/products/", "search")):
            response = client.get(path, query_string={name: typed})
            assert response.status_code in {200, 400}, (typed, response.text)
    assert client.get(f"{_SUGGESTIONS}?q={'x' * 201}").status_code == 400


@pytest.fixture
def locked_products(postgresql_url: str) -> Iterator[None]:
    """A transaction that lets no statement read the products."""
    database = Database.connect(postgresql_url)
    with database.writing() as connection:
        connection.execute(text("LOCK TABLE products IN ACCESS EXCLUSIVE MODE"))
        yield
    database.dispose()


@on_sqlite  # The setting names another database.
@pytest.mark.usefixtures("locked_products")
def test_read_that_exceeds_its_timeout_is_503(
    postgresql_url: str, make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_module, "_SHORT_STATEMENTS", "SET statement_timeout = '0.1s'")
    client = make_app(DATABASE_URL=postgresql_url).test_client()
    for path in (
        "?search=lamp",
        "?count=true&in_stock=true",
        "price-range/",
        "1/",
        "search/suggestions/?q=la",
    ):
        response = client.get(f"/api/products/{path}")
        assert (response.status_code, response.get_json()["code"]) == (503, "unavailable")
        assert int(response.headers["Retry-After"]) > 0
        assert "statement" not in response.text.lower()
