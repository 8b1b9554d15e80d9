"""The OpenAPI document, from which clients of the API are generated."""

import tempfile
from pathlib import Path
from typing import Any

from novacart.entrypoints.http import create_app
from novacart.entrypoints.settings import load_settings


def openapi_document() -> dict[str, Any]:
    """Return the document of a development shop, which has the routes of the sandbox."""
    with tempfile.TemporaryDirectory() as folder:
        values = {
            "DEBUG": "True",
            "VAR_DIR": folder,
            "DATABASE_URL": f"sqlite:///{folder}/shop.db",
            "STOREFRONT_ENABLED": "False",
        }
        app = create_app(load_settings(values, dotenv=Path(folder) / ".env"))
        document: dict[str, Any] = app.test_client().get("/api/openapi.json").get_json()
    return document
