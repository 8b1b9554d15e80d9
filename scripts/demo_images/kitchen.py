"""Pots, bottles and everything between them."""

from __future__ import annotations

import math

from scripts.demo_images.canvas import BLACK, WHITE, Canvas, mixed
from scripts.demo_images.palettes import Palette
from scripts.demo_images.shading import (
    BRASS,
    BRASS_DARK,
    COPPER,
    GRAPHITE,
    STEEL,
    STEEL_DARK,
    WOOD,
    WOOD_DARK,
    Drawing,
    dim,
    gleam,
    shadow,
)


def bottle(c: Canvas, p: Palette) -> None:
    shadow(c, width=115)
    c.rect(262, 92, 338, 142, p.dark, r=12)
    c.rect(256, 134, 344, 150, BRASS_DARK, r=6)
    body = c.blob(
        [
            (266, 150),
            (334, 150),
            (350, 186),
            (388, 226),
            (392, 300),
            (390, 470),
            (372, 504),
            (228, 504),
            (210, 470),
            (208, 300),
            (212, 226),
            (250, 186),
        ],
        COPPER,
    )
    for row in range(9):
        for col in range(9):
            c.oval(
                216 + col * 22 + (row % 2) * 11,
                240 + row * 28,
                8,
                10,
                WHITE,
                within=body,
                alpha=0.13,
            )
    dim(c, body, 330)
    c.rect(200, 350, 400, 398, p.accent, within=body)
    c.text(300, 374, "TAMRA", 24, p.light, tracking=5, bold=0.6)
    gleam(c, 238, 250, 330, 12)


def skillet(c: Canvas, p: Palette) -> None:
    with c.turned(38, 300, 300):
        c.oval(310, 262, 176, 176, BLACK, alpha=0.12)
        handle = c.rect(278, 390, 322, 590, GRAPHITE, r=20)
        dim(c, handle, 302, 0.25)
        c.oval(300, 562, 9, 9, p.ground)
        c.poly([(120, 210), (150, 190), (150, 270)], GRAPHITE)
        c.oval(300, 250, 172, 172, GRAPHITE)
        c.oval(300, 250, 146, 146, "#23262f")
    pan = c.oval(336, 262, 140, 140, "#2b2f3a")
    c.blob(
        [(250, 230), (320, 170), (400, 200), (416, 280), (360, 340), (280, 320)], WHITE, within=pan
    )
    c.oval(336, 254, 42, 42, "#ffb52e")
    c.oval(324, 242, 13, 10, WHITE, alpha=0.6)
    for x, y in ((286, 280), (372, 300), (384, 226), (300, 212), (340, 318)):
        c.oval(x, y, 4, 4, p.main)
    for x, y, turn in ((420, 330, 20), (260, 350, -30)):
        with c.turned(turn, x, y):
            c.oval(x, y, 9, 20, "#5aa04a", within=pan)


def dabba(c: Canvas, p: Palette) -> None:
    c.oval(312, 314, 208, 208, BLACK, alpha=0.12)
    tin = c.oval(300, 300, 206, 206, STEEL)
    dim(c, tin, 300, 0.06)
    c.oval(300, 300, 186, 186, STEEL_DARK)
    c.oval(300, 304, 182, 180, "#b4c0ca")
    spices = ["#d8412f", "#f0b429", "#8a5a2b", "#5f7d3a", "#e8dcc0", "#3f3128", "#e07b28"]
    for i, spice in enumerate(spices):
        angle = i * math.tau / 6
        x, y = (300, 300) if i == 6 else (300 + math.cos(angle) * 118, 300 + math.sin(angle) * 118)
        c.oval(x + 3, y + 4, 56, 56, BLACK, alpha=0.15)
        c.oval(x, y, 56, 56, STEEL)
        fill = c.oval(x, y, 46, 46, spice)
        c.oval(x - 12, y - 12, 40, 40, WHITE, within=fill, alpha=0.16)
        for k in range(9):
            turn = k * 2.4
            c.oval(
                x + math.cos(turn) * 4 * k,
                y + math.sin(turn) * 4 * k,
                3,
                3,
                BLACK,
                within=fill,
                alpha=0.22,
            )
    c.line([(318, 288), (430, 170)], p.main, 13)
    c.oval(306, 300, 22, 16, mixed(p.main, WHITE, 0.35))


def tiffin(c: Canvas, p: Palette) -> None:
    shadow(c, width=140)
    c.arc(300, 130, 62, 62, 180, 360, p.main, 15)
    c.rect(176, 150, 192, 440, STEEL_DARK, r=6)
    c.rect(408, 150, 424, 440, STEEL_DARK, r=6)
    c.rect(176, 128, 424, 160, p.main, r=14)
    for i in range(3):
        y = 160 + i * 114
        tier = c.rect(190, y, 410, y + 108, STEEL, r=16)
        dim(c, tier, 340, 0.14)
        c.rect(190, y + 34, 410, y + 62, (p.accent, p.main, p.accent)[i], within=tier)
        for k in range(9):
            c.oval(202 + k * 25, y + 48, 5, 5, p.light, within=tier)
        c.rect(184, y - 4, 416, y + 14, "#dde4ea", r=8)
        gleam(c, 220, y + 26, y + 88, 9, 0.55)
    c.rect(178, 240, 196, 300, p.dark, r=6)
    c.rect(404, 240, 422, 300, p.dark, r=6)


def mug(c: Canvas, p: Palette) -> None:
    shadow(c, 310, 500, 150)
    for i, x in enumerate((248, 296, 340)):
        path = [(x, 176), (x - 12, 150), (x + 12, 122), (x, 92 - i % 2 * 14)]
        c.line(path, WHITE, 9, curved=True, alpha=0.85)
    c.arc(416, 330, 58, 68, -100, 100, p.main, 28)
    body = c.rect(180, 200, 412, 500, p.main, r=38)
    c.rect(180, 200, 412, 330, p.main, within=body)
    c.blob(
        [(170, 370), (230, 348), (290, 384), (350, 352), (430, 372), (430, 540), (170, 540)],
        p.light,
        within=body,
    )
    for i in range(26):
        c.oval(196 + i * 53 % 208, 396 + i * 31 % 92, 3.4, 3.4, p.dark, within=body, alpha=0.35)
    dim(c, body, 344)
    c.oval(296, 204, 116, 24, p.tint)
    c.oval(296, 208, 102, 18, "#7b4a2b")
    c.oval(280, 206, 46, 8, "#a06a40")
    gleam(c, 208, 250, 340, 13)


def kettle(c: Canvas, p: Palette) -> None:
    shadow(c, 290, 500, 175)
    c.arc(285, 240, 118, 130, 195, 345, p.dark, 20)
    c.blob(
        [(380, 350), (452, 300), (486, 218), (512, 210), (516, 228), (486, 330), (400, 440)],
        STEEL_DARK,
    )
    body = c.blob(
        [
            (180, 252),
            (390, 252),
            (436, 380),
            (420, 476),
            (350, 500),
            (220, 500),
            (150, 476),
            (134, 380),
        ],
        STEEL,
    )
    dim(c, body, 330)
    c.rect(100, 400, 470, 440, p.main, within=body)
    for k in range(13):
        c.poly(
            [(110 + k * 28, 440), (124 + k * 28, 416), (138 + k * 28, 440)], p.accent, within=body
        )
    c.rect(186, 232, 384, 260, p.main, r=13)
    c.blob([(210, 236), (240, 206), (285, 196), (330, 206), (360, 236)], "#dde4ea")
    c.oval(285, 190, 17, 17, p.accent)
    c.line([(196, 300), (178, 370)], WHITE, 16, alpha=0.6)
    for i in range(2):
        c.line(
            [(516 + i * 12, 180), (508 + i * 14, 156), (524 + i * 12, 132), (516 + i * 12, 106)],
            WHITE,
            7,
            curved=True,
            alpha=0.85,
        )


def coffee(c: Canvas, p: Palette) -> None:
    shadow(c, 230, 496, 130)
    shadow(c, 430, 498, 110)
    for y0, y1 in ((130, 300), (304, 490)):
        part = c.rect(150, y0, 310, y1, BRASS, r=12)
        dim(c, part, 246)
        gleam(c, 174, y0 + 28, y1 - 28, 11, 0.5)
    c.rect(142, 120, 318, 146, BRASS_DARK, r=9)
    c.blob([(160, 122), (190, 100), (230, 94), (270, 100), (300, 122)], BRASS)
    c.oval(230, 86, 14, 14, p.main)
    c.rect(142, 292, 318, 312, BRASS_DARK, r=8)
    cup = c.poly([(362, 300), (474, 300), (456, 466), (380, 466)], BRASS)
    dim(c, cup, 430)
    c.rect(354, 290, 482, 308, BRASS_DARK, r=8)
    for x, y, r in ((380, 284, 20), (408, 274, 26), (440, 278, 24), (462, 286, 16)):
        c.oval(x, y, r, r * 0.8, "#e9cfa8")
    bowl = c.poly([(330, 430), (510, 430), (486, 496), (354, 496)], BRASS_DARK)
    dim(c, bowl, 440)
    c.rect(322, 420, 518, 438, BRASS, r=8)
    for x in (400, 436):
        c.line([(x, 240), (x - 9, 218), (x + 9, 194), (x, 168)], WHITE, 8, curved=True, alpha=0.85)


def mortar(c: Canvas, p: Palette) -> None:
    shadow(c, width=170)
    with c.turned(32, 330, 250):
        c.rect(304, 60, 356, 330, "#9aa1a9", r=26)
        c.rect(332, 60, 356, 330, BLACK, r=12, alpha=0.13)
    c.oval(300, 282, 168, 44, "#5f666f")
    for x, y, colour in ((210, 270, GREEN_HERB), (250, 256, GREEN_HERB), (206, 288, "#e25544")):
        c.oval(x, y, 24, 13, colour)
    body = c.blob(
        [
            (132, 284),
            (200, 316),
            (300, 324),
            (400, 316),
            (468, 284),
            (452, 390),
            (390, 452),
            (300, 460),
            (210, 452),
            (148, 390),
        ],
        "#858d96",
    )
    c.rect(222, 440, 378, 504, "#747c85", r=14)
    dim(c, body, 344)
    for i in range(60):
        x, y = 146 + i * 71 % 310, 322 + i * 43 % 130
        c.oval(x, y, 3, 2.4, WHITE if i % 3 else BLACK, within=body, alpha=0.35)
    c.rect(222, 470, 378, 484, p.main)


GREEN_HERB = "#5e9d4e"


def chakla(c: Canvas, p: Palette) -> None:
    c.oval(312, 330, 190, 190, BLACK, alpha=0.12)
    board = c.oval(300, 316, 188, 188, WOOD)
    for i in range(7):
        c.arc(220, 310, 60 + i * 40, 60 + i * 40, -60, 60, WOOD_DARK, 3, within=board, alpha=0.5)
    c.arc(300, 316, 168, 168, 0, 360, WOOD_DARK, 5)
    roti = c.oval(296, 320, 122, 120, "#f3dcae")
    for x, y, r in ((250, 290, 14), (320, 360, 18), (346, 300, 10), (270, 368, 9), (300, 270, 8)):
        c.oval(x, y, r, r * 0.8, "#d9a866", within=roti)
    with c.turned(-32, 300, 230):
        c.rect(80, 216, 520, 268, BLACK, r=26, alpha=0.12)
        c.rect(60, 216, 150, 242, p.main, r=13)
        c.rect(450, 216, 540, 242, p.main, r=13)
        c.blob(
            [
                (134, 206),
                (300, 194),
                (466, 206),
                (472, 230),
                (466, 254),
                (300, 264),
                (134, 254),
                (128, 230),
            ],
            mixed(WOOD, WHITE, 0.22),
        )
        c.line([(160, 216), (440, 216)], WHITE, 8, alpha=0.4)


def knife(c: Canvas, p: Palette) -> None:
    board = c.rect(112, 216, 500, 486, WOOD, r=30)
    for i in range(6):
        c.line([(100, 244 + i * 44), (520, 236 + i * 44)], WOOD_DARK, 3, within=board, alpha=0.45)
    c.oval(462, 352, 14, 14, p.backdrop)
    for x, y in ((190, 420), (244, 432), (300, 424)):
        c.oval(x, y, 34, 34, "#d8402f")
        c.oval(x, y, 26, 26, "#f0705c")
        for k in range(5):
            a = k / 5 * math.tau
            c.oval(x + math.cos(a) * 14, y + math.sin(a) * 14, 4, 4, "#ffd9a0")
    with c.turned(-24, 300, 260):
        c.blob(
            [(70, 268), (140, 222), (240, 208), (362, 206), (362, 292), (240, 294), (140, 288)],
            "#e8eef2",
        )
        c.blob(
            [(76, 270), (140, 262), (240, 262), (362, 264), (362, 292), (240, 294), (140, 288)],
            STEEL,
        )
        c.rect(352, 206, 378, 292, STEEL_DARK, r=4)
        handle = c.blob(
            [(376, 212), (460, 206), (548, 218), (556, 248), (530, 262), (460, 250), (376, 262)],
            p.dark,
        )
        c.rect(370, 236, 570, 280, BLACK, within=handle, alpha=0.25)
        for x in (404, 456, 508):
            c.oval(x, 232, 6, 6, BRASS)


def jars(c: Canvas, p: Palette) -> None:
    shadow(c, width=205)
    fills = ((110, 250, 96, "#8fb03a"), (214, 160, 176, "#e8962e"), (398, 290, 100, "#c9402c"))
    for x, y, w, fill in fills:
        glass = c.rect(x, y, x + w, 500, "#f4fbfb", r=22)
        level = y + (500 - y) * 0.26
        c.rect(x + 8, level, x + w - 8, 492, fill, r=16)
        for k in range(int(w / 7)):
            cx, cy = x + 20 + k * 37 % (w - 40), level + 18 + k * 53 % (470 - level)
            c.oval(cx, cy, 13, 9, mixed(fill, WHITE if k % 2 else BLACK, 0.2))
        dim(c, glass, x + w * 0.7, 0.1)
        c.rect(x + 8, y - 34, x + w - 8, y + 8, "#c99a62", r=9)
        c.rect(x + 8, y - 8, x + w - 8, y + 8, WOOD_DARK, r=6)
        middle = (y + 500) / 2 + 40
        c.rect(x + w * 0.2, middle - 28, x + w * 0.8, middle + 28, p.light, r=6)
        c.line([(x + w * 0.32, middle - 8), (x + w * 0.68, middle - 8)], p.main, 5)
        c.line([(x + w * 0.36, middle + 9), (x + w * 0.64, middle + 9)], p.accent, 5)
        gleam(c, x + 17, y + 40, 460, 8, 0.6)


def bowl(c: Canvas, p: Palette) -> None:
    shadow(c, width=170)
    with c.turned(28, 400, 240):
        c.rect(388, 60, 412, 300, WOOD, r=12)
    c.oval(300, 290, 204, 52, p.shade)
    for x, y, r, colour in (
        (220, 276, 44, "#f4c542"),
        (280, 258, 52, "#f7d774"),
        (350, 262, 50, "#f4c542"),
        (396, 280, 36, "#f7d774"),
    ):
        c.oval(x, y, r, r * 0.7, colour)
    for x, y in ((236, 250), (300, 238), (352, 248), (276, 270)):
        c.oval(x, y, 9, 5, "#d8412f")
        c.oval(x + 22, y + 12, 10, 5, "#4d9a4c")
    body = c.blob(
        [
            (96, 292),
            (190, 326),
            (300, 334),
            (410, 326),
            (504, 292),
            (470, 400),
            (390, 476),
            (300, 488),
            (210, 476),
            (130, 400),
        ],
        p.main,
    )
    for k in range(9):
        x = 108 + k * 48
        c.blob([(x, 334), (x - 24, 384), (x, 440), (x + 24, 384)], p.light, within=body, alpha=0.9)
        c.blob([(x, 352), (x - 12, 384), (x, 420), (x + 12, 384)], p.accent, within=body)
    dim(c, body, 360)
    c.rect(236, 478, 364, 506, p.shade, r=8)


def cooker(c: Canvas, p: Palette) -> None:
    shadow(c, 290, 502, 190)
    c.rect(390, 244, 566, 288, p.dark, r=18)
    c.rect(390, 266, 566, 288, BLACK, r=12, alpha=0.2)
    c.rect(80, 300, 150, 330, p.dark, r=12)
    body = c.rect(126, 262, 426, 502, STEEL, r=30)
    dim(c, body, 340)
    c.rect(126, 430, 426, 460, p.main, within=body)
    c.blob([(128, 256), (170, 214), (276, 198), (382, 214), (424, 256)], "#dde4ea")
    c.rect(116, 248, 436, 280, STEEL_DARK, r=12)
    c.rect(258, 152, 294, 206, p.main, r=8)
    c.rect(246, 134, 306, 168, p.dark, r=10)
    c.oval(350, 212, 14, 9, p.accent)
    c.line([(158, 320), (158, 410)], WHITE, 16, alpha=0.6)
    for x, y in ((250, 112), (276, 96), (304, 112)):
        c.line(
            [(x, y), (x - 8, y - 18), (x + 8, y - 34), (x, y - 52)],
            WHITE,
            8,
            curved=True,
            alpha=0.85,
        )


def mill(c: Canvas, p: Palette) -> None:
    shadow(c, width=110)
    body = c.blob(
        [
            (244, 210),
            (356, 210),
            (352, 270),
            (334, 330),
            (362, 420),
            (384, 500),
            (216, 500),
            (238, 420),
            (266, 330),
            (248, 270),
        ],
        WOOD,
    )
    for i in range(5):
        c.line(
            [(240 + i * 30, 210), (250 + i * 24, 330), (226 + i * 36, 500)],
            WOOD_DARK,
            3,
            curved=True,
            within=body,
            alpha=0.4,
        )
    dim(c, body, 318, 0.16)
    c.rect(214, 470, 386, 504, p.main, r=10)
    c.rect(240, 196, 360, 222, BRASS, r=8)
    top = c.blob(
        [(250, 198), (236, 150), (270, 106), (330, 106), (364, 150), (350, 198)],
        mixed(WOOD, WHITE, 0.12),
    )
    dim(c, top, 318, 0.16)
    c.oval(300, 92, 17, 17, BRASS)
    gleam(c, 262, 140, 164, 12)
    for x, y in (
        (126, 500),
        (152, 508),
        (176, 497),
        (432, 506),
        (452, 497),
        (488, 504),
        (198, 510),
        (414, 496),
    ):
        c.oval(x, y, 8, 8, "#33302f")
        c.oval(x - 2, y - 2, 3, 3, WHITE, alpha=0.4)


def casserole(c: Canvas, p: Palette) -> None:
    shadow(c, width=200)
    for x0, x1 in ((74, 140), (460, 526)):
        c.rect(x0, 320, x1, 366, p.shade, r=20)
        c.rect(x0 + 16, 334, x1 - 16, 352, p.ground, r=9)
    body = c.rect(112, 270, 488, 500, p.main, r=54)
    c.rect(112, 270, 488, 350, p.main, within=body)
    dim(c, body, 380)
    c.rect(100, 440, 500, 452, p.light, within=body, alpha=0.5)
    lid = c.blob([(110, 278), (150, 218), (300, 190), (450, 218), (490, 278)], p.tint)
    dim(c, lid, 380, 0.1)
    c.rect(98, 262, 502, 290, p.shade, r=13)
    c.rect(272, 172, 328, 196, BRASS_DARK, r=6)
    c.oval(300, 162, 34, 17, BRASS)
    c.line([(148, 330), (148, 420)], WHITE, 15, alpha=0.4)
    c.text(300, 384, "dekchi", 46, p.light, bold=1)


def cruet(c: Canvas, p: Palette) -> None:
    shadow(c, width=115)
    c.line([(312, 150), (330, 116), (362, 92)], STEEL, 15, curved=True)
    c.rect(274, 140, 326, 186, STEEL_DARK, r=9)
    body = c.blob(
        [
            (276, 184),
            (324, 184),
            (330, 236),
            (378, 286),
            (388, 340),
            (388, 480),
            (370, 504),
            (230, 504),
            (212, 480),
            (212, 340),
            (222, 286),
            (270, 236),
        ],
        "#a8641f",
    )
    c.rect(200, 330, 400, 520, "#d99b2b", within=body)
    dim(c, body, 336)
    c.rect(236, 362, 364, 462, p.light, r=8)
    c.blob([(300, 374), (276, 412), (300, 432), (324, 412)], p.main)
    c.text(300, 447, "OIL", 18, p.dark, tracking=4, bold=0.4)
    gleam(c, 240, 296, 470, 11, 0.45)
    c.blob([(372, 104), (362, 126), (372, 138), (382, 126)], "#e8b03a")


DRAWINGS: dict[str, Drawing] = {
    "tamra-copper-bottle": bottle,
    "loha-iron-skillet": skillet,
    "seven-moons-masala-dabba": dabba,
    "station-tiffin-carrier": tiffin,
    "morning-stoneware-mug": mug,
    "platform-chai-kettle": kettle,
    "degree-coffee-set": coffee,
    "granite-mortar-pestle": mortar,
    "sheesham-chakla-belan": chakla,
    "karigar-chefs-knife": knife,
    "pickle-shelf-jars": jars,
    "lotus-serving-bowl": bowl,
    "whistle-pressure-cooker": cooker,
    "turned-pepper-mill": mill,
    "sunday-enamel-casserole": casserole,
    "amber-oil-cruet": cruet,
}
