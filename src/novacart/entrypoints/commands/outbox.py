"""Messages that the worker gave up on."""

import click

from novacart.application.ports.clock import Clock
from novacart.application.ports.outbox import Outbox
from novacart.entrypoints.commands.cli_context import shop
from novacart.entrypoints.container import build_container
from novacart.entrypoints.settings import load_settings


@click.group()
def outbox() -> None:
    """Look at the messages that failed too often, and try them again."""


@outbox.command("list")
def list_parked() -> None:
    """Show the parked messages, and how many are waiting for their turn."""
    messages = build_container(load_settings()).get(Outbox)  # type: ignore[type-abstract]
    parked = messages.parked()
    for message in parked:
        when = message.occurred_at.isoformat(timespec="seconds")
        click.echo(f"{message.id}\t{message.name}\t{when}\t{message.last_error}")
    click.echo(f"{len(parked)} parked, {messages.count_pending()} waiting", err=True)


@outbox.command()
@click.argument("ids", nargs=-1, type=click.IntRange(min=1))
@click.option("--all", "everything", is_flag=True, help="All parked messages.")
def retry(ids: tuple[int, ...], *, everything: bool) -> None:
    """Hand the parked messages with these IDS to the worker again."""
    if bool(ids) == everything:
        raise click.UsageError("Name the messages by their ids, or say --all.")
    with shop() as injector:
        messages = injector.get(Outbox)  # type: ignore[type-abstract]
        clock = injector.get(Clock)  # type: ignore[type-abstract]
        count = messages.retry(at=clock.now(), ids=None if everything else ids)
    click.echo(f"{count} to be tried again")
