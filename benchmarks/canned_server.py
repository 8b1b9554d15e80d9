"""A server that does nothing but answer: what the load generator itself can do at most."""

import multiprocessing
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from selectors import EVENT_READ, DefaultSelector
from typing import Final

_ANSWER: Final = (
    b"HTTP/1.1 200 OK\r\nserver: canned\r\ncontent-type: application/json\r\n"
    b"content-length: 15\r\n\r\n" + b'{"status":"ok"}'
)


@contextmanager
def canned_server() -> Iterator[int]:
    """The port of a process that answers everything with the same bytes, unread."""
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listening:
        port: int = listening.getsockname()[1]
        process = multiprocessing.get_context("fork").Process(
            target=_answer, args=(listening, os.getpid()), daemon=True
        )
        process.start()
    try:
        yield port
    finally:
        process.terminate()
        process.join(5)


def _answer(listening: socket.socket, parent: int) -> None:
    selector = DefaultSelector()
    selector.register(listening, EVENT_READ)
    while os.getppid() == parent:
        for key, _ in selector.select(1.0):
            if key.fileobj is listening:
                connection, _ = listening.accept()
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                selector.register(connection, EVENT_READ, connection)
            elif key.data.recv(65536):
                key.data.send(_ANSWER)
            else:
                selector.unregister(key.data)
                key.data.close()
