"""The commands that migrate the database and repair what an earlier release left wrong."""

import click

from novacart.adapters.persistence.catalog.recount import recount_products
from novacart.adapters.persistence.database import Database
from novacart.application.ordering.release_reservations import ReleaseReservations
from novacart.domain.shared.counted import counted
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
    click.echo(f"Corrected {counted(wrong, 'count')}." if wrong else "All counts were right.")


@click.command()
def release_stock() -> None:
    """Release the units that orders reserve without need.

    Needed if `novacart audit` reports that an order has more units reserved than it should.
    """
    with cli_injector() as injector:
        released = injector.get(ReleaseReservations)()
    for each in released:
        click.echo(
            f"Order {each.order_number}, variant {each.variant_id}: {each.quantity} released"
        )
    total = sum(each.quantity for each in released)
    click.echo(f"Released {counted(total, 'unit')}." if total else "No unit stayed reserved.")
