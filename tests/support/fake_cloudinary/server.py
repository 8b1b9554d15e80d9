"""The fake Cloudinary as an object in this process."""

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
    """A fake Cloudinary on 127.0.0.1, in threads of this process.

    `url` is the upload prefix. :meth:`stop` joins every thread and raises internal errors of the
    fake, so that no test passes because of them. `now` returns Unix seconds. `hanging` is set when
    an upload hangs.
    """

    def __init__(self, *clouds: Cloud, now: Callable[[], float] = time.time) -> None:
        """Bind a free port."""
        self.clouds = {cloud.name: cloud for cloud in clouds}
        self.now = now
        self.uploads = 0
        self.hanging = threading.Event()
        self._faults = Faults()
        self._stopping = threading.Event()
        self._http = LoopbackServer(self, self._faults, self._stopping)
        self.url = f"http://127.0.0.1:{self._http.server_port}"

    def fault(
        self, effect: Effect, *, times: int = 1, stored: bool = False, seconds: float = 0.1
    ) -> None:
        """Add a fault (see `Fault`)."""
        self._faults.add(Fault(effect=effect, times=times, stored=stored, seconds=seconds))

    def faults_left(self) -> int:
        """Count the uploads that faults will still affect."""
        return self._faults.left()

    def fetch(self, url: str) -> bytes:
        """Return the image at a delivery URL, without caches."""
        cloud, _, path = url.removeprefix(_DELIVERY).partition("/")
        if not url.startswith(_DELIVERY) or not path.startswith("image/upload/"):
            message = f"not a delivery URL: {url}"
            raise ValueError(message)
        return self.clouds[cloud].fetch(path.removeprefix("image/upload/"))

    def cloud_of(self, path: str) -> Cloud | None:
        """Return the cloud of the path of an upload or a removal, or None."""
        _, _, rest = urlsplit(path).path.partition("/v1_1/")
        name, _, method = rest.partition("/")
        return self.clouds.get(name) if method in {"image/upload", "image/destroy"} else None

    def start(self) -> Self:
        """Start serving."""
        self._http.start()
        return self

    def stop(self) -> None:
        """Stop, close everything, and raise internal errors."""
        self._stopping.set()
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
