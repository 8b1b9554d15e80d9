"""The colours of each brand, so that its products look like a family on a shelf."""

from __future__ import annotations

from dataclasses import dataclass, replace

from scripts.demo_images.canvas import BLACK, WHITE, mixed


@dataclass(frozen=True, slots=True)
class Palette:
    """What one picture is painted with: its ground, and the colours of the thing on it."""

    ground: str
    backdrop: str
    main: str
    accent: str
    light: str = "#fff6e6"
    dark: str = "#2e2a3b"

    @property
    def shade(self) -> str:
        """The main colour in shadow."""
        return mixed(self.main, BLACK, 0.2)

    @property
    def tint(self) -> str:
        """The main colour in light."""
        return mixed(self.main, WHITE, 0.3)

    def swapped(self) -> Palette:
        """Exchange main and accent."""
        return replace(self, main=self.accent, accent=self.main)


SUNSET = Palette("#fde4cf", "#f9c59b", "#d9553b", "#f2a541")
LAGOON = Palette("#d5eeec", "#a9dcd6", "#1f7a8c", "#f4a259")
ORCHARD = Palette("#e8f1d4", "#cbe0a4", "#5a8f3c", "#e4572e")
DUSK = Palette("#e3ddf3", "#c6b8e6", "#5b4b9a", "#f6ae2d")
ROSE = Palette("#fbe0e3", "#f5bcc5", "#c8385a", "#33658a")
SAND = Palette("#f5ead7", "#e8d3ae", "#b5793f", "#2a9d8f")
SKY = Palette("#dcebfa", "#b5d5f4", "#2f6db5", "#ffb238")
CLAY = Palette("#f7e1d5", "#ecbfa6", "#b9532f", "#3d7068")
INDIGO = Palette("#dfe4f5", "#b7c2ea", "#2c3f8f", "#e9785f")
MINT = Palette("#dcf3e6", "#aee0c4", "#2d8f6f", "#f27059")
SAFFRON = Palette("#fdf0c8", "#fbdb82", "#e08e12", "#8f2d56")
PLUM = Palette("#f0dcec", "#dfb6d6", "#8a2f6d", "#f0a63c")
SLATE = Palette("#e4e9ee", "#c3ced9", "#41566e", "#f2704d")
LEAF = Palette("#e2f0dc", "#b9dcae", "#3f7d3a", "#e8a33d")
TEAL = Palette("#d3ecea", "#9fd5d0", "#136f6b", "#ef6f6c")

BY_BRAND: dict[str, tuple[Palette, ...]] = {
    "Third Verandah": (INDIGO, CLAY, SAND, PLUM, TEAL),
    "Peepal Court Press": (LEAF, SAFFRON, LAGOON, DUSK),
    "Monsoon Lantern": (SKY, DUSK, SUNSET, MINT, ROSE),
    "Dekchi Lane": (SUNSET, SLATE, SKY, LAGOON),
    "Mirchwood": (SAFFRON, ROSE, SAND, CLAY),
    "Kumbha Row": (TEAL, CLAY, MINT, DUSK),
    "Neelpatra": (INDIGO, SKY, SAFFRON, LAGOON),
    "Syahi & Daughters": (PLUM, INDIGO, SAND, ROSE),
    "Rangmaati": (SUNSET, MINT, DUSK, SAFFRON),
    "Latoo Lane": (SKY, SAFFRON, ROSE, MINT, DUSK),
    "Gilli Works": (SUNSET, LAGOON, PLUM, SKY),
    "Chaupar House": (CLAY, TEAL, INDIGO, SAND),
    "Deepmala": (SAFFRON, SLATE, PLUM, SUNSET),
    "Jaalidar": (TEAL, ROSE, SAND, LEAF),
    "Charpai & Co.": (SAND, CLAY, INDIGO, MINT),
    "Dhwanix": (DUSK, INDIGO, ROSE, LAGOON),
    "Tarangle": (SUNSET, TEAL, SAND, SKY, PLUM),
    "Bijlio": (LAGOON, SLATE, SAFFRON, MINT),
    "Charkhaloom": (INDIGO, CLAY, SAND, LEAF),
    "Indigo Baori": (SKY, SAFFRON, INDIGO, TEAL, ROSE),
    "Mulberry Ghat": (PLUM, DUSK, LAGOON, ROSE),
    "Tulsi Terrace": (SAND, MINT, ROSE, SKY),
    "Bageechi": (SKY, SUNSET, SAFFRON, LAGOON),
    "Mittikin": (SAFFRON, LEAF, DUSK, SAND),
}
