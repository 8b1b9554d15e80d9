"""The column `images` of NovaCart's product files: the pictures of a product as JSON."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from novacart.application.ports.product_view import PictureView
from novacart.application.written_numbers import unexpected_value
from novacart.domain.catalog.picture import Picture, SmallerImage
from novacart.domain.shared.errors import InvalidValue
from novacart.domain.shared.ids import PictureId

IMAGES: Final = "images"
_EXPECTED: Final = 'a list of pictures such as [{"image": "/media/a.webp", "alt": "The front"}]'
_MAX_PIXELS: Final = 100_000


def write_pictures(pictures: Sequence[PictureView], image: str | None) -> list[dict[str, Any]]:
    """The pictures of a product as JSON has them.

    Empty if its only picture is its `image`, without a text and of unknown size.
    """
    written = [_written(each) for each in pictures]
    return [] if written == [{"image": image}] else written


def _written(picture: PictureView) -> dict[str, Any]:
    values = {
        "alt": picture.alt,
        "width": picture.width,
        "height": picture.height,
        "smaller": [{"image": image, "width": width} for image, width in picture.smaller],
    }
    return {"image": picture.image} | {name: value for name, value in values.items() if value}


def read_pictures(value: object) -> Sequence[Picture]:
    """Pictures from a text of JSON, or as JSON has them. Their ids are 0.

    Raises `InvalidValue` on the field `images`.
    """
    try:
        listed = json.loads(value) if isinstance(value, str) else value
    except (ValueError, RecursionError):
        listed = value
    if not isinstance(listed, list):
        raise unexpected_value(IMAGES, value, _EXPECTED)
    try:
        pictures = [_read(dict(each)) for each in listed]
    except (TypeError, ValueError) as error:
        raise unexpected_value(IMAGES, value, _EXPECTED) from error
    except InvalidValue as error:
        raise InvalidValue(IMAGES, f"{error.field}: {error.message}") from error
    if len({each.image for each in pictures}) < len(pictures):
        raise InvalidValue(IMAGES, "Name each picture once.")
    return pictures


def _read(members: Mapping[str, Any]) -> Picture:
    """Raises `InvalidValue`, and `TypeError` or `ValueError` for other members or types."""
    if unknown := members.keys() - {"image", "alt", "width", "height", "smaller"}:
        raise ValueError(unknown)
    width, height = (_pixels(members.get(name)) for name in ("width", "height"))
    return Picture(
        id=PictureId(0),
        image=_text(members.get("image")),
        alt=_text(members.get("alt", "")),
        width=width,
        height=height,
        smaller=_smaller(dict(each) for each in members.get("smaller", ())),
    )


def _smaller(listed: Iterable[Mapping[str, Any]]) -> tuple[SmallerImage, ...]:
    smaller = []
    for each in listed:
        image, width = _text(each.get("image")), _pixels(each.get("width"))
        if width is None:
            raise ValueError(each)
        # A picture checks the reference.
        checked = Picture(id=PictureId(0), image=image)
        smaller.append(SmallerImage(image=checked.image, width=width))
    return tuple(smaller)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value


def _pixels(value: object) -> int | None:
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value <= _MAX_PIXELS:
        raise ValueError(value)
    return value
