"""Response compression: zstd, br and gzip for JSON, HTML, CSS, JavaScript and SVG."""

import re
from typing import Final, Protocol, runtime_checkable

from flask import Flask, Request, Response
from flask_compress import Compress

_CODINGS: Final = ("zstd", "br", "gzip")
_TYPES: Final = (
    "application/json",
    "text/html",
    "text/css",
    "text/javascript",
    "application/javascript",
    "image/svg+xml",
)
_MIN_SIZE: Final = 1024  # bytes; a smaller response is sent in one network packet
_REFUSED_CODING: Final = re.compile(r";\s*q=0(\.0*)?\s*(,|$)")


@runtime_checkable
class SupportsClose(Protocol):
    def close(self) -> None: ...


class Compression(Compress):
    """Flask-Compress, except for responses that must not be compressed.

    BREACH recovers a secret from the length of a compressed response that also holds text of the
    attacker's choice. Token responses and the HTML pages of the admin, with their CSRF tokens,
    are therefore sent as they are. Other API responses need a bearer token, which a page of
    another site cannot make a browser send.

    A client that refuses a coding (`q=0`) gets no compression, since Flask-Compress may choose
    the refused one.
    """

    def __call__(self, request: Request, response: Response) -> None:
        """Compress the response if it is worth it, and set its `Vary`."""
        body = response.response
        if type(body) is list and sum(map(len, body)) < _MIN_SIZE:
            return
        if not self._is_compressible(request, response):
            return
        accepted = request.environ.get("HTTP_ACCEPT_ENCODING")
        if not accepted or _REFUSED_CODING.search(accepted):
            response.vary.add("Accept-Encoding")
            return
        self.after_request(response)
        if response.response is not body and isinstance(body, SupportsClose):
            # Flask-Compress does not close the file of a streamed response.
            response.call_on_close(body.close)

    def _is_compressible(self, request: Request, response: Response) -> bool:
        if response.is_sequence:
            size = response.calculate_content_length() or 0
        else:
            size = response.content_length or 0
        return (
            size >= _MIN_SIZE
            and response.mimetype in self.compress_mimetypes_set
            and not request.path.startswith("/api/token/")
            and not (response.mimetype == "text/html" and request.path.startswith("/admin/"))
        )


def init_app(app: Flask) -> Compression:
    """Return the function that compresses responses. Call it before other headers are added.

    A compressed response has the tag of the plain one with the coding appended (`"3-17:br"`),
    which `conditional.py` understands.
    """
    app.config |= {
        "COMPRESS_MIMETYPES": _TYPES,
        "COMPRESS_ALGORITHM": _CODINGS,
        "COMPRESS_ALGORITHM_STREAMING": _CODINGS,
        "COMPRESS_MIN_SIZE": _MIN_SIZE,
        # The static files of Flask-Admin, whose conditions Flask itself evaluates.
        "COMPRESS_STREAMING_ENDPOINT_CONDITIONAL": ["admin.static"],
        "COMPRESS_REGISTER": False,
    }
    return Compression(app)
