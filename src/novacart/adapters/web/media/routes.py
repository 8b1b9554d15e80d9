"""Images: their URLs, and the files that this site serves itself."""

import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Final
from urllib.parse import quote

from flask import Response, abort, request, send_from_directory

from novacart.adapters.web.http.auth import public
from novacart.adapters.web.http.blueprint import Blueprint
from novacart.application.ports.image_store import IMAGE_TYPES

_YEAR: Final = 365 * 24 * 3600
_TYPES: Final = {extension: name for name, extension in IMAGE_TYPES.items()}
# No segment begins with a dot. The name ends in the hash of the content.
_FILE: Final = re.compile(r"[a-z0-9-]+(?:/[a-z0-9-]+)*\.(?P<extension>[a-z0-9]+)")


def media_blueprint(folder: Path) -> Blueprint:
    """Image files under `/media/`. A path always has the same content, so caches keep it."""
    blueprint = Blueprint("media", __name__, url_prefix="/media", description="Images.")
    root = folder.absolute()

    @blueprint.route("/<path:name>")
    @public
    @blueprint.response(200, {"type": "string", "format": "binary"}, content_type="image/*")
    @blueprint.alt_response(304, description="The client has the current representation.")
    @blueprint.alt_response(404, description="There is no such image.")
    def show(name: str) -> Response:
        """An image file."""
        match = _FILE.fullmatch(name)
        if match is None or match["extension"] not in _TYPES:
            abort(404)
        response = send_from_directory(root, name, mimetype=_TYPES[match["extension"]])
        response.headers["Cache-Control"] = f"public, max-age={_YEAR}, immutable"
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        return response

    return blueprint


def absolute_url(reference: str | None, site: str | None = None) -> str | None:
    """The absolute URL of an image; paths are resolved against the host of the request.

    A list passes it as `site`, `request.host_url`, since looking it up takes as long as the rest.
    """
    if not reference:
        return None
    if reference.startswith(("https://", "http://")):
        return reference
    return (site or request.host_url) + _quoted(reference.lstrip("/"))


def srcset(sizes: Iterable[tuple[str, int]], site: str | None = None) -> str | None:
    """The attribute `srcset` of an image, from its versions and their widths."""
    return ", ".join(f"{absolute_url(image, site)} {width}w" for image, width in sizes) or None


def image_reference(url: str) -> str:
    """The inverse of `absolute_url`: a URL on the host of the request becomes a path."""
    return "/" + url.removeprefix(request.host_url) if url.startswith(request.host_url) else url


# A page of a hundred products quotes the same paths again and again.
_quoted: Final = lru_cache(maxsize=4096)(quote)
