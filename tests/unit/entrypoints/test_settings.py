"""Defaults, validation and secrecy of the settings."""

import re
from collections.abc import Callable
from dataclasses import fields
from datetime import timedelta
from pathlib import Path
from secrets import token_hex, token_urlsafe

import pytest

from novacart.entrypoints.settings import (
    EmailBackend,
    InvalidSetting,
    Settings,
    ensure_startable,
    is_development_shop,
    load_settings,
)

ROOT = Path(__file__).parents[3]
KEY = "a-private-random-key-of-the-tests-alone"


@pytest.fixture(autouse=True)
def _empty_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def load(**environ: str) -> Settings:
    return load_settings({"SECRET_KEY": KEY} | environ)


def test_defaults_are_for_production() -> None:
    settings = load()
    assert settings.debug is False
    assert settings.database_url == "sqlite:///var/novacart.db"
    assert settings.currency == "INR"
    assert settings.shop_timezone.key == "Asia/Kolkata"
    assert settings.pending_order_ttl == timedelta(minutes=30)
    assert settings.access_token_lifetime == timedelta(hours=1)
    assert settings.refresh_token_lifetime == timedelta(days=7)
    assert settings.cors_allowed_origins == frozenset()
    assert settings.ratelimit_enabled is True
    assert settings.metrics_enabled is False


@pytest.mark.parametrize(
    "key",
    [
        "",
        "changeme",
        "Change-Me",
        "secret",
        "django-insecure-1234567890",
        "dev-secret-key-change-me-in-production",
    ],
)
def test_production_rejects_a_missing_or_known_key(key: str) -> None:
    with pytest.raises(InvalidSetting, match=r"SECRET_KEY .* Set it to a long random string"):
        load_settings({"SECRET_KEY": key})


@pytest.mark.parametrize(
    "key",
    [
        "x" * 15,
        "Kd8-fPq2_vW9sLm4Zt7RbXc3HyNgJa1",
        "x" * 64,
        "0101010101010101010101010101010101010101",
        "s3cr3t-w0rd!" * 4,
        "abcdefghijklmnopqrstuvwxyz0123456789",
        "qwertyuiopasdfghjklzxcvbnm1234567890",
        "change-me-" + "Kd8fPq2vW9sLm4Zt7RbXc3HyNgJa1",
    ],
)
def test_production_rejects_a_weak_key_and_says_how_to_make_one(key: str) -> None:
    with pytest.raises(InvalidSetting, match=r"SECRET_KEY .*secrets\.token_urlsafe"):
        load_settings({"SECRET_KEY": key})


@pytest.mark.parametrize("make", [token_urlsafe, token_hex])
def test_random_keys_are_accepted(make: Callable[[int], str]) -> None:
    for size in (24, 32, 48):
        for key in (make(size) for _ in range(200)):
            assert load_settings({"SECRET_KEY": key}).secret_key == key


def test_command_without_a_signature_needs_no_secret_key() -> None:
    settings = load_settings({}, needs_secret=False)
    with pytest.raises(InvalidSetting, match="SECRET_KEY is not set"):
        _ = settings.signing_key


def test_development_has_a_database_of_its_own() -> None:
    assert load(DEBUG="True").database_url == "sqlite:///var/novacart-dev.db"
    assert load(DEBUG="True", VAR_DIR="v").database_url == "sqlite:///v/novacart-dev.db"
    assert load().database_url == "sqlite:///var/novacart.db"
    assert load(DEBUG="True", DATABASE_URL="sqlite:///a.db").database_url == "sqlite:///a.db"


def test_development_shop_is_found_where_no_setting_chooses() -> None:
    assert not is_development_shop({})
    Path("var").mkdir()
    Path("var/novacart-dev.db").touch()
    assert is_development_shop({})
    for name, value in (
        ("DEBUG", "False"),
        ("SECRET_KEY", KEY),
        ("DATABASE_URL", "sqlite:///other.db"),
        ("VAR_DIR", "other"),
        ("VAR_DIR", "x" * 300),
    ):
        assert not is_development_shop({name: value})
    Path("var/novacart.db").touch()
    with pytest.raises(InvalidSetting, match="DEBUG=True or DEBUG=False"):
        is_development_shop({})


def test_metrics_need_a_token() -> None:
    for token in ("", "short"):
        with pytest.raises(InvalidSetting, match="METRICS_TOKEN"):
            load(METRICS_ENABLED="True", METRICS_TOKEN=token)
    assert load(METRICS_ENABLED="True", METRICS_TOKEN="t" * 16).metrics_enabled


def test_development_key_is_generated_once() -> None:
    first = load_settings({"DEBUG": "True"}).secret_key
    assert len(first) > 40
    assert load_settings({"DEBUG": "True"}).secret_key == first
    assert Path("var/secret_key").stat().st_mode & 0o077 == 0


def test_environment_overrides_the_dotenv_file() -> None:
    Path(".env").write_text(f"SECRET_KEY={KEY}\nCURRENCY=EUR\nPORT=9000\n")
    settings = load_settings({"PORT": "9001"})
    assert (settings.currency, settings.port) == ("EUR", 9001)


def test_empty_setting_has_its_default() -> None:
    assert load(PORT="", CURRENCY=" ").port == 8000


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DEBUG", "maybe"),
        ("PORT", "0"),
        ("PORT", "65536"),
        ("PORT", "80.5"),
        ("PENDING_ORDER_TTL", "-1"),
        ("PENDING_ORDER_TTL", "half an hour"),
        ("SHOP_TIMEZONE", "India"),
        ("SHOP_TIMEZONE", "../etc/passwd"),
        ("CURRENCY", "rupees"),
        ("CURRENCY", "inr"),
        ("DATABASE_URL", "mysql://localhost/shop"),
        ("CORS_ALLOWED_ORIGINS", "*"),
        ("CORS_ALLOWED_ORIGINS", "null"),
        ("CORS_ALLOWED_ORIGINS", "https://shop.example/path"),
    ],
)
def test_invalid_setting_is_named_in_the_error(name: str, value: str) -> None:
    with pytest.raises(InvalidSetting, match=name):
        load(**{name: value})


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_postgresql_scheme_is_accepted(scheme: str) -> None:
    settings = load(DATABASE_URL=f"{scheme}://shop:pw@db/shop")
    assert settings.database_url == "postgresql+psycopg://shop:pw@db/shop"


def test_origins_are_normalized() -> None:
    settings = load(CORS_ALLOWED_ORIGINS="https://Shop.example/, http://localhost:3000")
    assert settings.cors_allowed_origins == {"https://shop.example", "http://localhost:3000"}


def test_development_allows_the_local_storefront() -> None:
    origins = load(DEBUG="True").cors_allowed_origins
    assert origins == {"http://localhost:5173", "http://127.0.0.1:5173"}


@pytest.mark.parametrize(
    ("environ", "backend"),
    [
        ({"EMAIL_HOST": "mail.example"}, EmailBackend.SMTP),
        ({"EMAIL_HOST": "mail.example", "EMAIL_HOST_USER": "shop"}, EmailBackend.SMTP),
        ({"EMAIL_HOST": "mail.example", "DEBUG": "True"}, EmailBackend.SMTP),
        ({"EMAIL_HOST": "mail.example", "EMAIL_BACKEND": "none"}, EmailBackend.NONE),
        ({"DEBUG": "True"}, EmailBackend.FILE),
        ({"DEBUG": "True", "EMAIL_BACKEND": "File"}, EmailBackend.FILE),
        ({}, None),
    ],
)
def test_email_backend_is_smtp_with_a_host_unless_it_is_named(
    environ: dict[str, str], backend: EmailBackend | None
) -> None:
    assert load(**environ).email_backend is backend


@pytest.mark.parametrize("value", ["file", "smtp", "console"])
def test_invalid_email_backend_is_rejected(value: str) -> None:
    with pytest.raises(InvalidSetting, match="EMAIL_BACKEND"):
        load(EMAIL_BACKEND=value)


def test_production_does_not_start_without_a_mail_server() -> None:
    with pytest.raises(InvalidSetting, match="EMAIL_HOST is not set"):
        ensure_startable(load(FRONTEND_URL="https://shop.example"))
    for environ in ({"EMAIL_HOST": "mail.example"}, {"EMAIL_BACKEND": "none"}):
        ensure_startable(load(FRONTEND_URL="https://shop.example", **environ))


@pytest.mark.parametrize(
    "url",
    [
        "",
        "http://shop.example",
        "https://localhost:5173",
        "https://shop.localhost",
        "https://127.0.0.1",
        "https://127.1.2.3",
        "https://[::1]:8000",
        "https://0.0.0.0",
        "shop.example",
        "https://",
    ],
)
def test_production_does_not_start_with_local_links(url: str) -> None:
    with pytest.raises(InvalidSetting, match="FRONTEND_URL"):
        ensure_startable(load(EMAIL_BACKEND="none", FRONTEND_URL=url))
    ensure_startable(load(DEBUG="True", FRONTEND_URL=url))


def test_repr_shows_no_secret() -> None:
    secrets = {
        name: f"canary-{name}-Kd8fPq2vW9sLm4Zt7RbX"
        for name in (
            "SECRET_KEY",
            "EMAIL_HOST_PASSWORD",
            "STRIPE_SECRET_KEY",
            "STRIPE_WEBHOOK_SECRET",
            "CLOUDINARY_API_SECRET",
            "METRICS_TOKEN",
        )
    } | {"DATABASE_URL": "postgresql://u:canary@h/d", "REDIS_URL": "redis://:canary@h"}
    assert "canary" not in repr(load_settings(secrets))


def test_example_file_lists_every_setting_with_its_default() -> None:
    example = ROOT / ".env.example"
    listed = set(re.findall(r"^([A-Z0-9_]+)=", example.read_text(), re.MULTILINE))
    names = {field.name.upper() for field in fields(Settings)} - {"VAR"} | {"VAR_DIR"}
    assert listed == names
    settings = load_settings({"SECRET_KEY": KEY}, dotenv=example)
    assert settings == load()


def test_file_in_another_encoding_is_reported(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(f"SECRET_KEY={KEY}\n", encoding="utf-16")
    with pytest.raises(InvalidSetting, match=r"\.env is not encoded in UTF-8\. Save it"):
        load_settings({})


def test_file_that_cannot_be_read_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("novacart.entrypoints.settings.dotenv_values", refuse)
    with pytest.raises(InvalidSetting, match=r"\.env can't be read \(Permission denied\)"):
        load_settings({})
