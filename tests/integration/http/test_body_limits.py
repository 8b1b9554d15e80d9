"""A client that sends a body over the limit receives the 413, with the limit."""

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.processes import PRODUCTION, free_port, started

MB = 1_000_000
KEY = "a-key-of-the-tests-alone-0123456789"


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """A server on an empty database, for all tests of this module."""
    folder = tmp_path_factory.mktemp("server")
    port = free_port()
    environ = {
        "SECRET_KEY": KEY,
        "DATABASE_URL": f"sqlite:///{folder}/shop.db",
        "VAR_DIR": str(folder / "var"),
        "PORT": str(port),
        "WEB_WORKERS": "1",
    }
    with started("migrate", folder=folder, **environ) as migrate:
        assert migrate.running.wait(60) == 0, migrate.output_text
    with started("serve", folder=folder, **environ) as server:
        server.wait_until_up(f"http://127.0.0.1:{port}/api/health/")
        yield port


def send(port: int, path: str, size: int, content_type: str) -> tuple[int, str]:
    """Send the whole body and then read, as Python's own client does."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("POST", path, bytes(size), {"Content-Type": content_type})
        response = connection.getresponse()
        return response.status, response.read().decode()
    finally:
        connection.close()


@pytest.mark.parametrize("size", [3 * MB, 20 * MB], ids=["3 MB", "20 MB"])
@pytest.mark.parametrize(
    ("path", "content_type", "limit"),
    [
        ("/api/token/", "application/json", "1 MiB"),
        ("/api/products/17/image/", "multipart/form-data; boundary=x", "16 MiB"),
        ("/api/nothing/", "application/json", "1 MiB"),
        ("/admin/sign-in/", "application/x-www-form-urlencoded", "1 MiB"),
        ("/admin/products/import/", "multipart/form-data; boundary=x", "128 MiB"),
    ],
)
def test_client_that_is_still_sending_receives_the_413(
    port: int, path: str, content_type: str, limit: str, size: int
) -> None:
    status, body = send(port, path, size, content_type)
    if size < int(limit.split(maxsplit=1)[0]) * 1024 * 1024:
        assert status != 413
    else:
        assert status == 413, body
        assert f"the limit here is {limit}" in body
        if path.startswith("/api/"):
            assert json.loads(body)["code"] == "request_entity_too_large"


def test_connection_is_usable_after_a_413(port: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("POST", "/api/token/", bytes(3 * MB), {"Content-Type": "application/json"})
    assert json.loads(connection.getresponse().read())["status"] == 413
    connection.request("GET", "/api/health/")
    assert connection.getresponse().status == 200
    connection.close()


def is_reset(port: int) -> bool:
    try:
        return send(port, "/api/token/", 20 * MB, "application/json")[0] != 413
    except (OSError, http.client.HTTPException):
        return True


def test_server_that_does_not_read_the_rest_loses_the_response(tmp_path: Path) -> None:
    """Negative control: granian's WSGI interface closes the connection after the response."""
    port = free_port()
    environ = {
        "PATH": os.environ["PATH"],
        "SECRET_KEY": KEY,
        "DATABASE_URL": f"sqlite:///{tmp_path}/shop.db",
        "VAR_DIR": str(tmp_path / "var"),
    }
    command = ["-m", "granian", "--interface", "wsgi", "--port", str(port)]
    server = subprocess.Popen(
        [sys.executable, *command, "novacart.entrypoints.wsgi:app"],
        env=environ | PRODUCTION,
        cwd=tmp_path,
        start_new_session=True,
    )
    try:
        deadline = time.monotonic() + 60
        while True:
            try:
                assert send(port, "/api/nothing/", 0, "text/plain")[0] == 404
                break
            except OSError:
                assert time.monotonic() < deadline
                time.sleep(0.1)
        assert any(is_reset(port) for _ in range(10))
    finally:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()
