"""The commands `novacart migrate` and `novacart recount-brands`."""

import click

from novacart.adapters.persistence.catalog.recount import recount_products
from novacart.adapters.persistence.database import Database
from novacart.entrypoints.commands.cli_context import cli_injector, command_settings


@click.command()
def migrate() -> None:
    """Migrate the database to the current schema."""
    # All commands import this module; Alembic takes 8 MB.
    from novacart.adapters.persistence import migrate as migrations  # noqa: PLC0415

    migrations.upgrade(command_settings().database_url)
    click.echo("The database is up to date.")


@click.command()
def recount_brands() -> None:
    """Correct the counts of products by brand and attribute.

    Needed if a release without these counts changed products after the migration.
    """
    with cli_injector() as injector:
        wrong = recount_products(injector.get(Database))
    click.echo(f"{wrong} counts were corrected." if wrong else "All counts were right.")
