"""The front page, the OpenAPI document and the API reference (Swagger UI)."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache
from hashlib import blake2b
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from flask import Flask, Response, request
from werkzeug.exceptions import NotFound

from novacart.adapters.web.http.auth import public
from novacart.adapters.web.http.conditional import not_modified
from novacart.adapters.web.http.responses import json_bytes, json_response
from novacart.adapters.web.http.security_headers import SAME_ORIGIN_PAGE

_ASSETS: Final = Path(__file__).parent / "assets"
_TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml; charset=utf-8",
}
_SWAGGER_UI: Final = ("swagger-ui.css", "swagger-ui-bundle.js")


@dataclass(frozen=True, slots=True)
class _File:
    content: bytes
    content_type: str
    etag: str


def init_app(
    app: Flask, build_document: Callable[[], dict[str, Any]], *, version: str, front_page: bool
) -> None:
    """Serve `/api/openapi.json`, `/api/docs/` and their assets, and `/` if there is a front page.

    The OpenAPI document is built for the first request of it. Its server is the address of the
    request.
    """
    swagger_ui = files("flask_swagger_ui") / "dist"
    assets = {
        path.name: _file(path.read_bytes(), _TYPES[Path(path.name).suffix])
        for path in [*_ASSETS.iterdir(), *(swagger_ui / name for name in _SWAGGER_UI)]
    }

    document = cache(build_document)

    # By address, since a shop may have several host names.
    @lru_cache(maxsize=16)
    def openapi_document(address: str) -> _File:
        content = document() | {"servers": [{"url": address}]}
        return _file(json_bytes(content), "application/json")

    @public
    def front() -> Response:
        accepted = request.accept_mimetypes.best_match(["text/html", "application/json"])
        response = _links(version) if accepted == "application/json" else _send("index.html")
        response.vary.add("Accept")
        return response

    @public
    def openapi() -> Response:
        return _revalidated(openapi_document(request.host_url.removesuffix("/")))

    @public
    def docs() -> Response:
        return _send("docs.html")

    @public
    def asset(name: str) -> Response:
        return _send(name)

    def _send(name: str) -> Response:
        if name not in assets:
            raise NotFound
        response = _revalidated(assets[name])
        if assets[name].content_type.startswith("text/html"):
            response.headers["Content-Security-Policy"] = SAME_ORIGIN_PAGE
        return response

    if front_page:
        app.add_url_rule("/", "front", front)
    app.add_url_rule("/api/openapi.json", "openapi", openapi)
    app.add_url_rule("/api/docs/", "docs", docs)
    app.add_url_rule("/assets/<name>", "asset", asset)


def _file(content: bytes, content_type: str) -> _File:
    etag = f'"{blake2b(content, digest_size=16).hexdigest()}"'
    return _File(content, content_type, etag)


def _links(version: str) -> Response:
    return json_response(
        {
            "name": "NovaCart",
            "version": version,
            "docs": "/api/docs/",
            "openapi": "/api/openapi.json",
            "health": "/api/health/",
            "ready": "/api/health/ready/",
            "admin": "/admin/",
        }
    )


def _revalidated(file: _File) -> Response:
    """Let browsers store the file but ask each time whether it has changed."""
    response = not_modified(file.etag)
    if response is None:
        response = Response(file.content, content_type=file.content_type)
        response.headers["ETag"] = file.etag
    response.headers["Cache-Control"] = "no-cache"
    return response
