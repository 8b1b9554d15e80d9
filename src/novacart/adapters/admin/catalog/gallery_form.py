"""The form in which staff edit the pictures of a product."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any, Final, NamedTuple

from werkzeug.datastructures import MultiDict

from novacart.adapters.admin.filters import parse_id
from novacart.application.back_office.catalog import ProductDetail
from novacart.application.ports.product_view import PictureView
from novacart.domain.shared.ids import PictureId, VariantId

# Bytes of all files that are added together.
MAX_PICTURE_FILES: Final = 96 * 1024 * 1024
# With more variants, the form would have too many choices: one for each picture and variant.
MAX_CHOICES: Final = 2_000


def thumbnail_of(picture: PictureView) -> str:
    """The smallest version of a picture."""
    return picture.smaller[0][0] if picture.smaller else picture.image


def offers_variants(product: ProductDetail) -> bool:
    """Whether the form offers the variants that show a picture."""
    return bool(product.options) and len(product.pictures) * len(product.variants) <= MAX_CHOICES


class PictureRow(NamedTuple):
    """A picture with the alternative text and the variants in its inputs."""

    picture: PictureView
    alt: str
    variant_ids: Collection[VariantId]


def picture_rows(product: ProductDetail, form: MultiDict[str, str] | None) -> list[PictureRow]:
    """The pictures in their order, or as they are in a `form` that is not saved."""
    shown_by: dict[str | None, list[VariantId]] = defaultdict(list)
    for variant in product.variants:
        shown_by[variant.details.image].append(variant.id)
    rows = [PictureRow(each, each.alt, shown_by[each.image]) for each in product.pictures]
    if form is None:
        return rows
    edits = picture_edits(product, form)
    alts, variants, order = edits["alts"], edits["variants"], edits["order"]
    places = {picture_id: place for place, picture_id in enumerate(order)}
    typed = [
        PictureRow(
            row.picture,
            alts.get(row.picture.id, row.alt),
            variants.get(row.picture.id, row.variant_ids),
        )
        for row in rows
    ]
    return sorted(typed, key=lambda row: places.get(row.picture.id, len(places)))


def has_typed_pictures(product: ProductDetail, form: MultiDict[str, str]) -> bool:
    """Whether the form has texts, variants or an order of pictures that are not saved."""
    saved, typed = picture_rows(product, None), picture_rows(product, form)
    return [(row.picture, row.alt, set(row.variant_ids)) for row in saved] != [
        (row.picture, row.alt.strip(), set(row.variant_ids)) for row in typed
    ]


def picture_edits(product: ProductDetail, form: MultiDict[str, str]) -> dict[str, Any]:
    """The fields of `EditPicturesCommand` for a submitted form.

    `order` is repeated, in the order of the pictures. `move` is the id of a picture and `up` or
    `down`, for browsers without JavaScript.
    """
    ids = [picture.id for picture in product.pictures]
    submitted = [PictureId(parse_id(text) or 0) for text in form.getlist("order")]
    return {
        "alts": {each: form[f"alt-{each}"] for each in ids if f"alt-{each}" in form},
        "variants": {
            each: [
                VariantId(variant_id)
                for text in form.getlist(f"variants-{each}")
                if (variant_id := parse_id(text)) is not None
            ]
            for each in ids
            if f"variants-{each}" in form
        },
        "order": _moved(submitted, form.get("move", "")),
        "expected_version": parse_id(form.get("version", "")) or 0,
    }


def _moved(order: Sequence[PictureId], move: str) -> list[PictureId]:
    moved = list(order)
    text, _, direction = move.partition(":")
    picture_id = PictureId(parse_id(text) or 0)
    if picture_id in moved:
        place = moved.index(picture_id)
        moved.remove(picture_id)
        moved.insert(max(0, place + (-1 if direction == "up" else 1)), picture_id)
    return moved
