"""A file in: one picture in a form, and no more of it than the shop takes."""

from typing import Any, Final

from flask import request

from novacart.adapters.web.http.errors import ApiError, invalid

# What a form needs around its file: boundaries, headers, a long name.
_AROUND: Final = 64 * 1024
_FORM: Final = "multipart/form-data"


def uploaded_file(field: str, *, at_most: int) -> bytes:
    """The one file in `field` of the request's form; `at_most` bytes, where others take less.

    Its name and the type that it claims are not looked at. Raises 415 for a body that is no
    such form, 413 for one over the limit, and 400 where there is not exactly one file.
    """
    request.max_content_length = at_most + _AROUND
    if request.mimetype != _FORM:
        raise ApiError(
            415,
            code="unsupported_media_type",
            detail=f"Send a form with a file, with Content-Type: {_FORM}.",
            headers={"Accept": _FORM},
        )
    files = request.files.getlist(field)
    if len(files) != 1:
        raise invalid({field: ["Send one file in this field."]})
    content: bytes = files[0].read()
    return content


def described_form(field: str, description: str) -> dict[str, Any]:
    """What the OpenAPI document says of a request that `uploaded_file` reads."""
    schema = {
        "type": "object",
        "required": [field],
        "properties": {field: {"type": "string", "format": "binary", "description": description}},
    }
    return {"required": True, "content": {_FORM: {"schema": schema}}}
