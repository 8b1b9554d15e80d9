"""The OpenAPI 3.1 document, generated from the routes and schemas and completed here."""

import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

import flask_smorest
from flask import Flask

from novacart.adapters.web.http.blueprint import Blueprint
from novacart.adapters.web.http.errors import STATUSES

_PLACEHOLDER: Final = re.compile(r"<(?:[^:<>]+:)?([^<>]+)>")
_PROBLEM_REF: Final = {"$ref": "#/components/schemas/Problem"}
_METHODS: Final = ("get", "post", "put", "patch", "delete")

_PROBLEM: Final[dict[str, Any]] = {
    "type": "object",
    "description": "Problem details (RFC 9457). Each invalid field is also repeated as a"
    " top-level member with its messages.",
    "required": ["type", "title", "status", "detail", "code", "request_id"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference", "examples": ["/problems/not-found"]},
        "title": {"type": "string"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string", "description": "A human-readable sentence."},
        "code": {
            "type": "string",
            "pattern": "^[a-z0-9_]+$",
            "description": "A stable code for programs.",
        },
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
    """flask-smorest without its error handlers; `errors.py` has ours."""

    def _register_error_handlers(self) -> None:
        """Register nothing."""

    def document(self, blueprint: Blueprint) -> None:
        """Describe the routes of a blueprint, which need not be registered by this class."""
        blueprint.register_views_in_doc(
            self, self._app, self.spec, name=blueprint.name, parameters=None
        )
        self.spec.tag({"name": blueprint.name, "description": blueprint.description})


def build_document(app: Flask, blueprints: Sequence[Blueprint], *, version: str) -> dict[str, Any]:
    """Return the OpenAPI document of the routes of blueprints that `app` has registered."""
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
        api.document(blueprint)
    document: dict[str, Any] = api.spec.to_dict()
    document["info"]["description"] = (
        "Money is a decimal string in major units. Times are RFC 3339 in UTC. Errors are problem"
        " details (RFC 9457). Sign in with `POST /api/token/` and send"
        " `Authorization: Bearer <access>`."
    )
    components = document["components"]
    components.pop("responses", None)
    components.pop("parameters", None)
    components.pop("headers", None)
    for endpoint, operation, route in _operations(app, document):
        # Client generators name their methods after it.
        operation["operationId"] = endpoint.replace(".", "_")
        _add_access_and_errors(operation, route)
        _add_conditional_headers(operation)
    return document


def _operations(
    app: Flask, document: dict[str, Any]
) -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    """Yield each endpoint, its operation, and the attributes of its view function."""
    paths = document["paths"]
    for rule in app.url_map.iter_rules():
        path_item = paths.get(_PLACEHOLDER.sub(r"{\1}", rule.rule), {})
        for method in _METHODS:
            if method.upper() in (rule.methods or ()) and method in path_item:
                attributes = vars(app.view_functions[rule.endpoint])
                yield rule.endpoint, path_item[method], attributes


def _add_access_and_errors(operation: dict[str, Any], route: dict[str, Any]) -> None:
    access = route.get("access", "")
    operation["security"] = [] if access == "anyone" else [{"bearer": []}]
    operation["x-access"] = access
    if permission := route.get("permission"):
        operation["x-permission"] = permission
    responses = operation["responses"]
    # flask-smorest's own error responses are not the ones that the API sends.
    for status in [status for status, response in responses.items() if "$ref" in response]:
        del responses[status]
    for code, description in _common_errors(operation, access, limited="limited" in route):
        responses.setdefault(str(STATUSES[code]), {"description": description})
    responses.setdefault("default", {"description": "Any other error."})
    for status, response in responses.items():
        if status == "default" or status[0] in "45":
            response.setdefault("content", {"application/problem+json": {"schema": _PROBLEM_REF}})


def _common_errors(
    operation: dict[str, Any], access: str, *, limited: bool
) -> Iterator[tuple[str, str]]:
    """Yield the error codes that any such route may return, with their descriptions."""
    if "requestBody" in operation or "parameters" in operation:
        yield "invalid_value", "The input is invalid. `errors` names each field."
    if "requestBody" in operation:
        yield "request_entity_too_large", "The request body is too large."
        yield "unsupported_media_type", "The content type of the request is not supported."
    if access != "anyone":
        yield "not_authenticated", "The access token is missing, invalid or expired."
    if access == "user":
        yield "account_required", "The access token is that of a guest."
    if access == "staff":
        yield "permission_denied", "The user's role does not have the permission."
    if limited:
        yield "too_many_requests", "Too many attempts. `Retry-After` says when to try again."
    yield "unavailable", "Temporarily unavailable. `Retry-After` says when to try again."


def _add_conditional_headers(operation: dict[str, Any]) -> None:
    """Document the headers of conditional and of limited routes."""
    responses = operation["responses"]
    if "304" in responses:
        _add_parameter(
            operation, "If-None-Match", "The `ETag` of a stored response: 304 if it is current."
        )
        for status in ("200", "304"):
            _add_header(responses[status], "ETag", "The entity tag of this representation.")
    if "412" in responses:
        _add_parameter(
            operation, "If-Match", "The `ETag` of the edited version: 412 if it was changed since."
        )
    for status in ("429", "503"):
        if status in responses and "default" in responses:
            _add_header(responses[status], "Retry-After", "Seconds to wait.", type_="integer")


def _add_parameter(operation: dict[str, Any], name: str, description: str) -> None:
    operation.setdefault("parameters", []).append(
        {
            "in": "header",
            "name": name,
            "required": False,
            "description": description,
            "schema": {"type": "string"},
        }
    )


def _add_header(
    response: dict[str, Any], name: str, description: str, *, type_: str = "string"
) -> None:
    header = {"description": description, "schema": {"type": type_}}
    response.setdefault("headers", {})[name] = header
