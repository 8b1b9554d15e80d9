"""Web, worker and `novacart dev` as processes: they start, serve, and stop without harm."""

import http.client
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.outbox.outbox import SqlOutbox
from novacart.adapters.persistence.outbox.writer import write_events
from novacart.adapters.system.request_context import ContextVarRequestContexts
from novacart.application.ports.request_context import RequestContext
from tests.support.contracts.outbox import opened
from tests.support.processes import free_port, started

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
    """A request that takes its time: a password is hashed for it."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request(
        "POST",
        "/api/token/",
        body=json.dumps({"username": "nobody", "password": "mango-on-the-roof-3"}),
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
def test_what_was_asked_before_the_server_is_told_to_stop_is_answered(
    environ: dict[str, str], tmp_path: Path, *, number: signal.Signals, answered: bool
) -> None:
    port = int(environ["PORT"])
    with started("serve", folder=tmp_path, RATELIMIT_ENABLED="False", **environ) as server:
        server.wait_until_up(f"http://127.0.0.1:{port}/api/health/")
        connections = [send_sign_in(port) for _ in range(16)]
        first = outcome(connections[0])
        if answered:
            code = server.stop(number)
        else:
            # The negative control: what happens to them when nobody cares.
            os.killpg(server.running.pid, signal.SIGKILL)
            code = 0
        outcomes = {first, *map(outcome, connections[1:])}
    assert code == 0, server.said
    assert (outcomes == {"401"}) == answered, outcomes


def test_production_logs_one_json_line_a_request_and_no_query(
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
        server.wait_until_said("abc-1")
    lines = [json.loads(line) for line in server.said.splitlines()]
    (ours,) = [line for line in lines if line.get("request_id") == "abc-1"]
    assert (ours["method"], ours["route"], ours["status"]) == ("GET", "/api/products/", 200)
    assert ours["milliseconds"] > 0
    assert "canary" not in server.said


def test_every_web_process_counts_into_the_metrics(environ: dict[str, str], tmp_path: Path) -> None:
    port = int(environ["PORT"])
    with started("serve", folder=tmp_path, METRICS_ENABLED="True", **environ) as server:
        server.wait_until_up(f"http://127.0.0.1:{port}/api/health/")
        connection = http.client.HTTPConnection("127.0.0.1", port)
        connection.request("GET", "/metrics")
        told = connection.getresponse().read().decode()
        connection.close()
    assert 'novacart_http_requests_total{method="GET",route="/api/health/",status="200"}' in told


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_handles_what_waits_and_stops_when_asked(
    environ: dict[str, str], tmp_path: Path, database: Database, number: signal.Signals
) -> None:
    with database.writing() as connection:
        write_events(connection, [opened(), opened()], RequestContext(actor="user:1"))
        connection.commit()
    outbox = SqlOutbox(database, ContextVarRequestContexts())
    with started("worker", folder=tmp_path, **environ) as worker:
        worker.wait_until_said("worker_started")
        pause = threading.Event()
        while outbox.count_pending():
            assert worker.running.poll() is None, worker.said
            pause.wait(0.05)
        assert worker.stop(number) == 0
    assert "worker_stopped" in worker.said
    assert "Traceback" not in worker.said


def test_dev_starts_web_and_worker_and_stops_both(sqlite_url: str, tmp_path: Path) -> None:
    port = free_port()
    given = {"DATABASE_URL": sqlite_url, "PORT": str(port), "WEB_WORKERS": "2"}
    with started("dev", folder=tmp_path, **given) as shop:
        shop.wait_until_said("Ctrl-C")
        assert f"http://127.0.0.1:{port}/api/docs/" in shop.said
        shop.wait_until_up(f"http://127.0.0.1:{port}/api/health/ready/")
        assert shop.stop(signal.SIGINT) == 0
    assert "worker_stopped" in shop.said
    with pytest.raises(OSError, match="refused"):
        http.client.HTTPConnection("127.0.0.1", port).connect()
    assert len((tmp_path / "var" / "secret_key").read_text()) > 40


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


@pytest.mark.parametrize("command", ["serve", "worker", "migrate", "routes"])
def test_without_a_secret_key_nothing_starts_and_one_sentence_says_what_to_do(
    run: Run, command: str
) -> None:
    for environ in ({}, {"SECRET_KEY": "changeme"}):
        ended = run(command, **environ)
        assert ended.returncode == 1
        assert ended.stderr.startswith("Error: SECRET_KEY")
        assert "Set it to" in ended.stderr
        assert "Traceback" not in ended.stderr


def test_a_database_out_of_reach_is_one_sentence(run: Run) -> None:
    ended = run("migrate", SECRET_KEY=KEY, DATABASE_URL="postgresql://nobody@127.0.0.1:1/nowhere")
    assert ended.returncode == 1
    assert ended.stderr.startswith("Error: ")
    assert "Traceback" not in ended.stderr


def test_a_worker_refuses_a_database_that_was_never_migrated(run: Run, tmp_path: Path) -> None:
    ended = run("worker", SECRET_KEY=KEY, DATABASE_URL=f"sqlite:///{tmp_path}/new.db")
    assert ended.returncode == 1
    assert "novacart migrate" in ended.stderr


def test_parked_messages_are_listed_and_tried_again(
    run: Run, environ: dict[str, str], database: Database
) -> None:
    event = opened()
    with database.writing() as connection:
        write_events(connection, [event], RequestContext(actor="user:1"))
        connection.commit()
    outbox = SqlOutbox(database, ContextVarRequestContexts())
    message = outbox.claim(at=event.occurred_at, until=event.occurred_at)
    assert message is not None
    outbox.park(message, at=event.occurred_at, error="poison", handled_by=frozenset())
    listed = run("outbox", "list", **environ)
    assert "poison" in listed.stdout
    assert run("outbox", "retry", **environ).returncode == 2
    assert "1 messages will be retried" in run("outbox", "retry", str(message.id), **environ).stdout
    # The message, and the one that tells who had it retried.
    assert outbox.count_pending() == 2
