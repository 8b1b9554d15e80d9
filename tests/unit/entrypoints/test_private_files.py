"""File permissions of the directory for local files."""

from pathlib import Path

from novacart.entrypoints.private_files import make_private


def test_files_are_private_and_programs_stay_executable(tmp_path: Path) -> None:
    folder = tmp_path / "var"
    folder.mkdir(mode=0o755)
    data, program = folder / "novacart.db", folder / "chromium"
    data.touch(mode=0o644)
    program.touch(mode=0o755)
    make_private(folder)
    modes = [path.stat().st_mode & 0o777 for path in (folder, data, program)]
    assert modes == [0o700, 0o600, 0o700]
