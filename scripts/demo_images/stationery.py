"""What stands on a desk or lies in its drawer."""

from __future__ import annotations

import math

from scripts.demo_images.canvas import BLACK, WHITE, Canvas, mixed
from scripts.demo_images.palettes import Palette
from scripts.demo_images.shading import (
    BRASS,
    BRASS_DARK,
    GRAPHITE,
    GREEN,
    PAPER,
    STEEL,
    STEEL_DARK,
    WOOD,
    WOOD_DARK,
    Drawing,
    dim,
    gleam,
    leaf,
    shadow,
)

RAINBOW = ("#d8412f", "#f08a2c", "#f5c63c", "#5aa552", "#3a86c8", "#6b4fa0")


def journal(c: Canvas, p: Palette) -> None:
    with c.turned(-8, 300, 300):
        c.rect(166, 104, 462, 514, BLACK, r=16, alpha=0.12)
        c.rect(160, 96, 452, 504, PAPER, r=12)
        cover = c.rect(148, 90, 440, 498, p.main, r=14)
        for i in range(13):
            for j in range(9):
                x, y = 170 + j * 34 + (i % 2) * 17, 100 + i * 34
                c.line(
                    [(x, y), (x - 7, y + 16)], p.tint if (i + j) % 3 else p.accent, 5, within=cover
                )
        c.rect(148, 90, 184, 498, BLACK, within=cover, alpha=0.22)
        c.rect(222, 190, 400, 280, p.light, r=8)
        c.text(311, 222, "Journal", 34, p.main, bold=0.8)
        c.line([(252, 256), (370, 256)], p.accent, 4)
        c.rect(400, 90, 416, 498, p.dark, within=cover)
        c.poly([(260, 498), (280, 498), (280, 556), (270, 544), (260, 556)], p.accent)


def spiral(c: Canvas, p: Palette) -> None:
    with c.turned(6, 300, 300):
        c.rect(160, 112, 462, 514, BLACK, r=12, alpha=0.12)
        c.rect(150, 100, 450, 500, p.main, r=14)
        page = c.rect(168, 120, 442, 492, PAPER, r=8)
        for i in range(10):
            for j in range(13):
                c.oval(190 + i * 27, 164 + j * 27, 2.4, 2.4, p.main, within=page, alpha=0.45)
        c.line([(196, 430), (250, 350), (310, 388), (410, 250)], p.accent, 8)
        for x, y in ((250, 350), (310, 388), (410, 250)):
            c.oval(x, y, 11, 11, p.dark)
        c.text(250, 214, "ideas", 44, p.main, bold=0.5)
        for i in range(10):
            x = 182 + i * 27
            c.oval(x, 124, 6, 6, p.dark)
            c.arc(x, 106, 7, 20, 120, 420, STEEL_DARK, 5)


def pen(c: Canvas, p: Palette) -> None:
    path = [(96, 470), (160, 430), (210, 480), (262, 436), (310, 482)]
    c.line(path, p.dark, 7, curved=True)
    with c.turned(42, 320, 300):
        c.rect(290, 16, 366, 460, BLACK, r=30, alpha=0.09)
        body = c.blob(
            [
                (284, 60),
                (300, 30),
                (340, 30),
                (356, 60),
                (360, 240),
                (350, 400),
                (290, 400),
                (280, 240),
            ],
            p.main,
        )
        for i in range(5):
            c.blob(
                [
                    (290 + i * 9, 80 + i * 50),
                    (330, 70 + i * 56),
                    (350, 120 + i * 50),
                    (310, 130 + i * 52),
                ],
                p.tint,
                within=body,
                alpha=0.35,
            )
        dim(c, body, 326)
        c.rect(278, 206, 362, 230, BRASS, r=5)
        c.rect(282, 234, 358, 242, BRASS_DARK, r=3)
        c.rect(338, 70, 352, 216, BRASS, r=7)
        grip = c.poly([(290, 396), (350, 396), (340, 464), (300, 464)], p.dark)
        dim(c, grip, 322, 0.3)
        c.rect(296, 460, 344, 472, BRASS, r=4)
        nib = c.poly([(298, 472), (342, 472), (346, 500), (320, 566), (294, 500)], "#f0c659")
        dim(c, nib, 320)
        c.oval(320, 506, 6, 6, GRAPHITE)
        c.line([(320, 506), (320, 560)], GRAPHITE, 2.5)
        gleam(c, 300, 60, 190, 9)


def ink(c: Canvas, p: Palette) -> None:
    shadow(c, width=170)
    glass = c.rect(150, 236, 450, 504, "#e9f1fb", r=40)
    fill = c.rect(170, 282, 430, 488, "#2b2f86", r=28)
    c.blob(
        [(150, 300), (230, 276), (310, 300), (390, 272), (460, 300), (460, 330), (150, 330)],
        "#4a45b5",
        within=fill,
    )
    dim(c, glass, 370, 0.1)
    c.rect(236, 188, 364, 240, "#dfe8f4", r=8)
    cap = c.rect(216, 106, 384, 206, p.dark, r=18)
    for i in range(9):
        c.line([(228 + i * 18, 116), (228 + i * 18, 198)], BLACK, 4, within=cap, alpha=0.3)
    c.rect(216, 106, 384, 134, WHITE, within=cap, alpha=0.15)
    c.rect(208, 336, 392, 452, p.light, r=10)
    c.oval(300, 376, 24, 24, p.accent)
    c.oval(311, 369, 20, 20, p.light)
    c.text(300, 428, "INDIGO NIGHT", 18, "#2b2f86", tracking=1.5, bold=0.3)
    gleam(c, 184, 300, 450, 11, 0.5)


def pencils(c: Canvas, p: Palette) -> None:
    shadow(c, width=150)
    for i in range(9):
        with c.turned(-24 + i * 6, 300, 640):
            x, top = 300 + (i - 4) * 9, 116 + (i * 31 % 50)
            colour = mixed(p.main, (p.accent, p.dark, p.light)[i % 3], 0.55 if i % 2 else 0.1)
            body = c.rect(x - 17, top + 56, x + 17, 440, colour)
            c.rect(x - 17, top + 56, x - 6, 520, WHITE, within=body, alpha=0.25)
            c.rect(x + 6, top + 56, x + 17, 520, BLACK, within=body, alpha=0.15)
            c.poly([(x - 17, top + 58), (x, top), (x + 17, top + 58)], "#e9c795")
            c.poly([(x - 6, top + 20), (x, top), (x + 6, top + 20)], GRAPHITE)
    tin = c.rect(186, 330, 414, 504, p.main, r=16)
    dim(c, tin, 330)
    c.rect(178, 322, 422, 346, p.shade, r=9)
    c.rect(186, 392, 414, 456, p.light, within=tin)
    c.text(300, 425, "4H-6B", 38, p.main, bold=0.8)


def watercolours(c: Canvas, p: Palette) -> None:
    c.rect(92, 130, 520, 512, BLACK, r=26, alpha=0.1)
    c.rect(84, 92, 512, 290, p.tint, r=24)
    for i, colour in enumerate((RAINBOW[4], RAINBOW[0], RAINBOW[2])):
        well = c.rect(106 + i * 134, 114, 226 + i * 134, 268, PAPER, r=16)
        x = 166 + i * 134
        c.blob(
            [(x - 40, 190), (x - 10, 150), (x + 34, 176), (x + 36, 220), (x - 8, 238)],
            colour,
            within=well,
            alpha=0.7,
        )
    c.rect(84, 290, 512, 500, p.main, r=24)
    c.rect(104, 308, 492, 482, p.dark, r=12)
    pans = (*RAINBOW, "#8a5a2b", "#c98f57", "#2f7d75", "#e58aa5", "#f0dfc0", "#30343f")
    for i, colour in enumerate(pans):
        x, y = 112 + i % 6 * 63, 318 + i // 6 * 80
        c.rect(x, y, x + 56, y + 74, WHITE, r=7)
        pan = c.rect(x + 5, y + 5, x + 51, y + 69, colour, r=6)
        c.oval(x + 20, y + 20, 24, 18, WHITE, within=pan, alpha=0.2)
    with c.turned(-28, 330, 320):
        c.rect(160, 318, 470, 336, BLACK, r=9, alpha=0.15)
        c.rect(250, 306, 500, 322, p.accent, r=8)
        c.rect(212, 304, 256, 324, STEEL, r=4)
        c.blob([(214, 305), (170, 302), (136, 316), (170, 324), (214, 323)], "#7a4a2a")


def brushes(c: Canvas, p: Palette) -> None:
    shadow(c, width=120)
    for i, (turn, top) in enumerate(
        ((-22, 150), (-13, 110), (-4, 132), (5, 92), (14, 128), (24, 158))
    ):
        with c.turned(turn, 300, 560):
            x = 300 + (i - 2.5) * 12
            c.rect(x - 8, top + 96, x + 8, 480, (p.main, p.accent, p.dark)[i % 3], r=6)
            c.rect(x - 11, top + 60, x + 11, top + 118, STEEL, r=3)
            c.rect(x + 2, top + 60, x + 11, top + 118, STEEL_DARK, r=2)
            hair = c.blob(
                [
                    (x - 12, top + 62),
                    (x - 17, top + 32),
                    (x, top - 12),
                    (x + 17, top + 32),
                    (x + 12, top + 62),
                ],
                "#6b4630",
            )
            c.rect(x - 30, top - 20, x + 30, top + 16, RAINBOW[i], within=hair)
    jar = c.rect(204, 320, 396, 506, p.light, r=26)
    c.rect(196, 312, 404, 338, p.main, r=12)
    dim(c, jar, 336, 0.09)
    for i in range(3):
        with c.placed(252 + i * 48, 470, turn=(i - 1) * 24):
            leaf(c, p.main, p.light, 88, 26)


def washi(c: Canvas, p: Palette) -> None:
    spots = (
        (200, 210, p.main),
        (394, 190, p.accent),
        (160, 396, GREEN),
        (316, 356, p.dark),
        (458, 390, "#d8638a"),
    )
    for i, (x, y, colour) in enumerate(spots):
        c.oval(x + 9, y + 12, 96, 96, BLACK, alpha=0.12)
        roll = c.oval(x, y, 94, 94, colour)
        for k in range(16):
            a = k / 16 * math.tau
            px, py = x + math.cos(a) * 76, y + math.sin(a) * 76
            if i % 2:
                c.oval(px, py, 7, 7, p.light, within=roll)
            else:
                with c.turned(math.degrees(a), px, py):
                    c.poly(
                        [(px - 9, py), (px, py - 9), (px + 9, py), (px, py + 9)],
                        p.light,
                        within=roll,
                    )
        c.oval(x, y, 56, 56, mixed(colour, BLACK, 0.18))
        c.oval(x, y, 48, 48, "#d9b98a")
        c.oval(x + 2, y + 3, 40, 40, p.ground)
    with c.turned(-12, 300, 500):
        strip = c.rect(130, 482, 420, 524, p.main, alpha=0.9)
        for k in range(10):
            c.poly(
                [
                    (136 + k * 30, 503),
                    (150 + k * 30, 489),
                    (164 + k * 30, 503),
                    (150 + k * 30, 517),
                ],
                p.light,
                within=strip,
            )


def scissors(c: Canvas, p: Palette) -> None:
    with c.turned(30, 300, 300):
        for side in (-1, 1):
            with c.turned(side * 15, 300, 310):
                blade = c.poly(
                    [
                        (300 - side * 2, 60),
                        (300 + side * 26, 110),
                        (300 + side * 24, 320),
                        (300 - side * 14, 320),
                    ],
                    "#e3eaef" if side < 0 else STEEL,
                )
                c.rect(300, 40, 300 + 14, 330, BLACK, within=blade, alpha=0.1)
                c.line([(300, 300), (300 - side * 44, 400)], p.main, 34)
        for x, ry in ((228, 72), (372, 58)):
            c.oval(x + 6, 462, 58, ry, BLACK, alpha=0.1)
            c.oval(x, 454, 58, ry, p.main)
            c.oval(x, 454, 35, ry - 24, p.backdrop)
            c.arc(x, 454, 47, ry - 12, 200, 280, WHITE, 6, alpha=0.4)
        c.oval(300, 312, 17, 17, BRASS)
        c.line([(290, 312), (310, 312)], BRASS_DARK, 4)


def geometry(c: Canvas, p: Palette) -> None:
    c.oval(250, 452, 4, 4, p.dark)
    c.poly([(110, 500), (110, 210), (400, 500)], p.accent, alpha=0.75)
    c.poly([(152, 458), (152, 312), (298, 458)], p.ground)
    for i in range(12):
        c.line([(110, 484 - i * 20), (124 if i % 2 else 132, 484 - i * 20)], p.dark, 2.5)
    half = c.oval(370, 320, 160, 160, None)
    c.rect(200, 100, 540, 320, p.main, within=half, alpha=0.55)
    inner = c.oval(370, 320, 84, 84, None)
    c.rect(200, 100, 540, 296, p.ground, within=inner)
    for i in range(19):
        a = math.radians(180 + i * 10)
        r = 132 if i % 3 else 122
        c.line(
            [
                (370 + math.cos(a) * 156, 320 + math.sin(a) * 156),
                (370 + math.cos(a) * r, 320 + math.sin(a) * r),
            ],
            p.dark,
            2.5,
        )
    for side, colour in ((-1, STEEL_DARK), (1, STEEL)):
        c.line([(390, 170), (390 + side * 56, 452)], colour, 17)
    c.poly([(326, 448), (342, 450), (330, 500)], p.dark)
    c.rect(432, 400, 462, 500, "#f0b429", r=4)
    c.poly([(432, 488), (462, 488), (449, 526)], "#e9c795")
    c.oval(390, 164, 27, 27, p.dark)
    c.rect(382, 104, 398, 146, STEEL_DARK, r=6)
    c.oval(390, 164, 10, 10, BRASS)


def letters(c: Canvas, p: Palette) -> None:
    with c.turned(-7, 300, 250):
        c.rect(160, 96, 440, 420, BLACK, r=6, alpha=0.1)
        c.rect(152, 88, 430, 410, PAPER, r=5)
        for i in range(6):
            c.line([(186, 150 + i * 32), (390 - (i * 47 % 70), 150 + i * 32)], p.main, 5, alpha=0.5)
        c.text(206, 120, "Dear", 26, p.dark)
    with c.turned(5, 320, 400):
        c.rect(140, 270, 500, 512, BLACK, r=10, alpha=0.12)
        env = c.rect(132, 262, 490, 504, p.light, r=10)
        for i in range(24):
            c.poly(
                [
                    (132 + i * 30, 262),
                    (146 + i * 30, 262),
                    (136 + i * 30, 278),
                    (122 + i * 30, 278),
                ],
                (p.main, p.accent)[i % 2],
                within=env,
            )
            c.poly(
                [
                    (132 + i * 30, 488),
                    (146 + i * 30, 488),
                    (136 + i * 30, 504),
                    (122 + i * 30, 504),
                ],
                (p.main, p.accent)[i % 2],
                within=env,
            )
        c.line([(132, 276), (311, 410), (490, 276)], mixed(p.light, BLACK, 0.15), 5)
        c.oval(311, 404, 34, 34, p.accent)
        with c.placed(311, 426):
            leaf(c, p.light, p.accent, 44, 20)


def calendar(c: Canvas, p: Palette) -> None:
    shadow(c, width=205)
    c.rect(96, 446, 504, 504, WOOD, r=14)
    c.rect(96, 480, 504, 504, WOOD_DARK, r=12)
    for i, digit in enumerate("15"):
        x = 158 + i * 134
        cube = c.rect(x, 250, x + 120, 374, p.main if i else p.accent, r=14)
        dim(c, cube, x + 92)
        c.text(x + 60, 316, digit, 96, p.light, bold=2)
    card = c.rect(152, 384, 418, 448, PAPER, r=8)
    dim(c, card, 360, 0.05)
    c.text(286, 416, "AUGUST", 36, p.dark, tracking=5, bold=0.6)
    for x in (150, 438):
        c.rect(x - 22, 180, x - 4, 450, WOOD_DARK, r=5)
    c.blob(
        [(128, 182), (210, 150), (290, 118), (372, 150), (456, 182), (456, 208), (128, 208)], WOOD
    )
    c.oval(291, 168, 15, 15, p.accent)
    c.rect(462, 380, 474, 456, p.main, r=4)
    c.poly([(462, 384), (468, 360), (474, 384)], "#e9c795")


def stapler(c: Canvas, p: Palette) -> None:
    shadow(c, width=215)
    c.rect(88, 458, 516, 496, p.dark, r=16)
    c.rect(100, 440, 150, 466, STEEL, r=4)
    with c.turned(-9, 470, 420):
        c.rect(112, 396, 486, 430, STEEL_DARK, r=8)
        c.rect(112, 396, 486, 410, STEEL, r=6)
        top = c.blob(
            [
                (92, 380),
                (110, 340),
                (230, 318),
                (400, 318),
                (500, 344),
                (512, 404),
                (440, 412),
                (96, 402),
            ],
            p.main,
        )
        c.rect(60, 372, 540, 430, BLACK, within=top, alpha=0.15)
        c.line([(150, 346), (360, 336)], WHITE, 12, alpha=0.4)
        c.text(360, 362, "SYAHI", 24, p.light, tracking=4, bold=0.5)
    c.oval(476, 424, 24, 24, STEEL)
    c.oval(476, 424, 10, 10, STEEL_DARK)
    for x, y, turn in ((170, 240, 24), (246, 190, -18), (340, 228, 8)):
        with c.turned(turn, x, y):
            c.line([(x - 24, y + 20), (x - 24, y), (x + 24, y), (x + 24, y + 20)], STEEL_DARK, 6)


def sticky(c: Canvas, p: Palette) -> None:
    spots = (
        (130, 130, "#f9c74f", -6),
        (318, 112, "#f48c51", 5),
        (116, 318, "#ee6c7d", 4),
        (310, 306, "#9bcb62", -5),
    )
    for x, y, colour, turn in spots:
        with c.turned(turn, x + 80, y + 80):
            c.rect(x + 8, y + 12, x + 182, y + 182, BLACK, alpha=0.12)
            c.rect(x, y + 4, x + 174, y + 178, mixed(colour, BLACK, 0.14))
            c.poly(
                [(x, y), (x + 174, y), (x + 174, y + 130), (x + 134, y + 172), (x, y + 172)], colour
            )
            c.poly(
                [(x + 174, y + 130), (x + 134, y + 172), (x + 136, y + 134)],
                mixed(colour, BLACK, 0.2),
            )
            c.rect(x, y, x + 174, y + 22, BLACK, alpha=0.07)
    with c.turned(-6, 210, 210):
        c.line([(160, 222), (190, 254), (250, 178)], p.dark, 15)
    c.text(402, 206, "tea?", 60, p.dark, bold=0.8)
    for i, w in enumerate((110, 88, 60)):
        c.line([(146, 376 + i * 34), (146 + w, 378 + i * 34)], p.dark, 8)
    c.blob([(394, 446), (346, 396), (362, 356), (394, 372), (426, 352), (446, 390)], p.dark)


def stamps(c: Canvas, p: Palette) -> None:
    shadow(c, 220, 500, 120)
    c.rect(320, 420, 540, 504, p.dark, r=12)
    c.rect(334, 410, 526, 440, "#4f9a54", r=8)
    block = c.rect(122, 380, 318, 470, WOOD, r=10)
    dim(c, block, 250)
    c.rect(122, 466, 318, 500, p.main, r=6)
    grip = c.blob(
        [
            (190, 386),
            (196, 300),
            (172, 240),
            (190, 196),
            (250, 196),
            (268, 240),
            (244, 300),
            (250, 386),
        ],
        mixed(WOOD, WHITE, 0.18),
    )
    dim(c, grip, 226)
    c.rect(350, 120, 540, 310, BLACK, r=4, alpha=0.1)
    with c.turned(6, 440, 210):
        c.rect(342, 112, 530, 300, "#e2c79c", r=4)
        for turn in range(0, 360, 45):
            with c.placed(436, 206, turn=turn):
                c.blob([(0, -14), (-15, -44), (0, -74), (15, -44)], p.main)
        c.oval(436, 206, 20, 20, p.accent)
    with c.placed(122, 190, turn=-24):
        leaf(c, "#4f9a54", p.light, 100, 34)


def eraser(c: Canvas, p: Palette) -> None:
    with c.turned(-14, 230, 280):
        c.rect(100, 200, 368, 352, BLACK, r=22, alpha=0.1)
        c.rect(92, 190, 358, 338, "#fdfdfb", r=24)
        sleeve = c.rect(170, 190, 358, 338, p.main, r=8)
        c.rect(170, 226, 358, 250, p.light, within=sleeve)
        c.rect(170, 262, 358, 270, p.accent, within=sleeve)
        c.text(266, 304, "SOFT", 34, p.light, tracking=4, bold=0.6)
    shadow(c, 400, 480, 110)
    body = c.poly([(318, 372), (484, 372), (462, 480), (340, 480)], BRASS)
    dim(c, body, 420)
    for i in range(5):
        c.line([(330 + i * 4, 396 + i * 19), (350 + i * 3, 396 + i * 19)], BRASS_DARK, 5)
    c.poly([(352, 378), (470, 378), (452, 440), (366, 424)], STEEL)
    c.oval(414, 404, 13, 13, STEEL_DARK)
    c.line([(406, 410), (422, 398)], GRAPHITE, 4)
    for x, y, turn in ((250, 470, 0), (196, 496, 40), (280, 510, 80)):
        with c.turned(turn, x, y):
            c.arc(x, y, 26, 20, 20, 300, "#e9c795", 11)
            c.arc(x, y, 32, 26, 20, 300, p.main, 4)


DRAWINGS: dict[str, Drawing] = {
    "monsoon-hardbound-journal": journal,
    "dotgrid-spiral-pad": spiral,
    "raga-fountain-pen": pen,
    "indigo-night-ink": ink,
    "twelve-graphite-pencils": pencils,
    "pocket-watercolour-tin": watercolours,
    "studio-brush-set": brushes,
    "block-print-washi": washi,
    "tailors-paper-scissors": scissors,
    "schoolbox-geometry-set": geometry,
    "long-letter-set": letters,
    "perpetual-desk-calendar": calendar,
    "half-strip-stapler": stapler,
    "marigold-sticky-notes": sticky,
    "garden-rubber-stamps": stamps,
    "eraser-sharpener-duo": eraser,
}
