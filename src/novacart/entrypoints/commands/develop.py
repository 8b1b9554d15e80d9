"""`novacart dev`: the whole shop on one's own machine, from one command."""

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from types import FrameType
from typing import Any, Final

import click

from novacart.adapters.persistence import migrate as migrations
from novacart.application.accounts.queries import AccountQueries
from novacart.application.catalog.queries import CatalogQueries
from novacart.entrypoints.commands.catalogue import seed_with_bars
from novacart.entrypoints.commands.cli_context import shop
from novacart.entrypoints.demo.data import people
from novacart.entrypoints.settings import Settings, load_settings

_START_TIMEOUT: Final = 60.0
_STOP_TIMEOUT: Final = 35.0


@click.command()
def dev() -> None:
    """Set up what is missing and run web and worker together; Ctrl-C stops both.

    DEBUG is True unless the environment or `.env` says otherwise.
    """
    settings = load_settings(debug_by_default=True)
    # The children read the same settings, and must come to the same answer.
    os.environ["DEBUG"] = str(settings.debug)
    click.echo("Bringing the database up to date …")
    migrations.upgrade(settings.database_url)
    demo = _seed_if_new(settings)
    processes = _Processes()
    processes.start("serve")
    processes.start("worker")
    try:
        if processes.wait_until_up(f"http://127.0.0.1:{settings.port}/api/health/"):
            click.echo(_greeting(settings, demo=demo))
            processes.wait_for_any()
    finally:
        processes.stop()
    if not processes.asked_to_stop:
        raise click.ClickException("Web or worker stopped by itself; what it said stands above.")


def _seed_if_new(settings: Settings) -> bool:
    """Fill a shop that nobody has used yet; whether this is the demo shop."""
    with shop(settings) as injector:
        catalogue = injector.get(CatalogQueries)  # type: ignore[type-abstract]
        if next(iter(catalogue.every_product()), None) is None:
            if not settings.debug:
                return False
            click.echo("Loading the demo catalogue …")
            seed_with_bars(injector)
        admin = people()["admin"]
        accounts = injector.get(AccountQueries)  # type: ignore[type-abstract]
        return settings.debug and accounts.taken(admin["username"], admin["email"])[0]


def _greeting(settings: Settings, *, demo: bool) -> str:
    address = f"http://127.0.0.1:{settings.port}"
    lines = [
        "",
        f"  The shop    {address}/",
        f"  API docs    {address}/api/docs/",
        f"  Admin       {address}/admin/",
        "",
    ]
    if demo:
        told = people()
        lines += ["  Sign in as", *map(_sign_in, [told["admin"], *told["customers"]]), ""]
    return "\n".join([*lines, "  Ctrl-C stops it.", ""])


def _sign_in(person: dict[str, Any]) -> str:
    return f"    {person['username']:<12} {person['password']}"


class _Processes:
    """Our own children, in sessions of their own: they stop when we say so, in order."""

    def __init__(self) -> None:
        self._running: list[subprocess.Popen[bytes]] = []
        self.asked_to_stop = False
        signal.signal(signal.SIGTERM, self._asked)
        signal.signal(signal.SIGINT, self._asked)

    def start(self, command: str) -> None:
        self._running.append(
            subprocess.Popen(  # noqa: S603 (this very program)
                [sys.executable, "-m", "novacart.entrypoints.cli", command],
                start_new_session=True,
            )
        )

    def wait_until_up(self, address: str) -> bool:
        deadline = time.monotonic() + _START_TIMEOUT
        while self._all_alive() and time.monotonic() < deadline:
            try:
                with urllib.request.urlopen(address, timeout=5):  # noqa: S310 (our own address)
                    return True
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        return False

    def wait_for_any(self) -> None:
        while self._all_alive():
            time.sleep(0.2)

    def stop(self) -> None:
        for process in self._running:
            if process.poll() is None:
                process.terminate()
        deadline = time.monotonic() + _STOP_TIMEOUT
        for process in self._running:
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def _all_alive(self) -> bool:
        return not self.asked_to_stop and all(each.poll() is None for each in self._running)

    def _asked(self, _number: int, _frame: FrameType | None) -> None:
        self.asked_to_stop = True
