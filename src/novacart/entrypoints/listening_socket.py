"""The socket at which the web server listens, its own or that of systemd."""

import errno
import os
import re
import socket
from contextlib import closing
from ipaddress import ip_address
from typing import Final

from novacart.entrypoints.settings import InvalidSetting, Settings

# As sd_listen_fds(3) says.
_FIRST_INHERITED: Final = 3
_REMEDIES: Final = {
    errno.EADDRNOTAVAIL: "Set HOST to an address of this machine, such as 127.0.0.1.",
    errno.EACCES: "Choose a PORT above 1023; a proxy can listen on another one.",
}


def inherited_socket(settings: Settings) -> socket.socket | None:
    """The socket of `novacart-web.socket`, None if systemd passed none.

    Several servers can accept its connections, and it keeps those that no server has accepted yet.
    So no request fails while one server replaces another. Raises `InvalidSetting` if it has
    another port than PORT, which the health check uses.
    """
    if os.environ.get("LISTEN_PID") != str(os.getpid()):
        return None
    for name in ("LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"):
        os.environ.pop(name, None)
    inherited = socket.socket(fileno=_FIRST_INHERITED)
    inherited.setblocking(False)  # noqa: FBT003
    port = inherited.getsockname()[1]
    if port != settings.port:
        raise InvalidSetting(
            f"PORT is {settings.port}, but the socket that systemd passed has the port {port}."
            " Set PORT to the port of novacart-web.socket.",
            setting="PORT",
        )
    return inherited


def ensure_address_is_free(settings: Settings) -> None:
    """Raise `InvalidSetting` if the server can't listen, or if another process listens there.

    Granian shares its port (SO_REUSEPORT), so it would get a part of the other server's requests.
    """
    version = ip_address(settings.host).version
    family = socket.AF_INET6 if version == 6 else socket.AF_INET  # noqa: PLR2004
    with closing(socket.socket(family, socket.SOCK_STREAM)) as listener:
        if os.name == "posix":
            # Connections of a server that has stopped do not occupy the port.
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((settings.host, settings.port))
        except OSError as failure:
            remedy = _REMEDIES.get(
                failure.errno or 0,
                "Stop the program that uses this port, or choose another one.",
            )
            raise InvalidSetting(
                f"The server can't listen on HOST {settings.host} and PORT {settings.port}"
                f" ({failure.strerror}). {remedy}",
                setting="HOST" if failure.errno == errno.EADDRNOTAVAIL else "PORT",
            ) from failure


def notify_ready() -> None:
    """Tell systemd that the server is ready (sd_notify(3)), if it started this process."""
    address = os.environ.pop("NOTIFY_SOCKET", "")
    if address:
        with closing(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)) as notifications:
            # systemd writes the zero byte at the start of an abstract address as @.
            notifications.sendto(b"READY=1", re.sub("^@", "\0", address))
