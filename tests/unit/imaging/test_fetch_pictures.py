"""Pictures that imports name, fetched by the worker."""

from collections.abc import Mapping
from io import BytesIO

import pytest

from novacart.adapters.imaging.image_processor import PillowImageProcessor
from novacart.application.authorization.actor import SYSTEM
from novacart.application.catalog.add_picture import AddPicture, AddPictureCommand
from novacart.application.catalog.archive_product import ArchiveProductCommand
from novacart.application.catalog.archive_variant import ArchiveVariantCommand
from novacart.application.catalog.edit_product import EditProductCommand
from novacart.application.catalog.fetch_pictures import FetchPictures
from novacart.application.catalog.import_jobs import UploadImportCommand
from novacart.application.catalog.import_products import ImportProductsCommand
from novacart.application.catalog.import_sources.shopify import SHOPIFY
from novacart.application.catalog.product_file_reader import read_products
from novacart.application.catalog.product_files import FileFormat
from novacart.application.ports.errors import Unavailable
from novacart.application.ports.import_jobs import ImportSettings
from novacart.application.ports.picture_downloads import DownloadStatus, PictureDownload
from novacart.application.ports.picture_source import PictureRefused
from novacart.domain.catalog.gallery import ProductGallery
from novacart.domain.catalog.product import Product
from tests.fakes.images import FakeImageStore
from tests.support.catalog_fixture import CatalogFixture
from tests.support.images import image_bytes

FRONT, BACK, LARGE = (f"https://images.example/{name}.jpg" for name in ("front", "back", "large"))
FILE = (
    "Handle,Title,Option1 Name,Option1 Value,Variant Price,Image Src,Image Alt Text,Variant Image\n"
    f"cup,Cup,Size,S,9,{FRONT},Front,\ncup,,,L,10,{BACK},,{LARGE}\n"
)


class FakeSource:
    """Returns a picture, or raises the error of the URL."""

    def __init__(self) -> None:
        self.errors: dict[str, Exception] = {}
        self.fetched: list[str] = []
        self.content = image_bytes()

    def fetch(self, url: str) -> bytes:
        self.fetched.append(url)
        if url in self.errors:
            raise self.errors[url]
        return self.content


@pytest.fixture
def catalog() -> CatalogFixture:
    return CatalogFixture()


@pytest.fixture
def source() -> FakeSource:
    return FakeSource()


@pytest.fixture
def fetch(catalog: CatalogFixture, source: FakeSource) -> FetchPictures:
    return fetching(catalog, source)


def fetching(catalog: CatalogFixture, source: FakeSource) -> FetchPictures:
    add_picture = AddPicture(
        begin=catalog.begin,
        clock=catalog.clock,
        processor=PillowImageProcessor(),
        images=FakeImageStore(),
    )
    return FetchPictures(
        begin=catalog.begin, clock=catalog.clock, source=source, add_picture=add_picture
    )


def import_file(catalog: CatalogFixture, text: str = FILE) -> int:
    """Returns the number of pictures that will be fetched."""
    file = read_products(BytesIO(text.encode()), FileFormat.CSV, source=SHOPIFY)
    return catalog.import_products(ImportProductsCommand(actor=SYSTEM, file=file)).pictures


def downloads(catalog: CatalogFixture) -> list[PictureDownload]:
    return list(catalog.store.picture_downloads.values())


def cup(catalog: CatalogFixture) -> Product:
    [product] = catalog.store.products.values()
    return product


def gallery(catalog: CatalogFixture) -> ProductGallery:
    with catalog.begin() as work:
        return work.galleries.get(cup(catalog).id)


def test_pictures_of_an_import_are_added_to_product_and_variant(
    catalog: CatalogFixture, source: FakeSource, fetch: FetchPictures
) -> None:
    assert import_file(catalog) == 3
    assert gallery(catalog).pictures == ()
    fetch()
    pictures = gallery(catalog).pictures
    assert [(each.source, each.alt) for each in pictures] == [
        (FRONT, "Front"),
        (BACK, ""),
        (LARGE, ""),
    ]
    small, large = cup(catalog).variants
    assert (small.details.image, large.details.image) == (None, pictures[2].image)
    assert cup(catalog).details.image == pictures[0].image
    assert {each.status for each in downloads(catalog)} == {DownloadStatus.DONE}
    fetch()
    assert len(source.fetched) == 3


@pytest.mark.parametrize("name", ["men's shirt.jpg", "men%27s.jpg?w=1&h=2", "größe “M”.jpg"])
def test_url_with_spaces_and_quotes_is_added_once(
    catalog: CatalogFixture, fetch: FetchPictures, name: str
) -> None:
    url = f"https://images.example/{name}"
    import_file(catalog, FILE.replace(FRONT, url))
    fetch()
    assert [each.source for each in gallery(catalog).pictures] == [url, BACK, LARGE]
    assert import_file(catalog, FILE.replace(FRONT, url)) == 0


def test_same_file_twice_fetches_each_picture_once(
    catalog: CatalogFixture, source: FakeSource, fetch: FetchPictures
) -> None:
    import_file(catalog)
    fetch()
    assert import_file(catalog) == 0
    fetch()
    assert len(source.fetched) == 3


def test_preview_fetches_no_pictures(catalog: CatalogFixture) -> None:
    file = read_products(BytesIO(FILE.encode()), FileFormat.CSV, source=SHOPIFY)
    catalog.import_products(ImportProductsCommand(actor=SYSTEM, file=file, dry_run=True))
    assert downloads(catalog) == []


def test_unavailable_picture_is_fetched_again_later(
    catalog: CatalogFixture, source: FakeSource, fetch: FetchPictures
) -> None:
    import_file(catalog)
    source.errors[BACK] = Unavailable("images.example could not be reached.")
    fetch()
    fetch()
    assert source.fetched.count(BACK) == 1
    [waiting] = [each for each in downloads(catalog) if each.status is DownloadStatus.WAITING]
    assert (waiting.url, waiting.attempts) == (BACK, 1)
    source.errors.clear()
    catalog.clock.move(minutes=1)
    fetch()
    assert len(gallery(catalog).pictures) == 3


@pytest.mark.parametrize("late", [FRONT, BACK, LARGE])
def test_picture_that_is_fetched_late_has_the_place_of_the_file(
    catalog: CatalogFixture, source: FakeSource, fetch: FetchPictures, late: str
) -> None:
    import_file(catalog)
    source.errors[late] = Unavailable("images.example could not be reached.")
    fetch()
    source.errors.clear()
    catalog.clock.move(minutes=1)
    fetch()
    pictures = gallery(catalog).pictures
    assert [each.source for each in pictures] == [FRONT, BACK, LARGE]
    assert cup(catalog).details.image == pictures[0].image


def test_picture_fails_after_five_attempts(
    catalog: CatalogFixture, source: FakeSource, fetch: FetchPictures
) -> None:
    import_file(catalog)
    source.errors[BACK] = Unavailable("images.example could not be reached.")
    for _ in range(8):
        fetch()
        catalog.clock.move(hours=7)
    assert source.fetched.count(BACK) == 5
    [failed] = [each for each in downloads(catalog) if each.status is DownloadStatus.FAILED]
    assert (failed.url, failed.line) == (BACK, 3)
    assert failed.error == "images.example could not be reached."


def test_same_file_fetches_a_picture_again_that_failed(
    catalog: CatalogFixture, source: FakeSource, fetch: FetchPictures
) -> None:
    import_file(catalog)
    source.errors[BACK] = PictureRefused("The site answered with 404.")
    fetch()
    source.errors.clear()
    assert import_file(catalog) == 1
    fetch()
    assert [each.source for each in gallery(catalog).pictures] == [FRONT, BACK, LARGE]
    assert {each.status for each in downloads(catalog)} == {DownloadStatus.DONE}
    assert len(source.fetched) == 4


def test_picture_of_an_archived_variant_is_added_to_its_product(
    catalog: CatalogFixture, fetch: FetchPictures
) -> None:
    import_file(catalog)
    _, large = cup(catalog).variants
    catalog.archive_variant(ArchiveVariantCommand(actor=SYSTEM, variant_id=large.id))
    fetch()
    assert [each.source for each in gallery(catalog).pictures] == [FRONT, BACK, LARGE]
    assert {each.status for each in downloads(catalog)} == {DownloadStatus.DONE}


@pytest.mark.parametrize("cause", ["refused", "not an image", "archived"])
def test_picture_that_can_never_be_added_fails_at_once(
    catalog: CatalogFixture, source: FakeSource, fetch: FetchPictures, cause: str
) -> None:
    import_file(catalog)
    if cause == "refused":
        for url in (FRONT, BACK, LARGE):
            source.errors[url] = PictureRefused("The site answered with 404.")
    elif cause == "not an image":
        source.content = b"<html>"
    else:
        catalog.archive_product(ArchiveProductCommand(actor=SYSTEM, product_id=cup(catalog).id))
    fetch()
    catalog.clock.move(hours=7)
    fetch()
    assert len(source.fetched) == 3
    assert {each.status for each in downloads(catalog)} == {DownloadStatus.FAILED}
    assert all(each.error for each in downloads(catalog))


def test_interrupted_fetch_is_repeated_after_its_lease(
    catalog: CatalogFixture, source: FakeSource, fetch: FetchPictures
) -> None:
    import_file(catalog)

    class Crash(Exception):
        pass

    source.errors[FRONT] = Crash()
    with pytest.raises(Crash):
        fetch()
    source.errors.clear()
    fetch()
    assert [each.source for each in gallery(catalog).pictures] == [BACK, LARGE]
    catalog.clock.move(minutes=5)
    fetch()
    assert len(gallery(catalog).pictures) == 3


def test_picture_that_always_stops_the_worker_fails(
    catalog: CatalogFixture, source: FakeSource, fetch: FetchPictures
) -> None:
    import_file(catalog)
    source.errors[FRONT] = MemoryError()
    for _ in range(5):
        with pytest.raises(MemoryError):
            fetch()
        fetch()
        catalog.clock.move(minutes=5)
    fetch()
    assert source.fetched.count(FRONT) == 5
    [failed] = [each for each in downloads(catalog) if each.status is DownloadStatus.FAILED]
    assert (failed.url, failed.error) == (
        FRONT,
        "The worker was stopped each time while it fetched this picture.",
    )


def run_import(catalog: CatalogFixture, text: str) -> int:
    job_id = catalog.upload_import(
        UploadImportCommand(
            actor=SYSTEM,
            file_name="x.csv",
            stream=BytesIO(text.encode()),
            settings=ImportSettings(source="shopify", format="csv"),
        )
    )
    catalog.start_import(SYSTEM, job_id)
    catalog.run_imports()
    return job_id


def undo_import(catalog: CatalogFixture, job_id: int) -> Mapping[str, int]:
    catalog.undo_import(SYSTEM, job_id)
    catalog.run_imports()
    return catalog.imports.job(SYSTEM, job_id).counts


def test_import_whose_pictures_were_fetched_can_be_undone(
    catalog: CatalogFixture, source: FakeSource, fetch: FetchPictures
) -> None:
    plain = "Handle,Title,Option1 Name,Option1 Value,Variant Price\ncup,Cup,Size,S,9\n"
    run_import(catalog, plain)
    job_id = run_import(catalog, FILE)
    fetch()
    assert len(gallery(catalog).pictures) == 3
    counts = undo_import(catalog, job_id)
    assert (counts.get("undone"), counts.get("kept")) == (1, None)
    assert (gallery(catalog).pictures, cup(catalog).details.image) == ((), None)
    # The same file fetches the pictures again.
    job_id = run_import(catalog, FILE)
    fetch()
    assert len(gallery(catalog).pictures) == 3
    assert len(source.fetched) == 6
    undo_import(catalog, job_id)


class UndoingSource(FakeSource):
    """Undoes the import while a picture of it is fetched."""

    def __init__(self, catalog: CatalogFixture) -> None:
        super().__init__()
        self._catalog = catalog
        self.job_id = 0

    def fetch(self, url: str) -> bytes:
        undo_import(self._catalog, self.job_id)
        return super().fetch(url)


def test_picture_that_arrives_after_an_undo_is_not_added(catalog: CatalogFixture) -> None:
    source = UndoingSource(catalog)
    run_import(catalog, "Handle,Title,Variant Price\ncup,Cup,9\n")
    source.job_id = run_import(
        catalog, f"Handle,Title,Variant Price,Image Src\ncup,Mug,9,{FRONT}\n"
    )
    fetching(catalog, source)()
    assert source.fetched == [FRONT]
    assert (gallery(catalog).pictures, cup(catalog).details.title) == ((), "Cup")
    assert downloads(catalog) == []


def test_new_product_whose_pictures_were_fetched_is_archived_by_an_undo(
    catalog: CatalogFixture, fetch: FetchPictures
) -> None:
    job_id = run_import(catalog, FILE)
    fetch()
    assert undo_import(catalog, job_id)["removed"] == 1
    assert cup(catalog).is_archived
    run_import(catalog, FILE)
    fetch()
    assert len(gallery(catalog).pictures) == 3


def test_undo_keeps_products_that_staff_changed_after_a_picture_was_fetched(
    catalog: CatalogFixture, source: FakeSource, fetch: FetchPictures
) -> None:
    source.errors[FRONT] = Unavailable("Later")
    job_id = run_import(catalog, FILE)
    fetch()
    catalog.edit_product(
        EditProductCommand(actor=SYSTEM, product_id=cup(catalog).id, changes={"title": "Mug"})
    )
    source.errors.clear()
    catalog.clock.move(seconds=61)
    fetch()
    assert undo_import(catalog, job_id)["kept"] == 1
    assert not cup(catalog).is_archived


def test_undo_removes_pictures_of_a_product_that_did_not_change_otherwise(
    catalog: CatalogFixture, source: FakeSource, fetch: FetchPictures
) -> None:
    source.errors[FRONT] = PictureRefused("The server answered 404.")
    first = run_import(catalog, FILE)
    fetch()
    source.errors[FRONT] = Unavailable("Later")
    again = run_import(catalog, FILE.replace(BACK, f"{BACK}?2"))
    assert catalog.imports.job(SYSTEM, again).counts["edited"] == 1
    fetch()
    assert [each.source for each in gallery(catalog).pictures] == [BACK, LARGE, f"{BACK}?2"]
    assert undo_import(catalog, again)["undone"] == 1
    # The one that failed before is not fetched after the undo, either.
    source.errors.clear()
    catalog.clock.move(seconds=3600)
    fetch()
    assert [each.source for each in gallery(catalog).pictures] == [BACK, LARGE]
    assert undo_import(catalog, first)["removed"] == 1
    assert downloads(catalog) == []


def test_undo_keeps_pictures_that_staff_added(
    catalog: CatalogFixture, fetch: FetchPictures
) -> None:
    plain = "Handle,Title,Option1 Name,Option1 Value,Variant Price\ncup,Cup,Size,S,9\n"
    run_import(catalog, plain)
    job_id = run_import(catalog, FILE.replace(",9,", ",10,"))
    fetch()
    add_picture = AddPicture(
        begin=catalog.begin,
        clock=catalog.clock,
        processor=PillowImageProcessor(),
        images=FakeImageStore(),
    )
    add_picture(
        AddPictureCommand(
            actor=SYSTEM, product_id=cup(catalog).id, content=image_bytes(), alt="Own"
        )
    )
    counts = undo_import(catalog, job_id)
    assert (counts.get("undone"), counts.get("kept")) == (1, None)
    [own] = gallery(catalog).pictures
    assert (own.alt, cup(catalog).details.image) == ("Own", own.image)
