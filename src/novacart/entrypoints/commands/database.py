"""The command `novacart migrate`."""

import click

from novacart.entrypoints.commands.cli_context import command_settings


@click.command()
def migrate() -> None:
    """Migrate the database to the current schema."""
    # All commands import this module; Alembic takes 8 MB.
    from novacart.adapters.persistence import migrate as migrations  # noqa: PLC0415

    migrations.upgrade(command_settings().database_url)
    click.echo("The database is up to date.")
