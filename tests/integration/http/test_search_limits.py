"""Limits of searches: rate, and input of any kind."""

from itertools import count

import pytest
from flask import Flask
from flask.testing import FlaskClient
from injector import Injector

from novacart.adapters.web.http.endpoints import endpoint_of
from novacart.adapters.web.http.rate_limits import SEARCHES
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from tests.integration.http.conftest import MakeApp
from tests.support.contracts.catalog_queries import fill

_SUGGESTIONS = "/api/products/search/suggestions/"


def test_searches_facets_and_counts_above_the_limit_are_429(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make_app(SEARCH_RATE_LIMIT="3")
    # On a busy machine, a second may pass between the searches.
    monkeypatch.setattr(app.extensions[SEARCHES], "_clock", lambda: 0.0)
    client = app.test_client()
    paths = (
        f"{_SUGGESTIONS}?q=lamp",
        "/api/products/?search=lamp",
        "/api/products/facets/",
        "/api/products/facets/?search=lamp",
        "/api/products/?count=true&min_price=1&in_stock=true",
        "/api/products/?estimate_count=true&tag=new",
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
    others = (
        "/api/products/?min_price=1",
        "/api/products/?search=&tag=&count=1&category=home",
        "/api/products/?count=false&min_price=1&utm_source=mail",
        "/api/products/?count=true&brand=Acme&on_sale=true",
        "/api/products/brands/",
        "/api/products/price-range/",
    )
    for path in others:
        assert client.get(path).status_code == 200
    # The server knows these searches before it calls their views.
    assert [_is_known_search(app, path) for path in paths] == [True] * len(paths)
    assert [_is_known_search(app, path) for path in others] == [False] * len(others)


def _is_known_search(app: Flask, path: str) -> bool:
    with app.test_request_context(path) as context:
        is_search = endpoint_of(app, context.request.endpoint).is_search
        return is_search is not None and is_search(context.request.query_string.decode())


@pytest.mark.parametrize(
    "path", [f"{_SUGGESTIONS}?q=lamp", "/api/products/?search=lamp", "/api/products/facets/"]
)
def test_client_waits_after_a_long_search(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    app = make_app(SEARCH_RATE_LIMIT="50")
    seconds = count(step=10)
    monkeypatch.setattr(app.extensions[SEARCHES], "_clock", lambda: float(next(seconds)))
    client = app.test_client()
    assert client.get(path).status_code == 200
    response = client.get(path)
    assert (response.status_code, response.headers["Retry-After"]) == (429, "12")
    assert [client.get(path).status_code for _ in range(2)] == [429, 200]
    # Only the network of the client waits.
    assert client.get(path).status_code == 429
    assert client.get(path, environ_base={"REMOTE_ADDR": "192.0.2.9"}).status_code == 200


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
