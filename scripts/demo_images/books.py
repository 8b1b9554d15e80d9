"""Book covers: a standing volume, a motif of its own, and lettering that fits."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import pairwise

from scripts.demo_images.canvas import BLACK, WHITE, Canvas, Mask, Point, font, mixed
from scripts.demo_images.palettes import Palette
from scripts.demo_images.shading import Drawing, leaf, shadow

Motif = Callable[[Canvas, Palette, Mask], None]

LEFT, TOP, RIGHT, BOTTOM = 142, 70, 442, 500
MIDDLE = (LEFT + RIGHT) / 2 + 6


def wrapped(words: str, size: float, width: float) -> list[str]:
    """Break `words` into lines no wider than `width`."""
    face = font(100)
    lines = [""]
    for word in words.split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and face.getlength(longer) * size / 100 > width:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def book(title: str, author: str, motif: Motif) -> Drawing:
    """Return the drawing of a book with this title, author and cover motif."""

    def draw(c: Canvas, p: Palette) -> None:
        shadow(c, 300, 503, 175)
        c.poly(
            [(RIGHT, TOP + 6), (RIGHT + 26, TOP + 20), (RIGHT + 26, 488), (RIGHT, 497)], "#f3ead8"
        )
        for i in range(5):
            x = RIGHT + 4 + i * 5
            c.line([(x, TOP + 12 + i * 2.4), (x, 494 - i * 1.6)], "#d8cab0", 1.4)
        cover = c.rect(LEFT, TOP, RIGHT, BOTTOM, p.main, r=7)
        motif(c, p, cover)
        c.rect(LEFT, TOP, LEFT + 22, BOTTOM, BLACK, within=cover, alpha=0.16)
        c.rect(LEFT + 22, TOP, LEFT + 26, BOTTOM, WHITE, within=cover, alpha=0.22)
        size = 44.0
        lines = wrapped(title, size, 240)
        while len(lines) > 2 and size > 34:
            size -= 2
            lines = wrapped(title, size, 240)
        y = TOP + 22 + size / 2
        for row in lines:
            c.text(MIDDLE, y, row, size, p.light, bold=0.8)
            y += size * 1.12
        c.line([(MIDDLE - 24, y - size * 0.3), (MIDDLE + 24, y - size * 0.3)], p.accent, 4)
        c.rect(LEFT + 26, BOTTOM - 46, RIGHT, BOTTOM, p.dark, within=cover, alpha=0.55)
        c.text(MIDDLE, BOTTOM - 23, author.upper(), 15, p.light, tracking=1.6)

    return draw


def stepwell(c: Canvas, p: Palette, cover: Mask) -> None:
    for i in range(6):
        step = i * 22
        colour = mixed(p.accent, p.dark, i / 7)
        c.rect(LEFT + 26 + step * 0.9, 240 + step, RIGHT - step * 0.9, 520, colour, within=cover)
    c.rect(MIDDLE - 24, 372, MIDDLE + 24, 432, p.light, r=24, within=cover)
    c.rect(140, 428, 460, 520, "#4fb0c6", within=cover)
    for x, y in ((250, 438), (330, 444)):
        c.line([(x - 22, y), (x + 22, y)], WHITE, 3, within=cover, alpha=0.6)


def rain(c: Canvas, p: Palette, cover: Mask) -> None:
    for x, y, r in ((230, 285, 34), (280, 265, 46), (335, 275, 40), (370, 292, 28)):
        c.oval(x, y, r, r, p.light, within=cover)
    c.rect(215, 285, 388, 320, p.light, r=16, within=cover)
    for i in range(5):
        for j in range(4):
            x, y = 222 + i * 38 - j * 8, 345 + j * 30
            colour = p.accent if (i + j) % 3 else p.light
            c.line([(x, y), (x - 5, y + 15)], colour, 6, within=cover)


def train(c: Canvas, p: Palette, cover: Mask) -> None:
    c.oval(350, 275, 42, 42, p.accent, within=cover)
    c.blob(
        [(140, 380), (220, 300), (300, 350), (380, 290), (470, 380), (470, 520), (140, 520)],
        p.shade,
        within=cover,
    )
    c.rect(140, 408, 460, 520, p.dark, within=cover)
    for i, colour in enumerate((p.accent, p.light, p.light)):
        x = 186 + i * 84
        car = c.rect(x, 350, x + 76, 402, colour, r=8, within=cover)
        c.rect(x, 388, x + 76, 402, BLACK, within=car, alpha=0.2)
        for k in range(3):
            c.rect(x + 9 + k * 21, 360, x + 25 + k * 21, 378, p.main, r=3, within=cover)
        for k in (18, 58):
            c.oval(x + k, 405, 9, 9, p.light, within=cover)
    c.line([(150, 416), (450, 416)], p.light, 4, within=cover)


def contours(c: Canvas, p: Palette, cover: Mask) -> None:
    for i in range(8):
        r = 150 - i * 18
        path = []
        for k in range(14):
            angle = k / 14 * math.tau
            wave = 1 + 0.16 * math.sin(3 * angle + i * 0.35) + 0.06 * math.cos(5 * angle)
            path.append((310 + math.cos(angle) * r * wave, 345 + math.sin(angle) * r * 0.72 * wave))
        c.blob(path, mixed(p.main, p.accent if i % 2 else p.light, 0.25 + i * 0.08), within=cover)
    c.line([(318, 338), (318, 300)], p.dark, 4)
    c.poly([(318, 298), (346, 308), (318, 320)], p.dark)


def lantern(c: Canvas, p: Palette, cover: Mask) -> None:
    for r, alpha in ((150, 0.12), (112, 0.16), (78, 0.25)):
        c.oval(MIDDLE, 350, r, r, p.accent, within=cover, alpha=alpha)
    c.arc(MIDDLE, 296, 30, 34, 180, 360, p.dark, 6)
    c.rect(MIDDLE - 36, 292, MIDDLE + 36, 308, p.dark, r=6)
    glass = c.blob(
        [(264, 308), (332, 308), (346, 352), (330, 394), (266, 394), (250, 352)], "#ffe08a"
    )
    c.rect(MIDDLE, 300, 360, 400, BLACK, within=glass, alpha=0.08)
    c.blob([(298, 378), (284, 360), (298, 326), (312, 360)], "#f2762e")
    c.rect(MIDDLE - 44, 390, MIDDLE + 44, 408, p.dark, r=6)
    for x, y in ((190, 250), (400, 262), (206, 420), (404, 400), (380, 320)):
        c.oval(x, y, 4, 4, p.light, within=cover)


def pot(c: Canvas, p: Palette, cover: Mask) -> None:
    for i, dx in enumerate((-40, 0, 40)):
        x = MIDDLE + dx
        path = [(x, 318), (x - 10, 296), (x + 10, 274), (x, 250 - i % 2 * 10)]
        c.line(path, p.light, 7, curved=True, within=cover, alpha=0.8)
    c.line([(204, 356), (226, 356)], p.dark, 14)
    c.line([(374, 356), (394, 356)], p.dark, 14)
    body = c.blob([(216, 340), (382, 340), (384, 382), (352, 424), (246, 424), (214, 382)], p.dark)
    c.rect(MIDDLE + 20, 300, 420, 440, BLACK, within=body, alpha=0.25)
    c.rect(208, 326, 390, 346, p.accent, r=9)
    for dx in (-52, -18, 18, 52):
        c.blob(
            [
                (MIDDLE + dx, 456),
                (MIDDLE + dx - 13, 440),
                (MIDDLE + dx, 414),
                (MIDDLE + dx + 13, 440),
            ],
            "#ffb02e",
            within=cover,
        )


def banyan(c: Canvas, p: Palette, cover: Mask) -> None:
    c.rect(140, 430, 460, 520, p.dark, within=cover, alpha=0.5)
    for x, y, r in ((230, 300, 52), (300, 270, 64), (366, 302, 54), (270, 325, 48), (335, 328, 46)):
        c.oval(x, y, r, r, p.accent, within=cover)
    for x, y, r in ((250, 290, 26), (318, 262, 34), (350, 312, 22)):
        c.oval(x, y, r, r, p.light, within=cover, alpha=0.22)
    c.blob([(284, 340), (314, 340), (318, 400), (346, 440), (252, 440), (280, 400)], p.dark)
    for x in (226, 250, 344, 366, 388):
        c.line([(x, 330), (x + 2, 432)], p.dark, 5, within=cover)


def kites(c: Canvas, p: Palette, cover: Mask) -> None:
    for x, y, size, turn, colour in (
        (262, 290, 52, -14, p.accent),
        (362, 262, 34, 18, p.light),
        (374, 358, 40, 8, "#f06f8b"),
    ):
        with c.placed(x, y, turn=turn):
            kite = c.poly([(0, -size), (size, 0), (0, size), (-size, 0)], colour)
            c.rect(0, -size, size, size, BLACK, within=kite, alpha=0.13)
            c.line([(0, -size), (0, size)], p.dark, 2)
            c.poly([(0, size), (-12, size + 20), (12, size + 20)], colour)
    c.line(
        [(252, 360), (236, 400), (262, 430), (240, 470)], p.light, 2.5, curved=True, within=cover
    )
    for i, h in enumerate((34, 58, 42, 74, 48, 62, 36)):
        c.rect(160 + i * 42, 468 - h, 203 + i * 42, 520, p.dark, within=cover, alpha=0.75)


def moonleaf(c: Canvas, p: Palette, cover: Mask) -> None:
    c.oval(340, 300, 62, 62, p.light, within=cover)
    c.oval(366, 284, 54, 54, p.main, within=cover)
    for x, y, length, turn in (
        (236, 470, 170, -12),
        (280, 480, 150, 16),
        (340, 480, 120, 30),
        (214, 480, 100, -20),
        (390, 480, 100, -8),
    ):
        with c.placed(x, y, turn=turn):
            leaf(c, mixed(p.accent, p.dark, 0.25), p.light, length, 32)
    for x, y in ((210, 250), (250, 300), (400, 380), (280, 262)):
        c.oval(x, y, 3.5, 3.5, p.light, within=cover)


def tides(c: Canvas, p: Palette, cover: Mask) -> None:
    c.oval(MIDDLE, 290, 58, 58, p.accent, within=cover)
    for i in range(6):
        y = 318 + i * 28
        path = [(130 + k * 30 + (15 if i % 2 else 0), y + (9 if k % 2 else -9)) for k in range(12)]
        c.poly(
            [*path_curve(path), (470, 520), (130, 520)], mixed(p.light, p.dark, i / 6), within=cover
        )


def path_curve(points: Sequence[Point]) -> list[Point]:
    """Return a soft wave through `points`."""
    wave = []
    for (x0, y0), (x1, y1) in pairwise(points):
        for step in range(10):
            t = step / 10
            ease = (1 - math.cos(t * math.pi)) / 2
            wave.append((x0 + (x1 - x0) * t, y0 + (y1 - y0) * ease))
    return wave


def brackets(c: Canvas, p: Palette, cover: Mask) -> None:
    for i in range(7):
        y = 262 + i * 24
        c.rect(140, y, 460, y + 22, mixed("#c98f57", "#8f5a2e", (i * 37 % 10) / 14), within=cover)
    c.rect(206, 280, 392, 412, p.dark, r=14, within=cover)
    c.text(MIDDLE - 54, 342, "{", 100, p.accent, bold=1)
    c.text(MIDDLE + 54, 342, "}", 100, p.accent, bold=1)
    for i, (x, w) in enumerate(((0, 50), (12, 34), (0, 42))):
        c.line([(276 + x, 326 + i * 22), (276 + x + w, 326 + i * 22)], p.light, 7)


def bird(c: Canvas, p: Palette, cover: Mask) -> None:
    c.line([(150, 420), (450, 400)], p.dark, 9, within=cover)
    for x, turn in ((190, 20), (404, -24), (380, 160)):
        with c.placed(x, 412, turn=turn):
            leaf(c, GREEN_COVER, p.light, 48, 18)
    c.poly([(236, 396), (190, 452), (224, 444), (262, 402)], p.dark)
    body = c.blob(
        [(232, 398), (240, 330), (292, 286), (346, 300), (362, 344), (330, 400)], p.accent
    )
    c.blob([(262, 400), (300, 352), (350, 356), (330, 404)], p.light, within=body)
    c.blob([(236, 396), (256, 338), (304, 346), (290, 390)], mixed(p.accent, p.dark, 0.4))
    c.oval(332, 306, 34, 32, p.accent)
    c.poly([(362, 298), (394, 308), (362, 318)], "#f5b041")
    c.oval(340, 300, 6, 6, p.dark)
    c.oval(342, 298, 2, 2, WHITE)
    c.line([(296, 402), (296, 412)], p.dark, 4)
    c.line([(316, 402), (316, 410)], p.dark, 4)


GREEN_COVER = "#6fae6a"


def keyhole(c: Canvas, p: Palette, cover: Mask) -> None:
    for i in range(24):
        angle = i / 24 * math.tau
        far = (MIDDLE + math.cos(angle) * 320, 350 + math.sin(angle) * 320)
        end = (MIDDLE + math.cos(angle + 0.13) * 320, 350 + math.sin(angle + 0.13) * 320)
        c.poly([(MIDDLE, 350), far, end], p.light, within=cover, alpha=0.09)
    c.rect(MIDDLE - 62, 258, MIDDLE + 62, 440, "#d9a441", r=60)
    c.rect(MIDDLE - 50, 270, MIDDLE + 50, 428, "#b07d24", r=50)
    c.oval(MIDDLE, 326, 26, 26, p.dark)
    c.poly([(MIDDLE - 12, 336), (MIDDLE + 12, 336), (MIDDLE + 24, 396), (MIDDLE - 24, 396)], p.dark)
    c.oval(MIDDLE, 326, 7, 7, p.accent)


def hills(c: Canvas, p: Palette, cover: Mask) -> None:
    c.oval(370, 282, 34, 34, p.light, within=cover)
    for i, peaks in enumerate(
        (
            ((180, 300), (290, 262), (400, 320)),
            ((220, 350), (340, 322), (450, 352)),
            ((170, 400), (290, 388), (400, 410)),
        )
    ):
        colour = mixed(p.accent, p.dark, 0.15 + i * 0.28)
        base: list[tuple[float, float]] = [(110, 470)]
        for x, y in peaks:
            base += [(x, y), (x + 55, y + 52)]
        c.poly([*base, (480, 520), (110, 520)], colour, within=cover)
    c.rect(204, 348, 276, 396, p.light, r=3)
    c.poly([(204, 350), (240, 380), (276, 350)], p.accent)
    c.line([(204, 350), (240, 380), (276, 350)], p.dark, 2.5)


def stars(c: Canvas, p: Palette, cover: Mask) -> None:
    points = ((206, 280), (254, 250), (300, 292), (352, 264), (396, 310), (346, 350))
    c.line(points, p.light, 2, within=cover, alpha=0.7)
    for i, (x, y) in enumerate(points):
        r = 13 if i % 2 else 9
        spike = []
        for k in range(8):
            angle, reach = k / 8 * math.tau, r if k % 2 == 0 else r * 0.35
            spike.append((x + math.cos(angle) * reach, y + math.sin(angle) * reach))
        c.poly(spike, p.light)
    c.oval(MIDDLE, 452, 190, 66, mixed(p.main, p.dark, 0.45), within=cover)
    for x, y, w in ((250, 420, 30), (330, 436, 44), (280, 446, 24)):
        c.line([(x - w, y), (x + w, y)], p.light, 3, within=cover, alpha=0.5)
    c.oval(340, 412, 20, 7, p.accent, within=cover)


def weave(c: Canvas, p: Palette, cover: Mask) -> None:
    for row in range(9):
        for col in range(12):
            x, y = 178 + col * 24, 252 + row * 22
            ring = abs(col - 5) + abs(row - 4)
            colour = (p.light, p.accent, p.dark, p.tint)[ring % 4]
            with c.turned(45, x, y):
                c.rect(x - 8.5, y - 8.5, x + 8.5, y + 8.5, colour, within=cover)


MOTIFS: dict[str, Motif] = {
    "the-stepwell-keeper": stepwell,
    "monsoon-arithmetic": rain,
    "nine-trains-to-kalimpur": train,
    "the-salt-cartographer": contours,
    "a-lantern-for-ammamma": lantern,
    "small-fires-slow-pots": pot,
    "banyan-street": banyan,
    "kites-over-old-anandgarh": kites,
    "the-night-gardeners-almanac": moonleaf,
    "ledger-of-tides": tides,
    "code-like-a-carpenter": brackets,
    "birds-of-my-balcony": bird,
    "the-brass-elephant-affair": keyhole,
    "letters-from-silverfir": hills,
    "stars-by-the-village-pond": stars,
    "the-loom-remembers": weave,
}
