"""The commands `novacart serve` and `novacart worker`."""

import os
import shutil
from typing import Any, Final

import click
from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels

from novacart.entrypoints.logs import configure_logs, formatter
from novacart.entrypoints.settings import Settings, ensure_startable, load_settings
from novacart.entrypoints.worker import run_worker

# Seconds that requests in progress may take after SIGTERM.
_SHUTDOWN_TIMEOUT: Final = 30
# Seconds in which a client must send the headers of its request.
_HEADER_TIMEOUT: Final = 10


@click.command()
def serve() -> None:
    """Run the web server.

    On SIGTERM or Ctrl-C it finishes running requests and stops.
    """
    settings = load_settings()
    ensure_startable(settings)
    if settings.metrics_enabled:
        _share_metrics(settings)
    Granian(
        "novacart.entrypoints.rsgi:application",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.RSGI,
        websockets=False,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=_HEADER_TIMEOUT * 1000),
        workers=settings.web_workers,
        respawn_failed_workers=True,
        workers_kill_timeout=_SHUTDOWN_TIMEOUT,
        log_level=LogLevels.info,
        log_dictconfig=_log_config(debug=settings.debug),
    ).serve()


@click.command()
def worker() -> None:
    """Run a background worker.

    It handles events, such as sending e-mail, and runs scheduled jobs until SIGTERM or Ctrl-C.
    """
    settings = load_settings()
    ensure_startable(settings)
    configure_logs(debug=settings.debug)
    run_worker(settings)


def _share_metrics(settings: Settings) -> None:
    """Create an empty directory in which all web processes store their samples."""
    directory = settings.var / "metrics"
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
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
