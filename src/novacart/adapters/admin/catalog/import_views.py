"""Imports of products: upload, preview, settings, progress, report and undo."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar, Final

from flask import Response, abort, flash, request, url_for
from flask_admin import expose

from novacart.adapters.admin.catalog.forms import (
    SOURCE_LABELS,
    ImportForm,
    ImportSettingsForm,
)
from novacart.adapters.admin.filters import parse_integer
from novacart.adapters.admin.forms import ConfirmForm, submitted
from novacart.adapters.admin.staff_view import StaffView, see_other
from novacart.application.catalog.import_jobs import UploadImportCommand
from novacart.application.catalog.import_rows import ImportSource, UnreadableFile
from novacart.application.catalog.import_sources.registry import SOURCES
from novacart.application.catalog.product_file_reader import read_as
from novacart.application.ports.import_jobs import (
    ImportJob,
    ImportNotFound,
    ImportSettings,
    ImportStatus,
)
from novacart.domain.shared.errors import DomainError

# Bytes. A thousand products are about 300 kB. The server writes an upload to disk.
MAX_IMPORT_FILE: Final = 128 * 1024 * 1024
_SHOWN: Final = 500
_TO_DO: Final = {ImportStatus.RUNNING, ImportStatus.UNDOING}
_MAP: Final = "map:"


class ImportViews(StaffView):
    """The pages of imports, as a part of the pages of products."""

    import_permissions: ClassVar[Mapping[str, str]] = dict.fromkeys(
        (
            *("import_csv", "import_job", "change_import", "start_import", "undo_import"),
            *("discard_import", "import_report"),
        ),
        "products.files",
    )

    @expose("/import/", methods=("GET", "POST"))
    def import_csv(self) -> Any:  # noqa: ANN401 (a page or a redirect)
        form = ImportForm(request.form)
        if form.was_submitted():
            job_id = self._upload(form)
            if job_id is not None:
                return see_other(url_for(".import_job", id=job_id))
        return self.render(
            "back_office/product_import.html",
            form=form,
            jobs=self.back_office.imports.recent(self.actor),
        )

    def _upload(self, form: ImportForm) -> int | None:
        upload = request.files.get("file")
        if upload is None or not upload.filename:
            flash("Select a file first.", "warning")
            return None
        is_json = upload.filename.lower().endswith((".jsonl", ".ndjson"))
        settings = ImportSettings(
            source=form.source.data,
            format="jsonl" if is_json else "csv",
            encoding=form.encoding.data or None,
            **form.options(),
        )
        try:
            return self.back_office.catalog.upload_import(
                UploadImportCommand(
                    actor=self.actor,
                    file_name=upload.filename,
                    stream=upload.stream,
                    settings=settings,
                    preview=True,
                    form_key=form.key.data or None,
                )
            )
        except (UnreadableFile, DomainError) as error:
            flash(str(error), "danger")
        return None

    @expose("/import/job/")
    def import_job(self) -> Any:  # noqa: ANN401 (a page)
        job = self._job()
        if job.status is ImportStatus.DRAFT:
            return self._draft(job)
        if job.status is ImportStatus.PREVIEWING:
            return self.render("back_office/product_import_preview.html", job=job)
        return self.render(
            "back_office/product_import_job.html",
            job=job,
            source=SOURCE_LABELS[job.settings.source],
            is_working=job.status in _TO_DO,
            pictures=self.back_office.imports.pictures(self.actor, job.id),
            failed_pictures=self.back_office.imports.failed_pictures(self.actor, job.id, _SHOWN),
            problems=self.back_office.imports.problems(self.actor, job.id, _SHOWN),
        )

    def _draft(self, job: ImportJob, typed: ImportSettingsForm | None = None) -> Any:  # noqa: ANN401
        """The preview of a draft, with the `typed` settings if they were refused."""
        try:
            preview = self.back_office.catalog.preview_import(self.actor, job.id)
        except UnreadableFile as error:
            flash(str(error), "danger")
            return see_other(url_for(".import_csv"))
        source = SOURCES[job.settings.source]
        names = read_as(preview.columns, source, job.settings.mapping)
        if typed is not None:
            chosen = zip(preview.columns, names, strict=True)
            names = [request.form.get(_MAP + column, name) for column, name in chosen]
        columns = list(zip(preview.columns, names, strict=True))
        return self.render(
            "back_office/product_import_draft.html",
            job=job,
            report=preview.report,
            totals=preview.report.totals,
            form=typed or ImportSettingsForm(None, obj=job.settings),
            is_typed=typed is not None,
            columns=columns,
            choices=self._choices(source, names),
            has_known_columns=any(map(source.has_column, names)),
            source=SOURCE_LABELS[source.name],
        )

    def _choices(self, source: ImportSource, chosen: Sequence[str]) -> list[str]:
        """The columns that a column of the file can be read as, with those of attributes."""
        choices = [*source.columns]
        if source.prefix is not None:
            codes = self.back_office.catalog_queries.attribute_codes()
            choices += [source.prefix + code for code in codes]
        return choices + [
            name for name in chosen if source.has_column(name) and name not in choices
        ]

    @expose("/import/settings/", methods=("POST",))
    def change_import(self) -> Any:  # noqa: ANN401 (a page or a redirect)
        job = self._job()
        form = submitted(ImportSettingsForm)
        repeated = _repeated_column()
        form.flash_errors()
        if repeated is not None:
            # The file could not be read with it, and its page not be shown.
            flash(f"Choose one column that is read as “{repeated}”.", "danger")
        is_refused = bool(form.errors) or repeated is not None
        if is_refused and job.status is ImportStatus.DRAFT:
            return self._draft(job, form)
        if not is_refused:
            mapping = _posted_mapping(job)
            settings = replace(job.settings, mapping=mapping, **form.options())
            self.run_action(
                lambda: self.back_office.catalog.change_import(
                    self.actor, job.id, settings, preview=True
                ),
                success="The preview was updated.",
            )
        return see_other(url_for(".import_job", id=job.id))

    @expose("/import/start/", methods=("POST",))
    def start_import(self) -> Any:  # noqa: ANN401 (a redirect)
        job = self._confirmed_job()
        self.run_action(
            lambda: self.back_office.catalog.start_import(self.actor, job.id),
            success="The import was started.",
        )
        return see_other(url_for(".import_job", id=job.id))

    @expose("/import/undo/", methods=("POST",))
    def undo_import(self) -> Any:  # noqa: ANN401 (a redirect)
        job = self._confirmed_job()
        self.run_action(
            lambda: self.back_office.catalog.undo_import(self.actor, job.id),
            success="The import is being undone.",
        )
        return see_other(url_for(".import_job", id=job.id))

    @expose("/import/discard/", methods=("POST",))
    def discard_import(self) -> Any:  # noqa: ANN401 (a redirect)
        job = self._confirmed_job()
        self.run_action(
            lambda: self.back_office.catalog.discard_import(self.actor, job.id),
            success="The file was deleted. Nothing was imported.",
        )
        return see_other(url_for(".import_csv"))

    @expose("/import/report/")
    def import_report(self) -> Response:
        job = self._job()
        lines = self.back_office.imports.report_lines(self.actor, job.id)
        response = Response(lines, mimetype="text/csv")
        name = f"import-{job.id}.csv"
        response.headers["Content-Disposition"] = f"attachment; filename={name}"
        return response

    def _confirmed_job(self) -> ImportJob:
        submitted(ConfirmForm)
        return self._job()

    def _job(self) -> ImportJob:
        try:
            job_id = parse_integer(request.args.get("id", "")) or 0
            return self.back_office.imports.job(self.actor, job_id)
        except ImportNotFound:
            abort(404)


def _repeated_column() -> str | None:
    """A column that two columns of the file are to be read as."""
    names = [name for field, name in request.form.items() if field.startswith(_MAP) and name]
    return next((name for name in names if names.count(name) > 1), None)


def _posted_mapping(job: ImportJob) -> dict[str, str]:
    """The columns that are read as another one, or not read."""
    source = SOURCES[job.settings.source]
    mapping = dict(job.settings.mapping)
    for field, name in request.form.items():
        column = field.removeprefix(_MAP).lower()
        if field.startswith(_MAP) and (not name or source.has_column(name)):
            mapping.pop(column, None)
            if read_as([column], source, {}) != [name]:
                mapping[column] = name
    return mapping
