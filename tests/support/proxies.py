"""nginx and Caddy with the files in `deploy/`; tests are skipped where they are not installed."""

import http.client
import re
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.processes import free_port
from tests.support.programs import program
from tests.support.tls import create_certificate

_DEPLOY = Path(__file__).parents[2] / "deploy"
NGINX = (_DEPLOY / "nginx.conf").read_text()
CADDY = (_DEPLOY / "Caddyfile").read_text()
HOST = {"Host": "shop.example"}


@contextmanager
def running(*command: str, port: int, folder: Path, **environ: str) -> Iterator[None]:
    """Run a proxy until the end of the block."""
    log = folder / "proxy.log"
    # A pipe that is not read would fill up and stop the proxy.
    with (
        log.open("wb") as output,
        subprocess.Popen(command, env=environ, stdout=output, stderr=output) as process,
    ):
        try:
            deadline = time.monotonic() + 30
            while not accepts(port):
                assert process.poll() is None, log.read_text()
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Proxy:
    """The ports of a running proxy; Caddy has no TLS here, for which it would ask an authority."""

    port: int
    plain_port: int | None = None

    def connect(self) -> http.client.HTTPConnection:
        if self.plain_port is None:
            return http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        return http.client.HTTPSConnection("127.0.0.1", self.port, timeout=60, context=context)

    def get(
        self, path: str, headers: Mapping[str, str] = HOST, *, body: bytes = b""
    ) -> http.client.HTTPResponse:
        """Send a GET, or a POST with a body."""
        return response_of(self.connect(), path, headers, body)


def response_of(
    connection: http.client.HTTPConnection, path: str, headers: Mapping[str, str], body: bytes = b""
) -> http.client.HTTPResponse:
    """Send a GET, or a POST with a body, and close the connection."""
    connection.request("POST" if body else "GET", path, body or None, headers)
    response = connection.getresponse()
    response.read()
    connection.close()
    return response


@contextmanager
def run_nginx(upstream: int, folder: Path) -> Iterator[Proxy]:
    """Run nginx with the file."""
    nginx = program("nginx")
    plain, tls = free_port(), free_port()
    create_certificate(folder, "shop.example")
    text = NGINX.replace("/etc/letsencrypt/live/shop.example", str(folder))
    text = re.sub(r"(?m)^ *listen \[::\].*\n", "", text)
    text = text.replace("listen 80;", f"listen 127.0.0.1:{plain};")
    text = text.replace("listen 443 ssl", f"listen 127.0.0.1:{tls} ssl")
    text = text.replace("server 127.0.0.1:8000 ", f"server 127.0.0.1:{upstream} ")
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
    with running(*arguments, port=tls, folder=folder):
        yield Proxy(port=tls, plain_port=plain)


@contextmanager
def run_caddy(upstream: int, folder: Path) -> Iterator[Proxy]:
    """Run Caddy with the file."""
    caddy = program("caddy")
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
    with running(caddy, "run", *arguments, port=port, folder=folder, **environ):
        yield Proxy(port=port)


each_proxy = pytest.mark.parametrize("run", [run_nginx, run_caddy])
RunProxy = Callable[[int, Path], AbstractContextManager[Proxy]]
