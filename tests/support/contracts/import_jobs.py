"""Contract of the `ImportJobs` port."""

from dataclasses import replace
from datetime import timedelta

import pytest

from novacart.application.ports.import_jobs import (
    EntryResult,
    ImportEntry,
    ImportJob,
    ImportNotFound,
    ImportSettings,
    ImportStatus,
)
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.shared.errors import ConcurrentChange
from novacart.domain.shared.ids import ProductId
from tests.support.builders.catalog import NOON

JOB = ImportJob(
    id=7,
    file_name="products.csv",
    settings=ImportSettings(
        source="shopify",
        format="csv",
        encoding="cp1252",
        mapping={"preis": "price"},
        set_stock=True,
    ),
    status=ImportStatus.DRAFT,
    created_by="staff:3",
    may_add_categories=True,
    created_at=NOON,
    rows_total=12,
)
ENTRIES = [
    ImportEntry(
        number=1, line=2, result=EntryResult.REMOVED, product_id=ProductId(41), undo='{"a":1}'
    ),
    ImportEntry(
        number=2,
        line=3,
        result=EntryResult.REJECTED,
        column="price",
        detail="Not a number.",
        code="invalid_value",
    ),
    ImportEntry(number=3, line=4, result=EntryResult.CHANGED, product_id=ProductId(42)),
]


def add(begin: UnitOfWorkFactory, *jobs: ImportJob, content: tuple[bytes, ...] = ()) -> None:
    with begin() as work:
        for job in jobs:
            work.import_jobs.add(job, content)
        work.commit()


class ImportJobsContract:
    """Subclasses provide the fixture `begin`."""

    def test_added_job_is_loaded_with_its_file(self, begin: UnitOfWorkFactory) -> None:
        add(begin, JOB, content=(b"title,", b"price\n"))
        with begin() as work:
            assert work.import_jobs.get(7) == work.import_jobs.get_for_update(7) == JOB
            assert list(work.import_jobs.content(7)) == [b"title,", b"price\n"]
            work.import_jobs.delete_content(7)
            assert list(work.import_jobs.content(7)) == []

    def test_running_job_advances_once_from_a_position(self, begin: UnitOfWorkFactory) -> None:
        running = replace(JOB, status=ImportStatus.RUNNING)
        add(begin, running, replace(JOB, id=8))
        with begin() as work:
            work.import_jobs.advance(replace(running, rows_done=5), after=0)
            work.commit()
        for job, after in ((running, 0), (running, 6), (replace(JOB, id=8), 0)):
            with begin() as work, pytest.raises(ConcurrentChange):
                work.import_jobs.advance(replace(job, rows_done=9), after=after)
        with begin() as work:
            assert work.import_jobs.get(7).rows_done == 5

    def test_saved_job_is_loaded(self, begin: UnitOfWorkFactory) -> None:
        add(begin, JOB)
        saved = replace(
            JOB,
            status=ImportStatus.FINISHED,
            rows_done=12,
            entries=3,
            entries_left=1,
            counts={"added": 4},
            failure="Broken",
            preview='{"columns":[]}',
            finished_at=NOON,
            runner="a",
            leased_until=NOON,
        )
        with begin() as work:
            work.import_jobs.save(saved)
            work.commit()
        with begin() as work:
            assert work.import_jobs.get(7) == saved

    def test_unknown_and_deleted_jobs_raise(self, begin: UnitOfWorkFactory) -> None:
        add(begin, JOB, content=(b"x",))
        with begin() as work:
            work.import_jobs.delete(7)
            with pytest.raises(ImportNotFound):
                work.import_jobs.get(7)
            with pytest.raises(ImportNotFound):
                work.import_jobs.get_for_update(8)

    def test_old_drafts_are_deleted(self, begin: UnitOfWorkFactory) -> None:
        running = replace(JOB, id=8, status=ImportStatus.RUNNING)
        newer = replace(JOB, id=9, created_at=NOON + timedelta(hours=1))
        previewing = replace(JOB, id=10, status=ImportStatus.PREVIEWING)
        add(begin, JOB, running, newer, previewing, content=(b"x",))
        with begin() as work:
            work.import_jobs.delete_drafts(before=NOON + timedelta(minutes=1))
            for deleted in (7, 10):
                with pytest.raises(ImportNotFound):
                    work.import_jobs.get(deleted)
            assert list(work.import_jobs.content(7)) == []
            assert (work.import_jobs.get(8), work.import_jobs.get(9)) == (running, newer)

    def test_recent_jobs_are_the_newest(self, begin: UnitOfWorkFactory) -> None:
        finished = replace(JOB, status=ImportStatus.FINISHED)
        stopped = replace(JOB, id=2, status=ImportStatus.STOPPED)
        add(begin, replace(finished, id=1), stopped, replace(JOB, id=3))
        with begin() as work:
            assert [job.id for job in work.import_jobs.recent(2)] == [3, 2]
            # Only a person continues a stopped job.
            assert work.import_jobs.due("any", at=NOON) is None

    def test_oldest_job_without_another_runner_is_due(self, begin: UnitOfWorkFactory) -> None:
        leased = replace(
            JOB,
            id=1,
            status=ImportStatus.RUNNING,
            runner="a",
            leased_until=NOON + timedelta(minutes=1),
        )
        undoing = replace(JOB, id=2, status=ImportStatus.UNDOING)
        previewing = replace(JOB, id=5, status=ImportStatus.PREVIEWING)
        add(begin, leased, undoing, replace(JOB, id=3), replace(undoing, id=4), previewing)
        with begin() as work:
            jobs = work.import_jobs
            assert jobs.due("a", at=NOON) == leased
            assert jobs.due("b", at=NOON) == undoing
            assert jobs.due("b", at=NOON + timedelta(minutes=1)) == leased
            jobs.save(replace(undoing, status=ImportStatus.UNDONE))
            jobs.save(replace(undoing, id=4, status=ImportStatus.FAILED))
            assert jobs.due("b", at=NOON) == previewing
            jobs.save(replace(previewing, status=ImportStatus.DRAFT))
            assert jobs.due("b", at=NOON) is None

    def test_entries_are_listed_by_number(self, begin: UnitOfWorkFactory) -> None:
        add(begin, JOB, replace(JOB, id=8))
        with begin() as work:
            jobs = work.import_jobs
            jobs.add_entries(7, ENTRIES)
            jobs.add_entries(8, ENTRIES[:1])
            jobs.add_entries(8, [])
            assert jobs.entries(7, limit=9) == ENTRIES
            assert jobs.entries(7, after=1, limit=1) == ENTRIES[1:2]
            assert jobs.entries(7, after=1, up_to=2, limit=9) == ENTRIES[1:2]
            kept = replace(ENTRIES[0], result=EntryResult.KEPT, detail="Changed", undo=None)
            jobs.update_entry(7, kept)
            assert jobs.entries(7, limit=1) == [kept]

    def test_undone_entries_of_products_are_listed(self, begin: UnitOfWorkFactory) -> None:
        add(begin, JOB)
        undone = replace(ENTRIES[2], number=4, result=EntryResult.UNDONE)
        with begin() as work:
            work.import_jobs.add_entries(7, [*ENTRIES, undone])
            entries = work.import_jobs.undone_entries
            assert entries([ProductId(41), ProductId(42)]) == [ENTRIES[0], undone]
            assert entries([ProductId(43)]) == []

    def test_last_change_of_a_product_is_found(self, begin: UnitOfWorkFactory) -> None:
        add(begin, JOB)
        again = replace(ENTRIES[2], number=4, undo='{"b":2}')
        with begin() as work:
            work.import_jobs.add_entries(7, [*ENTRIES, again])
            change_of = work.import_jobs.change_of
            assert change_of(7, ProductId(42)) == again
            assert change_of(7, ProductId(41)) is change_of(8, ProductId(42)) is None

    def test_last_mapping_of_a_source_is_kept(self, begin: UnitOfWorkFactory) -> None:
        with begin() as work:
            assert work.import_jobs.mapping("shopify") == {}
            work.import_jobs.save_mapping("shopify", {"preis": "price"})
            work.import_jobs.save_mapping("shopify", {"preis": "price", "x": ""})
            work.import_jobs.save_mapping("magento", {})
            assert work.import_jobs.mapping("shopify") == {"preis": "price", "x": ""}
