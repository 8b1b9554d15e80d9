"""The files that `npm run build` has written: `index.html` and the assets with hashed names."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import orjson

from novacart.adapters.storefront.texts import ENGLISH, Texts, page_language

_TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml; charset=utf-8",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
}
# In the order of preference.
_CODINGS: Final = {"br": ".br", "gzip": ".gz"}
_HEAD: Final = "<!--head-->"
_DATA: Final = "<!--data-->"
_LANGUAGE: Final = '<html lang="en">'


@dataclass(frozen=True, slots=True)
class Asset:
    """The content of a file, and its compressed forms by content coding."""

    content: bytes
    content_type: str
    compressed: dict[str, bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltFiles:
    """All files are read once; together they are smaller than a megabyte."""

    before_head: str
    before_data: str
    end: str
    assets: dict[str, Asset]

    @classmethod
    def load(cls, folder: Path, *, locale: str, texts: Texts) -> "BuiltFiles | None":
        """Return the files, or None if the storefront has not been built."""
        index, static = folder / "index.html", folder / "static"
        # The source of the storefront has the first one only.
        if not index.is_file() or not static.is_dir():
            return None
        language, direction = page_language(locale)
        start = f'<html lang="{language}" dir="{direction}">'
        html = index.read_text().replace(_LANGUAGE, start)
        before_head, _, rest = html.partition(_HEAD)
        before_head += _texts_preload(folder, texts.language)
        before_data, _, end = rest.partition(_DATA)
        assets = {
            path.name: Asset(path.read_bytes(), _TYPES[path.suffix], _compressed(path))
            for path in static.iterdir()
            if path.suffix in _TYPES
        }
        return cls(before_head=before_head, before_data=before_data, end=end, assets=assets)


def _texts_preload(folder: Path, language: str) -> str:
    """The element that loads the texts of the client together with its script."""
    if language == ENGLISH.language:
        return ""
    manifest = orjson.loads((folder / "manifest.json").read_bytes())
    path = manifest[f"src/texts/{language}.ts"]["file"]
    return f'<link rel="modulepreload" href="/{path}">\n    '


def _compressed(path: Path) -> dict[str, bytes]:
    files = {coding: path.with_name(path.name + suffix) for coding, suffix in _CODINGS.items()}
    return {coding: file.read_bytes() for coding, file in files.items() if file.is_file()}
