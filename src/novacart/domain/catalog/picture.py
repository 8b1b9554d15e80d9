"""A picture of a product."""

from dataclasses import dataclass

from novacart.domain.catalog import text_rules
from novacart.domain.catalog.events import EventData
from novacart.domain.shared.errors import InvalidValue
from novacart.domain.shared.ids import PictureId

MAX_PICTURES = 50
MAX_ALT = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class SmallerImage:
    """A smaller version of an image; `width` in pixels."""

    image: str
    width: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture of a product.

    `image` is the reference from the image store, or the URL of an image elsewhere, whose size is
    unknown. `width` and `height` are in pixels. `smaller` are versions of the image by rising
    width. `alt` is the alternative text; without one, clients show the title of the product.
    `source` is the URL from which the image was fetched. Raises `InvalidValue`.
    """

    id: PictureId
    image: str
    alt: str = ""
    width: int | None = None
    height: int | None = None
    smaller: tuple[SmallerImage, ...] = ()
    source: str | None = None

    def __post_init__(self) -> None:
        image = text_rules.image_reference("image", self.image)
        if image is None:
            raise InvalidValue("image", "This may not be blank.")
        object.__setattr__(self, "image", image)
        alt = text_rules.optional("alt", self.alt, max_length=MAX_ALT)
        object.__setattr__(self, "alt", alt)
        object.__setattr__(self, "source", text_rules.source_url("source", self.source))

    def event_data(self) -> EventData:
        return {"image": self.image, "alt": self.alt, "source": self.source}
