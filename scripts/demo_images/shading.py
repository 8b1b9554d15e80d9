"""The light that all pictures share: it falls from the upper left."""

from __future__ import annotations

from collections.abc import Callable

from scripts.demo_images.canvas import BLACK, WHITE, Canvas, Mask
from scripts.demo_images.palettes import Palette

Drawing = Callable[[Canvas, Palette], None]

STEEL = "#c9d2da"
STEEL_DARK = "#8f9dab"
BRASS = "#d9a441"
BRASS_DARK = "#b07d24"
COPPER = "#c8703c"
WOOD = "#c48a52"
WOOD_DARK = "#9a6536"
GREEN = "#4f9a54"
GREEN_DARK = "#33733f"
TERRACOTTA = "#c9693f"
SOIL = "#5a4034"
PAPER = "#fffaf0"
GRAPHITE = "#3a3f4b"


def shadow(c: Canvas, x: float = 300, y: float = 505, width: float = 150) -> None:
    """Lay a soft shadow on the floor."""
    c.oval(x + 8, y, width, width * 0.09 + 4, BLACK, alpha=0.10)
    c.oval(x + 4, y - 1, width * 0.8, width * 0.06 + 3, BLACK, alpha=0.10)


def dim(c: Canvas, mask: Mask, x: float, alpha: float = 0.13) -> None:
    """Put what lies right of `x` in shadow."""
    c.rect(x, -600, 1800, 1200, BLACK, within=mask, alpha=alpha)


def gleam(c: Canvas, x: float, y0: float, y1: float, width: float = 14, alpha: float = 0.4) -> None:
    """Draw an upright highlight."""
    c.line([(x, y0), (x, y1)], WHITE, width, alpha=alpha)


def leaf(c: Canvas, colour: str, rib: str, length: float, width: float) -> None:
    """Draw one leaf that grows upwards from the frame's origin."""
    outline = [(0.0, 0.0), (-width * 0.8, -length * 0.35), (-width * 0.55, -length * 0.75)]
    outline += [(0.0, -length), (width * 0.55, -length * 0.75), (width * 0.8, -length * 0.35)]
    mask = c.blob(outline, colour)
    c.rect(0, -length * 1.2, width * 2, length * 0.2, BLACK, within=mask, alpha=0.1)
    c.line([(0, -length * 0.06), (0, -length * 0.86)], rib, max(width * 0.07, 2))
