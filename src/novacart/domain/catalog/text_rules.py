"""Texts that a catalogue can keep and show."""

import re

from novacart.domain.shared.errors import InvalidValue

# Neither database keeps NUL, and a lone surrogate is no character at all.
_UNKEEPABLE = re.compile("[\x00\ud800-\udfff]")


def required(field: str, text: str, *, at_most: int) -> str:
    """The text without surrounding space. Raises `InvalidValue` where nothing is left."""
    kept = optional(field, text, at_most=at_most)
    if not kept:
        raise InvalidValue(field, "This may not be blank.")
    return kept


def optional(field: str, text: str, *, at_most: int) -> str:
    """Likewise, but it may be empty. `at_most` counts characters."""
    kept = text.strip()
    if len(kept) > at_most:
        raise InvalidValue(field, f"This may have at most {at_most} characters.")
    if _UNKEEPABLE.search(kept):
        raise InvalidValue(field, "This holds characters that can't be kept.")
    return kept


def picture(field: str, reference: str | None) -> str | None:
    """A reference to a picture: an http(s) URL or a path of this shop, or None for none."""
    if reference is None or not reference.strip():
        return None
    kept = optional(field, reference, at_most=2048)
    if not re.fullmatch(r"(?:https?://[^/\s]+|/(?!/))[^\s\\\"'<>]*", kept):
        raise InvalidValue(field, "A picture is an http or https URL, or a path of this shop.")
    return kept
