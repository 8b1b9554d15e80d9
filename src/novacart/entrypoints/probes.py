"""Checks of what the shop uses: files, database, Redis, mail server, worker and clock."""

import http.client
import os
import shutil
import smtplib
import ssl
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from http import HTTPStatus
from time import time
from typing import Final
from urllib.parse import urlsplit

from injector import Injector

from novacart.adapters.persistence.catalog.currencies import other_currency
from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.point_in_time import SLOT
from novacart.adapters.persistence.replicas.replicas import ReplicaProblem, Replicas
from novacart.adapters.persistence.server_state import (
    is_read_only,
    server_time,
    slot_state,
    timeouts,
)
from novacart.application.back_office.list_query import ListQuery
from novacart.application.back_office.operations import Health, HealthQueries
from novacart.application.back_office.queries import BackOfficeQueries
from novacart.application.ports.clock import Clock
from novacart.application.ports.errors import StorageUnavailable, Unavailable
from novacart.application.ports.readiness import Readiness
from novacart.application.ports.system_checks import PROVEN_RESTORE
from novacart.domain.accounts.role import Role
from novacart.entrypoints.container import build_container
from novacart.entrypoints.demo.accounts import usable_demo_accounts
from novacart.entrypoints.private_files import (
    current_user,
    lookup_problem,
    path_problem,
    sqlite_path,
)
from novacart.entrypoints.production_checks import Finding, check_redis_url, error, warning
from novacart.entrypoints.settings import EmailBackend, InvalidSetting, Settings

_MAIL_TIMEOUT: Final = 5.0
_MIN_FREE: Final = 1 << 30
_CLOCK_TOLERANCE: Final = timedelta(seconds=5)
# The most frequent jobs run every few seconds.
_WORKER_TOLERANCE: Final = timedelta(minutes=5)
_HTTPS_PORT: Final = 443
_URL_TIMEOUT: Final = 10.0
_CERTIFICATE_TOLERANCE: Final = 14 * 24 * 3600
_BACKUP_TOLERANCE: Final = timedelta(hours=26)

_REPLICA_WAIT: Final = 5.0
_REDIS_PORT: Final = 6379

_REPLICA_PROBLEMS: Final = {
    ReplicaProblem.UNAVAILABLE: (
        "can't be reached.",
        "Start it, correct the URL, or remove it from the list.",
    ),
    ReplicaProblem.NO_REPLICA: (
        "is no streaming replica, or was promoted.",
        "Name hot standby servers of the server of DATABASE_URL only.",
    ),
    ReplicaProblem.OTHER_CLUSTER: (
        "is a replica of another server than that of DATABASE_URL.",
        "Name hot standby servers of the server of DATABASE_URL only.",
    ),
    ReplicaProblem.LAGGING: (
        "lags.",
        "See pg_stat_replication on the primary; free or add disk, network or CPU of the replica.",
    ),
}
# The remedy for each dependency that `Readiness` checks.
_REMEDIES: Final = {
    "database": "Start the database or correct the URL.",
    "migrations": "Each release needs it once, before the web server and the worker start.",
}


def check_database(injector: Injector) -> Iterator[Finding]:
    """Yield why the database can't be served: unreachable, not migrated, usable demo accounts."""
    for dependency in injector.get(Readiness)():  # type: ignore[type-abstract]
        if not dependency.ok:
            problem = (
                f"DATABASE_URL: {dependency.explanation}"
                if dependency.explanation
                else dependency.detail
            )
            yield error(f"Database ({dependency.name})", problem, _REMEDIES[dependency.name])
            return
    if names := usable_demo_accounts(injector):
        yield error(
            "Demo accounts",
            f"These demo accounts have a published password and can sign in: {', '.join(names)}.",
            "Disable them or change their passwords in the back office, with DEBUG=True, before"
            " you run this shop in production.",
        )


def check_installation(
    settings: Settings, *, build: Callable[[Settings], Injector] = build_container
) -> Iterator[Finding]:
    """Yield the findings about everything that the shop uses. Takes seconds if a server hangs."""
    yield from check_files(settings)
    try:
        injector = build(settings)
    except (InvalidSetting, ValueError):
        # Reported as a setting.
        return
    yield from _check_stored_data(settings, injector)
    # An invalid URL is reported as a setting.
    if settings.redis_url and not any(check_redis_url(settings.redis_url)):
        yield from _check_redis(settings.redis_url)
    if settings.email_backend is EmailBackend.SMTP:
        yield from check_mail_server(settings)


def _check_stored_data(settings: Settings, injector: Injector) -> Iterator[Finding]:
    path = sqlite_path(settings.database_url)
    if path is not None and lookup_problem("DATABASE_URL", path):
        # Reported with the files.
        return
    if path is not None and not path.exists():
        # A connection would create it.
        yield error(
            "Database (migrations)", f"There is no database {path}.", "Run `novacart migrate`."
        )
        return
    try:
        problems = list(check_database(injector))
        yield from problems
        if not any(each.subject.startswith("Database") for each in problems):
            yield from _check_operation(injector)
            yield from _check_currency(settings, injector.get(Database))
            yield from _check_writable(injector.get(Database))
            yield from _check_timeouts(settings, injector.get(Database))
            yield from _check_replicas(settings, injector.get(Replicas))
            if settings.backup_wal:
                yield from check_archive(slot_state(injector.get(Database), SLOT))
    except Unavailable as failure:
        problem = failure.explanation if isinstance(failure, StorageUnavailable) else str(failure)
        yield error("Database", problem, _REMEDIES["database"])
    finally:
        injector.get(Database).dispose()
        injector.get(Replicas).close()


def check_files(settings: Settings) -> Iterator[Finding]:
    """Yield the findings about VAR_DIR and the folder of an SQLite database."""
    folders = {"VAR_DIR": settings.var, "BACKUP_DIR": settings.backup_dir}
    path = sqlite_path(settings.database_url)
    if path:
        folders["DATABASE_URL"] = path.parent
    paths = folders | ({"DATABASE_URL": path} if path else {})
    found = [problem for each in paths.items() if (problem := lookup_problem(*each))]
    yield from (error(*problem) for problem in found)
    if found:
        return
    if problem := path_problem(settings.var, path):
        yield error(*problem)
    for name, folder in folders.items():
        existing = next(each for each in (folder, *folder.absolute().parents) if each.exists())
        if not existing.is_dir():
            yield error(name, f"{name}: {existing} is not a directory.", "Name a directory.")
        elif not os.access(existing, os.W_OK | os.X_OK):
            yield error(
                name,
                f"{name}: the user of this process can't write to {existing}.",
                f"Run `chown` on {existing} for the user of the service, or choose another one.",
            )
        elif (free := shutil.disk_usage(existing).free) < _MIN_FREE:
            yield warning(
                name,
                f"{name}: {existing} has only {free >> 20} MiB left.",
                "Free or add space: a full disk stops orders.",
            )
    if settings.var.is_dir() and settings.var.stat().st_uid != current_user():
        yield warning(
            "VAR_DIR",
            f"VAR_DIR: {settings.var} belongs to another user, so its rights are not corrected.",
            "Run this command as the user of the service, or `chown` the directory.",
        )


def check_mail_server(settings: Settings) -> Iterator[Finding]:
    """Yield an error if the mail server refuses a connection, TLS or the password."""
    try:
        with smtplib.SMTP(settings.email_host, settings.email_port, timeout=_MAIL_TIMEOUT) as smtp:
            if settings.email_use_tls:
                smtp.starttls()
            user, password = settings.email_host_user, settings.email_host_password
            # Others are reported as settings.
            if user and password and (user + password).isascii():
                smtp.login(user, password)
    except smtplib.SMTPAuthenticationError:
        yield error(
            "EMAIL_HOST_PASSWORD",
            "The mail server refuses EMAIL_HOST_USER and EMAIL_HOST_PASSWORD.",
            "Correct user and password.",
        )
    except (smtplib.SMTPException, OSError, UnicodeError) as failure:
        yield error(
            "EMAIL_HOST",
            f"The mail server {settings.email_host}:{settings.email_port} can't be used"
            f" ({type(failure).__name__}).",
            "Correct EMAIL_HOST, EMAIL_PORT and EMAIL_USE_TLS, or open the firewall.",
        )


def check_public_url(url: str, *, context: ssl.SSLContext | None = None) -> Iterator[Finding]:
    """Yield the findings about the shop as clients reach it: TLS, HSTS and readiness."""
    subject = "Public URL"
    address = _https_address(url)
    if address is None:
        yield error(subject, f"{url} is not an https:// URL.", "Give the public URL of the API.")
        return
    host, _ = address
    try:
        response, expires = _ready_response(address, context or ssl.create_default_context())
    except ssl.SSLCertVerificationError as failure:
        yield error(
            subject,
            f"Clients refuse the certificate of {host}: {failure.verify_message}.",
            "Get a certificate of a public authority for this name (docs/deploy.md).",
        )
        return
    except (OSError, http.client.HTTPException, UnicodeError) as failure:
        yield error(
            subject,
            f"{url} can't be reached ({type(failure).__name__}).",
            "Check DNS, firewall, proxy and web server.",
        )
        return
    if response.status != HTTPStatus.OK:
        yield error(
            subject,
            f"{url}/api/health/ready/ responds with {response.status}.",
            "400: add the name to ALLOWED_HOSTS. 502: start the web server. 503: see its body.",
        )
    elif not response.headers["Strict-Transport-Security"]:
        yield warning(
            "TRUSTED_PROXIES",
            "The response has no Strict-Transport-Security: TRUSTED_PROXIES is too low, or the"
            " proxy sends no X-Forwarded-Proto.",
            "Set TRUSTED_PROXIES to the number of proxies, and see deploy/nginx.conf.",
        )
    if expires and ssl.cert_time_to_seconds(expires) - time() < _CERTIFICATE_TOLERANCE:
        yield warning(
            subject,
            f"The certificate of {host} expires on {expires}.",
            "Read the log of Caddy or certbot, which should have renewed it.",
        )


def _https_address(url: str) -> tuple[str, int] | None:
    """Host and port of an https:// URL."""
    try:
        parsed = urlsplit(url)
        port = parsed.port or _HTTPS_PORT
    except ValueError:
        return None
    return (parsed.hostname, port) if parsed.scheme == "https" and parsed.hostname else None


def _ready_response(
    address: tuple[str, int], context: ssl.SSLContext
) -> tuple[http.client.HTTPResponse, str]:
    """The response about readiness, and when the certificate expires."""
    host, port = address
    connection = http.client.HTTPSConnection(host, port, timeout=_URL_TIMEOUT, context=context)
    try:
        connection.connect()
        certificate = connection.sock.getpeercert() or {}
        connection.request("GET", "/api/health/ready/")
        response = connection.getresponse()
        response.read()
    finally:
        connection.close()
    return response, str(certificate.get("notAfter", ""))


def _check_writable(database: Database) -> Iterator[Finding]:
    if is_read_only(database):
        yield error(
            "DATABASE_URL",
            "DATABASE_URL: the database is read-only, as that of a replica.",
            "Set DATABASE_URL to the primary; replicas belong in DATABASE_REPLICA_URLS.",
        )


def _check_timeouts(settings: Settings, database: Database) -> Iterator[Finding]:
    """Yield a warning if transactions are pooled and the role has no timeouts."""
    if not settings.database_transaction_pooling:
        return
    missing = [name for name, value in timeouts(database).items() if value == "0"]
    if missing:
        names = " and ".join(missing)
        yield warning(
            "DATABASE_TRANSACTION_POOLING",
            f"DATABASE_TRANSACTION_POOLING: the role of DATABASE_URL has no {names}.",
            "Run the ALTER ROLE statements of docs/deploy.md.",
        )


def _check_replicas(settings: Settings, replicas: Replicas) -> Iterator[Finding]:
    wait = min(settings.replica_max_lag, _REPLICA_WAIT)
    for name, problem in replicas.problems(wait=wait):
        finding = warning if problem is ReplicaProblem.LAGGING else error
        problem_text, remedy = _REPLICA_PROBLEMS[problem]
        yield finding(
            "DATABASE_REPLICA_URLS",
            f"DATABASE_REPLICA_URLS: {name} {problem_text} Reads go to the primary meanwhile.",
            remedy,
        )


def check_archive(state: tuple[bool, bool] | None) -> Iterator[Finding]:
    """Yield a warning if the write-ahead log is not archived.

    `state` says of the replication slot whether it is in use and whether log that it needs was
    deleted. It is None without the slot, which the first start of the archive creates.
    """
    match state:
        case None:
            yield warning(
                "BACKUP_WAL",
                "BACKUP_WAL: the write-ahead log has not been archived yet.",
                "Start `novacart archive-wal`, and run `novacart backup --prove`.",
            )
        case (_, True):
            yield warning(
                "BACKUP_WAL",
                "BACKUP_WAL: the server has deleted a part of the log that was not archived.",
                f"Run `SELECT pg_drop_replication_slot('{SLOT}')`, start `novacart archive-wal`"
                " again, and run `novacart backup --prove`. Moments in between can't be restored.",
            )
        case (False, _):
            yield warning(
                "BACKUP_WAL",
                "BACKUP_WAL: the write-ahead log is not archived, and the server keeps it"
                " meanwhile.",
                "Start `novacart archive-wal`.",
            )


def _check_redis(url: str) -> Iterator[Finding]:
    # Imported only where it is used, to save memory.
    from novacart.adapters.redis.rate_limiter import RedisRateLimiter  # noqa: PLC0415

    try:
        RedisRateLimiter.connect(url, prefix="").retry_after(())
    except Unavailable as failure:
        parts = urlsplit(url)
        address = f"{parts.hostname or 'localhost'}:{parts.port or _REDIS_PORT}"
        yield error(
            "REDIS_URL",
            f"REDIS_URL: {parts.path if parts.scheme == 'unix' else address}: {failure} The"
            " shop works without it meanwhile.",
            "Start it, correct REDIS_URL, or leave it empty if the shop is to work without it.",
        )


def _check_operation(injector: Injector) -> Iterator[Finding]:
    now = injector.get(Clock).now()  # type: ignore[type-abstract]
    health = injector.get(HealthQueries).health()  # type: ignore[type-abstract]
    yield from check_clock(now, server_time(injector.get(Database)))
    yield from check_health(health, now)
    owners = injector.get(BackOfficeQueries).staff(  # type: ignore[type-abstract]
        ListQuery(filters={"role": Role.OWNER.value, "is_active": True}, limit=1)
    )
    if not owners.rows:
        yield warning(
            "Staff",
            "There is no owner account: the back office can't be used.",
            "Run `novacart create-admin USERNAME EMAIL`.",
        )


def _check_currency(settings: Settings, database: Database) -> Iterator[Finding]:
    other = other_currency(database, settings.currency)
    if other:
        yield error(
            "CURRENCY",
            f"CURRENCY is {settings.currency}, but products have prices in {other}.",
            f"Set CURRENCY={other}, or archive these products and add them again.",
        )


def check_clock(now: datetime, database_time: datetime) -> Iterator[Finding]:
    """Yield a warning if the clocks of this machine and of the database server differ."""
    difference = abs(now - database_time)
    if difference > _CLOCK_TOLERANCE:
        yield warning(
            "Clock",
            f"The clock differs from the database server's by {difference.total_seconds():.0f} s:"
            " codes of authenticator apps, tokens and limits depend on it.",
            "Synchronise both machines with NTP, such as by systemd-timesyncd.",
        )


def check_health(health: Health, now: datetime) -> Iterator[Finding]:
    """Yield warnings if no worker runs, a check has failed or messages are parked."""
    last = max((job.last_started_at for job in health.jobs), default=None)
    if last is None or now - last > _WORKER_TOLERANCE:
        since = "yet" if last is None else f"since {last.isoformat(timespec='seconds')}"
        yield warning(
            "Worker",
            f"No worker has run {since}: no mail is sent and no unpaid order expires.",
            "Start `novacart worker`.",
        )
    elif last - now > _CLOCK_TOLERANCE:
        yield warning(
            "Clock",
            f"The clock is behind the last job of the worker, {last.isoformat()}.",
            "Synchronise the clock with NTP.",
        )
    proofs = {check.name: check.passed_at for check in health.checks}
    proven_at = proofs.get(PROVEN_RESTORE)
    if proven_at is None or now - proven_at > _BACKUP_TOLERANCE:
        since = "yet" if proven_at is None else f"since {proven_at.isoformat(timespec='seconds')}"
        yield warning(
            "Backup",
            f"No backup has been made and proven {since}.",
            "Run `novacart backup --prove` every night (docs/deploy.md).",
        )
    for check in health.checks:
        if not check.ok:
            yield warning(
                check.name,
                f"The last {check.name.replace('_', ' ')} failed: {check.summary}",
                "Open System health in the back office, and read docs/operations.md.",
            )
    for queue in health.queues:
        if queue.parked:
            yield warning(
                queue.name,
                f"{queue.name}: {queue.parked} failed too often and wait for a person.",
                "Retry them in the back office, or with `novacart outbox retry`.",
            )
