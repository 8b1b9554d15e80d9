"""`novacart check` reports what is wrong with the settings and the machine; `serve` runs it."""

import json
import ssl
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink
from click.testing import CliRunner, Result
from sqlalchemy import text

from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.unit_of_work import SqlUnitOfWorkFactory
from novacart.adapters.system.request_context import ContextVarRequestContexts
from novacart.entrypoints.cli import novacart
from novacart.entrypoints.probes import check_public_url
from tests.support.builders.catalog import a_product, add_product
from tests.support.demo_shop import add_demo_accounts
from tests.support.processes import PRODUCTION, free_port, started
from tests.support.tls import create_certificate

KEY = "a-key-of-the-tests-alone-0123456789"

Run = Callable[..., Result]


@pytest.fixture
def run(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(tmp_path)
    environ = {
        "SECRET_KEY": KEY,
        "DATABASE_URL": database_url,
        "VAR_DIR": str(tmp_path / "var"),
        **PRODUCTION,
    }

    def run(*arguments: str, **changed: str) -> Result:
        return CliRunner().invoke(novacart, ["check", *arguments], env=environ | changed)

    return run


def findings(result: Result) -> dict[str, dict[str, Any]]:
    # Log lines come first: only the program's `main` sends them to standard error.
    document = json.loads(result.stdout[result.stdout.index("{\n") :])
    return {each["subject"]: each for each in document["findings"]}


def test_usable_shop_has_warnings_only(run: Run, tmp_path: Path) -> None:
    result = run("--json")
    assert result.exit_code == 0, result.output
    document = json.loads(result.stdout)
    assert document["ok"] is True
    assert {each["severity"] for each in document["findings"]} == {"warning"}
    assert {"TRUSTED_PROXIES", "STAFF_MFA_REQUIRED", "Worker", "Staff"} <= set(findings(result))
    assert not (tmp_path / "var").exists(), "the command changes nothing"


def test_text_has_each_problem_with_its_remedy(run: Run) -> None:
    result = run(SECRET_KEY="")
    assert result.exit_code == 1
    lines = result.output.splitlines()
    assert lines[0] == "ERROR    SECRET_KEY is not set."
    assert lines[1].startswith("         → Set it to a long random string")
    assert lines[-1].startswith("Errors: 1, ")


@pytest.mark.parametrize(
    ("database_url", "subject", "problem"),
    [
        (
            "postgresql://unknown@127.0.0.1:1/nowhere",
            "Database (database)",
            'connection to server at "127.0.0.1", port 1 failed: Connection refused.',
        ),
        (
            "sqlite:///text.db",
            "Database (database)",
            "DATABASE_URL: The database can't be opened: file is not a database.",
        ),
        ("sqlite:///missing.db", "Database (migrations)", "missing.db"),
        ("sqlite:///empty.db", "Database (migrations)", "run `novacart migrate`"),
        ("sqlite:///empty.db/shop.db", "DATABASE_URL", "empty.db is not a directory"),
    ],
)
def test_unusable_database_is_an_error_and_hides_no_other(
    run: Run, database_url: str, subject: str, problem: str
) -> None:
    Path("empty.db").touch()
    Path("text.db").write_text("no database, but some text", "ascii")
    result = run("--json", DATABASE_URL=database_url, REDIS_URL="redis://127.0.0.1:1")
    assert result.exit_code == 1
    assert not Path("missing.db").exists()
    found = findings(result)
    assert found[subject]["severity"] == "error"
    assert problem in found[subject]["problem"]
    assert "REDIS_URL" in found


def test_prices_in_another_currency_are_an_error(run: Run, database: Database) -> None:
    begin = SqlUnitOfWorkFactory(database, ContextVarRequestContexts())
    add_product(begin, a_product(1))
    assert "CURRENCY" not in findings(run("--json"))
    found = findings(run("--json", CURRENCY="EUR"))["CURRENCY"]
    assert (found["severity"], "INR" in found["problem"]) == ("error", True)


def test_unreachable_redis_and_mail_server_are_errors(run: Run) -> None:
    port = str(free_port())
    result = run(
        "--json",
        REDIS_URL=f"redis://127.0.0.1:{port}/0",
        EMAIL_BACKEND="smtp",
        EMAIL_HOST="127.0.0.1",
        EMAIL_PORT=port,
    )
    assert result.exit_code == 1
    reported = findings(result)
    assert reported["REDIS_URL"]["severity"] == "error"
    assert f"127.0.0.1:{port}: Redis is unavailable" in reported["REDIS_URL"]["problem"]
    assert reported["EMAIL_HOST"]["severity"] == "error"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("url", ["cache:6379", "redis://127.0.0.1:1/0?timeout=1"])
def test_invalid_redis_url_hides_no_other_finding(run: Run, url: str) -> None:
    reported = findings(run("--json", REDIS_URL=url))
    assert reported["REDIS_URL"]["problem"].startswith("REDIS_URL ")
    assert "STAFF_MFA_REQUIRED" in reported


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_server_that_is_no_replica_and_one_that_is_down_are_errors(
    run: Run, database_url: str
) -> None:
    for url in (database_url, f"postgresql://127.0.0.1:{free_port()}/shop"):
        result = run("--json", DATABASE_REPLICA_URLS=url)
        assert result.exit_code == 1
        problems = [
            each["problem"]
            for each in json.loads(result.stdout[result.stdout.index("{\n") :])["findings"]
            if each["subject"] == "DATABASE_REPLICA_URLS"
        ]
        assert any("Reads go to the primary" in problem for problem in problems)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_read_only_database_is_an_error(run: Run, database_url: str) -> None:
    assert "DATABASE_URL" not in findings(run("--json"))
    database = Database.connect(database_url)
    name = database.engine.url.database
    with database.writing() as connection:
        statement = f'ALTER DATABASE "{name}" SET default_transaction_read_only = on'
        connection.execute(text(statement))
        connection.commit()
    database.dispose()
    found = findings(run("--json"))["DATABASE_URL"]
    assert (found["severity"], "primary" in found["remedy"]) == ("error", True)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_pooled_role_without_timeouts_is_a_warning(run: Run) -> None:
    found = findings(run("--json", DATABASE_TRANSACTION_POOLING="True"))
    assert "statement_timeout" in found["DATABASE_TRANSACTION_POOLING"]["problem"]
    assert "DATABASE_TRANSACTION_POOLING" not in findings(run("--json"))


def test_mail_server_without_tls_is_an_error_unless_the_setting_allows_it(run: Run) -> None:
    port = free_port()
    controller = Controller(Sink(), hostname="127.0.0.1", port=port)
    controller.start()
    try:
        server = {"EMAIL_BACKEND": "smtp", "EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": str(port)}
        assert "EMAIL_HOST" in findings(run("--json", **server))
        assert "EMAIL_HOST" not in findings(run("--json", EMAIL_USE_TLS="False", **server))
    finally:
        controller.stop()


def test_mail_settings_that_cannot_be_sent_are_errors(run: Run) -> None:
    port = free_port()
    controller = Controller(
        Sink(), hostname="127.0.0.1", port=port, auth_required=False, auth_require_tls=False
    )
    controller.start()
    server = {
        "EMAIL_BACKEND": "smtp",
        "EMAIL_HOST": "127.0.0.1",
        "EMAIL_PORT": str(port),
        "EMAIL_USE_TLS": "False",
        "EMAIL_HOST_USER": "shop",
    }
    try:
        found = findings(run("--json", EMAIL_HOST_PASSWORD="pässwort", **server))
        assert "not in ASCII" in found["EMAIL_HOST_PASSWORD"]["problem"]
        assert "EMAIL_HOST" not in found
    finally:
        controller.stop()
    assert "EMAIL_HOST" in findings(run("--json", **server | {"EMAIL_HOST": "mail..example"}))


def test_worker_that_runs_is_not_reported(run: Run, tmp_path: Path, database_url: str) -> None:
    environ = {"SECRET_KEY": KEY, "DATABASE_URL": database_url, "VAR_DIR": str(tmp_path / "var")}
    with started("worker", folder=tmp_path, **environ) as worker:
        worker.wait_for_output("worker_started")
        for _ in range(100):
            if "Worker" not in findings(run("--json")):
                break
        else:
            pytest.fail(worker.output_text)


def test_demo_accounts_are_an_error(run: Run, database_url: str, tmp_path: Path) -> None:
    add_demo_accounts(database_url, tmp_path)
    assert findings(run("--json"))["Demo accounts"]["severity"] == "error"


def test_serve_logs_the_warnings_as_json_lines(database_url: str, tmp_path: Path) -> None:
    port = free_port()
    environ = {"SECRET_KEY": KEY, "DATABASE_URL": database_url, "VAR_DIR": str(tmp_path / "var")}
    with started("serve", folder=tmp_path, PORT=str(port), WEB_WORKERS="2", **environ) as server:
        server.wait_until_up(f"http://127.0.0.1:{port}/api/health/")
    lines = [json.loads(line) for line in server.output_text.splitlines()]
    warnings = {line["subject"]: line for line in lines if line["event"] == "production_check"}
    assert warnings["TRUSTED_PROXIES"]["level"] == "warning"
    assert "number of proxies" in warnings["TRUSTED_PROXIES"]["remedy"]
    assert "Worker" not in warnings


def test_serve_does_not_start_with_an_error_of_the_checks(
    database_url: str, tmp_path: Path
) -> None:
    wrong = {"ALLOWED_HOSTS": "https://shop.example", "STRIPE_SECRET_KEY": "pk_live_1"}
    environ = {"SECRET_KEY": KEY, "DATABASE_URL": database_url, "VAR_DIR": str(tmp_path / "var")}
    with started("serve", folder=tmp_path, **environ, **wrong) as server:
        assert server.running.wait(60) == 1
    lines = server.output_text.splitlines()
    assert [line.split()[:2] for line in lines] == [
        ["Error:", "ALLOWED_HOSTS"],
        ["Error:", "STRIPE_SECRET_KEY"],
    ]


@pytest.mark.parametrize(
    ("days", "status", "hsts", "trusted", "subjects"),
    [
        (90, 200, "max-age=31536000", True, []),
        (90, 200, "max-age=31536000", False, ["Public URL"]),
        (90, 200, "", True, ["TRUSTED_PROXIES"]),
        (90, 400, "", True, ["Public URL"]),
        (5, 200, "max-age=31536000", True, ["Public URL"]),
    ],
)
def test_public_url_is_checked(
    tmp_path: Path, days: int, status: int, hsts: str, *, trusted: bool, subjects: list[str]
) -> None:
    class Shop(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.send_header("Strict-Transport-Security", hsts)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    create_certificate(tmp_path, "localhost", days=days)
    own = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    own.load_cert_chain(tmp_path / "fullchain.pem", tmp_path / "privkey.pem")
    server = HTTPServer(("127.0.0.1", 0), Shop)
    server.socket = own.wrap_socket(server.socket, server_side=True)
    Thread(target=server.serve_forever, daemon=True).start()
    context = ssl.create_default_context()
    if trusted:
        context.load_verify_locations(tmp_path / "fullchain.pem")
    try:
        found = check_public_url(f"https://localhost:{server.server_port}", context=context)
        assert [each.subject for each in found] == subjects
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize(
    "url", ["http://shop.example", "https://shop.example:99999", "https://[shop", "https://a..b"]
)
def test_public_url_that_is_invalid_is_an_error(url: str) -> None:
    (finding,) = check_public_url(url)
    assert (finding.subject, finding.severity) == ("Public URL", "error")


def test_public_url_that_cannot_be_reached_is_an_error() -> None:
    for url in ("http://shop.example", f"https://127.0.0.1:{free_port()}"):
        (found,) = check_public_url(url)
        assert (found.subject, found.severity) == ("Public URL", "error")
