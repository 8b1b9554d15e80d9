"""The command `novacart outbox`."""

import click

from novacart.application.authorization.actor import SYSTEM
from novacart.application.back_office.retry_messages import RetryMessages, RetryMessagesCommand
from novacart.application.ports.outbox import Outbox
from novacart.domain.shared.counted import counted
from novacart.entrypoints.commands.cli_context import cli_injector


@click.group()
def outbox() -> None:
    """List or retry messages whose delivery has failed."""


@outbox.command("list")
def list_parked() -> None:
    """List the parked messages, and count those that wait for delivery."""
    with cli_injector() as injector:
        queue = injector.get(Outbox)  # type: ignore[type-abstract]
        parked, pending = queue.parked(), queue.count_pending()
    for message in parked:
        occurred_at = message.occurred_at.isoformat(timespec="seconds")
        click.echo(f"{message.id}\t{message.name}\t{occurred_at}\t{message.last_error}")
    click.echo(f"{len(parked)} parked, {pending} waiting", err=True)


@outbox.command()
@click.argument("ids", nargs=-1, type=click.IntRange(min=1))
@click.option("--all", "everything", is_flag=True, help="Retry all parked messages.")
def retry(ids: tuple[int, ...], *, everything: bool) -> None:
    """Retry the parked messages with these IDS."""
    if bool(ids) == everything:
        raise click.UsageError("Give the ids of the messages, or --all.")
    with cli_injector() as injector:
        command = RetryMessagesCommand(actor=SYSTEM, message_ids=None if everything else ids)
        count = injector.get(RetryMessages)(command)
    click.echo(f"{counted(count, 'message')} will be retried.")
