"""Run the fake Stripe as a process: prints its address, serves until SIGTERM or SIGINT."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from pathlib import Path

from tests.support.fake_stripe.server import FakeStripe


def main() -> None:
    """Parse the options and serve."""
    parser = argparse.ArgumentParser(prog="python -m tests.support.fake_stripe")
    parser.add_argument("--port", type=int, default=0, help="0 for a free port")
    parser.add_argument("--state-dir", type=Path, help="directory of the ledger")
    parser.add_argument("--webhook-secret")
    options = parser.parse_args()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with FakeStripe(
        port=options.port,
        state_dir=options.state_dir,
        webhook_secret=options.webhook_secret,
    ) as server:
        sys.stdout.write(f"{server.url}\n")
        sys.stdout.flush()
        stop.wait()


if __name__ == "__main__":
    main()
