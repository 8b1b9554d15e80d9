"""Conditional requests (RFC 9110, section 13): reads that save bytes, writes that lose nothing."""

import re
from typing import Final

from flask import Response, request

from novacart.adapters.web.http.errors import ApiError

_TAG: Final = re.compile(r'"([0-9]{1,15})(?:-[0-9a-z-]*)?"')


def etag_of(version: int, *parts: object) -> str:
    """A strong entity tag, quotes included: the version first, so that `If-Match` can name it.

    `parts` is what else the representation depends on (lower-case letters and digits), such
    as a stock that changes without the version.
    """
    return '"' + "-".join(str(part) for part in (version, *parts)) + '"'


def not_modified(etag: str) -> Response | None:
    """304 where the client has `etag` already (weak comparison), else None: answer in full."""
    if not request.if_none_match.contains_weak(etag.strip('"')):
        return None
    answer = Response(status=304)
    answer.headers["ETag"] = etag
    answer.headers.remove("Content-Type")
    return answer


def expected_version() -> int | None:
    """The version that `If-Match` insists on; None where the client insists on none.

    Of several tags it is the newest. Raises 412 where no tag could ever match: `If-Match`
    compares strongly, so a weak tag does not, nor does one that is not ours.
    """
    header = request.headers.get("If-Match")
    if header is None or header.strip() == "*":
        return None
    tags = [tag.strip() for tag in header.split(",")]
    versions = [int(match[1]) for tag in tags if (match := _TAG.fullmatch(tag))]
    if not versions:
        raise stale()
    return max(versions)


def stale() -> ApiError:
    """What a write answers whose `If-Match` names another version than the present one."""
    return ApiError(
        412,
        code="precondition_failed",
        detail="It was changed since you read it. Read it again and repeat your change.",
    )
