"""JSON responses, encoded with orjson."""

from collections.abc import Mapping
from typing import Any, Final

import orjson
from flask import Response
from flask.json.provider import JSONProvider

from novacart.domain.shared.money import Money

# Dataclasses are passed to `_encode`, since orjson would write out the fields of `Money`.
_OPTIONS: Final = orjson.OPT_UTC_Z | orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_NON_STR_KEYS


def json_bytes(body: object) -> bytes:
    """Encode as UTF-8 JSON: money as a decimal string, aware times as RFC 3339 with `Z`.

    Raises `TypeError` for any other type that JSON does not have.
    """
    return orjson.dumps(body, default=_encode, option=_OPTIONS)


def json_response(
    body: object, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """Return an `application/json` response."""
    response = Response(json_bytes(body), status, content_type="application/json")
    response.headers.extend(headers or {})
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
