"""Which drawing belongs to which product, and the stage that it stands on."""

from __future__ import annotations

import importlib
import zlib
from dataclasses import dataclass

from PIL import Image

from scripts.demo_images.books import MOTIFS, book
from scripts.demo_images.canvas import WHITE, Canvas
from scripts.demo_images.palettes import BY_BRAND, Palette
from scripts.demo_images.shading import Drawing

SIDE = 600
SHELVES = ("kitchen", "stationery", "toys", "home", "electronics", "clothing", "garden")


@dataclass(frozen=True, slots=True)
class Exhibit:
    """One product's drawing and the palette of its brand that it is painted with."""

    key: str
    draw: Drawing
    palette: Palette


def exhibits(products: list[dict[str, str]]) -> list[Exhibit]:
    """Pair every product with its drawing; a brand's products take its palettes in turn."""
    drawings: dict[str, Drawing] = {}
    for shelf in SHELVES:
        drawings |= importlib.import_module(f"scripts.demo_images.{shelf}").DRAWINGS
    seen: dict[str, int] = {}
    paired = []
    for product in products:
        key, brand = product["key"], product["brand"]
        turn = seen.get(brand, 0)
        seen[brand] = turn + 1
        if key in MOTIFS:
            drawing = book(product["title"], product["author"], MOTIFS[key])
        else:
            drawing = drawings[key]
        palettes = BY_BRAND[brand]
        paired.append(Exhibit(key, drawing, palettes[turn % len(palettes)]))
    return paired


def portrait(exhibit: Exhibit) -> Image.Image:
    """Draw one product on its own ground."""
    p = exhibit.palette
    c = Canvas(SIDE, SIDE, p.ground)
    match zlib.crc32(exhibit.key.encode()) % 4:
        case 0:
            c.oval(300, 290, 236, 236, p.backdrop)
        case 1:
            c.rect(96, 60, 504, 700, p.backdrop, r=204)
        case 2:
            c.oval(300, 560, 300, 420, p.backdrop)
            c.oval(300, 640, 300, 420, WHITE, alpha=0.18)
        case _:
            c.blob(
                [
                    (70, 240),
                    (190, 70),
                    (400, 60),
                    (550, 200),
                    (530, 430),
                    (380, 550),
                    (170, 530),
                    (60, 410),
                ],
                p.backdrop,
            )
    exhibit.draw(c, p)
    return c.finished()
