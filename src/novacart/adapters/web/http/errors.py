"""Error responses: problem details (RFC 9457) with one status for each error code.

Endpoints with an `error_page` answer with that page instead. A browser gets a page for an address
without an endpoint, too, and for an unknown host.
"""

from base64 import b64encode
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial, wraps
from hashlib import sha256
from http import HTTPStatus
from typing import Any, Final, TypeVar, cast

import orjson
import structlog
from flask import Flask, Response, current_app, g, request
from flask.globals import request_ctx
from markupsafe import Markup
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.http import HTTP_STATUS_CODES

from novacart.adapters.web.http.endpoints import endpoint_of, unknown_page
from novacart.adapters.web.http.security_headers import DENY_ALL
from novacart.application.ports.errors import Unavailable
from novacart.domain.shared.errors import DomainError, InvalidValue

RESERVED_MEMBERS: Final = frozenset(
    {"type", "title", "status", "detail", "code", "request_id", "errors"}
)

# The status of each code, for the error handlers and for the OpenAPI document. 400: the input can
# never be valid. 404: it does not exist. 409: the present state forbids it.
DOMAIN_STATUSES: Final[dict[str, int]] = {
    "domain_error": 409,
    "permission_denied": 403,
    "account_required": 403,
    "above_your_limit": 403,
    "own_order": 403,
    "invalid_value": 400,
    "currency_mismatch": 400,
    "concurrent_change": 409,
    "weak_password": 400,
    "username_taken": 400,
    "username_too_similar": 400,
    "email_taken": 400,
    "reset_token_not_valid": 400,
    "reset_token_not_found": 404,
    "link_not_valid": 400,
    "mfa_required": 401,
    "mfa_code_not_valid": 401,
    "mfa_setup_required": 403,
    "mfa_already_enabled": 409,
    "mfa_not_enabled": 409,
    "mfa_mandatory": 409,
    "password_already_set": 409,
    "reauthentication_required": 403,
    "wrong_credentials": 401,
    "too_many_requests": 429,
    "token_not_valid": 401,
    # The user who sends it is signed in, so it is not a 401.
    "guest_token_not_valid": 400,
    "session_not_found": 404,
    "user_not_found": 404,
    "last_owner": 409,
    "address_not_found": 404,
    "address_book_full": 409,
    "product_not_found": 404,
    "category_not_found": 404,
    "collection_not_found": 404,
    "slug_taken": 409,
    "category_in_use": 409,
    "category_inside_itself": 409,
    "attribute_not_found": 404,
    "attribute_code_taken": 409,
    "attribute_in_use": 409,
    "attribute_choice_in_use": 409,
    "attribute_not_in_category": 409,
    "sku_taken": 409,
    "stale_version": 412,
    "product_not_archived": 409,
    "import_not_found": 404,
    "import_undone": 409,
    "wrong_import_status": 409,
    "variant_not_found": 404,
    "option_not_found": 404,
    "option_value_not_found": 404,
    "picture_not_found": 404,
    "option_value_in_use": 409,
    "duplicate_combination": 409,
    "variant_is_default": 409,
    "variant_not_archived": 409,
    "catalog_limit_reached": 409,
    "out_of_stock": 409,
    "stock_reserved": 409,
    "stock_already_moved": 409,
    "cart_line_not_found": 404,
    "no_such_cart_lines": 400,
    "cart_limit_reached": 409,
    "cart_full": 409,
    "not_enough_in_stock": 409,
    "cart_empty": 400,
    "total_changed": 409,
    "order_not_found": 404,
    "order_link_not_valid": 404,
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
    "not_returnable": 409,
    "order_number_taken": 409,
    "too_many_unpaid_orders": 409,
    "too_many_cod_orders": 409,
    "too_many_units": 409,
    "too_many_renewals": 429,
    "impossible_payment_move": 409,
    "payment_mismatch": 409,
    "nothing_to_refund": 409,
    "refund_not_allowed": 409,
    "order_disputed": 409,
    "payment_disputed": 409,
    "payment_not_disputable": 409,
    "partial_refund_needs_staff": 403,
    "refund_refused": 409,
    "refund_not_found": 404,
    "refund_resolved": 409,
    "order_not_payable": 409,
    "payment_declined": 402,
    "amount_too_large": 409,
    "amount_too_small": 409,
    "amount_not_payable": 409,
    "too_many_declines": 429,
    "payment_not_found": 404,
    "payment_not_payable": 409,
    "webhook_event_not_found": 404,
    "idempotency_key_reused": 422,
    "request_in_progress": 409,
    "not_on_wishlist": 404,
    "wishlist_full": 409,
}
HTTP_STATUSES: Final[dict[str, int]] = {
    "bad_request": 400,
    "malformed_json": 400,
    "not_authenticated": 401,
    "origin_not_allowed": 403,
    "not_found": 404,
    "page_not_found": 404,
    "method_not_allowed": 405,
    "request_timeout": 408,
    "precondition_failed": 412,
    "request_entity_too_large": 413,
    "request_uri_too_long": 414,
    "unsupported_media_type": 415,
    "requested_range_not_satisfiable": 416,
    "internal_error": 500,
    "unavailable": 503,
    "webhook_signature_invalid": 400,
    "webhook_unreadable": 400,
    "webhook_not_stored": 500,
}
STATUSES: Final = DOMAIN_STATUSES | HTTP_STATUSES

# The codes and sentences of the errors that Flask and Werkzeug raise themselves.
_WERKZEUG_CODES: Final = {
    400: "bad_request",
    404: "not_found",
    405: "method_not_allowed",
    413: "request_entity_too_large",
    414: "request_uri_too_long",
    416: "requested_range_not_satisfiable",
}
_WERKZEUG_DETAILS: Final = {
    404: "There is no page at this URL.",
    405: "This URL does not support that method.",
    413: "The request body is too large.",
}

# Headers of an error that a page has, too.
_PAGE_HEADERS: Final = frozenset({"allow", "connection", "retry-after"})

_log = structlog.get_logger("novacart.web")

Error = TypeVar("Error", bound=Exception)


class ApiError(Exception):
    """An error of the HTTP adapter itself, such as a malformed body. `code` gives its status."""

    def __init__(
        self,
        code: str,
        detail: str,
        *,
        errors: Mapping[str, list[str]] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.errors = errors
        self.headers = headers


def invalid(errors: Mapping[str, list[str]]) -> ApiError:
    """Return a 400 error with the messages of each invalid field."""
    return ApiError(
        "invalid_value", f"Some fields are invalid: {', '.join(sorted(errors))}.", errors=errors
    )


def problem(
    code: str,
    detail: str,
    *,
    status: int | None = None,
    errors: Mapping[str, list[str]] | None = None,
    extra: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Return a problem document. `status` is for codes that are not in `STATUSES`.

    Each invalid field is repeated as a top-level member, where v1 clients read it.
    """
    status = status or STATUSES[code]
    body: dict[str, Any] = dict(extra or {})
    if errors:
        body |= {
            field: messages for field, messages in errors.items() if field not in RESERVED_MEMBERS
        }
        body["errors"] = dict(errors)
    body |= {
        "type": "/problems/" + code.replace("_", "-"),
        "title": HTTP_STATUS_CODES[status],
        "status": status,
        "detail": detail,
        "code": code,
        "request_id": g.get("request_id", ""),
    }
    response = Response(orjson.dumps(body), status, content_type="application/problem+json")
    response.headers.extend(headers or {})
    return response


def init_app(app: Flask) -> None:
    """Register the error handlers. An unhandled exception is logged and its text never shown."""
    app.register_error_handler(DomainError, _page_or_problem(_handle_domain_error))
    app.register_error_handler(ApiError, _page_or_problem(_handle_api_error))
    app.register_error_handler(Unavailable, _page_or_problem(_handle_unavailable))
    app.register_error_handler(HTTPException, _page_or_problem(_handle_http_error))
    app.register_error_handler(Exception, _page_or_problem(_handle_unexpected_error))


def _page_or_problem(handle: Callable[[Error], Response]) -> Callable[[Error], Response]:
    """Return the handler, which answers with the error page of the endpoint if it has one."""

    @wraps(handle)
    def handled(error: Error) -> Response:
        response = handle(error)
        error_page = endpoint_of(current_app, _endpoint_name()).error_page
        if error_page is None and request.endpoint is None and _expects_page():
            # No URL can be built for an unknown host.
            knows_host = request_ctx.url_adapter is not None
            error_page = unknown_page(current_app, request.path) if knows_host else None
            error_page = error_page or partial(_plain_page, _text_of(error))
        if error_page is None:
            return _varied(response)
        page = error_page(response.status_code)
        page.headers.extend(
            (name, value) for name, value in response.headers if name.lower() in _PAGE_HEADERS
        )
        return _varied(page)

    return handled


def _varied(response: Response) -> Response:
    """Tell caches that the answer at an address without an endpoint depends on `Accept`."""
    if request.endpoint is None and not request.path.startswith("/api/"):
        response.vary.add("Accept")
    return response


def _expects_page() -> bool:
    """Whether the client prefers a page to JSON, as browsers do, at an address beside the API."""
    accepted = request.accept_mimetypes
    prefers_page = accepted["text/html"] > accepted["application/json"]
    return prefers_page and not request.path.startswith("/api/")


def _text_of(error: Exception) -> str:
    """What a page says about an error for which no endpoint was found."""
    if isinstance(error, HTTPException) and error.code is not None:
        return _detail(error, error.code)
    return error.detail if isinstance(error, ApiError) else "The request could not be processed."


def _plain_page(text: str, status: int) -> Response:
    """A page that needs no other file, since those of an unknown host are refused, too."""
    page = _PLAIN_PAGE.format(style=_STYLE, title=HTTP_STATUS_CODES[status], text=text)
    response = Response(page, status, content_type="text/html; charset=utf-8")
    response.headers["Content-Security-Policy"] = f"{DENY_ALL}; style-src 'sha256-{_STYLE_HASH}'"
    # A cache must not send it to a client that expects a problem document.
    response.headers["Cache-Control"] = "no-store"
    return response


_STYLE: Final = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:36rem;margin:15vh auto;padding:0 1rem}"
)
_STYLE_HASH: Final = b64encode(sha256(_STYLE.encode()).digest()).decode()
_PLAIN_PAGE: Final = Markup(
    '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width, initial-scale=1">'
    '<meta name="color-scheme" content="light dark"><meta name="robots" content="noindex">'
    "<title>{title}</title><style>{style}</style></head>"
    "<body><main><h1>{title}</h1><p>{text}</p></main></body></html>\n"
)


def _endpoint_name() -> str | None:
    """The endpoint of the URL, also if the method is not one that it supports."""
    adapter = request_ctx.url_adapter
    if adapter is not None and isinstance(request.routing_exception, MethodNotAllowed):
        with suppress(HTTPException):
            return cast("str", adapter.match(method="GET")[0])
    return request.endpoint


def _handle_domain_error(error: DomainError) -> Response:
    status = STATUSES.get(error.code, STATUSES[DomainError.code])
    if isinstance(error, InvalidValue):
        errors = {error.field: [error.message]}
        return problem(error.code, error.message, status=status, errors=errors)
    return problem(
        error.code,
        error.message,
        status=status,
        errors=cast("Mapping[str, list[str]] | None", error.details.get("errors")),
        extra={name: value for name, value in error.details.items() if name != "errors"},
        headers=_headers(error, status),
    )


def _headers(error: DomainError, status: int) -> dict[str, str]:
    retry_after = getattr(error, "retry_after", None)
    if retry_after is not None:
        return {"Retry-After": str(retry_after)}
    return {"WWW-Authenticate": "Bearer"} if status == HTTPStatus.UNAUTHORIZED else {}


def _handle_api_error(error: ApiError) -> Response:
    return problem(error.code, error.detail, errors=error.errors, headers=error.headers)


def _handle_unavailable(error: Unavailable) -> Response:
    _log.warning("unavailable", error=type(error).__name__, reason=str(error))
    return problem(
        "unavailable",
        "The service is temporarily unavailable. Try again in a few seconds.",
        headers={"Retry-After": str(error.retry_after)},
    )


def _handle_http_error(error: HTTPException) -> Response:
    if error.response is not None:
        return cast("Response", error.response)
    status = error.code or HTTPStatus.INTERNAL_SERVER_ERROR
    phrase = HTTP_STATUS_CODES[status]
    kept_headers = {
        name: value
        for name, value in error.get_headers()
        if name.lower() in {"allow", "retry-after", "www-authenticate", "content-range"}
    }
    return problem(
        _WERKZEUG_CODES.get(status, phrase.lower().replace(" ", "_").replace("-", "_")),
        _detail(error, status),
        status=status,
        headers=kept_headers,
    )


def _detail(error: HTTPException, status: int) -> str:
    if error.description and error.description != type(error).description:
        return error.description
    return _WERKZEUG_DETAILS.get(status) or error.description or HTTP_STATUS_CODES[status]


def _handle_unexpected_error(error: Exception) -> Response:
    _log.error("unhandled_error", exc_info=error)
    return problem(
        "internal_error",
        "An unexpected error occurred. Quote the request id when you report it.",
    )
