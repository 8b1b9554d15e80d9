"""The fake Cloudinary: one object to start, to break, and to look into."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from tests.support.fake_cloudinary.cloud import Cloud
from tests.support.fake_cloudinary.faults import Effect, Fault, Faults
from tests.support.fake_cloudinary.http_server import LoopbackServer

_DELIVERY = "https://res.cloudinary.com/"


class FakeCloudinary:
    """A Cloudinary of the test's own on 127.0.0.1, in threads of this process.

    `url` is the upload prefix. :meth:`stop` joins every thread and raises what broke inside,
    so that a fault of the fake never passes for a fault of the shop. `now` tells the time in
    seconds since 1970. `hanging` is set as soon as an upload waits for an answer that does not
    come.
    """

    def __init__(self, *clouds: Cloud, now: Callable[[], float] = time.time) -> None:
        """Bind a free port; the clouds may be looked into while it serves."""
        self.clouds = {cloud.name: cloud for cloud in clouds}
        self.now = now
        self.uploads = 0
        self.hanging = threading.Event()
        self._faults = Faults()
        self._over = threading.Event()
        self._http = LoopbackServer(self, self._faults, self._over)
        self.url = f"http://127.0.0.1:{self._http.server_port}"

    def fault(
        self, effect: Effect, *, times: int = 1, stored: bool = False, seconds: float = 0.1
    ) -> None:
        """Break the next uploads; `Fault` says how."""
        self._faults.add(Fault(effect=effect, times=times, stored=stored, seconds=seconds))

    def faults_left(self) -> int:
        """Return how many strikes are still to come."""
        return self._faults.left()

    def shown(self, address: str) -> bytes:
        """What a browser would see at a delivery address, caches aside."""
        cloud, _, path = address.removeprefix(_DELIVERY).partition("/")
        if not address.startswith(_DELIVERY) or not path.startswith("image/upload/"):
            message = f"not a delivery address: {address}"
            raise ValueError(message)
        return self.clouds[cloud].shown(path.removeprefix("image/upload/"))

    def cloud_of(self, path: str) -> Cloud | None:
        """The cloud whose upload method has this path, None where nobody has."""
        _, _, rest = urlsplit(path).path.partition("/v1_1/")
        name, _, method = rest.partition("/")
        return self.clouds.get(name) if method == "image/upload" else None

    def start(self) -> Self:
        """Serve."""
        self._http.start()
        return self

    def stop(self) -> None:
        """Stop serving, close everything, and raise what broke inside."""
        self._over.set()
        self._http.stop()
        if self._http.failures:
            raise ExceptionGroup("the fake Cloudinary itself is broken", self._http.failures)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
