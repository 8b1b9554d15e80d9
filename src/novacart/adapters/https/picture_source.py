"""Pictures fetched with https from public addresses only."""

import socket
import ssl
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from http import HTTPStatus
from http.client import HTTPException, HTTPResponse, HTTPSConnection
from ipaddress import IPv6Address, IPv6Network, ip_address
from math import inf
from time import monotonic
from typing import Any, Final, cast
from urllib.parse import quote, urljoin, urlsplit

from novacart.application.ports.errors import Unavailable
from novacart.application.ports.picture_source import PictureRefused

MAX_BYTES: Final = 16 * 1024 * 1024
_TYPES: Final = {"image/jpeg", "image/png", "image/webp", "image/avif"}
_MAX_REDIRECTS: Final = 3
# Seconds for a connection and for each receive, and for a whole file with its redirects.
_TIMEOUT: Final = 10
_MAX_SECONDS: Final = 60
_CHUNK: Final = 64 * 1024
_PORT: Final = 443
# IPv6 addresses outside of it are translated, site-local or reserved, or carry an IPv4 address.
_GLOBAL_UNICAST: Final = IPv6Network("2000::/3")
_HEADERS: Final = {"Accept": "image/*", "User-Agent": "NovaCart"}
_REDIRECTS: Final = {301, 302, 303, 307, 308}

Resolve = Callable[[str], Sequence[str]]


def resolve(host: str) -> Sequence[str]:
    """The IP addresses of a host. Raises `OSError`."""
    found = socket.getaddrinfo(host, _PORT, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_, address in found]


def is_public(address: str) -> bool:
    """Whether an IP address is reachable from the internet: not private, link-local or reserved."""
    ip = ip_address(address.partition("%")[0])
    if isinstance(ip, IPv6Address):
        if ip.ipv4_mapped is None and ip not in _GLOBAL_UNICAST:
            return False
        # These carry an IPv4 address, which may be private.
        if ip.sixtofour or ip.teredo:
            return False
        ip = ip.ipv4_mapped or ip
    return ip.is_global and not ip.is_multicast


def _seconds_until(end: float) -> float:
    """The timeout of the next step of a request. Raises `TimeoutError` after `end`."""
    left = end - monotonic()
    if left <= 0:
        raise TimeoutError
    return min(_TIMEOUT, left)


class _Socket(ssl.SSLSocket):
    """Receives until `end`. A timeout alone begins again with each byte that a site sends."""

    end = inf

    def recv_into(self, *args: Any) -> int:  # noqa: ANN401 (passed on)
        self.settimeout(_seconds_until(self.end))
        return super().recv_into(*args)


class _PinnedConnection(HTTPSConnection):
    """Connects to addresses that were checked, so that no second look-up can change them.

    The certificate is checked for the host of the URL.
    """

    def __init__(
        self,
        host: str,
        addresses: Sequence[str],
        port: int,
        *,
        context: ssl.SSLContext,
        end: float,
    ) -> None:
        super().__init__(host, _PORT)
        self._addresses = [(address, port) for address in addresses]
        self._tls = context
        self._end = end

    def connect(self) -> None:
        *others, last = self._addresses
        for address in others:
            with suppress(OSError):
                self._connect_to(address)
                return
        self._connect_to(last)

    def _connect_to(self, address: tuple[str, int]) -> None:
        plain = socket.create_connection(address, timeout=_seconds_until(self._end))
        try:
            plain.settimeout(_seconds_until(self._end))
            sock = self._tls.wrap_socket(plain, server_hostname=self.host)
        except OSError:
            plain.close()
            raise
        self.sock = cast("_Socket", sock)
        self.sock.end = self._end


class HttpsPictureSource:
    """Fetches a file of at most `MAX_BYTES` with the type of an image.

    Each redirect is checked like the first URL. Tests replace the arguments.
    """

    def __init__(
        self,
        *,
        context: ssl.SSLContext | None = None,
        port: int = _PORT,
        resolve: Resolve = resolve,
        may_connect: Callable[[str], bool] = is_public,
        max_seconds: float = _MAX_SECONDS,
    ) -> None:
        self._context = context or ssl.create_default_context()
        self._context.sslsocket_class = _Socket
        self._port = port
        self._resolve = resolve
        self._may_connect = may_connect
        self._max_seconds = max_seconds

    def fetch(self, url: str) -> bytes:
        end = monotonic() + self._max_seconds
        for _ in range(_MAX_REDIRECTS + 1):
            content, following = self._request(url, end)
            if content is not None:
                return content
            url = _joined(url, following)
        raise PictureRefused("The URL is redirected too often.")

    def _request(self, url: str, end: float) -> tuple[bytes | None, str]:
        """The content, or the URL of a redirect."""
        host, target = _parse(url)
        pinned = _PinnedConnection(
            host, self._addresses_of(host), self._port, context=self._context, end=end
        )
        try:
            with closing(pinned) as connection:
                connection.request("GET", target, headers=_HEADERS)
                response = connection.getresponse()
                location = response.getheader("Location", "")
                if response.status in _REDIRECTS and location:
                    return None, location
                return _read(response), ""
        except ssl.SSLCertVerificationError as error:
            raise PictureRefused("The certificate of the site is not valid.") from error
        except TimeoutError as error:
            raise Unavailable(f"{host} is too slow.") from error
        except (OSError, HTTPException) as error:
            raise Unavailable(f"{host} could not be reached.") from error

    def _addresses_of(self, host: str) -> Sequence[str]:
        """The addresses of the host, which must all be public."""
        try:
            addresses = self._resolve(host)
        except (OSError, UnicodeError) as error:
            raise Unavailable(f"The address of {host} could not be found.") from error
        if not addresses or not all(self._may_connect(address) for address in addresses):
            raise PictureRefused(f"{host} is not a public address.")
        return addresses


def _joined(url: str, location: str) -> str:
    """The URL of a redirect. Raises `PictureRefused`."""
    try:
        return urljoin(url, location)
    except ValueError as error:
        raise PictureRefused("The URL is redirected to something that is not a URL.") from error


def _parse(url: str) -> tuple[str, str]:
    """The host and the target of a request. Raises `PictureRefused`."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise PictureRefused("This is not a URL.") from error
    if parts.scheme != "https" or not parts.hostname:
        raise PictureRefused("Pictures are fetched from https URLs only.")
    if port not in {None, _PORT} or parts.username is not None:
        raise PictureRefused("The URL has a port or a user name.")
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~")
    query = quote(parts.query, safe="/%:@!$&'()*+,;=~?")
    return parts.hostname, f"{path}?{query}" if query else path


def _read(response: HTTPResponse) -> bytes:
    if response.status >= HTTPStatus.INTERNAL_SERVER_ERROR or response.status in {408, 425, 429}:
        raise Unavailable(f"The site answered with {response.status}.")
    if response.status != HTTPStatus.OK:
        raise PictureRefused(f"The site answered with {response.status}.")
    content_type = response.getheader("Content-Type", "").partition(";")[0].strip().lower()
    if content_type not in _TYPES:
        raise PictureRefused(
            f"The URL leads to {content_type or 'no type'}, not to a JPEG, PNG, WebP or AVIF image."
        )
    chunks = bytearray()
    while chunk := response.read(_CHUNK):
        chunks += chunk
        if len(chunks) > MAX_BYTES:
            raise PictureRefused(f"The picture has more than {MAX_BYTES // 2**20} MiB.")
    # The end of a connection before that of its content is no error of `read` with a size.
    if response.length:
        raise Unavailable("The site sent only a part of the picture.")
    return bytes(chunks)
