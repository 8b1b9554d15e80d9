"""Each wrong setting has a finding that names it and says what to do."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg  # noqa: F401 (can't be imported during a test, unlike the modules that use it)
import pytest

from novacart.application.back_office.operations import CheckStatus, Health, JobStatus, QueueStatus
from novacart.entrypoints.private_files import sqlite_path
from novacart.entrypoints.probes import check_archive, check_clock, check_files, check_health
from novacart.entrypoints.production_checks import Finding, Severity, load_for_check

ROOT = Path(__file__).parents[3]
KEY = "a-private-random-key-of-the-tests-alone"
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)

# Settings of a shop in production that has no finding.
GOOD = {
    "SECRET_KEY": KEY,
    "ALLOWED_HOSTS": "shop.example",
    "TRUSTED_PROXIES": "1",
    "DATABASE_URL": "postgresql://shop:Tq7-x@db.shop.example/shop?sslmode=verify-full",
    "FRONTEND_URL": "https://shop.example",
    "EMAIL_HOST": "mail.shop.example",
    "DEFAULT_FROM_EMAIL": "Shop <orders@shop.example>",
    "STRIPE_SECRET_KEY": "sk_live_1",
    "STRIPE_PUBLISHABLE_KEY": "pk_live_1",
    "STRIPE_WEBHOOK_SECRET": "whsec_1",
    "CLOUDINARY_CLOUD_NAME": "shop",
    "CLOUDINARY_API_KEY": "1",
    "CLOUDINARY_API_SECRET": "2",
    "STAFF_MFA_REQUIRED": "True",
    "METRICS_ENABLED": "True",
    "METRICS_TOKEN": "a-token-of-monitoring",
    "BACKUP_DIR": "/srv/backups",
    "BACKUP_KEY": "another-private-random-key-of-the-tests",
}

ON_DISK = dict.fromkeys(
    ("CLOUDINARY_CLOUD_NAME", "CLOUDINARY_API_KEY", "CLOUDINARY_API_SECRET"), ""
)
REMOTE = "db.shop.example"

PROOF = CheckStatus(name="proven_restore", ok=True, summary="", checked_at=NOW, passed_at=NOW)

# Name, wrong value, severity, other settings that the case needs.
WRONG = [
    ("DEBUG", "maybe", "error", {}),
    ("DEBUG", "True", "error", {}),
    ("SECRET_KEY", "", "error", {}),
    ("SECRET_KEY", "changeme", "error", {}),
    ("SECRET_KEY", "x" * 40, "error", {}),
    ("ALLOWED_HOSTS", "*", "warning", {}),
    ("ALLOWED_HOSTS", "", "warning", {}),
    ("ALLOWED_HOSTS", "https://shop.example", "error", {}),
    ("ALLOWED_HOSTS", "shop.example,shop.example/api", "error", {}),
    ("TRUSTED_PROXIES", "one", "error", {}),
    ("TRUSTED_PROXIES", "0", "warning", {}),
    ("TRUSTED_PROXIES", "7", "warning", {}),
    ("HOST", "http://0.0.0.0", "error", {}),
    ("HOST", "0.0.0.0:8000", "error", {}),
    ("HOST", "localhost", "error", {}),
    ("HOST", "203.0.113.4", "warning", {"TRUSTED_PROXIES": "0"}),
    ("PORT", "http", "error", {}),
    ("WEB_WORKERS", "0", "error", {}),
    ("HEADER_TIMEOUT", "10s", "error", {}),
    ("BODY_TIMEOUT", "-1", "error", {}),
    ("CATALOG_CACHE_SECONDS", "1 minute", "error", {}),
    ("SEARCH_CACHE_SECONDS", "61", "error", {}),
    ("HTTP2_CLEARTEXT", "h2c", "error", {}),
    ("VAR_DIR", "", "warning", ON_DISK),
    ("VAR_DIR", "shop", "warning", ON_DISK),
    ("DATABASE_URL", "mysql://localhost/shop", "error", {}),
    ("DATABASE_URL", "sqlite:///shop.db", "warning", {}),
    ("DATABASE_URL", "sqlite:///:memory:", "error", {}),
    ("DATABASE_URL", "postgresql://shop:Tq7-x@db.shop.example/?sslmode=require", "error", {}),
    ("DATABASE_URL", "postgresql://shop:Tq7-x@db.shop.example/shop", "warning", {}),
    ("DATABASE_URL", f"postgresql://shop:postgres@{REMOTE}/shop?sslmode=require", "warning", {}),
    ("DATABASE_URL", f"postgresql://shop:Tq7-x@{REMOTE}:port/shop?sslmode=require", "error", {}),
    ("DATABASE_URL", "postgresql://shop:Tq7-x@[::1/shop", "error", {}),
    ("DATABASE_URL", f"postgresql://shop:T@7@{REMOTE}/shop?sslmode=require", "error", {}),
    ("DATABASE_URL", "postgresql://shop:Tq7-x@database:99999/shop?sslmode=require", "error", {}),
    ("DATABASE_URL", "postgresql://shop:Tq7-x@db..example/shop?sslmode=require", "error", {}),
    ("DATABASE_URL", "postgresql://shop:Tq7-x@database/shop?pgbouncer=true", "error", {}),
    ("DATABASE_REPLICA_URLS", "sqlite:///copy.db", "error", {}),
    ("DATABASE_REPLICA_URLS", "postgresql://s:Tq7-x@db2/shop?schema=public", "error", {}),
    ("DATABASE_REPLICA_URLS", f"postgresql://s:x@{REMOTE}:port/shop", "error", {}),
    ("DATABASE_REPLICA_URLS", "postgresql://replica/shop", "error", {"DATABASE_URL": "sqlite:///s"}),
    ("DATABASE_REPLICA_URLS", "postgresql://replica", "error", {}),
    ("DATABASE_REPLICA_URLS", "postgresql://s:Tq7-x@db2.shop.example/shop", "warning", {}),
    ("REPLICA_MAX_LAG", "0", "error", {}),
    ("DATABASE_TRANSACTION_POOLING", "transaction", "error", {}),
    ("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4318", "error", {}),
    ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4318/v1/traces", "error", {}),
    ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4317", "warning", {}),
    ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://[collector]:4318", "error", {}),
    ("REDIS_URL", "cache.shop.example:6379", "error", {}),
    ("REDIS_URL", "redis://cache:port/0", "error", {}),
    ("REDIS_URL", "redis://cache..example:6379/0", "error", {}),
    ("REDIS_URL", "redis://cache server:6379/0", "error", {}),
    ("REDIS_URL", "redis://:a/b@cache:6379/0", "error", {}),
    ("REDIS_URL", "redis://cache:6379/sessions", "error", {}),
    ("REDIS_URL", "redis://cache:6379/0?timeout=1", "error", {}),
    ("REDIS_URL", "redis://cache:6379/0?socket_timeout=long", "error", {}),
    ("REDIS_URL", "rediss://cache:6379/0?ssl_cert_reqs=maybe", "error", {}),
    ("CORS_ALLOWED_ORIGINS", "*", "error", {}),
    ("CORS_ALLOWED_ORIGINS", "https://shop.example:99999", "error", {}),
    ("CORS_ALLOWED_ORIGINS", "http://localhost:5173", "warning", {}),
    ("CORS_ALLOWED_ORIGINS", "http://shop.example", "warning", {}),
    ("CORS_ALLOWED_ORIGINS", "", "warning", {"ALLOWED_HOSTS": "api.shop.example"}),
    ("FRONTEND_URL", "", "error", {}),
    ("FRONTEND_URL", "http://shop.example", "error", {}),
    ("FRONTEND_URL", "https://shop.example:port", "error", {}),
    ("FRONTEND_URL", "https://[shop.example", "error", {}),
    ("FRONTEND_URL", "https://shop.example/?page=home", "error", {}),
    ("FRONTEND_URL", "https://läden.example", "error", {}),
    ("FRONTEND_URL", "https://shop.example", "warning", {"ALLOWED_HOSTS": "api.example"}),
    ("EMAIL_BACKEND", "sendmail", "error", {}),
    ("EMAIL_BACKEND", "file", "error", {}),
    ("EMAIL_BACKEND", "smtp", "error", {"EMAIL_HOST": ""}),
    ("EMAIL_BACKEND", "none", "warning", {}),
    ("EMAIL_HOST", "", "error", {}),
    ("EMAIL_HOST", "smtp://mail.shop.example:587", "error", {}),
    ("EMAIL_PORT", "smtp", "error", {}),
    ("EMAIL_PORT", "465", "error", {}),
    ("EMAIL_USE_TLS", "starttls", "error", {}),
    ("EMAIL_USE_TLS", "False", "warning", {}),
    ("EMAIL_HOST_USER", "", "warning", {"EMAIL_HOST_PASSWORD": "Tq7-x"}),
    ("EMAIL_HOST_USER", "shöp", "error", {"EMAIL_HOST_PASSWORD": "Tq7-x"}),
    ("EMAIL_HOST_PASSWORD", "", "warning", {"EMAIL_HOST_USER": "shop"}),
    ("EMAIL_HOST_PASSWORD", "…", "error", {"EMAIL_HOST_USER": "shop"}),
    ("DEFAULT_FROM_EMAIL", "NovaCart", "error", {}),
    ("DEFAULT_FROM_EMAIL", "a@shop.example\nBcc: b@shop.example", "error", {}),
    ("DEFAULT_FROM_EMAIL", "shop@localhost", "warning", {}),
    ("DEFAULT_FROM_EMAIL", "bestellungen-für@shop.example", "error", {}),
    ("DEFAULT_FROM_EMAIL", "Müller, Söhne <orders@shop.example>", "error", {}),
    ("DEFAULT_FROM_EMAIL", "a@shop.example, b@shop.example", "error", {}),
    ("DEFAULT_FROM_EMAIL", "orders@shop..example", "error", {}),
    ("STRIPE_SECRET_KEY", "", "warning", {}),
    ("STRIPE_SECRET_KEY", "pk_live_1", "error", {}),
    ("STRIPE_SECRET_KEY", "sk_live_…", "error", {}),
    ("STRIPE_SECRET_KEY", "sk_test_1", "warning", {"STRIPE_PUBLISHABLE_KEY": "pk_test_1"}),
    ("STRIPE_PUBLISHABLE_KEY", "", "warning", {}),
    ("STRIPE_PUBLISHABLE_KEY", "pk_test_1", "error", {}),
    ("STRIPE_PUBLISHABLE_KEY", "pk_live_…", "warning", {}),
    ("STRIPE_WEBHOOK_SECRET", "", "warning", {}),
    ("STRIPE_WEBHOOK_SECRET", "whsec_1,sk_live_1", "warning", {}),
    ("STRIPE_WEBHOOK_SECRET", "whsec_…", "warning", {}),
    ("STRIPE_ACCOUNT_ID", "shop", "error", {}),
    ("STRIPE_API_BASE", "http://127.0.0.1:9", "warning", {}),
    ("STRIPE_API_BASE", "stripe", "error", {}),
    ("STRIPE_API_BASE", "http://[stripe", "error", {}),
    ("CLOUDINARY_CLOUD_NAME", "", "error", {}),
    ("CLOUDINARY_CLOUD_NAME", "cloudinary://1:2@shop", "error", {}),
    ("CLOUDINARY_CLOUD_NAME", "läden", "error", {}),
    ("CLOUDINARY_API_KEY", "", "error", {}),
    ("CLOUDINARY_API_KEY", "…", "error", {}),
    ("CLOUDINARY_API_SECRET", "", "error", {}),
    ("CLOUDINARY_API_SECRET", "…", "error", {}),
    ("CLOUDINARY_UPLOAD_PREFIX", "shop", "error", {}),
    ("CLOUDINARY_UPLOAD_PREFIX", "http://shop:port", "error", {}),
    ("CLOUDINARY_UPLOAD_PREFIX", "http://127.0.0.1:9", "warning", {}),
    ("SHOP_NAME", "Nova\nCart", "error", {}),
    ("SHOP_LOCALE", "English", "error", {}),
    ("STOREFRONT_ENABLED", "maybe", "error", {}),
    ("STOREFRONT_DIR", "/nothing", "error", {}),
    ("STOREFRONT_DIR", "x" * 300, "error", {}),
    ("STOREFRONT_DIR", str(ROOT / "storefront"), "error", {}),
    ("STOREFRONT_URL", "https://shop.example/shop", "error", {}),
    ("STOREFRONT_URL", "https://shop.example:99999", "error", {}),
    ("SHOP_TIMEZONE", "India", "error", {}),
    ("CURRENCY", "rupees", "error", {}),
    ("CURRENCY", "KWD", "warning", {}),
    ("PENDING_ORDER_TTL", "half an hour", "error", {}),
    ("PENDING_ORDER_TTL", "10", "warning", {}),
    ("CART_MAX_PER_LINE", "many", "error", {}),
    ("MAX_UNPAID_ORDERS", "0", "error", {}),
    ("MAX_OPEN_COD_ORDERS", "-1", "error", {}),
    ("MAX_RESERVED_UNITS", "1e3", "error", {}),
    ("MAX_RESERVED_UNITS", "5", "warning", {}),
    ("MAX_CHECKOUT_RENEWALS", "x", "error", {}),
    ("MAX_DECLINES_PER_ORDER", "x", "error", {}),
    ("MAX_DECLINES_PER_ACCOUNT", "x", "error", {}),
    ("SUPPORT_REFUND_LIMIT", "50.5", "error", {}),
    ("REAUTHENTICATION_REFUND_LIMIT", "-5", "error", {}),
    ("STAFF_MFA_REQUIRED", "owners", "error", {}),
    ("STAFF_MFA_REQUIRED", "False", "warning", {}),
    ("ACCESS_TOKEN_LIFETIME", "1h", "error", {}),
    ("ACCESS_TOKEN_LIFETIME", "5000", "warning", {}),
    ("REFRESH_TOKEN_LIFETIME", "0", "error", {}),
    ("REFRESH_TOKEN_LIFETIME", "60", "warning", {}),
    ("MAX_SESSIONS", "0", "error", {}),
    ("RATELIMIT_ENABLED", "sometimes", "error", {}),
    ("SEARCH_RATE_LIMIT", "0", "error", {}),
    ("RATELIMIT_ENABLED", "False", "warning", {}),
    ("SLOW_QUERY_MS", "never", "error", {}),
    ("FEED_TOKEN", "short", "error", {}),
    ("METRICS_ENABLED", "prometheus", "error", {}),
    ("METRICS_ENABLED", "", "warning", {}),
    ("METRICS_TOKEN", "short", "error", {}),
    ("METRICS_TOKEN", "………………", "error", {}),
    ("BACKUP_DIR", "", "warning", {}),
    ("BACKUP_DIR", "var/backups", "warning", {}),
    ("BACKUP_DIR", "../backups", "warning", {}),
    ("BACKUP_KEY", "", "warning", {}),
    ("BACKUP_KEY", "secret", "error", {}),
    ("BACKUP_KEEP_DAYS", "two weeks", "error", {}),
    ("BACKUP_WAL", "hourly", "error", {}),
    ("BACKUP_WAL", "True", "error", {"DATABASE_URL": "sqlite:///shop.db"}),
]  # fmt: skip


def findings(environ: dict[str, str], dotenv: Path = Path("missing.env")) -> list[Finding]:
    return load_for_check(GOOD | environ, dotenv)[1]


def test_good_production_settings_have_no_finding() -> None:
    assert findings({}) == []


@pytest.mark.parametrize(("name", "value", "severity", "others"), WRONG)
def test_wrong_setting_is_named_with_its_remedy(
    name: str, value: str, severity: str, others: dict[str, str]
) -> None:
    own = [each for each in findings(others | {name: value}) if each.subject == name]
    assert {each.severity for each in own} == {severity}
    for found in own:
        assert name in found.problem
        assert re.match(r"[A-Z`].*[.?>]$", found.remedy), found.remedy
        # Secret values are not repeated.
        if name in {"SECRET_KEY", "DATABASE_URL", "METRICS_TOKEN", "STRIPE_SECRET_KEY"} and value:
            assert value not in str(found)


@pytest.mark.parametrize(
    ("environ", "subjects"),
    [
        ({"BACKUP_DIR": "backups"}, ["BACKUP_DIR"]),
        ({"BACKUP_DIR": ""}, ["BACKUP_DIR"]),
        ({"DATABASE_URL": "sqlite:///shop.db"}, ["DATABASE_URL"]),
        # One finding for what is in VAR_DIR.
        (ON_DISK | {"BACKUP_DIR": "", "DATABASE_URL": ""}, ["VAR_DIR"]),
        (ON_DISK | {"VAR_DIR": "/srv/shop", "BACKUP_DIR": "", "DATABASE_URL": ""}, []),
        ({"DATABASE_URL": "sqlite:////srv/shop.db"}, []),
    ],
)
def test_relative_directory_is_reported_with_an_absolute_one(
    environ: dict[str, str], subjects: list[str]
) -> None:
    relative = [each for each in findings(environ) if "relative" in each.problem]
    assert [each.subject for each in relative] == subjects
    assert all(str(Path.cwd()) in each.remedy for each in relative)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://shop:p#w/7?%40@db.shop.example/shop?sslmode=verify-full",
        "postgresql://shop@database/shop?passfile=/etc/novacart/pgpass",
        "postgresql:///shop?host=/run/postgresql",
        "postgresql://shop:Tq7-x@db1,db2/shop?target_session_attrs=read-write&sslmode=require",
        "postgresql://shop:Tq7-x@[2001:db8::1]:5432/shop?sslmode=verify-full",
    ],
)
def test_usual_urls_of_databases_have_no_finding(url: str) -> None:
    assert findings({"DATABASE_URL": url}) == []


@pytest.mark.parametrize(
    "url",
    [
        "redis://cache",
        "redis://:Tq7-x@cache:6379/1",
        "rediss://user:Tq7-x@cache.shop.example:6380/0?ssl_cert_reqs=required",
        "unix:///run/valkey.sock?db=1",
    ],
)
def test_usual_urls_of_redis_have_no_finding(url: str) -> None:
    assert findings({"REDIS_URL": url}) == []


@pytest.mark.parametrize(
    "hosts", ["api.shop.example", ".shop.example", "10.0.0.1,api.shop.example", "localhost"]
)
def test_hosts_that_can_be_of_one_site_are_not_reported(hosts: str) -> None:
    shop = {"ALLOWED_HOSTS": hosts, "CORS_ALLOWED_ORIGINS": "https://shop.example"}
    assert "FRONTEND_URL" not in {each.subject for each in findings(shop)}


def test_every_setting_of_the_example_file_has_a_wrong_value() -> None:
    listed = re.findall(r"^([A-Z0-9_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE)
    assert {name for name, *_ in WRONG} == set(listed)


def test_one_run_reports_every_invalid_setting() -> None:
    wrong = {
        name: value for name, value, severity, others in WRONG if severity == "error" and not others
    }
    reported = {each.subject for each in findings(wrong) if each.severity is Severity.ERROR}
    # These are not used without the invalid EMAIL_BACKEND and METRICS_ENABLED.
    assert set(wrong) - reported <= {
        "EMAIL_HOST",
        "EMAIL_PORT",
        "DEFAULT_FROM_EMAIL",
        "METRICS_TOKEN",
    }


def test_misspelt_name_in_the_file_is_reported(tmp_path: Path) -> None:
    dotenv = tmp_path / ".env"
    dotenv.write_text("STRIPE_SECERT_KEY=sk_live_1\n")
    dotenv.chmod(0o600)
    (found,) = findings({}, dotenv)
    assert found.subject == "STRIPE_SECERT_KEY"
    assert "STRIPE_SECRET_KEY" in found.remedy


def test_file_that_others_can_read_is_reported(tmp_path: Path) -> None:
    dotenv = tmp_path / ".env"
    dotenv.touch(mode=0o644)
    (found,) = findings({}, dotenv)
    assert "chmod 600" in found.remedy


def test_var_dir_that_is_a_file_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "var").touch()
    settings = load_for_check(GOOD | {"VAR_DIR": str(tmp_path / "var" / "shop")}, tmp_path)[0]
    (found,) = check_files(settings)
    assert (found.subject, found.severity) == ("VAR_DIR", "error")


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("sqlite:///var/shop.db", "var/shop.db"),
        ("sqlite:////srv/shop.db?mode=rw", "/srv/shop.db"),
        ("sqlite:///:memory:", None),
        (GOOD["DATABASE_URL"], None),
    ],
)
def test_only_a_file_of_sqlite_has_a_path(url: str, path: str | None) -> None:
    assert sqlite_path(url) == (Path(path) if path else None)


@pytest.mark.parametrize(
    ("name", "value"), [("VAR_DIR", "/var"), ("DATABASE_URL", "sqlite:////tmp")]
)
def test_directory_that_must_not_be_restricted_is_an_error(
    name: str, value: str, tmp_path: Path
) -> None:
    settings = load_for_check(GOOD | {name: value}, tmp_path)[0]
    assert (name, "error") in {(each.subject, each.severity) for each in check_files(settings)}


@pytest.mark.parametrize("name", ["VAR_DIR", "BACKUP_DIR", "DATABASE_URL"])
def test_path_that_can_not_be_looked_up_is_an_error(name: str, tmp_path: Path) -> None:
    # The system refuses such a name, as it refuses a directory that the user can't enter.
    path = str(tmp_path / ("x" * 300))
    value = f"sqlite:///{path}" if name == "DATABASE_URL" else path
    settings = load_for_check(GOOD | {name: value}, tmp_path)[0]
    (found,) = check_files(settings)
    assert (found.subject, found.severity) == (name, "error")
    assert "File name too long" in found.problem


def test_missing_var_dir_is_created_later(tmp_path: Path) -> None:
    settings = load_for_check(GOOD | {"VAR_DIR": str(tmp_path / "new" / "var")}, tmp_path)[0]
    assert [each for each in check_files(settings) if each.severity == "error"] == []
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(("seconds", "count"), [(0, 0), (4, 0), (-60, 1), (60, 1)])
def test_clock_that_differs_from_the_database_is_reported(seconds: int, count: int) -> None:
    assert len(list(check_clock(NOW, NOW + timedelta(seconds=seconds)))) == count


@pytest.mark.parametrize(
    ("job_age", "subjects"), [(None, ["Worker"]), (600, ["Worker"]), (10, []), (-60, ["Clock"])]
)
def test_worker_that_has_not_run_lately_is_reported(
    job_age: int | None, subjects: list[str]
) -> None:
    jobs = [JobStatus(name="audit", last_started_at=NOW - timedelta(days=1))]
    if job_age is not None:
        jobs.append(
            JobStatus(name="expire_orders", last_started_at=NOW - timedelta(seconds=job_age))
        )
    health = Health(database="SQLite", queues=[], jobs=jobs, checks=[PROOF])
    assert [each.subject for each in check_health(health, NOW)] == subjects


def test_failed_checks_and_parked_messages_are_reported() -> None:
    health = Health(
        database="SQLite",
        queues=[
            QueueStatus(name="Outbox", pending=0, next_attempt_at=None, parked=2),
            QueueStatus(name="Webhook events", pending=9, next_attempt_at=NOW, parked=0),
        ],
        jobs=[JobStatus(name="expire_orders", last_started_at=NOW)],
        checks=[
            replace(PROOF, name="audit", ok=False, summary="1 of 14 violated."),
            replace(PROOF, ok=False, summary="No space."),
            replace(PROOF, name="job_count_sales"),
        ],
    )
    found = list(check_health(health, NOW))
    assert [each.subject for each in found] == ["audit", "proven_restore", "Outbox"]
    assert found[1].problem == "The last proven restore failed: No space."


@pytest.mark.parametrize(
    ("passed_at", "problems"),
    [
        (NOW - timedelta(hours=24), []),
        (
            NOW - timedelta(hours=48),
            ["No backup has been made and proven since 2026-02-27T12:00:00+00:00."],
        ),
        (None, ["No backup has been made and proven yet."]),
    ],
)
def test_backup_is_reported_until_a_proof_passes(
    passed_at: datetime | None, problems: list[str]
) -> None:
    failed = replace(PROOF, ok=False, summary="No space.", passed_at=passed_at)
    jobs = [JobStatus(name="expire_orders", last_started_at=NOW)]
    health = Health(database="SQLite", queues=[], jobs=jobs, checks=[failed])
    found = [each.problem for each in check_health(health, NOW) if each.subject == "Backup"]
    assert found == problems


@pytest.mark.parametrize(
    ("state", "problems"),
    [
        ((True, False), []),
        (None, ["has not been archived yet"]),
        ((False, False), ["the server keeps it meanwhile"]),
        ((False, True), ["has deleted a part"]),
    ],
)
def test_log_that_is_not_archived_is_reported(
    state: tuple[bool, bool] | None, problems: list[str]
) -> None:
    found = list(check_archive(state))
    assert len(found) == len(problems)
    assert all(part in each.problem for part, each in zip(problems, found, strict=True))


@pytest.mark.parametrize(("hours", "count"), [(None, 1), (30, 1), (25, 0)])
def test_missing_or_old_backup_is_reported(hours: int | None, count: int) -> None:
    checks = [replace(PROOF, passed_at=NOW - timedelta(hours=hours))] if hours else []
    jobs = [JobStatus(name="expire_orders", last_started_at=NOW)]
    health = Health(database="SQLite", queues=[], jobs=jobs, checks=checks)
    assert [each.subject for each in check_health(health, NOW)] == ["Backup"] * count
