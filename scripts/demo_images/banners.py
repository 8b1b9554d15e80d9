"""Category pictures: a square tile, and banners for small and large screens."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from PIL import Image

from scripts.demo_images import palettes
from scripts.demo_images.canvas import WHITE, Canvas, font, mixed
from scripts.demo_images.gallery import Exhibit
from scripts.demo_images.palettes import Palette

FLOOR = 505  # where standing products rest in their own 600-unit square


@dataclass(frozen=True, slots=True)
class Window:
    """What a category shows of itself."""

    palette: Palette
    first_line: str
    second_line: str
    keys: tuple[str, ...]


WINDOWS: dict[str, Window] = {
    "books": Window(
        palettes.INDIGO,
        "Stories that travel well",
        "New pages from old verandahs",
        (
            "small-fires-slow-pots",
            "birds-of-my-balcony",
            "nine-trains-to-kalimpur",
            "the-loom-remembers",
            "a-lantern-for-ammamma",
        ),
    ),
    "kitchen": Window(
        palettes.SUNSET,
        "Slow food, honest tools",
        "Everything but the appetite",
        (
            "whistle-pressure-cooker",
            "tamra-copper-bottle",
            "sunday-enamel-casserole",
            "degree-coffee-set",
            "pickle-shelf-jars",
        ),
    ),
    "stationery": Window(
        palettes.PLUM,
        "For ideas that need paper",
        "A good line starts here",
        (
            "studio-brush-set",
            "indigo-night-ink",
            "perpetual-desk-calendar",
            "twelve-graphite-pencils",
            "half-strip-stapler",
        ),
    ),
    "toys-games": Window(
        palettes.SKY,
        "Play is serious work",
        "One more game, then bed",
        (
            "gaju-plush-elephant",
            "rainbow-stacking-rings",
            "hilltop-wooden-train",
            "tin-robot-bolt",
            "little-town-blocks",
        ),
    ),
    "home": Window(
        palettes.TEAL,
        "Rooms worth coming back to",
        "Small comforts, well made",
        (
            "jharokha-table-lamp",
            "long-neck-vase",
            "three-leg-stool",
            "rain-on-earth-candle",
            "river-grass-basket",
        ),
    ),
    "audio-electronics": Window(
        palettes.DUSK,
        "Sound, light and a little magic",
        "Switch on something good",
        (
            "gullak-portable-speaker",
            "hawa-desk-fan",
            "akashi-table-radio",
            "baithak-headphones",
            "jhalak-instant-camera",
        ),
    ),
    "clothing": Window(
        palettes.SAFFRON,
        "Cloth with a memory",
        "Wear it often, love it long",
        (
            "hill-road-sweater",
            "milestone-backpack",
            "bazaar-canvas-tote",
            "everyday-khadi-kurta",
            "mulberry-silk-sari",
        ),
    ),
    "garden": Window(
        palettes.LEAF,
        "Grow where you are",
        "From balcony to back yard",
        (
            "snake-plant-terracotta",
            "long-spout-watering-can",
            "desert-trio-succulents",
            "morning-mist-sprayer",
            "black-gold-compost",
        ),
    ),
}


def show(c: Canvas, exhibit: Exhibit, x: float, floor: float, scale: float, ground: str) -> None:
    """Stand a product with its middle at `x` and its foot on `floor`."""
    colours = replace(exhibit.palette, ground=ground, backdrop=ground)
    with c.placed(x - 300 * scale, floor - FLOOR * scale, scale=scale):
        exhibit.draw(c, colours)


def fitted(words: str, size: float, width: float) -> float:
    """Return the largest size, up to `size`, at which `words` are no wider than `width`."""
    return min(size, width * 100 / font(100).getlength(words))


def tile(window: Window, stock: list[Exhibit]) -> Image.Image:
    p = window.palette
    c = Canvas(480, 480, p.ground)
    c.oval(240, 236, 206, 206, p.backdrop)
    c.rect(0, 396, 480, 480, mixed(p.backdrop, p.main, 0.2))
    show(c, stock[1], 118, 424, 0.44, p.backdrop)
    show(c, stock[2], 352, 424, 0.44, p.backdrop)
    show(c, stock[0], 234, 438, 0.62, p.backdrop)
    return c.finished()


def shelf(window: Window, name: str, stock: list[Exhibit], width: int, height: int) -> Image.Image:
    """A bright shop window: the name, a line, and products in a row."""
    p = window.palette
    c = Canvas(width, height, p.ground)
    wide = width > 2 * height
    floor = height * 0.86
    if wide:
        c.oval(width * 0.68, height * 0.72, width * 0.33, height * 0.62, p.backdrop)
        for x, y, r in ((0.47, 0.2, 14), (0.92, 0.14, 20), (0.53, 0.1, 8), (0.97, 0.34, 9)):
            c.oval(width * x, height * y, r, r, p.accent, alpha=0.6)
    else:
        c.oval(width / 2, height * 0.95, width * 0.47, height * 0.6, p.backdrop)
    c.rect(0, floor - 12, width, height, mixed(p.backdrop, p.main, 0.2))
    if wide:
        for i, exhibit in enumerate(stock):
            show(
                c,
                exhibit,
                690 + i * 200,
                floor + (14 if i % 2 else 0),
                0.48 if i % 2 else 0.53,
                p.backdrop,
            )
        size = fitted(name, 84, 450)
        c.text(90, 200, name, size, mixed(p.main, p.dark, 0.2), anchor="lm", bold=1.6)
        c.rect(90, 254, 170, 264, p.accent, r=5)
        c.text(90, 306, window.first_line, fitted(window.first_line, 36, 440), p.dark, anchor="lm")
    else:
        for i, exhibit in enumerate((stock[1], stock[0], stock[2])):
            show(c, exhibit, 150 + i * 225, floor + 14, 0.44, p.backdrop)
        c.text(
            width / 2, 62, name, fitted(name, 56, width - 80), mixed(p.main, p.dark, 0.2), bold=1.2
        )
        c.text(width / 2, 112, window.first_line, 27, p.dark)
    return c.finished()


def medallions(window: Window, stock: list[Exhibit], width: int, height: int) -> Image.Image:
    """A deep-coloured banner: products in round frames, and another line."""
    p = window.palette
    ground = mixed(p.main, p.dark, 0.35)
    c = Canvas(width, height, ground)
    gap = 50
    for row in range(height // gap + 2):
        for column in range(width // gap + 2):
            c.oval(column * gap + (row % 2) * gap / 2, row * gap, 4, 4, WHITE, alpha=0.08)
    wide = width > 2 * height
    chosen = stock[-3:] if wide else stock[-2:]
    radius = 150 if wide else 122
    for i, exhibit in enumerate(chosen):
        x = 200 + i * 345 if wide else 190 + i * 370
        y = height / 2 if wide else 168.0
        c.oval(x, y, radius + 12, radius + 12, p.accent)
        c.oval(x, y, radius, radius, exhibit.palette.ground)
        show(c, exhibit, x, y + radius * 0.72, radius / 300, exhibit.palette.ground)
    if wide:
        first, last = halves(window.second_line)
        size = min(fitted(first, 66, 470), fitted(last, 66, 470))
        c.text(1080, 208, first, size, p.light, anchor="lm", bold=1)
        c.text(1080, 208 + size * 1.2, last, size, p.light, anchor="lm", bold=1)
        c.rect(1080, 330, 1160, 340, p.accent, r=5)
    else:
        c.text(
            width / 2,
            362,
            window.second_line,
            fitted(window.second_line, 44, width - 90),
            p.light,
            bold=0.8,
        )
    return c.finished()


def halves(words: str) -> tuple[str, str]:
    """Break a line in two as evenly as its words allow."""
    parts = words.split()
    cuts = [(" ".join(parts[:i]), " ".join(parts[i:])) for i in range(1, len(parts))]
    return min(cuts, key=lambda cut: abs(len(cut[0]) - len(cut[1])))


def category_pictures(
    category: Mapping[str, str], exhibits: Mapping[str, Exhibit]
) -> Iterator[tuple[str, Image.Image]]:
    """Yield each of a category's file names with its picture."""
    window = WINDOWS[category["slug"]]
    stock = [exhibits[key] for key in window.keys]
    yield category["image"], tile(window, stock)
    yield category["mobile_image"], shelf(window, category["name"], stock, 750, 420)
    yield category["mobile_secondary_image"], medallions(window, stock, 750, 420)
    yield category["desktop_image"], shelf(window, category["name"], stock, 1600, 500)
    yield category["desktop_secondary_image"], medallions(window, stock, 1600, 500)
