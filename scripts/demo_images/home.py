"""Lamps, cloth and clay for the house."""

from __future__ import annotations

import math

from scripts.demo_images.canvas import BLACK, WHITE, Canvas, mixed
from scripts.demo_images.palettes import Palette
from scripts.demo_images.shading import (
    BRASS,
    BRASS_DARK,
    GREEN,
    PAPER,
    WOOD,
    WOOD_DARK,
    Drawing,
    dim,
    gleam,
    leaf,
    shadow,
)


def table_lamp(c: Canvas, p: Palette) -> None:
    shadow(c, width=130)
    c.poly([(206, 300), (394, 300), (500, 504), (100, 504)], "#fff2b8", alpha=0.55)
    base = c.blob(
        [
            (270, 300),
            (330, 300),
            (322, 340),
            (362, 400),
            (356, 460),
            (318, 486),
            (282, 486),
            (244, 460),
            (238, 400),
            (278, 340),
        ],
        WOOD,
    )
    dim(c, base, 312)
    c.rect(226, 480, 374, 506, WOOD_DARK, r=10)
    shade = c.poly([(220, 96), (380, 96), (446, 308), (154, 308)], p.main)
    for i in range(15):
        c.line([(224 + i * 11, 96), (158 + i * 20.4, 308)], p.shade, 3, within=shade, alpha=0.55)
    c.rect(150, 282, 450, 308, p.accent, within=shade)
    c.rect(200, 96, 400, 112, p.accent, within=shade)
    dim(c, shade, 340, 0.1)
    c.line([(372, 308), (372, 372)], p.dark, 3)
    c.oval(372, 378, 8, 8, BRASS)


def pendant(c: Canvas, p: Palette) -> None:
    c.poly([(120, 352), (480, 352), (600, 620), (0, 620)], "#fff2b8", alpha=0.6)
    c.line([(300, -5), (300, 140)], p.dark, 7)
    c.rect(272, 120, 328, 176, BRASS, r=10)
    dome = c.blob(
        [(112, 352), (130, 270), (200, 192), (300, 166), (400, 192), (470, 270), (488, 352)], p.main
    )
    c.rect(80, 340, 520, 400, p.main, within=dome)
    dim(c, dome, 360)
    c.arc(300, 330, 150, 126, 196, 240, WHITE, 14, alpha=0.3)
    c.oval(300, 352, 190, 26, BRASS)
    c.oval(300, 354, 168, 18, "#ffe9a0")
    c.oval(300, 366, 46, 40, "#fffbe6")
    c.oval(300, 540, 200, 34, WHITE, alpha=0.35)


def candle(c: Canvas, p: Palette) -> None:
    shadow(c, width=130)
    for r, a in ((130, 0.15), (84, 0.25), (52, 0.4)):
        c.oval(300, 170, r, r, "#ffd76a", alpha=a)
    glass = c.rect(180, 250, 420, 504, "#f6fbfb", r=30)
    c.rect(192, 290, 408, 494, p.light, r=22)
    c.rect(192, 290, 408, 330, mixed(p.light, "#ffcf70", 0.45), r=14)
    dim(c, glass, 350, 0.08)
    c.line([(300, 292), (300, 232)], p.dark, 6)
    c.blob([(300, 248), (276, 212), (300, 130), (324, 212)], "#f58a2c")
    c.blob([(300, 244), (288, 218), (300, 172), (312, 218)], "#ffe38a")
    c.rect(222, 356, 378, 462, p.main, r=8)
    c.text(300, 388, "RAIN", 32, p.light, tracking=6, bold=0.6)
    c.text(300, 418, "on earth", 20, p.light)
    for i in range(3):
        c.blob(
            [(276 + i * 24, 430), (270 + i * 24, 444), (276 + i * 24, 450), (282 + i * 24, 444)],
            p.accent,
        )
    gleam(c, 204, 290, 470, 10, 0.7)


def cushion(c: Canvas, p: Palette) -> None:
    shadow(c, width=200)
    mask = c.blob(
        [
            (92, 112),
            (200, 136),
            (300, 140),
            (400, 136),
            (508, 112),
            (486, 210),
            (482, 300),
            (488, 400),
            (508, 500),
            (400, 480),
            (300, 476),
            (200, 480),
            (92, 500),
            (112, 400),
            (118, 300),
            (114, 210),
        ],
        p.main,
    )
    for ring, n in ((40, 8), (84, 16), (128, 24), (172, 32), (214, 40)):
        for k in range(n):
            a = k / n * math.tau
            x, y = 300 + math.cos(a) * ring, 308 + math.sin(a) * ring * 0.96
            colour = p.light if ring % 88 else p.accent
            c.oval(x, y, 8.5, 8.5, colour, within=mask)
            c.oval(x, y, 3.2, 3.2, p.main, within=mask)
    c.oval(300, 308, 17, 17, p.accent)
    dim(c, mask, 380, 0.1)
    for x, y in ((92, 112), (508, 112), (92, 500), (508, 500)):
        c.oval(x, y, 15, 15, p.accent)


def wall_clock(c: Canvas, p: Palette) -> None:
    c.oval(314, 318, 206, 206, BLACK, alpha=0.12)
    rim = c.oval(300, 300, 204, 204, p.main)
    dim(c, rim, 300, 0.1)
    c.oval(300, 300, 174, 174, PAPER)
    for i in range(60):
        a = i / 60 * math.tau
        inner = 150 if i % 5 else 142
        c.line(
            [
                (300 + math.cos(a) * 160, 300 + math.sin(a) * 160),
                (300 + math.cos(a) * inner, 300 + math.sin(a) * inner),
            ],
            p.dark,
            2 if i % 5 else 5,
        )
    for i in range(12):
        a = math.radians(i * 30 - 90)
        c.text(300 + math.cos(a) * 116, 300 + math.sin(a) * 116, str(i or 12), 36, p.dark, bold=0.6)
    c.line([(300, 300), (236, 248)], p.dark, 15)
    c.line([(300, 300), (382, 214)], p.dark, 10)
    c.line([(286, 340), (330, 190)], p.accent, 5)
    c.oval(300, 300, 15, 15, p.accent)


def vase(c: Canvas, p: Palette) -> None:
    shadow(c, width=110)
    for x, y, turn in ((300, 250, -26), (300, 250, 4), (300, 250, 32)):
        with c.placed(x, y, turn=turn):
            c.line([(0, 0), (6, -80), (0, -170)], GREEN, 7, curved=True)
            for k in range(5):
                for side in (-1, 1):
                    with c.placed(2, -70 - k * 24, turn=side * 56):
                        leaf(c, mixed(GREEN, p.accent, 0.1 * k), p.light, 46, 16)
            c.oval(0, -186, 12, 14, p.accent)
    body = c.blob(
        [
            (276, 246),
            (324, 246),
            (322, 300),
            (336, 342),
            (396, 400),
            (392, 470),
            (346, 504),
            (254, 504),
            (208, 470),
            (204, 400),
            (264, 342),
            (278, 300),
        ],
        p.main,
    )
    for i in range(9):
        c.line(
            [(278 + i * 5.5, 250), (272 + i * 7, 340), (206 + i * 24, 420), (252 + i * 12, 504)],
            p.shade,
            4,
            curved=True,
            within=body,
            alpha=0.6,
        )
    dim(c, body, 324)
    c.oval(300, 246, 30, 8, p.shade)
    gleam(c, 236, 402, 456, 11)


def frame(c: Canvas, p: Palette) -> None:
    with c.turned(-4, 300, 300):
        c.rect(130, 92, 490, 532, BLACK, r=6, alpha=0.12)
        c.rect(118, 78, 476, 516, WOOD, r=6)
        c.poly([(476, 78), (476, 516), (118, 516)], WOOD_DARK, alpha=0.45)
        c.rect(144, 104, 450, 490, PAPER)
        scene = c.rect(186, 150, 408, 444, "#bfe3f2")
        c.oval(350, 216, 34, 34, "#ffd15c", within=scene)
        c.poly(
            [(150, 400), (250, 240), (330, 350), (380, 290), (460, 400)], "#6f8fb5", within=scene
        )
        c.poly([(222, 284), (250, 240), (276, 282), (250, 296)], WHITE, within=scene)
        c.blob(
            [(150, 400), (240, 340), (330, 376), (440, 344), (460, 470), (150, 470)],
            GREEN,
            within=scene,
        )
        c.blob(
            [(150, 430), (260, 392), (340, 420), (440, 396), (460, 480), (150, 480)],
            mixed(GREEN, BLACK, 0.25),
            within=scene,
        )
        c.rect(276, 366, 318, 400, p.main, within=scene)
        c.poly([(266, 370), (297, 338), (328, 370)], p.accent)
        c.poly([(186, 150), (300, 150), (220, 444), (186, 444)], WHITE, within=scene, alpha=0.18)


def diya(c: Canvas, p: Palette) -> None:
    shadow(c, width=140)
    for r, a in ((170, 0.12), (120, 0.18), (76, 0.3)):
        c.oval(300, 220, r, r, "#ffd76a", alpha=a)
    c.blob([(300, 300), (258, 240), (300, 110), (342, 240)], "#f28a2a")
    c.blob([(300, 296), (278, 246), (300, 170), (322, 246)], "#ffe38a")
    chimney = c.blob(
        [
            (236, 328),
            (224, 220),
            (252, 130),
            (262, 84),
            (338, 84),
            (348, 130),
            (376, 220),
            (364, 328),
        ],
        WHITE,
        alpha=0.3,
    )
    dim(c, chimney, 340, 0.04)
    gleam(c, 252, 170, 270, 9, 0.8)
    c.rect(228, 318, 372, 344, BRASS_DARK, r=8)
    bowl = c.blob(
        [
            (150, 346),
            (220, 352),
            (380, 352),
            (450, 346),
            (420, 404),
            (360, 430),
            (240, 430),
            (180, 404),
        ],
        BRASS,
    )
    dim(c, bowl, 340)
    c.rect(278, 424, 322, 474, BRASS_DARK)
    c.rect(262, 440, 338, 458, BRASS, r=8)
    foot = c.blob([(190, 504), (220, 476), (300, 466), (380, 476), (410, 504), (300, 508)], BRASS)
    dim(c, foot, 340)
    for k in range(9):
        c.oval(196 + k * 26, 378, 6, 6, p.main)


def dhurrie(c: Canvas, p: Palette) -> None:
    c.poly([(96, 190), (470, 190), (520, 470), (60, 470)], BLACK, alpha=0.08)
    rug = c.poly([(100, 178), (466, 178), (516, 456), (56, 456)], p.light)
    for row in range(5):
        for col in range(9):
            y = 206 + row * 55
            k = (y - 178) / 278
            x = 286 + (col - 4) * (44 + 11 * k)
            size = 22 + 6 * k
            colour = (p.main, p.accent, p.dark)[(row + col) % 3]
            c.poly([(x, y - size), (x + size, y), (x, y + size), (x - size, y)], colour, within=rug)
            c.poly(
                [
                    (x, y - size * 0.45),
                    (x + size * 0.45, y),
                    (x, y + size * 0.45),
                    (x - size * 0.45, y),
                ],
                p.light,
                within=rug,
            )
    for i in range(27):
        x0 = 58 + i * 17.6
        c.line([(x0, 456), (x0 - 3 + i % 3 * 3, 486)], p.light, 5)
    c.line([(56, 456), (516, 456)], p.main, 8)
    roll = c.rect(86, 132, 482, 196, p.main, r=30)
    for i in range(9):
        c.rect(104 + i * 44, 132, 118 + i * 44, 196, p.accent if i % 2 else p.light, within=roll)
    c.rect(86, 168, 482, 196, BLACK, within=roll, alpha=0.14)
    c.oval(482, 164, 17, 32, p.shade)
    c.arc(482, 164, 8, 18, 0, 300, p.light, 4)


def basket(c: Canvas, p: Palette) -> None:
    shadow(c, width=180)
    body = c.blob(
        [
            (140, 262),
            (460, 262),
            (470, 360),
            (430, 480),
            (360, 506),
            (240, 506),
            (170, 480),
            (130, 360),
        ],
        "#d9b074",
    )
    for row in range(9):
        y = 272 + row * 27
        c.rect(100, y + 20, 500, y + 27, "#a97c45", within=body, alpha=0.55)
        for k in range(14):
            x = 118 + k * 28 + (row % 2) * 14
            c.line([(x, y + 4), (x + 8, y + 18)], "#b98a50", 5, within=body)
    c.rect(100, 352, 500, 380, p.main, within=body)
    c.rect(100, 407, 500, 420, p.accent, within=body)
    dim(c, body, 350)
    lid = c.blob([(132, 262), (170, 196), (300, 160), (430, 196), (468, 262)], "#e2bd84")
    for k in range(4):
        c.arc(300, 300, 60 + k * 40, 54 + k * 28, 180, 360, "#b98a50", 5, within=lid, alpha=0.7)
    dim(c, lid, 350, 0.1)
    c.rect(122, 248, 478, 278, "#b98a50", r=14)
    c.arc(300, 160, 30, 24, 180, 360, p.main, 13)


def throw(c: Canvas, p: Palette) -> None:
    shadow(c, width=210)
    for i, (y, colour) in enumerate(((384, p.main), (276, p.tint), (168, p.main))):
        fold = c.rect(100, y, 500, y + 118, colour, r=54)
        for row in range(5):
            for k in range(22):
                x, yy = 96 + k * 20, y + 8 + row * 24
                turn = 1 if row % 2 else -1
                c.line(
                    [(x, yy + 10 - 7 * turn), (x + 12, yy + 10 + 7 * turn)],
                    p.light,
                    4,
                    within=fold,
                    alpha=0.45,
                )
        c.rect(100, y + 84, 500, y + 118, BLACK, within=fold, alpha=0.12)
        dim(c, fold, 400, 0.08)
        c.rect(190, y, 222, y + 118, p.accent, within=fold)
        if i < 3:
            c.arc(148, y + 60, 30, 36, 120, 240, BLACK, 4, within=fold, alpha=0.2)
    for i in range(9):
        c.line([(300 + i * 20, 496), (298 + i * 20, 530)], p.light, 6)
        c.oval(300 + i * 20, 498, 6, 6, p.accent)


def mirror(c: Canvas, p: Palette) -> None:
    c.rect(148, 66, 478, 532, BLACK, r=164, alpha=0.1)
    c.rect(148, 300, 478, 532, BLACK, r=8, alpha=0.1)
    for inset, colour in ((0, BRASS), (10, BRASS_DARK), (18, "#d7ebf2")):
        c.rect(136 + inset, 52 + inset, 464 - inset, 516 - inset, colour, r=164 - inset)
        c.rect(136 + inset, 300, 464 - inset, 516 - inset, colour, r=6)
    glass = c.rect(156, 72, 444, 498, None, r=144)
    c.poly([(180, 520), (400, 60), (450, 60), (250, 520)], WHITE, within=glass, alpha=0.5)
    c.poly([(290, 520), (480, 130), (480, 200), (330, 520)], WHITE, within=glass, alpha=0.35)
    with c.placed(146, 520, turn=20):
        for k in range(4):
            with c.placed(0, -20 - k * 28, turn=-50 if k % 2 else 50):
                leaf(c, GREEN, p.light, 64, 22)
    c.oval(146, 520, 34, 12, p.main)


def incense(c: Canvas, p: Palette) -> None:
    shadow(c, width=220)
    for i in range(3):
        x, y = 350 + i * 46, 190 - i * 22
        c.line(
            [(x, y), (x - 22, y - 36), (x + 16, y - 80), (x - 12, y - 124)],
            WHITE,
            9,
            curved=True,
            alpha=0.8,
        )
        c.line([(284 + i * 24, 456), (x, y + 2)], "#6b4a35", 6)
        c.oval(x, y + 2, 7, 7, "#f2632c")
    c.rect(76, 444, 524, 500, "#9aa1a9", r=26)
    c.rect(76, 476, 524, 500, "#7c848d", r=18)
    c.rect(116, 456, 484, 468, "#6a7179", r=6)
    for x, y, size in ((430, 388, 66), (494, 418, 36)):
        for k in range(7):
            with c.placed(x, y + 48, turn=(k - 3) * 26):
                c.blob(
                    [(0, 0), (-size * 0.28, -size * 0.5), (0, -size), (size * 0.28, -size * 0.5)],
                    p.accent if k % 2 else mixed(p.accent, WHITE, 0.35),
                )
    box = c.rect(96, 330, 250, 440, p.main, r=8)
    dim(c, box, 206)
    c.text(173, 372, "SANDAL", 26, p.light, tracking=2, bold=0.5)
    c.line([(128, 398), (218, 398)], p.accent, 5)


def towels(c: Canvas, p: Palette) -> None:
    shadow(c, width=210)
    widths = ((96, 504, 398, p.main), (116, 484, 296, p.light), (140, 460, 194, p.accent))
    for x0, x1, y, colour in widths:
        fold = c.rect(x0, y, x1, y + 106, colour, r=46)
        for i in range(20):
            c.line([(x0 + i * 22, y), (x0 + i * 22, y + 106)], BLACK, 2, within=fold, alpha=0.08)
        for j in range(5):
            c.line(
                [(x0, y + 12 + j * 22), (x1, y + 12 + j * 22)], BLACK, 2, within=fold, alpha=0.08
            )
        c.rect(
            x1 - 116,
            y,
            x1 - 84,
            y + 106,
            p.dark if colour == p.light else p.light,
            within=fold,
            alpha=0.85,
        )
        c.rect(x0, y + 72, x1, y + 106, BLACK, within=fold, alpha=0.1)
        c.line([(x0 + 34, y + 54), (x1 - 6, y + 54)], BLACK, 4, within=fold, alpha=0.18)
    for turn in range(0, 360, 60):
        with c.placed(250, 172, turn=turn):
            c.blob([(0, 0), (-18, -24), (0, -52), (18, -24)], WHITE)
    c.oval(250, 172, 15, 15, "#ffc847")
    with c.placed(290, 182, turn=70):
        leaf(c, GREEN, WHITE, 60, 22)


def stool(c: Canvas, p: Palette) -> None:
    shadow(c, width=190)
    c.poly([(286, 330), (318, 330), (314, 486), (290, 486)], mixed(WOOD_DARK, BLACK, 0.2))
    for a, b in ((176, 130), (424, 470)):
        side = 1 if b > a else -1
        c.poly(
            [(a - 20, 326), (a + 20, 326), (b + 10 + side * 2, 504), (b - 14 + side * 2, 504)],
            WOOD_DARK,
        )
    c.line([(160, 430), (440, 430)], WOOD, 13)
    seat = c.blob(
        [
            (104, 306),
            (180, 282),
            (300, 276),
            (420, 282),
            (496, 306),
            (480, 340),
            (300, 356),
            (120, 340),
        ],
        WOOD,
    )
    dim(c, seat, 380, 0.12)
    c.oval(300, 306, 190, 24, mixed(WOOD, WHITE, 0.2))
    c.oval(300, 310, 150, 15, mixed(WOOD, BLACK, 0.08))
    pot = c.poly([(246, 206), (354, 206), (340, 304), (260, 304)], p.main)
    dim(c, pot, 312)
    c.rect(238, 196, 362, 222, p.shade, r=8)
    for turn, size in ((-58, 110), (-28, 140), (4, 150), (34, 136), (62, 108)):
        with c.placed(300, 200, turn=turn):
            leaf(c, mixed(GREEN, p.accent, abs(turn) / 400), p.light, size, 30)


def star_lantern(c: Canvas, p: Palette) -> None:
    c.line([(300, -5), (300, 90)], p.dark, 4)
    for r, a in ((270, 0.16), (220, 0.22)):
        c.oval(300, 310, r, r, "#ffd76a", alpha=a)
    for k in range(9):
        a0 = math.radians(k * 40 - 90)
        tip = (300 + math.cos(a0) * 224, 310 + math.sin(a0) * 224)
        for side in (-1, 1):
            a1 = a0 + side * math.radians(20)
            inner = (300 + math.cos(a1) * 104, 310 + math.sin(a1) * 104)
            c.poly([(300, 310), tip, inner], p.main if side < 0 else p.shade)
        for d, size in ((96, 11), (132, 8), (160, 5)):
            c.oval(300 + math.cos(a0) * d, 310 + math.sin(a0) * d, size, size, "#ffe9a0")
    for k in range(9):
        with c.placed(300, 310, turn=k * 40 + 20):
            c.blob([(0, -26), (-11, -48), (0, -78), (11, -48)], "#ffe9a0")
    c.oval(300, 310, 26, 26, p.accent)
    c.oval(300, 310, 13, 13, "#fff6d8")


DRAWINGS: dict[str, Drawing] = {
    "jharokha-table-lamp": table_lamp,
    "dome-pendant-light": pendant,
    "rain-on-earth-candle": candle,
    "bandhani-cushion": cushion,
    "quiet-wall-clock": wall_clock,
    "long-neck-vase": vase,
    "gallery-photo-frame": frame,
    "akhand-brass-diya": diya,
    "four-corners-dhurrie": dhurrie,
    "river-grass-basket": basket,
    "winter-afternoon-throw": throw,
    "arched-mirror": mirror,
    "sandal-incense-set": incense,
    "hammam-towel-stack": towels,
    "three-leg-stool": stool,
    "paper-star-lantern": star_lantern,
}
