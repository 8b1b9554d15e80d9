"""The commands `novacart serve` and `novacart worker`."""

import os
import resource
import shutil
from typing import Any, Final

import click
from granian import Granian
from granian.constants import HTTPModes, Interfaces, RuntimeModes
from granian.http import HTTP1Settings
from granian.log import LogLevels

from novacart.adapters.persistence.database import Database
from novacart.entrypoints.commands.cli_context import ensure_ready
from novacart.entrypoints.container import build_container
from novacart.entrypoints.demo.accounts import usable_demo_accounts
from novacart.entrypoints.logs import configure_logs, formatter
from novacart.entrypoints.private_files import UMASK, make_private_directory, protect_files
from novacart.entrypoints.settings import InvalidSetting, Settings, ensure_startable, load_settings
from novacart.entrypoints.worker import run_worker

# Seconds that requests in progress may take after SIGTERM.
_SHUTDOWN_TIMEOUT: Final = 30
_CONNECTIONS: Final = 4096


@click.command()
def serve() -> None:
    """Run the web server.

    On SIGTERM or Ctrl-C it finishes running requests and stops. It does not start in production
    while a demo account accepts its published password.
    """
    settings = load_settings()
    ensure_startable(settings)
    os.umask(UMASK)
    protect_files(settings.var, settings.database_url)
    _check_database(settings)
    _allow_connections()
    if settings.metrics_enabled:
        _share_metrics(settings)
    run_web_server(settings)


@click.command()
def worker() -> None:
    """Run a background worker.

    It handles events, such as sending e-mail, and runs scheduled jobs until SIGTERM or Ctrl-C.
    """
    settings = load_settings()
    ensure_startable(settings)
    os.umask(UMASK)
    protect_files(settings.var, settings.database_url)
    configure_logs(debug=settings.debug)
    run_worker(settings)


def run_web_server(
    settings: Settings, target: str = "novacart.entrypoints.rsgi:application"
) -> None:
    """Run granian with the settings of production. Benchmarks serve another application."""
    Granian(
        target,
        address=settings.host,
        port=settings.port,
        interface=Interfaces.RSGI,
        websockets=False,
        http=HTTPModes.auto if settings.http2_cleartext else HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=settings.header_timeout * 1000),
        workers=settings.web_workers,
        # While one thread waits for the interpreter lock, the other serves the sockets.
        runtime_mode=RuntimeModes.mt,
        runtime_threads=2,
        # Divided by the workers, it bounds the requests in progress; slow clients count, too.
        backlog=_CONNECTIONS,
        respawn_failed_workers=True,
        workers_kill_timeout=_SHUTDOWN_TIMEOUT,
        log_level=LogLevels.info,
        log_dictconfig=_log_config(debug=settings.debug),
    ).serve()


def _check_database(settings: Settings) -> None:
    """Raise `InvalidSetting` if the database can't be served as it is."""
    injector = build_container(settings)
    try:
        ensure_ready(injector)
        if not settings.debug and (names := usable_demo_accounts(injector)):
            raise InvalidSetting(
                "These demo accounts have a published password and can sign in:"
                f" {', '.join(names)}. Disable them or change their passwords in the back office,"
                " with DEBUG=True, before you run this shop in production."
            )
    finally:
        injector.get(Database).dispose()


def _allow_connections() -> None:
    """Raise the limit of open files, which is 1024 on many systems, as far as it is allowed."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 4 * _CONNECTIONS
    if soft < wanted:
        limit = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))


def _share_metrics(settings: Settings) -> None:
    """Create an empty directory in which all web processes store their samples."""
    directory = settings.var / "metrics"
    shutil.rmtree(directory, ignore_errors=True)
    make_private_directory(directory)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(directory)


def _log_config(*, debug: bool) -> dict[str, Any]:
    """Format granian's logs like all others."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"novacart": {"()": lambda: formatter(debug=debug)}},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "novacart"}},
        "loggers": {"_granian": {"handlers": ["console"], "propagate": False}},
    }
