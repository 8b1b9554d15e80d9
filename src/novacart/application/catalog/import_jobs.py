"""Imports that run in the background, can be continued after a crash, and can be undone."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from secrets import token_hex
from tempfile import TemporaryFile
from typing import IO, Final
from weakref import finalize

from novacart.application.authorization.actor import Actor
from novacart.application.catalog.exchange_rate import ExchangeRate
from novacart.application.catalog.import_batch import BatchOptions, ImportBatch, new_id_count
from novacart.application.catalog.import_products import (
    ImportProducts,
    ImportProductsCommand,
    SeenBefore,
    batches,
)
from novacart.application.catalog.import_report import ImportPreview, ImportReport
from novacart.application.catalog.import_rows import ProductRows, UnreadableFile
from novacart.application.catalog.import_sources.registry import SOURCES
from novacart.application.catalog.imported_product import ImportedProduct
from novacart.application.catalog.policy import CatalogPolicy
from novacart.application.catalog.product_file_reader import FileEncoding, read_products
from novacart.application.catalog.product_files import FileFormat, csv_lines
from novacart.application.catalog.undo_changes import (
    CATEGORY_RESULTS,
    KEPT,
    UNDOABLE,
    added_category,
    kept_entry,
    undo_entry,
)
from novacart.application.ports.clock import Clock
from novacart.application.ports.errors import Unavailable
from novacart.application.ports.html_sanitizer import HtmlSanitizer
from novacart.application.ports.import_jobs import (
    ImportEntry,
    ImportJob,
    ImportNotFound,
    ImportSettings,
    ImportStatus,
)
from novacart.application.ports.picture_downloads import DownloadStatus, PictureDownload
from novacart.application.ports.request_context import RequestContext, RequestContexts
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.catalog.errors import SkuTaken, SlugTaken
from novacart.domain.shared.errors import ConcurrentChange, DomainError
from novacart.domain.shared.ids import CategoryId

_CHUNK: Final = 1_000_000
# Another process continues a job that its runner has not continued for so long.
_LEASE: Final = timedelta(seconds=60)
# A job that failed is tried again after so long, up to `_ATTEMPTS` times at one position.
_PAUSE: Final = timedelta(seconds=10)
# A draft that is older is deleted when another file is uploaded.
_DRAFT_LIFETIME: Final = timedelta(days=1)
# Seconds that the worker imports before it looks after other work.
_SLICE: Final = timedelta(seconds=2)
_ATTEMPTS: Final = 4
# For later batches, since they are taken in a transaction.
_RESERVED_IDS: Final = 2_000
_ENTRIES: Final = 500
_UNDO_BATCH: Final = 100
# The results of entries that are no problems.
_EXPECTED: Final = frozenset(
    {"added", "changed", "category", "undone", "removed", "category removed"}
)
# Rows of a file whose preview does not need the worker.
PREVIEWED_AT_ONCE: Final = 1_000
_COUNTS: Final = (
    *("added", "edited", "unchanged", "variants_added", "categories_added", "pictures"),
)

Progress = Callable[[int, int], None]


class WrongImportStatus(DomainError):
    """The import can't be started or undone in its present status."""

    code = "wrong_import_status"

    def __init__(self, message: str) -> None:
        super().__init__(message)


def read_file(
    stream: IO[bytes], settings: ImportSettings, *, needs_columns: bool = False
) -> ProductRows:
    """The rows of a file. Raises `UnreadableFile`, and `InvalidValue` for its exchange rate."""
    rate = ExchangeRate.parse(settings.exchange_rate) if settings.exchange_rate else None
    rows = read_products(
        stream,
        FileFormat(settings.format),
        encoding=FileEncoding(settings.encoding) if settings.encoding else None,
        source=SOURCES[settings.source],
        mapping=settings.mapping,
        needs_columns=needs_columns,
    )
    return replace(rows, exchange_rate=rate)


# Starting.


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadImportCommand:
    """`stream` is seekable. `settings` without a mapping use the last one of their format.

    With `preview`, the worker makes the preview of a large file, and a file without a known column
    is accepted: people choose its columns there.
    """

    actor: Actor
    file_name: str
    stream: IO[bytes]
    settings: ImportSettings
    preview: bool = False


class UploadImport:
    """Store a file for an import, and return the id of the import, a draft.

    Raises `UnreadableFile` and `PermissionDenied`.
    """

    def __init__(
        self, *, begin: UnitOfWorkFactory, clock: Clock, contexts: RequestContexts
    ) -> None:
        self._begin = begin
        self._clock = clock
        self._contexts = contexts

    def __call__(self, command: UploadImportCommand) -> int:
        command.actor.require("products.files")
        settings, total = self._readable(command)
        command.stream.seek(0)
        now = self._clock.now()
        with self._begin() as work:
            work.import_jobs.delete_drafts(before=now - _DRAFT_LIFETIME)
            [job_id] = work.ids.take()
            job = ImportJob(
                id=job_id,
                file_name=command.file_name[:200],
                settings=settings,
                status=_draft_status(total, preview=command.preview),
                created_by=self._contexts.current().actor,
                may_add_categories=command.actor.may("categories.write"),
                created_at=now,
                rows_total=total,
            )
            work.import_jobs.add(job, iter(lambda: command.stream.read(_CHUNK), b""))
            work.commit()
        return job_id

    def _readable(self, command: UploadImportCommand) -> tuple[ImportSettings, int]:
        """The settings, and the number of rows.

        The last mapping of the format is left out if the file can't be read with it.
        """
        settings = command.settings
        needs_columns = not command.preview
        if not settings.mapping:
            with self._begin() as work:
                mapping = work.import_jobs.mapping(settings.source)
            if mapping:
                mapped = replace(settings, mapping=mapping)
                with suppress(UnreadableFile):
                    return mapped, read_file(command.stream, mapped, needs_columns=True).total
        return settings, read_file(command.stream, settings, needs_columns=needs_columns).total


class PreviewImport:
    """Report what a draft would change, and change nothing.

    Of a large file, it is the preview that the worker has made.

    Raises `ImportNotFound`, `UnreadableFile` and `PermissionDenied`.
    """

    def __init__(self, *, begin: UnitOfWorkFactory, import_products: ImportProducts) -> None:
        self._begin = begin
        self._import_products = import_products

    def __call__(
        self, actor: Actor, job_id: int, progress: Progress = lambda _done, _total: None
    ) -> ImportPreview:
        actor.require("products.files")
        with self._begin() as work:
            kept = work.import_jobs.get(job_id).preview
        if kept:
            return ImportPreview.from_json(kept)
        with TemporaryFile() as stream:
            job = _load_file(self._begin, job_id, stream)
            file = read_file(stream, job.settings)
            report = self._import_products(
                ImportProductsCommand(
                    actor=actor,
                    file=file,
                    dry_run=True,
                    set_stock=job.settings.set_stock,
                    create_categories=job.settings.create_categories,
                    default_stock=job.settings.default_stock,
                    picture_folder=job.settings.picture_folder,
                    progress=progress,
                )
            )
        return ImportPreview(report=report, columns=file.file_columns)


class ChangeImport:
    """Change the settings of a draft. Its mapping is used for later files of the format too.

    With `preview`, the worker makes the preview of a large file again.

    Raises `ImportNotFound`, `WrongImportStatus` and `PermissionDenied`.
    """

    def __init__(self, *, begin: UnitOfWorkFactory) -> None:
        self._begin = begin

    def __call__(
        self, actor: Actor, job_id: int, settings: ImportSettings, *, preview: bool = False
    ) -> None:
        actor.require("products.files")
        with self._begin() as work:
            job = work.import_jobs.get_for_update(job_id)
            _ensure_draft(job)
            status = _draft_status(job.rows_total, preview=preview)
            work.import_jobs.save(replace(job, settings=settings, status=status, preview=""))
            work.import_jobs.save_mapping(settings.source, settings.mapping)
            work.commit()


class DiscardImport:
    """Delete a draft. Raises `ImportNotFound`, `WrongImportStatus` and `PermissionDenied`."""

    def __init__(self, *, begin: UnitOfWorkFactory) -> None:
        self._begin = begin

    def __call__(self, actor: Actor, job_id: int) -> None:
        actor.require("products.files")
        with self._begin() as work:
            job = work.import_jobs.get_for_update(job_id)
            if job.status is not ImportStatus.PREVIEWING:
                _ensure_draft(job)
            work.import_jobs.delete(job_id)
            work.commit()


class StartImport:
    """Let a draft or the rest of a stopped import be imported.

    The worker does it, or the process of `runner`.

    Raises `ImportNotFound`, `WrongImportStatus` and `PermissionDenied`.
    """

    def __init__(self, *, begin: UnitOfWorkFactory, clock: Clock) -> None:
        self._begin = begin
        self._clock = clock

    def __call__(self, actor: Actor, job_id: int, *, runner: str = "") -> None:
        actor.require("products.files")
        with self._begin() as work:
            job = work.import_jobs.get_for_update(job_id)
            if job.status is not ImportStatus.STOPPED:
                _ensure_draft(job)
            started = replace(job, status=ImportStatus.RUNNING, preview="")
            work.import_jobs.save(_leased(started, runner, self._clock))
            work.commit()


class UndoImport:
    """Let an import be undone, by the worker or by the process of `runner`.

    A failed or stopped one has imported a part of its file. One that kept products can be undone
    again. An undo that was interrupted is continued.
    Raises `ImportNotFound`, `WrongImportStatus` and `PermissionDenied`.
    """

    def __init__(self, *, begin: UnitOfWorkFactory, clock: Clock) -> None:
        self._begin = begin
        self._clock = clock

    def __call__(self, actor: Actor, job_id: int, *, runner: str = "") -> None:
        actor.require("products.files")
        with self._begin() as work:
            job = work.import_jobs.get_for_update(job_id)
            if job.can_be_undone:
                job = replace(job, status=ImportStatus.UNDOING, entries_left=job.entries)
            elif job.status is not ImportStatus.UNDOING or job.runner:
                raise WrongImportStatus("Nothing of this import can be undone now.")
            work.import_jobs.save(_leased(job, runner, self._clock))
            work.commit()


class ImportJobQueries:
    """Imports and their reports. Raises `PermissionDenied`."""

    def __init__(self, *, begin: UnitOfWorkFactory) -> None:
        self._begin = begin

    def job(self, actor: Actor, job_id: int) -> ImportJob:
        """Raises `ImportNotFound`."""
        actor.require("products.files")
        with self._begin() as work:
            return work.import_jobs.get(job_id)

    def recent(self, actor: Actor, limit: int = 20) -> Sequence[ImportJob]:
        actor.require("products.files")
        with self._begin() as work:
            return work.import_jobs.recent(limit)

    def problems(self, actor: Actor, job_id: int, limit: int) -> Sequence[ImportEntry]:
        """The first lines of the report that are not about what was added, changed or undone."""
        found = (entry for entry in self._entries(actor, job_id) if entry.result not in _EXPECTED)
        return [entry for entry, _ in zip(found, range(limit), strict=False)]

    def pictures(self, actor: Actor, job_id: int) -> Mapping[DownloadStatus, int]:
        """The numbers of pictures that were fetched, wait to be fetched, and failed."""
        actor.require("products.files")
        with self._begin() as work:
            return {each: work.picture_downloads.count(job_id, each) for each in DownloadStatus}

    def failed_pictures(self, actor: Actor, job_id: int, limit: int) -> Sequence[PictureDownload]:
        actor.require("products.files")
        with self._begin() as work:
            return work.picture_downloads.of_job(job_id, DownloadStatus.FAILED, limit)

    def report_lines(self, actor: Actor, job_id: int) -> Iterator[str]:
        """The report as a CSV. Formulas are escaped, since it quotes the imported file."""
        rows = (
            (entry.line, entry.result, entry.column, entry.detail)
            for entry in self._entries(actor, job_id)
        )
        return csv_lines(("line", "result", "column", "detail"), rows, for_spreadsheet=True)

    def _entries(self, actor: Actor, job_id: int) -> Iterator[ImportEntry]:
        actor.require("products.files")
        after = 0
        while True:
            with self._begin() as work:
                entries = work.import_jobs.entries(job_id, after=after, limit=_ENTRIES)
            yield from entries
            if len(entries) < _ENTRIES:
                return
            after = entries[-1].number


# Running.


class _OpenImport:
    """A file that is being imported, at the position `rows_done`."""

    def __init__(
        self, job: ImportJob, stream: IO[bytes], policy: CatalogPolicy, today: date
    ) -> None:
        self.job_id = job.id
        self.rows_done = 0
        self._stream = stream
        finalize(self, stream.close)
        is_preview = job.status is ImportStatus.PREVIEWING
        file = read_file(stream, job.settings, needs_columns=not is_preview)
        self.ignored_columns = file.ignored_columns
        self.columns = file.file_columns
        self._products = file.products(policy.currency, today)
        while self.rows_done < job.rows_done:
            product = next(self._products, None)
            if product is None:
                break
            self.rows_done += product.row_count
        self._batches = batches(self._products, policy.import_rows)

    def next_batch(self) -> list[ImportedProduct] | None:
        """The next batch, None at the end of the file.

        After an error, the file is at no position, so that it is opened again: an iterator that
        failed ends without the rest of the file.
        """
        rows_done, self.rows_done = self.rows_done, -1
        batch = next(self._batches, None)
        self.rows_done = rows_done + sum(product.row_count for product in batch or ())
        return batch

    def close(self) -> None:
        self._stream.close()


@dataclass(slots=True)
class _Preview:
    """What this process has previewed of a file: the first `rows_done` rows."""

    rows_done: int = 0
    report: ImportReport = field(default_factory=ImportReport)
    seen: SeenBefore = field(default_factory=SeenBefore)


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
        self._open: _OpenImport | None = None
        # The job as the last batch left it.
        self._saved: dict[int, ImportJob] = {}
        self._ids: Sequence[int] = ()
        self._previews: dict[int, _Preview] = {}
        # Of the job that is undone.
        self._categories: dict[int, frozenset[CategoryId]] = {}
        # By job and position in the file.
        self._failures: Counter[tuple[int, int]] = Counter()

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
                if self._open is not None:
                    report.ignored_columns = self._open.ignored_columns

    def _stop(self, job_id: int) -> None:
        self._close()
        with self._begin() as work:
            job = work.import_jobs.get_for_update(job_id)
            if job.runner == self.runner:
                is_import = job.status is ImportStatus.RUNNING
                status = ImportStatus.STOPPED if is_import else job.status
                stopped = replace(job, status=status, runner="", leased_until=None)
                work.import_jobs.save(stopped)
                work.commit()

    def _load(self, job_id: int) -> ImportJob:
        # It only reads.
        with self._begin(is_optimistic=True) as work:
            return work.import_jobs.get(job_id)

    def _take(self) -> ImportJob | None:
        """The next job, leased to this runner."""
        now = self._clock.now()
        with self._begin() as work:
            job = work.import_jobs.due(self.runner, at=now)
            if job is None:
                return None
            job = replace(job, runner=self.runner, leased_until=now + _LEASE)
            work.import_jobs.save(job)
            work.commit()
        return job

    def _postpone(self, job: ImportJob, error: Exception) -> None:
        """Let other jobs run before one that failed, and end one that always fails."""
        if self._always_fails(job, error):
            self._fail(job, error)
            return
        self._close()
        with self._begin() as work:
            failed = work.import_jobs.get_for_update(job.id)
            if failed.runner == self.runner:
                paused_until = self._clock.now() + _PAUSE
                work.import_jobs.save(replace(failed, runner="", leased_until=paused_until))
                work.commit()

    def _fail(self, job: ImportJob, error: Exception) -> None:
        """End a job after an error, unless another process works on it now."""
        self._close()
        with self._begin() as work:
            failed = work.import_jobs.get_for_update(job.id)
            if failed.runner == self.runner:
                work.import_jobs.save(_failed(failed, error, at=self._clock.now()))
                work.import_jobs.delete_content(job.id)
                work.commit()

    def _always_fails(self, job: ImportJob, error: Exception) -> bool:
        """Whether a batch of a file failed too often, not only because of what others did."""
        if job.status is ImportStatus.UNDOING or isinstance(error, Unavailable | ConcurrentChange):
            return False
        position = job.id, job.rows_done
        self._failures[position] += 1
        return self._failures[position] >= _ATTEMPTS

    def _step(self, job: ImportJob) -> ImportReport | None:
        """Import or undo one batch, on behalf of the person who started the job."""
        with self._contexts.bind(RequestContext(actor=job.created_by)):
            if job.status is ImportStatus.UNDOING:
                self._undo_batch(job)
                return None
            if job.status is ImportStatus.PREVIEWING:
                self._preview_next(job)
                return None
            try:
                return self._import_next(job)
            except UnreadableFile as error:
                self._finish(job, ImportStatus.FAILED, failure=str(error))
                return None

    def _import_next(self, job: ImportJob) -> ImportReport | None:
        file = self._open_file(job)
        batch = file.next_batch()
        if batch is None:
            self._finish(job, ImportStatus.FINISHED)
            return None
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                return self._import_batch(
                    job, batch, rows_done=file.rows_done, is_optimistic=attempt < _ATTEMPTS
                )
            except (ConcurrentChange, SkuTaken, SlugTaken):
                if attempt == _ATTEMPTS:
                    self._close()
                    raise
        return None

    def _preview_next(self, job: ImportJob) -> None:
        """Preview one batch, and after the last one keep the report."""
        preview = self._previews.get(job.id)
        if preview is None or job.rows_done == 0 or job.rows_done != preview.rows_done:
            # Another process has previewed some batches, or a position was not saved.
            self._close()
            preview = self._previews[job.id] = _Preview()
            job = replace(job, rows_done=0)
        report = preview.report
        try:
            file = self._open_file(job)
            batch = file.next_batch()
            if batch is not None:
                with self._begin() as work:
                    dry_run = ImportBatch(
                        work,
                        replace(self._options(job), dry_run=True),
                        sanitizer=self._sanitizer,
                        now=self._clock.now(),
                    )
                    dry_run.run(batch)
                preview.seen.correct(dry_run, batch)
                report.include(dry_run.report)
                preview.rows_done = file.rows_done
                self._save_preview(replace(job, rows_done=file.rows_done, runner=self.runner))
                return
            report.ignored_columns = file.ignored_columns
            kept = ImportPreview(report=report, columns=file.columns)
            draft = replace(job, preview=kept.to_json())
        except UnreadableFile:
            # The page of the draft reads the file again and shows the reason.
            draft = job
        except ImportNotFound:
            self._forget_preview(job.id)
            return
        self._forget_preview(job.id)
        self._save_preview(replace(draft, status=ImportStatus.DRAFT, rows_done=0, runner=""))

    def _save_preview(self, job: ImportJob) -> None:
        """Save the state of a preview.

        Saves nothing if the file was deleted, or if another process continued after the lease.
        """
        leased_until = self._clock.now() + _LEASE if job.runner else None
        with self._begin() as work:
            try:
                stored = work.import_jobs.get_for_update(job.id)
            except ImportNotFound:
                self._forget_preview(job.id)
                return
            if stored.status is ImportStatus.PREVIEWING and stored.runner == self.runner:
                work.import_jobs.save(replace(job, leased_until=leased_until))
                work.commit()
            else:
                self._forget_preview(job.id)

    def _forget_preview(self, job_id: int) -> None:
        self._previews.pop(job_id, None)
        self._close()

    def _open_file(self, job: ImportJob) -> _OpenImport:
        if self._open is not None and (self._open.job_id, self._open.rows_done) == (
            job.id,
            job.rows_done,
        ):
            return self._open
        self._close()
        with ExitStack() as on_error:
            # Closed by `_close`.
            stream = on_error.enter_context(TemporaryFile())
            _load_file(self._begin, job.id, stream)
            self._open = _OpenImport(job, stream, self._policy, self._clock.now().date())
            on_error.pop_all()
        return self._open

    def _close(self) -> None:
        if self._open is not None:
            self._open.close()
            self._open = None

    def _import_batch(
        self,
        job: ImportJob,
        products: Sequence[ImportedProduct],
        *,
        rows_done: int,
        is_optimistic: bool,
    ) -> ImportReport:
        """Import a batch. An optimistic attempt lets shoppers write until its own first write."""
        now = self._clock.now()
        rows_left = max(0, job.rows_total - rows_done)
        ids = self._reserve_ids(products, rows_left) if is_optimistic else ()
        # After an error none is used again, since the transaction may have been committed.
        self._ids = ()
        with self._begin(is_optimistic=is_optimistic) as work:
            stored = work.import_jobs.get_for_update(job.id)
            if stored.status is not ImportStatus.RUNNING or stored.rows_done != job.rows_done:
                # Another process continued it.
                self._close()
                return ImportReport()
            batch = ImportBatch(
                work, self._options(job), sanitizer=self._sanitizer, now=now, ids=ids
            )
            batch.run(products)
            entries = list(_entries_of(batch, start=stored.entries + 1))
            work.import_jobs.add_entries(job.id, entries)
            advanced = replace(
                stored,
                rows_done=rows_done,
                entries=stored.entries + len(entries),
                counts=_add_counts(stored.counts, _counts_of(batch.report)),
                runner=self.runner,
                leased_until=now + _LEASE,
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
        self._close()
        with self._begin() as work:
            stored = work.import_jobs.get_for_update(job.id)
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

    # Undoing.

    def _undo_batch(self, job: ImportJob) -> None:
        """Undo the last changes first, so that a product changed twice is undone in order."""
        if job.entries_left <= 0:
            self._finish(job, ImportStatus.UNDONE)
            return
        first = max(0, job.entries_left - _UNDO_BATCH)
        for entry in reversed(self._entries_to_undo(job, first)):
            if entry.result in UNDOABLE and not self._undo_entry(job.id, entry):
                return
        self._save_undo(job.id, first)

    def _entries_to_undo(self, job: ImportJob, first: int) -> Sequence[ImportEntry]:
        with self._begin() as work:
            return work.import_jobs.entries(
                job.id, after=first, up_to=job.entries_left, limit=_UNDO_BATCH
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
                if entry.result in KEPT:
                    counts[entry.result] -= 1
            undone = replace(job, entries_left=entries_left, counts=counts)
            work.import_jobs.save(_leased(undone, self.runner, self._clock))
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
        is_undoing = job.status is ImportStatus.UNDOING and job.runner == self.runner
        return is_undoing and job.entries_left > entries_left


def _draft_status(rows: int, *, preview: bool) -> ImportStatus:
    is_large = preview and rows > PREVIEWED_AT_ONCE
    return ImportStatus.PREVIEWING if is_large else ImportStatus.DRAFT


def _ensure_draft(job: ImportJob) -> None:
    if job.status is ImportStatus.PREVIEWING:
        raise WrongImportStatus("The preview of this file is not finished.")
    if job.status is not ImportStatus.DRAFT:
        raise WrongImportStatus("This import was started already.")


def _leased(job: ImportJob, runner: str, clock: Clock) -> ImportJob:
    return replace(job, runner=runner, leased_until=clock.now() + _LEASE) if runner else job


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


def _load_file(begin: UnitOfWorkFactory, job_id: int, stream: IO[bytes]) -> ImportJob:
    with begin() as work:
        job = work.import_jobs.get(job_id)
        for chunk in work.import_jobs.content(job_id):
            stream.write(chunk)
    stream.seek(0)
    return job


def _entries_of(batch: ImportBatch, start: int) -> Iterator[ImportEntry]:
    lines = sorted(batch.report_entries(), key=lambda entry: entry.line)
    for number, entry in enumerate(lines, start=start):
        yield replace(entry, number=number)


def _counts_of(report: ImportReport) -> dict[str, int]:
    return {name: getattr(report, name) for name in _COUNTS} | {"rejected": len(report.rejected)}


def _add_counts(counts: Mapping[str, int], more: Mapping[str, int]) -> dict[str, int]:
    return {name: counts.get(name, 0) + more.get(name, 0) for name in {**counts, **more}}
