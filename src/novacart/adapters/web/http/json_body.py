"""JSON in: read strictly, so that nobody has to guess what a client meant."""

import json
from typing import Any, Final

from flask import request

from novacart.adapters.web.http.errors import ApiError

MAX_DEPTH: Final = 32


def json_body() -> Any:  # noqa: ANN401 (whatever the client sent)
    """The request's body; an empty object where there is none.

    Raises 415 for a body that is not declared as JSON, 413 for one over the limit, and 400
    for one that is not JSON (RFC 8259) in UTF-8, names a member twice, says NaN or Infinity,
    or is nested more than `MAX_DEPTH` deep.
    """
    raw = request.get_data()
    if not raw:
        return {}
    if not request.is_json:
        raise ApiError(
            415,
            code="unsupported_media_type",
            detail="Send JSON, with Content-Type: application/json.",
            headers={"Accept": "application/json"},
        )
    return parse_json(raw)


def parse_json(raw: bytes) -> Any:  # noqa: ANN401 (whatever the client sent)
    """`raw` as plain data. Raises 400 as `json_body` says."""
    try:
        parsed = json.loads(
            raw.decode("utf-8"), object_pairs_hook=_object, parse_constant=_no_constant
        )
    except (ValueError, RecursionError) as error:
        raise _malformed("The body is not valid JSON.") from error
    # Counting brackets is cheap and can only overestimate.
    if raw.count(b"[") + raw.count(b"{") > MAX_DEPTH and _depth(parsed) > MAX_DEPTH:
        raise _malformed(f"The body is nested more than {MAX_DEPTH} levels deep.")
    return parsed


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise _malformed("The body names a member twice.")
    return members


def _no_constant(name: str) -> None:
    raise _malformed(f"{name} is not a JSON value.")


def _depth(value: object) -> int:
    level = [value]
    depth = 0
    while level:
        depth += 1
        level = [
            inner
            for outer in level
            if isinstance(outer, dict | list)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
            if isinstance(inner, dict | list)
        ]
    return depth


def _malformed(sentence: str) -> ApiError:
    return ApiError(400, code="malformed_json", detail=sentence)
