"""Draw every picture of the demo catalogue: `python -m scripts.make_demo_images`.

The pictures are made of shapes and Pillow's bundled typeface alone, so the same Pillow always
writes the same bytes. Give product keys or category slugs to draw only those.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

from PIL import Image

from scripts.demo_images.banners import category_pictures
from scripts.demo_images.gallery import exhibits, portrait

DEMO = Path(__file__).parents[1] / "src" / "novacart" / "entrypoints" / "demo"
QUALITY = 70


def pictures(wanted: set[str]) -> Iterator[tuple[str, Image.Image]]:
    """Yield each wanted file name with its picture; all of them where none is named."""
    catalogue = json.loads((DEMO / "catalogue.json").read_text(encoding="utf-8"))
    shown = {exhibit.key: exhibit for exhibit in exhibits(catalogue["products"])}
    for product in catalogue["products"]:
        if not wanted or product["key"] in wanted:
            yield product["image"], portrait(shown[product["key"]])
    for category in catalogue["categories"]:
        if not wanted or category["slug"] in wanted:
            yield from category_pictures(category, shown)


def main() -> None:
    """Write the pictures, telling how far the work is."""
    folder = DEMO / "images"
    folder.mkdir(exist_ok=True)
    count = written = 0
    for count, (name, picture) in enumerate(pictures(set(sys.argv[1:])), start=1):
        path = folder / name
        picture.save(path, "WEBP", quality=QUALITY, method=6)
        written += path.stat().st_size
        if sys.stdout.isatty():
            print(f"\r{count}", end="", flush=True)
    print(f"\rDrew {count} pictures, {written / 1024:.0f} KiB, in {folder}")


if __name__ == "__main__":
    main()
