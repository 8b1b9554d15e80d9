"""The shop's own pictures, where no other service keeps them."""

import re
from pathlib import Path
from typing import Final

from flask import Response, abort, send_from_directory

from novacart.adapters.web.http.auth import public
from novacart.adapters.web.http.blueprint import Blueprint
from novacart.application.ports.image_store import IMAGE_TYPES

_YEAR: Final = 365 * 24 * 3600
_TYPES: Final = {extension: name for name, extension in IMAGE_TYPES.items()}
# No part of it begins with a dot, and the name ends in the hash of the content.
_PICTURE: Final = re.compile(r"[a-z0-9-]+(?:/[a-z0-9-]+)*\.(?P<extension>[a-z0-9]+)")


def media_blueprint(folder: Path) -> Blueprint:
    """`/media/`: pictures under names that never show another one, for every origin's pages."""
    blueprint = Blueprint("media", __name__, url_prefix="/media", description="Pictures.")
    root = folder.absolute()

    @blueprint.route("/<path:name>")
    @public
    @blueprint.response(200, {"type": "string", "format": "binary"}, content_type="image/*")
    @blueprint.alt_response(304, description="The client has it already.")
    @blueprint.alt_response(404, description="There is no such picture.")
    def show(name: str) -> Response:
        """A picture."""
        match = _PICTURE.fullmatch(name)
        if match is None or match["extension"] not in _TYPES:
            abort(404)
        answer = send_from_directory(root, name, mimetype=_TYPES[match["extension"]])
        answer.headers["Cache-Control"] = f"public, max-age={_YEAR}, immutable"
        answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        return answer

    return blueprint
