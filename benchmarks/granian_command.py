"""Serve any WSGI application with granian: `python -m benchmarks.granian_command TARGET PORT`."""

import sys

from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels


def serve(target: str, port: int, workers: int, blocking_threads: int) -> None:
    """Serve until SIGTERM, with the settings of `novacart serve` but for those that are given."""
    Granian(
        target,
        address="127.0.0.1",
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=blocking_threads,
        respawn_failed_workers=True,
        workers_kill_timeout=30,
        log_level=LogLevels.warning,
    ).serve()


if __name__ == "__main__":
    serve(sys.argv[1], *map(int, sys.argv[2:5]))
