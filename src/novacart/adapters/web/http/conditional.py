"""Conditional requests (RFC 9110, section 13): 304 for reads, 412 for stale writes."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Self

from flask import Response, request

from novacart.adapters.web.http.errors import ApiError

# The compression extension appends the content coding to the tag of a compressed response.
_TAG: Final = re.compile(r'"([0-9]{1,15}(?:-[0-9]{1,15})*)(?::[a-z]+)?"')
_CODING: Final = re.compile(r":[a-z]+$")


@dataclass(frozen=True, slots=True)
class EntityTag:
    """A strong entity tag, such as `"3-17"`.

    `version` is the version of an aggregate. `counts` are numbers in the representation that
    change without the version, such as the stock of a product.
    """

    version: int
    counts: tuple[int, ...] = ()

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Read a quoted tag. Returns None for a weak tag and for one that this API never sent."""
        match = _TAG.fullmatch(text)
        if match is None:
            return None
        version, *counts = (int(number) for number in match[1].split("-"))
        return cls(version, tuple(counts))

    def __str__(self) -> str:
        """The tag as a header has it, with quotes."""
        return '"' + "-".join(str(number) for number in (self.version, *self.counts)) + '"'


def not_modified(etag: str, headers: Mapping[str, str] | None = None) -> Response | None:
    """Return a 304 response if `If-None-Match` has `etag` (weak comparison), else None.

    A tag that was sent with a compressed response matches too and is returned as it came. `headers`
    are those that a 304 repeats, such as Cache-Control (RFC 9110, section 15.4.5).
    """
    if "HTTP_IF_NONE_MATCH" not in request.environ:
        return None
    tags = request.if_none_match
    opaque = etag.strip('"')
    # Werkzeug reads an empty or malformed tag as None.
    sent = [tag for tag in tags.as_set(include_weak=True) if tag]
    matching = next((tag for tag in sorted(sent) if _CODING.sub("", tag) == opaque), None)
    if matching is None:
        if not tags.star_tag:
            return None
        matching = opaque
    response = Response(status=304)
    response.headers.remove("Content-Type")
    response.headers["ETag"] = f'"{matching}"'
    response.headers.update(headers or {})
    return response


def if_match() -> EntityTag | None:
    """Return the tag in `If-Match`, the newest of several; None for no condition or `*`.

    Raises 412 if no tag can match. `If-Match` compares strongly, so a weak tag never matches.
    """
    header = request.headers.get("If-Match")
    if header is None or header.strip() == "*":
        return None
    tags = [tag for text in header.split(",") if (tag := EntityTag.parse(text.strip()))]
    if not tags:
        raise ApiError(
            "precondition_failed",
            "It was changed since you read it. Read it again and repeat your change.",
        )
    return max(tags, key=lambda tag: tag.version)


def expected_version() -> int | None:
    """Return the version in `If-Match`. Raises as `if_match` does."""
    tag = if_match()
    return None if tag is None else tag.version
