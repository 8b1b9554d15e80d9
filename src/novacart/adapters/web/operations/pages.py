"""What a person sees: the front page, the API's document, and the page that tries it."""

import mimetypes
from pathlib import Path
from typing import Any, Final

from flask import Flask, Response, request
from werkzeug.exceptions import NotFound

from novacart.adapters.web.http.auth import public
from novacart.adapters.web.http.responses import json_bytes, json_response
from novacart.adapters.web.http.security_headers import SAME_ORIGIN_PAGE

_ASSETS: Final = Path(__file__).parent / "assets"


def init_app(app: Flask, document: dict[str, Any], *, version: str) -> None:
    """Serve `/`, `/api/openapi.json`, `/api/docs/` and the styles and scripts of the pages."""
    # A few small files, so they are read once.
    assets = {path.name: path.read_bytes() for path in _ASSETS.iterdir() if path.is_file()}
    described = json_bytes(document)

    @public
    def front() -> Response:
        wanted = request.accept_mimetypes.best_match(["text/html", "application/json"])
        response = _file("index.html") if wanted != "application/json" else _links(version)
        response.vary.add("Accept")
        return response

    @public
    def openapi() -> Response:
        return _revalidated(described, "application/json")

    @public
    def docs() -> Response:
        return _file("docs.html")

    @public
    def asset(name: str) -> Response:
        return _file(name)

    def _file(name: str) -> Response:
        if name not in assets:
            raise NotFound
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        response = _revalidated(assets[name], f"{kind}; charset=utf-8")
        if kind == "text/html":
            response.headers["Content-Security-Policy"] = SAME_ORIGIN_PAGE
        return response

    app.add_url_rule("/", "front", front)
    app.add_url_rule("/api/openapi.json", "openapi", openapi)
    app.add_url_rule("/api/docs/", "docs", docs)
    app.add_url_rule("/assets/<name>", "asset", asset)


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


def _revalidated(content: bytes, content_type: str) -> Response:
    """Kept by browsers, and asked about each time: a new version is seen at once."""
    response = Response(content, content_type=content_type)
    response.add_etag()
    response.headers["Cache-Control"] = "no-cache"
    response.make_conditional(request)
    return response
