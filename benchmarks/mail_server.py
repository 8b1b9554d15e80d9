"""SMTP server that accepts and discards every message, for the mails that a worker sends.

It may answer as late as the server of a provider, which stores the message first.
"""

import multiprocessing
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from socketserver import StreamRequestHandler, ThreadingTCPServer
from typing import Final

_REPLIES: Final = {
    # As Postfix, Exim and the servers of large providers.
    b"EHLO": b"250-discard\r\n250-PIPELINING\r\n250 AUTH PLAIN\r\n",
    b"AUTH": b"235 2.7.0 OK\r\n",
    b"DATA": b"354 OK\r\n",
    b"QUIT": b"221 2.0.0 OK\r\n",
}
_OK: Final = b"250 2.0.0 OK\r\n"
_END: Final = b".\r\n"
_PARENT_CHECK: Final = 1.0  # seconds


class _Session(StreamRequestHandler):
    """One conversation (RFC 5321). `delay` is the time to accept a message, in seconds."""

    delay = 0.0
    # Otherwise the second of several replies waits for an acknowledgement of the first.
    disable_nagle_algorithm = True

    def handle(self) -> None:
        self.wfile.write(b"220 discard\r\n")
        for line in self.rfile:
            command = line[:4].upper()
            self.wfile.write(_REPLIES.get(command, _OK))
            if command == b"DATA":
                while self.rfile.readline() not in {_END, b""}:
                    pass
                time.sleep(self.delay)
                self.wfile.write(_OK)
            elif command == b"QUIT":
                return


@contextmanager
def running_mail_server(delay: float = 0.0) -> Iterator[dict[str, str]]:
    """Run the server in another process; yield the settings of a shop that sends mail through it.

    It accepts each message `delay` seconds after its last line.

    It accepts any password, since releases before `EMAIL_BACKEND` send no mail without one.
    """
    receiver, sender = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.get_context("fork").Process(
        target=_serve, args=(sender, os.getpid(), delay), daemon=True
    )
    process.start()
    try:
        yield {
            "EMAIL_BACKEND": "smtp",
            "EMAIL_HOST": "127.0.0.1",
            "EMAIL_PORT": str(receiver.recv()),
            "EMAIL_USE_TLS": "False",
            "EMAIL_HOST_USER": "benchmark",
            "EMAIL_HOST_PASSWORD": "benchmark",
        }
    finally:
        process.terminate()
        process.join(5)


def _serve(port: "Connection[int, int]", parent: int, delay: float) -> None:
    session = type("_DelayedSession", (_Session,), {"delay": delay})
    with ThreadingTCPServer(("127.0.0.1", 0), session) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        port.send(server.server_address[1])
        while os.getppid() == parent:
            threading.Event().wait(_PARENT_CHECK)
