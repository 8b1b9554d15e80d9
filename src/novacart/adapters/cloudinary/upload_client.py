"""HTTP client for uploads, with a limit on the duration of the whole call."""

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Final

import cloudinary
import urllib3

# Seconds.
TIMEOUT: Final = 15.0
CONNECT_TIMEOUT: Final = 4.0
_MAX_RESPONSE: Final = 256 * 1024
_CHUNK: Final = 16 * 1024

Fields = Mapping[str, str | tuple[str, bytes, str]]


class UploadFailed(Exception):
    """The call failed or took too long. The server may have processed it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadResponse:
    status: int
    headers: Mapping[str, str]
    body: bytes


class UploadClient:
    """Sends each request once, follows no redirect, and limits the size of the response."""

    def __init__(
        self, *, timeout: float = TIMEOUT, connect_timeout: float = CONNECT_TIMEOUT
    ) -> None:
        self._timeout = timeout
        self._socket_timeout = urllib3.Timeout(connect=connect_timeout, read=timeout)
        self._pool = urllib3.PoolManager(retries=False, **cloudinary.CERT_KWARGS)

    def post(self, url: str, fields: Fields, *, user_agent: str) -> UploadResponse:
        """Send a multipart form (RFC 7578). Raises `UploadFailed`."""
        outcomes: SimpleQueue[UploadResponse | Exception] = SimpleQueue()
        deadline = time.monotonic() + self._timeout

        def send() -> None:
            try:
                outcomes.put(self._send(url, fields, user_agent, deadline))
            except Exception as error:  # noqa: BLE001 (raised again by the calling thread)
                outcomes.put(error)

        # In another thread: DNS resolution has no timeout, and a caller can't interrupt it.
        threading.Thread(target=send, daemon=True, name="cloudinary").start()
        try:
            outcome = outcomes.get(timeout=self._timeout)
        except Empty:
            raise UploadFailed("no response in time") from None
        if isinstance(outcome, urllib3.exceptions.HTTPError | OSError):
            raise UploadFailed(type(outcome).__name__) from outcome
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def _send(self, url: str, fields: Fields, user_agent: str, deadline: float) -> UploadResponse:
        response = self._pool.request(
            "POST",
            url,
            fields=fields,
            headers={"User-Agent": user_agent, "Accept": "application/json"},
            timeout=self._socket_timeout,
            redirect=False,
            preload_content=False,
        )
        body = bytearray()
        try:
            while chunk := response.read1(_CHUNK):
                body += chunk
                if len(body) > _MAX_RESPONSE or time.monotonic() > deadline:
                    raise UploadFailed("the response is too long")
        finally:
            # Don't return a connection with unread data to the pool.
            response.close()
        return UploadResponse(status=response.status, headers=response.headers, body=bytes(body))
