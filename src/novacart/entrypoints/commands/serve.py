"""The command `novacart serve`."""

import importlib
import os
import shutil
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from functools import partial
from tempfile import mkdtemp
from typing import Any, Final

import click
import structlog
from granian._granian import SocketHolder
from granian.constants import HTTPModes, Interfaces, RuntimeModes
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server.mp import MPServer
from injector import Injector

from novacart.adapters.persistence.database import Database
from novacart.entrypoints.listening_socket import (
    ensure_address_is_free,
    inherited_socket,
    notify_ready,
)
from novacart.entrypoints.logs import configure_logs, formatter
from novacart.entrypoints.parent_process import stop_with_parent
from novacart.entrypoints.private_files import UMASK, protect_files
from novacart.entrypoints.probes import check_database
from novacart.entrypoints.process_memory import limit_memory, loading_code
from novacart.entrypoints.production_checks import Finding, Severity, check_settings
from novacart.entrypoints.readiness import ensure_ready
from novacart.entrypoints.settings import InvalidSetting, Settings, ensure_startable, load_settings

# Seconds that requests in progress may take after SIGTERM.
_SHUTDOWN_TIMEOUT: Final = 30
_CONNECTIONS: Final = 4096

_log = structlog.get_logger("novacart.serve")


@click.command()
def serve() -> None:
    """Run the web server.

    On SIGTERM or Ctrl-C it finishes running requests and stops. In production it runs the checks
    of `novacart check` that need no other server than the database: it logs the warnings, and does
    not start with an error.
    """
    settings = load_settings()
    ensure_startable(settings)
    os.umask(UMASK)
    protect_files(settings.var, settings.database_url)
    configure_logs(debug=settings.debug, exported=bool(settings.otel_exporter_otlp_endpoint))
    findings = [] if settings.debug else list(check_settings(settings))
    _stop_at_errors(findings)
    inherited = inherited_socket(settings)
    if inherited is None:
        ensure_address_is_free(settings)
    _allow_connections()
    with _shared_metrics() if settings.metrics_enabled else nullcontext():
        limit_memory()
        injector = _preload_application()
        _check_database(injector, settings)
        for finding in findings:
            _log.warning(
                "production_check",
                subject=finding.subject,
                problem=finding.problem,
                remedy=finding.remedy,
            )
        run_web_server(settings, inherited=inherited)


class _Server(MPServer):
    """Accepts the connections of `inherited`, if it is set. Granian has no setting for it."""

    inherited: socket.socket | None = None

    def _init_shared_socket(self) -> None:
        if self.inherited is None:
            super()._init_shared_socket()  # type: ignore[no-untyped-call]
            return
        self._ssp = self._sso = None
        fd = self.inherited.fileno()
        self._shd = SocketHolder(fd, False, self.backlog)  # type: ignore[assignment, call-arg] # noqa: FBT003


def run_web_server(
    settings: Settings,
    target: str = "novacart.entrypoints.rsgi:application",
    *,
    inherited: socket.socket | None = None,
) -> None:
    """Run granian with the settings of production. Benchmarks serve another application."""
    server = _Server(
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
    )
    server.inherited = inherited
    # Granian handles signals from then on.
    server.on_startup(notify_ready)
    # Otherwise they would keep the port when this process is killed.
    os.register_at_fork(after_in_child=partial(stop_with_parent, os.getpid()))
    server.serve()


def _preload_application() -> Injector:
    """Build the application before granian forks its workers, which then share its memory.

    It starts no thread before its first request.
    """
    with loading_code():
        rsgi = importlib.import_module("novacart.entrypoints.rsgi")
    injector: Injector = rsgi.app.extensions["novacart.injector"]
    return injector


def _check_database(injector: Injector, settings: Settings) -> None:
    """Raise `InvalidSetting` if the database can't be served.

    Closes the connections, which forked processes must not share.
    """
    try:
        if settings.debug:
            ensure_ready(injector)
        else:
            _stop_at_errors(list(check_database(injector)))
    finally:
        injector.get(Database).dispose()


def _stop_at_errors(findings: Sequence[Finding]) -> None:
    errors = [str(finding) for finding in findings if finding.severity is Severity.ERROR]
    if errors:
        raise InvalidSetting("\n".join(errors))


def _allow_connections() -> None:
    """Raise the limit of open files, which is 1024 on many systems, as far as it is allowed."""
    try:
        import resource  # noqa: PLC0415 (Windows has no such module and no such limit)
    except ImportError:
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 4 * _CONNECTIONS
    if soft < wanted:
        limit = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))


@contextmanager
def _shared_metrics() -> Iterator[None]:
    """Let all web processes store their samples in a temporary directory of this server alone.

    Another server can start before this one stops.
    """
    directory = mkdtemp(prefix="novacart-metrics-")
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = directory
    try:
        yield
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def _log_config(*, debug: bool) -> dict[str, Any]:
    """Format granian's logs like all others."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"novacart": {"()": lambda: formatter(debug=debug)}},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "novacart"}},
        "loggers": {"_granian": {"handlers": ["console"], "propagate": False}},
    }
