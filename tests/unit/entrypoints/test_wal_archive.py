"""The archived log: files that change their names, and logs of other servers."""

import os
import struct
import time
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from novacart.adapters.persistence.backup import BackupFailed
from novacart.entrypoints.encrypted_files import reading, writing
from novacart.entrypoints.settings import Settings, load_settings
from novacart.entrypoints.wal_archive import (
    archive_received,
    ensure_archive_is_of,
    extract_segments,
    failed_segments,
    received_folder,
)

SEGMENT_SIZE = 1 << 24
FIRST, SECOND = f"{1:024X}", f"{2:024X}"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    folders = {"BACKUP_DIR": str(tmp_path / "backups"), "VAR_DIR": str(tmp_path / "var")}
    return load_settings({"DEBUG": "True"} | folders, dotenv=tmp_path / "no")


def receive(settings: Settings, name: str, content: bytes) -> Path:
    path = received_folder(settings) / name
    path.write_bytes(content)
    return path


def extracted(settings: Settings, folder: Path) -> dict[str, bytes]:
    folder.mkdir()
    assert extract_segments(settings, FIRST, SEGMENT_SIZE, folder, last=None) is None
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_segment_that_is_completed_during_a_restore_is_extracted(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    receive(settings, FIRST, b"first")
    partial = receive(settings, f"{SECOND}.partial", b"sec")
    archive_received(settings)

    def complete_and_read(path: Path, key: str) -> Any:  # noqa: ANN401 (a context manager)
        if partial.exists():
            partial.unlink()
            receive(settings, SECOND, b"second")
            archive_received(settings)
        return reading(path, key)

    monkeypatch.setattr("novacart.entrypoints.wal_archive.reading", complete_and_read)
    assert extracted(settings, tmp_path / "log") == {FIRST: b"first", SECOND: b"second"}


def test_segment_that_is_completed_after_the_listing_is_archived(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = receive(settings, FIRST, b"first")
    listed = [path.with_name(f"{FIRST}.partial")]
    monkeypatch.setattr(
        "novacart.entrypoints.wal_archive.received_folder",
        lambda _: SimpleNamespace(iterdir=lambda: listed),
    )
    archive_received(settings)
    assert extracted(settings, tmp_path / "log") == {FIRST: b"first"}


def segment_of(server: int) -> bytes:
    return struct.pack("=24xQ", server) + bytes(100)


def test_archive_of_another_server_is_refused(settings: Settings) -> None:
    ensure_archive_is_of(settings, 7)
    receive(settings, FIRST, segment_of(7))
    archive_received(settings)
    # Earlier releases archived a segment without a page.
    with writing(settings.backup_dir / "wal" / f"{SECOND}.partial.wal", "") as segment:
        segment.write(bytes(100))
    ensure_archive_is_of(settings, 7)
    with pytest.raises(BackupFailed, match="the log of another PostgreSQL server"):
        ensure_archive_is_of(settings, 8)


def test_archive_with_another_key_is_not_compared_with_the_server(settings: Settings) -> None:
    receive(settings, FIRST, segment_of(7))
    archive_received(replace(settings, backup_key="a-key-of-the-tests-alone-0123456789"))
    ensure_archive_is_of(settings, 8)


def test_segment_that_could_not_be_created_is_not_archived(
    settings: Settings, tmp_path: Path
) -> None:
    receive(settings, FIRST, segment_of(7))
    failed = receive(settings, f"{SECOND}.partial", bytes(100))
    # A file that is being created is left alone.
    assert failed_segments(settings) == []
    now = time.time()
    os.utime(failed, (now - 60, now - 60))
    assert failed_segments(settings) == [failed]
    archive_received(settings)
    assert extracted(settings, tmp_path / "log") == {FIRST: segment_of(7)}
    failed.write_bytes(segment_of(7))
    os.utime(failed, (now - 60, now - 60))
    assert failed_segments(settings) == []
