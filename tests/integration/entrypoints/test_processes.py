"""The commands `serve`, `worker`, `dev`, `migrate` and `outbox` as processes."""

import http.client
import json
import os
import re
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

import pytest
from sqlalchemy import text

from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.outbox.outbox import SqlOutbox
from novacart.adapters.persistence.outbox.writer import write_events
from novacart.adapters.system.request_context import ContextVarRequestContexts
from novacart.application.ports.request_context import RequestContext
from tests.support.contracts.outbox import opened
from tests.support.databases import on_sqlite
from tests.support.demo_shop import add_demo_accounts
from tests.support.processes import PRODUCTION, free_port, started

KEY = "a-key-of-the-tests-alone-0123456789"


@pytest.fixture
def environ(database_url: str, tmp_path: Path) -> dict[str, str]:
    return {
        "SECRET_KEY": KEY,
        "DATABASE_URL": database_url,
        "VAR_DIR": str(tmp_path / "var"),
        "PORT": str(free_port()),
        "WEB_WORKERS": "2",
    }


def send_sign_in(port: int) -> http.client.HTTPConnection:
    """Send a slow request: the server hashes a password."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request(
        "POST",
        "/api/token/",
        body=json.dumps({"username": "unknown", "password": "mango-on-the-roof-3"}),
        headers={"Content-Type": "application/json"},
    )
    return connection


def outcome(connection: http.client.HTTPConnection) -> str:
    try:
        return str(connection.getresponse().status)
    except (http.client.HTTPException, OSError) as error:
        return type(error).__name__
    finally:
        connection.close()


@pytest.mark.parametrize(
    ("number", "answered"), [(signal.SIGTERM, True), (signal.SIGINT, True), (signal.SIGKILL, False)]
)
def test_requests_in_progress_are_finished_when_the_server_stops(
    environ: dict[str, str], tmp_path: Path, *, number: signal.Signals, answered: bool
) -> None:
    port = int(environ["PORT"])
    with started("serve", folder=tmp_path, RATELIMIT_ENABLED="False", **environ) as server:
        server.wait_until_up(f"http://127.0.0.1:{port}/api/health/")
        first = send_sign_in(port)
        if not answered:
            # A stopped process can't answer before it is killed.
            assert outcome(first) == "401"
            os.killpg(server.running.pid, signal.SIGSTOP)
        connections = [send_sign_in(port) for _ in range(15)]
        if answered:
            assert outcome(first) == "401"
            code = server.stop(number)
        else:
            # Negative control: a killed server finishes none.
            os.killpg(server.running.pid, signal.SIGKILL)
            code = 0
        outcomes = set(map(outcome, connections))
    assert code == 0, server.output_text
    assert ("401" in outcomes) == answered, outcomes
    assert len(outcomes) == 1 or not answered, outcomes


def test_production_logs_one_json_line_for_each_request_without_its_query(
    environ: dict[str, str], tmp_path: Path
) -> None:
    port = int(environ["PORT"])
    with started("serve", folder=tmp_path, **environ) as server:
        server.wait_until_up(f"http://127.0.0.1:{port}/api/health/")
        connection = http.client.HTTPConnection("127.0.0.1", port)
        headers = {"X-Request-ID": "abc-1", "Authorization": "Bearer canary"}
        connection.request("GET", "/api/products/?search=canary", headers=headers)
        connection.getresponse().read()
        connection.close()
        server.wait_for_output("abc-1")
    lines = [json.loads(line) for line in server.output_text.splitlines()]
    (entry,) = [line for line in lines if line.get("request_id") == "abc-1"]
    assert (entry["method"], entry["route"], entry["status"]) == ("GET", "/api/products/", 200)
    assert entry["milliseconds"] > 0
    assert "canary" not in server.output_text


@on_sqlite
def test_path_in_another_script_is_decoded_once(environ: dict[str, str], tmp_path: Path) -> None:
    port = int(environ["PORT"])
    with started("serve", folder=tmp_path, **environ) as server:
        server.wait_until_up(f"http://127.0.0.1:{port}/api/health/")
        connection = http.client.HTTPConnection("127.0.0.1", port)
        statuses = []
        for path in (f"/api/categories/by-slug/{quote('दीया')}/", "/api/%2568ealth/", "/api/%FF/"):
            connection.request("GET", path)
            response = connection.getresponse()
            response.read()
            statuses.append(response.status)
        connection.close()
    assert statuses == [404, 404, 404]


def test_metrics_include_every_web_process_of_one_server(
    environ: dict[str, str], tmp_path: Path
) -> None:
    """Also after the server of the next release has started beside it."""
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    environ |= {"METRICS_ENABLED": "True", "METRICS_TOKEN": "a-token-of-monitoring"}
    environ["TMPDIR"] = str(temporary)
    port, other = environ.pop("PORT"), str(free_port())
    with started("serve", folder=tmp_path, PORT=port, **environ) as server:
        server.wait_until_up(f"http://127.0.0.1:{port}/api/health/")
        with started("serve", folder=tmp_path, PORT=other, **environ) as next_server:
            next_server.wait_until_up(f"http://127.0.0.1:{other}/api/health/ready/")
        connection = http.client.HTTPConnection("127.0.0.1", int(port))
        headers = {"Authorization": "Bearer a-token-of-monitoring"}
        connection.request("GET", "/metrics", headers=headers)
        metrics = connection.getresponse().read().decode()
        connection.close()
    assert 'novacart_http_requests_total{method="GET",route="/api/health/",status="200"}' in metrics
    assert "/api/health/ready/" not in metrics
    assert metrics.count("novacart_database_up 1.0") == 1
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_worker_handles_pending_messages_and_stops_on_a_signal(
    environ: dict[str, str], tmp_path: Path, database: Database, number: signal.Signals
) -> None:
    with database.writing() as connection:
        write_events(connection, [opened(), opened()], RequestContext(actor="user:1"))
        connection.commit()
    outbox = SqlOutbox(database, ContextVarRequestContexts())
    with started("worker", folder=tmp_path, **environ) as worker:
        worker.wait_for_output("worker_started")
        pause = threading.Event()
        while outbox.count_pending():
            assert worker.running.poll() is None, worker.output_text
            pause.wait(0.05)
        assert worker.stop(number) == 0
    assert "worker_stopped" in worker.output_text
    assert "Traceback" not in worker.output_text


def test_dev_starts_and_stops_web_server_and_worker(sqlite_url: str, tmp_path: Path) -> None:
    port = free_port()
    given = {"DATABASE_URL": sqlite_url, "PORT": str(port), "WEB_WORKERS": "2"}
    with started("dev", folder=tmp_path, **given) as shop:
        shop.wait_for_output("Ctrl-C")
        assert f"http://127.0.0.1:{port}/api/docs/" in shop.output_text
        shop.wait_until_up(f"http://127.0.0.1:{port}/api/health/ready/")
        assert shop.stop(signal.SIGINT) == 0
    assert "worker_stopped" in shop.output_text
    with pytest.raises(OSError, match="refused"):
        http.client.HTTPConnection("127.0.0.1", port).connect()
    assert len((tmp_path / "var" / "secret_key").read_text()) > 40


@pytest.mark.skipif(sys.platform != "linux", reason="other systems send no signal")
@pytest.mark.parametrize("command", ["serve", "dev"])
def test_child_processes_stop_when_their_parent_is_killed(
    command: str, sqlite_url: str, tmp_path: Path
) -> None:
    port = free_port()
    # Not for development, so that `dev` loads no demo shop.
    given = PRODUCTION | {"DEBUG": "False", "SECRET_KEY": KEY, "WEB_WORKERS": "2"}
    given |= {"DATABASE_URL": sqlite_url, "PORT": str(port)}
    with started(command, folder=tmp_path, **given) as shop:
        shop.wait_until_up(f"http://127.0.0.1:{port}/api/health/")
        shop.stop(signal.SIGKILL)
    for _ in range(300):
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            break
        time.sleep(0.1)
    else:
        pytest.fail(shop.output_text)


Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    def run(*arguments: str, **environ: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-m", "novacart.entrypoints.cli", *arguments],
            cwd=tmp_path,
            env=environ,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return run


@pytest.mark.parametrize(
    "command",
    [
        ["migrate"],
        ["routes"],
        ["audit"],
        ["reconcile"],
        ["outbox", "list"],
        ["outbox", "retry", "--all"],
        ["export-products", "products.csv"],
    ],
    ids=" ".join,
)
def test_command_that_signs_nothing_needs_no_secret_key(
    run: Run, sqlite_url: str, command: list[str]
) -> None:
    result = run(*command, DATABASE_URL=sqlite_url)
    # Without a payment provider there is nothing to reconcile with.
    expected = 1 if command == ["reconcile"] else 0
    assert result.returncode == expected, result.stderr
    assert "SECRET_KEY" not in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    "command",
    [
        ["audit"],
        ["reconcile"],
        ["outbox", "list"],
        ["outbox", "retry", "--all"],
        ["export-products", "products.csv"],
        ["import-products", "products.csv"],
        ["create-admin", "vasudha", "v@example.com"],
        ["seed-demo"],
        ["serve"],
        ["worker"],
    ],
    ids=" ".join,
)
def test_database_without_migrations_is_reported_in_one_line(
    run: Run, tmp_path: Path, command: list[str]
) -> None:
    (tmp_path / "products.csv").write_text("title,price\n")
    environ = {"SECRET_KEY": KEY, "NOVACART_ADMIN_PASSWORD": "three-blue-umbrellas-4"} | PRODUCTION
    for database_url in (f"sqlite:///{tmp_path}/new.db", f"sqlite:///{tmp_path}/empty.db"):
        (tmp_path / "empty.db").touch()
        result = run(*command, DATABASE_URL=database_url, **environ)
        assert result.returncode == 1
        assert result.stderr.splitlines()[-1].startswith("Error: ")
        assert "novacart migrate" in result.stderr
        assert "Traceback" not in result.stderr


def test_commands_work_on_the_development_shop_without_settings(run: Run, tmp_path: Path) -> None:
    assert run("migrate", DEBUG="True").returncode == 0
    assert [file.name for file in (tmp_path / "var").glob("*.db")] == ["novacart-dev.db"]
    audit = run("audit")
    assert audit.returncode == 0, audit.stderr
    assert "novacart-dev.db" in audit.stderr
    production = run("audit", DEBUG="False")
    assert production.returncode == 1
    assert "novacart migrate" in production.stderr


def test_production_does_not_start_while_a_demo_account_can_sign_in(
    run: Run, environ: dict[str, str], database: Database, tmp_path: Path
) -> None:
    add_demo_accounts(environ["DATABASE_URL"], tmp_path)
    result = run("serve", **environ | PRODUCTION)
    assert result.returncode == 1
    assert result.stderr.startswith("Error: These demo accounts have a published password")
    for name in ("shopkeeper", "meenal"):
        assert name in result.stderr
    with database.writing() as connection:
        connection.execute(text("UPDATE users SET is_active = :no WHERE id > 0"), {"no": False})
        connection.commit()
    with started("serve", folder=Path(environ["VAR_DIR"]).parent, **environ) as server:
        server.wait_until_up(f"http://127.0.0.1:{environ['PORT']}/api/health/")


def modes(folder: Path) -> dict[str, int]:
    found = {}
    for root, folders, names in os.walk(folder):
        for path in (Path(root), *(Path(root, name) for name in (*folders, *names))):
            # The running processes delete temporary files.
            with suppress(FileNotFoundError):
                found[str(path.relative_to(folder))] = path.stat().st_mode
    return found


def test_local_files_are_readable_by_their_owner_alone(tmp_path: Path) -> None:
    """At any umask, and also files that exist already."""
    port = free_port()
    var = tmp_path / "var"
    (var / "media" / "old").mkdir(parents=True)
    (var / "media" / "old" / "lamp.txt").write_text("old")
    var.chmod(0o755)
    (var / "media" / "old" / "lamp.txt").chmod(0o644)
    umask = os.umask(0)
    try:
        environ = {"PORT": str(port), "METRICS_ENABLED": "True", "METRICS_TOKEN": "t" * 16}
        environ["TMPDIR"] = str(var)
        with started("dev", folder=tmp_path, **environ) as shop:
            shop.wait_for_output("Ctrl-C")
            connection = http.client.HTTPConnection("127.0.0.1", port)
            account = {"username": "asha", "email": "a@example.com", "password": "mango-on-the-3"}
            headers = {"Content-Type": "application/json"}
            connection.request("POST", "/api/register/", json.dumps(account), headers)
            assert connection.getresponse().read()
            connection.request("GET", "/api/products/?limit=1")
            (product,) = json.loads(connection.getresponse().read())
            connection.request("GET", product["image"].partition(f":{port}")[2])
            image = connection.getresponse()
            assert (image.status, image.read(4)) == (200, b"RIFF")
            connection.close()
            found = modes(var)
    finally:
        os.umask(umask)
    assert {"novacart-dev.db", "novacart-dev.db-wal", "novacart-dev.db-shm"} <= set(found)
    assert any(re.match("novacart-metrics-[^/]+/", name) for name in found)
    assert any(name.startswith("media/products/") for name in found)
    wrong = {
        name: oct(mode)
        for name, mode in found.items()
        if stat.S_IMODE(mode) != (0o700 if stat.S_ISDIR(mode) else 0o600)
    }
    assert wrong == {}


@pytest.mark.parametrize("enabled", [False, True])
def test_http2_without_tls_is_off_unless_enabled(
    environ: dict[str, str], tmp_path: Path, *, enabled: bool
) -> None:
    port = int(environ["PORT"])
    environ |= {"HTTP2_CLEARTEXT": str(enabled)}
    with started("serve", folder=tmp_path, **environ) as server:
        server.wait_until_up(f"http://127.0.0.1:{port}/api/health/")
        with socket.create_connection(("127.0.0.1", port), timeout=30) as client:
            # The preface of a client with prior knowledge, and an empty SETTINGS frame
            # (RFC 9113, sections 3.4 and 6.5).
            client.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\0\0\0\4\0\0\0\0\0")
            first = client.recv(9)
    assert (first[3:4] == b"\4") == enabled, first


def test_ambiguous_message_lengths_are_rejected(environ: dict[str, str], tmp_path: Path) -> None:
    # Each head would let a proxy and the server disagree where the message ends (RFC 9112,
    # section 11.2); the bytes after it look like a request of its own.
    port = int(environ["PORT"])
    start = b"POST /api/token/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    hidden = b"GET /api/health/ HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    messages = [
        start + b"Content-Length: 2\r\nContent-Length: 4\r\n\r\n{}" + hidden,
        start + b"Content-Length: 2, 4\r\n\r\n{}" + hidden,
        start + b"Content-Length: +2\r\n\r\n{}" + hidden,
        start + b"Content-Length : 2\r\n\r\n{}" + hidden,
        start + b"Transfer-Encoding: xchunked\r\nContent-Length: 2\r\n\r\n{}" + hidden,
        start + b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n" + hidden,
        start + b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n" + hidden,
        start + b"Transfer-Encoding: chunked\r\n\r\n0x2\r\n{}\r\n0\r\n\r\n" + hidden,
    ]
    with started("serve", folder=tmp_path, **environ) as server:
        server.wait_until_up(f"http://127.0.0.1:{port}/api/health/")
        for message in messages:
            with socket.create_connection(("127.0.0.1", port), timeout=60) as client:
                client.sendall(message)
                response = b"".join(iter(lambda: client.recv(4096), b""))
            assert response.startswith(b"HTTP/1.1 400 "), message
            assert response.count(b"HTTP/1.1 ") == 1, message


@pytest.mark.parametrize("command", ["serve", "worker"])
def test_missing_secret_key_is_reported_in_one_line(run: Run, command: str) -> None:
    for environ in ({}, {"SECRET_KEY": "changeme"}):
        result = run(command, **environ)
        assert result.returncode == 1
        assert result.stderr.startswith("Error: SECRET_KEY")
        assert "Set it to" in result.stderr
        assert "Traceback" not in result.stderr


@pytest.mark.parametrize("command", ["serve", "worker"])
@pytest.mark.parametrize(
    ("changed", "setting"),
    [
        ({"EMAIL_BACKEND": ""}, "EMAIL_HOST"),
        ({"EMAIL_BACKEND": "file"}, "EMAIL_BACKEND"),
        ({"FRONTEND_URL": ""}, "FRONTEND_URL"),
    ],
)
def test_production_without_mail_settings_does_not_start(
    run: Run, command: str, changed: dict[str, str], setting: str
) -> None:
    result = run(command, **{"SECRET_KEY": KEY} | PRODUCTION | changed)
    assert result.returncode == 1
    assert result.stderr.startswith(f"Error: {setting}")
    assert len(result.stderr.splitlines()) == 1


def test_unreachable_database_is_reported_in_one_line(run: Run) -> None:
    result = run("migrate", SECRET_KEY=KEY, DATABASE_URL="postgresql://unknown@127.0.0.1:1/nowhere")
    assert result.returncode == 1
    assert result.stderr.startswith("Error: ")
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("command", ["serve", "worker", "migrate", "dev"])
@pytest.mark.parametrize("name", ["VAR_DIR", "DATABASE_URL"])
def test_directory_that_cannot_be_used_is_reported_in_one_line(
    run: Run, tmp_path: Path, command: str, name: str
) -> None:
    file = tmp_path / "file"
    file.touch()
    value = {"VAR_DIR": f"{file}/var", "DATABASE_URL": f"sqlite:///{file}/shop/novacart.db"}[name]
    result = run(command, **{"SECRET_KEY": KEY} | PRODUCTION | {name: value})
    assert result.returncode == 1
    message = result.stderr.splitlines()[-1]
    assert message.startswith("Error: ")
    assert name in message
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("command", ["serve", "dev"])
def test_port_in_use_is_reported_in_one_line(run: Run, command: str) -> None:
    """Also the port of another web server, which would share it."""
    with socket.create_server(("127.0.0.1", 0), reuse_port=True) as other:
        port = str(other.getsockname()[1])
        result = run(command, **{"SECRET_KEY": KEY, "HOST": "127.0.0.1", "PORT": port} | PRODUCTION)
    assert result.returncode == 1
    (message,) = result.stderr.splitlines()
    assert re.match(r"Error: .* HOST 127\.0\.0\.1 and PORT \d+ \(Address already in use\)", message)


def test_worker_does_not_start_without_migrations(run: Run, tmp_path: Path) -> None:
    database_url = f"sqlite:///{tmp_path}/new.db"
    result = run("worker", SECRET_KEY=KEY, DATABASE_URL=database_url, **PRODUCTION)
    assert result.returncode == 1
    assert "novacart migrate" in result.stderr


def test_parked_messages_are_listed_and_retried(
    run: Run, environ: dict[str, str], database: Database
) -> None:
    event = opened()
    with database.writing() as connection:
        write_events(connection, [event], RequestContext(actor="user:1"))
        connection.commit()
    outbox = SqlOutbox(database, ContextVarRequestContexts())
    (message,) = outbox.claim(at=event.occurred_at, until=event.occurred_at)
    outbox.park(message, at=event.occurred_at, error="poison", handled_by=frozenset())
    listed = run("outbox", "list", **environ)
    assert "poison" in listed.stdout
    assert run("outbox", "retry", **environ).returncode == 2
    assert "1 message will be retried" in run("outbox", "retry", str(message.id), **environ).stdout
    # The message, and the event that records who retried it.
    assert outbox.count_pending() == 2
