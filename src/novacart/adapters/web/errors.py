"""Every error as a problem (RFC 9457), from one table."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

import orjson
from flask import Flask, Response, g, request
from werkzeug.exceptions import HTTPException

from novacart.application.ports.errors import Unavailable
from novacart.domain.shared.errors import DomainError, InvalidValue

RESERVED = frozenset({"type", "title", "status", "detail", "code", "request_id", "errors"})

# Error code -> status. 400 can never be right, 409 the present state forbids, 404 is not there.
# A code that is missing here is a mistake of ours: a test walks every DomainError.
STATUSES: Final[dict[str, int]] = {
    "invalid_value": 400,
    "currency_mismatch": 400,
    "concurrent_change": 409,
    "not_on_wishlist": 404,
    "wishlist_full": 409,
}


def problem(
    status: int,
    *,
    code: str,
    detail: str,
    title: str | None = None,
    errors: Mapping[str, list[str]] | None = None,
    extra: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """A problem document. Invalid fields are repeated at the top, where v1 clients read them."""
    body: dict[str, Any] = dict(extra or {})
    if errors:
        body |= {field: said for field, said in errors.items() if field not in RESERVED}
        body["errors"] = dict(errors)
    body |= {
        "type": "/problems/" + code.replace("_", "-"),
        "title": title or HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "code": code,
        "request_id": g.get("request_id", ""),
    }
    response = Response(orjson.dumps(body), status, content_type="application/problem+json")
    response.headers.extend(headers or {})
    return response
