from collections.abc import Callable
from threading import Thread

import pytest

from novacart.adapters.imaging.image_processor import PillowImageProcessor
from novacart.application.authorization.actor import SYSTEM
from novacart.application.catalog.image_uploads import REMOVAL_DELAY
from novacart.application.catalog.upload_category_image import (
    UploadCategoryImage,
    UploadCategoryImageCommand,
)
from novacart.application.catalog.upload_product_image import (
    UploadProductImage,
    UploadProductImageCommand,
)
from novacart.application.ports.errors import Unavailable
from novacart.application.ports.image_processor import ImageProcessor, PreparedImage
from novacart.application.ports.image_removals import ImageRemoval
from novacart.application.ports.image_store import ImageStore
from novacart.domain.catalog.category import Category
from novacart.domain.catalog.category_details import CategoryImage
from novacart.domain.catalog.errors import CategoryNotFound, ProductNotFound, StaleVersion
from novacart.domain.catalog.events import CategoryEdited, ProductEdited
from novacart.domain.catalog.product import Product
from novacart.domain.shared.errors import InvalidValue
from novacart.domain.shared.ids import CategoryId, ProductId
from tests.fakes.images import FakeImageStore
from tests.fakes.store import FakeStore
from tests.fakes.unit_of_work import FakeUnitOfWorkFactory
from tests.support.builders.catalog import (
    a_category,
    a_product,
    add_categories,
    add_product,
    details,
)
from tests.support.clock import SetClock
from tests.support.images import image_bytes, size_of

OLD = "https://images.test/v0/products/17.webp"
LAMP = ProductId(17)
BOOKS = CategoryId(7)


class BrokenImageStore(FakeImageStore):
    """An image store that is unavailable."""

    def put(self, content: bytes, *, name: str, content_type: str) -> str:
        raise Unavailable(f"{name} of {len(content)} bytes ({content_type}) was not stored")


class BusyImageStore(FakeImageStore):
    """An image store that runs `meanwhile` in another thread while it stores an image.

    Raises `TimeoutError` if that takes longer than `timeout` seconds.
    """

    def __init__(self, meanwhile: Callable[[], None], *, timeout: float = 30.0) -> None:
        super().__init__()
        self._meanwhile = meanwhile
        self._timeout = timeout

    def put(self, content: bytes, *, name: str, content_type: str) -> str:
        thread = Thread(target=self._meanwhile)
        thread.start()
        thread.join(self._timeout)
        if thread.is_alive():
            raise TimeoutError("the other thread was blocked")
        return super().put(content, name=name, content_type=content_type)


class UnusedProcessor(PillowImageProcessor):
    """An image processor that must not be called."""

    def prepare(self, content: bytes) -> PreparedImage:
        message = f"{len(content)} bytes must not be processed"
        raise AssertionError(message)


@pytest.fixture
def store() -> FakeStore:
    return FakeStore()


@pytest.fixture
def begin(store: FakeStore) -> FakeUnitOfWorkFactory:
    factory = FakeUnitOfWorkFactory(store)
    add_product(factory, a_product(LAMP, details(image=OLD)))
    add_categories(factory, a_category(BOOKS, "books"))
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


def test_upload_changes_the_image_of_the_product(
    begin: FakeUnitOfWorkFactory, images: FakeImageStore
) -> None:
    clock = SetClock()
    reference = uploading(begin, images, clock=clock)(
        UploadProductImageCommand(actor=SYSTEM, product_id=LAMP, content=image_bytes(kind="JPEG"))
    )
    product = lamp(begin)
    assert (product.details.image, product.version, product.updated_at) == (
        reference,
        2,
        clock.now(),
    )
    assert "products/17/" in reference
    assert size_of(images.stored[reference]) == (64, 48)


def test_stored_image_is_re_encoded(begin: FakeUnitOfWorkFactory, images: FakeImageStore) -> None:
    polyglot = image_bytes(kind="PNG") + b"<script>alert(1)</script>"
    reference = uploading(begin, images)(
        UploadProductImageCommand(actor=SYSTEM, product_id=LAMP, content=polyglot)
    )
    assert b"script" not in images.stored[reference]


def test_event_has_the_old_and_the_new_image(
    begin: FakeUnitOfWorkFactory, images: FakeImageStore, store: FakeStore
) -> None:
    reference = uploading(begin, images)(
        UploadProductImageCommand(actor=SYSTEM, product_id=LAMP, content=image_bytes())
    )
    [event] = [event for event in store.events if isinstance(event, ProductEdited)]
    assert (event.before, event.after) == ({"image": OLD}, {"image": reference})


def test_failed_upload_keeps_the_old_image(begin: FakeUnitOfWorkFactory, store: FakeStore) -> None:
    with pytest.raises(Unavailable):
        uploading(begin, BrokenImageStore())(
            UploadProductImageCommand(actor=SYSTEM, product_id=LAMP, content=image_bytes())
        )
    assert (lamp(begin).details.image, lamp(begin).version) == (OLD, 1)
    assert store.events == []


def test_invalid_image_is_not_stored(begin: FakeUnitOfWorkFactory, images: FakeImageStore) -> None:
    with pytest.raises(InvalidValue) as raised:
        uploading(begin, images)(
            UploadProductImageCommand(actor=SYSTEM, product_id=LAMP, content=b"<svg/>")
        )
    assert raised.value.field == "image"
    assert (lamp(begin).details.image, images.stored) == (OLD, {})


def test_unknown_product_raises_before_processing(
    begin: FakeUnitOfWorkFactory, images: FakeImageStore
) -> None:
    upload = uploading(begin, images, UnusedProcessor())
    with pytest.raises(ProductNotFound):
        upload(
            UploadProductImageCommand(
                actor=SYSTEM, product_id=ProductId(404), content=image_bytes()
            )
        )
    archive(begin)
    with pytest.raises(ProductNotFound):
        upload(UploadProductImageCommand(actor=SYSTEM, product_id=LAMP, content=image_bytes()))


def test_stale_version_raises_before_processing(
    begin: FakeUnitOfWorkFactory, images: FakeImageStore
) -> None:
    upload = uploading(begin, images, UnusedProcessor())
    with pytest.raises(StaleVersion):
        upload(
            UploadProductImageCommand(
                actor=SYSTEM, product_id=LAMP, content=image_bytes(), expected_version=7
            )
        )


def test_current_version_is_accepted(begin: FakeUnitOfWorkFactory, images: FakeImageStore) -> None:
    command = UploadProductImageCommand(
        actor=SYSTEM, product_id=LAMP, content=image_bytes(), expected_version=1
    )
    assert uploading(begin, images)(command) == lamp(begin).details.image


def test_no_transaction_is_open_while_an_image_is_stored(
    begin: FakeUnitOfWorkFactory,
) -> None:
    images = BusyImageStore(lambda: change_title(begin))
    reference = uploading(begin, images)(
        UploadProductImageCommand(actor=SYSTEM, product_id=LAMP, content=image_bytes())
    )
    assert (lamp(begin).details.title, lamp(begin).details.image) == ("Copper lamp", reference)


def test_negative_control_open_transaction_blocks_the_other_thread(
    begin: FakeUnitOfWorkFactory,
) -> None:
    images = BusyImageStore(lambda: change_title(begin), timeout=0.02)
    with begin(), pytest.raises(TimeoutError):
        images.put(image_bytes(), name="products/17", content_type="image/webp")


def test_edit_during_an_upload_makes_the_version_stale(
    begin: FakeUnitOfWorkFactory,
) -> None:
    images = BusyImageStore(lambda: change_title(begin))
    command = UploadProductImageCommand(
        actor=SYSTEM, product_id=LAMP, content=image_bytes(), expected_version=1
    )
    with pytest.raises(StaleVersion):
        uploading(begin, images)(command)
    assert lamp(begin).details.image == OLD


def test_product_archived_during_an_upload_raises(begin: FakeUnitOfWorkFactory) -> None:
    images = BusyImageStore(lambda: archive(begin))
    with pytest.raises(ProductNotFound):
        uploading(begin, images)(
            UploadProductImageCommand(actor=SYSTEM, product_id=LAMP, content=image_bytes())
        )
    assert lamp(begin).details.image == OLD


def test_repr_of_a_command_leaves_out_the_content() -> None:
    assert "RIFF" not in repr(
        UploadProductImageCommand(actor=SYSTEM, product_id=LAMP, content=image_bytes())
    )


def uploading_category(
    begin: FakeUnitOfWorkFactory, images: ImageStore, processor: ImageProcessor | None = None
) -> UploadCategoryImage:
    return UploadCategoryImage(
        begin=begin,
        clock=SetClock(),
        processor=processor or PillowImageProcessor(),
        images=images,
    )


@pytest.mark.parametrize("image", CategoryImage)
def test_upload_changes_that_image_of_the_category_only(
    begin: FakeUnitOfWorkFactory,
    images: FakeImageStore,
    store: FakeStore,
    image: CategoryImage,
) -> None:
    before = books(begin).details.event_data()
    reference = uploading_category(begin, images)(
        UploadCategoryImageCommand(
            actor=SYSTEM, category_id=BOOKS, image=image, content=image_bytes(kind="PNG")
        )
    )
    assert books(begin).details.event_data() == before | {image.value: reference}
    assert f"categories/7/{image.replace('_', '-')}-" in reference
    [event] = store.events
    assert isinstance(event, CategoryEdited)
    assert event.after == {image.value: reference}


def due_removals(begin: FakeUnitOfWorkFactory) -> list[ImageRemoval]:
    with begin() as work:
        return [*work.image_removals.due(SetClock().now() + REMOVAL_DELAY, limit=10)]


def test_replaced_image_of_a_category_is_removed_later(
    begin: FakeUnitOfWorkFactory, images: FakeImageStore
) -> None:
    upload = uploading_category(begin, images)
    command = UploadCategoryImageCommand(
        actor=SYSTEM, category_id=BOOKS, image=CategoryImage.MOBILE, content=image_bytes()
    )
    replaced = upload(command)
    assert due_removals(begin) == []
    upload(command)
    assert [each.image for each in due_removals(begin)] == [replaced]


def test_image_is_removed_later_if_the_category_changes_during_its_upload(
    begin: FakeUnitOfWorkFactory,
) -> None:
    def edit_category() -> None:
        uploading_category(begin, FakeImageStore())(
            UploadCategoryImageCommand(
                actor=SYSTEM, category_id=BOOKS, image=CategoryImage.DESKTOP, content=image_bytes()
            )
        )

    images = BusyImageStore(edit_category)
    command = UploadCategoryImageCommand(
        actor=SYSTEM,
        category_id=BOOKS,
        image=CategoryImage.MOBILE,
        content=image_bytes(),
        expected_version=1,
    )
    with pytest.raises(StaleVersion):
        uploading_category(begin, images)(command)
    [reference] = images.stored
    assert [each.name for each in due_removals(begin)] == [images.stored_name(reference)]


def test_failed_upload_changes_no_category(begin: FakeUnitOfWorkFactory, store: FakeStore) -> None:
    before = books(begin).details
    command = UploadCategoryImageCommand(
        actor=SYSTEM, category_id=BOOKS, image=CategoryImage.MOBILE, content=image_bytes()
    )
    with pytest.raises(Unavailable):
        uploading_category(begin, BrokenImageStore())(command)
    assert (books(begin).details, store.events) == (before, [])


@pytest.mark.parametrize(
    ("category_id", "version", "error"),
    [(404, None, CategoryNotFound), (BOOKS, 9, StaleVersion)],
)
def test_unknown_or_stale_category_raises_before_processing(
    begin: FakeUnitOfWorkFactory,
    images: FakeImageStore,
    category_id: int,
    version: int | None,
    error: type[Exception],
) -> None:
    command = UploadCategoryImageCommand(
        actor=SYSTEM,
        category_id=CategoryId(category_id),
        image=CategoryImage.DESKTOP,
        content=image_bytes(),
        expected_version=version,
    )
    with pytest.raises(error):
        uploading_category(begin, images, UnusedProcessor())(command)
