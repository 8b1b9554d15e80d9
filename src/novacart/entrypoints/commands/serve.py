"""The processes of the shop: web server and worker."""

import os
import shutil
from typing import Any, Final

import click
from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels

from novacart.entrypoints.logs import configure_logs, formatter
from novacart.entrypoints.settings import Settings, load_settings
from novacart.entrypoints.worker import run_worker

# Seconds that requests in flight are given on SIGTERM.
_GRACE: Final = 30
# Seconds in which a client must send the head of its request.
_HEADER_TIMEOUT: Final = 10


@click.command()
def serve() -> None:
    """Serve the shop over HTTP until SIGTERM or Ctrl-C; requests in flight are finished."""
    settings = load_settings()
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
        workers_kill_timeout=_GRACE,
        log_level=LogLevels.info,
        log_dictconfig=_log_config(debug=settings.debug),
    ).serve()


@click.command()
def worker() -> None:
    """Send mails, expire unpaid orders and keep house, until SIGTERM or Ctrl-C."""
    settings = load_settings()
    configure_logs(debug=settings.debug)
    run_worker(settings)


def _share_metrics(settings: Settings) -> None:
    """A fresh directory that all web processes put their samples into."""
    directory = settings.var / "metrics"
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(directory)


def _log_config(*, debug: bool) -> dict[str, Any]:
    """The server's own lines, in the same form as all others."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"ours": {"()": lambda: formatter(debug=debug)}},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "ours"}},
        "loggers": {"_granian": {"handlers": ["console"], "propagate": False}},
    }
