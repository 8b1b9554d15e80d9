"""File permissions of the directory for local files."""

from pathlib import Path

import pytest

from novacart.entrypoints.private_files import UnusableDirectory, make_private, protect_files


def test_files_are_private_and_programs_stay_executable(tmp_path: Path) -> None:
    folder = tmp_path / "var"
    folder.mkdir(mode=0o755)
    data, program = folder / "novacart.db", folder / "chromium"
    data.touch(mode=0o644)
    program.touch(mode=0o755)
    make_private(folder)
    modes = [path.stat().st_mode & 0o777 for path in (folder, data, program)]
    assert modes == [0o700, 0o600, 0o700]


@pytest.mark.parametrize("var", ["/", "/var", "/tmp", "/usr/../etc"])  # noqa: S108 (refused)
def test_directory_of_other_programs_is_not_restricted(
    var: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "chmod", lambda *_: pytest.fail("it was restricted"))
    with pytest.raises(UnusableDirectory, match=r"VAR_DIR is .* Name a directory of its own"):
        protect_files(Path(var), "sqlite:///shop.db")


def test_directory_in_the_place_of_the_database_is_not_restricted(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    with pytest.raises(UnusableDirectory, match=r"DATABASE_URL names the directory .* Name a file"):
        protect_files(tmp_path / "var", f"sqlite:///{tmp_path}")
    assert tmp_path.stat().st_mode & 0o777 == 0o755


@pytest.mark.parametrize(("name", "setting"), [("var", "VAR_DIR"), ("database", "DATABASE_URL")])
def test_path_that_can_not_be_looked_up_is_named(tmp_path: Path, name: str, setting: str) -> None:
    paths = {"var": tmp_path / "var", "database": tmp_path / "shop.db"}
    # The system refuses such a name, as it refuses a directory that the user can't enter.
    paths[name] = tmp_path / ("x" * 300)
    with pytest.raises(UnusableDirectory, match=rf"{setting}: .* can't be used .* Name a dir"):
        protect_files(paths["var"], f"sqlite:///{paths['database']}")
