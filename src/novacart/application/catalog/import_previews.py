"""Previews of large files, which the worker makes."""

from dataclasses import dataclass, field, replace

from novacart.application.catalog.import_batch import BatchOptions, ImportBatch
from novacart.application.catalog.import_jobs import LEASE
from novacart.application.catalog.import_products import SeenBefore
from novacart.application.catalog.import_report import ImportPreview, ImportReport
from novacart.application.catalog.import_rows import UnreadableFile
from novacart.application.catalog.open_import import ImportFiles
from novacart.application.ports.clock import Clock
from novacart.application.ports.html_sanitizer import HtmlSanitizer
from novacart.application.ports.import_jobs import ImportJob, ImportNotFound, ImportStatus
from novacart.application.ports.unit_of_work import UnitOfWorkFactory


@dataclass(slots=True)
class _Preview:
    """What this process has previewed of a file: the first `rows_done` rows."""

    rows_done: int = 0
    report: ImportReport = field(default_factory=ImportReport)
    seen: SeenBefore = field(default_factory=SeenBefore)


class ImportPreviews:
    """Previews the files of jobs that `runner` works on, a batch in each transaction."""

    def __init__(
        self,
        begin: UnitOfWorkFactory,
        clock: Clock,
        files: ImportFiles,
        sanitizer: HtmlSanitizer,
        runner: str,
    ) -> None:
        self._begin = begin
        self._clock = clock
        self._files = files
        self._sanitizer = sanitizer
        self._runner = runner
        self._previews: dict[int, _Preview] = {}

    def preview_next(self, job: ImportJob, options: BatchOptions) -> None:
        """Preview one batch, and after the last one keep the report."""
        preview = self._previews.get(job.id)
        if preview is None or job.rows_done == 0 or job.rows_done != preview.rows_done:
            # Another process has previewed some batches, or a position was not saved.
            self._files.close()
            preview = self._previews[job.id] = _Preview()
            job = replace(job, rows_done=0)
        report = preview.report
        try:
            file = self._files.open(job)
            batch = file.next_batch()
            if batch is not None:
                with self._begin(is_optimistic=True) as work:
                    dry_run = ImportBatch(
                        work,
                        replace(options, dry_run=True),
                        sanitizer=self._sanitizer,
                        now=self._clock.now(),
                        repeated=file.repeated,
                        is_optimistic=True,
                        previewed=preview.seen.products,
                    )
                    dry_run.run(batch)
                preview.seen.correct(dry_run, batch)
                report.include(dry_run.report)
                preview.rows_done = file.rows_done
                self._save(replace(job, rows_done=file.rows_done, runner=self._runner))
                return
            report.ignored_columns = file.ignored_columns
            kept = ImportPreview(report=report, columns=file.columns)
            draft = replace(job, preview=kept.to_json())
        except UnreadableFile:
            # The page of the draft reads the file again and shows the reason.
            draft = job
        except ImportNotFound:
            self._forget(job.id)
            return
        self._forget(job.id)
        self._save(replace(draft, status=ImportStatus.DRAFT, rows_done=0, runner=""))

    def _save(self, job: ImportJob) -> None:
        """Save the state of a preview.

        Saves nothing if the file was deleted, or if another process continued after the lease.
        """
        leased_until = self._clock.now() + LEASE if job.runner else None
        with self._begin() as work:
            try:
                stored = work.import_jobs.get_for_update(job.id)
            except ImportNotFound:
                self._forget(job.id)
                return
            if stored.status is ImportStatus.PREVIEWING and stored.runner == self._runner:
                work.import_jobs.save(replace(job, leased_until=leased_until))
                work.commit()
            else:
                self._forget(job.id)

    def _forget(self, job_id: int) -> None:
        self._previews.pop(job_id, None)
        self._files.close()
