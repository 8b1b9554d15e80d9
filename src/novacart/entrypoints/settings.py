"""The settings, read and validated once from the environment or a `.env` file."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from importlib.util import find_spec
from ipaddress import ip_address
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.numbers import list_currencies
from dotenv import dotenv_values

from novacart.entrypoints.secret_key import (
    HOW_TO_MAKE_A_KEY,
    development_key,
    is_well_known,
    weakness,
)

# Characters.
_MIN_FEED_TOKEN: Final = 24
_DEVELOPMENT_ORIGINS: Final = ("http://localhost:5173", "http://127.0.0.1:5173")
_ORIGIN: Final = re.compile(
    r"https?://[a-z0-9.-]+(:[0-9]{1,5})?|https?://\[[0-9a-f:]+\](:[0-9]{1,5})?"
)
DOTENV: Final = Path(".env")
# The password may have any character but @, as in SQLAlchemy's URLs.
POSTGRESQL_URL: Final = re.compile(
    r"postgresql\+psycopg://([^:/@]*(:(?P<password>[^@]*))?@)?"
    r"(\[(?P<ipv6>[0-9A-Fa-f:.]+)\]|(?P<host>[^:/?\[\]@]*))(:(?P<port>[0-9]{1,5}))?"
    r"(/(?P<database>[^?]*))?(\?(?P<query>.*))?"
)
_DATABASE: Final = "novacart.db"
_DEVELOPMENT_DATABASE: Final = "novacart-dev.db"
_MIN_TOKEN: Final = 16
_MAX_PORT: Final = 65_535
_POSTGRESQL_PORT: Final = 5432
_TRUE: Final = frozenset({"true", "1", "yes", "on"})
_FALSE: Final = frozenset({"false", "0", "no", "off"})
CLOUDINARY_ACCOUNT: Final = (
    "CLOUDINARY_CLOUD_NAME",
    "CLOUDINARY_API_KEY",
    "CLOUDINARY_API_SECRET",
)


class InvalidSetting(Exception):
    """A setting is missing or invalid. The message says what to set.

    `setting` is its name, empty if the message is about something else, such as the database.
    """

    def __init__(self, message: str, *, setting: str = "") -> None:
        super().__init__(message)
        self.setting = setting


def unusable_database(explanation: str) -> InvalidSetting:
    """Return the error for a database that can't be reached or opened."""
    return InvalidSetting(
        f"DATABASE_URL: {explanation} Start the database or correct the URL.",
        setting="DATABASE_URL",
    )


class EmailBackend(StrEnum):
    """How e-mails are sent: over SMTP, as files for development, or not at all."""

    SMTP = "smtp"
    FILE = "file"
    NONE = "none"


class PaymentProvider(StrEnum):
    """How cards are paid: by Stripe, by the sandbox of development, or not at all."""

    STRIPE = "stripe"
    SANDBOX = "sandbox"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The configuration of one installation. `.env.example` describes each setting.

    `repr` omits secrets, so that logging a settings object reveals none. `email_backend` is None
    if no setting says how e-mails are sent; then neither web server nor worker starts.
    """

    debug: bool
    secret_key: str = field(repr=False)
    allowed_hosts: tuple[str, ...]
    trusted_proxies: int
    host: str
    port: int
    web_workers: int
    header_timeout: int
    body_timeout: int
    catalog_cache_seconds: int
    search_cache_seconds: int
    http2_cleartext: bool
    var: Path
    database_url: str = field(repr=False)
    database_replica_urls: tuple[str, ...] = field(repr=False)
    replica_max_lag: int
    database_transaction_pooling: bool
    slow_query_ms: int
    redis_url: str = field(repr=False)
    cors_allowed_origins: frozenset[str]
    frontend_url: str
    feed_token: str = field(repr=False)
    storefront_enabled: bool
    storefront_dir: Path | None
    storefront_url: str
    email_backend: EmailBackend | None
    email_host: str
    email_port: int
    email_use_tls: bool
    email_host_user: str = field(repr=False)
    email_host_password: str = field(repr=False)
    default_from_email: str
    stripe_secret_key: str = field(repr=False)
    stripe_publishable_key: str
    stripe_webhook_secret: str = field(repr=False)
    stripe_account_id: str
    stripe_api_base: str
    cloudinary_cloud_name: str
    cloudinary_api_key: str = field(repr=False)
    cloudinary_api_secret: str = field(repr=False)
    cloudinary_upload_prefix: str
    shop_name: str
    shop_locale: str
    shop_timezone: ZoneInfo
    currency: str
    pending_order_ttl: timedelta
    cart_max_per_line: int
    max_unpaid_orders: int
    max_open_cod_orders: int
    max_reserved_units: int
    max_checkout_renewals: int
    max_declines_per_order: int
    max_declines_per_account: int
    support_refund_limit: str
    reauthentication_refund_limit: str
    staff_mfa_required: bool
    ratelimit_enabled: bool
    search_rate_limit: int
    metrics_enabled: bool
    metrics_token: str = field(repr=False)
    otel_exporter_otlp_endpoint: str
    backup_dir: Path
    backup_key: str = field(repr=False)
    backup_keep_days: int
    backup_wal: bool
    access_token_lifetime: timedelta
    refresh_token_lifetime: timedelta
    max_sessions: int

    @property
    def signing_key(self) -> str:
        """The secret key. Raises `InvalidSetting` if it was not needed at the start and not set."""
        if not self.secret_key:
            raise InvalidSetting(
                f"SECRET_KEY is not set. {HOW_TO_MAKE_A_KEY}", setting="SECRET_KEY"
            )
        return self.secret_key

    @property
    def payment_provider(self) -> PaymentProvider:
        """Stripe if there is a key of it; without one, the sandbox in development only."""
        if self.stripe_secret_key:
            return PaymentProvider.STRIPE
        return PaymentProvider.SANDBOX if self.debug else PaymentProvider.NONE

    @property
    def missing_for_cloudinary(self) -> list[str]:
        """The names of the settings of an account at Cloudinary that are not set.

        A shop without any of `CLOUDINARY_ACCOUNT` stores its images on disk.
        """
        account = (self.cloudinary_cloud_name, self.cloudinary_api_key, self.cloudinary_api_secret)
        return [name for name, value in zip(CLOUDINARY_ACCOUNT, account, strict=True) if not value]


def load_settings(
    environ: Mapping[str, str] | None = None,
    *,
    dotenv: Path = DOTENV,
    debug_by_default: bool = False,
    needs_secret: bool = True,
) -> Settings:
    """Load settings from `environ` (default: the process's environment) and the file `dotenv`.

    The environment takes precedence. Without `needs_secret`, the secret key may be missing: it is
    then empty, and `signing_key` raises. Raises `InvalidSetting`.
    """
    read = _Reader(setting_values(environ, dotenv))
    debug = read.flag("DEBUG", default=debug_by_default)
    var = Path(read.text("VAR_DIR", "var"))
    database_url = _database_url(read.text("DATABASE_URL", default_database_url(var, debug=debug)))
    metrics_enabled = read.flag("METRICS_ENABLED", default=False)
    origins = read.items("CORS_ALLOWED_ORIGINS", ())
    port = read.number("PORT", 8000, maximum=_MAX_PORT)
    cart_max_per_line = read.number("CART_MAX_PER_LINE", 10, maximum=1000)
    return Settings(
        debug=debug,
        secret_key=_secret_key(
            read.text("SECRET_KEY"), debug=debug, var=var, required=needs_secret
        ),
        allowed_hosts=tuple(
            host.lower()
            for host in read.items("ALLOWED_HOSTS", ("localhost", "127.0.0.1", "[::1]"))
        ),
        trusted_proxies=read.number("TRUSTED_PROXIES", 0, minimum=0, maximum=10),
        host=_listen_address(read.text("HOST", "127.0.0.1")),
        port=port,
        web_workers=read.number("WEB_WORKERS", max(2, os.cpu_count() or 2), maximum=256),
        header_timeout=read.number("HEADER_TIMEOUT", 10, maximum=600),
        body_timeout=read.number("BODY_TIMEOUT", 30, maximum=600),
        catalog_cache_seconds=read.number("CATALOG_CACHE_SECONDS", 0, minimum=0, maximum=86_400),
        search_cache_seconds=read.number("SEARCH_CACHE_SECONDS", 5, minimum=0, maximum=60),
        http2_cleartext=read.flag("HTTP2_CLEARTEXT", default=False),
        var=var,
        database_url=database_url,
        database_replica_urls=_replica_urls(read.items("DATABASE_REPLICA_URLS", ()), database_url),
        replica_max_lag=read.number("REPLICA_MAX_LAG", 5, maximum=3600),
        database_transaction_pooling=read.flag("DATABASE_TRANSACTION_POOLING", default=False),
        slow_query_ms=read.number("SLOW_QUERY_MS", 500, minimum=0, maximum=600_000),
        redis_url=read.url("REDIS_URL", example="redis://:password@cache:6379/0"),
        cors_allowed_origins=frozenset(
            [*map(_origin, origins), *(_DEVELOPMENT_ORIGINS if debug else ())]
        ),
        feed_token=_feed_token(read.text("FEED_TOKEN")),
        frontend_url=read.url("FRONTEND_URL", f"http://127.0.0.1:{port}").rstrip("/"),
        storefront_enabled=read.flag("STOREFRONT_ENABLED", default=True),
        storefront_dir=Path(folder) if (folder := read.text("STOREFRONT_DIR")) else None,
        storefront_url=_site_url("STOREFRONT_URL", read.url("STOREFRONT_URL")),
        email_backend=_email_backend(
            read.text("EMAIL_BACKEND"), host=read.text("EMAIL_HOST"), debug=debug
        ),
        email_host=read.text("EMAIL_HOST"),
        email_port=read.number("EMAIL_PORT", 587, maximum=_MAX_PORT),
        email_use_tls=read.flag("EMAIL_USE_TLS", default=True),
        email_host_user=read.text("EMAIL_HOST_USER"),
        email_host_password=read.text("EMAIL_HOST_PASSWORD"),
        default_from_email=read.text("DEFAULT_FROM_EMAIL", "NovaCart <shop@localhost>"),
        stripe_secret_key=read.text("STRIPE_SECRET_KEY"),
        stripe_publishable_key=read.text("STRIPE_PUBLISHABLE_KEY"),
        stripe_webhook_secret=read.text("STRIPE_WEBHOOK_SECRET"),
        stripe_account_id=read.text("STRIPE_ACCOUNT_ID"),
        stripe_api_base=read.url("STRIPE_API_BASE"),
        cloudinary_cloud_name=read.text("CLOUDINARY_CLOUD_NAME"),
        cloudinary_api_key=read.text("CLOUDINARY_API_KEY"),
        cloudinary_api_secret=read.text("CLOUDINARY_API_SECRET"),
        cloudinary_upload_prefix=read.url("CLOUDINARY_UPLOAD_PREFIX"),
        shop_name=read.text("SHOP_NAME", "NovaCart"),
        shop_locale=_locale(read.text("SHOP_LOCALE", "en-IN")),
        shop_timezone=_timezone(read.text("SHOP_TIMEZONE", "Asia/Kolkata")),
        currency=_currency(read.text("CURRENCY", "INR")),
        pending_order_ttl=timedelta(seconds=read.number("PENDING_ORDER_TTL", 1800)),
        cart_max_per_line=cart_max_per_line,
        max_unpaid_orders=read.number("MAX_UNPAID_ORDERS", 10),
        max_open_cod_orders=read.number("MAX_OPEN_COD_ORDERS", 10),
        max_reserved_units=read.number("MAX_RESERVED_UNITS", 3 * cart_max_per_line),
        max_checkout_renewals=read.number("MAX_CHECKOUT_RENEWALS", 20),
        max_declines_per_order=read.number("MAX_DECLINES_PER_ORDER", 10),
        max_declines_per_account=read.number("MAX_DECLINES_PER_ACCOUNT", 20),
        support_refund_limit=read.amount("SUPPORT_REFUND_LIMIT", "5000"),
        reauthentication_refund_limit=read.amount("REAUTHENTICATION_REFUND_LIMIT", "5000"),
        staff_mfa_required=read.flag("STAFF_MFA_REQUIRED", default=False),
        ratelimit_enabled=read.flag("RATELIMIT_ENABLED", default=True),
        search_rate_limit=read.number("SEARCH_RATE_LIMIT", 50, maximum=10_000),
        metrics_enabled=metrics_enabled,
        metrics_token=_metrics_token(read.text("METRICS_TOKEN"), enabled=metrics_enabled),
        otel_exporter_otlp_endpoint=_otlp_endpoint(read.url("OTEL_EXPORTER_OTLP_ENDPOINT")),
        backup_dir=Path(read.text("BACKUP_DIR", str(var / "backups"))),
        backup_key=_backup_key(read.text("BACKUP_KEY")),
        backup_keep_days=read.number("BACKUP_KEEP_DAYS", 14, maximum=3650),
        backup_wal=_backup_wal(database_url, enabled=read.flag("BACKUP_WAL", default=False)),
        access_token_lifetime=timedelta(minutes=read.number("ACCESS_TOKEN_LIFETIME", 60)),
        refresh_token_lifetime=timedelta(
            minutes=read.number("REFRESH_TOKEN_LIFETIME", 7 * 24 * 60)
        ),
        max_sessions=read.number("MAX_SESSIONS", 20, maximum=1000),
    )


def ensure_startable(settings: Settings) -> None:
    """Raise `InvalidSetting` if web server and worker must not start with these settings.

    Other commands, such as `novacart migrate`, run without them.
    """
    if settings.email_backend is None:
        raise InvalidSetting(
            "EMAIL_HOST is not set. Set it to the host name of your mail server, set"
            " EMAIL_BACKEND=none to run without e-mail, or set DEBUG=True for development.",
            setting="EMAIL_HOST",
        )
    if settings.debug:
        return
    url = urlsplit(settings.frontend_url)
    is_plain = not (url.query or url.fragment or url.username or " " in settings.frontend_url)
    if url.scheme != "https" or not url.hostname or is_local(url.hostname) or not is_plain:
        raise InvalidSetting(
            "FRONTEND_URL must be the public https:// URL of the shop, such as"
            f" https://shop.example, not {settings.frontend_url!r}: links in e-mails lead there."
            " Or set DEBUG=True for development.",
            setting="FRONTEND_URL",
        )


def _listen_address(value: str) -> str:
    try:
        ip_address(value)
    except ValueError:
        raise InvalidSetting(
            f"HOST must be an IP address, not {value!r}. Set it to 127.0.0.1 behind a proxy on this"
            " machine, or to 0.0.0.0 in a container.",
            setting="HOST",
        ) from None
    return value


def _feed_token(token: str) -> str:
    if token and len(token) < _MIN_FEED_TOKEN:
        raise InvalidSetting(
            f"FEED_TOKEN must have at least {_MIN_FEED_TOKEN} characters, since the URLs of feeds"
            " are guarded by it alone. Leave it empty for no feeds.",
            setting="FEED_TOKEN",
        )
    return token


class _Reader:
    """Typed access to the values. An empty value counts as not set."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = values

    def text(self, name: str, default: str = "") -> str:
        return self._values.get(name, "").strip() or default

    def url(
        self, name: str, default: str = "", *, example: str = "https://shop.example:8443"
    ) -> str:
        value = self.text(name, default)
        if not _has_address(value):
            raise InvalidSetting(
                f"The host name or the port in {name} is invalid. Write the URL like {example},"
                " with %40 for an @ and %2F for a / in a password, or leave it empty for its"
                " default.",
                setting=name,
            )
        return value

    def items(self, name: str, default: tuple[str, ...]) -> tuple[str, ...]:
        parts = tuple(part.strip() for part in self.text(name).split(",") if part.strip())
        return parts or default

    def flag(self, name: str, *, default: bool) -> bool:
        value = self.text(name, str(default)).lower()
        if value in _TRUE:
            return True
        if value in _FALSE:
            return False
        raise InvalidSetting(f"{name} must be True or False, not {value!r}.", setting=name)

    def amount(self, name: str, default: str) -> str:
        value = self.text(name, default)
        if not re.fullmatch(r"[0-9]{1,12}", value):
            raise InvalidSetting(
                f"{name} must be a whole amount such as 5000, not {value!r}.", setting=name
            )
        return value

    def number(
        self, name: str, default: int, *, minimum: int = 1, maximum: int = 10_000_000
    ) -> int:
        value = self.text(name, str(default))
        if not re.fullmatch(r"[0-9]{1,9}", value) or not minimum <= int(value) <= maximum:
            raise InvalidSetting(
                f"{name} must be a whole number from {minimum} to {maximum}, not {value!r}.",
                setting=name,
            )
        return int(value)


def default_database_url(var: Path, *, debug: bool) -> str:
    """Return the URL of the SQLite database; development has a separate one."""
    return f"sqlite:///{var}/{_DEVELOPMENT_DATABASE if debug else _DATABASE}"


def is_development_shop(environ: Mapping[str, str] | None = None, *, dotenv: Path = DOTENV) -> bool:
    """Whether the only shop of this folder is the one of `make run`, and no setting says otherwise.

    Raises `InvalidSetting` if there are databases of development and of production.
    """
    read = _Reader(setting_values(environ, dotenv))
    if any(read.text(name) for name in ("DEBUG", "SECRET_KEY", "DATABASE_URL")):
        return False
    var = Path(read.text("VAR_DIR", "var"))
    development, production = var / _DEVELOPMENT_DATABASE, var / _DATABASE
    # Unlike `Path.exists`, `access` raises no error for a directory that can't be entered.
    exists = os.access(development, os.F_OK)
    if exists and os.access(production, os.F_OK):
        raise InvalidSetting(
            f"There is a development database, {development}, and a production database,"
            f" {production}. Set DEBUG=True or DEBUG=False to choose one."
        )
    return exists


def setting_values(
    environ: Mapping[str, str] | None = None, dotenv: Path = DOTENV
) -> dict[str, str]:
    """Return the values of the environment and of the file; the environment takes precedence.

    Raises `InvalidSetting` if the file can't be read.
    """
    try:
        read = dotenv_values(dotenv)
    except UnicodeDecodeError as error:
        raise InvalidSetting(f"{dotenv} is not encoded in UTF-8. Save it as UTF-8.") from error
    except OSError as error:
        raise InvalidSetting(
            f"{dotenv} can't be read ({error.strerror}). Run `chown` on it for the user of this"
            " process."
        ) from error
    values = {name: value for name, value in read.items() if value is not None}
    return values | dict(os.environ if environ is None else environ)


def _metrics_token(value: str, *, enabled: bool) -> str:
    if enabled and len(value) < _MIN_TOKEN:
        raise InvalidSetting(
            f"METRICS_ENABLED needs a METRICS_TOKEN of {_MIN_TOKEN} characters or more, which the"
            " monitoring system sends as a bearer token. Make one with"
            ' `python -c "import secrets; print(secrets.token_urlsafe(24))"`.',
            setting="METRICS_TOKEN",
        )
    return value


def _otlp_endpoint(value: str) -> str:
    url = urlsplit(value)
    if value and (url.scheme not in {"http", "https"} or not url.hostname):
        raise InvalidSetting(
            "OTEL_EXPORTER_OTLP_ENDPOINT must be the http:// or https:// URL of a collector such as"
            f" http://localhost:4318, not {value!r}.",
            setting="OTEL_EXPORTER_OTLP_ENDPOINT",
        )
    if url.path.rstrip("/").endswith(("/v1/traces", "/v1/metrics", "/v1/logs")):
        raise InvalidSetting(
            "OTEL_EXPORTER_OTLP_ENDPOINT must be the URL without the path of traces, metrics or"
            f" logs, which is added for each, not {value!r}.",
            setting="OTEL_EXPORTER_OTLP_ENDPOINT",
        )
    if value and find_spec("opentelemetry") is None:
        raise InvalidSetting(
            "OTEL_EXPORTER_OTLP_ENDPOINT needs the packages of OpenTelemetry: install"
            " requirements/otel.txt, or `novacart[otel]`.",
            setting="OTEL_EXPORTER_OTLP_ENDPOINT",
        )
    return value


def _secret_key(value: str, *, debug: bool, var: Path, required: bool) -> str:
    if debug:
        try:
            return value or development_key(var)
        except OSError as error:
            raise InvalidSetting(
                f"VAR_DIR: {error.filename} can't be used ({error.strerror}). Name a directory that"
                " the user of this process can create and write.",
                setting="VAR_DIR",
            ) from error
    if not value and not required:
        return ""
    if not value or is_well_known(value):
        problem = "is a well-known default" if value else "is not set"
        raise InvalidSetting(f"SECRET_KEY {problem}. {HOW_TO_MAKE_A_KEY}", setting="SECRET_KEY")
    if weak := weakness(value):
        raise InvalidSetting(f"SECRET_KEY {weak}. {HOW_TO_MAKE_A_KEY}", setting="SECRET_KEY")
    return value


def _backup_key(value: str) -> str:
    if value and (weak := weakness(value)):
        raise InvalidSetting(
            f"BACKUP_KEY {weak}. Make one with"
            ' `python -c "import secrets; print(secrets.token_urlsafe(48))"`.',
            setting="BACKUP_KEY",
        )
    return value


def _backup_wal(database_url: str, *, enabled: bool) -> bool:
    if enabled and database_url.startswith("sqlite:"):
        raise InvalidSetting(
            "BACKUP_WAL needs a DATABASE_URL of PostgreSQL: the log of SQLite can't be archived."
            " Leave BACKUP_WAL empty, and run `novacart backup` more often.",
            setting="BACKUP_WAL",
        )
    return enabled


def _email_backend(value: str, *, host: str, debug: bool) -> EmailBackend | None:
    if not value:
        if host:
            return EmailBackend.SMTP
        return EmailBackend.FILE if debug else None
    try:
        backend = EmailBackend(value.lower())
    except ValueError:
        names = ", ".join(EmailBackend)
        raise InvalidSetting(
            f"EMAIL_BACKEND must be one of {names}, not {value!r}.", setting="EMAIL_BACKEND"
        ) from None
    if backend is EmailBackend.SMTP and not host:
        raise InvalidSetting(
            "EMAIL_BACKEND=smtp needs EMAIL_HOST, the name of your mail server.",
            setting="EMAIL_BACKEND",
        )
    if backend is EmailBackend.FILE and not debug:
        raise InvalidSetting(
            "EMAIL_BACKEND=file is for development only: files with password reset links do not"
            " belong on a production server. Set EMAIL_HOST, or EMAIL_BACKEND=none.",
            setting="EMAIL_BACKEND",
        )
    return backend


def _has_address(url: str) -> bool:
    """Whether host and port of the URL can be parsed, and the host can be looked up."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return False
    return _can_be_looked_up(parts.hostname or "")


def _can_be_looked_up(host: str) -> bool:
    """Whether the name has no space, and each label 1 to 63 characters. Sockets raise errors."""
    try:
        host.encode("idna")
    except UnicodeError:
        return False
    return " " not in host


def is_local(host: str) -> bool:
    """Whether the host name or address is of this machine only."""
    try:
        address = ip_address(host)
    except ValueError:
        name = host.rstrip(".").lower()
        return name == "localhost" or name.endswith((".localhost", ".localdomain"))
    return address.is_loopback or address.is_unspecified


def _database_url(value: str) -> str:
    url = _postgresql_url(value)
    if not url.startswith("sqlite:///") and not POSTGRESQL_URL.fullmatch(url):
        raise InvalidSetting(
            "DATABASE_URL must be sqlite:///path/to/file.db or"
            " postgresql://user:password@host:5432/name, with %40 for an @ in the password.",
            setting="DATABASE_URL",
        )
    _ensure_usable_by_libpq("DATABASE_URL", url)
    return url


def _ensure_usable_by_libpq(setting: str, url: str) -> None:
    """Raise `InvalidSetting` for a host name or parameter that the client of PostgreSQL refuses."""
    parts = POSTGRESQL_URL.fullmatch(url)
    if parts is None:
        return
    hosts, port = (parts["host"] or "").split(","), int(parts["port"] or _POSTGRESQL_PORT)
    if not all(map(_can_be_looked_up, hosts)) or not 0 < port <= _MAX_PORT:
        raise InvalidSetting(
            f"The host name or the port in {setting} is invalid. Write the URL like"
            " postgresql://user:password@host:5432/name.",
            setting=setting,
        )
    if parts["query"]:
        # Imported only where it is used, to save memory.
        from novacart.adapters.persistence.postgresql_engine import (  # noqa: PLC0415
            unknown_parameters,
        )

        if unknown := unknown_parameters(parts["query"]):
            raise InvalidSetting(
                f"{setting} has parameters that PostgreSQL's client does not know:"
                f" {', '.join(unknown)}. Remove them from the URL.",
                setting=setting,
            )


def _postgresql_url(value: str) -> str:
    """Add the driver, which SQLAlchemy needs, to the scheme that most hosting providers use."""
    return re.sub(r"^(postgres|postgresql)://", "postgresql+psycopg://", value)


def _replica_urls(values: tuple[str, ...], database_url: str) -> tuple[str, ...]:
    if values and database_url.startswith("sqlite:"):
        raise InvalidSetting(
            "DATABASE_REPLICA_URLS needs a DATABASE_URL of PostgreSQL: SQLite has no replicas."
            " Leave it empty, or set DATABASE_URL to the primary of these replicas.",
            setting="DATABASE_REPLICA_URLS",
        )
    urls = []
    for value in values:
        url = _postgresql_url(value)
        if not POSTGRESQL_URL.fullmatch(url):
            raise InvalidSetting(
                "DATABASE_REPLICA_URLS must be URLs such as"
                " postgresql://user:password@host:5432/name, separated by commas, with %40 for an @"
                " and %2C for a comma in the password.",
                setting="DATABASE_REPLICA_URLS",
            )
        _ensure_usable_by_libpq("DATABASE_REPLICA_URLS", url)
        urls.append(url)
    return tuple(urls)


def _origin(value: str) -> str:
    origin = value.rstrip("/").lower()
    if not _ORIGIN.fullmatch(origin) or not _has_address(origin):
        raise InvalidSetting(
            "CORS_ALLOWED_ORIGINS must be a comma-separated list of origins such as"
            f" https://shop.example; {value!r} is not an origin.",
            setting="CORS_ALLOWED_ORIGINS",
        )
    return origin


def _currency(value: str) -> str:
    if value not in list_currencies():
        raise InvalidSetting(
            f"CURRENCY must be an ISO 4217 code such as INR, not {value!r}.", setting="CURRENCY"
        )
    return value


def _site_url(name: str, value: str) -> str:
    url = value.rstrip("/")
    if url and not _ORIGIN.fullmatch(url.lower()):
        raise InvalidSetting(
            f"{name} must be a URL without a path such as https://shop.example, not {value!r}.",
            setting=name,
        )
    return url


def _locale(value: str) -> str:
    try:
        Locale.parse(value, sep="-")
    except (UnknownLocaleError, ValueError) as error:
        raise InvalidSetting(
            f"SHOP_LOCALE must be a language with a region such as en-IN, not {value!r}.",
            setting="SHOP_LOCALE",
        ) from error
    return value


def _timezone(value: str) -> ZoneInfo:
    try:
        return ZoneInfo(value)
    except (KeyError, ValueError, OSError) as error:
        raise InvalidSetting(
            "SHOP_TIMEZONE must be a time zone of the IANA database such as Asia/Kolkata, not"
            f" {value!r}.",
            setting="SHOP_TIMEZONE",
        ) from error
