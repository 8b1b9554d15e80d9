from collections.abc import Callable
from urllib.parse import quote

import pytest
from flask import Flask

from tests.support.databases import on_sqlite
from tests.support.shoppers import new_product

MakeApp = Callable[..., Flask]
TOKEN = "feed-token-of-24-letters"


@pytest.mark.parametrize(
    ("name", "content_type"),
    [("google", "text/tab-separated-values"), ("shopify", "text/csv")],
)
def test_feed_lists_the_products_with_the_token(
    make_app: MakeApp, name: str, content_type: str
) -> None:
    app = make_app(FEED_TOKEN=TOKEN)
    new_product(app.extensions["novacart.injector"], title="Kettle", price=45)
    response = app.test_client().get(f"/api/feeds/{name}/?token={TOKEN}")
    assert response.status_code == 200
    assert response.mimetype == content_type
    assert "Kettle" in response.text
    assert "45.00" in response.text
    assert response.headers["Cache-Control"] == "no-store"


@on_sqlite
def test_links_of_a_feed_are_percent_encoded(make_app: MakeApp) -> None:
    app = make_app(FEED_TOKEN=TOKEN)
    new_product(app.extensions["novacart.injector"], title="दीया")
    response = app.test_client().get(f"/api/feeds/google/?token={TOKEN}")
    assert f"/products/{quote('दीया')}-p" in response.text


@on_sqlite
@pytest.mark.parametrize(
    ("query", "status"), [("?token=wrong", 404), ("?token=", 400), ("", 400), ("?token=é", 404)]
)
def test_feed_without_the_token_is_refused(make_app: MakeApp, query: str, status: int) -> None:
    client = make_app(FEED_TOKEN=TOKEN).test_client()
    response = client.get(f"/api/feeds/google/{query}")
    assert response.status_code == status
    assert response.mimetype == "application/problem+json"


def test_shop_without_a_token_has_no_feeds(app: Flask) -> None:
    assert app.test_client().get("/api/feeds/google/?token=x").status_code == 404
