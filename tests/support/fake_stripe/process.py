"""The fake Stripe as a process, which outlives the application and can be killed."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from tests.support.fake_stripe.controls import ControlRefused, Controls
from tests.support.fake_stripe.wire import Json

_ROOT = Path(__file__).parents[3]


class RemoteStripe(Controls):
    """Controls of a fake Stripe in another process, over its ``/_test/`` paths."""

    def __init__(self, url: str) -> None:
        self.url = url

    def _run(self, operation: str, arguments: Json) -> Any:  # noqa: ANN401 - any JSON value
        address = urlsplit(self.url)
        connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=60)
        try:
            connection.request("POST", f"/_test/{operation}", json.dumps(arguments))
            response = json.loads(connection.getresponse().read())
        finally:
            connection.close()
        if "result" not in response:
            raise ControlRefused(str(response))
        return response["result"]


class StripeProcess(RemoteStripe):
    """Runs ``python -m tests.support.fake_stripe``, after a restart on the same port."""

    def __init__(self, state_dir: Path, *options: str) -> None:
        """Take a state directory and further command-line options."""
        self._options = ["--state-dir", str(state_dir), *options]
        self._process: subprocess.Popen[str] | None = None
        self._port = 0
        super().__init__("")

    def start(self) -> Self:
        """Start the process, and return when it listens."""
        command = [sys.executable, "-m", "tests.support.fake_stripe", "--port", str(self._port)]
        self._process = subprocess.Popen(
            [*command, *self._options], cwd=_ROOT, stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None
        self.url = self._process.stdout.readline().strip()
        if not self.url:
            self.kill()
            raise RuntimeError("the fake Stripe did not start; its error is above")
        self._port = urlsplit(self.url).port or 0
        return self

    def kill(self) -> None:
        """Send SIGKILL."""
        self._end(kill=True)

    def stop(self) -> None:
        """Send SIGTERM; raises if the process reports an internal error."""
        if status := self._end(kill=False):
            raise RuntimeError(f"the fake Stripe ended with status {status}")

    def _end(self, *, kill: bool) -> int:
        process, self._process = self._process, None
        if process is None:
            return 0
        with process:
            if kill:
                process.kill()
            else:
                process.terminate()
            return process.wait(timeout=30)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
