"""Request bodies: strictly parsed JSON and single-file forms."""

from json import JSONDecoder
from typing import Any, Final

from flask import request

from novacart.adapters.web.http.app import BODY
from novacart.adapters.web.http.errors import ApiError, invalid

MAX_DEPTH: Final = 32
_FORM: Final = "multipart/form-data"


def json_body() -> Any:  # noqa: ANN401 (any JSON value)
    """Return the request's parsed body, or an empty object if it has none.

    Raises 415 unless it is declared as JSON, 413 over the size limit, and 400 if it is not JSON
    (RFC 8259) in UTF-8, repeats a member name, has NaN or Infinity, or is nested more than
    `MAX_DEPTH` levels deep; 415 instead of 400 if it is declared to have a content coding.
    """
    # Werkzeug's limited stream and its parsing of the type take as long as parsing a small body.
    raw = request.environ.get(BODY) or request.get_data()
    if not raw:
        return {}
    if request.environ.get("CONTENT_TYPE") != "application/json" and not request.is_json:
        raise ApiError(
            "unsupported_media_type",
            "Send JSON, with Content-Type: application/json.",
            headers={"Accept": "application/json"},
        )
    try:
        return parse_json(raw)
    except ApiError:
        _ensure_not_encoded()
        raise


def parse_json(raw: bytes) -> Any:  # noqa: ANN401 (any JSON value)
    """Parse JSON strictly. Raises 400 as `json_body` does."""
    try:
        parsed = _DECODER.decode(raw.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise _malformed("The body is not in UTF-8.") from error
    except (ValueError, RecursionError) as error:
        raise _malformed("The body is not valid JSON.") from error
    # Counting brackets is cheap, and never less than the depth.
    if raw.count(b"[") + raw.count(b"{") > MAX_DEPTH and _depth(parsed) > MAX_DEPTH:
        raise _malformed(f"The body is nested more than {MAX_DEPTH} levels deep.")
    return parsed


def uploaded_file(field: str) -> bytes:
    """Return the one file in `field` of a multipart form; `accepts_upload` sets its limit.

    Ignores the file's name and declared type. Raises 415 for another content type, 413 for a
    larger body, and 400 unless there is exactly one file; 415 instead of 400 if the body is
    declared to have a content coding.
    """
    if request.mimetype != _FORM:
        raise ApiError(
            "unsupported_media_type",
            f"Send a form with a file, with Content-Type: {_FORM}.",
            headers={"Accept": _FORM},
        )
    files = request.files.getlist(field)
    if len(files) != 1:
        _ensure_not_encoded()
        raise invalid({field: ["Send one file in this field."]})
    content: bytes = files[0].read()
    return content


def form_text(field: str) -> str:
    """Return a text of the form, empty if there is none. Call `uploaded_file` before."""
    return str(request.form.get(field, ""))


def form_body_doc(field: str, description: str, **texts: str) -> dict[str, Any]:
    """Return the OpenAPI request body of a route that reads `uploaded_file`.

    `texts` are the descriptions of optional texts in the form, by name.
    """
    schema = {
        "type": "object",
        "required": [field],
        "properties": {
            field: {"type": "string", "format": "binary", "description": description},
            **{name: {"type": "string", "description": text} for name, text in texts.items()},
        },
    }
    return {"required": True, "content": {_FORM: {"schema": schema}}}


def _ensure_not_encoded() -> None:
    """Raise 415 for a compressed body (RFC 9110, section 15.5.16).

    Call it for a body that can't be read: some clients send `Content-Encoding: utf-8` with JSON.
    """
    if request.environ.get("HTTP_CONTENT_ENCODING", "identity").lower() != "identity":
        raise ApiError(
            "unsupported_media_type",
            "Send the body uncompressed, without the header Content-Encoding.",
            headers={"Accept-Encoding": "identity"},
        )


def _object_without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise _malformed("The body repeats a member name.")
    return members


def _reject_constant(name: str) -> None:
    raise _malformed(f"{name} is not a JSON value.")


_DECODER: Final = JSONDecoder(
    object_pairs_hook=_object_without_duplicates, parse_constant=_reject_constant
)


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


def _malformed(detail: str) -> ApiError:
    return ApiError("malformed_json", detail)
