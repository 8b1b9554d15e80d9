"""The commands that import, export and seed the catalog."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import click
from injector import Injector

from novacart.application.authorization.actor import SYSTEM
from novacart.application.catalog.export_products import ExportProducts, ExportProductsCommand
from novacart.application.catalog.import_products import ImportProducts, ImportProductsCommand
from novacart.application.catalog.product_files import FileFormat, UnreadableFile, read_rows
from novacart.entrypoints.commands.cli_context import cli_injector
from novacart.entrypoints.commands.progress import progress_bars
from novacart.entrypoints.demo.seed import SeedReport
from novacart.entrypoints.demo.seed import seed_demo as seed

_FORMATS: Final = {
    ".csv": FileFormat.CSV,
    ".jsonl": FileFormat.JSON_LINES,
    ".ndjson": FileFormat.JSON_LINES,
}


@click.command("import-products")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Report the changes without making them.")
def import_products(file: Path, *, dry_run: bool) -> None:
    """Import products from a .csv or .jsonl FILE.

    Invalid rows are reported with their line number and skipped; the exit code is then 1.
    """
    file_format = _format_of(file)
    with cli_injector() as injector, progress_bars() as show:
        command = ImportProductsCommand(
            actor=SYSTEM,
            rows=read_rows(_lines(file), file_format),
            dry_run=dry_run,
            progress=lambda done: show("rows", done, None),
        )
        try:
            report = injector.get(ImportProducts)(command)
        except (UnreadableFile, UnicodeDecodeError) as error:
            raise click.ClickException(f"{file} can't be read: {error}") from error
    for row in report.rejected:
        click.echo(f"line {row.line}: {row.reason}", err=True)
    would = "would be " if dry_run else ""
    click.echo(
        f"{report.added} {would}added, {report.edited} {would}changed,"
        f" {report.unchanged} unchanged, {len(report.rejected)} invalid"
    )
    if report.rejected:
        raise SystemExit(1)


@click.command("export-products")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def export_products(file: Path) -> None:
    """Export all products to a .csv or .jsonl FILE.

    The import reads the same format.
    """
    file_format = _format_of(file)
    unfinished = file.with_name(f"{file.name}.part")
    with cli_injector() as injector, progress_bars() as show:
        command = ExportProductsCommand(
            actor=SYSTEM,
            format=file_format,
            progress=lambda done, total: show("products", done, total),
        )
        with unfinished.open("w", encoding="utf-8", newline="") as out:
            out.writelines(injector.get(ExportProducts)(command))
    unfinished.replace(file)
    click.echo(f"Exported to {file}")


@click.command("seed-demo")
def seed_demo() -> None:
    """Load the demo catalog and accounts.

    Data that exists is left as it is.
    """
    with cli_injector() as injector:
        seeded = seed_with_progress(injector)
    click.echo(
        f"{seeded.categories} categories, {seeded.products} products"
        f" and {seeded.people} accounts created."
    )


def seed_with_progress(injector: Injector) -> SeedReport:
    """Load the demo data with progress bars."""
    with progress_bars() as show:
        return seed(injector, progress=show)


def _format_of(file: Path) -> FileFormat:
    try:
        return _FORMATS[file.suffix.lower()]
    except KeyError:
        raise click.UsageError("FILE must end in .csv, .jsonl or .ndjson.") from None


def _lines(file: Path) -> Iterator[str]:
    with file.open(encoding="utf-8", newline="") as lines:
        yield from lines
