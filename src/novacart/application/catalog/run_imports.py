"""Imports that run in the background, can be continued after a crash, and can be undone."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from secrets import token_hex
from time import sleep
from typing import Final

from novacart.application.catalog.import_batch import BatchOptions, ImportBatch, new_id_count
from novacart.application.catalog.import_jobs import LEASE, Progress
from novacart.application.catalog.import_previews import ImportPreviews
from novacart.application.catalog.import_report import ImportReport
from novacart.application.catalog.import_rows import UnreadableFile
from novacart.application.catalog.import_undo import ImportUndo
from novacart.application.catalog.imported_product import ImportedProduct
from novacart.application.catalog.open_import import ImportFiles, OpenImport
from novacart.application.catalog.policy import CatalogPolicy
from novacart.application.ports.clock import Clock
from novacart.application.ports.errors import Unavailable
from novacart.application.ports.html_sanitizer import HtmlSanitizer
from novacart.application.ports.import_jobs import ImportEntry, ImportJob, ImportStatus
from novacart.application.ports.request_context import RequestContext, RequestContexts
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.catalog.errors import SkuTaken, SlugTaken
from novacart.domain.shared.errors import ConcurrentChange

# A job that failed is tried again after so long, `_ATTEMPTS` times in all at one position.
_PAUSE: Final = timedelta(seconds=10)
# Seconds that the worker imports before it looks after other work.
_SLICE: Final = timedelta(seconds=2)
_ATTEMPTS: Final = 4
# Seconds. The first batch includes the parsing of the whole file.
_MAX_BATCH_PAUSE: Final = 1.0
# For later batches, since they are taken in a transaction.
_RESERVED_IDS: Final = 2_000
_COUNTS: Final = (
    *("added", "edited", "unchanged", "variants_added", "categories_added", "pictures"),
)


class RunImports:
    """Import and undo what was started, and preview large files, a batch in each transaction.

    A batch and the position in the file are committed together, so an import continues where it
    was interrupted, also in another process.
    """

    def __init__(
        self,
        *,
        begin: UnitOfWorkFactory,
        clock: Clock,
        policy: CatalogPolicy,
        contexts: RequestContexts,
        sanitizer: HtmlSanitizer,
    ) -> None:
        self._begin = begin
        self._sanitizer = sanitizer
        self._clock = clock
        self._policy = policy
        self._contexts = contexts
        self.runner = token_hex(8)
        self._files = ImportFiles(begin, policy, clock)
        self._previews = ImportPreviews(begin, clock, self._files, sanitizer, self.runner)
        self._undo = ImportUndo(begin, clock, self.runner)
        # The job as the last batch left it.
        self._saved: dict[int, ImportJob] = {}
        self._ids: Sequence[int] = ()
        # By job and its position.
        self._failures: Counter[tuple[int, ImportStatus, int, int]] = Counter()

    def __call__(self) -> None:
        """Work for about two seconds, if there is something to do."""
        end = self._clock.now() + _SLICE
        while self._clock.now() < end:
            job = self._take()
            if job is None:
                return
            try:
                self._step(job)
            except Exception as error:
                self._postpone(job, error)
                raise

    def run(self, job_id: int, progress: Progress = lambda _done, _total: None) -> ImportReport:
        """Import or undo a job of this runner to its end, and return what was imported.

        The job ends as failed after an error, which is raised. After Ctrl-C an import is stopped,
        and the worker completes an undo.
        """
        try:
            return self._run(job_id, progress)
        except KeyboardInterrupt:
            with suppress(Unavailable, ConcurrentChange):
                self._stop(job_id)
            raise

    def _run(self, job_id: int, progress: Progress) -> ImportReport:
        report = ImportReport()
        self._saved.clear()
        while True:
            job = self._saved.pop(job_id, None) or self._load(job_id)
            is_undo = job.status is ImportStatus.UNDOING
            is_mine = job.runner == self.runner
            if not is_mine or (job.status is not ImportStatus.RUNNING and not is_undo):
                progress(job.rows_total, job.rows_total)
                return report
            if is_undo:
                progress(job.entries - job.entries_left, job.entries)
            else:
                progress(min(job.rows_done, job.rows_total), job.rows_total)
            try:
                batch_report = self._step(job)
            except Exception as error:
                # If the database does not answer, the worker continues after the lease.
                with suppress(Unavailable, ConcurrentChange):
                    self._fail(job, error)
                raise
            if batch_report is not None:
                report.include(batch_report)
                if self._files.current is not None:
                    report.ignored_columns = self._files.current.ignored_columns

    def _stop(self, job_id: int) -> None:
        self._files.close()
        with self._begin() as work:
            job = work.import_jobs.get_for_update(job_id)
            if job.runner == self.runner:
                is_import = job.status is ImportStatus.RUNNING
                status = ImportStatus.STOPPED if is_import else job.status
                stopped = replace(job, status=status, runner="", leased_until=None)
                work.import_jobs.save(stopped)
                work.commit()

    def _load(self, job_id: int) -> ImportJob:
        with self._begin(is_optimistic=True) as work:
            return work.import_jobs.get(job_id)

    def _take(self) -> ImportJob | None:
        """The next job, leased to this runner."""
        now = self._clock.now()
        with self._begin() as work:
            job = work.import_jobs.due(self.runner, at=now)
            if job is None:
                return None
            job = replace(job, runner=self.runner, leased_until=now + LEASE)
            work.import_jobs.save(job)
            work.commit()
        return job

    def _postpone(self, job: ImportJob, error: Exception) -> None:
        """Let other jobs run before one that failed, and end one that always fails."""
        if self._always_fails(job, error):
            self._fail(job, error)
            return
        self._files.close()
        with self._begin() as work:
            failed = work.import_jobs.get_for_update(job.id)
            if failed.runner == self.runner:
                paused_until = self._clock.now() + _PAUSE
                work.import_jobs.save(replace(failed, runner="", leased_until=paused_until))
                work.commit()

    def _fail(self, job: ImportJob, error: Exception) -> None:
        """End a job after an error, unless another process works on it now."""
        self._files.close()
        with self._begin() as work:
            failed = work.import_jobs.get_for_update(job.id)
            if failed.runner == self.runner:
                work.import_jobs.save(_failed(failed, error, at=self._clock.now()))
                work.import_jobs.delete_content(job.id)
                work.commit()

    def _always_fails(self, job: ImportJob, error: Exception) -> bool:
        """Whether a position failed too often, not only because of what others did."""
        if isinstance(error, Unavailable | ConcurrentChange):
            return False
        position = job.id, *_position(job)
        self._failures[position] += 1
        if self._failures[position] < _ATTEMPTS:
            return False
        # A person may start it again.
        del self._failures[position]
        return True

    def _step(self, job: ImportJob) -> ImportReport | None:
        """Import or undo one batch, on behalf of the person who started the job."""
        with self._contexts.bind(RequestContext(actor=job.created_by)):
            if job.status is ImportStatus.UNDOING:
                if job.entries_left > 0:
                    self._undo.undo_batch(job)
                else:
                    self._finish(job, ImportStatus.UNDONE)
                return None
            if job.status is ImportStatus.PREVIEWING:
                self._previews.preview_next(job, self._options(job))
                return None
            try:
                return self._import_next(job)
            except UnreadableFile as error:
                self._finish(job, ImportStatus.FAILED, failure=str(error))
                return None

    def _import_next(self, job: ImportJob) -> ImportReport | None:
        started = self._clock.now()
        file = self._files.open(job)
        batch = file.next_batch()
        if batch is None:
            self._finish(job, ImportStatus.FINISHED)
            return None
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                report = self._import_batch(job, batch, file, is_optimistic=attempt < _ATTEMPTS)
            except (ConcurrentChange, SkuTaken, SlugTaken):
                if attempt == _ATTEMPTS:
                    self._files.close()
                    raise
            else:
                self._pause_after(self._clock.now() - started)
                return report
        return None

    def _pause_after(self, batch: timedelta) -> None:
        """Leave processor and disk to shoppers for a part of the time that a batch took."""
        seconds = batch.total_seconds() * self._policy.import_pause
        sleep(min(max(seconds, 0), _MAX_BATCH_PAUSE))

    def _import_batch(
        self,
        job: ImportJob,
        products: Sequence[ImportedProduct],
        file: OpenImport,
        *,
        is_optimistic: bool,
    ) -> ImportReport:
        """Import a batch. An optimistic attempt lets shoppers write until its own first write."""
        now = self._clock.now()
        rows_left = max(0, job.rows_total - file.rows_done)
        ids = self._reserve_ids(products, rows_left) if is_optimistic else ()
        # After an error none is used again, since the transaction may have been committed.
        self._ids = ()
        with self._begin(is_optimistic=is_optimistic) as work:
            stored = work.import_jobs.get_for_update(job.id)
            if stored.status is not ImportStatus.RUNNING or stored.rows_done != job.rows_done:
                # Another process continued it.
                self._files.close()
                return ImportReport()
            batch = ImportBatch(
                work,
                self._options(job),
                sanitizer=self._sanitizer,
                now=now,
                repeated=file.repeated,
                ids=ids,
                is_optimistic=is_optimistic,
            )
            batch.run(products)
            entries = list(_entries_of(batch, start=stored.entries + 1))
            work.import_jobs.add_entries(job.id, entries)
            if not batch.holds_locks:
                # PostgreSQL inserts the rows meanwhile.
                file.read_ahead()
            advanced = replace(
                stored,
                rows_done=file.rows_done,
                entries=stored.entries + len(entries),
                counts=_add_counts(stored.counts, _counts_of(batch.report)),
                runner=self.runner,
                leased_until=now + LEASE,
            )
            work.import_jobs.advance(advanced, after=stored.rows_done)
            if batch.only_adds:
                work.allow_concurrent_writes()
            work.commit()
        self._ids = batch.unused_ids if ids else ()
        self._saved = {job.id: advanced}
        return batch.report

    def _reserve_ids(self, products: Sequence[ImportedProduct], rows_left: int) -> Sequence[int]:
        """Reserve ids for the new rows of a batch, so that it does not begin with writing.

        Reserves none if a product names its id, which may be one of the reserved ones.
        """
        if any(product.id is not None for product in products):
            return ()
        missing = sum(new_id_count(product) for product in products) - len(self._ids)
        if missing > 0:
            with self._begin() as work:
                more = min(_RESERVED_IDS, rows_left)
                taken = work.ids.take(missing + more)
                work.commit()
            self._ids = [*self._ids, *taken]
        return self._ids

    def _options(self, job: ImportJob) -> BatchOptions:
        return BatchOptions(
            source=job.settings.source,
            currency=self._policy.currency,
            dry_run=False,
            set_stock=job.settings.set_stock,
            create_categories=job.settings.create_categories,
            default_stock=job.settings.default_stock,
            picture_folder=job.settings.picture_folder,
            may_add_categories=job.may_add_categories,
            job_id=job.id,
        )

    def _finish(self, job: ImportJob, status: ImportStatus, *, failure: str = "") -> None:
        """End a job, unless another process continued it after the lease."""
        self._files.close()
        with self._begin() as work:
            stored = work.import_jobs.get_for_update(job.id)
            if _position(stored) != _position(job):
                return
            is_finished = status is ImportStatus.FINISHED
            work.import_jobs.save(
                replace(
                    stored,
                    status=status,
                    # Rows of a product that is its variants are not counted before.
                    rows_done=stored.rows_total if is_finished else stored.rows_done,
                    failure=failure or stored.failure,
                    finished_at=self._clock.now(),
                    runner="",
                    leased_until=None,
                )
            )
            work.import_jobs.delete_content(job.id)
            work.commit()


def _position(job: ImportJob) -> tuple[ImportStatus, int, int]:
    return job.status, job.rows_done, job.entries_left


def _failed(job: ImportJob, error: Exception, *, at: datetime) -> ImportJob:
    ended = f"import after {job.rows_done} of {job.rows_total} rows"
    if job.status is ImportStatus.UNDOING:
        ended = f"undo with {job.entries_left} of {job.entries} entries left"
    failure = f"An error that was not expected ended the {ended}: {type(error).__name__}."
    return replace(
        job,
        status=ImportStatus.FAILED,
        failure=f"{failure} The log has more.",
        finished_at=at,
        runner="",
        leased_until=None,
    )


def _entries_of(batch: ImportBatch, start: int) -> Iterator[ImportEntry]:
    lines = sorted(batch.report_entries(), key=lambda entry: entry.line)
    for number, entry in enumerate(lines, start=start):
        yield replace(entry, number=number)


def _counts_of(report: ImportReport) -> dict[str, int]:
    return {name: getattr(report, name) for name in _COUNTS} | {"rejected": len(report.rejected)}


def _add_counts(counts: Mapping[str, int], more: Mapping[str, int]) -> dict[str, int]:
    return {name: counts.get(name, 0) + more.get(name, 0) for name in {**counts, **more}}
