"""Keyset pagination cursors: positions in sorted lists as opaque strings."""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as InvalidBase64
from typing import Final

from novacart.adapters.web.http.errors import invalid
from novacart.application.catalog.queries import ListPosition, ProductSort

_FORMAT: Final = re.compile(r"1/([a-z-]{1,20})/(-?[0-9]{1,18})/([1-9][0-9]{0,15})")


def encode_cursor(position: ListPosition, sort: ProductSort) -> str:
    """Return the cursor of a position in the list with this sort order."""
    text = f"1/{sort.value}/{position.key}/{position.id}"
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode_cursor(cursor: str, sort: ProductSort) -> ListPosition:
    """Return the position of a cursor. Raises 400 if it is malformed or of another sort order."""
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        match = _FORMAT.fullmatch(urlsafe_b64decode(padded).decode("ascii"))
    except (InvalidBase64, UnicodeError, ValueError):
        match = None
    if match is None or match[1] != sort.value:
        raise invalid({"cursor": ["This is not a cursor of this list."]})
    return ListPosition(key=int(match[2]), id=int(match[3]))
