"""HTTP/1.1 server on the loopback interface whose responses faults can break."""

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

from tests.support.fake_cloudinary.cloud import CloudinaryError, Json
from tests.support.fake_cloudinary.faults import Fault, Faults

if TYPE_CHECKING:
    from tests.support.fake_cloudinary.server import FakeCloudinary

_PAGE: Final = b"<html><body>Bad gateway</body></html>"
_PIECES: Final = 12
_ERRORS: Final = {
    "server_error": (500, "General Error"),
    "unauthorized": (401, "Unknown API key"),
    "rate_limit": (420, "Rate Limit Exceeded"),
}
_MALFORMED: Final[dict[str, tuple[int, bytes]]] = {
    "bad_gateway": (502, _PAGE),
    "garbage": (200, _PAGE),
    "not_an_object": (200, b"[]"),
    "half_an_error": (200, b'{"error": "an error"}'),
}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: LoopbackServer

    def do_POST(self) -> None:
        fault = self.server.faults.match()
        if fault is not None and fault.effect == "close":
            self.close_connection = True
            return
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        try:
            if fault is None:
                self._send_json(200, self._upload(body))
            else:
                self._break(fault, body)
        except CloudinaryError as error:
            self._send_error(error.status, error.message)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True
        except Exception as error:  # noqa: BLE001 - raised at the stop
            self.server.failures.append(error)
            self._send_error(500, repr(error))

    def do_GET(self) -> None:
        self._send_error(404, "The fake only accepts uploads")

    def _upload(self, body: bytes) -> Json:
        cloud = self.server.fake.cloud_of(self.path)
        if cloud is None:
            raise CloudinaryError(404, f"Unknown address {self.path}")
        kind, options = parse_options_header(self.headers.get("Content-Type"))
        _, fields, files = FormDataParser().parse(BytesIO(body), kind, len(body), options)
        if self.path.endswith("/image/destroy"):
            return cloud.destroy(fields.to_dict(), now=int(self.server.fake.now()))
        if "file" not in files:
            raise CloudinaryError(400, "Missing required parameter - file")
        self.server.fake.uploads += 1
        with closing(files["file"]) as file:
            content = file.read()
        return cloud.upload(fields.to_dict(), content, now=int(self.server.fake.now()))

    def _break(self, fault: Fault, body: bytes) -> None:
        needs_response = fault.effect in {"cut", "drip", "elsewhere"}
        response = self._upload(body) if fault.stored or needs_response else {}
        if fault.effect in _ERRORS:
            self._send_error(*_ERRORS[fault.effect])
        elif fault.effect in _MALFORMED:
            self._send(*_MALFORMED[fault.effect])
        elif fault.effect == "redirect":
            self._send(302, b"", location="/elsewhere")
        elif fault.effect == "elsewhere":
            self._send_json(200, response | {"public_id": "another", "secure_url": response["url"]})
        elif fault.effect == "hang":
            self.server.fake.hanging.set()
            self.server.stopping.wait()
            self.close_connection = True
        else:
            self._send_in_pieces(fault, json.dumps(response).encode())

    def _send_in_pieces(self, fault: Fault, body: bytes) -> None:
        self._send_head(200, len(body))
        if fault.effect == "cut":
            self.wfile.write(body[: len(body) // 2])
            return
        size = len(body) // _PIECES + 1
        for start in range(0, len(body), size):
            self.wfile.write(body[start : start + size])
            self.wfile.flush()
            self.server.stopping.wait(fault.seconds)

    def _send_json(self, status: int, body: Json) -> None:
        self._send(status, json.dumps(body).encode())

    def _send_error(self, status: int, message: str) -> None:
        body = json.dumps({"error": {"message": message}}).encode()
        self._send(status, body, message=message)

    def _send(self, status: int, body: bytes, *, location: str = "", message: str = "") -> None:
        self._send_head(status, len(body), location=location, message=message)
        self.wfile.write(body)

    def _send_head(
        self, status: int, length: int, *, location: str = "", message: str = ""
    ) -> None:
        self.send_response(status, "Enhance Your Calm" if status == 420 else None)
        if location:
            self.send_header("Location", location)
        if message:
            self.send_header("X-Cld-Error", message)
        self.send_header("Content-Length", str(length))
        # Without keep-alive, stop() does not wait for idle connections.
        self.send_header("Connection", "close")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        """Log nothing."""


class LoopbackServer(ThreadingHTTPServer):
    """One thread for each connection; `stop` joins all."""

    daemon_threads = False
    block_on_close = True

    def __init__(self, fake: FakeCloudinary, faults: Faults, stopping: threading.Event) -> None:
        self.fake = fake
        self.faults = faults
        self.stopping = stopping
        self.failures: list[Exception] = []
        super().__init__(("127.0.0.1", 0), _Handler)
        self._thread = threading.Thread(
            target=self.serve_forever, kwargs={"poll_interval": 0.02}, name="fake-cloudinary"
        )

    def server_bind(self) -> None:
        # HTTPServer would look up the machine's name in DNS.
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = "127.0.0.1", int(self.server_address[1])

    def start(self) -> None:
        """Serve in a new thread."""
        self._thread.start()

    def stop(self) -> None:
        """Close every connection and join every thread."""
        self.shutdown()
        self._thread.join()
        self.server_close()

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 - the base's
        """Ignore a client that has disconnected."""
