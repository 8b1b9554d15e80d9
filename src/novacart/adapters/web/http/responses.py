"""JSON responses, encoded with orjson."""

from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final, cast
from wsgiref.types import WSGIEnvironment

import orjson
from flask import Response
from flask.json.provider import JSONProvider

from novacart.domain.shared.money import Money

# Dataclasses are passed to `_encode`, since orjson would write out the fields of `Money`.
_OPTIONS: Final = orjson.OPT_UTC_Z | orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_NON_STR_KEYS

# Werkzeug makes these valid URIs.
_ADJUSTED_HEADERS: Final = frozenset({"location", "content-location"})
_WITHOUT_BODY: Final = frozenset({HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED})


def json_bytes(body: object) -> bytes:
    """Encode as UTF-8 JSON: money as a decimal string, aware times as RFC 3339 with `Z`.

    Raises `TypeError` for any other type that JSON does not have.
    """
    return orjson.dumps(body, default=_encode, option=_OPTIONS)


class NovaCartResponse(Response):
    """A response with headers that are added when it is sent.

    Werkzeug checks each header that is set, and copies and checks all of them again to send them.
    `added_headers` are constants and checked values of our own, which need no check.
    """

    added_headers: Sequence[tuple[str, str]] = ()

    def get_wsgi_response(
        self, environ: WSGIEnvironment
    ) -> tuple[Iterable[bytes], str, list[tuple[str, str]]]:
        if self._is_complete:
            body = () if environ["REQUEST_METHOD"] == "HEAD" else self.response
            return cast("Iterable[bytes]", body), self.status, [*self.headers, *self.added_headers]
        iterable, status, headers = super().get_wsgi_response(environ)
        return iterable, status, [*headers, *self.added_headers]

    @property
    def _is_complete(self) -> bool:
        """Whether Werkzeug would change nothing: the body is in memory and has its length."""
        body = self.response
        names = {name.lower() for name, _ in self.headers}
        return (
            type(body) is list
            and len(body) == 1
            and type(body[0]) is bytes
            and "content-length" in names
            and names.isdisjoint(_ADJUSTED_HEADERS)
            and self.status_code not in _WITHOUT_BODY
            and not self._on_close
        )


def json_response(
    body: object, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """Return an `application/json` response."""
    return encoded_response(json_bytes(body), status, headers)


def encoded_response(
    content: bytes, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """Return an `application/json` response of JSON that is encoded already."""
    response = NovaCartResponse(content, status, content_type="application/json")
    if headers is not None:
        for name, value in headers.items():
            response.headers.add(name, value)
    return response


class OrjsonProvider(JSONProvider):
    """Flask's and flask-smorest's JSON encoding of values that a route returns."""

    def dumps(self, obj: Any, **_: Any) -> str:  # noqa: ANN401 (Flask's own signature)
        return json_bytes(obj).decode()

    def loads(self, s: str | bytes, **_: Any) -> Any:  # noqa: ANN401 (Flask's own signature)
        return orjson.loads(s)

    def response(self, *args: Any, **kwargs: Any) -> Response:  # noqa: ANN401 (Flask's own signature)
        return json_response(self._prepare_response_obj(args, kwargs))


def _encode(value: object) -> str:
    if isinstance(value, Money):
        return str(value)
    message = f"{type(value).__name__} is not JSON"
    raise TypeError(message)
