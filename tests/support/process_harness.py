"""The shop's own processes beside a Stripe that outlives them."""

import http.client
import json
import os
import resource
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tests.support.checkout import Json
from tests.support.fake_stripe.process import StripeProcess
from tests.support.processes import Process

PASSWORD = "mango-on-the-roof-3"
PATIENCE = 90.0


@dataclass(slots=True)
class Street:
    """Where a patient client meets them."""

    stripe: StripeProcess
    environ: dict[str, str]
    folder: Path
    port: int
    token: str = ""

    def process(self, command: str) -> Process:
        process = Process(command, folder=self.folder, **self.environ)
        if command == "serve":
            process.wait_until_up(f"http://127.0.0.1:{self.port}/api/health/")
        else:
            process.wait_until_said("worker_started")
        return process

    def sign_in(self, name: str) -> None:
        """As a new customer."""
        person = {"username": name, "password": PASSWORD}
        self.done("POST", "/api/register/", person | {"email": f"{name}@example.com"})
        self.token = self.done("POST", "/api/token/", person)["access"]

    def limit_files(self, process: Process, size: int) -> None:
        """From now on it can write no file beyond `size` bytes."""
        for pid in _family(process):
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

    def ask(
        self, method: str, path: str, body: object = None, *, key: str = ""
    ) -> tuple[int, Json]:
        """Status and answer; status 0 where nobody answered."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {"Content-Type": "application/json"}
        headers |= {"Authorization": f"Bearer {self.token}"} if self.token else {}
        headers |= {"Idempotency-Key": key} if key else {}
        try:
            connection.request(method, path, json.dumps(body) if body else None, headers)
            answer = connection.getresponse()
            found: Json = json.loads(answer.read() or b"{}")
        except (OSError, http.client.HTTPException):
            return 0, {}
        else:
            return answer.status, found
        finally:
            connection.close()

    def done(self, method: str, path: str, body: object = None, *, key: str = "") -> Json:
        """The answer in the end, as a patient client gets it."""
        deadline = time.monotonic() + PATIENCE
        while True:
            status, answer = self.ask(method, path, body, key=key)
            if status in {200, 201}:
                return answer
            assert status in {0, 409, 503}, answer
            assert time.monotonic() < deadline, (status, answer)
            time.sleep(0.2)

    def until(self, holds: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not holds():
            assert time.monotonic() < deadline
            time.sleep(0.2)


def killed(process: Process) -> None:
    """It and all that it started, at once."""
    os.killpg(process.running.pid, signal.SIGKILL)
    process.running.wait(10)


def _family(process: Process) -> list[int]:
    """It and all that it started: they share its process group."""
    everyone = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    family = []
    for pid in everyone:
        with suppress(ProcessLookupError):
            if os.getpgid(pid) == process.running.pid:
                family.append(pid)
    return family
