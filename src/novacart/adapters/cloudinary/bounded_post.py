"""One POST that ends in time, whatever the other side does."""

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Final

import cloudinary
import urllib3

# Seconds: of the whole call, and until there is a connection.
BUDGET: Final = 15.0
CONNECT: Final = 4.0
_LONGEST: Final = 256 * 1024
_PIECE: Final = 16 * 1024

Fields = Mapping[str, str | tuple[str, bytes, str]]


class NoAnswer(Exception):
    """The call failed or took too long; what was asked may have been done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes


class BoundedPost:
    """Nothing is sent twice, no redirect is followed, and no more is read than an answer needs."""

    def __init__(self, *, budget: float = BUDGET, connect: float = CONNECT) -> None:
        self._budget = budget
        self._timeout = urllib3.Timeout(connect=connect, read=budget)
        self._pool = urllib3.PoolManager(retries=False, **cloudinary.CERT_KWARGS)

    def __call__(self, url: str, fields: Fields, *, user_agent: str) -> Answer:
        """Send `fields` as a form with its files (RFC 7578). Raises `NoAnswer`."""
        done: SimpleQueue[Answer | Exception] = SimpleQueue()
        deadline = time.monotonic() + self._budget

        def attempt() -> None:
            try:
                done.put(self._send(url, fields, user_agent, deadline))
            except Exception as error:  # noqa: BLE001 (handed over to whoever waits)
                done.put(error)

        # In a thread of its own: only so can a slow name look-up be left behind.
        threading.Thread(target=attempt, daemon=True, name="cloudinary").start()
        try:
            outcome = done.get(timeout=self._budget)
        except Empty:
            raise NoAnswer("no answer in time") from None
        if isinstance(outcome, urllib3.exceptions.HTTPError | OSError):
            raise NoAnswer(type(outcome).__name__) from outcome
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def _send(self, url: str, fields: Fields, user_agent: str, deadline: float) -> Answer:
        response = self._pool.request(
            "POST",
            url,
            fields=fields,
            headers={"User-Agent": user_agent, "Accept": "application/json"},
            timeout=self._timeout,
            redirect=False,
            preload_content=False,
        )
        body = bytearray()
        try:
            while piece := response.read1(_PIECE):
                body += piece
                if len(body) > _LONGEST or time.monotonic() > deadline:
                    raise NoAnswer("the answer has no end")
        finally:
            # A connection whose answer was not read to its end serves nobody else.
            response.close()
        return Answer(status=response.status, headers=response.headers, body=bytes(body))
