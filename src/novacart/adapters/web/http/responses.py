"""JSON out: one fast encoder for every answer."""

from collections.abc import Mapping
from typing import Any, Final

import orjson
from flask import Response
from flask.json.provider import JSONProvider

from novacart.domain.shared.money import Money

# Times end in Z; a dataclass is an accident here, since Money would show its inside.
_OPTIONS: Final = orjson.OPT_UTC_Z | orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_NON_STR_KEYS


def json_bytes(body: object) -> bytes:
    """`body` as UTF-8 JSON: money as a decimal string, aware times as RFC 3339 with `Z`.

    Raises `TypeError` for anything that is neither plain data, a time, nor money.
    """
    return orjson.dumps(body, default=_plain, option=_OPTIONS)


def json_response(
    body: object, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """An `application/json` answer made straight from plain data."""
    answer = Response(json_bytes(body), status, content_type="application/json")
    answer.headers.extend(headers or {})
    return answer


class OrjsonProvider(JSONProvider):
    """What Flask and flask-smorest encode with where a route hands back plain data."""

    def dumps(self, obj: Any, **_: Any) -> str:  # noqa: ANN401 (Flask's own signature)
        return json_bytes(obj).decode()

    def loads(self, s: str | bytes, **_: Any) -> Any:  # noqa: ANN401 (Flask's own signature)
        return orjson.loads(s)

    def response(self, *args: Any, **kwargs: Any) -> Response:  # noqa: ANN401 (Flask's own signature)
        return json_response(self._prepare_response_obj(args, kwargs))


def _plain(value: object) -> str:
    if isinstance(value, Money):
        return str(value)
    message = f"{type(value).__name__} is not JSON"
    raise TypeError(message)
