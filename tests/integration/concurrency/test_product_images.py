"""Races over product images: stale versions are refused, other edits are kept."""

from functools import partial
from threading import Barrier

from novacart.adapters.imaging.image_processor import PillowImageProcessor
from novacart.application.authorization.actor import SYSTEM
from novacart.application.catalog.add_picture import AddPicture, AddPictureCommand
from novacart.application.catalog.edit_pictures import EditPictures, EditPicturesCommand
from novacart.application.catalog.edit_product import EditProduct, EditProductCommand
from novacart.application.catalog.policy import CatalogPolicy
from novacart.application.catalog.upload_product_image import (
    UploadProductImage,
    UploadProductImageCommand,
)
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.catalog.errors import CatalogLimitReached, StaleVersion
from novacart.domain.catalog.gallery import ProductGallery
from novacart.domain.catalog.picture import MAX_PICTURES, Picture
from novacart.domain.catalog.product import Product
from novacart.domain.shared.ids import PictureId, ProductId
from tests.fakes.images import FakeImageStore
from tests.support.builders.catalog import NOON, a_product, add_product, details
from tests.support.clock import SetClock
from tests.support.images import image_bytes
from tests.support.races import errors_of, run_concurrently

LAMP = ProductId(17)


class BarrierImageStore(FakeImageStore):
    """Returns no reference before all `parties` have stored their image."""

    def __init__(self, parties: int) -> None:
        super().__init__()
        self._barrier = Barrier(parties)

    def put(self, content: bytes, *, name: str, content_type: str) -> str:
        reference = super().put(content, name=name, content_type=content_type)
        self._barrier.wait(30)
        return reference


def upload_use_case(begin: UnitOfWorkFactory, parties: int) -> UploadProductImage:
    add_product(begin, a_product(LAMP))
    return UploadProductImage(
        begin=begin,
        clock=SetClock(),
        processor=PillowImageProcessor(),
        images=BarrierImageStore(parties),
    )


def stored_lamp(begin: UnitOfWorkFactory) -> Product:
    with begin() as work:
        return work.products.get(LAMP)


def test_second_of_two_uploads_for_one_version_raises_stale_version(
    begin: UnitOfWorkFactory,
) -> None:
    upload = upload_use_case(begin, 2)

    def replace(colour: str) -> str:
        command = UploadProductImageCommand(
            actor=SYSTEM, product_id=LAMP, content=image_bytes(colour), expected_version=1
        )
        return upload(command)

    outcomes = run_concurrently([lambda: replace("teal"), lambda: replace("red")])
    [error] = errors_of(outcomes)
    assert isinstance(error, StaleVersion)
    [reference] = [outcome for outcome in outcomes if outcome is not error]
    assert (stored_lamp(begin).details.image, stored_lamp(begin).version) == (reference, 2)


def test_naive_version_check_before_the_upload_lets_both_through(
    begin: UnitOfWorkFactory,
) -> None:
    """Negative control: check the version before the upload, not when it is saved."""
    upload = upload_use_case(begin, 2)
    read = Barrier(2)

    def naive(colour: str) -> str:
        stale = stored_lamp(begin).version != 1
        read.wait(30)
        if stale:
            raise StaleVersion
        return upload(
            UploadProductImageCommand(actor=SYSTEM, product_id=LAMP, content=image_bytes(colour))
        )

    outcomes = run_concurrently([lambda: naive("teal"), lambda: naive("red")])
    assert errors_of(outcomes) == []
    assert stored_lamp(begin).version == 3


def test_concurrent_image_and_text_edits_are_all_kept(begin: UnitOfWorkFactory) -> None:
    uploads = 4
    upload = upload_use_case(begin, uploads)
    edit = EditProduct(begin=begin, clock=SetClock(), policy=CatalogPolicy(currency="INR"))

    def upload_image(number: int) -> None:
        upload(
            UploadProductImageCommand(
                actor=SYSTEM, product_id=LAMP, content=image_bytes(size=(20 + number, 20))
            )
        )

    def edit_text(number: int) -> None:
        changes = {"author": "Noor"} if number % 2 else {"subtitle": "Brass"}
        edit(EditProductCommand(actor=SYSTEM, product_id=LAMP, changes=changes))

    calls = [partial(act, number) for number in range(uploads) for act in (upload_image, edit_text)]
    assert errors_of(run_concurrently(calls)) == []
    product = stored_lamp(begin)
    assert (product.details.subtitle, product.details.author) == ("Brass", "Noor")
    assert product.details.image is not None
    # Each image is a change; of equal texts only the first is.
    assert product.version == 1 + uploads + 2


def test_concurrent_additions_do_not_exceed_the_limit(begin: UnitOfWorkFactory) -> None:
    add, before = _nearly_full(begin, additions=4)
    command = AddPictureCommand(actor=SYSTEM, product_id=LAMP, content=image_bytes())
    outcomes = run_concurrently([lambda: add(command)] * 4)
    assert len(errors_of(outcomes)) == 3
    assert all(isinstance(error, CatalogLimitReached) for error in errors_of(outcomes))
    with begin() as work:
        images = work.galleries.get(LAMP).images
    assert len(images) == MAX_PICTURES
    assert set(before) < set(images)


def test_naive_limit_before_the_upload_is_exceeded(begin: UnitOfWorkFactory) -> None:
    """Negative control: check the limit before the upload, not when the picture is added."""
    _nearly_full(begin, additions=4)
    read = Barrier(4)

    def naive(number: int) -> None:
        with begin() as work:
            work.galleries.get(LAMP).ensure_room()
        read.wait(30)
        picture = Picture(id=PictureId(9000 + number), image=f"/media/{number}.webp")
        with begin() as work:
            # As a repository without locks and versions would.
            work.galleries.add_all([ProductGallery(product_id=LAMP, pictures=[picture])])
            work.commit()

    assert errors_of(run_concurrently([partial(naive, number) for number in range(4)])) == []
    with begin() as work:
        assert len(work.galleries.get(LAMP).images) == MAX_PICTURES + 3


def test_second_of_two_orders_of_one_version_is_refused(begin: UnitOfWorkFactory) -> None:
    _nearly_full(begin, additions=1)
    with begin() as work:
        gallery = work.galleries.get(LAMP)
    ids = [picture.id for picture in gallery.pictures]
    edit = EditPictures(begin=begin, clock=SetClock())

    def arrange(order: list[PictureId]) -> None:
        edit(
            EditPicturesCommand(
                actor=SYSTEM, product_id=LAMP, order=order, expected_version=gallery.version
            )
        )

    outcomes = run_concurrently([lambda: arrange(ids[::-1]), lambda: arrange([*ids[1:], ids[0]])])
    [error] = errors_of(outcomes)
    assert isinstance(error, StaleVersion)
    with begin() as work:
        product, saved = work.products.get(LAMP), work.galleries.get(LAMP)
    assert saved.version == gallery.version + 1
    assert product.details.image == saved.images[0]


def _nearly_full(begin: UnitOfWorkFactory, *, additions: int) -> tuple[AddPicture, list[str]]:
    """A lamp with room for one picture, whose images are returned."""
    images = [f"/media/lamp-{number}.webp" for number in range(1, MAX_PICTURES)]
    add_product(begin, a_product(LAMP, details(image=images[0])))
    with begin() as work:
        gallery = work.galleries.get(LAMP)
        for picture_id, image in zip(work.ids.take(len(images) - 1), images[1:], strict=True):
            gallery.add(Picture(id=PictureId(picture_id), image=image), at=NOON)
        work.galleries.save(gallery)
        work.commit()
    add = AddPicture(
        begin=begin,
        clock=SetClock(),
        processor=PillowImageProcessor(),
        images=BarrierImageStore(additions),
    )
    return add, images
