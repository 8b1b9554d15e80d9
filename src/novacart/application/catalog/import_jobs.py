"""Imports that people start, change, undo and look at. `RunImports` runs them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from hashlib import sha256
from tempfile import TemporaryFile
from typing import IO, Final

from novacart.application.authorization.actor import Actor
from novacart.application.catalog.import_products import ImportProducts, ImportProductsCommand
from novacart.application.catalog.import_report import REPORT_COLUMNS, ImportPreview
from novacart.application.catalog.import_rows import UnreadableFile
from novacart.application.catalog.open_import import compressed_chunks, load_file, read_file
from novacart.application.catalog.product_files import csv_lines
from novacart.application.catalog.repeated_forms import created_before, record_created
from novacart.application.ports.clock import Clock
from novacart.application.ports.import_jobs import (
    EntryResult,
    ImportEntry,
    ImportJob,
    ImportSettings,
    ImportStatus,
)
from novacart.application.ports.picture_downloads import DownloadStatus, PictureDownload
from novacart.application.ports.request_context import RequestContexts
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.shared.errors import DomainError
from novacart.domain.shared.ids import ProductId

LEASE: Final = timedelta(seconds=60)
"""Another process continues a job that its runner has not continued for so long."""
_RUNNING: Final = (
    "This import is running. If its process was killed, it can be continued a minute later."
)
# A draft that is older is deleted when another file is uploaded.
_DRAFT_LIFETIME: Final = timedelta(days=1)
_ENTRIES: Final = 500
# Bytes of a file that are read at once.
_CHUNK: Final = 1_000_000
# The results of entries that are no problems.
_EXPECTED: Final = frozenset(
    {
        *(EntryResult.ADDED, EntryResult.CHANGED, EntryResult.CATEGORY),
        *(EntryResult.UNDONE, EntryResult.REMOVED, EntryResult.CATEGORY_REMOVED),
    }
)
# Rows of a file whose preview does not need the worker.
PREVIEWED_AT_ONCE: Final = 1_000

Progress = Callable[[int, int], None]


class WrongImportStatus(DomainError):
    """The import can't be started or undone in its present status."""

    code = "wrong_import_status"

    def __init__(self, message: str) -> None:
        super().__init__(message)


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadImportCommand:
    """`stream` is seekable. `settings` without a mapping use the last one of their format.

    With `preview`, the worker makes the preview of a large file, and a file without a known column
    is accepted: people choose its columns there. `form_key` is unique to the form that was sent.
    """

    actor: Actor
    file_name: str
    stream: IO[bytes]
    settings: ImportSettings
    preview: bool = False
    form_key: str | None = None


class UploadImport:
    """Store a file for an import, and return the id of the import, a draft.

    The same form stores it once. Raises `UnreadableFile`, `PermissionDenied`, `ConcurrentChange`
    for the key of a form with another file or other settings, and `ImportNotFound` for that of an
    import that was deleted.
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
        sent = (command.file_name, command.settings, _digest(command.stream))
        command.stream.seek(0)
        now = self._clock.now()
        with compressed_chunks(command.stream) as chunks, self._begin() as work:
            existing = created_before(work, command, sent, at=now)
            if existing is not None:
                return work.import_jobs.get(existing).id
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
            work.import_jobs.add(job, chunks)
            record_created(work, command, job_id)
            work.commit()
        return job_id

    def _readable(self, command: UploadImportCommand) -> tuple[ImportSettings, int]:
        """The settings, and the number of rows.

        The last mapping of the format is left out if the file can't be read with it.
        """
        settings = command.settings
        needs_columns = not command.preview
        if not settings.mapping:
            with self._begin(is_optimistic=True) as work:
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
        with self._begin(is_optimistic=True) as work:
            kept = work.import_jobs.get(job_id).preview
        if kept:
            return ImportPreview.from_json(kept)
        with TemporaryFile() as stream:
            job = load_file(self._begin, job_id, stream)
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

    The worker does it, or the process of `runner`, which may also continue a running import
    whose process has ended.

    Raises `ImportNotFound`, `WrongImportStatus` and `PermissionDenied`.
    """

    def __init__(self, *, begin: UnitOfWorkFactory, clock: Clock) -> None:
        self._begin = begin
        self._clock = clock

    def __call__(self, actor: Actor, job_id: int, *, runner: str = "") -> None:
        actor.require("products.files")
        with self._begin() as work:
            job = work.import_jobs.get_for_update(job_id)
            if job.status is ImportStatus.RUNNING:
                if not runner or job.is_leased(self._clock.now()):
                    raise WrongImportStatus(_RUNNING)
            elif job.status is not ImportStatus.STOPPED:
                _ensure_draft(job)
            started = replace(job, status=ImportStatus.RUNNING, preview="")
            work.import_jobs.save(leased(started, runner, self._clock))
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
            elif job.status is not ImportStatus.UNDOING or job.is_leased(self._clock.now()):
                raise WrongImportStatus("Nothing of this import can be undone now.")
            work.import_jobs.save(leased(job, runner, self._clock))
            work.commit()


class ImportJobQueries:
    """Imports and their reports. Raises `PermissionDenied`."""

    def __init__(self, *, begin: UnitOfWorkFactory) -> None:
        self._begin = begin

    def job(self, actor: Actor, job_id: int) -> ImportJob:
        """Raises `ImportNotFound`."""
        actor.require("products.files")
        with self._begin(is_optimistic=True) as work:
            return work.import_jobs.get(job_id)

    def recent(self, actor: Actor, limit: int = 20) -> Sequence[ImportJob]:
        actor.require("products.files")
        with self._begin(is_optimistic=True) as work:
            return work.import_jobs.recent(limit)

    def problems(self, actor: Actor, job_id: int, limit: int) -> Sequence[ImportEntry]:
        """The first lines of the report that are not about what was added, changed or undone."""
        found = (entry for entry in self._entries(actor, job_id) if entry.result not in _EXPECTED)
        return [entry for entry, _ in zip(found, range(limit), strict=False)]

    def pictures(self, actor: Actor, job_id: int) -> Mapping[DownloadStatus, int]:
        """The numbers of pictures that were fetched, wait to be fetched, and failed."""
        actor.require("products.files")
        with self._begin(is_optimistic=True) as work:
            return {each: work.picture_downloads.count(job_id, each) for each in DownloadStatus}

    def failed_pictures(self, actor: Actor, job_id: int, limit: int) -> Sequence[PictureDownload]:
        actor.require("products.files")
        with self._begin(is_optimistic=True) as work:
            return work.picture_downloads.of_job(job_id, DownloadStatus.FAILED, limit)

    def unfetched_pictures(self, actor: Actor, product_id: ProductId) -> Sequence[PictureDownload]:
        """The pictures of a product that wait to be fetched or could not be fetched."""
        actor.require("products.read")
        with self._begin(is_optimistic=True) as work:
            return work.picture_downloads.unfetched(product_id)

    def report_lines(self, actor: Actor, job_id: int) -> Iterator[str]:
        """The report as a CSV. Formulas are escaped, since it quotes the imported file."""
        rows = (
            (entry.line, entry.result, entry.column, entry.detail, entry.code)
            for entry in self._entries(actor, job_id)
        )
        return csv_lines(REPORT_COLUMNS, rows, for_spreadsheet=True)

    def _entries(self, actor: Actor, job_id: int) -> Iterator[ImportEntry]:
        actor.require("products.files")
        after = 0
        while True:
            with self._begin(is_optimistic=True) as work:
                entries = work.import_jobs.entries(job_id, after=after, limit=_ENTRIES)
            yield from entries
            if len(entries) < _ENTRIES:
                return
            after = entries[-1].number


def _digest(stream: IO[bytes]) -> bytes:
    digest = sha256()
    while chunk := stream.read(_CHUNK):
        digest.update(chunk)
    return digest.digest()


def _draft_status(rows: int, *, preview: bool) -> ImportStatus:
    is_large = preview and rows > PREVIEWED_AT_ONCE
    return ImportStatus.PREVIEWING if is_large else ImportStatus.DRAFT


def _ensure_draft(job: ImportJob) -> None:
    if job.status is ImportStatus.PREVIEWING:
        raise WrongImportStatus("The preview of this file is not finished.")
    if job.status is not ImportStatus.DRAFT:
        raise WrongImportStatus("This import was started already.")


def leased(job: ImportJob, runner: str, clock: Clock) -> ImportJob:
    """The job with the lease of its runner extended; unchanged without a runner."""
    return replace(job, runner=runner, leased_until=clock.now() + LEASE) if runner else job
