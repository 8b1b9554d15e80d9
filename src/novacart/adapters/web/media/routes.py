"""Images as clients need them: absolute addresses."""

from functools import lru_cache
from typing import Final
from urllib.parse import quote

from flask import request


def absolute(image: str | None) -> str | None:
    """The image's absolute URL; a path of this shop is put behind the request's own address."""
    if not image:
        return None
    if image.startswith(("https://", "http://")):
        return image
    return request.host_url + _quoted(image.lstrip("/"))


# A page of products quotes a hundred paths, and the next one the same.
_quoted: Final = lru_cache(maxsize=4096)(quote)
