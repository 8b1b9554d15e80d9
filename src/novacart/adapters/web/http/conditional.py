"""Conditional requests (RFC 9110, section 13): 304 for reads, 412 for stale writes."""

import re
from typing import Final

from flask import Response, request

from novacart.adapters.web.http.errors import ApiError

# The compression extension appends the content coding to the tag of a compressed response.
_VERSION_TAG: Final = re.compile(r'"([0-9]{1,15})(?:-[0-9a-z-]*)?(?::[a-z]+)?"')
_CODING: Final = re.compile(r":[a-z]+$")


def make_etag(version: int, *parts: object) -> str:
    """Return a strong entity tag with its quotes. The version comes first, for `If-Match`.

    `parts` are other values that the representation depends on (digits and lower-case letters),
    such as a stock that changes without the version.
    """
    return '"' + "-".join(str(part) for part in (version, *parts)) + '"'


def not_modified(etag: str) -> Response | None:
    """Return a 304 response if `If-None-Match` has `etag` (weak comparison), else None.

    A tag that was sent with a compressed response matches too and is returned as it came.
    """
    tags = request.if_none_match
    opaque = etag.strip('"')
    sent = sorted({*tags.as_set(include_weak=True)})
    matching = next((tag for tag in sent if _CODING.sub("", tag) == opaque), None)
    if matching is None:
        if not tags.star_tag:
            return None
        matching = opaque
    response = Response(status=304)
    response.headers["ETag"] = f'"{matching}"'
    response.headers.remove("Content-Type")
    return response


def expected_version() -> int | None:
    """Return the version in `If-Match`, the newest of several; None for no condition or `*`.

    Raises 412 if no tag can match. `If-Match` compares strongly, so a weak tag never matches.
    """
    header = request.headers.get("If-Match")
    if header is None or header.strip() == "*":
        return None
    tags = [tag.strip() for tag in header.split(",")]
    versions = [int(match[1]) for tag in tags if (match := _VERSION_TAG.fullmatch(tag))]
    if not versions:
        raise ApiError(
            "precondition_failed",
            "It was changed since you read it. Read it again and repeat your change.",
        )
    return max(versions)
