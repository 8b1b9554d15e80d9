"""The OpenAPI 3.1 document: made of the routes and schemas themselves, completed here."""

import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

import flask_smorest
from flask import Flask

from novacart.adapters.web.http.blueprint import Blueprint

_PLACEHOLDER: Final = re.compile(r"<(?:[^:<>]+:)?([^<>]+)>")
_PROBLEM_REF: Final = {"$ref": "#/components/schemas/Problem"}
_METHODS: Final = ("get", "post", "put", "patch", "delete")

_PROBLEM: Final[dict[str, Any]] = {
    "type": "object",
    "description": "What went wrong (RFC 9457). An invalid field is repeated as a member of"
    " its own, with the same sentences.",
    "required": ["type", "title", "status", "detail", "code", "request_id"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference", "examples": ["/problems/not-found"]},
        "title": {"type": "string"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string", "description": "A sentence that a person can read."},
        "code": {"type": "string", "pattern": "^[a-z0-9_]+$", "description": "Stable."},
        "request_id": {"type": "string"},
        "errors": {
            "type": "object",
            "additionalProperties": {"type": "array", "items": {"type": "string"}},
        },
    },
    "additionalProperties": True,
}
_BEARER: Final = {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}


class Api(flask_smorest.Api):
    """flask-smorest's document, with our own error answers instead of its."""

    def _register_error_handlers(self) -> None:
        """Errors are handled in `errors.py`."""


def describe(app: Flask, blueprints: Sequence[Blueprint], *, version: str) -> dict[str, Any]:
    """Register the blueprints with `app` and return the document of all their routes."""
    app.config |= {
        "API_TITLE": "NovaCart",
        "API_VERSION": version,
        "OPENAPI_VERSION": "3.1.0",
        "OPENAPI_URL_PREFIX": None,
    }
    api = Api(app)
    api.spec.components.schema("Problem", _PROBLEM)
    api.spec.components.security_scheme("bearer", _BEARER)
    for blueprint in blueprints:
        api.register_blueprint(blueprint)
    document: dict[str, Any] = api.spec.to_dict()
    document["info"]["description"] = (
        "Money is a decimal string in major units, times are RFC 3339 in UTC, errors are problem"
        " details (RFC 9457). Sign in at `/api/token/` and send `Authorization: Bearer <access>`."
    )
    document["servers"] = [{"url": "/"}]
    components = document["components"]
    components.pop("responses", None)
    components.pop("parameters", None)
    components.pop("headers", None)
    for endpoint, operation, route in _operations(app, document):
        # Generators of clients name their methods so.
        operation["operationId"] = endpoint.replace(".", "_")
        _complete(operation, route)
        _tell_conditions(operation)
    return document


def _operations(
    app: Flask, document: dict[str, Any]
) -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    """Each endpoint with its operation and the attributes of the function that answers it."""
    paths = document["paths"]
    for rule in app.url_map.iter_rules():
        described = paths.get(_PLACEHOLDER.sub(r"{\1}", rule.rule), {})
        for method in _METHODS:
            if method.upper() in (rule.methods or ()) and method in described:
                route = vars(app.view_functions[rule.endpoint])
                yield rule.endpoint, described[method], route


def _complete(operation: dict[str, Any], route: dict[str, Any]) -> None:
    access = route.get("access", "")
    operation["security"] = [] if access == "anyone" else [{"bearer": []}]
    operation["x-access"] = access
    if permission := route.get("permission"):
        operation["x-permission"] = permission
    responses = operation["responses"]
    # What flask-smorest says of errors by itself is not what we answer with.
    for status in [status for status, answer in responses.items() if "$ref" in answer]:
        del responses[status]
    for status, description in _errors_of(operation, access, limited="limited" in route):
        responses.setdefault(status, {"description": description})
    for status, answer in responses.items():
        if status == "default" or status[0] in "45":
            answer.setdefault("content", {"application/problem+json": {"schema": _PROBLEM_REF}})


def _tell_conditions(operation: dict[str, Any]) -> None:
    """Name the headers that go with the answers of a conditional or a limited route."""
    responses = operation["responses"]
    if "304" in responses:
        _accept(operation, "If-None-Match", "The `ETag` of what you have: 304 where it still is.")
        for status in ("200", "304"):
            _answer_with(responses[status], "ETag", "The entity tag of this representation.")
    if "412" in responses:
        _accept(operation, "If-Match", "The `ETag` that you read: 412 where it was changed since.")
    for status in ("429", "503"):
        if status in responses and "default" in responses:
            _answer_with(responses[status], "Retry-After", "Seconds to wait.", type_="integer")


def _accept(operation: dict[str, Any], name: str, description: str) -> None:
    operation.setdefault("parameters", []).append(
        {
            "in": "header",
            "name": name,
            "required": False,
            "description": description,
            "schema": {"type": "string"},
        }
    )


def _answer_with(
    answer: dict[str, Any], name: str, description: str, *, type_: str = "string"
) -> None:
    header = {"description": description, "schema": {"type": type_}}
    answer.setdefault("headers", {})[name] = header


def _errors_of(
    operation: dict[str, Any], access: str, *, limited: bool
) -> Iterator[tuple[str, str]]:
    """What any route of this kind may answer, beside the refusals that it names itself."""
    if "requestBody" in operation or "parameters" in operation:
        yield "400", "Something sent is not valid; `errors` names each field."
    if "requestBody" in operation:
        yield "413", "The body is too large."
        yield "415", "The body is not of a type that is taken here."
    if access in {"user", "staff"}:
        yield "401", "Not signed in, or no longer."
    if access == "staff":
        yield "403", "Signed in, but not as staff of a role that may."
    if limited:
        yield "429", "Tried too often; `Retry-After` says when to try again."
    yield "503", "Out of reach for the moment; see `Retry-After`."
    yield "default", "Any other error."
