"""Arguments of a view that are loaded from the query string."""

from typing import Any, Final
from urllib.parse import quote

import pytest
from flask import Response
from flask.testing import FlaskClient
from marshmallow import fields

from novacart.adapters.web.http import blueprint as blueprint_module
from novacart.adapters.web.http import errors, frame
from novacart.adapters.web.http.app import NovaCartFlask
from novacart.adapters.web.http.blueprint import Blueprint
from novacart.adapters.web.http.fields import ListedText, QueryInteger, QuerySchema, Text
from novacart.adapters.web.http.responses import json_response

_LOADED: Final[list[str]] = []


class SizeSchema(QuerySchema):
    name = Text(maximum=300)
    size = QueryInteger(minimum=1, maximum=9, load_default=5)
    tags = fields.List(ListedText(maximum=5), load_default=list)

    def load(self, data: Any, **options: Any) -> Any:  # noqa: ANN401 (marshmallow's signature)
        _LOADED.append(data.get("name", ""))
        return super().load(data, **options)


@pytest.fixture
def client() -> FlaskClient:
    _LOADED.clear()
    app = NovaCartFlask("test")
    blueprint = Blueprint("sizes", __name__, url_prefix="/api/sizes")

    def show(query: dict[str, Any]) -> Response:
        """Return the arguments, and change them."""
        response = json_response(query)
        query["size"] += 1
        return response

    blueprint.route("/")(blueprint.arguments(SizeSchema, location="query")(show))
    frame.init_app(app)
    errors.init_app(app)
    app.register_blueprint(blueprint)
    return app.test_client()


def size(client: FlaskClient, query: str) -> int:
    value: int = client.get(f"/api/sizes/?{query}").get_json()["size"]
    return value


def test_error_of_a_text_in_a_list_names_the_text(client: FlaskClient) -> None:
    response = client.get(f"/api/sizes/?tags=&tags=new&tags={'x' * 50}")
    reason = f"“{'x' * 40}…”: It must have at most 5 characters."
    assert response.get_json()["errors"] == {"tags": [reason]}


def test_each_query_has_its_own_arguments(client: FlaskClient) -> None:
    for _ in range(3):
        assert [size(client, query) for query in ("", "size=2", "size=3&size=4")] == [5, 2, 4]
    assert len(_LOADED) == 3


def test_invalid_query_is_rejected_each_time(client: FlaskClient) -> None:
    for _ in range(2):
        assert client.get("/api/sizes/?size=10").status_code == 400
        assert client.get("/api/sizes/?name=%00").status_code == 400


def test_equal_queries_in_different_bytes_are_loaded_apart(client: FlaskClient) -> None:
    for query in ("name=%C3%A9", f"name={quote('é')}&", "name=%C3%A8"):
        client.get(f"/api/sizes/?{query}")
    assert _LOADED == ["é", "é", "è"]


def test_memory_of_cached_queries_is_bounded(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blueprint_module._QueryLoader, "MAX_SIZE", 3)
    for number in range(8):
        client.get(f"/api/sizes/?name={number}")
    client.get("/api/sizes/?name=7")
    assert len(_LOADED) == 8
    client.get("/api/sizes/?name=0")
    assert len(_LOADED) == 9
    # A long one is not cached at all.
    for _ in range(2):
        client.get(f"/api/sizes/?name={'x' * 300}")
    assert len(_LOADED) == 11
