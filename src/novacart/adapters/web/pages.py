"""What a person sees: the front page, the API's document, and the page that tries it."""

from pathlib import Path
from typing import Any, Final

from flask import Flask, Response, request, send_from_directory

from novacart.adapters.web.answers import json_answer, json_bytes
from novacart.adapters.web.auth import open_to_anyone
from novacart.adapters.web.security_headers import OWN_PAGE

_ASSETS: Final = Path(__file__).parent / "assets"


def install(app: Flask, document: dict[str, Any], *, version: str) -> None:
    """Serve `/`, `/api/openapi.json`, `/api/docs/` and the styles and scripts of the pages."""
    encoded = json_bytes(document)

    @open_to_anyone
    def front() -> Response:
        wanted = request.accept_mimetypes.best_match(["text/html", "application/json"])
        if wanted != "application/json":
            return _page("index.html")
        body = {
            "name": "NovaCart",
            "version": version,
            "docs": "/api/docs/",
            "openapi": "/api/openapi.json",
            "health": "/api/health/",
            "ready": "/api/health/ready/",
            "admin": "/admin/",
        }
        answer = json_answer(body)
        answer.vary.add("Accept")
        return answer

    @open_to_anyone
    def openapi() -> Response:
        answer = Response(encoded, content_type="application/json")
        answer.add_etag()
        answer.headers["Cache-Control"] = "no-cache"
        answer.make_conditional(request)
        return answer

    @open_to_anyone
    def docs() -> Response:
        return _page("docs.html")

    @open_to_anyone
    def asset(name: str) -> Response:
        return send_from_directory(_ASSETS, name, max_age=3600)

    app.add_url_rule("/", "front", front)
    app.add_url_rule("/api/openapi.json", "openapi", openapi)
    app.add_url_rule("/api/docs/", "docs", docs)
    app.add_url_rule("/assets/<name>", "asset", asset)


def _page(name: str) -> Response:
    answer = send_from_directory(_ASSETS, name, max_age=0)
    answer.headers["Content-Security-Policy"] = OWN_PAGE
    answer.vary.add("Accept")
    return answer
