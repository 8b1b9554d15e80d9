"""The command `novacart worker`."""

import os

import click

from novacart.entrypoints.logs import configure_logs
from novacart.entrypoints.private_files import UMASK, protect_files
from novacart.entrypoints.process_memory import limit_memory
from novacart.entrypoints.settings import ensure_startable, load_settings
from novacart.entrypoints.worker import run_worker


@click.command()
def worker() -> None:
    """Run a background worker.

    It handles events, such as sending e-mail, and runs scheduled jobs until SIGTERM or Ctrl-C.
    """
    settings = load_settings()
    ensure_startable(settings)
    os.umask(UMASK)
    protect_files(settings.var, settings.database_url)
    configure_logs(debug=settings.debug, exported=bool(settings.otel_exporter_otlp_endpoint))
    limit_memory()
    run_worker(settings)
