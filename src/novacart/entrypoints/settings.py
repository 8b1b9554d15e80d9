"""The shop's settings: read once from the environment or `.env`, checked, then passed on."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Final

from babel.numbers import list_currencies
from dotenv import dotenv_values

from novacart.entrypoints.secret_key import MIN_LENGTH, development_key, is_well_known

_DEVELOPMENT_ORIGINS: Final = ("http://localhost:5173", "http://127.0.0.1:5173")
_ORIGIN: Final = re.compile(
    r"https?://[a-z0-9.-]+(:[0-9]{1,5})?|https?://\[[0-9a-f:]+\](:[0-9]{1,5})?"
)
_TRUE: Final = frozenset({"true", "1", "yes", "on"})
_FALSE: Final = frozenset({"false", "0", "no", "off", ""})


class InvalidSetting(Exception):
    """A setting that the shop can't start with; the message says what to set instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that may differ between one installation and the next; see `.env.example`.

    Secrets are left out of `repr`, so that a settings object in a log line tells none.
    """

    debug: bool
    secret_key: str = field(repr=False)
    allowed_hosts: tuple[str, ...]
    trusted_proxies: int
    host: str
    port: int
    web_workers: int
    var: Path
    database_url: str = field(repr=False)
    redis_url: str = field(repr=False)
    cors_allowed_origins: frozenset[str]
    frontend_url: str
    email_host: str
    email_port: int
    email_use_tls: bool
    email_host_user: str = field(repr=False)
    email_host_password: str = field(repr=False)
    default_from_email: str
    stripe_secret_key: str = field(repr=False)
    stripe_publishable_key: str
    stripe_webhook_secret: str = field(repr=False)
    stripe_api_base: str
    cloudinary_cloud_name: str
    cloudinary_api_key: str = field(repr=False)
    cloudinary_api_secret: str = field(repr=False)
    cloudinary_upload_prefix: str
    currency: str
    pending_order_ttl: timedelta
    cart_max_per_line: int
    support_refund_limit: str
    ratelimit_enabled: bool
    metrics_enabled: bool
    access_token_lifetime: timedelta
    refresh_token_lifetime: timedelta


def load_settings(
    environ: Mapping[str, str] | None = None,
    *,
    dotenv: Path = Path(".env"),
    debug_by_default: bool = False,
) -> Settings:
    """Settings from `environ` (the process's own by default), then from the file `dotenv`.

    Raises `InvalidSetting` with a sentence that says what to set.
    """
    given = {name: value for name, value in dotenv_values(dotenv).items() if value is not None}
    given |= os.environ if environ is None else environ
    read = _Reader(given)
    debug = read.flag("DEBUG", default=debug_by_default)
    var = Path(read.text("VAR_DIR", "var"))
    origins = read.listed("CORS_ALLOWED_ORIGINS", ())
    return Settings(
        debug=debug,
        secret_key=_secret_key(read.text("SECRET_KEY"), debug=debug, var=var),
        allowed_hosts=tuple(
            host.lower()
            for host in read.listed("ALLOWED_HOSTS", ("localhost", "127.0.0.1", "[::1]"))
        ),
        trusted_proxies=read.number("TRUSTED_PROXIES", 0, minimum=0, maximum=10),
        host=read.text("HOST", "127.0.0.1"),
        port=read.number("PORT", 8000, maximum=65535),
        web_workers=read.number("WEB_WORKERS", max(2, os.cpu_count() or 2), maximum=256),
        var=var,
        database_url=_database_url(read.text("DATABASE_URL", f"sqlite:///{var}/novacart.db")),
        redis_url=read.text("REDIS_URL"),
        cors_allowed_origins=frozenset(
            [*map(_origin, origins), *(_DEVELOPMENT_ORIGINS if debug else ())]
        ),
        frontend_url=read.text("FRONTEND_URL", "http://localhost:5173").rstrip("/"),
        email_host=read.text("EMAIL_HOST", "localhost"),
        email_port=read.number("EMAIL_PORT", 587, maximum=65535),
        email_use_tls=read.flag("EMAIL_USE_TLS", default=True),
        email_host_user=read.text("EMAIL_HOST_USER"),
        email_host_password=read.text("EMAIL_HOST_PASSWORD"),
        default_from_email=read.text("DEFAULT_FROM_EMAIL", "NovaCart <shop@localhost>"),
        stripe_secret_key=read.text("STRIPE_SECRET_KEY"),
        stripe_publishable_key=read.text("STRIPE_PUBLISHABLE_KEY"),
        stripe_webhook_secret=read.text("STRIPE_WEBHOOK_SECRET"),
        stripe_api_base=read.text("STRIPE_API_BASE"),
        cloudinary_cloud_name=read.text("CLOUDINARY_CLOUD_NAME"),
        cloudinary_api_key=read.text("CLOUDINARY_API_KEY"),
        cloudinary_api_secret=read.text("CLOUDINARY_API_SECRET"),
        cloudinary_upload_prefix=read.text("CLOUDINARY_UPLOAD_PREFIX"),
        currency=_currency(read.text("CURRENCY", "INR")),
        pending_order_ttl=timedelta(seconds=read.number("PENDING_ORDER_TTL", 1800)),
        cart_max_per_line=read.number("CART_MAX_PER_LINE", 10, maximum=1000),
        support_refund_limit=_major_units(read.text("SUPPORT_REFUND_LIMIT", "5000")),
        ratelimit_enabled=read.flag("RATELIMIT_ENABLED", default=True),
        metrics_enabled=read.flag("METRICS_ENABLED", default=False),
        access_token_lifetime=timedelta(minutes=read.number("ACCESS_TOKEN_LIFETIME", 60)),
        refresh_token_lifetime=timedelta(
            minutes=read.number("REFRESH_TOKEN_LIFETIME", 7 * 24 * 60)
        ),
    )


class _Reader:
    """Values by name; an empty one counts as not set."""

    def __init__(self, given: Mapping[str, str]) -> None:
        self._given = given

    def text(self, name: str, default: str = "") -> str:
        return self._given.get(name, "").strip() or default

    def listed(self, name: str, default: tuple[str, ...]) -> tuple[str, ...]:
        parts = tuple(part.strip() for part in self.text(name).split(",") if part.strip())
        return parts or default

    def flag(self, name: str, *, default: bool) -> bool:
        value = self.text(name, str(default)).lower()
        if value in _TRUE:
            return True
        if value in _FALSE:
            return False
        raise InvalidSetting(f"{name} is either True or False, not {value!r}.")

    def number(
        self, name: str, default: int, *, minimum: int = 1, maximum: int = 10_000_000
    ) -> int:
        value = self.text(name, str(default))
        if not re.fullmatch(r"[0-9]{1,9}", value) or not minimum <= int(value) <= maximum:
            raise InvalidSetting(
                f"{name} is a whole number from {minimum} to {maximum}, not {value!r}."
            )
        return int(value)


def _secret_key(given: str, *, debug: bool, var: Path) -> str:
    if debug:
        return given or development_key(var)
    if not given or is_well_known(given):
        found = "is a well-known default" if given else "is not set"
        raise InvalidSetting(
            f"SECRET_KEY {found}. Set it to a long random string of your own, such as the output"
            ' of `python -c "import secrets; print(secrets.token_urlsafe(48))"`, or set'
            " DEBUG=True to develop."
        )
    if len(given) < MIN_LENGTH:
        raise InvalidSetting(f"SECRET_KEY is too short: use {MIN_LENGTH} characters or more.")
    return given


def _database_url(given: str) -> str:
    # What most hosts hand out names no driver, or one that SQLAlchemy has dropped.
    for prefix in ("postgres://", "postgresql://"):
        if given.startswith(prefix):
            return "postgresql+psycopg://" + given.removeprefix(prefix)
    if not given.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise InvalidSetting(
            "DATABASE_URL starts with sqlite:/// or postgresql:// and names a database."
        )
    return given


def _origin(given: str) -> str:
    origin = given.rstrip("/").lower()
    if not _ORIGIN.fullmatch(origin):
        raise InvalidSetting(
            "CORS_ALLOWED_ORIGINS lists origins such as https://shop.example, with commas"
            f" between them; {given!r} is not one."
        )
    return origin


def _major_units(given: str) -> str:
    if not re.fullmatch(r"[0-9]{1,12}", given):
        raise InvalidSetting(
            f"SUPPORT_REFUND_LIMIT is a whole amount of the currency such as 5000, not {given!r}."
        )
    return given


def _currency(given: str) -> str:
    if given not in list_currencies():
        raise InvalidSetting(f"CURRENCY is an ISO 4217 code such as INR, not {given!r}.")
    return given
