"""Checks of the production settings: what is missing or dangerous, each with its remedy."""

import difflib
import os
import re
import secrets
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import timedelta
from email.utils import getaddresses
from enum import StrEnum
from ipaddress import ip_address
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from novacart.adapters.stripe.object_parser import must_end_in_zero
from novacart.entrypoints.private_files import sqlite_path
from novacart.entrypoints.settings import (
    CLOUDINARY_ACCOUNT,
    DOTENV,
    POSTGRESQL_URL,
    EmailBackend,
    InvalidSetting,
    Settings,
    ensure_startable,
    is_local,
    load_settings,
    setting_values,
)

SETTING_NAMES: Final = frozenset(
    "VAR_DIR" if each.name == "var" else each.name.upper() for each in fields(Settings)
)

# Other variables that a `.env` file may hold: `novacart create-admin` and compose.yaml read them.
_OTHER_NAMES: Final = frozenset({"NOVACART_ADMIN_PASSWORD", "SHOP_DOMAIN"})
# Settings that replace an invalid one, so that the other settings can be checked.
_FALLBACKS: Final[Mapping[str, Mapping[str, str]]] = {
    "METRICS_TOKEN": {"METRICS_ENABLED": "False"},
    "EMAIL_BACKEND": {"EMAIL_BACKEND": "none"},
}
_HOST_NAME: Final = re.compile(r"[a-z0-9_]([a-z0-9_-]*[a-z0-9])?(\.[a-z0-9_-]+)*\.?", re.IGNORECASE)
_EMAIL: Final = re.compile(r"[^@\s]+@[^@\s]+")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")
_IMPLICIT_TLS: Final = 465
_MANY_PROXIES: Final = 3
_WEAK_DATABASE_PASSWORDS: Final = frozenset({"", "novacart", "password", "postgres", "secret"})
_SHORT_TTL: Final = timedelta(minutes=5)
_LONG_TTL: Final = timedelta(days=1)
_STRIPE_KEYS_REMEDY: Final = "Copy it from Developers → API keys in the Stripe dashboard."


class Severity(StrEnum):
    """An error keeps the web server from starting in production; a warning does not."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A problem of this installation. `subject` is the setting, or the part that is affected.

    `problem` names the subject and shows no secret; `remedy` says what to do.
    """

    severity: Severity
    subject: str
    problem: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.problem} {self.remedy}"


def error(subject: str, problem: str, remedy: str) -> Finding:
    """Return a finding that is an error."""
    return Finding(severity=Severity.ERROR, subject=subject, problem=problem, remedy=remedy)


def warning(subject: str, problem: str, remedy: str) -> Finding:
    """Return a finding that is a warning."""
    return Finding(severity=Severity.WARNING, subject=subject, problem=problem, remedy=remedy)


def load_for_check(
    environ: Mapping[str, str] | None = None, dotenv: Path = DOTENV
) -> tuple[Settings, list[Finding]]:
    """Load the settings as for production, and return them with the findings about their values.

    Each invalid setting is reported and replaced, so that one run reports all of them.
    """
    values = setting_values(environ, dotenv)
    findings = list(_file_findings(dotenv))
    while True:
        try:
            settings = load_settings(values, dotenv=Path(os.devnull))
        except InvalidSetting as invalid:
            findings.append(finding_of(invalid))
            values |= _FALLBACKS.get(invalid.setting, {invalid.setting: ""})
            if invalid.setting == "SECRET_KEY":
                values["SECRET_KEY"] = secrets.token_urlsafe(48)
            continue
        if settings.debug:
            findings.append(
                error(
                    "DEBUG",
                    "DEBUG is True: this is the mode for development, without HTTPS and with demo"
                    " accounts.",
                    "Set DEBUG=False.",
                )
            )
            values["DEBUG"] = "False"
            continue
        # The default that replaces an invalid value is not judged.
        invalid_names = {finding.subject for finding in findings}
        others = (each for each in check_settings(settings) if each.subject not in invalid_names)
        return settings, [*findings, *others]


def finding_of(invalid: InvalidSetting) -> Finding:
    """Return the error of a setting that could not be read."""
    problem, dot, remedy = str(invalid).partition(". ")
    if dot:
        problem += "."
    else:
        remedy = "Correct it, or leave it empty for its default."
    return error(invalid.setting or "Database", problem, remedy)


def check_settings(settings: Settings) -> Iterator[Finding]:
    """Yield the findings about settings of production that are valid by themselves."""
    try:
        ensure_startable(settings)
    except InvalidSetting as invalid:
        yield finding_of(invalid)
    yield from _network(settings)
    yield from _database(settings)
    yield from _browsers(settings)
    yield from _email(settings)
    yield from _stripe(settings)
    yield from _images(settings)
    yield from _business_rules(settings)
    yield from _staff_and_limits(settings)
    yield from _backups(settings)
    yield from _relative_directories(settings)
    yield from _unsendable("METRICS_TOKEN", settings.metrics_token, "choose another one")


def _file_findings(dotenv: Path) -> Iterator[Finding]:
    """Yield the findings about the `.env` file: names that no program reads, and its mode."""
    if not dotenv.is_file():
        return
    known = SETTING_NAMES | _OTHER_NAMES
    for name in setting_values({}, dotenv):
        if name not in known:
            similar = difflib.get_close_matches(name, known, n=1)
            hint = f"Did you mean {similar[0]}?" if similar else "Remove it."
            yield warning(name, f"{name} in {dotenv} is not a setting of NovaCart.", hint)
    if dotenv.stat().st_mode & 0o077:
        yield warning(
            str(dotenv),
            f"Other users of this machine can read {dotenv}, which holds secrets.",
            f"Run `chmod 600 {dotenv}`.",
        )


def _network(settings: Settings) -> Iterator[Finding]:
    if "*" in settings.allowed_hosts:
        yield warning(
            "ALLOWED_HOSTS",
            "ALLOWED_HOSTS accepts every host name: a forged Host header reaches the shop.",
            "List the host names of this server, such as shop.example.",
        )
    elif all(is_local(host.strip("[]")) for host in settings.allowed_hosts):
        yield warning(
            "ALLOWED_HOSTS",
            "ALLOWED_HOSTS has only names of this machine: requests for any other get 400.",
            "Add the public host name of this server, such as shop.example.",
        )
    for host in settings.allowed_hosts:
        if host != "*" and not _is_allowed_host(host):
            yield error(
                "ALLOWED_HOSTS",
                f"ALLOWED_HOSTS has {host!r}, which is not a host name.",
                "Write names without scheme, port and path, such as shop.example.",
            )
    if settings.trusted_proxies == 0:
        yield warning(
            "TRUSTED_PROXIES",
            "TRUSTED_PROXIES is 0, and NovaCart has no TLS of its own: without a trusted proxy"
            " there is no HTTPS and no HSTS, and all clients share the rate limits of one address.",
            "Put a proxy with TLS in front and set TRUSTED_PROXIES to the number of proxies,"
            " which is 1 for nginx, Caddy or Render.",
        )
    elif settings.trusted_proxies > _MANY_PROXIES:
        yield warning(
            "TRUSTED_PROXIES",
            f"TRUSTED_PROXIES is {settings.trusted_proxies}. If fewer proxies are in front,"
            " clients can forge their address.",
            "Set it to the number of proxies between the internet and this server.",
        )
    if settings.trusted_proxies == 0 and not is_local(settings.host):
        yield warning(
            "HOST",
            f"HOST is {settings.host}: other machines reach the shop without TLS.",
            "Set HOST=127.0.0.1 and put a proxy with TLS in front.",
        )


def _database(settings: Settings) -> Iterator[Finding]:
    if settings.database_url.startswith("sqlite:"):
        if sqlite_path(settings.database_url) is None:
            yield error(
                "DATABASE_URL",
                "DATABASE_URL is an SQLite database in memory: all data is lost at the end.",
                "Name a file, or set the URL of a PostgreSQL database.",
            )
        else:
            yield warning(
                "DATABASE_URL",
                "DATABASE_URL is SQLite: one machine only, and one write at a time.",
                "Use PostgreSQL: DATABASE_URL=postgresql://user:password@host/novacart.",
            )
    else:
        yield from _postgresql("DATABASE_URL", settings.database_url)
    for replica_url in settings.database_replica_urls:
        yield from _replica(settings.database_url, replica_url)
    if settings.redis_url:
        yield from check_redis_url(settings.redis_url)


def check_redis_url(redis_url: str) -> Iterator[Finding]:
    """Yield an error if the client refuses the URL. Connects to no server."""
    # Imported only where it is used, to save memory.
    from novacart.adapters.redis.connection import has_valid_options  # noqa: PLC0415

    url = urlsplit(redis_url)
    if url.scheme not in {"redis", "rediss", "unix"}:
        problem = "REDIS_URL must start with redis://, rediss:// (TLS) or unix://."
    elif url.scheme != "unix" and not re.fullmatch(r"(/[0-9]*)?", url.path):
        problem = "REDIS_URL must name a database by its number, as in redis://cache:6379/0."
    elif not has_valid_options(redis_url):
        problem = "REDIS_URL has an option behind ? that the client refuses."
    else:
        return
    remedy = "Correct it, or leave it empty if the shop is to work without Redis."
    yield error("REDIS_URL", problem, remedy)


def _postgresql(name: str, database_url: str) -> Iterator[Finding]:
    url = POSTGRESQL_URL.fullmatch(database_url)
    if url is None:
        # `load_settings` refuses it.
        return
    if not url["database"]:
        yield error(
            name,
            f"{name} names no database.",
            "Add its name: postgresql://user:password@host/novacart.",
        )
    host = url["ipv6"] or url["host"]
    if not re.search(r"[.:]", host) or is_local(host):
        # A socket, this machine, or a private name such as that of a container.
        return
    if (url["password"] or "") in _WEAK_DATABASE_PASSWORDS:
        yield warning(
            name,
            f"{name} has no password, or one that is easy to guess.",
            "Give the database user a random password.",
        )
    if not re.search(r"sslmode=(require|verify-ca|verify-full)", url["query"] or ""):
        yield warning(
            name,
            f"{name} does not require TLS, and the server is on another machine.",
            "Append ?sslmode=verify-full, or ?sslmode=require.",
        )


def _replica(database_url: str, replica_url: str) -> Iterator[Finding]:
    name = "DATABASE_REPLICA_URLS"
    if replica_url == database_url:
        yield warning(
            name,
            "DATABASE_REPLICA_URLS contains DATABASE_URL.",
            "List the replicas only: the primary answers what they can't.",
        )
    else:
        yield from _postgresql(name, replica_url)


def _browsers(settings: Settings) -> Iterator[Finding]:
    for origin in sorted(settings.cors_allowed_origins):
        host = urlsplit(origin).hostname or ""
        if is_local(host):
            yield warning(
                "CORS_ALLOWED_ORIGINS",
                f"CORS_ALLOWED_ORIGINS allows {origin}, a page of the visitor's own machine.",
                "Remove it in production.",
            )
        elif origin.startswith("http://"):
            yield warning(
                "CORS_ALLOWED_ORIGINS",
                f"CORS_ALLOWED_ORIGINS allows {origin}, which is not encrypted.",
                "Serve the storefront over https:// and list that origin.",
            )
    url = urlsplit(settings.frontend_url)
    if not (url.hostname or "").isascii():
        yield error(
            "FRONTEND_URL",
            f"FRONTEND_URL has {url.hostname}, which browsers send in another form.",
            f"Write it as DNS has it: {_ascii_host(url.hostname or '')}.",
        )
    elif url.scheme == "https" and _is_other_site(url.hostname or "", settings.allowed_hosts):
        yield warning(
            "FRONTEND_URL",
            f"FRONTEND_URL has {url.hostname}, and ALLOWED_HOSTS has no host of the same site:"
            " browsers do not send the session cookie from there.",
            "Use host names of one domain, such as shop.example and api.shop.example.",
        )
    origin = f"{url.scheme}://{url.netloc}".lower()
    same_host = any(
        host in {"*", url.hostname} or (host.startswith(".") and origin.endswith(host))
        for host in settings.allowed_hosts
    )
    if url.scheme == "https" and not same_host and origin not in settings.cors_allowed_origins:
        yield warning(
            "CORS_ALLOWED_ORIGINS",
            f"CORS_ALLOWED_ORIGINS lacks {origin}, the origin of FRONTEND_URL: browsers"
            " do not let its pages use the API.",
            f"Set CORS_ALLOWED_ORIGINS={origin}, or add its host to ALLOWED_HOSTS if this server"
            " has that name.",
        )


def _is_other_site(host: str, allowed_hosts: Collection[str]) -> bool:
    """Whether no allowed host can be of the site of `host`.

    Hosts of one site have a registrable domain in common, so at least their last two labels.
    Some other sites are not recognised, such as two domains below `co.uk`.
    """
    known = {_last_labels(each) for each in allowed_hosts if not is_local(each.strip("[]"))}
    return bool(known) and known.isdisjoint({"*", _last_labels(host)})


def _last_labels(host: str) -> str:
    return ".".join(host.rsplit(".", 2)[-2:])


def _email(settings: Settings) -> Iterator[Finding]:
    if settings.email_backend is EmailBackend.NONE:
        yield warning(
            "EMAIL_BACKEND",
            "EMAIL_BACKEND is none: customers get no order confirmation and no password reset.",
            "Set EMAIL_HOST to the host name of your mail server.",
        )
    if settings.email_backend is not EmailBackend.SMTP:
        return
    if not _is_host(settings.email_host):
        yield error(
            "EMAIL_HOST",
            f"EMAIL_HOST must be a host name, not {settings.email_host!r}.",
            "Write the name alone; the port belongs in EMAIL_PORT.",
        )
    if settings.email_port == _IMPLICIT_TLS:
        yield error(
            "EMAIL_PORT",
            "EMAIL_PORT is 465, where TLS starts at once; NovaCart uses STARTTLS.",
            "Set EMAIL_PORT=587.",
        )
    if not settings.email_use_tls and not is_local(settings.email_host):
        yield warning(
            "EMAIL_USE_TLS",
            "EMAIL_USE_TLS is False: mails and the password are sent in clear text.",
            "Set EMAIL_USE_TLS=True.",
        )
    yield from _email_login(settings)
    yield from _sender(settings.default_from_email)


def _sender(value: str) -> Iterator[Finding]:
    senders = [address for _, address in getaddresses([value])]
    sender = senders[0] if senders else ""
    if len(senders) != 1 or _CONTROL.search(value) or not _EMAIL.fullmatch(sender):
        yield error(
            "DEFAULT_FROM_EMAIL",
            "DEFAULT_FROM_EMAIL must be one e-mail address, with or without a name.",
            'Write it as: NovaCart <orders@shop.example>, and a name with a comma as: "Nova, Cart"'
            " <orders@shop.example>",
        )
        return
    name, _, domain = sender.rpartition("@")
    if not name.isascii() or not _is_host(_ascii_host(domain)):
        yield error(
            "DEFAULT_FROM_EMAIL",
            f"DEFAULT_FROM_EMAIL has {sender}, to which mail servers send nothing.",
            "Write the part before the @ with letters of ASCII, and correct the domain.",
        )
    elif "." not in sender.rpartition("@")[2] or is_local(sender.rpartition("@")[2]):
        yield warning(
            "DEFAULT_FROM_EMAIL",
            f"DEFAULT_FROM_EMAIL is {sender}, an address of this machine: mail servers refuse it.",
            "Use an address of a domain for which your mail server may send.",
        )


def _email_login(settings: Settings) -> Iterator[Finding]:
    for name, value in (
        ("EMAIL_HOST_USER", settings.email_host_user),
        ("EMAIL_HOST_PASSWORD", settings.email_host_password),
    ):
        yield from _unsendable(name, value, "choose another one at the mail provider")
    if settings.email_host_user and not settings.email_host_password:
        yield warning(
            "EMAIL_HOST_PASSWORD",
            "EMAIL_HOST_PASSWORD is not set, but EMAIL_HOST_USER is.",
            "Set the password of the mail server.",
        )
    if settings.email_host_password and not settings.email_host_user:
        yield warning(
            "EMAIL_HOST_USER",
            "EMAIL_HOST_USER is not set, but EMAIL_HOST_PASSWORD is: the server gets neither.",
            "Set the user of the mail server.",
        )


def _unsendable(name: str, value: str, alternative: str) -> Iterator[Finding]:
    if not value.isascii():
        yield error(
            name,
            f"{name} has a character that is not in ASCII, which can't be sent.",
            f"Copy it again, or {alternative}.",
        )


def _stripe(settings: Settings) -> Iterator[Finding]:
    secret, publishable = settings.stripe_secret_key, settings.stripe_publishable_key
    if not secret:
        yield warning(
            "STRIPE_SECRET_KEY",
            "STRIPE_SECRET_KEY is not set: online payments are disabled (503).",
            _STRIPE_KEYS_REMEDY,
        )
        return
    if not _is_stripe_key(secret, "sk_", "rk_"):
        yield error(
            "STRIPE_SECRET_KEY",
            "STRIPE_SECRET_KEY must be a key that starts with sk_live_, or with rk_live_ if it is"
            " restricted.",
            _STRIPE_KEYS_REMEDY,
        )
    elif "_test_" in secret:
        yield warning(
            "STRIPE_SECRET_KEY",
            "STRIPE_SECRET_KEY is a key of the test mode: no card is charged.",
            "Use the keys of the live mode before you sell.",
        )
    if not _is_stripe_key(publishable, "pk_"):
        yield warning(
            "STRIPE_PUBLISHABLE_KEY",
            "STRIPE_PUBLISHABLE_KEY is not a key that starts with pk_: the storefront can't show"
            " Stripe's payment form.",
            _STRIPE_KEYS_REMEDY,
        )
    elif ("_test_" in publishable) != ("_test_" in secret):
        yield error(
            "STRIPE_PUBLISHABLE_KEY",
            "STRIPE_PUBLISHABLE_KEY and STRIPE_SECRET_KEY are of different modes, test and live.",
            "Use both keys of the live mode.",
        )
    webhook_secrets = [each.strip() for each in settings.stripe_webhook_secret.split(",")]
    if not all(_is_stripe_key(each, "whsec_") for each in webhook_secrets):
        yield warning(
            "STRIPE_WEBHOOK_SECRET",
            "STRIPE_WEBHOOK_SECRET is not a secret that starts with whsec_: events of Stripe are"
            " refused, and payments are confirmed minutes later by reconciliation.",
            "Create an endpoint for /api/payments/webhook/ in the Stripe dashboard and copy its"
            " signing secret.",
        )
    if settings.stripe_account_id and not settings.stripe_account_id.startswith("acct_"):
        yield error(
            "STRIPE_ACCOUNT_ID",
            "STRIPE_ACCOUNT_ID must start with acct_: all events would be quarantined.",
            "Leave it empty unless you use Stripe Connect.",
        )
    if must_end_in_zero(settings.currency):
        yield warning(
            "CURRENCY",
            f"CURRENCY is {settings.currency}: Stripe refuses payments and refunds whose last digit"
            " is not 0.",
            "Use prices that end in 0, such as 5.120.",
        )
    if settings.stripe_api_base:
        yield from _test_server("STRIPE_API_BASE", settings.stripe_api_base, "Stripe")


def _is_stripe_key(value: str, *prefixes: str) -> bool:
    """Whether it starts with one of them, and is no placeholder such as `sk_live_…`."""
    return value.startswith(prefixes) and re.fullmatch(r"[!-~]+", value) is not None


def _images(settings: Settings) -> Iterator[Finding]:
    for name, value in (
        ("CLOUDINARY_API_KEY", settings.cloudinary_api_key),
        ("CLOUDINARY_API_SECRET", settings.cloudinary_api_secret),
    ):
        yield from _unsendable(name, value, "make another one at Cloudinary")
    missing = settings.missing_for_cloudinary
    if 0 < len(missing) < len(CLOUDINARY_ACCOUNT):
        for name in missing:
            yield error(
                name,
                f"{name} is not set, but other settings of Cloudinary are.",
                "Set it to store images at Cloudinary, or leave all of CLOUDINARY_* empty to store"
                " them on disk.",
            )
    if missing and settings.database_url.startswith("postgresql"):
        yield warning(
            "VAR_DIR",
            "Images are stored on this machine, in VAR_DIR/media: other web servers don't have"
            " them, and a container without a volume loses them.",
            "Set CLOUDINARY_*, or keep VAR_DIR on a volume and in your backups.",
        )
    if settings.cloudinary_cloud_name and not re.fullmatch(
        r"[a-zA-Z0-9_-]+", settings.cloudinary_cloud_name
    ):
        yield error(
            "CLOUDINARY_CLOUD_NAME",
            "CLOUDINARY_CLOUD_NAME must be the name of the cloud alone.",
            "Copy it from the Cloudinary dashboard; it is not a URL.",
        )
    if settings.cloudinary_upload_prefix:
        yield from _test_server(
            "CLOUDINARY_UPLOAD_PREFIX", settings.cloudinary_upload_prefix, "Cloudinary"
        )


def _test_server(name: str, value: str, provider: str) -> Iterator[Finding]:
    url = urlsplit(value)
    if url.scheme not in {"http", "https"} or not url.hostname:
        yield error(
            name,
            f"{name} must be a URL, not {value!r}.",
            f"Leave it empty for {provider}'s own server.",
        )
    else:
        yield warning(
            name,
            f"{name} sends requests and keys to {url.netloc} instead of {provider}.",
            f"Leave it empty for {provider}'s own server.",
        )


def _business_rules(settings: Settings) -> Iterator[Finding]:
    if _CONTROL.search(settings.shop_name):
        yield error(
            "SHOP_NAME",
            "SHOP_NAME has a line break or another control character.",
            "Write the name in one line.",
        )
    folder = settings.storefront_dir
    if folder is not None and not all(
        os.access(folder / name, os.R_OK) for name in ("index.html", "static")
    ):
        yield error(
            "STOREFRONT_DIR",
            f"STOREFRONT_DIR names {folder}, which has no built storefront that can be read.",
            "Leave it empty for the storefront of the package.",
        )
    if not _SHORT_TTL <= settings.pending_order_ttl <= _LONG_TTL:
        yield warning(
            "PENDING_ORDER_TTL",
            f"PENDING_ORDER_TTL is {settings.pending_order_ttl.total_seconds():.0f} seconds:"
            " customers need some minutes to pay, and unpaid orders reserve stock.",
            "Set it to between 300 and 86400; 1800 is the default.",
        )
    if settings.max_reserved_units < settings.cart_max_per_line:
        yield warning(
            "MAX_RESERVED_UNITS",
            "MAX_RESERVED_UNITS is lower than CART_MAX_PER_LINE: a full cart can't be ordered.",
            "Set it to CART_MAX_PER_LINE or more.",
        )


def _staff_and_limits(settings: Settings) -> Iterator[Finding]:
    if not settings.staff_mfa_required:
        yield warning(
            "STAFF_MFA_REQUIRED",
            "STAFF_MFA_REQUIRED is False: a stolen password is enough for the back office.",
            "Set STAFF_MFA_REQUIRED=True.",
        )
    if settings.refresh_token_lifetime <= settings.access_token_lifetime:
        yield warning(
            "REFRESH_TOKEN_LIFETIME",
            "REFRESH_TOKEN_LIFETIME is not longer than ACCESS_TOKEN_LIFETIME: sessions can't be"
            " renewed.",
            "Set it to a longer time, such as 10080 minutes.",
        )
    if settings.access_token_lifetime > _LONG_TTL:
        yield warning(
            "ACCESS_TOKEN_LIFETIME",
            "ACCESS_TOKEN_LIFETIME is longer than a day: a stolen token is useful for that long.",
            "Set it to 60 minutes.",
        )
    if not settings.ratelimit_enabled:
        yield warning(
            "RATELIMIT_ENABLED",
            "RATELIMIT_ENABLED is False: passwords can be guessed without limit.",
            "Set RATELIMIT_ENABLED=True.",
        )
    if not settings.metrics_enabled:
        yield warning(
            "METRICS_ENABLED",
            "METRICS_ENABLED is False: no alert reports slow requests and errors.",
            "Set METRICS_ENABLED=True and METRICS_TOKEN, and let Prometheus read /metrics.",
        )
    if settings.otel_exporter_otlp_endpoint.rstrip("/").endswith(":4317"):
        yield warning(
            "OTEL_EXPORTER_OTLP_ENDPOINT",
            "OTEL_EXPORTER_OTLP_ENDPOINT has port 4317, which collectors use for gRPC. NovaCart"
            " sends OTLP over HTTP.",
            "Set it to the port for HTTP, usually 4318.",
        )


def _backups(settings: Settings) -> Iterator[Finding]:
    if settings.backup_dir.absolute().is_relative_to(settings.var.absolute()):
        yield warning(
            "BACKUP_DIR",
            "BACKUP_DIR is inside VAR_DIR: a lost disk takes the backups with it.",
            "Name a directory on another disk, or copy the backups to another place.",
        )
    if not settings.backup_key:
        yield warning(
            "BACKUP_KEY",
            "BACKUP_KEY is not set: backups, which hold customers' data, are not encrypted.",
            "Set it to a long random string, and keep it in another place, too.",
        )


def _relative_directories(settings: Settings) -> Iterator[Finding]:
    database = sqlite_path(settings.database_url)
    in_use = {"BACKUP_DIR": settings.backup_dir} | ({"DATABASE_URL": database} if database else {})
    has_images = not settings.cloudinary_cloud_name
    if has_images or (database and database.is_relative_to(settings.var)):
        # One finding for all that is in it.
        others = {
            name: path for name, path in in_use.items() if not path.is_relative_to(settings.var)
        }
        in_use = {"VAR_DIR": settings.var} | others
    for name, path in in_use.items():
        if not path.is_absolute():
            prefix = "sqlite:///" if name == "DATABASE_URL" else ""
            yield warning(
                name,
                f"{name} is relative to the directory in which a command is started: a command that"
                " is started in another one uses other files.",
                f"Set {name}={prefix}{path.absolute()}.",
            )


def _is_allowed_host(host: str) -> bool:
    name = host.removeprefix(".")
    return _is_host(name.removeprefix("[").removesuffix("]"))


def _ascii_host(host: str) -> str:
    """The name as DNS has it; empty if it has none."""
    try:
        return host.encode("idna").decode()
    except UnicodeError:
        return ""


def _is_host(value: str) -> bool:
    try:
        ip_address(value)
    except ValueError:
        return _HOST_NAME.fullmatch(value) is not None
    return True
