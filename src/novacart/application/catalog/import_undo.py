"""The undo of imports."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from novacart.application.catalog.import_jobs import leased
from novacart.application.catalog.undo_changes import (
    CATEGORY_RESULTS,
    added_category,
    kept_entry,
    undo_entry,
)
from novacart.application.ports.clock import Clock
from novacart.application.ports.import_jobs import ImportEntry, ImportJob, ImportStatus
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.shared.errors import ConcurrentChange, DomainError
from novacart.domain.shared.ids import CategoryId

_ATTEMPTS: Final = 4
_BATCH: Final = 100


class ImportUndo:
    """Undoes the changes of jobs that `runner` works on, each in a transaction of its own."""

    def __init__(self, begin: UnitOfWorkFactory, clock: Clock, runner: str) -> None:
        self._begin = begin
        self._clock = clock
        self._runner = runner
        # Of the job that is undone.
        self._categories: dict[int, frozenset[CategoryId]] = {}

    def undo_batch(self, job: ImportJob) -> None:
        """Undo the last changes first, so that a product changed twice is undone in order."""
        first = max(0, job.entries_left - _BATCH)
        for entry in reversed(self._entries_to_undo(job, first)):
            if entry.result.is_undoable and not self._undo_entry(job.id, entry):
                return
        self._save_undo(job.id, first)

    def _entries_to_undo(self, job: ImportJob, first: int) -> Sequence[ImportEntry]:
        with self._begin(is_optimistic=True) as work:
            return work.import_jobs.entries(
                job.id, after=first, up_to=job.entries_left, limit=_BATCH
            )

    def _undo_entry(self, job_id: int, entry: ImportEntry) -> bool:
        """Undo a change, and count it in the same transaction.

        Returns False if another process works on the job now. Raises `ConcurrentChange`.
        """
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                return self._try_undo(job_id, entry)
            except ConcurrentChange:
                # A deadlock is no reason to keep the change: the job is continued later.
                if attempt == _ATTEMPTS:
                    raise
        return False

    def _try_undo(self, job_id: int, entry: ImportEntry) -> bool:
        try:
            return self._save_undo(job_id, entry.number - 1, entry)
        except ConcurrentChange:
            raise
        except DomainError as error:
            return self._save_undo(job_id, entry.number - 1, entry, error)

    def _save_undo(
        self,
        job_id: int,
        entries_left: int,
        entry: ImportEntry | None = None,
        error: DomainError | None = None,
    ) -> bool:
        """Undo and count a change, or count it as kept after an error, and note the position."""
        now = self._clock.now()
        categories = self._added_by(job_id)
        with self._begin() as work:
            job = work.import_jobs.get_for_update(job_id)
            if not self._is_mine(job, entries_left):
                return False
            counts = dict(job.counts)
            if entry is not None:
                if error is None:
                    done = undo_entry(work, entry, job_id=job_id, categories=categories, at=now)
                else:
                    done = kept_entry(entry, error)
                work.import_jobs.update_entry(job_id, done)
                counts[done.result] = counts.get(done.result, 0) + 1
                if entry.result.is_kept:
                    counts[entry.result] -= 1
            undone = replace(job, entries_left=entries_left, counts=counts)
            work.import_jobs.save(leased(undone, self._runner, self._clock))
            work.commit()
        return True

    def _added_by(self, job_id: int) -> frozenset[CategoryId]:
        """The categories that a job added, read once."""
        if job_id not in self._categories:
            with self._begin(is_optimistic=True) as work:
                entries = work.import_jobs.entries_with(job_id, CATEGORY_RESULTS)
            self._categories = {job_id: frozenset(filter(None, map(added_category, entries)))}
        return self._categories[job_id]

    def _is_mine(self, job: ImportJob, entries_left: int) -> bool:
        """Whether this runner still undoes the job, and not the one after its lease ended."""
        is_undoing = job.status is ImportStatus.UNDOING and job.runner == self._runner
        return is_undoing and job.entries_left > entries_left
