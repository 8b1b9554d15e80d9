"""The database's schema."""

import click

from novacart.adapters.persistence import migrate as migrations
from novacart.entrypoints.settings import load_settings


@click.command()
def migrate() -> None:
    """Bring the database up to date with this version of the shop."""
    migrations.upgrade(load_settings().database_url)
    click.echo("The database is up to date.")
