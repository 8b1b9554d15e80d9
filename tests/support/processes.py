"""The shop's own processes, started as a person would and always stopped."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PATIENCE = 60.0


class Process:
    """One running `novacart` command; what it says goes into a file."""

    def __init__(self, *command: str, folder: Path, **environ: str) -> None:
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
    def said(self) -> str:
        return self.output.read_text(errors="replace")

    def wait_until_said(self, words: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while words not in self.said:
            assert self.running.poll() is None, self.said
            assert time.monotonic() < deadline, self.said
            time.sleep(0.05)

    def wait_until_up(self, address: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                with urllib.request.urlopen(address, timeout=5):  # noqa: S310 (an address of our own)
                    return
            except urllib.error.HTTPError:
                return
            except (urllib.error.URLError, OSError):
                assert self.running.poll() is None, self.said
                assert time.monotonic() < deadline, self.said
                time.sleep(0.05)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Ask it to stop, and wait until it has: its exit code."""
        if self.running.poll() is None:
            self.running.send_signal(number)
        return self.running.wait(PATIENCE)


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


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
