"""A small drawing surface: anti-aliased flat shapes under a movable, rotatable frame.

Coordinates are floats in a 600-unit square unless the caller moved the frame. Everything is drawn
at twice its size and reduced once at the end, which is what makes the edges smooth.
"""

from __future__ import annotations

import math
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from PIL import Image, ImageChops, ImageColor, ImageDraw, ImageFont

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Point = tuple[float, float]

SUPERSAMPLING = 2
BLACK = "#000000"
WHITE = "#ffffff"


@dataclass(frozen=True, slots=True)
class Mask:
    """The pixels that a shape covers: a greyscale picture and where its corner lies."""

    pixels: Image.Image
    left: int
    top: int

    def cropped_to(self, box: tuple[int, int, int, int]) -> Image.Image:
        """Return the part of the mask inside `box`, empty where the mask does not reach."""
        x0, y0, x1, y1 = box
        return self.pixels.crop((x0 - self.left, y0 - self.top, x1 - self.left, y1 - self.top))


@lru_cache(maxsize=256)
def font(size: int) -> ImageFont.FreeTypeFont:
    """Return Pillow's bundled typeface, so that no machine's own fonts change the pictures."""
    face = ImageFont.load_default(size)
    if not isinstance(face, ImageFont.FreeTypeFont):
        message = "Pillow was built without FreeType, which the lettering needs."
        raise TypeError(message)
    return face


class Canvas:
    """Paints shapes onto a picture of `width` by `height` units."""

    __slots__ = ("_a", "_b", "_c", "_d", "_e", "_f", "image")

    def __init__(self, width: int, height: int, ground: str) -> None:
        size = (width * SUPERSAMPLING, height * SUPERSAMPLING)
        self.image = Image.new("RGB", size, ground)
        self._a, self._b, self._c, self._d = float(SUPERSAMPLING), 0.0, 0.0, float(SUPERSAMPLING)
        self._e, self._f = 0.0, 0.0

    def finished(self) -> Image.Image:
        """Return the picture at its real size."""
        width, height = self.image.size
        return self.image.resize(
            (width // SUPERSAMPLING, height // SUPERSAMPLING), Image.Resampling.LANCZOS
        )

    @contextmanager
    def placed(
        self, x: float = 0, y: float = 0, *, scale: float = 1, turn: float = 0
    ) -> Iterator[None]:
        """Draw with the origin at (x, y), enlarged by `scale`, turned clockwise by degrees."""
        before = (self._a, self._b, self._c, self._d, self._e, self._f)
        a, b, c, d, e, f = before
        cos, sin = math.cos(math.radians(turn)) * scale, math.sin(math.radians(turn)) * scale
        self._a, self._c = a * cos + c * sin, c * cos - a * sin
        self._b, self._d = b * cos + d * sin, d * cos - b * sin
        self._e, self._f = a * x + c * y + e, b * x + d * y + f
        try:
            yield
        finally:
            self._a, self._b, self._c, self._d, self._e, self._f = before

    @contextmanager
    def turned(self, degrees: float, x: float, y: float) -> Iterator[None]:
        """Draw turned clockwise about the point (x, y)."""
        with self.placed(x, y, turn=degrees), self.placed(-x, -y):
            yield

    def _to_pixels(self, points: Sequence[Point]) -> list[Point]:
        return [
            (self._a * x + self._c * y + self._e, self._b * x + self._d * y + self._f)
            for x, y in points
        ]

    def paint(
        self, mask: Mask, colour: str, *, within: Mask | None = None, alpha: float = 1
    ) -> None:
        """Fill what `mask` covers, only where `within` covers it too."""
        box = (
            mask.left,
            mask.top,
            mask.left + mask.pixels.width,
            mask.top + mask.pixels.height,
        )
        pixels = mask.pixels
        if within is not None:
            pixels = ImageChops.multiply(pixels, within.cropped_to(box))
        if alpha < 1:
            pixels = pixels.point([round(level * alpha) for level in range(256)])
        self.image.paste(ImageColor.getrgb(colour), box, pixels)

    def poly(
        self,
        points: Sequence[Point],
        colour: str | None,
        *,
        within: Mask | None = None,
        alpha: float = 1,
    ) -> Mask:
        """Fill a polygon; with no colour, only return what it would cover."""
        placed = self._to_pixels(points)
        left = math.floor(min(x for x, _ in placed)) - 1
        top = math.floor(min(y for _, y in placed)) - 1
        right = math.ceil(max(x for x, _ in placed)) + 2
        bottom = math.ceil(max(y for _, y in placed)) + 2
        left, top = max(left, -4), max(top, -4)
        right = max(min(right, self.image.width + 4), left + 1)
        bottom = max(min(bottom, self.image.height + 4), top + 1)
        pixels = Image.new("L", (right - left, bottom - top), 0)
        ImageDraw.Draw(pixels).polygon([(x - left, y - top) for x, y in placed], fill=255)
        mask = Mask(pixels, left, top)
        if colour is not None:
            self.paint(mask, colour, within=within, alpha=alpha)
        return mask

    def rect(
        self,
        x0: float,
        y0: float,
        x1: float,
        y1: float,
        colour: str | None,
        *,
        r: float = 0,
        within: Mask | None = None,
        alpha: float = 1,
    ) -> Mask:
        """Fill a rectangle whose corners are rounded with radius `r`."""
        r = min(r, (x1 - x0) / 2, (y1 - y0) / 2)
        if r <= 0:
            corners: list[Point] = [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]
        else:
            corners = []
            centres = [(x1 - r, y0 + r, -90), (x1 - r, y1 - r, 0)]
            centres += [(x0 + r, y1 - r, 90), (x0 + r, y0 + r, 180)]
            for cx, cy, start in centres:
                corners += arc_points(cx, cy, r, r, start, start + 90, 10)
        return self.poly(corners, colour, within=within, alpha=alpha)

    def oval(
        self,
        cx: float,
        cy: float,
        rx: float,
        ry: float | None = None,
        colour: str | None = None,
        *,
        within: Mask | None = None,
        alpha: float = 1,
    ) -> Mask:
        """Fill an ellipse, a circle where `ry` is left out."""
        points = arc_points(cx, cy, rx, rx if ry is None else ry, 0, 360, 72)
        return self.poly(points, colour, within=within, alpha=alpha)

    def blob(
        self,
        points: Sequence[Point],
        colour: str | None,
        *,
        within: Mask | None = None,
        alpha: float = 1,
    ) -> Mask:
        """Fill the smooth closed curve that passes through `points`."""
        return self.poly(smooth(points, closed=True), colour, within=within, alpha=alpha)

    def line(
        self,
        points: Sequence[Point],
        colour: str,
        width: float,
        *,
        curved: bool = False,
        within: Mask | None = None,
        alpha: float = 1,
    ) -> None:
        """Ink a path with round ends and joints."""
        path = self._to_pixels(smooth(points, closed=False) if curved else points)
        stroke = max(width * math.hypot(self._a, self._b), 1)
        reach = stroke / 2 + 2
        left = math.floor(min(x for x, _ in path) - reach)
        top = math.floor(min(y for _, y in path) - reach)
        right = math.ceil(max(x for x, _ in path) + reach)
        bottom = math.ceil(max(y for _, y in path) + reach)
        pixels = Image.new("L", (right - left, bottom - top), 0)
        pen = ImageDraw.Draw(pixels)
        moved = [(x - left, y - top) for x, y in path]
        pen.line(moved, fill=255, width=round(stroke), joint="curve")
        half = stroke / 2 - 0.5
        for x, y in (moved[0], moved[-1]) if curved else moved:
            pen.ellipse((x - half, y - half, x + half, y + half), fill=255)
        self.paint(Mask(pixels, left, top), colour, within=within, alpha=alpha)

    def arc(
        self,
        cx: float,
        cy: float,
        rx: float,
        ry: float,
        start: float,
        end: float,
        colour: str,
        width: float,
        *,
        within: Mask | None = None,
        alpha: float = 1,
    ) -> None:
        """Ink part of an ellipse, clockwise from `start` to `end` degrees."""
        points = arc_points(cx, cy, rx, ry, start, end, 60)
        self.line(points, colour, width, within=within, alpha=alpha)

    def text(
        self,
        x: float,
        y: float,
        words: str,
        size: float,
        colour: str,
        *,
        anchor: str = "mm",
        bold: float = 0,
        tracking: float = 0,
        alpha: float = 1,
    ) -> None:
        """Letter one line, turned as the frame is; `bold` is an extra stroke in units."""
        zoom = math.hypot(self._a, self._b)
        face = font(max(round(size * zoom), 6))
        stroke = round(bold * zoom)
        gap = tracking * zoom
        advance = sum(face.getlength(letter) + gap for letter in words) - gap
        whole = advance if gap else face.getlength(words)
        height = round(size * zoom * 1.6)
        sheet = Image.new("L", (round(whole) + 40, height + 40), 0)
        pen = ImageDraw.Draw(sheet)
        if gap:
            at = 20.0
            for letter in words:
                pen.text((at, height // 2 + 20), letter, 255, face, "lm", stroke_width=stroke)
                at += face.getlength(letter) + gap
        else:
            pen.text((20, height // 2 + 20), words, 255, face, "lm", stroke_width=stroke)
        angle = math.degrees(math.atan2(self._b, self._a))
        shift = {"l": whole / 2, "m": 0.0, "r": -whole / 2}[anchor[0]]
        ((px, py),) = self._to_pixels([(x, y)])
        px += shift * math.cos(math.radians(angle))
        py += shift * math.sin(math.radians(angle))
        if abs(angle) > 0.01:
            sheet = sheet.rotate(-angle, Image.Resampling.BICUBIC, expand=True)
        mask = Mask(sheet, round(px - sheet.width / 2), round(py - sheet.height / 2))
        self.paint(mask, colour, alpha=alpha)


def arc_points(
    cx: float, cy: float, rx: float, ry: float, start: float, end: float, steps: int
) -> list[Point]:
    """Return points along an ellipse; angles in degrees, clockwise from three o'clock."""
    angles = [math.radians(start + (end - start) * i / steps) for i in range(steps + 1)]
    return [(cx + rx * math.cos(angle), cy + ry * math.sin(angle)) for angle in angles]


def smooth(points: Sequence[Point], *, closed: bool, steps: int = 14) -> list[Point]:
    """Return a Catmull-Rom curve through `points`."""
    n = len(points)
    curve: list[Point] = []
    for i in range(n if closed else n - 1):
        if closed:
            p0, p1, p2, p3 = (points[(i + k) % n] for k in (-1, 0, 1, 2))
        else:
            p0, p1, p2, p3 = (points[min(max(i + k, 0), n - 1)] for k in (-1, 0, 1, 2))
        for step in range(steps):
            t = step / steps
            x, y = (
                0.5
                * (
                    2 * b
                    + (c - a) * t
                    + (2 * a - 5 * b + 4 * c - d) * t * t
                    + (3 * b - a - 3 * c + d) * t**3
                )
                for a, b, c, d in zip(p0, p1, p2, p3, strict=True)
            )
            curve.append((x, y))
    if not closed:
        curve.append(points[-1])
    return curve


def mixed(one: str, other: str, share: float) -> str:
    """Return the colour `share` of the way from `one` to `other`."""
    pairs = zip(ImageColor.getrgb(one)[:3], ImageColor.getrgb(other)[:3], strict=True)
    red, green, blue = (round(a + (b - a) * share) for a, b in pairs)
    return f"#{red:02x}{green:02x}{blue:02x}"
