"""The data files of the demo shop."""

import json
from importlib.resources import files
from typing import Any, Final

_FOLDER: Final = files(__package__)
IMAGE_SIZE: Final = (900, 1200)
"""Width and height of the images of products, in pixels."""


def catalog() -> dict[str, list[dict[str, Any]]]:
    """`categories` with `parents` and `subcategories`, `products` and `collections`.

    Images are file names.
    """
    content: dict[str, list[dict[str, Any]]] = _read("catalog.json")
    return content


def categories() -> list[dict[str, Any]]:
    """All categories, each before those in it."""
    levels = catalog()
    return [*levels["parents"], *levels["categories"], *levels["subcategories"]]


def pictures() -> dict[str, list[dict[str, str]]]:
    """Further pictures of products by their keys: `image` is a file name, `alt` a text."""
    content: dict[str, list[dict[str, str]]] = _read("pictures.json")
    return content


def people() -> dict[str, Any]:
    """`admin`, and `customers` with their addresses. The passwords are public.

    `about` says what an account is for.
    """
    content: dict[str, Any] = _read("people.json")
    return content


def shoppers() -> dict[str, list[Any]]:
    """Names of `registered` customers and `guests`, and `places` and `streets` of addresses.

    A place has a pincode, a state, a district and a town.
    """
    content: dict[str, list[Any]] = _read("shoppers.json")
    return content


def image(file_name: str) -> bytes:
    """The content of a WebP image."""
    return (_FOLDER / "images" / file_name).read_bytes()


def _read(file_name: str) -> Any:  # noqa: ANN401 (JSON)
    return json.loads((_FOLDER / file_name).read_text(encoding="utf-8"))
