"""Payments that are not settled."""

from datetime import timedelta

import click

from novacart.application.payments.reconcile_payments import (
    ReconcilePayments,
    ReconcilePaymentsCommand,
)
from novacart.entrypoints.commands.cli_context import shop


@click.command()
@click.option(
    "--days",
    default=7,
    show_default=True,
    type=click.IntRange(1, 365),
    help="How far to look back for refunds and disputes that began at the provider.",
)
def reconcile(days: int) -> None:
    """Ask the payment provider about whatever is not settled, and bring it to its end."""
    with shop() as injector:
        run = injector.get(ReconcilePayments)
        asked = run(ReconcilePaymentsCommand(force=True, back=timedelta(days=days)))
    click.echo(f"{asked} payments looked at")
