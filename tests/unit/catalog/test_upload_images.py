"""What happens to a picture that staff upload, on memory alone."""

from collections.abc import Callable
from threading import Thread

import pytest

from novacart.adapters.imaging.image_processor import PillowImageProcessor
from novacart.application.catalog.upload_category_image import (
    CategoryImage,
    UploadCategoryImage,
    UploadCategoryImageCommand,
)
from novacart.application.catalog.upload_product_image import (
    UploadProductImage,
    UploadProductImageCommand,
)
from novacart.application.ports.errors import Unavailable
from novacart.application.ports.image_processor import ImageProcessor, PreparedImage
from novacart.application.ports.image_store import ImageStore
from novacart.domain.catalog.category import Category
from novacart.domain.catalog.errors import CategoryNotFound, ProductNotFound, StaleVersion
from novacart.domain.catalog.events import CategoryEdited, ProductEdited
from novacart.domain.catalog.product import Product
from novacart.domain.shared.errors import InvalidValue
from novacart.domain.shared.ids import CategoryId, ProductId
from tests.fakes.images import FakeImageStore
from tests.fakes.store import FakeStore
from tests.fakes.unit_of_work import FakeUnitOfWorkFactory
from tests.support.builders.catalog import a_category, a_product, details, opened, stocked
from tests.support.clock import SetClock
from tests.support.images import picture, size_of

OLD = "https://images.test/v0/products/17.webp"
LAMP = ProductId(17)
BOOKS = CategoryId(7)


class BrokenImageStore:
    """It is out of reach."""

    def put(self, content: bytes, *, name: str, content_type: str) -> str:
        raise Unavailable(f"{name} of {len(content)} bytes ({content_type}) was not stored")


class BusyImageStore(FakeImageStore):
    """While it stores a picture, somebody else does `meanwhile`, and may wait so long for it."""

    def __init__(self, meanwhile: Callable[[], None], *, patience: float = 30.0) -> None:
        super().__init__()
        self._meanwhile = meanwhile
        self._patience = patience

    def put(self, content: bytes, *, name: str, content_type: str) -> str:
        somebody = Thread(target=self._meanwhile)
        somebody.start()
        somebody.join(self._patience)
        if somebody.is_alive():
            raise TimeoutError("somebody else was kept waiting")
        return super().put(content, name=name, content_type=content_type)


class UntouchedProcessor:
    """Whoever decodes a picture in vain is told so."""

    def prepare(self, content: bytes) -> PreparedImage:
        message = f"{len(content)} bytes were to be decoded for nothing"
        raise AssertionError(message)


@pytest.fixture
def store() -> FakeStore:
    return FakeStore()


@pytest.fixture
def begin(store: FakeStore) -> FakeUnitOfWorkFactory:
    factory = FakeUnitOfWorkFactory(store)
    stocked(factory, a_product(LAMP, details(image=OLD)))
    opened(factory, a_category(BOOKS, "books"))
    store.events.clear()
    return factory


@pytest.fixture
def images() -> FakeImageStore:
    return FakeImageStore()


def uploading(
    begin: FakeUnitOfWorkFactory,
    images: ImageStore,
    processor: ImageProcessor | None = None,
    clock: SetClock | None = None,
) -> UploadProductImage:
    return UploadProductImage(
        begin=begin,
        clock=clock or SetClock(),
        processor=processor or PillowImageProcessor(),
        images=images,
    )


def lamp(begin: FakeUnitOfWorkFactory) -> Product:
    with begin() as work:
        return work.products.get(LAMP)


def books(begin: FakeUnitOfWorkFactory) -> Category:
    with begin() as work:
        return work.categories.get(BOOKS)


def change_title(begin: FakeUnitOfWorkFactory) -> None:
    with begin() as work:
        product = work.products.get_for_update(LAMP)
        product.edit(details(title="Copper lamp", image=OLD), at=SetClock().now())
        work.products.save(product)
        work.commit()


def archive(begin: FakeUnitOfWorkFactory) -> None:
    with begin() as work:
        product = work.products.get_for_update(LAMP)
        product.archive(at=SetClock().now())
        work.products.save(product)
        work.commit()


def test_a_product_shows_what_was_uploaded(
    begin: FakeUnitOfWorkFactory, images: FakeImageStore
) -> None:
    clock = SetClock()
    reference = uploading(begin, images, clock=clock)(
        UploadProductImageCommand(product_id=LAMP, content=picture(kind="JPEG"))
    )
    product = lamp(begin)
    assert (product.image, product.version, product.updated_at) == (reference, 2, clock.now())
    assert "products/17." in reference
    assert size_of(images.pictures[reference]) == (64, 48)


def test_what_is_stored_is_made_anew(begin: FakeUnitOfWorkFactory, images: FakeImageStore) -> None:
    polyglot = picture(kind="PNG") + b"<script>alert(1)</script>"
    reference = uploading(begin, images)(
        UploadProductImageCommand(product_id=LAMP, content=polyglot)
    )
    assert b"script" not in images.pictures[reference]


def test_the_change_is_told_with_both_pictures(
    begin: FakeUnitOfWorkFactory, images: FakeImageStore, store: FakeStore
) -> None:
    reference = uploading(begin, images)(
        UploadProductImageCommand(product_id=LAMP, content=picture())
    )
    [event] = store.events
    assert isinstance(event, ProductEdited)
    assert (event.before, event.after) == ({"image": OLD}, {"image": reference})


def test_an_upload_that_fails_half_way_leaves_the_old_picture(
    begin: FakeUnitOfWorkFactory, store: FakeStore
) -> None:
    with pytest.raises(Unavailable):
        uploading(begin, BrokenImageStore())(
            UploadProductImageCommand(product_id=LAMP, content=picture())
        )
    assert (lamp(begin).image, lamp(begin).version) == (OLD, 1)
    assert store.events == []


def test_what_is_no_picture_is_never_stored(
    begin: FakeUnitOfWorkFactory, images: FakeImageStore
) -> None:
    with pytest.raises(InvalidValue) as refused:
        uploading(begin, images)(UploadProductImageCommand(product_id=LAMP, content=b"<svg/>"))
    assert refused.value.field == "image"
    assert (lamp(begin).image, images.pictures) == (OLD, {})


def test_a_product_that_is_not_there_costs_no_work(
    begin: FakeUnitOfWorkFactory, images: FakeImageStore
) -> None:
    upload = uploading(begin, images, UntouchedProcessor())
    with pytest.raises(ProductNotFound):
        upload(UploadProductImageCommand(product_id=ProductId(404), content=picture()))
    archive(begin)
    with pytest.raises(ProductNotFound):
        upload(UploadProductImageCommand(product_id=LAMP, content=picture()))


def test_an_old_version_costs_no_work(begin: FakeUnitOfWorkFactory, images: FakeImageStore) -> None:
    upload = uploading(begin, images, UntouchedProcessor())
    with pytest.raises(StaleVersion):
        upload(UploadProductImageCommand(product_id=LAMP, content=picture(), expected_version=7))


def test_the_version_that_was_read_may_be_insisted_on(
    begin: FakeUnitOfWorkFactory, images: FakeImageStore
) -> None:
    command = UploadProductImageCommand(product_id=LAMP, content=picture(), expected_version=1)
    assert uploading(begin, images)(command) == lamp(begin).image


def test_no_transaction_is_open_while_a_picture_is_stored(
    begin: FakeUnitOfWorkFactory,
) -> None:
    """Somebody else changes the title meanwhile: neither change is lost."""
    images = BusyImageStore(lambda: change_title(begin))
    reference = uploading(begin, images)(
        UploadProductImageCommand(product_id=LAMP, content=picture())
    )
    assert (lamp(begin).title, lamp(begin).image) == ("Copper lamp", reference)


def test_a_transaction_around_the_store_would_be_noticed(begin: FakeUnitOfWorkFactory) -> None:
    """The negative control of the test above."""
    images = BusyImageStore(lambda: change_title(begin), patience=0.1)
    with begin(), pytest.raises(TimeoutError):
        images.put(picture(), name="products/17", content_type="image/webp")


def test_an_edit_during_an_upload_makes_the_version_an_old_one(
    begin: FakeUnitOfWorkFactory,
) -> None:
    images = BusyImageStore(lambda: change_title(begin))
    command = UploadProductImageCommand(product_id=LAMP, content=picture(), expected_version=1)
    with pytest.raises(StaleVersion):
        uploading(begin, images)(command)
    assert lamp(begin).image == OLD


def test_a_product_archived_during_an_upload_is_gone(begin: FakeUnitOfWorkFactory) -> None:
    images = BusyImageStore(lambda: archive(begin))
    with pytest.raises(ProductNotFound):
        uploading(begin, images)(UploadProductImageCommand(product_id=LAMP, content=picture()))
    assert lamp(begin).image == OLD


def test_a_command_does_not_show_the_picture_in_a_log() -> None:
    assert "RIFF" not in repr(UploadProductImageCommand(product_id=LAMP, content=picture()))


def uploading_category(
    begin: FakeUnitOfWorkFactory, images: ImageStore, processor: ImageProcessor | None = None
) -> UploadCategoryImage:
    return UploadCategoryImage(
        begin=begin,
        clock=SetClock(),
        processor=processor or PillowImageProcessor(),
        images=images,
    )


@pytest.mark.parametrize("place", CategoryImage)
def test_a_category_shows_what_was_uploaded_in_that_place_alone(
    begin: FakeUnitOfWorkFactory,
    images: FakeImageStore,
    store: FakeStore,
    place: CategoryImage,
) -> None:
    before = books(begin).details.plain()
    reference = uploading_category(begin, images)(
        UploadCategoryImageCommand(category_id=BOOKS, place=place, content=picture(kind="PNG"))
    )
    assert books(begin).details.plain() == before | {place.value: reference}
    assert f"categories/7/{place.replace('_', '-')}." in reference
    [event] = store.events
    assert isinstance(event, CategoryEdited)
    assert event.after == {place.value: reference}


def test_a_category_keeps_its_picture_when_an_upload_fails(
    begin: FakeUnitOfWorkFactory, store: FakeStore
) -> None:
    before = books(begin).details
    command = UploadCategoryImageCommand(
        category_id=BOOKS, place=CategoryImage.MOBILE, content=picture()
    )
    with pytest.raises(Unavailable):
        uploading_category(begin, BrokenImageStore())(command)
    assert (books(begin).details, store.events) == (before, [])


@pytest.mark.parametrize(
    ("category_id", "version", "refusal"),
    [(404, None, CategoryNotFound), (BOOKS, 9, StaleVersion)],
)
def test_a_category_that_is_not_that_one_costs_no_work(
    begin: FakeUnitOfWorkFactory,
    images: FakeImageStore,
    category_id: int,
    version: int | None,
    refusal: type[Exception],
) -> None:
    command = UploadCategoryImageCommand(
        category_id=CategoryId(category_id),
        place=CategoryImage.DESKTOP,
        content=picture(),
        expected_version=version,
    )
    with pytest.raises(refusal):
        uploading_category(begin, images, UntouchedProcessor())(command)


def test_the_places_are_those_that_a_category_has() -> None:
    pictures = {name for name in a_category(7, "books").details.plain() if "image" in name}
    assert {place.value for place in CategoryImage} == pictures
