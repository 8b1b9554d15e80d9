"""The wheel contains what an installed shop needs, so that it needs neither Git nor Node."""

import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parents[3]
PACKAGE = ROOT / "src" / "novacart"


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The files of a new wheel."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    [wheel] = folder.iterdir()
    with ZipFile(wheel) as archive:
        return set(archive.namelist())


@pytest.mark.parametrize(
    "folder", ["adapters/storefront/built", "adapters/admin/static/packages", "entrypoints/demo"]
)
def test_wheel_contains_all_files_of_a_folder(names: set[str], folder: str) -> None:
    files = {
        f"novacart/{file.relative_to(PACKAGE)}"
        for file in (PACKAGE / folder).rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }
    assert files
    assert files <= names


def test_wheel_contains_migrations_and_no_tests(names: set[str]) -> None:
    versions = {file.name for file in (ROOT / "migrations" / "versions").glob("*.py")}
    folder = "novacart/adapters/persistence/migrations/versions/"
    assert versions <= {name.removeprefix(folder) for name in names}
    assert not [name for name in names if "tests/" in name or "node_modules/" in name]
