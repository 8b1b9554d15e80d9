"""Two editors, one product: whoever read an older state is told, and no other edit is lost."""

from functools import partial
from threading import Barrier

from novacart.adapters.imaging.image_processor import PillowImageProcessor
from novacart.application.catalog.edit_product import EditProduct, EditProductCommand
from novacart.application.catalog.policy import CatalogPolicy
from novacart.application.catalog.product_fields import ProductFields
from novacart.application.catalog.upload_product_image import (
    UploadProductImage,
    UploadProductImageCommand,
)
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.catalog.errors import StaleVersion
from novacart.domain.catalog.product import Product
from novacart.domain.shared.ids import ProductId
from tests.fakes.images import FakeImageStore
from tests.support.builders.catalog import a_product, stocked
from tests.support.clock import SetClock
from tests.support.images import picture
from tests.support.races import errors_of, run_concurrently

LAMP = ProductId(17)


class MeetingImageStore(FakeImageStore):
    """Nobody gets a reference before everybody's picture is stored."""

    def __init__(self, parties: int) -> None:
        super().__init__()
        self._barrier = Barrier(parties)

    def put(self, content: bytes, *, name: str, content_type: str) -> str:
        reference = super().put(content, name=name, content_type=content_type)
        self._barrier.wait(30)
        return reference


def uploading(begin: UnitOfWorkFactory, parties: int) -> UploadProductImage:
    stocked(begin, a_product(LAMP))
    return UploadProductImage(
        begin=begin,
        clock=SetClock(),
        processor=PillowImageProcessor(),
        images=MeetingImageStore(parties),
    )


def lamp(begin: UnitOfWorkFactory) -> Product:
    with begin() as work:
        return work.products.get(LAMP)


def test_of_two_editors_who_read_one_state_one_is_told(begin: UnitOfWorkFactory) -> None:
    upload = uploading(begin, 2)

    def replace(colour: str) -> str:
        command = UploadProductImageCommand(
            product_id=LAMP, content=picture(colour), expected_version=1
        )
        return upload(command)

    outcomes = run_concurrently([lambda: replace("teal"), lambda: replace("red")])
    [refusal] = errors_of(outcomes)
    assert isinstance(refusal, StaleVersion)
    [reference] = [outcome for outcome in outcomes if outcome is not refusal]
    assert (lamp(begin).image, lamp(begin).version) == (reference, 2)


def test_an_answer_from_before_the_upload_would_let_one_overwrite_the_other(
    begin: UnitOfWorkFactory,
) -> None:
    """The negative control: the version is checked first, and not again where it is written."""
    upload = uploading(begin, 2)
    read = Barrier(2)

    def naive(colour: str) -> str:
        stale = lamp(begin).version != 1
        read.wait(30)
        if stale:
            raise StaleVersion
        return upload(UploadProductImageCommand(product_id=LAMP, content=picture(colour)))

    outcomes = run_concurrently([lambda: naive("teal"), lambda: naive("red")])
    assert errors_of(outcomes) == []
    assert lamp(begin).version == 3


def test_pictures_and_words_written_at_once_are_all_kept(begin: UnitOfWorkFactory) -> None:
    uploads = 4
    upload = uploading(begin, uploads)
    edit = EditProduct(begin=begin, clock=SetClock(), policy=CatalogPolicy(currency="INR"))

    def show(number: int) -> None:
        upload(UploadProductImageCommand(product_id=LAMP, content=picture(size=(20 + number, 20))))

    def say(number: int) -> None:
        fields = ProductFields(author="Noor") if number % 2 else ProductFields(subtitle="Brass")
        edit(EditProductCommand(product_id=LAMP, fields=fields))

    acts = [partial(act, number) for number in range(uploads) for act in (show, say)]
    assert errors_of(run_concurrently(acts)) == []
    found = lamp(begin)
    assert (found.subtitle, found.author) == ("Brass", "Noor")
    assert found.image is not None
    # Each picture is a change, and of equal words the first.
    assert found.version == 1 + uploads + 2
