"""The form in which staff edit the pictures of a product."""

from collections import defaultdict
from collections.abc import Collection
from typing import Any, Final, NamedTuple

from werkzeug.datastructures import MultiDict

from novacart.adapters.admin.catalog.sorting import in_order, submitted_ids
from novacart.adapters.admin.filters import parse_integer
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
    """A picture with the alternative text and the variants in its inputs.

    The inputs have no archived variants: these keep their pictures.
    """

    picture: PictureView
    alt: str
    variant_ids: Collection[VariantId]

    @property
    def id(self) -> PictureId:
        return self.picture.id


def picture_rows(product: ProductDetail, form: MultiDict[str, str] | None) -> list[PictureRow]:
    """The pictures in their order, or as they are in a `form` that is not saved."""
    shown_by: dict[str | None, list[VariantId]] = defaultdict(list)
    for variant in product.variants:
        if variant.archived_at is None:
            shown_by[variant.details.image].append(variant.id)
    rows = [PictureRow(each, each.alt, shown_by[each.image]) for each in product.pictures]
    if form is None:
        return rows
    edits = picture_edits(product, form)
    alts, variants = edits["alts"], edits["variants"]
    return [
        PictureRow(picture, alts.get(picture.id, alt), variants.get(picture.id, variant_ids))
        for picture, alt, variant_ids in in_order(rows, edits["order"])
    ]


def has_typed_pictures(product: ProductDetail, form: MultiDict[str, str]) -> bool:
    """Whether the form has texts, variants or an order of pictures that are not saved."""
    saved, typed = picture_rows(product, None), picture_rows(product, form)
    return [(row.picture, row.alt, set(row.variant_ids)) for row in saved] != [
        (row.picture, row.alt.strip(), set(row.variant_ids)) for row in typed
    ]


def replaced_pictures(product: ProductDetail, form: MultiDict[str, str]) -> list[str]:
    """What is saved of the pictures and differs from the form."""
    rows, typed_rows = picture_rows(product, None), picture_rows(product, form)
    saved = {row.id: row for row in rows}
    replaced = []
    for number, typed in enumerate(typed_rows, 1):
        row = saved[typed.id]
        if row.alt != typed.alt.strip():
            text = f"alternative text “{row.alt}”" if row.alt else "empty alternative text"
            replaced.append(f"the {text} of picture {number}")
        if set(row.variant_ids) != set(typed.variant_ids):
            replaced.append(f"the variants of picture {number}")
    if [*saved] != [row.id for row in typed_rows]:
        replaced.append("the order")
    return replaced


def picture_edits(product: ProductDetail, form: MultiDict[str, str]) -> dict[str, Any]:
    """The fields of `EditPicturesCommand` for a submitted form.

    `order` is repeated, in the order of the pictures.
    """
    ids = [picture.id for picture in product.pictures]
    return {
        "alts": {each: form[f"alt-{each}"] for each in ids if f"alt-{each}" in form},
        "variants": {
            each: [
                VariantId(variant_id)
                for text in form.getlist(f"variants-{each}")
                if (variant_id := parse_integer(text)) is not None
            ]
            for each in ids
            if f"variants-{each}" in form
        },
        "order": [PictureId(each) for each in submitted_ids(form, "order")],
        "expected_version": parse_integer(form.get("version", "")) or 0,
    }
