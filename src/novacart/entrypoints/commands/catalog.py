"""The commands that import, export and seed the catalog."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final
from urllib.parse import quote, urljoin

import click
from injector import Injector

from novacart.application.authorization.actor import SYSTEM
from novacart.application.catalog.export_feed import ExportFeed, ExportFeedCommand, FeedFormat
from novacart.application.catalog.export_products import ExportProducts, ExportProductsCommand
from novacart.application.catalog.import_jobs import (
    ChangeImport,
    DiscardImport,
    ImportJobQueries,
    PreviewImport,
    StartImport,
    UndoImport,
    UploadImport,
    UploadImportCommand,
)
from novacart.application.catalog.import_report import (
    MAX_LINES,
    MAX_LISTED,
    ImportReport,
    report_lines,
)
from novacart.application.catalog.import_rows import UnreadableFile
from novacart.application.catalog.import_sources.registry import SOURCES
from novacart.application.catalog.product_file_reader import FileEncoding
from novacart.application.catalog.product_files import FileFormat
from novacart.application.catalog.product_rows import GENERIC, MAX_ID
from novacart.application.catalog.row_problems import RowProblem
from novacart.application.catalog.run_imports import RunImports
from novacart.application.ports.import_jobs import ImportSettings
from novacart.domain.catalog.stock import MAX_ON_HAND
from novacart.domain.shared.counted import counted
from novacart.domain.shared.errors import InvalidValue
from novacart.entrypoints.commands.cli_context import cli_injector
from novacart.entrypoints.commands.progress import progress_bars
from novacart.entrypoints.demo.seed import SeedReport
from novacart.entrypoints.demo.seed import seed_demo as seed
from novacart.entrypoints.settings import Settings

_EXPORTED: Final = {
    ".csv": FileFormat.CSV,
    ".jsonl": FileFormat.JSON_LINES,
    ".ndjson": FileFormat.JSON_LINES,
}
# The import recognises other delimiters, and XML, by the content of the file.
_IMPORTED: Final = {**_EXPORTED, **dict.fromkeys((".tsv", ".txt", ".xml"), FileFormat.CSV)}
_MAX_LINES: Final = 50

Progress = Callable[[str, int, int | None], None]


@click.command("import-products")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--from",
    "source",
    type=click.Choice(list(SOURCES)),
    default=GENERIC.name,
    help="The shop that wrote FILE. By default FILE has the columns of export-products.",
)
@click.option(
    "--preview",
    "--dry-run",
    "dry_run",
    is_flag=True,
    help="Report what is added and changed, and each problem, without changing anything.",
)
@click.option(
    "--encoding",
    type=click.Choice([encoding.value for encoding in FileEncoding]),
    help="The encoding of FILE. By default UTF-8, or UTF-16 with a byte order mark.",
)
@click.option(
    "--set-stock",
    is_flag=True,
    help="Set the stock of existing products too where FILE has no stock_read.",
)
@click.option(
    "--create-categories",
    is_flag=True,
    help="Add the categories of another shop that do not exist.",
)
@click.option(
    "--default-stock",
    type=click.IntRange(0, MAX_ON_HAND),
    default=0,
    help="Units of new variants for which FILE has no stock. Default: 0.",
)
@click.option(
    "--picture-folder",
    default="",
    metavar="URL",
    help="The folder of pictures that FILE names by a path.",
)
@click.option(
    "--exchange-rate",
    default="",
    metavar="CURRENCY=RATE",
    help="The currency of FILE, and one unit of it in that of the shop, such as GBP=105.20.",
)
@click.option(
    "--map",
    "columns",
    multiple=True,
    metavar="FILE_COLUMN=COLUMN",
    help="Read a column of FILE as another one, also in later imports of the same --from.",
)
@click.option(
    "--report",
    "report_file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the report to this CSV file.",
)
def import_products(
    file: Path,
    *,
    source: str,
    dry_run: bool,
    encoding: str | None,
    set_stock: bool,
    create_categories: bool,
    default_stock: int,
    picture_folder: str,
    exchange_rate: str,
    columns: Sequence[str],
    report_file: Path | None,
) -> None:
    """Import products from FILE, also those of another shop.

    FILE is a .csv, .tsv, .xml or .jsonl. Invalid rows are reported with their line and column and
    skipped; the exit code is then 1. A FILE that can't be read as a whole changes nothing. Ctrl-C
    stops the import, and resume-import continues it. If the process is killed, the worker completes
    the import.
    """
    file_format = _format_of(file, _IMPORTED)
    failure = ""
    with file.open("rb") as stream, cli_injector() as injector, progress_bars() as show:
        upload = UploadImportCommand(
            actor=SYSTEM,
            file_name=file.name,
            stream=stream,
            settings=ImportSettings(
                source=source,
                format=file_format,
                encoding=encoding,
                mapping=_mapping(columns, source),
                set_stock=set_stock,
                create_categories=create_categories,
                default_stock=default_stock,
                picture_folder=picture_folder,
                exchange_rate=exchange_rate,
            ),
        )
        try:
            job_id = injector.get(UploadImport)(upload)
        except UnreadableFile as error:
            raise click.ClickException(f"{file} can't be read. {error}") from error
        except InvalidValue as error:
            raise click.UsageError(error.message) from error
        if dry_run:
            report = _preview(injector, job_id, show)
            lines: Iterable[str] = report_lines(report)
        else:
            if columns:
                settings = injector.get(ImportJobQueries).job(SYSTEM, job_id).settings
                injector.get(ChangeImport)(SYSTEM, job_id, settings)
            report, failure = _run(injector, job_id, show)
            lines = injector.get(ImportJobQueries).report_lines(SYSTEM, job_id)
        if report_file is not None:
            report_file.write_text("".join(lines), encoding="utf-8", newline="")
    _show(report, dry_run=dry_run)
    if not dry_run:
        _conclude(job_id, failure)
    if report.rejected:
        raise SystemExit(1)


@click.command("resume-import")
@click.argument("number", type=click.IntRange(1, MAX_ID))
def resume_import(number: int) -> None:
    """Resume the import NUMBER, which was stopped or killed.

    A minute must have passed since its process was killed.
    """
    with cli_injector() as injector, progress_bars() as show:
        report, failure = _run(injector, number, show)
    _show(report, dry_run=False)
    _conclude(number, failure)
    if report.rejected:
        raise SystemExit(1)


def _preview(injector: Injector, job_id: int, show: Progress) -> ImportReport:
    try:
        return injector.get(PreviewImport)(
            SYSTEM, job_id, progress=lambda done, total: show("rows", done, total)
        ).report
    finally:
        injector.get(DiscardImport)(SYSTEM, job_id)


def _run(injector: Injector, job_id: int, show: Progress) -> tuple[ImportReport, str]:
    """Import a file, and return the reason if a part of it could not be imported."""
    runs, queries = injector.get(RunImports), injector.get(ImportJobQueries)
    injector.get(StartImport)(SYSTEM, job_id, runner=runs.runner)
    try:
        report = runs.run(job_id, lambda done, total: show("rows", done, total))
    except KeyboardInterrupt:
        job = queries.job(SYSTEM, job_id)
        raise _Interrupted(
            f"Import {job_id} was stopped after {job.rows_done} of {job.rows_total} rows. To"
            f" import the rest: novacart resume-import {job_id}. To undo it: novacart undo-import"
            f" {job_id}"
        ) from None
    return report, queries.job(SYSTEM, job_id).failure


def _conclude(job_id: int, failure: str) -> None:
    if failure:
        raise click.ClickException(f"Import {job_id} failed. {failure}")
    click.echo(f"This was import {job_id}. To undo it: novacart undo-import {job_id}")


class _Interrupted(click.ClickException):
    exit_code = 130  # of a program that SIGINT ended


def _mapping(columns: Sequence[str], source: str) -> dict[str, str]:
    """The columns of options like `Preis=price`. A column without a name is not read."""
    mapping = {}
    for column in columns:
        of_file, equals, name = column.partition("=")
        if not equals or not of_file.strip():
            raise click.UsageError(f"--map needs FILE_COLUMN=COLUMN, not “{column}”.")
        read_as = name.strip().lower()
        if read_as and not SOURCES[source].has_column(read_as):
            # It would be remembered, and the column not be read from later files.
            raise click.UsageError(f"--map: files of {source} have no column “{read_as}”.")
        mapping[of_file.strip().lower()] = read_as
    return mapping


@click.command("undo-import")
@click.argument("number", type=click.IntRange(1, MAX_ID))
def undo_import(number: int) -> None:
    """Undo the import NUMBER.

    Products that it added are archived, and products that it changed get their former values.
    Categories that it added are removed if nothing uses them. Products and categories that were
    changed since then stay as they are and are listed.
    """
    with cli_injector() as injector, progress_bars() as show:
        runs = injector.get(RunImports)
        injector.get(UndoImport)(SYSTEM, number, runner=runs.runner)
        queries = injector.get(ImportJobQueries)
        try:
            runs.run(number, lambda done, total: show("changes", done, total))
        except KeyboardInterrupt:
            raise _Interrupted(
                f"The undo of import {number} was interrupted. The worker completes it, or:"
                f" novacart undo-import {number}"
            ) from None
        counts = queries.job(SYSTEM, number).counts
        for entry in queries.problems(SYSTEM, number, _MAX_LINES):
            if entry.result.is_kept:
                click.echo(f"line {entry.line}: {entry.detail}", err=True)
    click.echo(
        f"Products: {counts.get('removed', 0)} archived, {counts.get('undone', 0)} restored,"
        f" {counts.get('kept', 0)} kept"
    )
    if counts.get("categories_added"):
        click.echo(
            f"Categories: {counts.get('category removed', 0)} removed,"
            f" {counts.get('category kept', 0)} kept"
        )


@click.command("imports")
def imports() -> None:
    """List the latest imports of products."""
    with cli_injector() as injector:
        for job in injector.get(ImportJobQueries).recent(SYSTEM):
            click.echo(
                f"{job.id}  {job.created_at:%Y-%m-%d %H:%M}  {job.status}"
                f"  {job.rows_done} of {job.rows_total} rows  {job.file_name}"
            )


def _show(report: ImportReport, *, dry_run: bool) -> None:
    if report.ignored_columns:
        click.echo(f"Ignored columns: {', '.join(report.ignored_columns)}", err=True)
    for row in report.rejected[:_MAX_LINES]:
        click.echo(_problem(row), err=True)
    # The report of an import has all lines.
    most = MAX_LINES if dry_run else None
    _show_more(report.totals["rejected"], most, err=True)
    for note in report.notes[:_MAX_LINES]:
        click.echo(f"{_problem(note)} (note)")
    _show_more(report.totals["notes"], most)
    if dry_run:
        for product in report.products[:_MAX_LINES]:
            what = "add" if product.is_new else f"change {', '.join(product.changed)} of"
            click.echo(f"line {product.line}: {what} {product.title}")
        _show_more(report.added + report.edited, MAX_LISTED)
    for change in report.stock[:_MAX_LINES]:
        after = f"{change.before} to {change.after}"
        if change.left_because is not None:
            after = f"left at {change.before}, since {change.left_because}"
        click.echo(f"line {change.line}: stock of {change.title}: {after}")
    _show_more(report.totals["stock_changed"] + report.totals["stock_left"], most)
    _show_counts(report, would="would be " if dry_run else "")


def _show_counts(report: ImportReport, *, would: str) -> None:
    variants = report.variants_added
    click.echo(
        f"Stock: {counted(report.units_added, 'unit')} {would}added with new products,"
        f" {counted(report.totals['stock_changed'], 'product')} {would}changed,"
        f" {report.totals['stock_left']} left as they were"
    )
    if report.without_stock:
        click.echo(f"New variants without stock in the file: {report.without_stock}")
    if report.pictures:
        click.echo(f"Pictures that the worker will fetch: {report.pictures}")
    if report.categories_added:
        click.echo(f"Categories: {report.categories_added} {would}added")
    click.echo(
        f"{report.added} {would}added, {report.edited} {would}changed,"
        f" {report.unchanged} unchanged, {report.totals['rejected']} rejected"
        + (f"; {counted(variants, 'variant')} {would}added" if variants else "")
    )


def _problem(row: RowProblem) -> str:
    column = f", column {row.column}" if row.column else ""
    code = f" [{row.code}]" if row.code else ""
    return f"line {row.line}{column}: {row.reason}{code}"


def _show_more(count: int, most: int | None, *, err: bool = False) -> None:
    """Say how many lines are not shown. The file of `--report` has `most` of all lines, or all."""
    if count > _MAX_LINES:
        listed = "them" if most is None or count <= most else f"the first {most} lines"
        click.echo(f"and {count - _MAX_LINES} more; --report lists {listed}", err=err)


@click.command("export-products")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--spreadsheet",
    is_flag=True,
    help="Write a CSV that a spreadsheet opens without running texts as formulas.",
)
@click.option(
    "--to",
    "feed",
    type=click.Choice([each.value for each in FeedFormat]),
    help="Write product data for Google Merchant Center, or a CSV that Shopify imports.",
)
@click.option(
    "--site",
    help="With --to: the URL of this server, for images that it serves, such as"
    " https://api.shop.example.",
)
def export_products(file: Path, *, spreadsheet: bool, feed: str | None, site: str | None) -> None:
    """Export all products to a .csv or .jsonl FILE.

    The import reads the same format.
    """
    if feed is not None:
        if not site:
            raise click.UsageError("--to needs --site.")
        _export_feed(file, FeedFormat(feed), site.rstrip("/"))
        return
    file_format = _format_of(file, _EXPORTED)
    if spreadsheet and file_format is not FileFormat.CSV:
        raise click.UsageError("--spreadsheet needs a .csv FILE.")
    with cli_injector() as injector, progress_bars() as show:
        command = ExportProductsCommand(
            actor=SYSTEM,
            format=file_format,
            for_spreadsheet=spreadsheet,
            progress=lambda done, total: show("products", done, total),
        )
        _write(file, injector.get(ExportProducts)(command))


def _write(file: Path, lines: Iterable[str]) -> None:
    """Replace the file by a complete one."""
    unfinished = file.with_name(f"{file.name}.part")
    try:
        with unfinished.open("w", encoding="utf-8", newline="") as out:
            out.writelines(lines)
        unfinished.replace(file)
    except OSError as error:
        raise click.ClickException(f"{file} can't be written: {error.strerror}.") from error
    click.echo(f"Exported to {file}")


def _export_feed(file: Path, feed: FeedFormat, site: str) -> None:
    with cli_injector() as injector:
        command = ExportFeedCommand(
            actor=SYSTEM,
            format=feed,
            frontend_url=injector.get(Settings).frontend_url,
            image_url=lambda image: image and urljoin(f"{site}/", quote(image, safe="/:?=&%")),
        )
        _write(file, injector.get(ExportFeed)(command))


@click.command("seed-demo")
def seed_demo() -> None:
    """Load the demo catalog, accounts and orders.

    Data that exists is left as it is, and so is a shop that has orders.
    """
    with cli_injector() as injector:
        seeded = seed_with_progress(injector)
    click.echo(
        f"{seeded.categories} categories, {seeded.products} products, {seeded.people} accounts"
        f" and {seeded.orders} orders created."
    )


def seed_with_progress(injector: Injector) -> SeedReport:
    """Load the demo data with progress bars."""
    with progress_bars() as show:
        return seed(injector, with_orders=True, progress=show)


def _format_of(file: Path, formats: Mapping[str, FileFormat]) -> FileFormat:
    try:
        return formats[file.suffix.lower()]
    except KeyError:
        raise click.UsageError(f"FILE must end in one of {', '.join(formats)}.") from None
