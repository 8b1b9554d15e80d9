"""The files of the demo shop."""

import json
from importlib.resources import files
from typing import Any, Final

_FOLDER: Final = files(__package__)


def catalogue() -> dict[str, list[dict[str, Any]]]:
    """`categories` and `products`; their pictures are named by file."""
    read: dict[str, list[dict[str, Any]]] = _read("catalogue.json")
    return read


def people() -> dict[str, Any]:
    """`admin`, and `customers` with their addresses. Their passwords are no secrets."""
    read: dict[str, Any] = _read("people.json")
    return read


def picture(file_name: str) -> bytes:
    """A picture, a WebP."""
    return (_FOLDER / "images" / file_name).read_bytes()


def _read(file_name: str) -> Any:  # noqa: ANN401 (JSON)
    return json.loads((_FOLDER / file_name).read_text(encoding="utf-8"))
