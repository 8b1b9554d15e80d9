"""Products from a file and into one, by the code that the command line uses."""

from codecs import iterdecode
from typing import Any, Final

from flask import Response, flash, request
from flask_admin import expose

from novacart.adapters.admin.catalog.forms import ImportForm
from novacart.adapters.admin.staff_view import StaffView
from novacart.application.catalog.export_products import ExportProductsCommand
from novacart.application.catalog.import_products import ImportProductsCommand, ImportReport
from novacart.application.catalog.product_file_formats import FileFormat, UnreadableFile, read_rows
from novacart.domain.shared.errors import DomainError

# Bytes. A thousand products are about 300 kB.
MAX_FILE: Final = 16 * 1024 * 1024


class ProductFiles(StaffView):
    @expose("/export/<export_type>/")
    def export(self, export_type: str) -> Response:  # noqa: ARG002 (there is CSV alone)
        rows = self.desk.catalogue.export_products(ExportProductsCommand(form=FileFormat.CSV))
        answer = Response(rows, mimetype="text/csv")
        answer.headers["Content-Disposition"] = "attachment; filename=products.csv"
        return answer

    @expose("/import/", methods=("GET", "POST"))
    def take_in(self) -> Any:  # noqa: ANN401 (a page)
        request.max_content_length = MAX_FILE
        form = ImportForm(request.form)
        report = None
        if form.was_sent():
            report = self._report(dry_run=bool(form.dry_run.data))
        return self.render("back_office/product_import.html", form=form, report=report)

    def _report(self, *, dry_run: bool) -> ImportReport | None:
        upload = request.files.get("file")
        if upload is None or not upload.filename:
            flash("Choose a file first.", "warning")
            return None
        try:
            lines = iterdecode(upload.stream, "utf-8")
            rows = read_rows(lines, FileFormat.CSV)
            return self.desk.catalogue.import_products(
                ImportProductsCommand(rows=rows, dry_run=dry_run)
            )
        except UnicodeDecodeError:
            flash("The file is not UTF-8 text.", "danger")
        except (UnreadableFile, DomainError) as refusal:
            flash(str(refusal), "danger")
        return None
