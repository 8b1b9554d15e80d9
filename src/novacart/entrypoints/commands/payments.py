"""The command `novacart reconcile`."""

from datetime import timedelta

import click

from novacart.application.payments.reconcile_payments import (
    ReconcilePayments,
    ReconcilePaymentsCommand,
)
from novacart.domain.shared.counted import counted
from novacart.entrypoints.commands.cli_context import cli_injector


@click.command()
@click.option(
    "--days",
    default=7,
    show_default=True,
    type=click.IntRange(1, 365),
    help="Number of past days to search for payments, refunds and disputes at the provider.",
)
def reconcile(days: int) -> None:
    """Compare open payments with the provider.

    Updates the payments and orders whose state differs, and adds payments that a restored database
    has lost.
    """
    with cli_injector() as injector:
        reconcile_payments = injector.get(ReconcilePayments)
        checked = reconcile_payments(
            ReconcilePaymentsCommand(force=True, look_back=timedelta(days=days))
        )
    click.echo(f"{counted(checked, 'payment')} checked")
