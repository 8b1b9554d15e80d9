"""Fake repository of product imports."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from novacart.application.ports.import_jobs import (
    EntryResult,
    ImportEntry,
    ImportJob,
    ImportNotFound,
    ImportStatus,
)
from novacart.domain.shared.errors import ConcurrentChange
from novacart.domain.shared.ids import ProductId
from tests.fakes.store import FakeStore

_DRAFTS = {ImportStatus.PREVIEWING, ImportStatus.DRAFT}
_TO_DO = {ImportStatus.PREVIEWING, ImportStatus.RUNNING, ImportStatus.UNDOING}


class FakeImportJobs:
    def __init__(self, store: FakeStore) -> None:
        self._store = store

    def add(self, job: ImportJob, content: Iterable[bytes]) -> None:
        self._store.import_jobs.put(job.id, job)
        self._store.import_files.put(job.id, list(content))

    def get(self, job_id: int) -> ImportJob:
        job = self._store.import_jobs.get(job_id)
        if job is None:
            raise ImportNotFound
        return job

    def get_for_update(self, job_id: int) -> ImportJob:
        return self.get(job_id)

    def save(self, job: ImportJob) -> None:
        self._store.import_jobs.put(job.id, job)

    def advance(self, job: ImportJob, *, after: int) -> None:
        stored = self.get(job.id)
        if (stored.rows_done, stored.status) != (after, ImportStatus.RUNNING):
            raise ConcurrentChange
        self.save(job)

    def delete(self, job_id: int) -> None:
        self.delete_content(job_id)
        self._store.import_jobs.remove(job_id)

    def delete_drafts(self, *, before: datetime) -> None:
        for job in list(self._store.import_jobs.values()):
            if job.status in _DRAFTS and job.created_at < before:
                self.delete(job.id)

    def recent(self, limit: int) -> Sequence[ImportJob]:
        jobs = self._store.import_jobs.values()
        return sorted(jobs, key=lambda job: job.id, reverse=True)[:limit]

    def due(self, runner: str, *, at: datetime) -> ImportJob | None:
        for job in sorted(self._store.import_jobs.values(), key=lambda job: job.id):
            is_free = job.leased_until is None or job.leased_until <= at
            if job.status in _TO_DO and (is_free or job.runner == runner):
                return job
        return None

    def content(self, job_id: int) -> Iterator[bytes]:
        yield from self._store.import_files.get(job_id) or []

    def delete_content(self, job_id: int) -> None:
        self._store.import_files.remove(job_id)

    def add_entries(self, job_id: int, entries: Sequence[ImportEntry]) -> None:
        for entry in entries:
            self.update_entry(job_id, entry)

    def update_entry(self, job_id: int, entry: ImportEntry) -> None:
        self._store.import_entries.put((job_id, entry.number), entry)

    def entries(
        self, job_id: int, *, after: int = 0, up_to: int | None = None, limit: int
    ) -> Sequence[ImportEntry]:
        numbers = sorted(
            number
            for owner, number in self._store.import_entries
            if owner == job_id and number > after and (up_to is None or number <= up_to)
        )
        found = [self._store.import_entries.get((job_id, number)) for number in numbers[:limit]]
        return [entry for entry in found if entry is not None]

    def entries_with(self, job_id: int, results: Collection[EntryResult]) -> Sequence[ImportEntry]:
        entries = self.entries(job_id, limit=self.get(job_id).entries)
        return [entry for entry in entries if entry.result in results]

    def change_of(self, job_id: int, product_id: ProductId) -> ImportEntry | None:
        found = [
            entry
            for entry in self.entries(job_id, limit=10**9)
            if entry.product_id == product_id
            and entry.result in {EntryResult.ADDED, EntryResult.CHANGED}
        ]
        return found[-1] if found else None

    def undone_entries(self, product_ids: Iterable[ProductId]) -> Sequence[ImportEntry]:
        wanted = set(product_ids)
        entries = self._store.import_entries
        found = [entries.get(key) for key in sorted(entries)]
        return [
            entry
            for entry in found
            if entry is not None
            and entry.product_id in wanted
            and entry.result in {EntryResult.UNDONE, EntryResult.REMOVED}
        ]

    def mapping(self, source: str) -> Mapping[str, str]:
        return self._store.import_mappings.get(source) or {}

    def save_mapping(self, source: str, mapping: Mapping[str, str]) -> None:
        self._store.import_mappings.put(source, dict(mapping))
