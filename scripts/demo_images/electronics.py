"""Things with a cable, or proudly without one."""

from __future__ import annotations

import math

from scripts.demo_images.canvas import BLACK, WHITE, Canvas, mixed
from scripts.demo_images.palettes import Palette
from scripts.demo_images.shading import (
    BRASS,
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
    shadow,
)


def driver(c: Canvas, x: float, y: float, r: float, p: Palette) -> None:
    """Draw a loudspeaker's cone."""
    c.oval(x, y, r, r, mixed(p.dark, WHITE, 0.12))
    c.oval(x, y, r * 0.84, r * 0.84, p.dark)
    c.oval(x, y, r * 0.66, r * 0.66, mixed(p.dark, WHITE, 0.16))
    c.oval(x, y, r * 0.3, r * 0.3, p.accent)
    c.arc(x, y, r * 0.52, r * 0.52, 200, 260, WHITE, r * 0.07, alpha=0.5)


def headphones(c: Canvas, p: Palette) -> None:
    shadow(c, width=180)
    c.arc(300, 300, 172, 196, 178, 362, p.dark, 36)
    c.arc(300, 300, 172, 196, 200, 340, p.main, 30)
    c.arc(300, 302, 158, 180, 215, 325, p.tint, 8)
    for side in (-1, 1):
        x = 300 + side * 172
        c.rect(x - 12, 270, x + 12, 350, STEEL, r=8)
        c.rect(x - 44, 306, x + 44, 496, p.main, r=42)
        pad = x - side * 34
        c.rect(pad - 26, 316, pad + 26, 486, p.dark, r=26)
        c.rect(
            x + side * 18 - 10, 330, x + side * 18 + 10, 470, p.shade if side > 0 else p.tint, r=10
        )
        c.oval(x + side * 16, 400, 15, 15, p.accent)


def earbuds(c: Canvas, p: Palette) -> None:
    shadow(c, width=170)
    for side in (-1, 1):
        with c.turned(side * 12, 300 + side * 76, 190):
            x = 300 + side * 76
            c.rect(x - 17, 160, x + 17, 296, PAPER, r=17)
            c.oval(x, 166, 50, 46, PAPER)
            c.oval(x - side * 36, 160, 22, 27, p.accent)
            c.rect(x + 2, 190, x + 17, 296, BLACK, r=12, alpha=0.08)
            c.rect(x - 7, 278, x + 7, 286, p.accent, r=4)
    case = c.rect(122, 312, 478, 502, p.main, r=80)
    dim(c, case, 380)
    c.rect(122, 380, 478, 386, p.shade, within=case)
    c.oval(300, 424, 9, 9, "#7ff0a8")
    c.rect(262, 374, 338, 394, p.shade, r=9)
    c.line([(178, 344), (240, 334)], WHITE, 11, alpha=0.4)
    for side in (-1, 1):
        c.oval(300 + side * 76, 322, 44, 13, p.shade)


def portable(c: Canvas, p: Palette) -> None:
    shadow(c, width=170)
    c.arc(300, 176, 96, 84, 180, 360, p.accent, 20)
    body = c.rect(136, 164, 464, 500, p.main, r=88)
    for row in range(12):
        for k in range(13):
            c.oval(152 + k * 26 + (row % 2) * 13, 184 + row * 28, 5, 5, p.shade, within=body)
    dim(c, body, 372)
    driver(c, 300, 350, 104, p)
    c.rect(222, 194, 378, 228, p.dark, r=17)
    c.line([(242, 211), (262, 211)], p.light, 5)
    c.line([(338, 211), (358, 211)], p.light, 5)
    c.line([(348, 201), (348, 221)], p.light, 5)
    c.poly([(293, 201), (312, 211), (293, 221)], p.light)


def radio(c: Canvas, p: Palette) -> None:
    shadow(c, width=230)
    c.line([(440, 190), (510, 70)], STEEL_DARK, 7)
    c.oval(511, 68, 9, 9, STEEL)
    for x in (130, 440):
        c.rect(x, 480, x + 34, 508, WOOD_DARK, r=6)
    cabinet = c.rect(72, 180, 528, 490, WOOD, r=36)
    for i in range(6):
        c.line(
            [(60, 206 + i * 52), (300, 196 + i * 54), (540, 210 + i * 52)],
            WOOD_DARK,
            3,
            curved=True,
            within=cabinet,
            alpha=0.35,
        )
    c.rect(72, 440, 528, 490, BLACK, within=cabinet, alpha=0.13)
    grille = c.rect(100, 210, 328, 460, p.light, r=20)
    for i in range(13):
        c.line([(112 + i * 17, 222), (112 + i * 17, 448)], p.main, 7, within=grille, alpha=0.8)
    c.rect(350, 210, 500, 322, "#ffe7b0", r=14)
    for i in range(9):
        c.line([(366 + i * 15, 230), (366 + i * 15, 248 if i % 2 else 258)], p.dark, 3)
    c.text(425, 292, "FM 88 - 108", 18, p.dark)
    c.line([(436, 222), (436, 272)], p.main, 5)
    c.oval(425, 396, 56, 56, p.dark)
    c.oval(423, 393, 44, 44, BRASS)
    c.line([(423, 393), (446, 362)], p.dark, 7)


def turntable(c: Canvas, p: Palette) -> None:
    c.rect(72, 118, 548, 516, BLACK, r=24, alpha=0.12)
    deck = c.rect(62, 104, 536, 500, p.main, r=24)
    dim(c, deck, 420, 0.08)
    c.oval(252, 302, 172, 172, STEEL)
    c.oval(252, 302, 164, 164, "#211f28")
    for r in range(70, 160, 13):
        c.arc(252, 302, r, r, 0, 360, WHITE, 1.6, alpha=0.14)
    disc = c.oval(252, 302, 164, 164, None)
    for a in (-50, 130):
        c.poly(
            [
                (252, 302),
                (252 + math.cos(math.radians(a)) * 190, 302 + math.sin(math.radians(a)) * 190),
                (
                    252 + math.cos(math.radians(a + 22)) * 190,
                    302 + math.sin(math.radians(a + 22)) * 190,
                ),
            ],
            WHITE,
            within=disc,
            alpha=0.1,
        )
    c.oval(252, 302, 56, 56, p.accent)
    c.text(252, 282, "SIDE A", 17, p.dark, tracking=1, bold=0.4)
    c.oval(252, 302, 7, 7, PAPER)
    c.oval(470, 172, 36, 36, p.shade)
    c.oval(470, 172, 22, 22, STEEL)
    c.line([(470, 172), (474, 330), (392, 396)], STEEL, 11)
    with c.turned(38, 384, 402):
        c.rect(368, 380, 400, 430, p.dark, r=5)
    c.rect(462, 120, 478, 150, STEEL_DARK, r=5)
    for y, colour in ((404, p.accent), (446, p.light)):
        c.oval(478, y, 14, 14, colour)


def microphone(c: Canvas, p: Palette) -> None:
    shadow(c, width=130)
    c.arc(300, 256, 118, 150, 0, 180, STEEL_DARK, 14)
    c.rect(292, 400, 308, 490, STEEL_DARK)
    c.rect(196, 480, 404, 506, p.dark, r=13)
    c.rect(216, 92, 384, 370, p.main, r=84)
    mesh = c.rect(216, 92, 384, 246, STEEL, r=84)
    c.rect(216, 180, 384, 246, STEEL)
    whole = c.rect(216, 92, 384, 370, None, r=84)
    for i in range(-6, 16):
        c.line([(200 + i * 16, 90), (290 + i * 16, 250)], STEEL_DARK, 3, within=mesh, alpha=0.7)
        c.line([(400 - i * 16, 90), (310 - i * 16, 250)], STEEL_DARK, 3, within=mesh, alpha=0.7)
    dim(c, whole, 330)
    c.rect(208, 236, 392, 262, p.accent, r=8)
    c.oval(300, 312, 22, 22, p.dark)
    c.arc(300, 312, 22, 22, 0, 360, "#7ff0a8", 5)
    for x in (182, 418):
        c.oval(x, 256, 15, 15, p.dark)
    for k in (1, 2, 3):
        for side in (0, 180):
            c.arc(
                300,
                200,
                150 + k * 30,
                130 + k * 26,
                side - 16,
                side + 16,
                p.accent,
                8,
                alpha=1 - k * 0.25,
            )
    gleam(c, 240, 282, 330, 9, 0.35)


def keyboard(c: Canvas, p: Palette) -> None:
    with c.turned(-12, 300, 310):
        c.rect(48, 194, 572, 440, BLACK, r=26, alpha=0.13)
        c.rect(38, 178, 562, 424, p.main, r=26)
        c.rect(38, 396, 562, 424, p.shade, r=14)
        c.rect(56, 194, 544, 398, p.dark, r=14)
        rows: tuple[tuple[str, tuple[float, ...]], ...] = (
            ("QWERTYUIOP", (1,) * 12),
            ("ASDFGHJKL", (1.5, *(1,) * 9, 1.5)),
            ("ZXCVBNM", (1.75, *(1,) * 9, 1.25)),
            ("", (1.5, 1.25, 6, 1.25, 1, 1)),
        )
        for row, (letters, spans) in enumerate(rows):
            x, y = 64.0, 202 + row * 48
            for i, span in enumerate(spans):
                w = span * 39.4
                colour = p.tint if span > 1 and letters else p.light
                if (row, i) in ((0, 0), (2, 10)):
                    colour = p.accent
                c.rect(x + 2, y + 4, x + w - 2, y + 46, mixed(colour, BLACK, 0.25), r=8)
                c.rect(x + 4, y, x + w - 4, y + 38, colour, r=8)
                if 1 <= i <= len(letters):
                    c.text(x + w / 2, y + 19, letters[i - 1], 18, p.dark, bold=0.3)
                x += w
    c.line([(300, 190), (290, 120), (340, 80), (330, -10)], p.dark, 9, curved=True)


def mouse(c: Canvas, p: Palette) -> None:
    c.rect(120, 120, 500, 520, p.accent, r=36, alpha=0.9)
    c.rect(138, 138, 482, 502, p.light, r=26, alpha=0.3)
    with c.turned(-10, 300, 320):
        c.rect(206, 146, 420, 490, BLACK, r=107, alpha=0.16)
        body = c.rect(194, 132, 406, 478, p.main, r=106)
        c.rect(194, 132, 406, 262, p.tint, within=body)
        dim(c, body, 350)
        c.line([(300, 132), (300, 262)], p.shade, 5, within=body)
        c.line([(194, 262), (406, 262)], p.shade, 5, within=body)
        c.rect(284, 172, 316, 236, p.dark, r=16)
        for k in range(4):
            c.line([(290, 186 + k * 12), (310, 186 + k * 12)], STEEL_DARK, 3)
        c.oval(300, 420, 13, 13, p.shade)
        c.line([(222, 236), (236, 180)], WHITE, 11, alpha=0.45)


def watch(c: Canvas, p: Palette) -> None:
    c.rect(226, 26, 374, 574, p.main, r=30)
    c.rect(330, 26, 374, 574, BLACK, r=24, alpha=0.12)
    for k in range(5):
        c.oval(300, 470 + k * 22, 7, 5, p.shade)
        c.line([(246, 56 + k * 20), (354, 56 + k * 20)], p.shade, 4)
    c.rect(438, 270, 466, 330, STEEL_DARK, r=9)
    c.oval(306, 308, 156, 156, BLACK, alpha=0.15)
    c.oval(300, 300, 152, 152, STEEL)
    c.oval(300, 300, 140, 140, "#15161e")
    c.arc(300, 300, 118, 118, -90, 190, p.accent, 14)
    c.arc(300, 300, 118, 118, 190, 270, WHITE, 14, alpha=0.15)
    c.arc(300, 300, 96, 96, -90, 80, "#6fd6a5", 10)
    c.text(300, 286, "10:08", 58, WHITE, bold=0.8)
    c.text(300, 338, "SUN 15", 24, p.light, tracking=3)
    c.blob([(270, 378), (258, 366), (264, 356), (270, 362), (276, 356), (282, 366)], "#f0606a")
    c.text(318, 368, "72", 24, WHITE)


def power_bank(c: Canvas, p: Palette) -> None:
    shadow(c, 280, 505, 140)
    body = c.rect(166, 130, 394, 504, p.main, r=36)
    for i in range(20):
        c.line([(166, 150 + i * 18), (394, 150 + i * 18)], p.shade, 3, within=body, alpha=0.5)
    dim(c, body, 330)
    c.rect(196, 190, 364, 300, p.dark, r=18)
    c.text(280, 246, "87%", 58, "#7ff0a8", bold=0.8)
    for k in range(4):
        c.rect(212 + k * 36, 318, 240 + k * 36, 328, p.accent if k < 3 else p.shade, r=5)
    c.rect(216, 122, 266, 140, p.dark, r=5)
    c.rect(292, 122, 342, 140, p.dark, r=5)
    c.poly([(290, 372), (254, 436), (280, 436), (268, 482), (310, 412), (284, 412)], p.accent)
    c.rect(296, 92, 338, 128, STEEL, r=4)
    c.rect(288, 44, 346, 100, p.light, r=12)
    c.line(
        [(317, 46), (330, 6), (420, 20), (470, 120), (456, 300), (480, 480), (470, 630)],
        p.light,
        13,
        curved=True,
    )


def charger(c: Canvas, p: Palette) -> None:
    shadow(c, 250, 505, 150)
    for x in (206, 274):
        c.rect(x, 108, x + 22, 190, STEEL, r=8)
        c.rect(x + 11, 108, x + 22, 190, STEEL_DARK, r=5)
    body = c.rect(130, 180, 374, 500, PAPER, r=46)
    dim(c, body, 306, 0.09)
    c.rect(130, 210, 374, 230, p.main, within=body)
    for k in range(3):
        c.rect(198, 318 + k * 52, 306, 346 + k * 52, p.dark, r=14)
        c.rect(212, 328 + k * 52, 292, 336 + k * 52, (p.main, p.accent, STEEL_DARK)[k], r=4)
    c.text(252, 278, "65W", 44, p.dark, bold=0.8)
    c.line(
        [(252, 436), (330, 560), (440, 560), (496, 440), (440, 330), (470, 200)],
        p.main,
        13,
        curved=True,
    )
    c.rect(440, 130, 504, 210, p.dark, r=14)
    c.rect(452, 88, 492, 132, STEEL, r=8)
    c.poly(
        [(458, 140), (444, 174), (466, 174), (460, 200), (490, 164), (470, 164), (478, 140)],
        p.accent,
    )


def bulb(c: Canvas, p: Palette) -> None:
    for r, a in ((262, 0.16), (212, 0.22)):
        c.oval(300, 240, r, r, "#fff0a8", alpha=a)
    glass = c.blob(
        [
            (240, 382),
            (226, 330),
            (166, 270),
            (160, 190),
            (214, 112),
            (300, 88),
            (386, 112),
            (440, 190),
            (434, 270),
            (374, 330),
            (360, 382),
        ],
        "#ffe072",
    )
    c.blob(
        [(300, 380), (340, 300), (460, 250), (470, 120), (380, 80), (330, 200)],
        p.accent,
        within=glass,
        alpha=0.55,
    )
    c.blob(
        [(140, 260), (200, 240), (240, 330), (240, 390), (180, 340)],
        "#ef7fa8",
        within=glass,
        alpha=0.55,
    )
    c.arc(300, 214, 106, 96, 190, 250, WHITE, 15, alpha=0.8)
    for k, r in enumerate((20, 44, 68)):
        c.arc(300, 290, r, r, 225, 315, p.dark, 10, alpha=0.85 - k * 0.1)
    c.oval(300, 296, 10, 10, p.dark)
    c.rect(232, 374, 368, 408, PAPER, r=10)
    base = c.rect(244, 404, 356, 484, STEEL, r=10)
    for k in range(4):
        c.line([(240, 420 + k * 18), (360, 412 + k * 18)], STEEL_DARK, 7, within=base)
    c.poly([(262, 482), (338, 482), (320, 508), (280, 508)], GRAPHITE)


def reader(c: Canvas, p: Palette) -> None:
    with c.turned(7, 300, 300):
        c.rect(146, 72, 476, 548, BLACK, r=26, alpha=0.13)
        c.rect(136, 58, 464, 534, p.main, r=26)
        c.rect(162, 86, 438, 470, "#f4f1e6", r=4)
        c.text(300, 134, "Pothi", 38, p.dark, bold=0.5)
        c.line([(262, 162), (338, 162)], p.dark, 3)
        for i in range(10):
            width = 228 if i % 4 != 3 else 130
            c.line([(188, 192 + i * 22), (188 + width, 192 + i * 22)], "#8a857a", 5)
        c.rect(188, 424, 412, 432, "#d5d0c2", r=4)
        c.rect(188, 424, 300, 432, p.accent, r=4)
        c.text(300, 450, "51%", 15, "#8a857a")
        c.rect(272, 492, 328, 506, p.shade, r=7)
        c.poly([(162, 86), (300, 86), (190, 470), (162, 470)], WHITE, alpha=0.3)


def fan(c: Canvas, p: Palette) -> None:
    shadow(c, width=140)
    c.rect(284, 380, 316, 486, STEEL_DARK, r=8)
    c.blob([(176, 504), (200, 474), (300, 458), (400, 474), (424, 504), (300, 510)], p.main)
    c.oval(354, 488, 11, 7, p.accent)
    c.oval(300, 256, 176, 176, p.main)
    c.oval(300, 256, 160, 160, p.light)
    for k in range(4):
        with c.placed(300, 256, turn=k * 90 + 20):
            c.blob([(0, 0), (-52, -70), (-34, -140), (26, -146), (46, -80)], p.accent)
            c.blob([(0, 0), (14, -70), (26, -146), (46, -80)], BLACK, alpha=0.1)
    for r in (50, 84, 118, 148):
        c.arc(300, 256, r, r, 0, 360, p.dark, 2.4, alpha=0.5)
    for k in range(24):
        a = k / 24 * math.tau
        c.line(
            [
                (300 + math.cos(a) * 40, 256 + math.sin(a) * 40),
                (300 + math.cos(a + 0.2) * 164, 256 + math.sin(a + 0.2) * 164),
            ],
            p.dark,
            2.4,
            alpha=0.5,
        )
    c.oval(300, 256, 42, 42, p.main)
    c.oval(300, 256, 20, 20, p.light)
    for y, x in ((160, 510), (256, 530), (350, 510)):
        c.line([(x, y), (x + 24, y - 10), (x + 44, y + 6), (x + 66, y - 6)], WHITE, 7, curved=True)


def bookshelf_speakers(c: Canvas, p: Palette) -> None:
    shadow(c, width=240)
    for x in (70, 326):
        box = c.rect(x, 110, x + 204, 500, WOOD, r=16)
        for i in range(5):
            c.line(
                [(x + 20 + i * 44, 100), (x + 12 + i * 46, 510)],
                WOOD_DARK,
                3,
                within=box,
                alpha=0.4,
            )
        dim(c, box, x + 150)
        c.rect(x + 18, 128, x + 186, 482, p.main, r=10)
        driver(c, x + 102, 212, 50, p)
        driver(c, x + 102, 366, 76, p)
    c.oval(488, 462, 12, 12, BRASS)
    c.oval(100, 468, 4, 4, p.light)
    for x, y in ((278, 70), (330, 50)):
        c.line([(x, y + 40), (x, y), (x + 26, y - 8)], p.dark, 6)
        c.oval(x - 9, y + 42, 12, 9, p.dark)


def camera(c: Canvas, p: Palette) -> None:
    shadow(c, width=200)
    c.rect(206, 420, 394, 560, PAPER, r=4)
    photo = c.rect(222, 430, 378, 526, "#bfe3f2")
    c.oval(340, 462, 17, 17, "#ffd15c", within=photo)
    c.blob(
        [(200, 526), (260, 474), (320, 506), (400, 480), (400, 560), (200, 560)],
        GREEN,
        within=photo,
    )
    body = c.rect(94, 150, 506, 450, p.light, r=54)
    c.rect(94, 340, 506, 450, p.main, within=body)
    for i, colour in enumerate(("#d8412f", "#f08a2c", "#f5c63c", "#5aa552")):
        c.rect(276 + i * 12, 150, 288 + i * 12, 450, colour, within=body)
    dim(c, body, 400, 0.09)
    c.rect(186, 424, 414, 438, p.dark, r=6)
    c.oval(300, 288, 108, 108, p.dark)
    c.oval(300, 288, 92, 92, mixed(p.dark, WHITE, 0.14))
    c.oval(300, 288, 66, 66, "#16222e")
    c.oval(300, 288, 40, 40, "#34556e")
    c.oval(276, 264, 17, 17, WHITE, alpha=0.75)
    c.oval(322, 310, 8, 8, WHITE, alpha=0.5)
    c.rect(126, 178, 196, 226, "#fff8d8", r=12)
    c.rect(410, 178, 470, 218, p.dark, r=10)
    c.oval(152, 392, 23, 23, p.accent)


DRAWINGS: dict[str, Drawing] = {
    "baithak-headphones": headphones,
    "tinka-earbuds": earbuds,
    "gullak-portable-speaker": portable,
    "akashi-table-radio": radio,
    "saptak-turntable": turntable,
    "charcha-desk-microphone": microphone,
    "lekhani-mechanical-keyboard": keyboard,
    "musak-wireless-mouse": mouse,
    "ghadi-smart-watch": watch,
    "safar-power-bank": power_bank,
    "jhatpat-charger": charger,
    "sandhya-smart-bulb": bulb,
    "pothi-e-reader": reader,
    "hawa-desk-fan": fan,
    "mehfil-bookshelf-speakers": bookshelf_speakers,
    "jhalak-instant-camera": camera,
}
