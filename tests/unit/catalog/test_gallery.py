from dataclasses import replace
from datetime import timedelta

import pytest

from novacart.domain.catalog.errors import CatalogLimitReached, PictureNotFound, VariantNotFound
from novacart.domain.catalog.events import (
    PictureAdded,
    PictureEdited,
    PictureRemoved,
    PicturesArranged,
    ProductEdited,
    VariantEdited,
)
from novacart.domain.catalog.gallery import ProductGallery
from novacart.domain.catalog.picture import MAX_ALT, MAX_PICTURES, Picture
from novacart.domain.shared.errors import InvalidValue
from novacart.domain.shared.ids import PictureId, ProductId, VariantId
from tests.support.builders.catalog import (
    NOON,
    a_product,
    a_variant,
    an_option,
    details,
    variant_details,
)

LATER = NOON + timedelta(hours=1)
LAMP = ProductId(17)


def a_picture(number: int, *, alt: str = "", source: str | None = None) -> Picture:
    return Picture(id=PictureId(number), image=image(number), alt=alt, source=source)


def image(number: int) -> str:
    return f"/media/products/17/{number}.webp"


def a_gallery(*numbers: int) -> ProductGallery:
    return ProductGallery(product_id=LAMP, pictures=[a_picture(each) for each in numbers])


def ids(gallery: ProductGallery) -> list[int]:
    return [picture.id for picture in gallery.pictures]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"image": " "}, "image"),
        ({"image": "javascript:alert(1)"}, "image"),
        ({"alt": "a" * (MAX_ALT + 1)}, "alt"),
        ({"alt": "\0"}, "alt"),
        ({"source": "ftp://elsewhere.test/1.png"}, "source"),
    ],
)
def test_invalid_picture_raises(changes: dict[str, str], field: str) -> None:
    with pytest.raises(InvalidValue) as raised:
        Picture(**{"id": PictureId(1), "image": image(1), **changes})  # type: ignore[arg-type]
    assert raised.value.field == field


def test_pictures_are_added_at_the_end_or_before_a_position() -> None:
    gallery = a_gallery(1, 2)
    gallery.add(a_picture(3, alt="Side"), at=NOON)
    gallery.add(a_picture(4), position=1, at=NOON)
    gallery.add(a_picture(5), position=99, at=NOON)
    assert ids(gallery) == [1, 4, 2, 3, 5]
    assert gallery.images[0] == image(1)
    added = gallery.collect_events()[0]
    assert isinstance(added, PictureAdded)
    assert (added.product_id, added.picture_id) == (LAMP, 3)
    assert added.picture == {"image": image(3), "alt": "Side", "source": None}


def test_number_of_pictures_is_limited() -> None:
    gallery = a_gallery(*range(1, MAX_PICTURES))
    gallery.add(a_picture(MAX_PICTURES), at=NOON)
    with pytest.raises(CatalogLimitReached):
        gallery.add(a_picture(MAX_PICTURES + 1), at=NOON)
    with pytest.raises(CatalogLimitReached):
        gallery.ensure_room()


def test_number_of_pictures_of_a_new_product_is_limited() -> None:
    pictures = [a_picture(each) for each in range(MAX_PICTURES + 1)]
    gallery = ProductGallery.of_new_product(LAMP, pictures[:MAX_PICTURES])
    assert list(gallery.pictures) == pictures[:MAX_PICTURES]
    assert not gallery.has_changed
    with pytest.raises(CatalogLimitReached):
        ProductGallery.of_new_product(LAMP, pictures)


def test_new_product_with_one_image_twice_raises() -> None:
    pictures = [a_picture(1), Picture(id=PictureId(2), image=image(1))]
    with pytest.raises(InvalidValue) as raised:
        ProductGallery.of_new_product(LAMP, pictures)
    assert raised.value.field == "image"


def test_copy_of_a_gallery_is_changed_on_its_own() -> None:
    gallery = a_gallery(1, 2, 3)
    gallery.remove(PictureId(1), at=NOON)
    copy = gallery.copy()
    copy.remove(PictureId(2), at=LATER)
    assert (ids(gallery), gallery.removed_images) == ([2, 3], [image(1)])
    assert (ids(copy), copy.removed_images) == ([3], [image(1), image(2)])
    assert [event.occurred_at for event in copy.collect_events()] == [NOON, LATER]
    assert [event.occurred_at for event in gallery.collect_events()] == [NOON]


def test_same_image_twice_raises() -> None:
    with pytest.raises(InvalidValue) as raised:
        a_gallery(1).add(Picture(id=PictureId(2), image=image(1)), at=NOON)
    assert raised.value.field == "image"


def test_alternative_text_is_changed_once() -> None:
    gallery = a_gallery(1)
    assert gallery.describe(PictureId(1), " Brass lamp, lit ", at=NOON) is True
    assert gallery.describe(PictureId(1), "Brass lamp, lit", at=NOON) is False
    assert gallery.collect_events() == [
        PictureEdited(
            occurred_at=NOON,
            product_id=LAMP,
            picture_id=1,
            before={"alt": ""},
            after={"alt": "Brass lamp, lit"},
        )
    ]
    with pytest.raises(PictureNotFound):
        gallery.describe(PictureId(9), "", at=NOON)


def test_pictures_are_arranged() -> None:
    gallery = a_gallery(1, 2, 3)
    assert gallery.arrange([PictureId(each) for each in (1, 2, 3)], at=NOON) is False
    assert gallery.arrange([PictureId(each) for each in (3, 1, 2)], at=NOON) is True
    assert ids(gallery) == [3, 1, 2]
    assert gallery.collect_events() == [
        PicturesArranged(occurred_at=NOON, product_id=LAMP, order="3 | 1 | 2")
    ]


@pytest.mark.parametrize("order", [[1, 2], [1, 2, 2], [1, 2, 4], [1, 2, 3, 4], []])
def test_order_that_does_not_name_each_picture_once_raises(order: list[int]) -> None:
    with pytest.raises(InvalidValue) as raised:
        a_gallery(1, 2, 3).arrange([PictureId(each) for each in order], at=NOON)
    assert raised.value.field == "images"


def test_removed_picture_is_remembered_for_the_store() -> None:
    gallery = a_gallery(1, 2)
    assert (gallery.has_changed, gallery.removed_images) == (False, [])
    gallery.remove(PictureId(1), at=NOON)
    assert (ids(gallery), gallery.removed_images, gallery.has_changed) == ([2], [image(1)], True)
    assert gallery.collect_events() == [
        PictureRemoved(
            occurred_at=NOON, product_id=LAMP, picture_id=1, picture=a_picture(1).event_data()
        )
    ]
    with pytest.raises(PictureNotFound):
        gallery.remove(PictureId(1), at=NOON)


def test_image_that_was_added_again_is_not_removed_from_the_store() -> None:
    gallery = a_gallery(1)
    gallery.remove(PictureId(1), at=NOON)
    gallery.add(Picture(id=PictureId(2), image=image(1)), at=NOON)
    assert gallery.removed_images == []


def test_replacement_takes_the_place_of_a_picture() -> None:
    gallery = a_gallery(*range(1, MAX_PICTURES + 1))
    gallery.replace(PictureId(2), a_picture(99), at=NOON)
    assert ids(gallery)[:3] == [1, 99, 3]
    assert gallery.removed_images == [image(2)]
    assert {each.occurred_at for each in gallery.collect_events()} == {NOON}


@pytest.mark.parametrize(
    ("present", "shown", "expected"),
    [([], 9, [9]), ([1, 2, 3], 9, [9, 2, 3]), ([1, 2, 3], 3, [3, 1, 2]), ([1, 2], 1, [1, 2])],
)
def test_one_image_is_shown_first(present: list[int], shown: int, expected: list[int]) -> None:
    gallery = a_gallery(*present)
    gallery.show_first(a_picture(shown), at=NOON)
    assert ids(gallery) == expected
    assert all(event.occurred_at == NOON for event in gallery.collect_events())


def test_named_pictures_are_put_first_and_described() -> None:
    gallery = a_gallery(1, 2, 3)
    named = [a_picture(9, alt="New"), replace(a_picture(8, alt="Side"), image=image(3))]
    gallery.put(named, at=LATER)
    assert [(each.id, each.alt) for each in gallery.pictures] == [
        (9, "New"),
        (3, "Side"),
        (1, ""),
        (2, ""),
    ]
    events = gallery.collect_events()
    assert [type(each) for each in events] == [PictureAdded, PictureEdited, PicturesArranged]
    assert {each.occurred_at for each in events} == {LATER}


def test_undone_change_restores_pictures_texts_and_order() -> None:
    before = [a_picture(1, alt="Front"), a_picture(2), a_picture(3)]
    after = [a_picture(4), a_picture(3), a_picture(1, alt="Back")]
    gallery = ProductGallery(product_id=LAMP, pictures=after)
    gallery.undo(before, after, at=LATER)
    assert list(gallery.pictures) == before
    events = gallery.collect_events()
    assert {each.occurred_at for each in events} == {LATER}
    assert {type(each) for each in events} == {
        PictureRemoved,
        PictureEdited,
        PictureAdded,
        PicturesArranged,
    }


def test_undone_change_leaves_what_others_changed_since_then() -> None:
    before = [a_picture(1, alt="Front"), a_picture(2), a_picture(3)]
    after = [a_picture(3), a_picture(1, alt="Back"), a_picture(2)]
    # Others described 1, added 9, removed 3, and moved 2 to the start.
    now = [a_picture(2), a_picture(9), a_picture(1, alt="Lit")]
    gallery = ProductGallery(product_id=LAMP, pictures=now)
    gallery.undo(before, after, at=LATER)
    assert list(gallery.pictures) == now
    assert not gallery.has_changed


def test_undone_order_leaves_pictures_of_others_at_the_end() -> None:
    before = [a_picture(1), a_picture(2)]
    after = [a_picture(2), a_picture(1)]
    gallery = ProductGallery(product_id=LAMP, pictures=[a_picture(2), a_picture(9), a_picture(1)])
    gallery.undo(before, after, at=LATER)
    assert ids(gallery) == [1, 2, 9]


def test_undone_removal_leaves_an_order_of_others() -> None:
    gallery = a_gallery(3, 1)
    gallery.undo([a_picture(each) for each in (1, 2, 3)], [a_picture(1), a_picture(3)], at=LATER)
    assert ids(gallery) == [3, 2, 1]


def test_undone_change_does_not_add_an_image_that_is_there() -> None:
    again = Picture(id=PictureId(9), image=image(1))
    gallery = ProductGallery(product_id=LAMP, pictures=[a_picture(2), again])
    gallery.undo([a_picture(1), a_picture(2)], [a_picture(2)], at=LATER)
    assert ids(gallery) == [2, 9]


def test_several_pictures_are_not_cleared_by_clients_of_one_image() -> None:
    a_gallery().ensure_at_most_one()
    a_gallery(1).ensure_at_most_one()
    with pytest.raises(InvalidValue) as raised:
        a_gallery(1, 2).ensure_at_most_one()
    assert raised.value.field == "image"


def test_product_shows_the_first_picture() -> None:
    product = a_product(17, details(image=image(1)))
    product.collect_events()
    assert product.show_pictures([image(1), image(2)], at=LATER) is False
    assert product.show_pictures([image(2)], at=LATER) is True
    assert (product.details.image, product.updated_at) == (image(2), LATER)
    [event] = product.collect_events()
    assert isinstance(event, ProductEdited)
    assert (event.before, event.after) == ({"image": image(1)}, {"image": image(2)})
    assert product.show_pictures([], at=LATER) is True
    assert product.details.image is None


def test_variants_without_their_picture_show_that_of_the_product() -> None:
    product = a_product(17)
    size = an_option(100, "Size", "S", "M", "L")
    product.add_option(size, existing="S", at=NOON)
    _, medium, large = (value.id for value in size.values)
    shown = [
        a_variant(21, {size.id: medium}, variant_details(image=image(1))),
        a_variant(22, {size.id: large}, variant_details(image=image(2))),
    ]
    product.add_variants(shown, at=NOON)
    product.archive_variant(VariantId(21), at=NOON)
    product.collect_events()
    assert product.show_pictures([image(2)], at=LATER) is True
    assert product.variant(VariantId(21)).details.image is None
    assert product.variant(VariantId(22)).details.image == image(2)
    edited = [each for each in product.collect_events() if isinstance(each, VariantEdited)]
    assert [(event.variant_id, event.occurred_at) for event in edited] == [(21, LATER)]


def test_only_a_variant_loses_its_picture() -> None:
    product = a_product(17, details(image=image(1)))
    product.edit_variants({VariantId(17): variant_details(image=image(2))}, at=NOON)
    assert product.show_pictures([image(1)], at=LATER) is True
    assert product.default_variant.details.image is None


def test_picture_is_shown_in_exactly_these_variants() -> None:
    product = a_product(17)
    size = an_option(100, "Size", "S", "M")
    product.add_option(size, existing="S", at=NOON)
    product.add_variants([a_variant(21, {size.id: size.values[1].id})], at=NOON)
    assert product.show_in_variants(image(1), [VariantId(17), VariantId(21)], at=NOON) is True
    assert product.show_in_variants(image(1), [VariantId(21)], at=LATER) is True
    assert product.updated_at == LATER
    assert product.show_in_variants(image(1), [VariantId(21)], at=NOON) is False
    assert product.variant(VariantId(17)).details.image is None
    assert product.variant(VariantId(21)).details.image == image(1)
    product.archive_variant(VariantId(21), at=NOON)
    with pytest.raises(VariantNotFound):
        product.show_in_variants(image(1), [VariantId(21)], at=NOON)
    with pytest.raises(VariantNotFound):
        product.show_in_variants(image(1), [VariantId(404)], at=NOON)
