"""Pictures fetched from a real server with TLS."""

import socket
import ssl
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from time import monotonic, sleep

import pytest

from novacart.adapters.https.picture_source import MAX_BYTES, HttpsPictureSource, is_public
from novacart.application.ports.errors import Unavailable
from novacart.application.ports.picture_source import PictureRefused
from tests.support.tls import create_certificate

HOST = "images.example"
LOOPBACK = "127.0.0.1"
# What a slow site sends first, and then again and again for some seconds.
DRIPS = {
    "/slow-headers": (b"HTTP/1.1 200 OK\r\nX-Slow: ", b"x"),
    "/slow-body": (b"HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\n\r\n", b"x"),
    "/continue": (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
}
DRIP_SECONDS = 8
REDIRECTS = {
    "/moved": "/picture.jpg",
    "/loop": "/loop",
    "/http": f"http://{HOST}/picture.jpg",
    "/inside": "https://inside.example/picture.jpg",
    "/no-url": "https://[::1/picture.jpg",
}


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        if path == "/picture.jpg":
            self._answer(200, b"picture")
        elif path in REDIRECTS:
            self._redirect(REDIRECTS[path])
        elif path == "/gif":
            self._answer(200, b"GIF89a", "image/gif")
        elif path == "/part":
            self._part(b"pict", of=7)
        elif path == "/page":
            self._answer(200, b"<html>", "text/html; charset=utf-8")
        elif path in DRIPS:
            self._drip(*DRIPS[path])
        elif path == "/large":
            self._answer(200, bytes(MAX_BYTES + 1))
        else:
            self._answer(int(path.removeprefix("/")), b"")

    def _answer(self, status: int, body: bytes, content_type: str = "image/jpeg") -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        try:
            self.wfile.write(body)
        except OSError:
            self.close_connection = True

    def _redirect(self, location: str) -> None:
        self.send_response(302)
        self.send_header("Location", location)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _part(self, body: bytes, *, of: int) -> None:
        """Ends the connection before the end of the content."""
        self.send_response(200)
        self.send_header("Content-Type", "image/jpeg")
        self.send_header("Content-Length", str(of))
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = True

    def _drip(self, start: bytes, piece: bytes) -> None:
        """Stops when the client leaves."""
        end = monotonic() + DRIP_SECONDS
        try:
            self.wfile.write(start)
            while monotonic() < end:
                self.wfile.write(piece)
                sleep(0.05)
        except OSError:
            pass
        self.close_connection = True

    def log_message(self, *_: object) -> None:
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """The client refuses some certificates."""


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tls")
    create_certificate(folder, HOST)
    return folder


@pytest.fixture(scope="module")
def port(certificate: Path) -> Iterator[int]:
    server = Server((LOOPBACK, 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate / "fullchain.pem", certificate / "privkey.pem")
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_port
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def source(certificate: Path, port: int) -> HttpsPictureSource:
    """Resolves one host to the server, and another to an address that is refused."""
    addresses = {HOST: [LOOPBACK], "inside.example": ["10.0.0.7"]}

    def resolve(host: str) -> list[str]:
        if host not in addresses:
            raise OSError("unknown host")
        return addresses[host]

    return HttpsPictureSource(
        context=ssl.create_default_context(cafile=str(certificate / "fullchain.pem")),
        port=port,
        resolve=resolve,
        may_connect=lambda address: address == LOOPBACK or is_public(address),
    )


@pytest.mark.parametrize("path", ["picture.jpg", "picture.jpg?v=1&a=b c", "moved"])
def test_picture_is_fetched(source: HttpsPictureSource, path: str) -> None:
    assert source.fetch(f"https://{HOST}/{path}") == b"picture"


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        (f"http://{HOST}/picture.jpg", "https URLs only"),
        ("file:///etc/passwd", "https URLs only"),
        ("https:///picture.jpg", "https URLs only"),
        (f"https://{HOST}:8080/picture.jpg", "a port or a user name"),
        (f"https://me@{HOST}/picture.jpg", "a port or a user name"),
        ("https://[::1/picture.jpg", "not a URL"),
        (f"https://{HOST}/http", "https URLs only"),
        (f"https://{HOST}/inside", "inside.example is not a public address"),
        (f"https://{HOST}/loop", "redirected too often"),
        (f"https://{HOST}/page", "leads to text/html, not to a JPEG"),
        (f"https://{HOST}/gif", "leads to image/gif"),
        (f"https://{HOST}/no-url", "not a URL"),
        (f"https://{HOST}/404", "answered with 404"),
        (f"https://{HOST}/large", "more than 16 MiB"),
    ],
)
def test_url_that_is_not_allowed_is_refused(
    source: HttpsPictureSource, url: str, reason: str
) -> None:
    with pytest.raises(PictureRefused, match=reason):
        source.fetch(url)


@pytest.mark.parametrize("path", ["429", "500", "503"])
def test_error_of_the_site_is_retried(source: HttpsPictureSource, path: str) -> None:
    with pytest.raises(Unavailable):
        source.fetch(f"https://{HOST}/{path}")


def test_picture_that_ends_too_early_is_retried(source: HttpsPictureSource) -> None:
    with pytest.raises(Unavailable, match="only a part"):
        source.fetch(f"https://{HOST}/part")


@pytest.mark.parametrize("path", DRIPS)
def test_site_that_sends_slowly_is_left_at_the_limit(
    certificate: Path, port: int, path: str
) -> None:
    source = HttpsPictureSource(
        context=ssl.create_default_context(cafile=str(certificate / "fullchain.pem")),
        port=port,
        resolve=lambda _: [LOOPBACK],
        may_connect=lambda _: True,
        max_seconds=0.5,
    )
    # A client that receives all of it raises another error, or none.
    with pytest.raises(Unavailable, match="too slow"):
        source.fetch(f"https://{HOST}{path}")


def test_site_that_never_begins_tls_is_tried_at_one_address() -> None:
    with socket.create_server((LOOPBACK, 0)) as silent:
        source = HttpsPictureSource(
            port=silent.getsockname()[1],
            resolve=lambda _: [LOOPBACK, LOOPBACK],
            may_connect=lambda _: True,
            max_seconds=0.5,
        )
        with pytest.raises(Unavailable, match="too slow"):
            source.fetch(f"https://{HOST}/picture.jpg")
        silent.setblocking(False)  # noqa: FBT003 (the library's own signature)
        first, _ = silent.accept()
        first.close()
        with pytest.raises(BlockingIOError):
            silent.accept()


def test_unknown_and_unreachable_hosts_are_retried(port: int) -> None:
    closed = HttpsPictureSource(port=1, resolve=lambda _: [LOOPBACK], may_connect=lambda _: True)
    with pytest.raises(Unavailable):
        closed.fetch(f"https://{HOST}/picture.jpg")

    def fail(_: str) -> list[str]:
        raise OSError("no such host")

    with pytest.raises(Unavailable):
        HttpsPictureSource(port=port, resolve=fail).fetch(f"https://{HOST}/picture.jpg")


def test_certificate_is_checked_for_the_host(certificate: Path, port: int) -> None:
    trusting = ssl.create_default_context(cafile=str(certificate / "fullchain.pem"))
    for context in (trusting, ssl.create_default_context()):
        other = HttpsPictureSource(
            context=context, port=port, resolve=lambda _: [LOOPBACK], may_connect=lambda _: True
        )
        with pytest.raises(PictureRefused, match="certificate"):
            other.fetch("https://other.example/picture.jpg")


def test_host_with_one_private_address_is_refused_before_connecting(port: int) -> None:
    source = HttpsPictureSource(port=port, resolve=lambda _: ["93.184.216.34", LOOPBACK])
    with pytest.raises(PictureRefused, match="is not a public address"):
        source.fetch(f"https://{HOST}/picture.jpg")


def test_host_is_resolved_once_for_each_request(certificate: Path, port: int) -> None:
    """A second look-up could return another address than the one that was checked."""
    looked_up: list[str] = []

    def resolve(host: str) -> list[str]:
        looked_up.append(host)
        return [LOOPBACK] if len(looked_up) == 1 else ["10.0.0.7"]

    source = HttpsPictureSource(
        context=ssl.create_default_context(cafile=str(certificate / "fullchain.pem")),
        port=port,
        resolve=resolve,
        may_connect=lambda address: address == LOOPBACK,
    )
    assert source.fetch(f"https://{HOST}/picture.jpg") == b"picture"
    assert looked_up == [HOST]


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1:248:1893:25c8:1946", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),  # noqa: S104 (nothing listens)
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("::1", False),
        ("::", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("ff02::1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:93.184.216.34", True),
        ("64:ff9b::a00:1", False),
        ("64:ff9b:1::a00:1", False),
        ("::127.0.0.1", False),
        ("fec0::1", False),
        ("5f00::1", False),
        ("2002:a00:1::", False),
    ],
)
def test_public_addresses_are_told_from_others(address: str, expected: bool) -> None:  # noqa: FBT001
    assert is_public(address) is expected
