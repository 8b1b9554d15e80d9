"""Every error as a problem (RFC 9457), from one table."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final, cast

import orjson
import structlog
from flask import Flask, Response, g
from werkzeug.exceptions import HTTPException

from novacart.application.ports.errors import Unavailable
from novacart.domain.shared.errors import DomainError, InvalidValue

RESERVED = frozenset({"type", "title", "status", "detail", "code", "request_id", "errors"})

# Error code -> status. 400 can never be right, 409 the present state forbids, 404 is not there.
# A code that is missing here is a mistake of ours: a test walks every DomainError.
STATUSES: Final[dict[str, int]] = {
    "domain_error": 409,
    "not_authenticated": 401,
    "permission_denied": 403,
    "above_your_limit": 403,
    "invalid_value": 400,
    "currency_mismatch": 400,
    "concurrent_change": 409,
    "weak_password": 400,
    "username_taken": 400,
    "email_taken": 400,
    "reset_token_not_valid": 400,
    "reset_token_not_found": 404,
    "wrong_credentials": 401,
    "token_not_valid": 401,
    "user_not_found": 404,
    "last_owner": 409,
    "address_not_found": 404,
    "address_book_full": 409,
    "product_not_found": 404,
    "category_not_found": 404,
    "slug_taken": 409,
    "stale_version": 412,
    "product_not_archived": 409,
    "out_of_stock": 409,
    "stock_reserved": 409,
    "stock_already_moved": 409,
    "cart_line_not_found": 404,
    "no_such_cart_lines": 400,
    "cart_limit_reached": 409,
    "not_enough_in_stock": 409,
    "cart_empty": 400,
    "order_not_found": 404,
    "order_line_not_found": 404,
    "order_transition_not_allowed": 409,
    "paid_order_cannot_be_cancelled": 409,
    "order_already_cancelled": 409,
    "order_already_shipped": 409,
    "order_not_paid": 409,
    "order_still_payable": 409,
    "order_line_already_cancelled": 409,
    "refund_exceeds_payment": 409,
    "refund_in_progress": 409,
    "nothing_to_ship": 409,
    "order_number_taken": 409,
    "impossible_payment_move": 409,
    "payment_mismatch": 409,
    "nothing_to_refund": 409,
    "refund_not_allowed": 409,
    "partial_refund_needs_staff": 403,
    "refund_refused": 409,
    "order_not_payable": 409,
    "payment_declined": 402,
    "payment_not_found": 404,
    "payment_not_payable": 409,
    "idempotency_key_reused": 422,
    "request_in_progress": 409,
    "not_on_wishlist": 404,
    "wishlist_full": 409,
}

# What Werkzeug's own refusals are called on the wire, and what they say to a person.
_SENTENCES: Final[dict[int, str]] = {
    404: "There is nothing at this address.",
    405: "This address does not answer that method.",
    413: "The body is larger than this address takes.",
}

_log = structlog.get_logger("novacart.web")


class ApiError(Exception):
    """A request that the web itself refuses, before or instead of asking the shop."""

    def __init__(
        self,
        status: int,
        *,
        code: str,
        detail: str,
        errors: Mapping[str, list[str]] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.errors = errors
        self.headers = headers


def invalid(errors: Mapping[str, list[str]]) -> ApiError:
    """400 with a sentence for each invalid field."""
    return ApiError(
        400,
        code="invalid_value",
        detail="Some of what you sent is not valid: " + ", ".join(sorted(errors)) + ".",
        errors=errors,
    )


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


def install(app: Flask) -> None:
    """Turn whatever is raised into a problem; what nobody foresaw is logged, never shown."""
    app.register_error_handler(DomainError, _domain_error)
    app.register_error_handler(ApiError, _refused)
    app.register_error_handler(Unavailable, _unavailable)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _unforeseen)


def _domain_error(error: DomainError) -> Response:
    status = STATUSES.get(error.code, 409)
    if isinstance(error, InvalidValue):
        said = {error.field: [error.message]}
        return problem(status, code=error.code, detail=error.message, errors=said)
    headers = {"WWW-Authenticate": "Bearer"} if status == HTTPStatus.UNAUTHORIZED else None
    extra = {name: value for name, value in error.details.items() if name != "errors"}
    return problem(
        status,
        code=error.code,
        detail=error.message,
        errors=cast("Mapping[str, list[str]] | None", error.details.get("errors")),
        extra=extra,
        headers=headers,
    )


def _refused(error: ApiError) -> Response:
    return problem(
        error.status,
        code=error.code,
        detail=error.detail,
        errors=error.errors,
        headers=error.headers,
    )


def _unavailable(error: Unavailable) -> Response:
    _log.warning("unavailable", error=type(error).__name__, reason=str(error))
    return problem(
        503,
        code="unavailable",
        detail="This does not work for the moment. Try again in a few seconds.",
        headers={"Retry-After": str(error.retry_after)},
    )


def _http_error(error: HTTPException) -> Response:
    if error.response is not None:
        return cast("Response", error.response)
    status = error.code or 500
    phrase = HTTPStatus(status).phrase
    kept = {
        name: value
        for name, value in error.get_headers()
        if name.lower() in {"allow", "retry-after", "www-authenticate", "content-range"}
    }
    return problem(
        status,
        code=phrase.lower().replace(" ", "_").replace("-", "_"),
        detail=_sentence(error, status),
        headers=kept,
    )


def _sentence(error: HTTPException, status: int) -> str:
    if error.description and error.description != type(error).description:
        return error.description
    return _SENTENCES.get(status) or error.description or HTTPStatus(status).phrase


def _unforeseen(error: Exception) -> Response:
    _log.error("unforeseen", exc_info=error)
    return problem(
        500,
        code="internal_error",
        detail="Something went wrong on our side. The request id tells us which request it was.",
    )
