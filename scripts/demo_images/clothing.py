"""Clothes laid flat, and what is worn or carried with them."""

from __future__ import annotations

import math
from collections.abc import Sequence

from scripts.demo_images.canvas import BLACK, WHITE, Canvas, Mask, Point, mixed
from scripts.demo_images.palettes import Palette
from scripts.demo_images.shading import (
    BRASS,
    BRASS_DARK,
    PAPER,
    STEEL,
    WOOD,
    WOOD_DARK,
    Drawing,
    dim,
    shadow,
)


def mirrored(half: Sequence[Point], x: float = 300) -> list[Point]:
    """Complete an outline given from neck to hem by its mirror image."""
    return [*half, *((2 * x - px, py) for px, py in reversed(half))]


def garment(c: Canvas, half: Sequence[Point], colour: str) -> Mask:
    """Lay a symmetrical garment flat, its right side a little in shade."""
    with c.placed(9, 11):
        c.poly(mirrored(half), BLACK, alpha=0.1)
    mask = c.poly(mirrored(half), colour)
    dim(c, mask, 300, 0.06)
    return mask


def kurta(c: Canvas, p: Palette) -> None:
    half = [(258, 78), (210, 96), (120, 300), (172, 326), (204, 256), (194, 540)]
    cloth = garment(c, half, p.main)
    for side in (-1, 1):
        c.line([(300 + side * 94, 260), (300 + side * 100, 540)], p.shade, 3, within=cloth)
        c.poly(
            [
                (300 + side * 180, 298),
                (300 + side * 128, 324),
                (300 + side * 122, 310),
                (300 + side * 174, 284),
            ],
            p.accent,
        )
        c.line([(300 + side * 106, 460), (300 + side * 106, 540)], p.ground, 4)
    c.rect(100, 516, 500, 528, p.accent, within=cloth)
    placket = c.poly([(278, 78), (322, 78), (318, 290), (300, 306), (282, 290)], p.accent)
    for k in range(8):
        c.oval(300, 112 + k * 24, 4.5, 4.5, p.light, within=placket)
    c.rect(254, 66, 346, 98, p.accent, r=13)
    c.oval(300, 70, 36, 15, mixed(p.main, BLACK, 0.45))
    c.rect(350, 196, 398, 250, p.shade, r=5, within=cloth)
    c.poly([(358, 196), (374, 176), (390, 196)], p.light)


def tee(c: Canvas, p: Palette) -> None:
    half = [(246, 110), (196, 126), (84, 246), (144, 308), (194, 266), (192, 508)]
    cloth = garment(c, half, p.main)
    for side in (-1, 1):
        c.line([(300 + side * 106, 262), (300 + side * 100, 180)], p.shade, 4, within=cloth)
        c.line([(300 + side * 208, 252), (300 + side * 152, 310)], p.tint, 5, within=cloth)
    c.oval(300, 112, 60, 40, p.tint, within=cloth)
    c.oval(300, 102, 56, 38, mixed(p.main, BLACK, 0.4), within=cloth)
    c.rect(190, 492, 410, 497, p.tint, within=cloth)
    c.poly([(330, 216), (394, 216), (394, 272), (362, 292), (330, 272)], p.accent)
    c.line([(336, 224), (388, 224)], p.light, 3)
    c.oval(362, 252, 10, 10, p.light)


def block_shirt(c: Canvas, p: Palette) -> None:
    half = [(262, 96), (204, 116), (96, 298), (152, 334), (200, 272), (194, 512), (250, 524)]
    cloth = garment(c, half, p.main)
    for row in range(11):
        for col in range(11):
            x, y = 100 + col * 42 + (row % 2) * 21, 112 + row * 42
            for turn in range(0, 360, 90):
                with c.placed(x, y, turn=turn):
                    c.blob(
                        [(0, -3), (-6, -9), (0, -15), (6, -9)],
                        p.light if (row + col) % 2 else p.accent,
                        within=cloth,
                    )
            c.oval(x, y, 3, 3, p.accent, within=cloth)
    c.rect(286, 100, 314, 530, p.shade, within=cloth)
    for k in range(7):
        c.oval(300, 150 + k * 54, 6.5, 6.5, WOOD)
        c.oval(300, 150 + k * 54, 2, 2, p.dark)
    c.poly([(258, 92), (342, 92), (300, 132)], mixed(p.main, BLACK, 0.45))
    for side in (-1, 1):
        c.poly(
            [(300 + side * 44, 80), (300 + side * 68, 112), (300 + side * 40, 160), (300, 122)],
            p.tint,
        )
        c.poly(
            [
                (300 + side * 204, 292),
                (300 + side * 148, 330),
                (300 + side * 140, 314),
                (300 + side * 192, 276),
            ],
            p.shade,
        )
    c.rect(338, 202, 396, 262, p.shade, r=5, within=cloth)


def sari(c: Canvas, p: Palette) -> None:
    shadow(c, width=200)
    for i in range(4):
        y = 420 - i * 58
        colour = (p.main, p.tint)[i % 2]
        fold = c.rect(110, y, 490, y + 78, colour, r=34)
        c.rect(110, y + 50, 490, y + 78, BRASS, within=fold)
        for k in range(20):
            c.poly(
                [(112 + k * 20, y + 50), (122 + k * 20, y + 34), (132 + k * 20, y + 50)],
                BRASS,
                within=fold,
            )
        c.rect(110, y + 62, 490, y + 67, p.main, within=fold)
        dim(c, fold, 400, 0.1)
    c.rect(110, 164, 490, 270, p.main, r=30)
    pallu = c.poly([(224, 164), (376, 164), (392, 480), (208, 480)], p.accent)
    for row in range(7):
        y = 186 + row * 40
        for k in range(9):
            x = 204 + k * 24 + (row % 2) * 12
            c.blob(
                [(x, y - 10), (x - 7, y), (x, y + 12), (x + 7, y)],
                p.main if row % 2 else BRASS_DARK,
                within=pallu,
            )
    c.rect(200, 446, 400, 480, BRASS, within=pallu)
    for x in (226, 374):
        c.line([(x, 164), (x + (x - 300) * 0.2, 480)], BRASS, 9)
    for i in range(13):
        c.line([(212 + i * 14.6, 482), (211 + i * 14.8, 508)], BRASS, 4)


def stole(c: Canvas, p: Palette) -> None:
    shadow(c, 300, 545, 120)
    c.rect(120, 70, 480, 88, WOOD, r=9)
    c.arc(300, 56, 18, 18, 150, 400, STEEL, 6)
    for x0, x1, y1, turn in ((166, 306, 520, 1), (296, 436, 470, -1)):
        cloth = c.poly([(x0, 78), (x1, 78), (x1 + 10 * turn, y1), (x0 - 10 * turn, y1)], p.main)
        for k in range(9):
            y = 78 + k * (y1 - 78) / 9
            c.rect(100, y, 500, y + 52, mixed(p.main, p.light, k / 10), within=cloth)
        c.rect(100, y1 - 44, 500, y1 - 30, p.accent, within=cloth)
        c.rect(100, y1 - 22, 500, y1 - 16, p.accent, within=cloth)
        for k in range(3):
            c.line(
                [(x0 + 30 + k * 40, 78), (x0 + 24 + k * 44, y1)], BLACK, 6, within=cloth, alpha=0.06
            )
        for k in range(10):
            x = x0 - 8 * turn + 6 + k * 14.4
            c.line([(x, y1), (x, y1 + 30)], p.light, 5)
    c.rect(160, 66, 442, 92, p.shade, r=12)


def trousers(c: Canvas, p: Palette) -> None:
    half = [(202, 84), (160, 530), (276, 536), (300, 230)]
    cloth = garment(c, half, p.main)
    for side in (-1, 1):
        c.line([(300 + side * 66, 150), (300 + side * 84, 530)], p.shade, 4, within=cloth)
        c.line([(300 + side * 60, 116), (300 + side * 108, 190)], p.shade, 6, within=cloth)
        c.poly(
            [
                (300 + side * 141, 502),
                (300 + side * 23, 508),
                (300 + side * 20, 540),
                (300 + side * 144, 534),
            ],
            p.tint,
            within=cloth,
        )
    c.line([(300, 116), (300, 232)], p.shade, 5)
    c.rect(198, 74, 402, 120, p.tint, r=8)
    for k in range(14):
        c.line([(208 + k * 14.2, 78), (208 + k * 14.2, 116)], p.shade, 2.5, alpha=0.6)
    for side in (-1, 1):
        c.line(
            [(300, 100), (300 + side * 22, 130), (300 + side * 16, 190)], p.light, 7, curved=True
        )
        c.oval(300 + side * 16, 192, 6, 9, p.accent)
    c.oval(300, 100, 8, 8, p.light)


def sweater(c: Canvas, p: Palette) -> None:
    half = [(254, 104), (198, 124), (84, 440), (144, 462), (206, 294), (204, 500)]
    cloth = garment(c, half, p.main)
    for y, colour in ((198, p.accent), (262, p.light)):
        c.rect(60, y, 540, y + 46, colour, within=cloth)
        for k in range(20):
            x = 76 + k * 24
            c.poly([(x, y + 40), (x + 12, y + 6), (x + 24, y + 40)], p.main, within=cloth)
            c.poly(
                [(x + 6, y + 40), (x + 12, y + 22), (x + 18, y + 40)],
                p.light if colour == p.accent else p.accent,
                within=cloth,
            )
    for k in range(30):
        c.oval(212 + k * 61 % 180, 330 + k * 37 % 140, 4, 4, p.light, within=cloth, alpha=0.8)
    for k in range(17):
        c.line([(206 + k * 12, 478), (206 + k * 12, 504)], p.shade, 4, within=cloth)
    c.rect(200, 474, 400, 478, p.shade, within=cloth)
    for side in (-1, 1):
        c.poly(
            [
                (300 + side * 218, 436),
                (300 + side * 156, 464),
                (300 + side * 148, 438),
                (300 + side * 208, 408),
            ],
            p.shade,
        )
        c.line([(300 + side * 96, 300), (300 + side * 88, 180)], p.shade, 4, within=cloth)
    c.oval(300, 108, 60, 34, p.shade)
    c.oval(300, 102, 44, 22, mixed(p.main, BLACK, 0.5))


def cap(c: Canvas, p: Palette) -> None:
    shadow(c, 320, 446, 190)
    crown = c.blob(
        [
            (120, 400),
            (126, 290),
            (190, 196),
            (290, 164),
            (390, 200),
            (446, 300),
            (448, 400),
            (290, 420),
        ],
        p.main,
    )
    c.line([(288, 166), (262, 280), (262, 420)], p.shade, 5, curved=True, within=crown)
    c.line([(292, 166), (372, 270), (392, 410)], p.shade, 5, curved=True, within=crown)
    c.line([(284, 166), (176, 270), (150, 410)], p.shade, 5, curved=True, within=crown)
    dim(c, crown, 390, 0.1)
    for x in (214, 322):
        c.oval(x, 252, 7, 7, p.dark)
    peak = c.blob(
        [
            (236, 398),
            (330, 372),
            (440, 376),
            (540, 420),
            (560, 452),
            (520, 462),
            (400, 440),
            (250, 430),
        ],
        p.accent,
    )
    c.rect(200, 432, 600, 480, BLACK, within=peak, alpha=0.15)
    for k in range(3):
        c.line(
            [(268 + k * 14, 412 + k * 6), (400, 396 + k * 12), (520 - k * 6, 436 + k * 4)],
            p.light,
            2.4,
            curved=True,
            within=peak,
            alpha=0.7,
        )
    c.oval(290, 164, 17, 11, p.accent)
    c.line([(312, 352), (312, 322), (330, 304), (322, 288)], p.light, 6, curved=True)
    c.poly([(322, 284), (356, 292), (324, 296)], p.light)
    c.blob([(300, 340), (318, 322), (346, 326), (360, 346), (330, 356)], p.light)


def tote(c: Canvas, p: Palette) -> None:
    shadow(c, width=170)
    c.arc(300, 230, 90, 150, 180, 360, p.shade, 22)
    for x, y, turn in ((240, 210, -20), (290, 190, 6)):
        with c.placed(x, y + 60, turn=turn):
            c.blob([(0, 0), (-34, -50), (-26, -110), (0, -130), (26, -110), (34, -50)], "#5aa552")
            c.line([(0, 0), (0, -100)], "#cfe8b8", 6)
    c.line([(360, 240), (384, 150)], "#e9c795", 32)
    c.oval(385, 146, 17, 13, "#d9a866")
    bag = c.poly([(136, 236), (464, 236), (484, 504), (116, 504)], p.light)
    dim(c, bag, 380, 0.08)
    c.rect(100, 236, 500, 264, p.accent, within=bag)
    for k in range(8):
        with c.placed(300, 384, turn=k * 45):
            c.blob([(0, -18), (-20, -50), (0, -90), (20, -50)], p.main if k % 2 else p.accent)
    c.oval(300, 384, 25, 25, p.main)
    c.oval(300, 384, 11, 11, p.light)
    c.arc(300, 250, 90, 150, 180, 360, p.main, 22)
    for x in (210, 390):
        c.rect(x - 14, 246, x + 14, 296, p.main, r=4)


def sneakers(c: Canvas, p: Palette) -> None:
    for dx, dy, near in ((60, -96, False), (-20, 0, True)):
        with c.placed(dx, dy):
            shadow(c, 290, 502, 200)
            colour = p.main if near else mixed(p.main, BLACK, 0.16)
            shoe = c.blob(
                [
                    (110, 300),
                    (150, 286),
                    (210, 296),
                    (270, 350),
                    (360, 400),
                    (450, 418),
                    (478, 446),
                    (470, 472),
                    (110, 480),
                    (100, 390),
                ],
                colour,
            )
            c.blob(
                [(390, 410), (460, 412), (492, 456), (480, 490), (390, 490)], p.light, within=shoe
            )
            c.line([(150, 480), (186, 400), (180, 300)], p.accent, 15, curved=True, within=shoe)
            c.blob(
                [
                    (206, 292),
                    (240, 280),
                    (284, 330),
                    (372, 392),
                    (356, 418),
                    (270, 392),
                    (220, 344),
                ],
                p.tint,
            )
            for k in range(5):
                x, y = 232 + k * 28, 326 + k * 17
                c.line([(x - 12, y + 24), (x + 22, y - 14)], PAPER, 9)
            c.rect(92, 462, 500, 500, PAPER, r=19)
            c.rect(100, 474, 492, 480, p.accent)
            c.rect(98, 372, 126, 446, p.accent, r=8, within=shoe)


def sandals(c: Canvas, p: Palette) -> None:
    for x, turn in ((204, -8), (396, 8)):
        with c.turned(turn, x, 310):
            side = 1 if x > 300 else -1
            outline = [
                (x - 56, 160),
                (x, 88),
                (x + 56, 160),
                (x + 70, 240),
                (x + 42, 350),
                (x + 54, 470),
                (x, 524),
                (x - 54, 470),
                (x - 42, 350),
                (x - 70, 240),
            ]
            with c.placed(9, 12):
                c.blob(outline, BLACK, alpha=0.12)
            c.blob(outline, mixed(p.main, BLACK, 0.35))
            with c.turned(0, x, 310), c.placed(x * 0.08, 310 * 0.08, scale=0.92):
                c.blob(outline, mixed(WOOD, WHITE, 0.15))
            for k in range(9):
                c.oval(x, 380 + k * 14, 3, 3, WOOD_DARK)
            band = c.poly([(x - 74, 214), (x + 74, 214), (x + 66, 306), (x - 66, 306)], p.main)
            for k in range(8):
                px = x - 70 + k * 20
                c.line(
                    [(px, 222), (px + 10, 260), (px, 298)],
                    p.tint if k % 2 else p.accent,
                    6,
                    within=band,
                )
            c.rect(x - 78, 210, x + 78, 224, p.shade, r=6)
            c.rect(x - 70, 296, x + 70, 310, p.shade, r=6)
            c.line([(x - side * 28, 122), (x, 214)], p.shade, 15)
            c.oval(x - side * 30, 128, 24, 19, p.main)
            c.oval(x, 260, 17, 17, BRASS)
            c.oval(x, 260, 7, 7, BRASS_DARK)


def socks(c: Canvas, p: Palette) -> None:
    for i, (x, turn, colours) in enumerate(
        ((150, -8, (p.main, p.light)), (270, 0, (p.accent, p.main)), (390, 8, (p.light, p.accent)))
    ):
        with c.turned(turn, x + 30, 500):
            outline = [
                (x, 100),
                (x + 84, 100),
                (x + 84, 380),
                (x + 132, 430),
                (x + 134, 476),
                (x + 90, 490),
                (x + 20, 440),
                (x, 380),
            ]
            path = [outline[0], outline[1], (x + 84, 240), outline[2], *outline[3:], (x, 240)]
            with c.placed(8, 10):
                c.poly(path, BLACK, alpha=0.1)
            sock = c.poly(path, colours[0])
            for k in range(9):
                y = 170 + k * 38
                if i == 0:
                    c.rect(x - 40, y, x + 160, y + 17, colours[1], within=sock)
                elif i == 1:
                    for j in range(7):
                        c.oval(x + 4 + j * 26 + (k % 2) * 13, y, 8, 8, p.light, within=sock)
                else:
                    zig = [(x - 20 + j * 14, y + (12 if j % 2 else -4)) for j in range(14)]
                    c.line(zig, p.main if k % 2 else colours[1], 8, within=sock)
            c.rect(x - 20, 90, x + 120, 146, colours[1] if i != 1 else p.dark, within=sock)
            for k in range(8):
                c.line(
                    [(x + 4 + k * 12, 100), (x + 4 + k * 12, 146)],
                    BLACK,
                    2.5,
                    within=sock,
                    alpha=0.2,
                )
            c.oval(x + 4, 432, 42, 38, p.dark, within=sock)
            c.oval(x + 144, 470, 40, 44, p.dark, within=sock)
            dim(c, sock, x + 60, 0.08)


def belt(c: Canvas, p: Palette) -> None:
    c.oval(312, 318, 206, 206, BLACK, alpha=0.1)
    c.oval(300, 300, 204, 204, WOOD_DARK)
    c.oval(300, 300, 158, 158, p.ground)
    c.oval(300, 300, 158, 158, p.backdrop)
    for r in (196, 166):
        for k in range(60):
            a = k / 60 * math.tau
            c.line(
                [
                    (300 + math.cos(a) * r, 300 + math.sin(a) * r),
                    (300 + math.cos(a + 0.05) * r, 300 + math.sin(a + 0.05) * r),
                ],
                "#e9c795",
                2.6,
            )
    c.arc(300, 300, 181, 181, 200, 250, WHITE, 10, alpha=0.18)
    for k in range(5):
        a = math.radians(22 + k * 11)
        c.oval(300 + math.cos(a) * 181, 300 + math.sin(a) * 181, 6.5, 6.5, p.dark)
    with c.turned(4, 300, 480):
        strap = c.poly(
            [(300, 456), (450, 456), (486, 480), (450, 504), (300, 504)],
            mixed(WOOD_DARK, WHITE, 0.08),
        )
        for k in range(4):
            c.oval(372 + k * 26, 480, 6, 6, p.dark, within=strap)
        c.rect(226, 430, 336, 530, BRASS, r=16)
        c.rect(246, 450, 316, 510, WOOD_DARK, r=6)
        c.line([(246, 480), (338, 480)], BRASS_DARK, 11)
        c.rect(346, 448, 366, 512, mixed(WOOD_DARK, BLACK, 0.2), r=4)
    c.text(300, 300, "made once", 38, p.main, bold=0.4)


def backpack(c: Canvas, p: Palette) -> None:
    shadow(c, width=165)
    c.arc(300, 122, 44, 44, 180, 360, p.dark, 15)
    for x in (134, 412):
        c.rect(x, 316, x + 54, 480, p.shade, r=20)
    body = c.rect(156, 180, 444, 504, p.main, r=54)
    roll = c.rect(148, 110, 452, 226, p.tint, r=40)
    c.rect(148, 182, 452, 226, BLACK, within=roll, alpha=0.12)
    dim(c, body, 372)
    for x in (216, 384):
        c.rect(x - 13, 122, x + 13, 336, WOOD, r=6)
        c.rect(x - 21, 286, x + 21, 322, BRASS, r=6)
        c.rect(x - 11, 296, x + 11, 312, p.dark, r=3)
    pocket = c.rect(196, 348, 404, 486, p.shade, r=26)
    c.rect(196, 348, 404, 384, p.accent, within=pocket)
    c.line([(216, 386), (384, 386)], p.light, 4)
    c.oval(300, 434, 25, 25, p.light)
    c.text(300, 434, "14", 26, p.dark, bold=0.5)
    c.rect(418, 290, 450, 420, STEEL, r=14)
    c.rect(418, 320, 450, 420, "#8fcbe0", r=12)


def bandi(c: Canvas, p: Palette) -> None:
    half = [(256, 92), (206, 116), (212, 220), (176, 290), (182, 512)]
    cloth = garment(c, half, p.main)
    for row in range(12):
        for col in range(9):
            x, y = 180 + col * 32 + (row % 2) * 16, 120 + row * 36
            c.blob(
                [(x, y - 9), (x - 6, y), (x, y + 9), (x + 6, y)], p.tint, within=cloth, alpha=0.6
            )
    c.poly([(270, 90), (330, 90), (306, 140), (294, 140)], mixed(p.main, BLACK, 0.5))
    c.line([(300, 130), (300, 512)], p.shade, 6)
    for side in (-1, 1):
        c.poly(
            [
                (300 + side * 44, 72),
                (300 + side * 50, 108),
                (300 + side * 6, 138),
                (300 + side * 14, 96),
            ],
            p.shade,
        )
        c.line([(300 + side * 50, 330), (300 + side * 104, 330)], p.shade, 10)
        c.line(
            [(300 + side * 94, 118), (300 + side * 88, 220), (300 + side * 123, 290)],
            p.accent,
            6,
            curved=True,
        )
        c.line([(300 + side * 14, 506), (300 + side * 116, 506)], p.accent, 6)
    for k in range(5):
        c.oval(308, 172 + k * 70, 10, 10, p.accent)
        c.oval(306, 170 + k * 70, 4, 4, WHITE, alpha=0.6)
    c.rect(340, 214, 392, 224, p.shade, r=4)
    c.poly([(346, 216), (356, 180), (368, 202), (380, 176), (386, 216)], p.light)


def umbrella(c: Canvas, p: Palette) -> None:
    for i in range(22):
        x, y = 40 + i * 97 % 540, 30 + i * 61 % 480
        c.line([(x, y), (x - 6, y + 18)], p.main, 5, alpha=0.35)
    with c.turned(14, 300, 300):
        c.line([(300, 120), (300, 470)], WOOD, 15)
        c.arc(264, 474, 36, 40, 0, 190, WOOD_DARK, 19)
        c.line([(300, 72), (300, 110)], p.dark, 9)
        dome = c.poly(
            [
                (76, 316),
                *[
                    (300 + math.cos(math.radians(a)) * 224, 316 + math.sin(math.radians(a)) * 222)
                    for a in range(180, 361, 5)
                ],
            ],
            p.main,
        )
        for k, (x0, x1) in enumerate(((76, 150), (150, 250), (250, 350), (350, 450), (450, 524))):
            mid = (x0 + x1) / 2
            if k % 2:
                rib = [
                    (x0, 316),
                    ((x0 + 300) / 2 + (x0 - 300) * 0.3, 180),
                    (300, 94),
                    ((x1 + 300) / 2 + (x1 - 300) * 0.3, 180),
                    (x1, 316),
                ]
                c.poly([*rib], p.accent, within=dome)
            c.oval(mid, 318, (x1 - x0) / 2, 24, p.backdrop)
        dim(c, dome, 380, 0.08)
        c.line([(300, 290), (300, 330)], WOOD, 15)
        c.arc(300, 316, 190, 186, 205, 240, WHITE, 12, alpha=0.35)


DRAWINGS: dict[str, Drawing] = {
    "everyday-khadi-kurta": kurta,
    "sunday-pocket-tee": tee,
    "ajrakh-block-shirt": block_shirt,
    "mulberry-silk-sari": sari,
    "river-mist-stole": stole,
    "easy-drawstring-trousers": trousers,
    "hill-road-sweater": sweater,
    "canal-bank-cap": cap,
    "bazaar-canvas-tote": tote,
    "galli-canvas-sneakers": sneakers,
    "sugarcane-road-sandals": sandals,
    "mismatched-socks": socks,
    "plain-good-belt": belt,
    "milestone-backpack": backpack,
    "festive-bandi-jacket": bandi,
    "cloudburst-umbrella": umbrella,
}
