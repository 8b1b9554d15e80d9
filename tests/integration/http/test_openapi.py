"""The OpenAPI document describes every route, its access and its errors."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from novacart.entrypoints.access import is_admin, route_access
from tests.integration.http.conftest import MakeApp

REVIEWED = Path(__file__).parent / "access.txt"
PLACEHOLDER = re.compile(r"<(?:[^:<>]+:)?([^<>]+)>")
TEMPLATE = r"{\1}"
METHODS = ("get", "post", "put", "patch", "delete")
# Pages, assets and metrics are not part of the API.
UNDOCUMENTED = (
    "/",
    "/api/openapi.json",
    "/api/docs/",
    "/assets/<name>",
    "/metrics",
    "/admin",
)


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The document does not depend on the database."""
    return sqlite_url


@pytest.fixture
def document(client: FlaskClient) -> dict[str, Any]:
    found: dict[str, Any] = client.get("/api/openapi.json").get_json()
    return found


def operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, described in document["paths"].items():
        for method in METHODS:
            if method in described:
                yield f"{method.upper()} {path}", described[method]


def test_access_of_every_route_is_as_reviewed(make_app: Callable[..., Flask]) -> None:
    # DEBUG adds the route of the sandbox provider.
    app = make_app(DEBUG="True", METRICS_ENABLED="True", METRICS_TOKEN="t" * 16)
    found = [
        f"{method:6} {url:52} {access} {permission}".rstrip()
        for method, url, access, permission in route_access(app)
        if not is_admin(url)
    ]
    assert found == REVIEWED.read_text().splitlines()


def test_every_route_is_documented(app: Flask, document: dict[str, Any]) -> None:
    described = {name for name, _ in operations(document)}
    served = {
        f"{method} {PLACEHOLDER.sub(TEMPLATE, url)}"
        for method, url, *_ in route_access(app)
        if url not in UNDOCUMENTED and not is_admin(url)
    }
    assert described == served


def test_the_document_is_openapi_3_1(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1.")
    assert document["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"


def test_every_operation_has_a_summary_and_a_tag(document: dict[str, Any]) -> None:
    for name, operation in operations(document):
        assert operation.get("summary"), name
        assert operation.get("tags"), name


def test_every_operation_documents_its_access_and_access_errors(
    document: dict[str, Any],
) -> None:
    for name, operation in operations(document):
        access = operation["x-access"]
        assert access in {"anyone", "shopper", "user", "staff"}, name
        assert bool(operation["security"]) == (access != "anyone"), name
        assert ("401" in operation["responses"]) == (access != "anyone") or name.startswith(
            "POST /api/token/"
        ), name
        assert ("403" in operation["responses"]) or access != "staff", name


def test_every_error_is_documented_as_a_problem(document: dict[str, Any]) -> None:
    for name, operation in operations(document):
        for status, response in operation["responses"].items():
            if status == "default" or (status[0] in "45" and "ready" not in name):
                schema = response["content"]["application/problem+json"]["schema"]
                assert schema == {"$ref": "#/components/schemas/Problem"}, (name, status)


def test_every_reference_resolves(document: dict[str, Any]) -> None:
    def references(value: object) -> Iterator[str]:
        if isinstance(value, dict):
            if isinstance(value.get("$ref"), str):
                yield value["$ref"]
            for inner in value.values():
                yield from references(inner)
        elif isinstance(value, list):
            for inner in value:
                yield from references(inner)

    for reference in set(references(document)):
        target: Any = document
        for step in reference.removeprefix("#/").split("/"):
            target = target[step]


def test_server_is_the_address_of_the_request(make_app: MakeApp) -> None:
    client = make_app(ALLOWED_HOSTS="shop.example,api.shop.example").test_client()
    for address in ("https://shop.example", "http://api.shop.example:8080"):
        document = client.get("/api/openapi.json", base_url=address).get_json()
        assert document["servers"] == [{"url": address}]


def test_unchanged_document_is_304(client: FlaskClient) -> None:
    first = client.get("/api/openapi.json")
    again = client.get("/api/openapi.json", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304


def test_operation_ids_are_unique(document: dict[str, Any]) -> None:
    names = [operation["operationId"] for _, operation in operations(document)]
    assert len(set(names)) == len(names)
    assert "orders_create" in names


def test_conditional_headers_are_documented(document: dict[str, Any]) -> None:
    product = document["paths"]["/api/products/{product_id}/"]
    read, write = product["get"], product["patch"]
    assert "If-None-Match" in {parameter["name"] for parameter in read["parameters"]}
    assert "ETag" in read["responses"]["200"]["headers"]
    assert "If-Match" in {parameter["name"] for parameter in write["parameters"]}


def test_webhook_documents_its_body_and_signature(document: dict[str, Any]) -> None:
    webhook = dict(operations(document))["POST /api/payments/webhook/"]
    (signature,) = webhook["parameters"]
    assert (signature["name"], signature["in"]) == ("Stripe-Signature", "header")
    assert webhook["requestBody"]["required"]
    assert "application/json" in webhook["requestBody"]["content"]
