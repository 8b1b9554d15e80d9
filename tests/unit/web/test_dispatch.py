"""Dispatch of requests: URLs that were matched before, and hooks beside the frame."""

import pytest
from flask import Blueprint, Response
from flask.testing import FlaskClient

from novacart.adapters.web.http import frame
from novacart.adapters.web.http.app import NovaCartFlask


@pytest.fixture
def app() -> NovaCartFlask:
    app = NovaCartFlask("test")
    app.config["TRUSTED_HOSTS"] = ["shop.example"]
    frame.init_app(app)
    app.add_url_rule("/things/<name>/", "thing", lambda name: name)
    return app


@pytest.fixture
def client(app: NovaCartFlask) -> FlaskClient:
    return app.test_client()


def get(client: FlaskClient, path: str, *, host: str = "shop.example") -> tuple[int, str]:
    response = client.get(path, headers={"Host": host})
    return response.status_code, response.text


def test_cached_match_has_its_own_arguments(client: FlaskClient) -> None:
    for name in ("a", "b", "a", "b"):
        assert get(client, f"/things/{name}/") == (200, name)


def test_cached_match_is_for_its_method_only(client: FlaskClient) -> None:
    headers = {"Host": "shop.example"}
    for _ in range(2):
        assert client.get("/things/a/", headers=headers).status_code == 200
        assert client.post("/things/a/", headers=headers).status_code == 405


def test_host_of_a_cached_match_is_checked(client: FlaskClient) -> None:
    assert get(client, "/things/a/")[0] == 200
    assert get(client, "/things/a/", host="evil.example")[0] == 400


def test_url_that_matched_nothing_is_matched_again(client: FlaskClient) -> None:
    for _ in range(2):
        assert get(client, "/nothing/")[0] == 404
        assert get(client, "/things/a")[0] == 404


def test_cached_matches_are_bounded(
    app: NovaCartFlask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(app.matches), "MAX_SIZE", 20)
    for number in range(app.matches.MAX_SIZE + 10):
        get(client, f"/things/{number}/")
    get(client, f"/things/{'a' * app.matches.MAX_LENGTH}/")
    assert len(app.matches) == 10


def test_hooks_of_a_blueprint_and_of_the_application_are_called(app: NovaCartFlask) -> None:
    def marked(response: Response) -> Response:
        response.headers.add("X-Marks", "1")
        return response

    blueprint = Blueprint("marked", "marked")
    blueprint.after_request(marked)
    blueprint.add_url_rule("/marked/", "marked", lambda: "")
    blueprint.before_request(lambda: None)
    app.register_blueprint(blueprint)
    client = app.test_client()
    headers = {"Host": "shop.example"}

    def marks(path: str) -> int:
        response = client.get(path, headers=headers)
        assert "X-Request-ID" in response.headers
        return len(response.headers.getlist("X-Marks"))

    assert (marks("/marked/"), marks("/things/a/")) == (1, 0)
    app._got_first_request = False  # Flask forbids new hooks after the first request
    app.after_request(marked)
    app.before_request(lambda: "instead of the view")
    assert (marks("/marked/"), marks("/things/a/")) == (2, 1)
    assert client.get("/things/a/", headers=headers).text == "instead of the view"
