"""Start `novacart` commands as processes, and stop them after the test."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

TIMEOUT = 120.0  # seconds

# Settings without which web server and worker do not start in production.
PRODUCTION = {
    "EMAIL_BACKEND": "none",
    "FRONTEND_URL": "https://shop.example",
    # Tests read facets after each change.
    "SEARCH_CACHE_SECONDS": "0",
    # The tests of the storefront enable it.
    "STOREFRONT_ENABLED": "False",
}


class Process:
    """A running `novacart` command, with its output in a file."""

    def __init__(self, *command: str, folder: Path, **environ: str) -> None:
        if command[0] in {"serve", "worker"}:
            environ = PRODUCTION | environ
        self.output = folder / f"{command[0]}.log"
        with self.output.open("wb") as output:
            self.running = subprocess.Popen(
                [sys.executable, "-m", "novacart.entrypoints.cli", *command],
                cwd=folder,
                env={"PATH": os.environ["PATH"], "PYTHONUNBUFFERED": "1"} | environ,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def output_text(self) -> str:
        return self.output.read_text(errors="replace")

    def wait_for_output(self, words: str) -> None:
        deadline = time.monotonic() + TIMEOUT
        while words not in self.output_text:
            assert self.running.poll() is None, self.output_text
            assert time.monotonic() < deadline, self.output_text
            time.sleep(0.05)

    def wait_until_up(self, url: str) -> None:
        deadline = time.monotonic() + TIMEOUT
        while True:
            try:
                with urllib.request.urlopen(url, timeout=5):  # noqa: S310 (a local server)
                    return
            except urllib.error.HTTPError:
                return
            except (urllib.error.URLError, OSError):
                assert self.running.poll() is None, self.output_text
                assert time.monotonic() < deadline, self.output_text
                time.sleep(0.05)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Send the signal and return the exit code."""
        if self.running.poll() is None:
            self.running.send_signal(number)
        return self.running.wait(TIMEOUT)


@contextmanager
def started(*command: str, folder: Path, **environ: str) -> Iterator[Process]:
    process = Process(*command, folder=folder, **environ)
    try:
        yield process
    finally:
        try:
            process.stop()
        except subprocess.TimeoutExpired:
            os.killpg(process.running.pid, signal.SIGKILL)
            process.running.wait()


@contextmanager
def paused(process: Process) -> Iterator[None]:
    """Stop the process and its children by SIGSTOP until the block ends, unless they have ended."""
    if process.running.poll() is not None:
        yield
        return
    os.killpg(process.running.pid, signal.SIGSTOP)
    try:
        deadline = time.monotonic() + TIMEOUT
        while set(process_group(process).values()) != {"T"}:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        yield
    finally:
        os.killpg(process.running.pid, signal.SIGCONT)


def process_group(process: Process) -> dict[int, str]:
    """The state, such as R, S or T (proc(5)), of the process and its children, by PID."""
    states = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                state, _parent, group = (entry / "stat").read_text().rpartition(")")[2].split()[:3]
                if int(group) == process.running.pid:
                    states[int(entry.name)] = state
    return states


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
