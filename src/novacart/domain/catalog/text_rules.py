"""Rules for texts of the catalog."""

import re
from collections.abc import Iterable

from novacart.domain.shared.errors import InvalidValue

MAX_REFERENCE = 2048
MAX_META_TITLE = 200
MAX_META_DESCRIPTION = 500
MAX_TAG = 64
MAX_TAGS = 50
# Characters of an invalid text that a message shows.
_MAX_SHOWN = 40

# Neither database can store NUL or a lone surrogate.
_NOT_STORABLE = re.compile("[\x00\ud800-\udfff]")
_SOURCE_URL = re.compile(r"https?://[^/\s].*", re.DOTALL)
_IMAGE_REFERENCE = re.compile(r"(?:https?://[^/\s]+|/(?!/))[^\s\\\"'<>]*")


def required(field: str, text: str, *, max_length: int) -> str:
    """The text without surrounding space. Raises `InvalidValue` without a visible character."""
    stripped = optional(field, text, max_length=max_length)
    if not any(c.isprintable() and not c.isspace() for c in stripped):
        raise InvalidValue(field, "This may not be blank.")
    return stripped


def optional(field: str, text: str, *, max_length: int) -> str:
    """The text without surrounding space; it may be empty. `max_length` is in characters.

    Raises `InvalidValue`.
    """
    stripped = text.strip()
    if len(stripped) > max_length:
        raise InvalidValue(field, f"This may have at most {max_length} characters.")
    if _NOT_STORABLE.search(stripped):
        raise InvalidValue(field, "This contains characters that can't be stored.")
    return stripped


def printable(field: str, text: str | None, *, max_length: int) -> str:
    """As `optional`, for a code on one line. None is an empty text. Raises `InvalidValue`."""
    stripped = optional(field, text or "", max_length=max_length)
    if not stripped.isprintable():
        raise InvalidValue(field, "This contains characters that can't be printed.")
    return stripped


def tags(texts: Iterable[str]) -> tuple[str, ...]:
    """The tags, each once. Letter case and repeated spaces do not make two tags different.

    A tag has no comma, since lists of tags are written with commas. Raises `InvalidValue`.
    """
    found: dict[str, str] = {}
    for text in texts:
        if len(text.strip()) > MAX_TAG:
            shown = f"{text.strip()[:_MAX_SHOWN]}…"
            raise InvalidValue("tags", f"“{shown}” is longer than {MAX_TAG} characters.")
        tag = " ".join(required("tags", text, max_length=MAX_TAG).split())
        if "," in tag or not tag.isprintable():
            raise InvalidValue("tags", f"“{tag}” is not one line without commas.")
        found.setdefault(tag.casefold(), tag)
    if len(found) > MAX_TAGS:
        raise InvalidValue("tags", f"At most {MAX_TAGS} tags are possible.")
    return tuple(found.values())


def meta_texts(title: str | None, description: str | None) -> dict[str, str | None]:
    """Title and description of a page for search engines, None if blank. Raises `InvalidValue`."""
    texts = {
        "meta_title": (title, MAX_META_TITLE),
        "meta_description": (description, MAX_META_DESCRIPTION),
    }
    return {
        field: optional(field, text or "", max_length=max_length) or None
        for field, (text, max_length) in texts.items()
    }


def image_reference(field: str, reference: str | None) -> str | None:
    """An image's http(s) URL or absolute path on this site; None if blank.

    Raises `InvalidValue`.
    """
    stripped = optional(field, reference or "", max_length=MAX_REFERENCE)
    if not stripped:
        return None
    if not _IMAGE_REFERENCE.fullmatch(stripped):
        raise InvalidValue(field, "An image is an http or https URL, or an absolute path.")
    return stripped


def source_url(field: str, url: str | None) -> str | None:
    """The http(s) URL of a file elsewhere; None if blank.

    It is not shown as an image, so it may have spaces and quotes, as other shops write them.
    Raises `InvalidValue`.
    """
    stripped = optional(field, url or "", max_length=MAX_REFERENCE)
    if not stripped:
        return None
    if not _SOURCE_URL.fullmatch(stripped):
        raise InvalidValue(field, "This is not an http or https URL.")
    return stripped
