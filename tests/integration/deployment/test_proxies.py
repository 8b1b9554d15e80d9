"""The files of nginx and Caddy, with the real programs."""

import re
from collections.abc import Iterator
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from tests.support.processes import free_port, started
from tests.support.proxies import CADDY, HOST, NGINX, RunProxy, each_proxy, response_of

KEY = "a-key-of-the-tests-alone-0123456789"
FORGED = "203.0.113.66"


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


def test_nginx_replaces_the_headers_that_the_shop_trusts() -> None:
    headers = dict(re.findall(r"proxy_set_header (\S+) (.+);", NGINX))
    assert headers == {
        "Connection": "close",
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


@each_proxy
def test_proxy_hides_the_metrics_of_the_shop(run: RunProxy, shop: int, tmp_path: Path) -> None:
    with run(shop, tmp_path) as proxy:
        ready = proxy.get("/api/health/ready/")
        assert ready.status == 200
        assert proxy.get("/metrics").status == 404
        # Caddy 2.6 has 502.
        large = proxy.get("/api/token/", body=b"x" * (18 << 20))
        assert large.status in {413, 502}
        if proxy.plain_port:
            assert ready.headers["Strict-Transport-Security"].startswith("max-age=31536000")
            connection = HTTPConnection("127.0.0.1", proxy.plain_port, timeout=30)
            plain = response_of(connection, "/a/?b=1", HOST)
            assert plain.status == 301
            assert plain.headers["Location"] == "https://shop.example/a/?b=1"


@each_proxy
def test_client_cannot_forge_headers_that_the_shop_trusts(run: RunProxy, tmp_path: Path) -> None:
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
            assert proxy.get("/", HOST | forged).status == 204
    finally:
        upstream.shutdown()
        upstream.server_close()
    (headers,) = received
    assert headers["Host"] == headers["X-Forwarded-Host"] == "shop.example"
    assert headers["X-Forwarded-For"] == "127.0.0.1"
    assert headers["X-Forwarded-Proto"] == ("https" if proxy.plain_port else "http")


@each_proxy
def test_proxy_repeats_a_get_whose_connection_a_stopping_server_has_closed(
    run: RunProxy, tmp_path: Path
) -> None:
    methods = []

    class Upstream(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            methods.append("GET")
            if len(methods) > 1:
                self.send_response(204)
                self.end_headers()

        def do_POST(self) -> None:
            methods.append("POST")

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Upstream) as upstream:
        Thread(target=upstream.serve_forever, daemon=True).start()
        try:
            with run(upstream.server_port, tmp_path) as proxy:
                assert proxy.get("/api/products/").status == 204
                assert methods == ["GET", "GET"]
                # A POST may have had an effect.
                methods.clear()
                assert proxy.get("/api/cart/add/", body=b"{}").status == 502
                assert methods == ["POST"]
        finally:
            upstream.shutdown()
