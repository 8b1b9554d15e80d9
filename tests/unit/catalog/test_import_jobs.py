"""Imports that can be continued and undone."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date
from io import BytesIO
from itertools import islice
from typing import Any

import pytest

from novacart.adapters.html.sanitizer import Nh3Sanitizer
from novacart.application.authorization.actor import SYSTEM, Actor, PermissionDenied
from novacart.application.catalog.add_product import AddProductCommand
from novacart.application.catalog.adjust_stock import AdjustStockCommand
from novacart.application.catalog.archive_product import ArchiveProductCommand
from novacart.application.catalog.archive_variant import (
    ArchiveVariantCommand,
    RestoreVariantCommand,
)
from novacart.application.catalog.edit_category import EditCategoryCommand
from novacart.application.catalog.edit_product import EditProductCommand
from novacart.application.catalog.import_batch import ImportBatch
from novacart.application.catalog.import_jobs import (
    UploadImportCommand,
    WrongImportStatus,
)
from novacart.application.catalog.import_previews import ImportPreviews
from novacart.application.catalog.import_report import ImportReport
from novacart.application.catalog.import_rows import ProductRows, UnreadableFile
from novacart.application.catalog.import_undo import ImportUndo
from novacart.application.catalog.imported_product import ImportedProduct
from novacart.application.catalog.open_import import OpenImport
from novacart.application.catalog.policy import CatalogPolicy
from novacart.application.catalog.run_imports import RunImports
from novacart.application.ports.errors import StorageUnavailable
from novacart.application.ports.import_jobs import ImportJob, ImportSettings, ImportStatus
from novacart.domain.accounts.role import Role
from novacart.domain.cart.cart import Cart, QuantityLimits
from novacart.domain.catalog.category import Category
from novacart.domain.catalog.picture import Picture
from novacart.domain.catalog.product import Product
from novacart.domain.shared.errors import ConcurrentChange
from novacart.domain.shared.ids import CartLineId, CategoryId, PictureId, UserId
from novacart.domain.wishlist.wishlist import Wishlist
from tests.fakes.import_jobs import FakeImportJobs
from tests.fakes.request_contexts import FakeRequestContexts
from tests.fakes.unit_of_work import FakeUnitOfWork
from tests.support.builders.catalog import details
from tests.support.catalog_fixture import CatalogFixture

# Small, since each test fills several batches.
BATCH_SIZE = 20
GENERIC = ImportSettings(source="generic", format="csv")
SHIRT = (
    "handle,sku,title,price,stock,option1_name,option1_value\n"
    "shirt,S,Shirt,10,1,Size,S\nshirt,L,Shirt,11,3,Size,L\n"
)


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("novacart.application.catalog.import_products.BATCH_SIZE", BATCH_SIZE)


@pytest.fixture
def catalog() -> CatalogFixture:
    return CatalogFixture()


def upload(catalog: CatalogFixture, text: str, settings: ImportSettings = GENERIC) -> int:
    return catalog.upload_import(
        UploadImportCommand(
            actor=SYSTEM, file_name="x.csv", stream=BytesIO(text.encode()), settings=settings
        )
    )


def import_text(
    catalog: CatalogFixture, text: str, settings: ImportSettings = GENERIC
) -> ImportJob:
    job_id = upload(catalog, text, settings)
    catalog.start_import(SYSTEM, job_id)
    catalog.run_imports()
    return catalog.imports.job(SYSTEM, job_id)


def undo(catalog: CatalogFixture, job: ImportJob) -> ImportJob:
    catalog.undo_import(SYSTEM, job.id)
    catalog.run_imports()
    return catalog.imports.job(SYSTEM, job.id)


def products(catalog: CatalogFixture) -> list[Product]:
    return list(catalog.store.products.values())


def report(catalog: CatalogFixture, job: ImportJob) -> str:
    return "".join(catalog.imports.report_lines(SYSTEM, job.id))


RUN_IMPORTS = "novacart.application.catalog.run_imports"


def other_runner(catalog: CatalogFixture, kind: type[RunImports] = RunImports) -> RunImports:
    return kind(
        begin=catalog.begin,
        clock=catalog.clock,
        policy=CatalogPolicy(currency="INR"),
        contexts=FakeRequestContexts("system"),
        sanitizer=Nh3Sanitizer(),
    )


def test_import_yields_the_processor_for_each_product(
    catalog: CatalogFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = "".join(f"S-{number},Kite {number},1\n" for number in range(BATCH_SIZE + 5))
    job_id = upload(catalog, f"sku,title,price\n{rows}")
    catalog.start_import(SYSTEM, job_id)
    yields: list[None] = []
    monkeypatch.setattr("novacart.application.processor_time._INTERVAL", 0.0)
    monkeypatch.setattr("novacart.application.processor_time._yield", lambda: yields.append(None))
    catalog.run_imports()
    assert catalog.imports.job(SYSTEM, job_id).counts["added"] == BATCH_SIZE + 5
    # Once when the rows are counted, once when the product is read, once when it is added.
    assert len(yields) == 3 * (BATCH_SIZE + 5)


def test_import_pauses_for_a_part_of_the_time_that_each_batch_took(
    catalog: CatalogFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []
    monkeypatch.setattr(f"{RUN_IMPORTS}.sleep", pauses.append)
    run_imports = RunImports(
        begin=catalog.begin,
        clock=catalog.clock,
        policy=CatalogPolicy(currency="INR", import_pause=0.25),
        contexts=FakeRequestContexts("system"),
        sanitizer=Nh3Sanitizer(),
    )
    durations = iter([0.4, 100.0, 0.2])

    def run(batch: ImportBatch, products: Sequence[ImportedProduct]) -> None:
        catalog.clock.move(seconds=next(durations))
        run_batch(batch, products)

    run_batch = ImportBatch.run
    monkeypatch.setattr(ImportBatch, "run", run)
    job_id = upload(catalog, kites(3 * BATCH_SIZE))
    catalog.start_import(SYSTEM, job_id, runner=run_imports.runner)
    run_imports.run(job_id)
    # At most a second.
    assert pauses == [0.1, 1, 0.05]


def kites(count: int) -> str:
    return "title,price\n" + "".join(f"Kite {number},1\n" for number in range(count))


def test_started_import_runs_in_the_background(catalog: CatalogFixture) -> None:
    job_id = upload(catalog, "sku,title,price\nA,Kite,1\nB,Lamp,free\n")
    assert products(catalog) == []
    assert catalog.imports.job(SYSTEM, job_id).status is ImportStatus.DRAFT
    catalog.start_import(SYSTEM, job_id)
    catalog.run_imports()
    job = catalog.imports.job(SYSTEM, job_id)
    assert job.status is ImportStatus.FINISHED
    assert (job.rows_done, job.rows_total, job.counts["added"], job.counts["rejected"]) == (
        2,
        2,
        1,
        1,
    )
    assert [each.details.title for each in products(catalog)] == ["Kite"]
    assert report(catalog, job) == (
        "line,result,column,detail,code\n2,added,,Kite,\n3,rejected,price,“free” is not a number;"
        " expected an amount in INR such as 499.00.,invalid_value\n"
    )
    assert [each.id for each in catalog.imports.recent(SYSTEM)] == [job_id]
    assert list(catalog.store.import_files) == []


def test_preview_changes_nothing(catalog: CatalogFixture) -> None:
    job_id = upload(catalog, "sku,title,price,colour\nA,Kite,1,red\n")
    preview = catalog.preview_import(SYSTEM, job_id)
    assert preview.report.added == 1
    assert [(each.title, each.is_new) for each in preview.report.products] == [("Kite", True)]
    assert preview.columns == ("sku", "title", "price", "colour")
    assert products(catalog) == []
    catalog.discard_import(SYSTEM, job_id)
    assert list(catalog.store.import_jobs) == []


def test_import_is_continued_by_another_process_after_the_lease(catalog: CatalogFixture) -> None:
    job_id = upload(catalog, kites(2 * BATCH_SIZE + 10))

    def crash_after_one_batch(done: int, _total: int) -> None:
        if done:
            raise Crash

    runs = catalog.run_imports
    catalog.start_import(SYSTEM, job_id, runner=runs.runner)
    with pytest.raises(Crash):
        runs.run(job_id, crash_after_one_batch)
    assert len(products(catalog)) == BATCH_SIZE
    other = other_runner(catalog)
    other()
    assert len(products(catalog)) == BATCH_SIZE
    catalog.clock.move(seconds=61)
    other()
    job = catalog.imports.job(SYSTEM, job_id)
    assert (job.status, job.counts["added"]) == (ImportStatus.FINISHED, 2 * BATCH_SIZE + 10)
    assert len(products(catalog)) == 2 * BATCH_SIZE + 10
    # The first process notices that another one finished it.
    assert runs.run(job_id).added == 0


def test_product_of_which_another_release_has_imported_some_rows_is_imported_again(
    catalog: CatalogFixture,
) -> None:
    """That release took rows of one product for several products."""
    job_id = upload(catalog, f"{SHIRT}mug,M,Mug,5,1,,\n")
    catalog.start_import(SYSTEM, job_id)
    with catalog.begin() as work:
        started = work.import_jobs.get_for_update(job_id)
        work.import_jobs.save(replace(started, rows_done=1))
        work.commit()
    catalog.run_imports()
    job = catalog.imports.job(SYSTEM, job_id)
    assert (job.status, job.rows_done) == (ImportStatus.FINISHED, 3)
    assert [len(each.variants) for each in products(catalog)] == [2, 1]


def interrupt_after_one_batch(done: int, _total: int) -> None:
    if done:
        raise KeyboardInterrupt


def test_import_that_a_person_interrupts_stops_and_is_continued(catalog: CatalogFixture) -> None:
    runs, job_id = catalog.run_imports, upload(catalog, kites(2 * BATCH_SIZE + 10))
    catalog.start_import(SYSTEM, job_id, runner=runs.runner)
    with pytest.raises(KeyboardInterrupt):
        runs.run(job_id, interrupt_after_one_batch)
    other_runner(catalog)()
    job = catalog.imports.job(SYSTEM, job_id)
    assert (job.status, job.rows_done, job.runner) == (ImportStatus.STOPPED, BATCH_SIZE, "")
    assert len(products(catalog)) == BATCH_SIZE

    catalog.start_import(SYSTEM, job_id, runner=runs.runner)
    assert runs.run(job_id).added == BATCH_SIZE + 10
    assert catalog.imports.job(SYSTEM, job_id).status is ImportStatus.FINISHED


def test_import_and_undo_of_a_killed_process_are_continued_by_the_command(
    catalog: CatalogFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("novacart.application.catalog.import_undo._BATCH", BATCH_SIZE)
    runs, job_id = catalog.run_imports, upload(catalog, kites(2 * BATCH_SIZE))
    catalog.start_import(SYSTEM, job_id, runner="killed")
    with pytest.raises(WrongImportStatus, match="a minute later"):
        catalog.start_import(SYSTEM, job_id, runner=runs.runner)
    catalog.clock.move(seconds=61)
    with pytest.raises(WrongImportStatus):
        catalog.start_import(SYSTEM, job_id)
    catalog.start_import(SYSTEM, job_id, runner=runs.runner)
    assert runs.run(job_id).added == 2 * BATCH_SIZE

    catalog.undo_import(SYSTEM, job_id, runner="killed")
    with pytest.raises(WrongImportStatus):
        catalog.undo_import(SYSTEM, job_id, runner=runs.runner)
    catalog.clock.move(seconds=61)
    catalog.undo_import(SYSTEM, job_id, runner=runs.runner)
    runs.run(job_id)
    assert catalog.imports.job(SYSTEM, job_id).counts["removed"] == 2 * BATCH_SIZE


def test_stopped_import_is_undone(catalog: CatalogFixture) -> None:
    runs, job_id = catalog.run_imports, upload(catalog, kites(BATCH_SIZE + 1))
    catalog.start_import(SYSTEM, job_id, runner=runs.runner)
    with pytest.raises(KeyboardInterrupt):
        runs.run(job_id, interrupt_after_one_batch)
    assert undo(catalog, catalog.imports.job(SYSTEM, job_id)).counts["removed"] == BATCH_SIZE
    assert catalog.store.import_files.get(job_id) is None


def test_undo_that_a_person_interrupts_is_continued(
    catalog: CatalogFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("novacart.application.catalog.import_undo._BATCH", BATCH_SIZE)
    runs, job = catalog.run_imports, import_text(catalog, kites(2 * BATCH_SIZE))
    catalog.undo_import(SYSTEM, job.id, runner=runs.runner)
    with pytest.raises(WrongImportStatus):
        catalog.undo_import(SYSTEM, job.id, runner="another")
    with pytest.raises(KeyboardInterrupt):
        runs.run(job.id, interrupt_after_one_batch)
    catalog.undo_import(SYSTEM, job.id, runner=runs.runner)
    assert catalog.imports.job(SYSTEM, job.id).entries_left == BATCH_SIZE
    runs.run(job.id)
    undone = catalog.imports.job(SYSTEM, job.id)
    assert (undone.status, undone.counts["removed"]) == (ImportStatus.UNDONE, 2 * BATCH_SIZE)


def test_job_that_fails_lets_others_run(catalog: CatalogFixture) -> None:
    failing, next_ = upload(catalog, kites(1)), upload(catalog, "title,price\nLamp,1\n")
    for each in (failing, next_):
        catalog.start_import(SYSTEM, each)

    class Failing(RunImports):
        def _import_next(self, job: ImportJob) -> ImportReport | None:
            if job.id == failing:
                raise Crash
            return super()._import_next(job)

    runner = other_runner(catalog, Failing)
    with pytest.raises(Crash):
        runner()
    runner()
    assert catalog.imports.job(SYSTEM, next_).status is ImportStatus.FINISHED
    assert catalog.imports.job(SYSTEM, failing).status is ImportStatus.RUNNING
    catalog.clock.move(seconds=11)
    other_runner(catalog)()
    assert catalog.imports.job(SYSTEM, failing).status is ImportStatus.FINISHED


class Broken(RunImports):
    """Fails with `error` in each batch after the first one."""

    error: Exception = ValueError("no batch")

    def _import_batch(self, job: ImportJob, *args: Any, **options: Any) -> ImportReport:  # noqa: ANN401 (passed on)
        if job.rows_done:
            raise self.error
        return super()._import_batch(job, *args, **options)


def test_error_of_the_command_ends_its_import_and_its_undo(
    catalog: CatalogFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = other_runner(catalog, Broken)
    job_id = upload(catalog, kites(2 * BATCH_SIZE))
    catalog.start_import(SYSTEM, job_id, runner=broken.runner)
    with pytest.raises(ValueError, match="no batch"):
        broken.run(job_id)
    job = catalog.imports.job(SYSTEM, job_id)
    assert (job.status, job.runner) == (ImportStatus.FAILED, "")
    assert "after 20 of 40 rows: ValueError" in job.failure

    catalog.undo_import(SYSTEM, job_id, runner=broken.runner)
    with monkeypatch.context() as patch:
        patch.setattr(ImportUndo, "_save_undo", _raise_error)
        with pytest.raises(ValueError, match="no batch"):
            broken.run(job_id)
    job = catalog.imports.job(SYSTEM, job_id)
    assert job.status is ImportStatus.FAILED
    assert "ended the undo with 20 of 20 entries left: ValueError" in job.failure
    assert undo(catalog, job).counts["removed"] == BATCH_SIZE


def _raise_error(*_: object) -> bool:
    raise ValueError("no batch")


def run_repeatedly(catalog: CatalogFixture, runner: RunImports, times: int) -> None:
    for _ in range(times):
        with suppress(ValueError, StorageUnavailable):
            runner()
        catalog.clock.move(seconds=11)


def test_import_with_a_batch_that_always_fails_ends(catalog: CatalogFixture) -> None:
    job_id = upload(catalog, kites(BATCH_SIZE + 1))
    catalog.start_import(SYSTEM, job_id)
    runner = other_runner(catalog, Broken)
    run_repeatedly(catalog, runner, 3)
    assert catalog.imports.job(SYSTEM, job_id).status is ImportStatus.RUNNING
    run_repeatedly(catalog, runner, 1)
    job = catalog.imports.job(SYSTEM, job_id)
    assert (job.status, job.runner, job.leased_until) == (ImportStatus.FAILED, "", None)
    assert (
        f"ended the import after {BATCH_SIZE} of {BATCH_SIZE + 1} rows: ValueError" in job.failure
    )
    assert list(catalog.store.import_files) == []


def test_import_waits_for_the_database_without_end(
    catalog: CatalogFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Broken, "error", StorageUnavailable("down"))
    job_id = upload(catalog, kites(BATCH_SIZE + 1))
    catalog.start_import(SYSTEM, job_id)
    run_repeatedly(catalog, other_runner(catalog, Broken), 8)
    assert catalog.imports.job(SYSTEM, job_id).status is ImportStatus.RUNNING
    catalog.run_imports()
    assert catalog.imports.job(SYSTEM, job_id).status is ImportStatus.FINISHED


def test_undo_that_always_fails_ends_and_can_be_started_again(
    catalog: CatalogFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = import_text(catalog, kites(5))
    runner = other_runner(catalog)
    for _ in range(2):
        catalog.undo_import(SYSTEM, job.id)
        with monkeypatch.context() as patch:
            patch.setattr(ImportUndo, "_save_undo", _raise_error)
            run_repeatedly(catalog, runner, 3)
            assert catalog.imports.job(SYSTEM, job.id).status is ImportStatus.UNDOING
            run_repeatedly(catalog, runner, 1)
        job = catalog.imports.job(SYSTEM, job.id)
        assert job.status is ImportStatus.FAILED
        assert "ended the undo with 5 of 5 entries left: ValueError" in job.failure
    assert undo(catalog, job).counts["removed"] == 5


@pytest.mark.usefixtures("small_batches")
def test_preview_that_always_fails_ends(
    catalog: CatalogFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    job_id = upload_large(catalog, kites(3))
    monkeypatch.setattr(ImportPreviews, "preview_next", _raise_error)
    run_repeatedly(catalog, other_runner(catalog), 4)
    assert catalog.imports.job(SYSTEM, job_id).status is ImportStatus.FAILED


def test_two_runners_import_each_batch_once(catalog: CatalogFixture) -> None:
    job_id = upload(catalog, kites(3 * BATCH_SIZE))
    catalog.start_import(SYSTEM, job_id)
    with catalog.begin() as work:
        stale = work.import_jobs.get(job_id)
    one, other = catalog.run_imports, other_runner(catalog)
    assert one._step(stale).added == BATCH_SIZE  # type: ignore[union-attr]
    assert other._step(stale).added == 0  # type: ignore[union-attr]
    catalog.clock.move(seconds=61)
    other()
    assert len(products(catalog)) == 3 * BATCH_SIZE


def test_process_that_lost_an_import_does_not_end_it(catalog: CatalogFixture) -> None:
    job_id = upload(catalog, kites(1))
    catalog.start_import(SYSTEM, job_id)
    slow, other = other_runner(catalog), other_runner(catalog)
    lost = slow._take()
    assert lost is not None
    catalog.clock.move(seconds=61)
    other()
    finished = catalog.imports.job(SYSTEM, job_id)
    assert finished.status is ImportStatus.FINISHED
    slow._step(lost)
    assert catalog.imports.job(SYSTEM, job_id) == finished


def test_progress_counts_rows(catalog: CatalogFixture) -> None:
    job_id = upload(catalog, kites(BATCH_SIZE + 1))
    steps: list[tuple[int, int]] = []
    runs = catalog.run_imports
    catalog.start_import(SYSTEM, job_id, runner=runs.runner)
    runs.run(job_id, lambda *step: steps.append(step))
    total = BATCH_SIZE + 1
    assert steps == [(0, total), (BATCH_SIZE, total), (total, total), (total, total)]


# Pictures.


def pictures(catalog: CatalogFixture) -> list[tuple[str, str]]:
    [gallery] = catalog.store.galleries.values()
    return [(each.image, each.alt) for each in gallery.pictures]


def images_file(*images: tuple[str, str]) -> str:
    """A file with the pictures of a product and their texts."""
    listed = json.dumps([{"image": image, "alt": alt} for image, alt in images])
    return 'sku,title,price,images\nA,Kite,1,"' + listed.replace('"', '""') + '"\n'


def test_images_of_a_file_are_first_and_keep_others(catalog: CatalogFixture) -> None:
    first = [("/a", "The front"), ("/b", "The back")]
    import_text(catalog, images_file(*first))
    assert pictures(catalog) == first
    assert import_text(catalog, images_file(*first)).counts["unchanged"] == 1
    job = import_text(catalog, images_file(("/c", "A detail"), ("/a", "Front")))
    assert job.counts["edited"] == 1
    assert pictures(catalog) == [("/c", "A detail"), ("/a", "Front"), ("/b", "The back")]
    [kite] = products(catalog)
    assert kite.details.image == "/c"
    assert undo(catalog, job).counts["undone"] == 1
    assert pictures(catalog) == first
    [kite] = products(catalog)
    assert kite.details.image == "/a"


def test_undo_keeps_pictures_that_were_changed_since(catalog: CatalogFixture) -> None:
    import_text(catalog, images_file(("/a", ""), ("/b", "")))
    job = import_text(catalog, images_file(("/a", "Front"), ("/b", "Back"), ("/c", "")))
    with catalog.begin() as work:
        [product] = catalog.store.products.values()
        gallery = work.galleries.get(product.id)
        a, b, c = gallery.pictures
        gallery.describe(b.id, "The label", at=catalog.clock.now())
        gallery.add(Picture(id=PictureId(900), image="/d"), at=catalog.clock.now())
        gallery.arrange([a.id, PictureId(900), c.id, b.id], at=catalog.clock.now())
        work.galleries.save(gallery)
        work.commit()
    assert undo(catalog, job).counts["undone"] == 1
    assert pictures(catalog) == [("/a", ""), ("/d", ""), ("/b", "The label")]


def test_undo_returns_a_picture_that_the_import_replaced(catalog: CatalogFixture) -> None:
    import_text(catalog, images_file(("/a", "The front"), ("/b", "")))
    job = import_text(catalog, "sku,image\nA,https://images.example/c\n")
    assert pictures(catalog) == [("https://images.example/c", ""), ("/b", "")]
    catalog.clock.move(seconds=29 * 24 * 3600)
    with catalog.begin() as work:
        assert work.image_removals.due(catalog.clock.now(), limit=1) == []
    undo(catalog, job)
    assert pictures(catalog) == [("/a", "The front"), ("/b", "")]


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ('image,images\nA,Kite,1,/b,"[{""image"":""/a""}]"', "not that of the column image"),
        ("images\nA,Kite,1,/a", "is not a list of pictures"),
        ("images\nA,Kite,1,[1]", "is not a list of pictures"),
        ('images\nA,Kite,1,"[{""image"":""a""}]"', "image: An image is an http"),
        ('images\nA,Kite,1,"[{""image"":""/a"",""width"":true}]"', "is not a list of pictures"),
        ('images\nA,Kite,1,"[{""image"":""/a""},{""image"":""/a""}]"', "Name each picture once"),
    ],
)
def test_unreadable_images_are_rejected(catalog: CatalogFixture, cells: str, reason: str) -> None:
    job = import_text(catalog, f"sku,title,price,{cells}\n")
    [problem] = catalog.imports.problems(SYSTEM, job.id, 10)
    assert (problem.column, products(catalog)) == ("images", [])
    assert reason in problem.detail


# Undoing.


def test_undo_archives_added_and_restores_changed_products(catalog: CatalogFixture) -> None:
    import_text(catalog, SHIRT)
    [before] = products(catalog)
    changed = SHIRT.replace("Shirt,10", "Coat,12").replace("Size,L", "Size,XL")
    job = import_text(catalog, changed + "shirt,M,Coat,13,1,Size,M\ncap,C,Cap,5,1,,\n")
    assert (job.counts["added"], job.counts["edited"]) == (1, 1)
    undone = undo(catalog, job)
    assert undone.status is ImportStatus.UNDONE
    assert (undone.counts["undone"], undone.counts["removed"]) == (1, 1)
    shirt, cap = products(catalog)
    assert cap.is_archived
    assert shirt.details == before.details
    assert [(each.details, shirt.describe_options(each)) for each in shirt.active_variants] == [
        (each.details, before.describe_options(each)) for each in before.active_variants
    ]
    assert "removed" in report(catalog, undone)


def sizes(catalog: CatalogFixture) -> dict[str | None, str]:
    [product] = products(catalog)
    return {each.details.sku: product.describe_options(each) for each in product.active_variants}


def test_variants_exchange_their_options_in_a_file_and_in_its_undo(
    catalog: CatalogFixture,
) -> None:
    import_text(catalog, SHIRT)
    exchanged = SHIRT.replace(",Size,S", ",Size,?").replace(",Size,L", ",Size,S")
    job = import_text(catalog, exchanged.replace("?", "L"))
    assert (job.counts["edited"], job.counts["rejected"]) == (1, 0)
    assert sizes(catalog) == {"S": "Size: L", "L": "Size: S"}
    assert undo(catalog, job).counts["undone"] == 1
    assert sizes(catalog) == {"S": "Size: S", "L": "Size: L"}


def test_undo_gives_variants_values_that_others_have_now(catalog: CatalogFixture) -> None:
    import_text(catalog, SHIRT)
    job = import_text(catalog, SHIRT.replace(",Size,S", ",Size,M").replace(",Size,L", ",Size,S"))
    assert sizes(catalog) == {"S": "Size: M", "L": "Size: S"}
    assert undo(catalog, job).counts["undone"] == 1
    assert sizes(catalog) == {"S": "Size: S", "L": "Size: L"}


def options(catalog: CatalogFixture) -> dict[str, list[str]]:
    [product] = products(catalog)
    return {each.name: [value.text for value in each.values] for each in product.options}


def test_undo_removes_options_and_values_that_the_import_added(catalog: CatalogFixture) -> None:
    import_text(catalog, "handle,sku,title,price\nshirt,S,Shirt,10\n")
    sized = import_text(catalog, SHIRT)
    coloured = SHIRT.replace("option1_value\n", "option1_value,option2_name,option2_value\n")
    coloured = coloured.replace("Size,S", "Size,M,Colour,Red").replace(
        "Size,L", "Size,L,Colour,Red"
    )
    job = import_text(catalog, coloured + "shirt,X,Shirt,12,1,Size,XL,Colour,Blue\n")
    assert options(catalog) == {"Size": ["S", "L", "M", "XL"], "Colour": ["Red", "Blue"]}
    assert undo(catalog, job).counts["undone"] == 1
    # An archived variant has XL.
    assert options(catalog) == {"Size": ["S", "L", "XL"]}
    assert sizes(catalog) == {"S": "Size: S", "L": "Size: L"}
    assert undo(catalog, sized).counts["undone"] == 1
    assert (options(catalog), sizes(catalog)) == ({}, {"S": ""})

    # Both files restore the variants that the undos have archived.
    assert import_text(catalog, SHIRT).counts["rejected"] == 0
    again = import_text(catalog, coloured + "shirt,X,Shirt,12,1,Size,XL,Colour,Blue\n")
    assert again.counts["rejected"] == 0
    assert sizes(catalog) == {
        "S": "Size: M, Colour: Red",
        "L": "Size: L, Colour: Red",
        "X": "Size: XL, Colour: Blue",
    }
    [product] = products(catalog)
    assert len(product.variants) == 3


def test_variants_without_sku_are_restored_by_the_options_that_an_undo_removed(
    catalog: CatalogFixture,
) -> None:
    file = SHIRT.replace("shirt,S,", "shirt,,").replace("shirt,L,", "shirt,,")
    import_text(catalog, "handle,title,price\nshirt,Shirt,10\n")
    undo(catalog, import_text(catalog, file))
    assert options(catalog) == {}
    assert import_text(catalog, file).counts["rejected"] == 0
    [product] = products(catalog)
    assert [product.describe_options(each) for each in product.variants] == ["Size: S", "Size: L"]
    assert not any(each.is_archived for each in product.variants)


IN_CATEGORIES = "sku,title,price,category,category_name,category_path\n"
SHIRTS = IN_CATEGORIES + "T,Tee,1,shirts,Shirts,Clothing > Shirts\nC,Cap,1,caps,Caps,\n"


def categories(catalog: CatalogFixture) -> dict[str, Category]:
    return {each.details.slug: each for each in catalog.store.categories.values()}


def test_undo_removes_the_categories_that_the_import_added(catalog: CatalogFixture) -> None:
    import_text(catalog, IN_CATEGORIES + "A,Bag,1,bags,Bags,\n")
    job = import_text(catalog, SHIRTS + "A,Bag,2,shirts,Shirts,Clothing > Shirts\n")
    assert categories(catalog).keys() == {"bags", "clothing", "shirts", "caps"}
    undone = undo(catalog, job)
    assert categories(catalog).keys() == {"bags"}
    assert (undone.counts["category removed"], undone.can_be_undone) == (3, False)
    assert "category removed,,Clothing" in report(catalog, job)
    assert catalog.imports.problems(SYSTEM, job.id, 10) == []

    # The same file adds the categories again, and restores the products in them.
    again = import_text(catalog, SHIRTS)
    assert (again.counts["edited"], again.counts["categories_added"]) == (2, 3)
    slugs = {each.id: each.details.slug for each in categories(catalog).values()}
    tee, cap = (
        next(product for product in products(catalog) if product.details.sku == sku)
        for sku in ("T", "C")
    )
    assert slugs[tee.details.category_id or CategoryId(0)] == "shirts"
    assert slugs[cap.details.category_id or CategoryId(0)] == "caps"


def test_undo_keeps_and_lists_categories_that_are_used_or_were_changed(
    catalog: CatalogFixture,
) -> None:
    job = import_text(catalog, SHIRTS)
    caps, shirts = categories(catalog)["caps"].id, categories(catalog)["shirts"].id
    catalog.edit_category(
        EditCategoryCommand(actor=SYSTEM, category_id=caps, changes={"name": "Hats"})
    )
    other = catalog.add_product(
        AddProductCommand(actor=SYSTEM, details=details(category_id=shirts), stock=0)
    )
    undone = undo(catalog, job)
    assert categories(catalog).keys() == {"clothing", "shirts", "caps"}
    assert (undone.counts["category kept"], undone.counts["removed"]) == (3, 2)
    listed = [entry.detail for entry in catalog.imports.problems(SYSTEM, job.id, 10)]
    used = "A product, another category, an attribute or a collection uses it."
    assert listed == [
        f"Clothing: {used}",
        f"Shirts: {used}",
        "Caps: It was changed after the import.",
    ]

    catalog.edit_product(
        EditProductCommand(actor=SYSTEM, product_id=other, changes={"category_id": None})
    )
    assert undo(catalog, undone).counts["category kept"] == 1
    assert categories(catalog).keys() == {"caps"}


def test_undo_keeps_products_whose_former_category_was_removed(catalog: CatalogFixture) -> None:
    first = import_text(catalog, IN_CATEGORIES + "A,Bag,1,bags,Bags,\n")
    second = import_text(catalog, IN_CATEGORIES + "A,Bag,2,caps,Caps,\n")
    undo(catalog, first)
    assert categories(catalog).keys() == {"caps"}
    undone = undo(catalog, second)
    assert (undone.status, undone.counts["kept"]) == (ImportStatus.UNDONE, 1)
    listed = [entry.detail for entry in catalog.imports.problems(SYSTEM, second.id, 10)]
    assert "Bag: The category that it had was removed after the import." in listed
    assert [str(each.details.price) for each in products(catalog)] == ["2.00"]


def test_undo_keeps_and_lists_products_that_were_changed_since(catalog: CatalogFixture) -> None:
    import_text(catalog, "sku,title,price\nA,Kite,1\nB,Lamp,2\n")
    job = import_text(catalog, "sku,title,price\nA,Kite,3\nB,Lamp,4\n")
    kite, _ = products(catalog)
    catalog.edit_product(
        EditProductCommand(actor=SYSTEM, product_id=kite.id, changes={"title": "Dragon"})
    )
    undone = undo(catalog, job)
    assert (undone.counts["undone"], undone.counts["kept"]) == (1, 1)
    assert [(each.details.title, str(each.details.price)) for each in products(catalog)] == [
        ("Dragon", "3.00"),
        ("Lamp", "2.00"),
    ]
    [kept] = catalog.imports.problems(SYSTEM, job.id, 10)
    assert (kept.line, kept.result) == (2, "kept")
    assert kept.detail == "Kite: It was changed after the import."


def test_undo_removes_what_it_archives_from_carts_and_wishlists(catalog: CatalogFixture) -> None:
    import_text(catalog, SHIRT)
    large = SHIRT.replace("\nshirt,L", "\nshirt,XL,Shirt,12,1,Size,XL\nshirt,L")
    job = import_text(catalog, large + "cap,C,Cap,5,1,,\n")
    variants = [variant for product in products(catalog) for variant in product.variants]
    cart, wishlist = Cart(user_id=UserId(1)), Wishlist(user_id=UserId(1))
    for number, variant in enumerate(variants, start=1):
        cart.add(
            variant.id,
            1,
            line_id=CartLineId(number),
            limits=QuantityLimits(orderable=1, max_per_line=1),
            at=catalog.clock.now(),
        )
        wishlist.add(variant.id, at=catalog.clock.now())
    with catalog.begin() as work:
        work.carts.save(cart)
        work.wishlists.save(wishlist)
        work.commit()
    undo(catalog, job)
    kept = {each.id for each in variants if each.details.sku in {"S", "L"}}
    with catalog.begin() as work:
        assert {line.variant_id for line in work.carts.of(UserId(1)).lines} == kept
        assert {each.id for each in variants if each.id in work.wishlists.of(UserId(1))} == kept


def test_undo_returns_stock_unless_it_was_adjusted_since(catalog: CatalogFixture) -> None:
    import_text(catalog, "sku,title,price,stock\nA,Kite,1,5\nB,Lamp,2,5\n")
    counted = replace(GENERIC, set_stock=True)
    job = import_text(catalog, "sku,stock\nA,9\nB,9\n", counted)
    kite, lamp = products(catalog)
    catalog.adjust_stock(
        AdjustStockCommand(actor=SYSTEM, product_id=lamp.id, delta=1, reason="Found")
    )
    undone = undo(catalog, job)
    assert (undone.counts["undone"], undone.counts["kept"]) == (1, 1)
    levels = catalog.store.stock_levels
    on_hand = [
        level.on_hand
        for each in (kite, lamp)
        if (level := levels.get(each.default_variant_id)) is not None
    ]
    assert on_hand == [5, 10]


def test_product_changed_by_two_batches_is_undone(catalog: CatalogFixture) -> None:
    import_text(catalog, "sku,title,price\nA,Kite,1\n")
    rows = "".join(f"K-{number},Kite,1\n" for number in range(BATCH_SIZE))
    job = import_text(catalog, f"sku,title,price\nA,Kite,2\n{rows}A,Kite,3\n")
    undo(catalog, job)
    kite, *others = products(catalog)
    assert str(kite.details.price) == "1.00"
    assert all(each.is_archived for each in others)


def test_import_after_an_undo_restores_the_products(catalog: CatalogFixture) -> None:
    undo(catalog, import_text(catalog, SHIRT))
    job = import_text(catalog, SHIRT)
    assert (job.counts["rejected"], job.counts["edited"]) == (0, 1)
    [shirt] = products(catalog)
    assert not shirt.is_archived
    undo(catalog, job)
    assert products(catalog)[0].is_archived
    again = import_text(catalog, SHIRT)
    assert (again.counts["rejected"], again.counts["edited"]) == (0, 1)
    assert not products(catalog)[0].is_archived


PRESTASHOP = replace(GENERIC, source="prestashop")
LAMP = "Product ID;Name;Price tax excluded;Reference\n1;Lamp;100.00;L\n"
SIZES = (
    "Product ID;Attribute;Value;Reference;Impact on price;Default\n"
    "1;Size:select:0;S:0;L-S;0;1\n1;Size:select:0;L:1;L-L;5;0\n"
)


def prices(catalog: CatalogFixture) -> list[str]:
    [product] = products(catalog)
    return [str(each.details.price) for each in product.active_variants]


def test_undo_restores_the_price_from_which_combinations_differ(catalog: CatalogFixture) -> None:
    import_text(catalog, LAMP, PRESTASHOP)
    combinations = import_text(catalog, SIZES, PRESTASHOP)
    dearer = import_text(catalog, LAMP.replace("100.00", "130.00"), PRESTASHOP)
    assert prices(catalog) == ["130.00", "135.00"]
    undo(catalog, dearer)
    assert prices(catalog) == ["100.00", "105.00"]
    import_text(catalog, SIZES, PRESTASHOP)
    assert prices(catalog) == ["100.00", "105.00"]
    import_text(catalog, LAMP, PRESTASHOP)
    assert prices(catalog) == ["100.00", "105.00"]
    # The product is again as the combinations left it.
    assert undo(catalog, combinations).counts["undone"] == 1
    assert prices(catalog) == ["100.00"]


def test_undo_removes_a_price_from_which_no_combination_differed(catalog: CatalogFixture) -> None:
    import_text(catalog, "sku,title,price\nL,Lamp,80\n")
    undo(catalog, import_text(catalog, LAMP, PRESTASHOP))
    assert prices(catalog) == ["80.00"]
    assert base_price(catalog) is None


def base_price(catalog: CatalogFixture) -> str | None:
    """The price of the only product from which its combinations differ."""
    [product] = products(catalog)
    with catalog.begin() as work:
        base = work.product_references.base_values("prestashop", [product.id]).get(product.id)
    return None if base is None else str(base.price)


def test_weight_that_no_product_has_is_not_kept_as_a_base_value(catalog: CatalogFixture) -> None:
    text = "Product ID,Name,Price tax included,Weight\n1,Lamp,5,99999999\n"
    job = import_text(catalog, text, PRESTASHOP)
    [product] = products(catalog)
    with catalog.begin() as work:
        [base] = work.product_references.base_values("prestashop", [product.id]).values()
    assert base.weight_g is None
    assert "A weight is at most 10000000 grams. It was left out." in report(catalog, job)


def test_undo_removes_base_values_of_a_product_that_did_not_change(
    catalog: CatalogFixture,
) -> None:
    # Imported before base values were kept.
    import_text(catalog, LAMP, PRESTASHOP)
    [product] = products(catalog)
    with catalog.begin() as work:
        work.product_references.save_base_values("prestashop", {product.id: None})
        work.commit()
    again = import_text(catalog, LAMP, PRESTASHOP)
    assert (again.counts["edited"], base_price(catalog)) == (1, "100.00")
    assert "changed,base_values,Lamp" in report(catalog, again)
    assert import_text(catalog, LAMP, PRESTASHOP).counts["edited"] == 0
    assert undo(catalog, again).counts["undone"] == 1
    assert (base_price(catalog), prices(catalog)) == (None, ["100.00"])


def test_first_price_of_a_product_that_a_file_repeats_is_kept(catalog: CatalogFixture) -> None:
    import_text(catalog, LAMP, PRESTASHOP)
    import_text(catalog, SIZES, PRESTASHOP)
    header, row = LAMP.splitlines()
    import_text(catalog, "\n".join([header, row.replace("100.00", "130.00"), row]), PRESTASHOP)
    assert prices(catalog) == ["130.00", "135.00"]
    import_text(catalog, LAMP, PRESTASHOP)
    assert prices(catalog) == ["100.00", "105.00"]


def test_undo_moves_archived_combinations_back(catalog: CatalogFixture) -> None:
    import_text(catalog, LAMP, PRESTASHOP)
    import_text(catalog, SIZES, PRESTASHOP)
    [product] = products(catalog)
    large = product.variants[1].id
    catalog.archive_variant(ArchiveVariantCommand(actor=SYSTEM, variant_id=large))
    undo(catalog, import_text(catalog, LAMP.replace("100.00", "150.00"), PRESTASHOP))
    catalog.restore_variant(RestoreVariantCommand(actor=SYSTEM, variant_id=large))
    assert prices(catalog) == ["100.00", "105.00"]


def test_price_below_a_difference_changes_no_combination(catalog: CatalogFixture) -> None:
    import_text(catalog, LAMP, PRESTASHOP)
    import_text(catalog, SIZES.replace(";5;", ";-50;"), PRESTASHOP)
    assert prices(catalog) == ["100.00", "50.00"]
    job = import_text(catalog, LAMP.replace("100.00", "30.00"), PRESTASHOP)
    assert (job.counts["rejected"], prices(catalog)) == (1, ["100.00", "50.00"])
    import_text(catalog, LAMP, PRESTASHOP)
    assert prices(catalog) == ["100.00", "50.00"]


def test_ids_of_a_batch_are_not_used_again_after_a_lost_commit(
    catalog: CatalogFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    job_id = upload(catalog, kites(2 * BATCH_SIZE))
    catalog.start_import(SYSTEM, job_id)
    commit = FakeUnitOfWork.commit

    def lose_the_response(work: FakeUnitOfWork) -> None:
        commit(work)
        if products(catalog):
            raise StorageUnavailable("The database can't be reached.")

    with monkeypatch.context() as patch:
        patch.setattr(FakeUnitOfWork, "commit", lose_the_response)
        with pytest.raises(StorageUnavailable):
            catalog.run_imports()
    # With one of them, the database would refuse each further batch.
    assert not catalog.run_imports._ids
    catalog.clock.move(seconds=11)
    catalog.run_imports()
    job = catalog.imports.job(SYSTEM, job_id)
    assert (job.status, job.counts["added"]) == (ImportStatus.FINISHED, 2 * BATCH_SIZE)
    assert len(products(catalog)) == 2 * BATCH_SIZE


def test_ids_are_not_used_if_their_reservation_fails(
    catalog: CatalogFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Something else gets them."""
    job_id = upload(catalog, kites(BATCH_SIZE))
    catalog.start_import(SYSTEM, job_id)
    commit = FakeUnitOfWork.commit

    def fail(work: FakeUnitOfWork) -> None:
        if catalog.run_imports._files.current is not None:
            raise StorageUnavailable("The disk is full.")
        commit(work)

    with monkeypatch.context() as patch:
        patch.setattr(FakeUnitOfWork, "commit", fail)
        with pytest.raises(StorageUnavailable):
            catalog.run_imports()
    assert not catalog.run_imports._ids


def test_import_whose_file_could_not_be_read_is_not_finished(
    catalog: CatalogFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    job_id = upload(catalog, kites(2 * BATCH_SIZE))
    catalog.start_import(SYSTEM, job_id)

    def fail(_file: ProductRows, _currency: str, _today: date) -> Iterator[ImportedProduct]:
        yield from ()
        raise OSError

    with monkeypatch.context() as patch:
        patch.setattr(ProductRows, "products", fail)
        with pytest.raises(OSError):  # noqa: PT011 (no message)
            catalog.run_imports()
    catalog.clock.move(seconds=11)
    catalog.run_imports()
    job = catalog.imports.job(SYSTEM, job_id)
    assert (job.status, job.counts["added"]) == (ImportStatus.FINISHED, 2 * BATCH_SIZE)


def test_batch_is_imported_if_the_next_one_could_not_be_read(
    catalog: CatalogFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    job_id = upload(catalog, kites(3 * BATCH_SIZE))
    catalog.start_import(SYSTEM, job_id)
    read_all = ProductRows.products

    def fail(file: ProductRows, currency: str, today: date) -> Iterator[ImportedProduct]:
        # One more product shows that the first batch is complete.
        yield from islice(read_all(file, currency, today), BATCH_SIZE + 1)
        raise OSError

    with monkeypatch.context() as patch:
        patch.setattr(ProductRows, "products", fail)
        with pytest.raises(OSError):  # noqa: PT011 (no message)
            catalog.run_imports()
    job = catalog.imports.job(SYSTEM, job_id)
    assert (job.rows_done, job.counts["added"]) == (BATCH_SIZE, BATCH_SIZE)
    catalog.clock.move(seconds=11)
    catalog.run_imports()
    job = catalog.imports.job(SYSTEM, job_id)
    assert (job.status, job.counts["added"]) == (ImportStatus.FINISHED, 3 * BATCH_SIZE)


@pytest.mark.parametrize("edits", [False, True])
def test_next_batch_is_read_before_the_commit_of_a_batch_without_locks(
    catalog: CatalogFixture, monkeypatch: pytest.MonkeyPatch, *, edits: bool
) -> None:
    if edits:
        import_text(catalog, kites(1))
    steps: list[str] = []
    read_ahead, run_batch = OpenImport.read_ahead, ImportBatch.run
    save = FakeImportJobs.advance

    def noting(name: str, call: Callable[..., None]) -> Callable[..., None]:
        def note(*arguments: object, **named: object) -> None:
            steps.append(name)
            call(*arguments, **named)

        return note

    monkeypatch.setattr(OpenImport, "read_ahead", noting("read", read_ahead))
    monkeypatch.setattr(ImportBatch, "run", noting("import", run_batch))
    monkeypatch.setattr(FakeImportJobs, "advance", noting("save", save))
    import_text(catalog, kites(BATCH_SIZE))
    expected = ["read", "import", "read", "save", "read"]
    if edits:
        expected.pop(2)
    assert steps == expected


def test_import_after_an_undo_restores_the_variants(catalog: CatalogFixture) -> None:
    import_text(catalog, LAMP, PRESTASHOP)
    job = import_text(catalog, SIZES, PRESTASHOP)
    undo(catalog, job)
    assert prices(catalog) == ["100.00"]
    again = import_text(catalog, SIZES, PRESTASHOP)
    assert (again.counts["rejected"], prices(catalog)) == (0, ["100.00", "105.00"])
    [product] = products(catalog)
    assert len(product.variants) == 2
    undo(catalog, again)
    assert prices(catalog) == ["100.00"]


def test_rejected_row_does_not_restore_a_variant_that_an_undo_archived(
    catalog: CatalogFixture,
) -> None:
    header = "handle,sku,title,price,compare_at_price,option1_name,option1_value\n"
    small = header + "a,A,Cup,10,,Size,S\n"
    import_text(catalog, small)
    undo(catalog, import_text(catalog, small + "a,B,Cup,11,,Size,L\n"))
    job = import_text(catalog, small + "a,B,Cup,11,1,Size,L\n")
    assert (job.counts["rejected"], prices(catalog)) == (1, ["10.00"])
    [product] = products(catalog)
    assert [value.text for value in product.options[0].values] == ["S", "L"]
    assert import_text(catalog, small + "a,B,Cup,11,,Size,L\n").counts["rejected"] == 0
    assert prices(catalog) == ["10.00", "11.00"]


def test_combinations_divide_the_stock_again_after_an_undo(catalog: CatalogFixture) -> None:
    """Otherwise the shop would sell the stock of the product and that of the combinations."""

    def stock() -> list[int]:
        [product] = products(catalog)
        levels = (catalog.store.stock_levels.get(each.id) for each in product.active_variants)
        return [level.on_hand for level in levels if level is not None]

    sizes = (
        "Product ID;Attribute;Value;Reference;Impact on price;Default;Quantity\n"
        "1;Size:select:0;S:0;L-S;0;1;3\n1;Size:select:0;L:1;L-L;5;0;4\n"
    )
    lamp = "Product ID;Name;Price tax excluded;Reference;Quantity\n1;Lamp;100.00;L;7\n"
    import_text(catalog, lamp, PRESTASHOP)
    job = import_text(catalog, sizes, PRESTASHOP)
    assert stock() == [3, 4]
    undo(catalog, job)
    assert stock() == [7]
    import_text(catalog, sizes, PRESTASHOP)
    assert stock() == [3, 4]


def test_import_does_not_restore_what_staff_archived(catalog: CatalogFixture) -> None:
    for file in (LAMP, SIZES):
        undo(catalog, import_text(catalog, file, PRESTASHOP))
        import_text(catalog, file, PRESTASHOP)
    [product] = products(catalog)
    large = product.active_variants[1]
    catalog.clock.move(seconds=1)
    catalog.archive_variant(ArchiveVariantCommand(actor=SYSTEM, variant_id=large.id))
    assert import_text(catalog, SIZES, PRESTASHOP).counts["rejected"] == 1
    assert prices(catalog) == ["100.00"]
    catalog.archive_product(ArchiveProductCommand(actor=SYSTEM, product_id=product.id))
    assert import_text(catalog, LAMP, PRESTASHOP).counts["rejected"] == 1
    assert products(catalog)[0].is_archived


class Crash(Exception):
    pass


def test_undo_that_is_interrupted_counts_each_change_once(
    catalog: CatalogFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also if one product was changed by the batch before and by the one that is undone."""
    import_text(catalog, "sku,title,price\nA,Kite,1\n")
    rows = "".join(f"K-{number},Kite {number},1,\n" for number in range(BATCH_SIZE))
    job = import_text(catalog, f"sku,title,price,weight_g\nA,Kite,,50\n{rows}A,Kite,2,50\n")
    catalog.undo_import(SYSTEM, job.id)

    class Interrupted(ImportUndo):
        def _save_undo(self, *args: Any) -> bool:  # noqa: ANN401 (passed on)
            super()._save_undo(*args)
            raise Crash

    with monkeypatch.context() as patch:
        patch.setattr(f"{RUN_IMPORTS}.ImportUndo", Interrupted)
        for _ in range(3):
            with pytest.raises(Crash):
                other_runner(catalog)()
            catalog.clock.move(seconds=61)
    other_runner(catalog)()
    undone = catalog.imports.job(SYSTEM, job.id)
    assert undone.status is ImportStatus.UNDONE
    counts = {name: undone.counts.get(name, 0) for name in ("undone", "removed", "kept")}
    assert counts == {"undone": 2, "removed": BATCH_SIZE, "kept": 0}
    assert str(products(catalog)[0].details.price) == "1.00"


def test_undo_is_repeated_after_deadlocks(
    catalog: CatalogFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Several times at once, and later if there are still deadlocks."""
    job = import_text(catalog, "sku,title,price\nA,Kite,1\n")
    catalog.undo_import(SYSTEM, job.id)

    attempts: list[object] = []

    class OfDeadlock(ImportUndo):
        def _save_undo(self, *args: Any) -> bool:  # noqa: ANN401 (passed on)
            attempts.append(args)
            if len(attempts) <= 7:
                raise ConcurrentChange
            return super()._save_undo(*args)

    monkeypatch.setattr(f"{RUN_IMPORTS}.ImportUndo", OfDeadlock)
    runner = other_runner(catalog)
    with pytest.raises(ConcurrentChange):
        runner()
    assert len(attempts) == 4
    catalog.clock.move(seconds=11)
    runner()
    undone = catalog.imports.job(SYSTEM, job.id)
    assert undone.status is ImportStatus.UNDONE
    assert (undone.counts["removed"], undone.counts.get("kept", 0)) == (1, 0)


def test_edit_between_two_changes_that_are_undone_is_kept(
    catalog: CatalogFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_text(catalog, "sku,title,price\nA,Kite,1\n")
    rows = "".join(f"K-{number},Kite {number},1,\n" for number in range(BATCH_SIZE))
    job = import_text(catalog, f"sku,title,price,weight_g\nA,Kite,,50\n{rows}A,Kite,2,50\n")
    kite = products(catalog)[0]

    class Edited(ImportUndo):
        def _save_undo(self, *args: Any) -> bool:  # noqa: ANN401 (passed on)
            result = super()._save_undo(*args)
            catalog.edit_product(
                EditProductCommand(actor=SYSTEM, product_id=kite.id, changes={"title": "Dragon"})
            )
            return result

    catalog.undo_import(SYSTEM, job.id)
    monkeypatch.setattr(f"{RUN_IMPORTS}.ImportUndo", Edited)
    other_runner(catalog)()
    undone = catalog.imports.job(SYSTEM, job.id)
    assert (undone.counts["undone"], undone.counts["kept"]) == (1, 1)
    [kite, *_] = products(catalog)
    assert (kite.details.title, str(kite.details.price)) == ("Dragon", "1.00")
    assert kite.default_variant.details.weight_g == 50


def test_kept_products_are_undone_after_the_later_import(catalog: CatalogFixture) -> None:
    import_text(catalog, "sku,title,price\nA,Kite,1\nB,Lamp,1\n")
    first = import_text(catalog, "sku,title,price\nA,Kite,2\nB,Lamp,2\n")
    second = import_text(catalog, "sku,price\nA,3\n")
    counts = undo(catalog, first).counts
    assert (counts["undone"], counts["kept"]) == (1, 1)
    counts = undo(catalog, first).counts
    assert (counts["undone"], counts["kept"]) == (1, 1)
    assert "changed after the import" in report(catalog, first)
    undo(catalog, second)
    counts = undo(catalog, first).counts
    assert (counts["undone"], counts["kept"]) == (2, 0)
    assert [str(each.details.price) for each in products(catalog)] == ["1.00", "1.00"]
    assert report(catalog, first) == (
        "line,result,column,detail,code\n2,undone,price,Kite,\n3,undone,price,Lamp,\n"
    )
    with pytest.raises(WrongImportStatus):
        catalog.undo_import(SYSTEM, first.id)


def test_imports_of_stock_are_undone_one_after_the_other(catalog: CatalogFixture) -> None:
    import_text(catalog, "sku,title,price,stock\nA,Kite,1,5\n")
    counted = replace(GENERIC, set_stock=True)
    # A row again, too.
    files = [f"sku,stock\nA,{stock}\nA,{stock + 1}\n" for stock in (6, 8, 11)]
    jobs = [import_text(catalog, file, counted) for file in files]
    assert undo(catalog, jobs[0]).counts["kept"] == 1
    for job in reversed(jobs):
        assert undo(catalog, job).counts["undone"] == 1
    [kite] = products(catalog)
    level = catalog.store.stock_levels.get(kite.default_variant_id)
    assert level is not None
    assert level.on_hand == 5


def test_part_that_a_failed_import_imported_is_undone(
    catalog: CatalogFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = ProductRows.products

    def fail_later(file: ProductRows, currency: str, today: date) -> Iterator[ImportedProduct]:
        yield from islice(read(file, currency, today), BATCH_SIZE + 1)
        raise UnreadableFile("Line 99 has a quote without end.")

    with monkeypatch.context() as patch:
        patch.setattr(ProductRows, "products", fail_later)
        job = import_text(catalog, kites(2 * BATCH_SIZE))
    assert (job.status, job.counts["added"]) == (ImportStatus.FAILED, BATCH_SIZE)
    undone = undo(catalog, job)
    assert (undone.status, undone.counts["removed"]) == (ImportStatus.UNDONE, BATCH_SIZE)
    assert undone.failure == job.failure
    assert all(each.is_archived for each in products(catalog))


# Settings and errors.


def test_mapping_of_columns_is_remembered_for_the_format(catalog: CatalogFixture) -> None:
    text = "Bezeichnung;Preis;Farbe\nDrachen;10,00;rot\n"
    mapping = {"bezeichnung": "title", "preis": "price", "farbe": ""}
    with pytest.raises(UnreadableFile, match="names no known column"):
        upload(catalog, text)
    job_id = upload(catalog, text, replace(GENERIC, mapping=mapping))
    settings = catalog.imports.job(SYSTEM, job_id).settings
    catalog.change_import(SYSTEM, job_id, settings)
    job = import_text(catalog, text)
    assert job.settings.mapping == mapping
    assert [each.details.title for each in products(catalog)] == ["Drachen"]


def test_import_in_another_status_raises(catalog: CatalogFixture) -> None:
    job_id = upload(catalog, kites(1))
    with pytest.raises(WrongImportStatus):
        catalog.undo_import(SYSTEM, job_id)
    catalog.start_import(SYSTEM, job_id)
    for call in (catalog.start_import, catalog.discard_import):
        with pytest.raises(WrongImportStatus):
            call(SYSTEM, job_id)
    with pytest.raises(WrongImportStatus):
        catalog.change_import(SYSTEM, job_id, GENERIC)


def test_customers_may_not_import(catalog: CatalogFixture) -> None:
    job_id = upload(catalog, kites(1))
    customer = Actor(user_id=UserId(1), role=Role.CUSTOMER)
    command = UploadImportCommand(
        actor=customer, file_name="x.csv", stream=BytesIO(b""), settings=GENERIC
    )
    for call in (
        lambda: catalog.upload_import(command),
        lambda: catalog.preview_import(customer, job_id),
        lambda: catalog.change_import(customer, job_id, GENERIC),
        lambda: catalog.discard_import(customer, job_id),
        lambda: catalog.start_import(customer, job_id),
        lambda: catalog.undo_import(customer, job_id),
        lambda: catalog.imports.job(customer, job_id),
        lambda: catalog.imports.recent(customer),
        lambda: list(catalog.imports.report_lines(customer, job_id)),
    ):
        with pytest.raises(PermissionDenied):
            call()


def test_file_that_became_unreadable_fails(catalog: CatalogFixture) -> None:
    job_id = upload(catalog, kites(1))
    with catalog.begin() as work:
        job = work.import_jobs.get(job_id)
        broken = replace(job.settings, mapping={"title": "", "price": ""})
        work.import_jobs.save(replace(job, settings=broken))
        work.commit()
    catalog.start_import(SYSTEM, job_id)
    catalog.run_imports()
    failed = catalog.imports.job(SYSTEM, job_id)
    assert failed.status is ImportStatus.FAILED
    assert "names no known column" in failed.failure


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of more than two rows is large, and a batch has two."""
    monkeypatch.setattr("novacart.application.catalog.import_jobs.PREVIEWED_AT_ONCE", 2)
    for name in ("BATCH_SIZE", "PREVIEW_BATCH_SIZE"):
        monkeypatch.setattr(f"novacart.application.catalog.import_products.{name}", 2)


def upload_large(catalog: CatalogFixture, text: str, settings: ImportSettings = GENERIC) -> int:
    return catalog.upload_import(
        UploadImportCommand(
            actor=SYSTEM,
            file_name="products.csv",
            stream=BytesIO(text.encode()),
            settings=settings,
            preview=True,
        )
    )


@pytest.mark.usefixtures("small_batches")
def test_large_file_is_previewed_by_the_worker(catalog: CatalogFixture) -> None:
    small = upload_large(catalog, kites(2))
    assert catalog.imports.job(SYSTEM, small).status is ImportStatus.DRAFT
    rows = "sku,title,price\nA,Kite,1\nB,Lamp,free\nC,Cup,1\nD,Mug,1\nA,Kite,1\n"
    job_id = upload_large(catalog, rows)
    assert catalog.imports.job(SYSTEM, job_id).status is ImportStatus.PREVIEWING
    assert [each.id for each in catalog.imports.recent(SYSTEM)] == [job_id, small]
    with pytest.raises(WrongImportStatus, match="not finished"):
        catalog.start_import(SYSTEM, job_id)
    catalog.run_imports()
    job = catalog.imports.job(SYSTEM, job_id)
    assert (job.status, job.rows_done, job.runner) == (ImportStatus.DRAFT, 0, "")
    preview = catalog.preview_import(SYSTEM, job_id)
    assert (preview.report.added, preview.report.totals["rejected"]) == (3, 1)
    assert preview.columns == ["sku", "title", "price"]
    assert products(catalog) == []
    catalog.start_import(SYSTEM, job_id)
    catalog.run_imports()
    assert catalog.imports.job(SYSTEM, job_id).status is ImportStatus.FINISHED
    assert len(products(catalog)) == 3


@pytest.mark.usefixtures("small_batches")
@pytest.mark.parametrize("is_large", [True, False])
def test_preview_counts_each_new_category_once(catalog: CatalogFixture, *, is_large: bool) -> None:
    paths = ["Home", "Home > Cups", "Home > Cups", "Toys > Cups", "Home > cups", "Toys", "", "x"]
    rows = [f"Kite {number},1,{path},,\n" for number, path in enumerate(paths)]
    rows += [f"Lamp {number},1,,{slug},Lamps\n" for number, slug in enumerate(["a", "b", "a", "b"])]
    text = "title,price,category_path,category,category_name\n" + "".join(rows)
    settings = replace(GENERIC, create_categories=True)
    job_id = (upload_large if is_large else upload)(catalog, text, settings)
    if is_large:
        catalog.run_imports()
    report = catalog.preview_import(SYSTEM, job_id).report
    assert (report.categories_added, report.rejected) == (7, [])
    catalog.start_import(SYSTEM, job_id)
    catalog.run_imports()
    assert catalog.imports.job(SYSTEM, job_id).counts["categories_added"] == 7


@pytest.mark.usefixtures("small_batches")
@pytest.mark.parametrize("is_large", [True, False])
@pytest.mark.parametrize("create", [True, False])
def test_preview_knows_the_new_categories_of_batches_before(
    catalog: CatalogFixture, *, is_large: bool, create: bool
) -> None:
    """Only the first row of a new category gives its name."""
    text = "sku,title,price,category,category_name\nA,Kite,1,cups,Cups\n" + "".join(
        f"A{number},Kite {number},1,cups,\n" for number in range(4)
    )
    settings = replace(GENERIC, create_categories=create)
    job_id = (upload_large if is_large else upload)(catalog, text, settings)
    if is_large:
        catalog.run_imports()
    report = catalog.preview_import(SYSTEM, job_id).report
    assert (report.added, report.categories_added, report.rejected) == (5, 1, [])
    catalog.start_import(SYSTEM, job_id)
    catalog.run_imports()
    counts = catalog.imports.job(SYSTEM, job_id).counts
    assert (counts["added"], counts["categories_added"], counts["rejected"]) == (5, 1, 0)


@pytest.mark.usefixtures("small_batches")
@pytest.mark.parametrize("is_large", [True, False])
def test_preview_counts_rows_of_one_product_as_the_import(
    catalog: CatalogFixture, *, is_large: bool
) -> None:
    """The rows are in several batches."""
    rows = [
        *('{"sku":"A","title":"Kite","price":"1"}', '{"title":"Pin","price":"1","tags":["a"]}'),
        *('{"handle":"m","title":"Mug","price":"1"}', '{"sku":"B","title":"Lamp","price":"1"}'),
        *('{"sku":"A","title":"Kite","price":"1"}', '{"title":"Pin","price":"1","tags":["a"]}'),
        *('{"handle":"m","title":"Mug","price":"1"}', '{"sku":"B","weight_g":5}'),
    ]
    settings = replace(GENERIC, format="jsonl")
    job_id = (upload_large if is_large else upload)(catalog, "\n".join(rows), settings)
    if is_large:
        catalog.run_imports()
    previewed = catalog.preview_import(SYSTEM, job_id).report
    assert (previewed.notes, previewed.rejected) == ([], [])
    runs = catalog.run_imports
    catalog.start_import(SYSTEM, job_id, runner=runs.runner)
    imported = runs.run(job_id)
    for each in (previewed, imported):
        assert (each.added, each.edited, each.unchanged) == (4, 1, 3)
        assert [(row.line, row.is_new) for row in each.products][-1] == (8, False)


@pytest.mark.usefixtures("small_batches")
def test_reports_of_many_errors_are_bounded(
    catalog: CatalogFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("novacart.application.catalog.import_report.MAX_LINES", 5)
    text = "sku,title,price\n" + "".join(f"A,Kite {number},free\n" for number in range(9))
    preview = catalog.preview_import(SYSTEM, upload(catalog, text)).report
    job_id = upload_large(catalog, text)
    catalog.run_imports()
    of_worker = catalog.preview_import(SYSTEM, job_id).report
    runs = catalog.run_imports
    catalog.start_import(SYSTEM, job_id, runner=runs.runner)
    imported = runs.run(job_id)
    for each in (preview, of_worker, imported):
        assert [row.line for row in each.rejected] == [2, 3, 4, 5, 6]
        assert each.totals["rejected"] == 9
    job = catalog.imports.job(SYSTEM, job_id)
    assert job.counts["rejected"] == 9
    assert report(catalog, job).count("rejected") == 9


@pytest.mark.usefixtures("small_batches")
def test_preview_of_another_process_begins_again(catalog: CatalogFixture) -> None:
    job_id = upload_large(catalog, kites(5))
    with catalog.begin() as work:
        job = work.import_jobs.get(job_id)
        work.import_jobs.save(replace(job, rows_done=2, runner="stopped"))
        work.commit()
    catalog.run_imports()
    assert catalog.preview_import(SYSTEM, job_id).report.added == 5


@pytest.mark.usefixtures("small_batches")
def test_preview_whose_position_was_not_saved_begins_again(
    catalog: CatalogFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    job_id = upload_large(catalog, kites(5))

    class Failing(ImportPreviews):
        saves = 0

        def _save(self, job: ImportJob) -> None:
            self.saves += 1
            if self.saves == 2:
                raise StorageUnavailable("No connection.")
            super()._save(job)

    monkeypatch.setattr(f"{RUN_IMPORTS}.ImportPreviews", Failing)
    runner = other_runner(catalog)
    with pytest.raises(StorageUnavailable):
        runner()
    catalog.clock.move(seconds=11)
    runner()
    assert catalog.preview_import(SYSTEM, job_id).report.added == 5


@pytest.mark.usefixtures("small_batches")
def test_process_that_lost_a_preview_does_not_save_its_position(catalog: CatalogFixture) -> None:
    job_id = upload_large(catalog, kites(5))
    slow, other = other_runner(catalog), other_runner(catalog)
    lost = slow._take()
    assert lost is not None
    catalog.clock.move(seconds=61)
    for _ in range(2):
        taken = other._take()
        assert taken is not None
        other._step(taken)
    slow._step(lost)
    assert catalog.imports.job(SYSTEM, job_id).rows_done == 4
    other()
    assert catalog.preview_import(SYSTEM, job_id).report.added == 5


@pytest.mark.usefixtures("small_batches")
@pytest.mark.parametrize("rows", [2, 3])
def test_columns_without_a_known_name_can_be_chosen_in_a_preview(
    catalog: CatalogFixture, rows: int
) -> None:
    text = kites(rows).replace("title,price", "Artikel|Kosten").replace(",", "|")
    with pytest.raises(UnreadableFile, match="no known column: artikel, kosten"):
        upload(catalog, text)
    job_id = upload_large(catalog, text)
    catalog.run_imports()
    preview = catalog.preview_import(SYSTEM, job_id)
    assert (*preview.columns, preview.report.added) == ("artikel", "kosten", 0)
    settings = replace(GENERIC, mapping={"artikel": "title", "kosten": "price"})
    catalog.change_import(SYSTEM, job_id, settings, preview=True)
    catalog.run_imports()
    assert catalog.preview_import(SYSTEM, job_id).report.added == rows


@pytest.mark.usefixtures("small_batches")
def test_preview_is_made_again_with_other_settings(catalog: CatalogFixture) -> None:
    job_id = upload_large(catalog, kites(3).replace("price", "cost"))
    catalog.run_imports()
    assert catalog.preview_import(SYSTEM, job_id).report.added == 0
    settings = replace(GENERIC, mapping={"cost": "price"})
    catalog.change_import(SYSTEM, job_id, settings, preview=True)
    assert catalog.imports.job(SYSTEM, job_id).status is ImportStatus.PREVIEWING
    catalog.run_imports()
    assert catalog.preview_import(SYSTEM, job_id).report.added == 3
    settings = replace(GENERIC, mapping=dict.fromkeys(("title", "cost"), ""))
    catalog.change_import(SYSTEM, job_id, settings, preview=True)
    catalog.run_imports()
    assert catalog.preview_import(SYSTEM, job_id).report.added == 0
    again = upload_large(catalog, kites(1).replace("price", "cost"))
    assert catalog.imports.job(SYSTEM, again).settings.mapping == {}


@pytest.mark.usefixtures("small_batches")
def test_file_is_deleted_while_its_preview_is_made(catalog: CatalogFixture) -> None:
    job_id = upload_large(catalog, kites(5))
    runs = catalog.run_imports
    original = ImportBatch.run

    def discard_meanwhile(batch: ImportBatch, rows: Sequence[ImportedProduct]) -> None:
        original(batch, rows)
        catalog.discard_import(SYSTEM, job_id)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ImportBatch, "run", discard_meanwhile)
        runs()
    assert list(catalog.store.import_jobs) == []


def test_movements_of_stock_name_their_import(catalog: CatalogFixture) -> None:
    first = import_text(catalog, "sku,title,price,stock\nA,Kite,1,5\n")
    second = import_text(catalog, "sku,stock,stock_read,stock_version\nA,7,5,0\n")
    undo(catalog, second)
    notes = [each.note for each in catalog.store.stock_movements.values()]
    assert notes == [f"Import {first.id}", f"Import {second.id}", f"Import {second.id} undone"]
