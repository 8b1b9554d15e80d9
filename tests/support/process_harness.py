"""Real web and worker processes, and a fake Stripe process that outlives them."""

import http.client
import json
import os
import resource
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from injector import Injector

from novacart.adapters.persistence.database import Database
from novacart.application.audit.audit_shop import AuditShop
from novacart.entrypoints.container import build_container, build_relay
from novacart.entrypoints.settings import load_settings
from tests.support.checkout import Json
from tests.support.fake_stripe.process import StripeProcess
from tests.support.processes import Process, process_group
from tests.support.proxies import HOST, Proxy

PASSWORD = "mango-on-the-roof-3"
TIMEOUT = 90.0


@dataclass(slots=True)
class ProcessHarness:
    """Starts `novacart` processes and sends them requests as a client that retries."""

    stripe: StripeProcess
    environ: dict[str, str]
    folder: Path
    port: int
    token: str = ""
    proxy: Proxy | None = None

    def start(self, command: str) -> Process:
        """Start `serve` or `worker`, and wait until it is ready."""
        process = Process(command, folder=self.folder, **self.environ)
        if command == "serve":
            process.wait_until_up(f"http://127.0.0.1:{self.port}/api/health/")
        else:
            process.wait_for_output("worker_started")
        return process

    @contextmanager
    def application(self) -> Iterator[Injector]:
        """The application in this process, on the database of the other processes."""
        injector = build_container(load_settings(self.environ, dotenv=self.folder / "no.env"))
        try:
            yield injector
        finally:
            injector.get(Database).dispose()

    def deliver_and_audit(self) -> None:
        """Deliver all events, then assert that the audit holds."""
        with self.application() as injector:
            relay = build_relay(injector)
            while relay():
                pass
            report = injector.get(AuditShop)()
            assert report.holds, report.summary

    def sign_in(self, name: str) -> None:
        """Register a customer and sign in."""
        credentials = {"username": name, "password": PASSWORD}
        account = credentials | {"email": f"{name}@example.com"}
        self.send_until_ok("POST", "/api/register/", account)
        self.token = self.send_until_ok("POST", "/api/token/", credentials)["access"]

    def limit_files(self, process: Process, size: int) -> None:
        """Set the process group's RLIMIT_FSIZE to `size` bytes."""
        for pid in process_group(process):
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

    def send(
        self, method: str, path: str, body: object = None, *, key: str = ""
    ) -> tuple[int, Json]:
        """Return the status and JSON of the response; status 0 without a response."""
        connection = (
            self.proxy.connect()
            if self.proxy
            else http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        )
        headers = {"Content-Type": "application/json"} | (HOST if self.proxy else {})
        headers |= {"Authorization": f"Bearer {self.token}"} if self.token else {}
        headers |= {"Idempotency-Key": key} if key else {}
        try:
            connection.request(method, path, json.dumps(body) if body else None, headers)
            response = connection.getresponse()
            content = response.read() or b"{}"
            # The proxies have pages of their own for errors.
            is_json = "json" in response.headers.get("Content-Type", "")
            document: Json = json.loads(content) if is_json else {}
        except (OSError, http.client.HTTPException):
            return 0, {}
        else:
            return response.status, document
        finally:
            connection.close()

    def send_until_ok(self, method: str, path: str, body: object = None, *, key: str = "") -> Json:
        """Repeat the request while it gets no response, 409, 502 or 503."""
        deadline = time.monotonic() + TIMEOUT
        while True:
            status, document = self.send(method, path, body, key=key)
            if status in {200, 201}:
                return document
            assert status in {0, 409, 502, 503}, (status, document)
            assert time.monotonic() < deadline, (status, document)
            time.sleep(0.2)

    def wait_until(self, condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + TIMEOUT
        while not condition():
            assert time.monotonic() < deadline
            time.sleep(0.2)


def kill(process: Process) -> None:
    """Send SIGKILL to the process and its children."""
    os.killpg(process.running.pid, signal.SIGKILL)
    process.running.wait(60)
