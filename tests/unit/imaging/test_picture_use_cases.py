from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from novacart.adapters.imaging.image_processor import PillowImageProcessor
from novacart.application.authorization.actor import SYSTEM, Actor, PermissionDenied
from novacart.application.catalog.add_picture import AddPicture, AddPictureCommand
from novacart.application.catalog.add_product import AddProductCommand
from novacart.application.catalog.add_variants import AddVariantCommand
from novacart.application.catalog.edit_pictures import (
    EditPictures,
    EditPicturesCommand,
    RemovePicture,
    RemovePictureCommand,
)
from novacart.application.catalog.edit_product import EditProductCommand
from novacart.application.catalog.edit_variants import EditVariantsCommand, VariantEdit
from novacart.application.catalog.import_products import ImportProductsCommand
from novacart.application.catalog.import_rows import NumberedRow, ProductRows
from novacart.application.catalog.product_rows import GENERIC
from novacart.application.catalog.remove_unused_images import RemoveUnusedImages
from novacart.application.catalog.upload_product_image import (
    UploadProductImage,
    UploadProductImageCommand,
)
from novacart.application.ports.errors import Unavailable
from novacart.domain.accounts.role import Role
from novacart.domain.catalog.errors import (
    CatalogLimitReached,
    PictureNotFound,
    ProductNotFound,
    StaleVersion,
    VariantNotFound,
)
from novacart.domain.catalog.gallery import ProductGallery
from novacart.domain.catalog.picture import MAX_PICTURES
from novacart.domain.catalog.product import Product
from novacart.domain.shared.errors import InvalidValue
from novacart.domain.shared.ids import PictureId, ProductId, UserId, VariantId
from tests.fakes.galleries import FakeShownImages
from tests.fakes.images import FakeImageStore
from tests.support.builders.catalog import (
    a_category,
    a_product,
    a_variant,
    add_categories,
    add_product,
    an_option,
    details,
    variant_details,
)
from tests.support.catalog_fixture import CatalogFixture
from tests.support.images import image_bytes

LAMP = ProductId(5017)
MEDIUM = VariantId(5021)
SIZE = an_option(5100, "Size", "S", "M", "L")
CUSTOMER = Actor(user_id=UserId(1), role=Role.CUSTOMER)
ELSEWHERE = "https://elsewhere.test/lamp.jpg"


class BrokenImageStore(FakeImageStore):
    """Stores images, and then fails."""

    def put(self, content: bytes, *, name: str, content_type: str) -> str:
        super().put(content, name=name, content_type=content_type)
        raise Unavailable("no response")


@dataclass
class Shop(CatalogFixture):
    """A lamp in two sizes, without pictures."""

    images: FakeImageStore = field(default_factory=FakeImageStore)

    def __post_init__(self) -> None:
        CatalogFixture.__init__(self)
        lamp = a_product(LAMP)
        lamp.add_option(SIZE, existing="S", at=self.clock.now())
        lamp.add_variants([a_variant(MEDIUM, {SIZE.id: SIZE.values[1].id})], at=self.clock.now())
        add_product(self.begin, lamp)

    @property
    def uploads(self) -> dict[str, Any]:
        return {
            "begin": self.begin,
            "clock": self.clock,
            "processor": PillowImageProcessor(),
            "images": self.images,
        }

    def add(self, **changes: Any) -> PictureId:  # noqa: ANN401 (fields of the command)
        command = {"actor": SYSTEM, "product_id": LAMP, "content": image_bytes(), **changes}
        return AddPicture(**self.uploads)(AddPictureCommand(**command))

    def edit(self, **changes: Any) -> None:  # noqa: ANN401 (fields of the command)
        command = {"actor": SYSTEM, "product_id": LAMP, **changes}
        EditPictures(begin=self.begin, clock=self.clock)(EditPicturesCommand(**command))

    def remove(self, picture_id: int, **changes: Any) -> None:  # noqa: ANN401 (fields of the command)
        command = {"actor": SYSTEM, "product_id": LAMP, **changes}
        RemovePicture(begin=self.begin, clock=self.clock)(
            RemovePictureCommand(picture_id=PictureId(picture_id), **command)
        )

    def remove_unused(self) -> int:
        return RemoveUnusedImages(
            begin=self.begin,
            clock=self.clock,
            images=self.images,
            shown=FakeShownImages(self.store),
        )()

    def lamp(self) -> Product:
        with self.begin() as work:
            return work.products.get(LAMP)

    def gallery(self, product_id: ProductId = LAMP) -> ProductGallery:
        with self.begin() as work:
            return work.galleries.get(product_id)

    def ids(self) -> list[PictureId]:
        return [picture.id for picture in self.gallery().pictures]

    def variant_images(self) -> list[str | None]:
        return [variant.details.image for variant in self.lamp().variants]


@pytest.fixture
def shop() -> Shop:
    return Shop()


@pytest.mark.slow
def test_first_picture_is_the_image_of_the_product(shop: Shop) -> None:
    first = shop.add(alt="Front", content=image_bytes(size=(1600, 800)))
    second = shop.add()
    [front, _] = shop.gallery().pictures
    assert shop.ids() == [first, second]
    assert (front.alt, front.width, front.height) == ("Front", 1600, 800)
    assert [each.width for each in front.smaller] == [400, 1200]
    assert shop.lamp().details.image == front.image
    assert f"products/{LAMP}/{first}-" in front.image


def test_only_another_first_picture_changes_the_version_of_the_product(shop: Shop) -> None:
    first = shop.add()
    version = shop.lamp().version
    second = shop.add(alt="Side")
    shop.edit(alts={second: "Left side"})
    assert shop.lamp().version == version
    shop.edit(order=[second, first])
    assert shop.lamp().version == version + 1
    assert shop.lamp().details.image == shop.gallery().images[0]


def test_picture_is_added_before_a_position_and_shown_in_variants(shop: Shop) -> None:
    last = shop.add()
    first = shop.add(position=0, variant_ids=[MEDIUM])
    assert shop.ids() == [first, last]
    assert shop.variant_images() == [None, shop.gallery().images[0]]


def test_picture_of_the_same_source_is_added_once(shop: Shop) -> None:
    first = shop.add(source=ELSEWHERE)
    assert shop.add(source=ELSEWHERE, content=image_bytes("red")) == first
    assert shop.ids() == [first]
    assert len(shop.images.stored) == 1


def test_image_elsewhere_is_replaced_by_the_stored_image(shop: Shop) -> None:
    product = EditProductCommand(actor=SYSTEM, product_id=LAMP, changes={"image": ELSEWHERE})
    shop.edit_product(product)
    [old] = shop.ids()
    shop.edit(alts={old: "Front"}, variants={old: [MEDIUM]})
    other = shop.add()
    new = shop.add(source=ELSEWHERE)
    [front, _] = shop.gallery().pictures
    assert shop.ids() == [new, other]
    assert (front.alt, front.source, front.width) == ("Front", ELSEWHERE, 64)
    assert shop.lamp().details.image == front.image
    assert shop.variant_images() == [None, front.image]


@pytest.mark.slow
def test_number_of_pictures_is_checked_before_an_image_is_processed(shop: Shop) -> None:
    for number in range(MAX_PICTURES):
        shop.add(content=image_bytes(size=(20 + number, 20)))
    stored = dict(shop.images.stored)
    with pytest.raises(CatalogLimitReached):
        shop.add(content=b"not an image")
    assert (len(shop.ids()), shop.images.stored) == (MAX_PICTURES, stored)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"product_id": ProductId(404)}, ProductNotFound),
        ({"expected_version": 7}, StaleVersion),
        ({"alt": "a" * 501}, InvalidValue),
        ({"content": b"<svg/>"}, InvalidValue),
        ({"variant_ids": [VariantId(404)]}, VariantNotFound),
        ({"actor": CUSTOMER}, PermissionDenied),
    ],
)
def test_rejected_picture_is_not_shown(
    shop: Shop, changes: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        shop.add(**changes)
    assert (shop.ids(), shop.lamp().details.image) == ([], None)


def test_upload_that_fails_half_way_leaves_no_file(shop: Shop) -> None:
    kept = shop.add()
    stored = dict(shop.images.stored)
    working, shop.images = shop.images, BrokenImageStore()
    with pytest.raises(Unavailable):
        shop.add(content=image_bytes("red"))
    assert (shop.ids(), len(shop.images.stored)) == ([kept], 1)
    assert shop.remove_unused() == 0
    shop.clock.move(days=1)
    assert shop.remove_unused() == 1
    assert (shop.images.stored, working.stored) == ({}, stored)


def test_upload_of_a_stale_version_leaves_no_file(shop: Shop) -> None:
    with pytest.raises(VariantNotFound):
        shop.add(variant_ids=[VariantId(404)])
    assert len(shop.images.stored) == 1
    shop.clock.move(days=1)
    assert shop.remove_unused() == 1
    assert shop.images.stored == {}


def test_completed_upload_stays(shop: Shop) -> None:
    shop.add()
    shop.clock.move(days=1)
    assert shop.remove_unused() == 0
    assert len(shop.images.stored) == 1


def test_removed_picture_is_removed_from_the_store_later(shop: Shop) -> None:
    first, second = shop.add(variant_ids=[MEDIUM]), shop.add(content=image_bytes("red"))
    shop.remove(first, expected_version=shop.gallery().version)
    assert shop.ids() == [second]
    assert shop.lamp().details.image == shop.gallery().images[0]
    assert shop.variant_images() == [None, None]
    assert shop.remove_unused() == 0
    shop.clock.move(days=1)
    assert shop.remove_unused() == 1
    assert list(shop.images.stored) == shop.gallery().images


def test_image_that_another_product_or_a_category_shows_is_kept(shop: Shop) -> None:
    pictures = [shop.add(), shop.add(content=image_bytes("red")), shop.add()]
    first, second, third = shop.gallery().images
    add_product(shop.begin, a_product(5099, details(image=first)))
    category = a_category(9, "lamps")
    category.edit(replace(category.details, image=second), at=shop.clock.now())
    add_categories(shop.begin, category)
    for picture in pictures:
        shop.remove(picture)
    shop.clock.move(days=1)
    shop.remove_unused()
    assert first in shop.images.stored
    assert second in shop.images.stored
    assert third not in shop.images.stored


def test_image_elsewhere_is_left_alone(shop: Shop) -> None:
    shop.edit_product(
        EditProductCommand(actor=SYSTEM, product_id=LAMP, changes={"image": ELSEWHERE})
    )
    shop.remove(shop.ids()[0])
    shop.clock.move(days=1)
    assert shop.remove_unused() == 0


def test_texts_variants_and_order_are_edited_together_or_not_at_all(shop: Shop) -> None:
    first, second = shop.add(), shop.add()
    version = shop.gallery().version
    with pytest.raises(VariantNotFound):
        shop.edit(alts={first: "A"}, order=[second, first], variants={first: [VariantId(404)]})
    assert (shop.ids(), shop.gallery().version) == ([first, second], version)
    shop.edit(alts={first: "A"}, order=[second, first], variants={first: [MEDIUM]})
    assert shop.ids() == [second, first]
    assert shop.gallery().picture(first).alt == "A"
    assert shop.variant_images() == [None, shop.gallery().picture(first).image]


def test_edit_without_changes_changes_no_version(shop: Shop) -> None:
    first = shop.add(alt="A", variant_ids=[MEDIUM])
    versions = (shop.gallery().version, shop.lamp().version)
    shop.edit(alts={first: "A"}, order=[first], variants={first: [MEDIUM]})
    assert (shop.gallery().version, shop.lamp().version) == versions


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (lambda shop: shop.edit(alts={PictureId(404): ""}), PictureNotFound),
        (lambda shop: shop.edit(variants={PictureId(404): []}), PictureNotFound),
        (lambda shop: shop.edit(order=[]), InvalidValue),
        (lambda shop: shop.edit(expected_version=9), StaleVersion),
        (lambda shop: shop.edit(actor=CUSTOMER), PermissionDenied),
        (lambda shop: shop.edit(product_id=ProductId(404)), ProductNotFound),
        (lambda shop: shop.remove(404), PictureNotFound),
        (lambda shop: shop.remove(1, expected_version=9), StaleVersion),
        (lambda shop: shop.remove(1, actor=CUSTOMER), PermissionDenied),
        (lambda shop: shop.remove(1, product_id=ProductId(404)), ProductNotFound),
    ],
)
def test_rejected_edit_changes_nothing(
    shop: Shop, change: Callable[[Shop], None], error: type[Exception]
) -> None:
    shop.add()
    before = shop.gallery().pictures
    with pytest.raises(error):
        change(shop)
    assert shop.gallery().pictures == before


def test_uploaded_image_of_the_product_replaces_the_first_picture(shop: Shop) -> None:
    shop.add(alt="Old")
    second = shop.add()
    reference = UploadProductImage(**shop.uploads)(
        UploadProductImageCommand(actor=SYSTEM, product_id=LAMP, content=image_bytes("red"))
    )
    pictures = shop.gallery().pictures
    assert (pictures[0].image, pictures[0].alt, pictures[1].id) == (reference, "", second)
    assert shop.lamp().details.image == reference


def test_new_product_has_its_image_as_first_picture(shop: Shop) -> None:
    product_id = shop.add_product(AddProductCommand(actor=SYSTEM, details=details(image=ELSEWHERE)))
    assert shop.gallery(product_id).images == [ELSEWHERE]
    without = shop.add_product(AddProductCommand(actor=SYSTEM, details=details()))
    assert shop.gallery(without).images == []


def change_image(shop: Shop, image: str | None) -> None:
    shop.edit_product(EditProductCommand(actor=SYSTEM, product_id=LAMP, changes={"image": image}))


def test_edited_image_of_the_product_is_shown_first(shop: Shop) -> None:
    change_image(shop, ELSEWHERE)
    assert shop.gallery().images == [ELSEWHERE]
    shop.add()
    [_, second] = shop.gallery().images
    change_image(shop, second)
    assert shop.gallery().images == [second, ELSEWHERE]
    change_image(shop, "/media/new.webp")
    assert shop.gallery().images == ["/media/new.webp", ELSEWHERE]
    with pytest.raises(InvalidValue):
        change_image(shop, None)
    assert shop.lamp().details.image == "/media/new.webp"


def test_only_image_of_a_product_is_cleared(shop: Shop) -> None:
    change_image(shop, ELSEWHERE)
    change_image(shop, None)
    assert (shop.gallery().images, shop.lamp().details.image) == ([], None)


def test_images_of_variants_become_pictures(shop: Shop) -> None:
    first = shop.add()
    shop.edit_variants(
        EditVariantsCommand(
            actor=SYSTEM,
            edits=[VariantEdit(variant_id=MEDIUM, changes={"image": ELSEWHERE})],
        )
    )
    shop.add_variant(
        AddVariantCommand(
            actor=SYSTEM,
            product_id=LAMP,
            details=variant_details(image="/media/large.webp"),
            values={SIZE.id: SIZE.values[2].id},
        )
    )
    image = shop.gallery().picture(first).image
    assert shop.gallery().images == [image, ELSEWHERE, "/media/large.webp"]
    assert shop.lamp().details.image == image


def import_rows(shop: Shop, *rows: dict[str, str]) -> list[str]:
    numbered = [NumberedRow(line=line, row=row) for line, row in enumerate(rows, 1)]
    file = ProductRows(source=GENERIC, rows=numbered, total=len(rows))
    report = shop.import_products(ImportProductsCommand(actor=SYSTEM, file=file))
    return [rejected.reason for rejected in report.rejected]


def test_imported_image_is_the_first_picture(shop: Shop) -> None:
    row = {"sku": "K-1", "title": "Kettle", "price": "10.00", "image": ELSEWHERE}
    assert import_rows(shop, row) == []
    [kettle] = [each for each in shop.store.products.values() if each.details.sku == "K-1"]
    assert shop.gallery(kettle.id).images == [ELSEWHERE]
    shop.add(product_id=kettle.id)
    images = shop.gallery(kettle.id).images
    assert import_rows(shop, row) == []
    assert shop.gallery(kettle.id).images == images
    assert import_rows(shop, {"sku": "K-1", "image": "/media/new.webp"}) == []
    assert shop.gallery(kettle.id).images == ["/media/new.webp", images[1]]
    [reason] = import_rows(shop, {"sku": "K-1", "image": ""})
    assert "several pictures" in reason
    assert shop.gallery(kettle.id).images == ["/media/new.webp", images[1]]


def test_rows_of_one_new_product_share_its_gallery(shop: Shop) -> None:
    row = {"sku": "K-1", "title": "Kettle", "price": "10.00"}
    assert import_rows(shop, row, {**row, "image": "/b.webp"}, {**row, "image": "/b.webp"}) == []
    [kettle] = [each for each in shop.store.products.values() if each.details.sku == "K-1"]
    assert (kettle.details.image, shop.gallery(kettle.id).images) == ("/b.webp", ["/b.webp"])
