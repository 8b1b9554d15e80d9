"""The command `novacart dev`: web server and worker for development."""

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from functools import partial
from types import FrameType
from typing import Any, Final

import click

from novacart.application.accounts.queries import AccountQueries
from novacart.application.catalog.queries import CatalogQueries
from novacart.domain.accounts.email_address import EmailAddress
from novacart.domain.accounts.username import Username
from novacart.entrypoints.commands.catalog import seed_with_progress
from novacart.entrypoints.commands.cli_context import cli_injector
from novacart.entrypoints.demo.data import people
from novacart.entrypoints.listening_socket import ensure_address_is_free
from novacart.entrypoints.parent_process import stop_with_parent
from novacart.entrypoints.private_files import UMASK, protect_files
from novacart.entrypoints.settings import Settings, load_settings

_START_TIMEOUT: Final = 60.0
_STOP_TIMEOUT: Final = 35.0


@click.command()
def dev() -> None:
    """Run web server and worker for development.

    Migrates the database first, and loads the demo shop into an empty one. DEBUG is True unless
    the environment or `.env` sets it. Ctrl-C stops both processes.
    """
    os.umask(UMASK)
    settings = load_settings(debug_by_default=True)
    ensure_address_is_free(settings)
    protect_files(settings.var, settings.database_url)
    # The child processes read the settings themselves.
    os.environ["DEBUG"] = str(settings.debug)
    click.echo("Migrating the database …")
    # All commands import this module; Alembic takes 8 MB.
    from novacart.adapters.persistence import migrate as migrations  # noqa: PLC0415

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
    if not processes.stop_requested:
        raise click.ClickException("The web server or the worker stopped. See its output above.")


def _seed_if_new(settings: Settings) -> bool:
    """Load the demo data if the catalog is empty. Return whether the demo accounts exist."""
    with cli_injector(settings) as injector:
        queries = injector.get(CatalogQueries)  # type: ignore[type-abstract]
        if next(iter(queries.all_products()), None) is None:
            if not settings.debug:
                return False
            click.echo("Loading the demo data …")
            seed_with_progress(injector)
        admin = people()["admin"]
        accounts = injector.get(AccountQueries)  # type: ignore[type-abstract]
        taken = accounts.names_taken(Username(admin["username"]), EmailAddress(admin["email"]))
        return settings.debug and taken.username


def _greeting(settings: Settings, *, demo: bool) -> str:
    url = f"http://127.0.0.1:{settings.port}"
    lines = [
        "",
        f"  Front page     {url}/",
        f"  API reference  {url}/api/docs/",
        f"  Admin          {url}/admin/",
        "",
    ]
    if demo:
        accounts = people()
        lines += [
            "  Demo accounts",
            *map(_sign_in, [accounts["admin"], *accounts["customers"]]),
            "",
        ]
    return "\n".join([*lines, "  Press Ctrl-C to stop.", ""])


def _sign_in(person: dict[str, Any]) -> str:
    return f"    {person['username']:<12} {person['password']:<22} {person['about']}"


class _Processes:
    """The child processes. Each has its own session, so that Ctrl-C does not reach it directly."""

    def __init__(self) -> None:
        self._running: list[subprocess.Popen[bytes]] = []
        self.stop_requested = False
        signal.signal(signal.SIGTERM, self._request_stop)
        signal.signal(signal.SIGINT, self._request_stop)

    def start(self, command: str) -> None:
        self._running.append(
            subprocess.Popen(  # noqa: S603 (this program)
                [sys.executable, "-m", "novacart.entrypoints.cli", command],
                start_new_session=True,
                # This process has one thread.
                preexec_fn=partial(stop_with_parent, os.getpid()),  # noqa: PLW1509
            )
        )

    def wait_until_up(self, url: str) -> bool:
        deadline = time.monotonic() + _START_TIMEOUT
        while self._all_alive() and time.monotonic() < deadline:
            try:
                with urllib.request.urlopen(url, timeout=5):  # noqa: S310 (our own server)
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
        return not self.stop_requested and all(each.poll() is None for each in self._running)

    def _request_stop(self, _number: int, _frame: FrameType | None) -> None:
        self.stop_requested = True
