"""PgBouncer in transaction mode; tests are skipped where it is not installed."""

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.engine import make_url

from tests.support.processes import free_port
from tests.support.programs import program

_TIMEOUT = 20.0  # seconds


@contextmanager
def pgbouncer(folder: Path, url: str) -> Iterator[str]:
    """Yield the URL of a pool for the database at `url`.

    `folder` must be readable by other users. The pool has two connections, so that clients share.
    """
    command = program("pgbouncer")
    server = make_url(url)
    port = free_port()
    folder.mkdir(mode=0o755)
    (folder / "users.txt").write_text(f'"{server.username}" ""\n')
    (folder / "pgbouncer.ini").write_text(
        f"""[databases]
{server.database} = host={server.host} port={server.port} dbname={server.database}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = trust
auth_file = {folder}/users.txt
pool_mode = transaction
default_pool_size = 2
max_client_conn = 200
"""
    )
    # It refuses to run as root.
    user = "nobody" if os.geteuid() == 0 else None
    with (folder / "pgbouncer.log").open("wb") as log:
        process = subprocess.Popen(
            [command, str(folder / "pgbouncer.ini")], stdout=log, stderr=log, user=user
        )
    try:
        deadline = time.monotonic() + _TIMEOUT
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                text = (folder / "pgbouncer.log").read_text()
                assert time.monotonic() < deadline, text
                assert process.poll() is None, text
                time.sleep(0.02)
        pooled = server.set(host="127.0.0.1", port=port)
        yield pooled.render_as_string(hide_password=False)
    finally:
        process.kill()
        process.wait(60)
