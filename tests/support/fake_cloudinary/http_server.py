"""HTTP/1.1 on the loopback interface, with answers that can go wrong on purpose."""

from __future__ import annotations

import json
import socketserver
import threading
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

from werkzeug.formparser import FormDataParser
from werkzeug.http import parse_options_header

from tests.support.fake_cloudinary.cloud import Json, Refusal
from tests.support.fake_cloudinary.faults import Fault, Faults

if TYPE_CHECKING:
    from tests.support.fake_cloudinary.server import FakeCloudinary

_PAGE: Final = b"<html><body>Something is wrong here.</body></html>"
_PIECES: Final = 12
_SAID: Final = {
    "server_error": (500, "General Error"),
    "unauthorized": (401, "Unknown API key"),
    "rate_limit": (420, "Rate Limit Exceeded"),
}
_ODD: Final[dict[str, tuple[int, bytes]]] = {
    "bad_gateway": (502, _PAGE),
    "garbage": (200, _PAGE),
    "not_an_object": (200, b"[]"),
    "half_an_error": (200, b'{"error": "none of your business"}'),
}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: LoopbackServer

    def do_POST(self) -> None:
        fault = self.server.faults.strike()
        if fault is not None and fault.effect == "close":
            self.close_connection = True
            return
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        try:
            if fault is None:
                self._answer(200, self._upload(body))
            else:
                self._break(fault, body)
        except Refusal as refusal:
            self._refuse(refusal.status, refusal.message)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True
        except Exception as error:  # noqa: BLE001 - raised at the stop
            self.server.failures.append(error)
            self._refuse(500, repr(error))

    def do_GET(self) -> None:
        self._refuse(404, "Pictures are shown elsewhere")

    def _upload(self, body: bytes) -> Json:
        cloud = self.server.fake.cloud_of(self.path)
        if cloud is None:
            raise Refusal(404, f"Unknown address {self.path}")
        kind, options = parse_options_header(self.headers.get("Content-Type"))
        _, fields, files = FormDataParser().parse(BytesIO(body), kind, len(body), options)
        if "file" not in files:
            raise Refusal(400, "Missing required parameter - file")
        self.server.fake.uploads += 1
        with closing(files["file"]) as file:
            content = file.read()
        return cloud.upload(fields.to_dict(), content, now=int(self.server.fake.now()))

    def _break(self, fault: Fault, body: bytes) -> None:
        needs_answer = fault.effect in {"cut", "drip", "elsewhere"}
        told = self._upload(body) if fault.stored or needs_answer else {}
        if fault.effect in _SAID:
            self._refuse(*_SAID[fault.effect])
        elif fault.effect in _ODD:
            self._send(*_ODD[fault.effect])
        elif fault.effect == "redirect":
            self._send(302, b"", location="/elsewhere")
        elif fault.effect == "elsewhere":
            self._answer(200, told | {"public_id": "another", "secure_url": told["url"]})
        elif fault.effect == "hang":
            self.server.fake.hanging.set()
            self.server.over.wait()
            self.close_connection = True
        else:
            self._send_in_pieces(fault, json.dumps(told).encode())

    def _send_in_pieces(self, fault: Fault, body: bytes) -> None:
        self._begin(200, len(body))
        if fault.effect == "cut":
            self.wfile.write(body[: len(body) // 2])
            return
        size = len(body) // _PIECES + 1
        for start in range(0, len(body), size):
            self.wfile.write(body[start : start + size])
            self.wfile.flush()
            self.server.over.wait(fault.seconds)

    def _answer(self, status: int, body: Json) -> None:
        self._send(status, json.dumps(body).encode())

    def _refuse(self, status: int, message: str) -> None:
        body = json.dumps({"error": {"message": message}}).encode()
        self._send(status, body, message=message)

    def _send(self, status: int, body: bytes, *, location: str = "", message: str = "") -> None:
        self._begin(status, len(body), location=location, message=message)
        self.wfile.write(body)

    def _begin(self, status: int, length: int, *, location: str = "", message: str = "") -> None:
        self.send_response(status, "Enhance Your Calm" if status == 420 else None)
        if location:
            self.send_header("Location", location)
        if message:
            self.send_header("X-Cld-Error", message)
        self.send_header("Content-Length", str(length))
        # No connection is kept for later, so that the stop waits for nobody.
        self.send_header("Connection", "close")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        """Keep quiet."""


class LoopbackServer(ThreadingHTTPServer):
    """One thread a connection, all joined at the stop."""

    daemon_threads = False
    block_on_close = True

    def __init__(self, fake: FakeCloudinary, faults: Faults, over: threading.Event) -> None:
        self.fake = fake
        self.faults = faults
        self.over = over
        self.failures: list[Exception] = []
        super().__init__(("127.0.0.1", 0), _Handler)
        self._thread = threading.Thread(
            target=self.serve_forever, kwargs={"poll_interval": 0.02}, name="fake-cloudinary"
        )

    def server_bind(self) -> None:
        # HTTPServer would ask a name server for the machine's name.
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = "127.0.0.1", int(self.server_address[1])

    def start(self) -> None:
        """Serve in a thread of its own."""
        self._thread.start()

    def stop(self) -> None:
        """Close every connection and join every thread."""
        self.shutdown()
        self._thread.join()
        self.server_close()

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 - the base's
        """Ignore a client that has gone away."""
