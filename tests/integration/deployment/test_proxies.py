"""The files of nginx and Caddy, with the real programs where this machine has them."""

import http.client
import re
import shutil
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from tests.support.processes import free_port, started
from tests.support.tls import create_certificate

ROOT = Path(__file__).parents[3]
NGINX = (ROOT / "deploy" / "nginx.conf").read_text()
CADDY = (ROOT / "deploy" / "Caddyfile").read_text()
KEY = "a-key-of-the-tests-alone-0123456789"
FORGED = "203.0.113.66"
HOST = {"Host": "shop.example"}


@pytest.fixture
def shop(sqlite_url: str, tmp_path: Path) -> Iterator[int]:
    """A web server behind one proxy; its port."""
    port = free_port()
    environ = {
        "SECRET_KEY": KEY,
        "DATABASE_URL": sqlite_url,
        "VAR_DIR": str(tmp_path / "var"),
        "PORT": str(port),
        "WEB_WORKERS": "1",
        "TRUSTED_PROXIES": "1",
        "ALLOWED_HOSTS": "shop.example,127.0.0.1",
        "METRICS_ENABLED": "True",
        "METRICS_TOKEN": "a-token-of-monitoring",
    }
    with started("serve", folder=tmp_path, **environ) as process:
        process.wait_until_up(f"http://127.0.0.1:{port}/api/health/")
        yield port


@contextmanager
def running(*command: str, port: int, **environ: str) -> Iterator[None]:
    """Run a proxy until the end of the block."""
    with subprocess.Popen(
        command, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            deadline = time.monotonic() + 30
            while not accepts(port):
                assert process.poll() is None, process.stderr and process.stderr.read()
                assert time.monotonic() < deadline
                time.sleep(0.05)
            yield
        finally:
            process.terminate()
            process.wait(20)


def accepts(port: int) -> bool:
    try:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        connection.connect()
    except OSError:
        return False
    connection.close()
    return True


def get(
    port: int, path: str, body: bytes, headers: Mapping[str, str], *, tls: bool
) -> http.client.HTTPResponse:
    """Send a GET, or a POST with a body."""
    if tls:
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        connection: http.client.HTTPConnection = http.client.HTTPSConnection(
            "127.0.0.1", port, timeout=30, context=context
        )
    else:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("POST" if body else "GET", path, body or None, headers)
    response = connection.getresponse()
    response.read()
    connection.close()
    return response


def test_nginx_replaces_the_headers_that_the_shop_trusts() -> None:
    headers = dict(re.findall(r"proxy_set_header (\S+) (.+);", NGINX))
    assert headers == {
        "Connection": '""',
        "Host": "$host",
        "X-Forwarded-For": "$remote_addr",
        "X-Forwarded-Proto": "$scheme",
        "X-Forwarded-Host": "$host",
    }
    assert "ssl_protocols TLSv1.2 TLSv1.3;" in NGINX
    assert NGINX.count("{") == NGINX.count("}")


def test_proxies_hide_the_metrics_and_accept_the_largest_upload() -> None:
    assert "location = /metrics {\n        return 404;" in NGINX
    assert "client_max_body_size 17m;" in NGINX
    assert "location /admin/ {\n        client_max_body_size 129m;" in NGINX
    assert "@private path /metrics\n\trespond @private 404" in CADDY
    assert "@others {\n\t\tmax_size 17MB" in CADDY
    assert "@back_office {\n\t\tmax_size 135MB" in CADDY


@dataclass(frozen=True, slots=True, kw_only=True)
class Proxy:
    """The ports of a running proxy; Caddy has no TLS here, for which it would ask an authority."""

    port: int
    plain_port: int | None = None

    def get(
        self, path: str, headers: Mapping[str, str] = HOST, *, body: bytes = b""
    ) -> http.client.HTTPResponse:
        return get(self.port, path, body, headers, tls=self.plain_port is not None)


@contextmanager
def run_nginx(upstream: int, folder: Path) -> Iterator[Proxy | None]:
    """Run nginx with the file; None if this machine has none."""
    nginx = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if nginx is None:
        yield None
        return
    plain, tls = free_port(), free_port()
    create_certificate(folder, "shop.example")
    text = NGINX.replace("/etc/letsencrypt/live/shop.example", str(folder))
    text = re.sub(r"(?m)^ *listen \[::\].*\n", "", text)
    text = text.replace("listen 80;", f"listen 127.0.0.1:{plain};")
    text = text.replace("listen 443 ssl", f"listen 127.0.0.1:{tls} ssl")
    text = text.replace("127.0.0.1:8000;", f"127.0.0.1:{upstream};", 1)
    temporary = "".join(
        f"{kind}_temp_path {folder};\n"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(
        f"daemon off;\npid {folder}/nginx.pid;\nerror_log stderr;\n"
        f"events {{}}\nhttp {{\naccess_log off;\n{temporary}{text}}}\n"
    )
    arguments = [nginx, "-p", str(folder), "-e", "stderr", "-c", str(folder / "nginx.conf")]
    subprocess.run([*arguments, "-t"], check=True, capture_output=True)
    with running(*arguments, port=tls):
        yield Proxy(port=tls, plain_port=plain)


@contextmanager
def run_caddy(upstream: int, folder: Path) -> Iterator[Proxy | None]:
    """Run Caddy with the file; None if this machine has none."""
    caddy = shutil.which("caddy")
    if caddy is None:
        yield None
        return
    port, admin = free_port(), free_port()
    config = folder / "Caddyfile"
    # The administration of each Caddy has a port of its own.
    config.write_text(f"{{\n\tadmin 127.0.0.1:{admin}\n}}\n\n{CADDY}")
    environ = {
        "HOME": str(folder),
        "SHOP_DOMAIN": f"http://:{port}",
        "SHOP_UPSTREAM": f"127.0.0.1:{upstream}",
    }
    arguments = ("--adapter", "caddyfile", "--config", str(config))
    subprocess.run([caddy, "validate", *arguments], env=environ, check=True, capture_output=True)
    with running(caddy, "run", *arguments, port=port, **environ):
        yield Proxy(port=port)


# Without the program, the tests above have checked its file.
each_proxy = pytest.mark.parametrize("run", [run_nginx, run_caddy])
Run = Callable[[int, Path], AbstractContextManager[Proxy | None]]


@each_proxy
def test_proxy_serves_the_shop_without_its_metrics(run: Run, shop: int, tmp_path: Path) -> None:
    with run(shop, tmp_path) as proxy:
        if proxy is None:
            return
        ready = proxy.get("/api/health/ready/")
        assert ready.status == 200
        assert proxy.get("/metrics").status == 404
        # Caddy 2.6 has 502.
        large = proxy.get("/api/token/", body=b"x" * (18 << 20))
        assert large.status in {413, 502}
        if proxy.plain_port:
            assert ready.headers["Strict-Transport-Security"].startswith("max-age=31536000")
            plain = get(proxy.plain_port, "/a/?b=1", b"", HOST, tls=False)
            assert plain.status == 301
            assert plain.headers["Location"] == "https://shop.example/a/?b=1"


@each_proxy
def test_client_cannot_forge_the_headers_that_the_shop_trusts(run: Run, tmp_path: Path) -> None:
    received = []

    class Echo(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            received.append(dict(self.headers))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    upstream = HTTPServer(("127.0.0.1", 0), Echo)
    Thread(target=upstream.serve_forever, daemon=True).start()
    forged = {f"X-Forwarded-{name}": FORGED for name in ("For", "Proto", "Host")}
    try:
        with run(upstream.server_port, tmp_path) as proxy:
            if proxy is None:
                return
            assert proxy.get("/", HOST | forged).status == 204
    finally:
        upstream.shutdown()
        upstream.server_close()
    (headers,) = received
    assert headers["Host"] == headers["X-Forwarded-Host"] == "shop.example"
    assert headers["X-Forwarded-For"] == "127.0.0.1"
    assert headers["X-Forwarded-Proto"] == ("https" if proxy.plain_port else "http")
