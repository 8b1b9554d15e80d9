"""Toys for the floor and games for the table."""

from __future__ import annotations

import math

from scripts.demo_images.canvas import BLACK, WHITE, Canvas, Point, mixed
from scripts.demo_images.palettes import Palette
from scripts.demo_images.shading import (
    BRASS,
    GRAPHITE,
    PAPER,
    STEEL,
    STEEL_DARK,
    WOOD,
    WOOD_DARK,
    Drawing,
    dim,
    shadow,
)

RAINBOW = ("#d8412f", "#f08a2c", "#f5c63c", "#5aa552", "#3aa0b8", "#3a6fc8", "#7a4fa0")


def train(c: Canvas, p: Palette) -> None:
    shadow(c, width=240)
    c.rect(50, 494, 550, 504, WOOD_DARK, r=5)
    for i, colour in enumerate((p.accent, "#5aa552")):
        x = 64 + i * 136
        car = c.rect(x, 380, x + 118, 462, colour, r=12)
        dim(c, car, x + 84)
        for k, load in enumerate((RAINBOW[2], RAINBOW[0])):
            c.oval(x + 36 + k * 46, 376, 24, 24, load if i else WOOD)
        c.rect(x, 386, x + 118, 462, colour, r=12)
        for k in (28, 90):
            c.oval(x + k, 470, 26, 26, p.dark)
            c.oval(x + k, 470, 11, 11, WOOD)
        c.rect(x + 114, 438, x + 142, 448, GRAPHITE, r=4)
    cab = c.rect(338, 270, 440, 462, p.main, r=10)
    dim(c, cab, 410)
    c.rect(326, 252, 452, 280, p.dark, r=10)
    c.rect(358, 300, 418, 352, "#dff1f7", r=8)
    boiler = c.rect(430, 348, 540, 462, p.main, r=26)
    c.rect(430, 420, 540, 462, BLACK, within=boiler, alpha=0.16)
    c.rect(478, 366, 492, 460, BRASS)
    c.poly([(470, 352), (522, 352), (530, 286), (462, 286)], p.dark)
    for x, r in ((380, 36), (460, 27), (522, 27)):
        c.oval(x, 504 - r, r, r, p.dark)
        c.oval(x, 504 - r, r * 0.45, r * 0.45, p.accent)
    for x, y, r in ((496, 240, 24), (466, 196, 34), (416, 150, 44)):
        c.oval(x, y, r, r, WHITE, alpha=0.9)


def stacker(c: Canvas, p: Palette) -> None:
    shadow(c, width=170)
    c.rect(288, 110, 312, 480, WOOD, r=10)
    for i, colour in enumerate(reversed(RAINBOW)):
        width, y = 152 - i * 15, 416 - i * 46
        ring = c.rect(300 - width, y, 300 + width, y + 46, colour, r=23)
        dim(c, ring, 300 + width * 0.35)
        c.line([(300 - width + 28, y + 15), (300 - width + 70, y + 15)], WHITE, 8, alpha=0.45)
    base = c.blob([(140, 462), (460, 462), (420, 500), (300, 508), (180, 500)], WOOD)
    dim(c, base, 360)
    c.oval(300, 112, 34, 34, p.main)
    c.oval(290, 102, 9, 9, WHITE, alpha=0.5)


def top(c: Canvas, p: Palette) -> None:
    shadow(c, 300, 508, 120)
    with c.turned(9, 300, 500):
        body = c.blob(
            [
                (300, 482),
                (250, 420),
                (172, 330),
                (160, 260),
                (210, 206),
                (300, 190),
                (390, 206),
                (440, 260),
                (428, 330),
                (350, 420),
            ],
            p.main,
        )
        for i, colour in enumerate((p.accent, p.light, "#4f9a54", p.accent)):
            c.rect(100, 236 + i * 48, 500, 258 + i * 48, colour, within=body)
        dim(c, body, 330)
        c.poly([(288, 470), (312, 470), (300, 514)], STEEL_DARK)
        c.rect(276, 150, 324, 204, WOOD, r=12)
        c.oval(300, 146, 30, 20, WOOD_DARK)
        c.line([(196, 244), (186, 286)], WHITE, 13, alpha=0.5)
    c.line(
        [(440, 470), (500, 440), (520, 490), (460, 516), (420, 500), (380, 516)],
        PAPER,
        9,
        curved=True,
    )
    for r, a in ((0, 200), (1, 20)):
        c.arc(300, 330, 190 + r * 16, 70, a, a + 50, WHITE, 7, alpha=0.7)


def blocks(c: Canvas, p: Palette) -> None:
    shadow(c, width=215)

    def cube(x: float, y: float, w: float, h: float, colour: str) -> None:
        mask = c.rect(x, y, x + w, y + h, colour, r=6)
        dim(c, mask, x + w * 0.72)

    cube(100, 404, 100, 100, p.main)
    cube(400, 404, 100, 100, "#5aa552")
    cube(206, 404, 188, 100, p.accent)
    arch = c.oval(300, 504, 56, 66, None)
    c.rect(200, 404, 400, 504, p.backdrop, within=arch)
    cube(120, 304, 60, 100, WOOD)
    cube(420, 304, 60, 100, WOOD)
    cube(200, 340, 200, 60, "#3a86c8")
    cube(250, 250, 100, 88, "#f5c63c")
    c.text(298, 294, "A", 62, p.dark, bold=1.6)
    roof = c.poly([(232, 248), (300, 156), (368, 248)], p.main)
    dim(c, roof, 318)
    for x in (150, 450):
        cone = c.poly([(x - 48, 302), (x, 214), (x + 48, 302)], p.accent if x < 300 else "#7a4fa0")
        dim(c, cone, x + 12)
    c.line([(300, 156), (300, 106)], WOOD_DARK, 7)
    c.poly([(303, 106), (352, 122), (303, 140)], RAINBOW[0])


def kite(c: Canvas, p: Palette) -> None:
    c.line([(330, 420), (300, 460), (350, 500), (310, 560), (340, 610)], p.dark, 3, curved=True)
    for x, y, size, turn, colours in (
        (390, 190, 92, 24, (p.accent, p.dark)),
        (246, 250, 150, -16, (p.main, p.accent)),
    ):
        with c.placed(x, y, turn=turn):
            c.poly(
                [(8, -size + 12), (size + 8, 12), (8, size + 12), (-size + 8, 12)], BLACK, alpha=0.1
            )
            shape: list[Point] = [(0, -size), (size, 0), (0, size), (-size, 0)]
            mask = c.poly(shape, colours[0])
            c.poly([(0, -size), (size, 0), (0, 0)], colours[1], within=mask)
            c.poly([(0, size), (-size, 0), (0, 0)], colours[1], within=mask)
            c.oval(0, -size * 0.1, size * 0.24, size * 0.24, p.light)
            c.line([(0, -size), (0, size)], WOOD_DARK, 4)
            c.arc(0, size * 0.42, size, size * 0.72, 205, 335, WOOD_DARK, 4)
            c.poly(
                [(0, size - 4), (-size * 0.24, size * 1.26), (size * 0.24, size * 1.26)], p.light
            )
    reel = c.rect(404, 424, 500, 504, p.light, r=8)
    for i in range(6):
        c.line([(404, 434 + i * 13), (500, 438 + i * 13)], p.main, 3, within=reel)
    c.rect(392, 410, 408, 518, WOOD, r=6)
    c.rect(496, 410, 512, 518, WOOD, r=6)
    c.rect(444, 390, 460, 540, WOOD_DARK, r=6)


def chess(c: Canvas, p: Palette) -> None:
    shadow(c, width=230)
    for row in range(4):
        y0, y1 = 404 + row * 24, 428 + row * 24
        for col in range(8):

            def at(k: int, y: float) -> Point:
                return (300 + (k - 4) * (42 + (y - 404) * 0.16), y)

            c.poly(
                [at(col, y0), at(col + 1, y0), at(col + 1, y1), at(col, y1)],
                "#efd9b0" if (row + col) % 2 else "#8a5330",
            )
    c.poly([(70, 500), (530, 500), (530, 520), (70, 520)], "#6b3e22")

    def foot(x: float, y: float, colour: str) -> None:
        c.rect(x - 54, y - 24, x + 54, y, colour, r=10)
        c.rect(x - 44, y - 44, x + 44, y - 20, mixed(colour, BLACK, 0.12), r=10)

    for x, y, colour in ((410, 452, GRAPHITE), (196, 486, "#f0dcb8")):
        foot(x, y, colour)
        if x > 300:
            stem = c.poly(
                [(x - 20, y - 190), (x + 20, y - 190), (x + 36, y - 40), (x - 36, y - 40)], colour
            )
            dim(c, stem, x + 6)
            c.rect(x - 36, y - 204, x + 36, y - 186, mixed(colour, BLACK, 0.12), r=8)
            c.poly(
                [
                    (x - 44, y - 264),
                    (x - 24, y - 230),
                    (x - 16, y - 272),
                    (x, y - 232),
                    (x + 16, y - 272),
                    (x + 24, y - 230),
                    (x + 44, y - 264),
                    (x + 32, y - 202),
                    (x - 32, y - 202),
                ],
                colour,
            )
            c.oval(x, y - 280, 11, 11, p.accent)
        else:
            head = c.blob(
                [
                    (x - 40, y - 40),
                    (x - 34, y - 120),
                    (x - 10, y - 176),
                    (x - 66, y - 152),
                    (x - 98, y - 164),
                    (x - 100, y - 200),
                    (x - 40, y - 262),
                    (x - 6, y - 306),
                    (x + 10, y - 270),
                    (x + 58, y - 216),
                    (x + 66, y - 120),
                    (x + 46, y - 40),
                ],
                colour,
            )
            dim(c, head, x + 24)
            c.oval(x - 24, y - 238, 7, 7, p.dark)
            c.oval(x - 86, y - 186, 4, 4, p.dark)
            c.line(
                [(x + 26, y - 250), (x + 56, y - 190), (x + 58, y - 110)], p.main, 11, curved=True
            )


def ludo(c: Canvas, p: Palette) -> None:
    with c.turned(-8, 300, 300):
        c.rect(116, 118, 500, 502, BLACK, r=16, alpha=0.12)
        c.rect(106, 106, 490, 490, PAPER, r=16)
        colours = (RAINBOW[0], RAINBOW[3], RAINBOW[5], RAINBOW[2])
        corners = ((118, 118), (334, 118), (334, 334), (118, 334))
        for (x, y), colour in zip(corners, colours, strict=True):
            c.rect(x, y, x + 144, y + 144, colour, r=8)
            c.rect(x + 24, y + 24, x + 120, y + 120, PAPER, r=12)
            for dx in (50, 94):
                for dy in (50, 94):
                    c.oval(x + dx, y + dy, 14, 14, colour)
        for i in range(6):
            for j in range(3):
                c.rect(
                    265 + j * 23,
                    120 + i * 23.6,
                    286 + j * 23,
                    141 + i * 23.6,
                    colours[1] if j == 1 and i else "#efe4cf",
                )
                c.rect(
                    265 + j * 23,
                    336 + i * 23.6,
                    286 + j * 23,
                    357 + i * 23.6,
                    colours[3] if j == 1 and i < 5 else "#efe4cf",
                )
                c.rect(
                    120 + i * 23.6,
                    265 + j * 23,
                    141 + i * 23.6,
                    286 + j * 23,
                    colours[0] if j == 1 and i else "#efe4cf",
                )
                c.rect(
                    336 + i * 23.6,
                    265 + j * 23,
                    357 + i * 23.6,
                    286 + j * 23,
                    colours[2] if j == 1 and i < 5 else "#efe4cf",
                )
        for i, (a, b) in enumerate(
            (
                ((262, 262), (262, 334)),
                ((262, 262), (334, 262)),
                ((334, 262), (334, 334)),
                ((262, 334), (334, 334)),
            )
        ):
            c.poly([a, b, (298, 298)], colours[i])
    for x, y, colour in ((330, 240, RAINBOW[0]), (206, 356, RAINBOW[5])):
        c.oval(x + 4, y + 24, 24, 10, BLACK, alpha=0.2)
        c.poly([(x - 20, y + 22), (x, y - 24), (x + 20, y + 22)], colour)
        c.oval(x, y - 22, 15, 15, mixed(colour, WHITE, 0.2))
    with c.turned(18, 450, 450):
        c.rect(410, 410, 506, 506, BLACK, r=18, alpha=0.15)
        c.rect(404, 402, 496, 494, WHITE, r=18)
        for x, y in ((428, 426), (472, 426), (450, 448), (428, 470), (472, 470)):
            c.oval(x, y, 8, 8, p.main)


def jigsaw(c: Canvas, p: Palette) -> None:
    c.rect(98, 108, 510, 506, BLACK, r=10, alpha=0.1)
    board = c.rect(90, 96, 500, 494, "#f7b56b", r=8)
    c.rect(90, 96, 500, 200, "#f58d5f", within=board)
    c.oval(330, 290, 62, 62, "#ffe39b", within=board)
    c.rect(90, 300, 500, 494, "#2f7f95", within=board)
    c.rect(90, 300, 500, 330, "#4fa0b0", within=board)
    for x, y, s, colour in ((170, 360, 1.0, p.main), (340, 400, 1.4, p.dark)):
        c.poly(
            [(x - 50 * s, y), (x + 60 * s, y), (x + 36 * s, y + 34 * s), (x - 34 * s, y + 34 * s)],
            colour,
            within=board,
        )
        c.poly([(x, y - 90 * s), (x, y - 8), (x + 50 * s, y - 8)], PAPER, within=board)
        c.poly([(x - 6, y - 70 * s), (x - 6, y - 8), (x - 40 * s, y - 8)], p.accent, within=board)
    for i in range(5):
        c.line(
            [(110 + i * 80, 440 + i % 2 * 26), (150 + i * 80, 440 + i % 2 * 26)],
            WHITE,
            4,
            within=board,
            alpha=0.4,
        )
    ink = "#5a3a2a"
    for k in (1, 2, 3):
        across, down = 90 + k * 102.5, 96 + k * 99.5
        c.line([(across, 96), (across, 494)], ink, 2.2, within=board, alpha=0.55)
        c.line([(90, down), (500, down)], ink, 2.2, within=board, alpha=0.55)
    for row in range(4):
        for k in (1, 2, 3):
            across, down = 90 + k * 102.5 + (11 if (row + k) % 2 else -11), 146 + row * 99.5
            start = -135 if (row + k) % 2 else 45
            c.arc(across, down, 15, 15, start, start + 270, ink, 2.2, within=board, alpha=0.55)
            across, down = 141 + row * 102.5, 96 + k * 99.5 + (11 if (row + k) % 2 else -11)
            start = -45 if (row + k) % 2 else 135
            c.arc(across, down, 15, 15, start, start + 270, ink, 2.2, within=board, alpha=0.55)
    c.rect(397.5, 394.5, 502, 496, p.backdrop)
    with c.turned(20, 470, 470):
        c.rect(424, 428, 528, 530, BLACK, r=6, alpha=0.15)
        c.rect(418, 420, 520, 520, "#2f7f95", r=4)
        c.oval(408, 470, 18, 18, "#2f7f95")
        c.oval(470, 410, 18, 18, "#2f7f95")
        c.line([(440, 470), (490, 470)], WHITE, 5, alpha=0.5)


def elephant(c: Canvas, p: Palette) -> None:
    shadow(c, width=180)
    grey = mixed(p.main, "#c9d3dc", 0.45)
    deep = mixed(grey, BLACK, 0.14)
    for x in (212, 388):
        c.rect(x - 52, 400, x + 52, 506, deep, r=40)
        for k in (-26, 0, 26):
            c.oval(x + k, 494, 10, 9, p.light)
    body = c.oval(300, 390, 138, 112, grey)
    c.oval(300, 410, 84, 76, p.light, within=body, alpha=0.55)
    for side in (-1, 1):
        ear = c.blob(
            [
                (300 + side * 92, 150),
                (300 + side * 190, 130),
                (300 + side * 228, 220),
                (300 + side * 180, 310),
                (300 + side * 96, 300),
            ],
            grey,
        )
        c.blob(
            [
                (300 + side * 104, 176),
                (300 + side * 176, 160),
                (300 + side * 202, 222),
                (300 + side * 166, 282),
                (300 + side * 104, 276),
            ],
            p.accent,
            within=ear,
        )
    head = c.oval(300, 226, 122, 118, grey)
    dim(c, head, 340, 0.08)
    c.line([(300, 240), (300, 330), (318, 386), (364, 392), (376, 362)], deep, 58, curved=True)
    c.line([(300, 240), (300, 326), (316, 380), (364, 388), (374, 362)], grey, 50, curved=True)
    for i in range(3):
        c.line([(282, 296 + i * 24), (318, 296 + i * 24)], deep, 4)
    for x in (248, 352):
        c.oval(x, 216, 15, 17, p.dark)
        c.oval(x + 4, 210, 5, 5, WHITE)
        c.oval(x - (24 if x < 300 else -24), 256, 18, 11, p.accent, alpha=0.6)
    c.poly([(244, 118), (300, 96), (356, 118), (340, 148), (260, 148)], p.main)
    c.oval(300, 122, 12, 12, BRASS)


def carrom(c: Canvas, p: Palette) -> None:
    c.rect(90, 94, 528, 532, BLACK, r=26, alpha=0.12)
    c.rect(78, 78, 514, 514, "#5b3420", r=26)
    c.rect(112, 112, 480, 480, "#eecf98")
    for x in (128, 464):
        for y in (128, 464):
            c.oval(x, y, 22, 22, "#2b1c14")
    for turn in range(0, 360, 90):
        with c.turned(turn, 296, 296):
            c.line([(176, 416), (416, 416)], "#5b3420", 3)
            c.line([(176, 432), (416, 432)], "#5b3420", 3)
            for x in (176, 416):
                c.oval(x, 424, 12, 12, RAINBOW[0])
            c.line([(158, 158), (226, 226)], "#5b3420", 3)
    c.arc(296, 296, 68, 68, 0, 360, "#5b3420", 3)
    for ring, count in ((0, 1), (29, 6), (58, 12)):
        for k in range(count):
            a = k / count * math.tau
            at_x, at_y = 296 + math.cos(a) * ring, 296 + math.sin(a) * ring
            colour = RAINBOW[0] if ring == 0 else ("#2e2a2b" if k % 2 else "#f8ecd2")
            c.oval(at_x + 2, at_y + 3, 14, 14, BLACK, alpha=0.2)
            c.oval(at_x, at_y, 14, 14, colour)
            c.arc(at_x, at_y, 8, 8, 0, 360, mixed(colour, "#888888", 0.4), 1.6)
    c.oval(322, 428, 22, 22, BLACK, alpha=0.2)
    c.oval(318, 424, 21, 21, p.light)
    c.arc(318, 424, 13, 13, 0, 360, p.accent, 4)


def cards(c: Canvas, p: Palette) -> None:
    faces = ((-28, "K", p.main), (-9, "Q", p.dark), (10, "J", p.main), (30, "A", p.dark))
    for turn, letter, colour in faces:
        with c.turned(turn, 300, 560):
            c.rect(216, 140, 408, 424, BLACK, r=18, alpha=0.1)
            c.rect(206, 130, 396, 412, PAPER, r=18)
            c.text(234, 166, letter, 46, colour, bold=1)
            if letter != "A":
                c.rect(254, 162, 372, 382, p.tint, r=10, alpha=0.35)
                c.oval(313, 264, 34, 40, "#d9a27a")
                c.blob([(266, 250), (290, 206), (336, 206), (360, 250), (313, 236)], p.accent)
                c.oval(313, 208, 9, 9, colour)
                c.blob([(256, 380), (270, 318), (313, 298), (356, 318), (370, 380)], colour)
                c.oval(301, 264, 3.4, 3.4, p.dark)
                c.oval(325, 264, 3.4, 3.4, p.dark)
            else:
                for dx in (-26, 26):
                    c.oval(301 + dx, 282, 32, 32, colour)
                c.poly([(243, 290), (301, 212), (359, 290)], colour)
                c.poly([(301, 270), (324, 352), (278, 352)], colour)
    tin = c.rect(176, 430, 424, 524, p.accent, r=16)
    dim(c, tin, 350)
    c.rect(168, 420, 432, 448, mixed(p.accent, BLACK, 0.15), r=10)
    c.text(300, 486, "PAISLEY", 30, p.light, tracking=5, bold=0.6)


def yoyo(c: Canvas, p: Palette) -> None:
    c.line(
        [(330, 330), (360, 150), (300, 60), (210, 90), (230, 160), (300, 130)],
        PAPER,
        7,
        curved=True,
    )
    c.oval(318, 360, 158, 158, BLACK, alpha=0.12)
    c.oval(326, 346, 152, 152, p.shade)
    face = c.oval(296, 346, 152, 152, p.main)
    for k in range(8):
        with c.placed(296, 346, turn=k * 45):
            c.blob(
                [(0, -30), (-30, -80), (0, -132), (30, -80)],
                p.accent if k % 2 else p.light,
                within=face,
            )
    c.arc(296, 346, 140, 140, 0, 360, p.tint, 6)
    c.oval(296, 346, 44, 44, p.dark)
    c.oval(296, 346, 20, 20, BRASS)
    c.arc(296, 346, 118, 118, 200, 250, WHITE, 13, alpha=0.5)


def xylophone(c: Canvas, p: Palette) -> None:
    c.poly([(78, 186), (522, 240), (522, 276), (78, 236)], WOOD)
    c.poly([(78, 440), (522, 376), (522, 412), (78, 486)], WOOD_DARK)
    colours = (*RAINBOW, "#d8638a")
    for i, (colour, note) in enumerate(zip(colours, "SRGMPDNS", strict=True)):
        x = 92 + i * 54
        inset = i * 11.0
        c.rect(x + 6, 146 + inset, x + 50, 532 - inset, BLACK, r=12, alpha=0.12)
        key = c.rect(x, 138 + inset, x + 44, 524 - inset, colour, r=12)
        dim(c, key, x + 30, 0.1)
        c.oval(x + 22, 216 + inset * 0.5, 6, 6, STEEL)
        c.oval(x + 22, 452 - inset * 0.8, 6, 6, STEEL)
        c.text(x + 22, 330, note, 28, WHITE, bold=0.8)
    for turn, colour in ((-58, p.main), (-30, p.dark)):
        with c.turned(turn, 300, 330):
            c.rect(292, 60, 306, 400, "#e9c795", r=7)
            c.oval(299, 60, 28, 28, colour)
            c.oval(290, 52, 8, 8, WHITE, alpha=0.4)


def robot(c: Canvas, p: Palette) -> None:
    shadow(c, width=150)
    for x in (232, 316):
        c.rect(x, 420, x + 52, 480, STEEL_DARK, r=8)
        c.rect(x - 12, 468, x + 64, 506, p.dark, r=14)
    for x in (130, 418):
        c.rect(x, 262, x + 52, 300, STEEL_DARK, r=16)
        c.rect(x + 8, 280, x + 44, 396, p.tint, r=16)
        c.arc(x + 26, 414, 22, 22, -40, 220, p.dark, 11)
    body = c.rect(182, 246, 418, 444, p.main, r=22)
    dim(c, body, 360)
    c.rect(214, 284, 386, 404, p.dark, r=14)
    for x, y, r, colour in ((262, 332, 32, BRASS), (320, 358, 26, p.accent), (352, 314, 20, STEEL)):
        for k in range(8):
            a = k / 8 * math.tau
            with c.turned(math.degrees(a), x + math.cos(a) * r, y + math.sin(a) * r):
                px, py = x + math.cos(a) * r, y + math.sin(a) * r
                c.rect(px - 5, py - 5, px + 5, py + 5, colour)
        c.oval(x, y, r, r, colour)
        c.oval(x, y, r * 0.35, r * 0.35, p.dark)
    c.rect(280, 222, 320, 252, STEEL_DARK)
    head = c.rect(204, 108, 396, 232, p.tint, r=26)
    dim(c, head, 350)
    for x in (256, 344):
        c.oval(x, 160, 28, 28, WHITE)
        c.oval(x + 4, 162, 13, 13, p.dark)
    c.rect(256, 202, 344, 216, p.dark, r=6)
    for k in range(4):
        c.line([(272 + k * 19, 203), (272 + k * 19, 215)], WHITE, 4)
    c.line([(300, 108), (300, 76)], STEEL_DARK, 8)
    c.oval(300, 68, 15, 15, p.accent)


def marbles(c: Canvas, p: Palette) -> None:
    shadow(c, 260, 504, 170)
    pouch = c.blob(
        [
            (180, 190),
            (330, 190),
            (360, 250),
            (420, 350),
            (410, 460),
            (340, 506),
            (180, 506),
            (100, 460),
            (96, 350),
            (150, 250),
        ],
        p.main,
    )
    for i in range(20):
        x, y = 120 + i % 5 * 66 + i // 5 % 2 * 33, 280 + i // 5 * 58
        c.poly(
            [(x, y - 11), (x + 11, y), (x, y + 11), (x - 11, y)], p.accent, within=pouch, alpha=0.7
        )
    dim(c, pouch, 310)
    c.blob(
        [
            (150, 200),
            (140, 140),
            (200, 150),
            (255, 134),
            (310, 150),
            (370, 140),
            (360, 200),
            (255, 216),
        ],
        p.tint,
    )
    c.line([(156, 210), (255, 222), (354, 210)], p.light, 14, curved=True)
    c.line([(330, 216), (370, 250), (360, 300)], p.light, 8, curved=True)
    for x, y, r, colour in (
        (450, 452, 52, RAINBOW[5]),
        (372, 480, 32, RAINBOW[3]),
        (524, 484, 26, RAINBOW[0]),
        (446, 358, 30, RAINBOW[1]),
        (300, 490, 24, RAINBOW[2]),
    ):
        c.oval(x + 5, y + r - 2, r, r * 0.25, BLACK, alpha=0.15)
        ball = c.oval(x, y, r, r, mixed(colour, WHITE, 0.55))
        c.blob(
            [
                (x - r, y + r * 0.3),
                (x - r * 0.2, y - r * 0.5),
                (x + r, y - r * 0.4),
                (x + r * 0.2, y + r * 0.5),
            ],
            colour,
            within=ball,
        )
        c.arc(x, y, r * 0.5, r * 0.9, 110, 250, WHITE, r * 0.12, within=ball, alpha=0.7)
        c.oval(x - r * 0.35, y - r * 0.42, r * 0.2, r * 0.16, WHITE, alpha=0.9)


def rocket(c: Canvas, p: Palette) -> None:
    for x, y, r in ((190, 470, 44), (250, 500, 54), (150, 510, 40), (320, 512, 44), (100, 528, 30)):
        c.oval(x, y, r, r, WHITE, alpha=0.9)
    with c.turned(28, 320, 280):
        c.blob([(292, 420), (320, 530), (348, 420)], "#f5a623")
        c.blob([(304, 420), (320, 486), (336, 420)], "#ffe08a")
        for side in (-1, 1):
            c.poly(
                [
                    (320 + side * 50, 300),
                    (320 + side * 112, 400),
                    (320 + side * 106, 440),
                    (320 + side * 46, 400),
                ],
                p.accent,
            )
        body = c.blob(
            [(320, 46), (372, 140), (386, 260), (366, 420), (274, 420), (254, 260), (268, 140)],
            p.light,
        )
        c.rect(200, 20, 440, 130, p.main, within=body)
        c.rect(200, 366, 440, 388, p.main, within=body)
        dim(c, body, 334)
        c.oval(320, 210, 40, 40, p.main)
        c.oval(320, 210, 28, 28, "#bfe6f2")
        c.arc(320, 210, 18, 18, 190, 260, WHITE, 6)
        c.rect(312, 330, 328, 442, p.accent, r=8)
    for x, y, r in ((110, 130, 9), (180, 220, 6), (500, 420, 8), (90, 300, 6), (540, 250, 6)):
        c.poly(
            [
                (x, y - r * 2),
                (x + r * 0.6, y - r * 0.6),
                (x + r * 2, y),
                (x + r * 0.6, y + r * 0.6),
                (x, y + r * 2),
                (x - r * 0.6, y + r * 0.6),
                (x - r * 2, y),
                (x - r * 0.6, y - r * 0.6),
            ],
            p.main,
        )


DRAWINGS: dict[str, Drawing] = {
    "hilltop-wooden-train": train,
    "rainbow-stacking-rings": stacker,
    "lacquered-latoo": top,
    "little-town-blocks": blocks,
    "sankranti-kite-pack": kite,
    "courtyard-chess-set": chess,
    "chaupar-ludo-board": ludo,
    "harbour-jigsaw": jigsaw,
    "gaju-plush-elephant": elephant,
    "neighbourhood-carrom": carrom,
    "paisley-playing-cards": cards,
    "orbit-yoyo": yoyo,
    "sargam-xylophone": xylophone,
    "tin-robot-bolt": robot,
    "pouch-of-marbles": marbles,
    "chandra-stomp-rocket": rocket,
}
