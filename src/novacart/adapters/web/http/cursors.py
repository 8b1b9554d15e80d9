"""Places in sorted lists as opaque strings."""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from typing import Final

from novacart.adapters.web.http.errors import invalid
from novacart.application.catalog.queries import ListPosition, ProductSort

_PLACE: Final = re.compile(r"1/([a-z-]{1,20})/(-?[0-9]{1,18})/([1-9][0-9]{0,15})")


def cursor_of(position: ListPosition, sort: ProductSort) -> str:
    """The cursor of a place in the list in that order."""
    place = f"1/{sort.value}/{position.key}/{position.id}"
    return urlsafe_b64encode(place.encode()).decode().rstrip("=")


def position_of(cursor: str, sort: ProductSort) -> ListPosition:
    """The place that a cursor names. Raises 400 for one that we never gave for this order."""
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        match = _PLACE.fullmatch(urlsafe_b64decode(padded).decode("ascii"))
    except (NotBase64, UnicodeError, ValueError):
        match = None
    if match is None or match[1] != sort.value:
        raise invalid({"cursor": ["This is not a cursor of this list."]})
    return ListPosition(key=int(match[2]), id=int(match[3]))
