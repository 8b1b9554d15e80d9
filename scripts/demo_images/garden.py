"""Plants, and what keeps them well."""

from __future__ import annotations

import math

from scripts.demo_images.canvas import BLACK, WHITE, Canvas, mixed, smooth
from scripts.demo_images.palettes import Palette
from scripts.demo_images.shading import (
    BRASS,
    BRASS_DARK,
    GREEN,
    GREEN_DARK,
    PAPER,
    SOIL,
    STEEL,
    STEEL_DARK,
    TERRACOTTA,
    WOOD,
    WOOD_DARK,
    Drawing,
    dim,
    gleam,
    leaf,
    shadow,
)


def clay_pot(
    c: Canvas, x: float, top: float, width: float, colour: str, bottom: float = 500
) -> None:
    """Draw a flower pot with its rim and soil."""
    half = width / 2
    c.oval(x, top + 4, half * 0.96, half * 0.13, SOIL)
    body = c.poly(
        [
            (x - half * 0.9, top + 20),
            (x + half * 0.9, top + 20),
            (x + half * 0.62, bottom),
            (x - half * 0.62, bottom),
        ],
        colour,
    )
    dim(c, body, x + half * 0.25)
    rim = c.rect(x - half, top + 4, x + half, top + 44, mixed(colour, WHITE, 0.1), r=7)
    dim(c, rim, x + half * 0.3, 0.1)


def snake_plant(c: Canvas, p: Palette) -> None:
    shadow(c, width=135)
    blades = (
        (-24, 200, 30),
        (-12, 280, 34),
        (2, 320, 36),
        (14, 262, 34),
        (27, 186, 28),
        (-6, 170, 28),
        (9, 150, 26),
    )
    for turn, height, width in blades:
        with c.placed(300 + turn * 1.6, 362, turn=turn):
            outline = [
                (-width * 0.5, 0.0),
                (-width, -height * 0.5),
                (-width * 0.5, -height * 0.86),
                (0.0, -height),
                (width * 0.5, -height * 0.86),
                (width, -height * 0.5),
                (width * 0.5, 0.0),
            ]
            c.blob(outline, "#d9d36a")
            inner = c.blob([(x * 0.7, y * 0.97) for x, y in outline], GREEN_DARK)
            for k in range(9):
                y = -20 - k * height / 10
                c.line(
                    [(-width, y), (-width * 0.2, y - 9), (width * 0.3, y + 5), (width, y - 5)],
                    "#6fae6a",
                    5,
                    curved=True,
                    within=inner,
                )
    clay_pot(c, 300, 350, 220, TERRACOTTA, 488)
    for k in range(6):
        c.oval(240 + k * 24, 432, 7, 7, p.light)
    c.rect(208, 484, 392, 506, mixed(TERRACOTTA, BLACK, 0.15), r=9)


def watering_can(c: Canvas, p: Palette) -> None:
    shadow(c, 330, 502, 180)
    c.arc(430, 320, 92, 108, -86, 96, p.shade, 22)
    c.poly([(280, 440), (280, 370), (118, 196), (92, 214)], p.main)
    c.poly([(62, 214), (126, 158), (148, 182), (84, 244)], BRASS)
    for k in range(4):
        x, y = 56 + k * 17, 244 - k * 17
        for j in range(3):
            c.blob(
                [
                    (x - 16 - j * 9, y + 18 + j * 46),
                    (x - 22 - j * 9, y + 34 + j * 46),
                    (x - 16 - j * 9, y + 40 + j * 46),
                    (x - 10 - j * 9, y + 34 + j * 46),
                ],
                "#4fa3d1",
            )
    c.arc(346, 226, 74, 70, 180, 360, p.shade, 18)
    body = c.poly([(248, 226), (444, 226), (466, 502), (226, 502)], p.main)
    dim(c, body, 380)
    c.rect(200, 262, 500, 280, p.accent, within=body)
    c.rect(200, 452, 500, 470, p.accent, within=body)
    c.oval(346, 226, 99, 22, p.tint)
    c.oval(346, 228, 82, 15, p.shade)
    for turn in (-40, 0, 40):
        with c.placed(346, 414, turn=turn):
            leaf(c, p.light, p.main, 104, 32)
    gleam(c, 272, 300, 430, 12)


def trowel(c: Canvas, p: Palette) -> None:
    c.oval(300, 500, 190, 42, SOIL)
    c.oval(270, 492, 130, 26, mixed(SOIL, WHITE, 0.12))
    with c.turned(24, 300, 300):
        c.rect(276, 40, 330, 236, BLACK, r=26, alpha=0.1)
        handle = c.blob(
            [(276, 60), (300, 36), (324, 60), (330, 130), (318, 226), (282, 226), (270, 130)], WOOD
        )
        dim(c, handle, 304)
        c.oval(300, 62, 8, 8, p.ground)
        c.rect(276, 206, 324, 240, p.main, r=6)
        c.line([(300, 236), (300, 292)], STEEL_DARK, 19)
        blade = c.blob(
            [(300, 274), (358, 310), (362, 410), (300, 512), (238, 410), (242, 310)], STEEL
        )
        dim(c, blade, 300, 0.14)
        for k in range(4):
            c.line([(262, 350 + k * 30), (284, 350 + k * 30)], STEEL_DARK, 5)
    c.blob([(150, 500), (200, 470), (300, 478), (330, 500), (260, 520)], mixed(SOIL, WHITE, 0.06))
    for x, turn, size in ((440, -20, 74), (440, 30, 64)):
        with c.placed(x, 490, turn=turn):
            leaf(c, GREEN, p.light, size, 24)


def gloves(c: Canvas, p: Palette) -> None:
    for x, turn, side in ((176, -10, -1), (424, 10, 1)):
        with c.turned(turn, x, 360):
            for dx, dy in ((8, 10), (0, 0)):
                colour = p.main if not dx else BLACK
                alpha = 1 if not dx else 0.1
                with c.placed(dx, dy):
                    for k, length in enumerate((200, 168, 160, 190)):
                        fx = x - 57 + k * 38
                        c.line([(fx, 330), (fx + (k - 1.5) * 8, length)], colour, 37, alpha=alpha)
                    c.line([(x - side * 56, 390), (x - side * 98, 316)], colour, 40, alpha=alpha)
                    c.rect(x - 76, 300, x + 76, 450, colour, r=30, alpha=alpha)
            for k in range(3):
                c.line([(x - 38 + k * 38, 270), (x - 38 + k * 38, 330)], p.shade, 4)
            for px, py in ((-30, 360), (28, 350), (0, 398), (-40, 412), (40, 404)):
                for petal in range(5):
                    a = petal / 5 * math.tau
                    c.oval(x + px + math.cos(a) * 9, py + math.sin(a) * 9, 7, 7, p.light)
                c.oval(x + px, py, 5.5, 5.5, p.accent)
            cuff = c.poly([(x - 72, 440), (x + 72, 440), (x + 88, 530), (x - 88, 530)], p.accent)
            for k in range(9):
                c.line(
                    [(x - 68 + k * 17, 440), (x - 80 + k * 20, 530)],
                    BLACK,
                    3,
                    within=cuff,
                    alpha=0.15,
                )
            c.rect(x - 78, 430, x + 78, 452, p.dark, r=9)


def packet(c: Canvas, p: Palette, name: str, note: str) -> None:
    c.rect(160, 62, 462, 548, BLACK, r=10, alpha=0.12)
    body = c.rect(148, 50, 452, 536, p.light, r=10)
    c.rect(148, 50, 452, 100, p.main, within=body)
    c.rect(148, 78, 452, 84, p.light, within=body)
    c.rect(148, 440, 452, 536, p.main, within=body)
    c.text(300, 474, name, 38, p.light, bold=0.8)
    c.text(300, 512, note, 19, p.light, tracking=2)
    c.text(300, 128, "MITTIKIN SEEDS", 20, p.dark, tracking=3, bold=0.3)
    c.oval(300, 290, 132, 132, p.backdrop)


def basil_seeds(c: Canvas, p: Palette) -> None:
    packet(c, p, "Holy Basil", "TULSI")
    c.line([(300, 420), (296, 330), (302, 170)], GREEN_DARK, 8, curved=True)
    for k, y in enumerate((400, 350, 300, 254, 216)):
        for side in (-1, 1):
            with c.placed(300, y, turn=side * (66 - k * 5)):
                leaf(c, mixed(GREEN, "#8a5aa0", 0.08 * k), "#d4ecc4", 98 - k * 13, 33 - k * 4)
    for k in range(6):
        for side in (-1, 1):
            c.oval(301 + side * 9, 206 - k * 9, 6, 5, "#a97cc0")


def marigold_seeds(c: Canvas, p: Palette) -> None:
    packet(c, p, "Marigold", "THREE COLOURS MIXED")
    for x, y, r, colour in (
        (246, 250, 66, "#f28c1c"),
        (358, 262, 60, "#f7c325"),
        (300, 356, 70, "#dd4f23"),
    ):
        c.line([(x, y), (300 + (x - 300) * 0.3, 426)], GREEN_DARK, 8)
        for ring in range(4):
            n, reach = 14 - ring * 3, r * (1 - ring * 0.25)
            for k in range(n):
                a = k / n * math.tau + ring * 0.3
                c.oval(
                    x + math.cos(a) * reach * 0.76,
                    y + math.sin(a) * reach * 0.76,
                    reach * 0.27,
                    reach * 0.27,
                    mixed(colour, BLACK if ring % 2 else WHITE, 0.12),
                )
        c.oval(x, y, r * 0.2, r * 0.2, mixed(colour, BLACK, 0.25))
    for x, turn in ((216, -70), (386, 66), (236, -110), (370, 108)):
        with c.placed(x, 370, turn=turn):
            leaf(c, GREEN, "#d4ecc4", 46, 17)


def hanging(c: Canvas, p: Palette) -> None:
    c.oval(300, 36, 17, 17, BRASS)
    c.oval(300, 36, 9, 9, p.ground)
    for x in (-106, -40, 40, 106):
        c.line([(300, 56), (300 + x * 0.5, 170), (300 + x, 320)], PAPER, 8, curved=True)
    for y in (96, 128):
        c.rect(284, y - 10, 316, y + 12, p.accent, r=7)
    for turn, x, n in ((-20, 220, 6), (12, 388, 5), (-4, 300, 3), (-40, 196, 4), (34, 410, 6)):
        px, py = float(x), 318.0
        for k in range(n):
            nx, ny = px + turn * 0.6 * (0.6 - k * 0.16), py + 36
            c.line([(px, py), (nx, ny)], GREEN_DARK, 5)
            with c.placed(nx, ny, turn=150 if k % 2 else 210):
                leaf(c, mixed(GREEN, "#cfe36a", 0.1 * (k % 3)), "#d4ecc4", 48, 21)
            px, py = nx, ny
    body = c.blob(
        [(186, 312), (300, 322), (414, 312), (396, 400), (340, 448), (260, 448), (204, 400)], p.main
    )
    for k in range(9):
        c.poly(
            [(196 + k * 26, 380), (209 + k * 26, 356), (222 + k * 26, 380), (209 + k * 26, 404)],
            p.light,
            within=body,
        )
    dim(c, body, 330)
    for turn in (-70, -44, -18, 12, 40, 68):
        with c.placed(300 + turn * 0.9, 316, turn=turn):
            leaf(c, mixed(GREEN, GREEN_DARK, (turn + 70) / 160), "#d4ecc4", 108, 28)
    for x0, x1 in ((192, 276), (408, 324), (300, 300)):
        c.line([(x0, 330), (x1, 452)], PAPER, 8)
    c.rect(282, 444, 318, 474, p.accent, r=8)
    for k in range(7):
        c.line([(285 + k * 5, 472), (270 + k * 10, 556)], PAPER, 6)


def secateurs(c: Canvas, p: Palette) -> None:
    with c.turned(32, 300, 300):
        for side in (-1, 1):
            c.line(
                [(300 + side * 4, 260), (300 + side * 50, 350), (300 + side * 42, 520)],
                BLACK,
                44,
                curved=True,
                alpha=0.1,
            )
            c.line(
                [(300 - side * 6, 250), (300 + side * 46, 340), (300 + side * 40, 510)],
                p.main if side < 0 else p.shade,
                40,
                curved=True,
            )
            c.line([(300 + side * 52, 372), (300 + side * 48, 490)], p.accent, 13)
        blade = c.blob(
            [(286, 262), (250, 200), (258, 120), (300, 62), (326, 130), (324, 240)], "#e6edf1"
        )
        c.blob([(300, 62), (326, 130), (324, 240), (300, 250), (306, 150)], STEEL, within=blade)
        c.blob(
            [(318, 266), (352, 220), (358, 150), (340, 108), (380, 160), (384, 220), (346, 282)],
            STEEL_DARK,
        )
        for k in range(5):
            c.line([(284, 318 + k * 11), (316, 312 + k * 11)], STEEL_DARK, 6)
        c.oval(304, 266, 27, 27, STEEL_DARK)
        c.oval(304, 266, 12, 12, BRASS)
        c.rect(270, 474, 330, 490, p.dark, r=7)
    with c.placed(430, 210, turn=30):
        c.line([(0, 60), (0, -60)], GREEN_DARK, 9)
        for turn, y in ((-60, 20), (60, -6), (-50, -34), (40, -50)):
            with c.placed(0, y, turn=turn):
                leaf(c, GREEN, "#d4ecc4", 56, 20)


def compost(c: Canvas, p: Palette) -> None:
    shadow(c, width=190)
    body = c.blob(
        [
            (146, 130),
            (300, 118),
            (454, 130),
            (446, 260),
            (470, 400),
            (450, 504),
            (300, 510),
            (150, 504),
            (130, 400),
            (154, 260),
        ],
        "#c99e6a",
    )
    dim(c, body, 380)
    c.rect(100, 90, 500, 158, "#b0854f", within=body)
    for k in range(24):
        c.line([(140 + k * 14, 138), (148 + k * 14, 138)], PAPER, 4, within=body)
    c.rect(188, 196, 412, 452, p.light, r=18)
    c.text(300, 240, "BLACK GOLD", 31, p.dark, bold=0.8, tracking=1)
    c.line([(240, 264), (360, 264)], p.accent, 4)
    c.blob([(212, 432), (240, 396), (300, 384), (362, 396), (388, 432)], SOIL)
    c.line([(300, 392), (300, 320)], GREEN_DARK, 8)
    for turn in (-52, 52):
        with c.placed(300, 340, turn=turn):
            leaf(c, GREEN, "#d4ecc4", 64, 24)
    c.text(300, 480, "5 kg", 24, p.light, bold=0.4)
    c.blob([(60, 506), (90, 478), (140, 470), (190, 490), (200, 510)], SOIL)
    c.oval(112, 492, 6, 4, mixed(SOIL, WHITE, 0.3))


def feeder(c: Canvas, p: Palette) -> None:
    c.line([(300, -5), (300, 120)], p.dark, 6)
    c.rect(170, 190, 190, 420, WOOD_DARK)
    c.rect(410, 190, 430, 420, WOOD_DARK)
    box = c.rect(206, 220, 394, 420, "#e9f3f5", r=6)
    c.rect(206, 290, 394, 420, "#d9a441", within=box)
    for k in range(46):
        c.oval(
            214 + k * 53 % 176,
            300 + k * 29 % 112,
            5,
            4,
            (WOOD_DARK, "#f0d08a", "#4a3a2a")[k % 3],
            within=box,
        )
    dim(c, box, 340, 0.08)
    c.rect(130, 414, 470, 446, WOOD, r=8)
    c.rect(130, 432, 470, 446, WOOD_DARK, r=6)
    roof = c.poly([(300, 92), (496, 232), (104, 232)], p.main)
    for row in range(4):
        for k in range(12):
            c.oval(
                110 + k * 36 + (row % 2) * 18,
                138 + row * 28,
                17,
                15,
                p.shade if (row + k) % 2 else p.tint,
                within=roof,
            )
    c.rect(90, 218, 510, 240, p.shade, r=9)
    c.oval(300, 98, 17, 17, BRASS)
    c.poly([(430, 396), (520, 440), (506, 414), (456, 380)], "#3b3230")
    c.blob([(352, 372), (384, 344), (430, 352), (462, 396), (420, 416), (372, 412)], "#7a6250")
    c.blob([(368, 400), (400, 384), (440, 404), (410, 418)], "#f2e6d2")
    c.oval(366, 350, 31, 29, "#2f2a2c")
    c.poly([(352, 326), (374, 290), (384, 330)], "#2f2a2c")
    c.oval(372, 362, 9, 7, "#d8412f")
    c.oval(360, 344, 5, 5, WHITE)
    c.poly([(340, 344), (312, 356), (340, 360)], "#3b3230")


def hose(c: Canvas, p: Palette) -> None:
    shadow(c, 290, 505, 200)
    for r, colour in ((176, p.main), (140, p.tint), (104, p.main), (68, p.tint)):
        c.oval(276, 322, r + 4, r + 4, BLACK, alpha=0.08)
        c.arc(276, 322, r, r, 0, 360, colour, 34)
        c.arc(276, 322, r, r, 0, 360, p.accent, 5)
        c.arc(276, 322, r - 8, r - 8, 200, 280, WHITE, 6, alpha=0.35)
    c.line([(276, 146), (380, 130), (450, 160), (474, 216)], p.main, 34, curved=True)
    c.line([(276, 146), (380, 130), (450, 160), (474, 216)], p.accent, 5, curved=True)
    with c.turned(-10, 480, 270):
        c.rect(454, 206, 508, 250, BRASS_DARK, r=6)
        nozzle = c.poly([(456, 250), (506, 250), (514, 360), (448, 360)], BRASS)
        dim(c, nozzle, 486)
        for k in range(4):
            c.line([(458, 270 + k * 20), (506, 270 + k * 20)], BRASS_DARK, 5)
        c.rect(440, 354, 522, 380, p.dark, r=8)
    for k in range(7):
        x, y = 470 + k * 67 % 92, 404 + k * 31 % 110
        c.blob([(x, y - 13), (x - 8, y + 3), (x, y + 10), (x + 8, y + 3)], "#4fa3d1")


def succulents(c: Canvas, p: Palette) -> None:
    shadow(c, width=235)
    for x, top, colour in ((132, 380, p.main), (300, 360, PAPER), (470, 384, p.accent)):
        clay_pot(c, x, top, 142, colour, 502)
    for ring in range(4):
        n = 9 - ring
        for k in range(n):
            with c.placed(132, 344, turn=k * 360 / n + ring * 22):
                size = 84 - ring * 19
                c.blob(
                    [(0, 0), (-size * 0.28, -size * 0.6), (0, -size), (size * 0.28, -size * 0.6)],
                    mixed("#6fb58f", "#f2a7b5", ring * 0.22 if k % 2 else ring * 0.15),
                )
    column = c.rect(254, 150, 346, 368, GREEN, r=46)
    c.rect(214, 236, 260, 300, GREEN, r=22)
    c.rect(214, 206, 246, 280, GREEN, r=16)
    c.rect(340, 210, 392, 258, GREEN_DARK, r=20)
    c.rect(362, 176, 392, 250, GREEN_DARK, r=15)
    for k in range(4):
        x = 268 + k * 22
        c.line([(x, 170), (x, 366)], GREEN_DARK, 4, within=column, alpha=0.7)
        for j in range(7):
            c.line([(x - 5, 184 + j * 26), (x + 5, 180 + j * 26)], PAPER, 2.5, within=column)
    c.oval(300, 150, 22, 17, "#ef6f8f")
    for k in range(6):
        px = 414 + k * 22
        for j in range(5 - abs(k - 3) % 3):
            c.oval(
                px + (j % 2) * 6,
                374 + (j - 1) * 23 - (14 if 0 < k < 5 else 0),
                13,
                13,
                mixed("#7cc08a", GREEN_DARK, (k + j) % 4 * 0.18),
            )
            c.oval(
                px - 4 + (j % 2) * 6,
                370 + (j - 1) * 23 - (14 if 0 < k < 5 else 0),
                4,
                4,
                WHITE,
                alpha=0.5,
            )


def heart_leaf(c: Canvas, size: float, colour: str) -> None:
    mask = c.blob(
        [
            (0, 0),
            (-size * 0.34, -size * 0.1),
            (-size * 0.5, size * 0.22),
            (-size * 0.3, size * 0.62),
            (0, size),
            (size * 0.3, size * 0.62),
            (size * 0.5, size * 0.22),
            (size * 0.34, -size * 0.1),
        ],
        colour,
    )
    c.blob(
        [
            (size * 0.08, size * 0.1),
            (size * 0.34, size * 0.2),
            (size * 0.28, size * 0.5),
            (size * 0.1, size * 0.4),
        ],
        "#f3efc0",
        within=mask,
        alpha=0.85,
    )
    c.line([(0, size * 0.04), (0, size * 0.84)], "#d4ecc4", 3)


def money_plant(c: Canvas, p: Palette) -> None:
    shadow(c, width=140)
    vines: tuple[tuple[tuple[float, float], ...], ...] = (
        ((300, 340), (250, 250), (170, 230), (110, 300), (104, 400)),
        ((300, 340), (350, 240), (440, 230), (494, 300), (500, 420)),
        ((300, 340), (290, 240), (310, 150), (290, 80)),
    )
    for vine in vines:
        c.line(vine, GREEN_DARK, 7, curved=True)
    spots = (
        (290, 80, 180, 84),
        (318, 140, 230, 80),
        (276, 180, 120, 84),
        (324, 228, 250, 86),
        (236, 236, 60, 84),
        (180, 224, 130, 80),
        (130, 270, 30, 84),
        (104, 330, 60, 80),
        (104, 396, 10, 84),
        (366, 236, 290, 80),
        (430, 226, 230, 84),
        (484, 290, 330, 84),
        (500, 350, 290, 78),
        (500, 420, 350, 84),
        (262, 300, 80, 70),
        (346, 300, 280, 70),
    )
    for i, (x, y, turn, size) in enumerate(spots):
        with c.placed(x, y, turn=turn):
            heart_leaf(c, size, mixed(GREEN, GREEN_DARK, i % 3 * 0.3))
    clay_pot(c, 300, 344, 210, p.main, 502)
    for k in range(5):
        c.oval(240 + k * 30, 436, 9, 9, p.accent)


def mister(c: Canvas, p: Palette) -> None:
    shadow(c, 330, 505, 120)
    c.rect(300, 150, 360, 206, BRASS_DARK, r=8)
    c.blob([(230, 92), (300, 74), (392, 92), (412, 140), (360, 162), (280, 156), (232, 140)], BRASS)
    c.rect(206, 98, 240, 134, BRASS_DARK, r=6)
    c.line([(252, 150), (236, 190), (248, 220)], BRASS_DARK, 15, curved=True)
    body = c.blob(
        [
            (300, 204),
            (360, 204),
            (384, 250),
            (434, 300),
            (440, 350),
            (436, 490),
            (420, 506),
            (240, 506),
            (224, 490),
            (220, 350),
            (226, 300),
            (276, 250),
        ],
        "#a8641f",
    )
    c.rect(200, 360, 460, 520, "#c98530", within=body)
    dim(c, body, 370)
    c.rect(256, 366, 404, 466, p.light, r=10)
    with c.placed(330, 448):
        for turn in (-44, 0, 44):
            with c.placed(0, 0, turn=turn):
                leaf(c, p.main, p.light, 62, 20)
    gleam(c, 250, 320, 470, 11, 0.4)
    for k in range(22):
        spread = 20 + k * 7
        x = 190 - k * 7.4
        y = 116 + (k * 37 % 21 - 10) / 10 * spread * 0.55
        c.oval(x, y, 6.5 - k % 3, 6.5 - k % 3, "#4fa3d1", alpha=0.85)


def solar_lantern(c: Canvas, p: Palette) -> None:
    shadow(c, width=140)
    for r, a in ((262, 0.14), (196, 0.2)):
        c.oval(300, 340, r, r, "#ffe08a", alpha=a)
    c.arc(300, 140, 70, 76, 180, 360, p.dark, 12)
    body = c.rect(184, 200, 416, 490, p.dark, r=30)
    for row in range(3):
        for k in range(4):
            x, y = 222 + k * 52, 284 + row * 84
            for turn in (-30, 30):
                with c.placed(x, y + (k % 2) * 14, turn=turn):
                    c.blob([(0, 0), (-12, -26), (0, -56), (12, -26)], "#ffd75e", within=body)
    dim(c, body, 350, 0.25)
    c.poly([(176, 204), (424, 204), (372, 146), (228, 146)], p.main)
    panel = c.poly([(236, 152), (364, 152), (392, 190), (208, 190)], "#2b4a86")
    for k in range(5):
        c.line([(246 + k * 27, 150), (222 + k * 39, 192)], "#8fb3e6", 2.4, within=panel)
    c.line([(220, 171), (380, 171)], "#8fb3e6", 2.4)
    c.rect(166, 196, 434, 222, mixed(p.main, BLACK, 0.2), r=9)
    c.rect(166, 478, 434, 506, mixed(p.main, BLACK, 0.2), r=9)
    for x, y in ((100, 200), (500, 260), (80, 380), (520, 420), (140, 120), (470, 130)):
        c.oval(x, y, 13, 13, "#ffe08a", alpha=0.5)
        c.oval(x, y, 5, 5, "#f5b52e")


def deck_chair(c: Canvas, p: Palette) -> None:
    shadow(c, 320, 508, 220)
    c.line([(236, 56), (530, 456)], WOOD_DARK, 18)
    c.line([(170, 452), (526, 236)], WOOD_DARK, 18)
    sling = c.poly(sling_strip(0, 92), p.main)
    for k in range(4):
        c.poly(sling_strip(10 + k * 22, 11), p.accent if k % 2 else p.light, within=sling)
    c.line([(186, 118), (240, 44)], WOOD, 19)
    c.line([(474, 304), (528, 230)], WOOD, 19)
    c.line([(190, 116), (486, 504)], WOOD, 21)
    c.line([(120, 508), (480, 296)], WOOD, 21)
    c.oval(350, 330, 11, 11, BRASS)
    c.oval(470, 92, 46, 46, "#ffd15c")
    for k in range(12):
        a = k / 12 * math.tau
        c.line(
            [
                (470 + math.cos(a) * 58, 92 + math.sin(a) * 58),
                (470 + math.cos(a) * 74, 92 + math.sin(a) * 74),
            ],
            "#ffd15c",
            8,
        )
    c.rect(60, 440, 112, 508, p.accent, r=8)
    c.rect(68, 420, 104, 446, "#ffb25c", r=5)
    c.line([(92, 420), (108, 384)], p.dark, 5)


def sling_strip(inset: float, width: float) -> list[tuple[float, float]]:
    """Return a strip of the chair's sagging canvas, `inset` from its near edge."""
    spine = smooth(
        [(190, 118), (214, 240), (270, 340), (350, 378), (424, 356), (474, 304)], closed=False
    )
    near = [(x + inset * 0.56, y - inset * 0.76) for x, y in spine]
    far = [(x + width * 0.56, y - width * 0.76) for x, y in near]
    return [*near, *reversed(far)]


DRAWINGS: dict[str, Drawing] = {
    "snake-plant-terracotta": snake_plant,
    "long-spout-watering-can": watering_can,
    "ash-handle-trowel": trowel,
    "rosewalk-gloves": gloves,
    "holy-basil-seeds": basil_seeds,
    "marigold-mix-seeds": marigold_seeds,
    "macrame-hanging-planter": hanging,
    "clean-cut-secateurs": secateurs,
    "black-gold-compost": compost,
    "bulbul-bird-feeder": feeder,
    "coil-garden-hose": hose,
    "desert-trio-succulents": succulents,
    "lucky-money-plant": money_plant,
    "morning-mist-sprayer": mister,
    "firefly-solar-lantern": solar_lantern,
    "long-shade-deck-chair": deck_chair,
}
