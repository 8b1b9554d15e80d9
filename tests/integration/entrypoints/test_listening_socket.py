import socket
from pathlib import Path
from uuid import uuid4

import pytest

from novacart.entrypoints.listening_socket import notify_ready


@pytest.mark.parametrize("is_abstract", [True, False])
def test_systemd_is_notified_at_an_address_of_each_kind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, is_abstract: bool
) -> None:
    name = f"novacart@{uuid4().hex[:8]}"
    address = f"@{name}" if is_abstract else name
    # A path has at most 108 bytes.
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(f"\0{name}" if is_abstract else address)
        monkeypatch.setenv("NOTIFY_SOCKET", address)
        notify_ready()
        assert systemd.recv(100) == b"READY=1"
