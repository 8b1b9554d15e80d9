"""The lock check reports each kind of problem, and none for this checkout."""

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


def _check(root: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "check_lock.py"), str(root)],
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    shutil.copytree(ROOT / "requirements", tmp_path / "requirements")
    return tmp_path


def test_lock_of_this_checkout_matches(checkout: Path) -> None:
    checked = _check(checkout)
    assert checked.returncode == 0, checked.stderr


@pytest.mark.parametrize(
    ("file", "edit", "message"),
    [
        (
            "pyproject.toml",
            lambda text: text.replace('"flask>=3.1.3"', '"flask>=99"'),
            "needs flask>=99, but 3",
        ),
        (
            "pyproject.toml",
            lambda text: text.replace('"flask>=3.1.3"', '"flask>=3.1.3", "mutmut"'),
            "needs mutmut, which is not locked",
        ),
        (
            "pyproject.toml",
            lambda text: re.sub(r' *"stripe>=.*\n', "", text),
            "nothing needs stripe",
        ),
        (
            "pyproject.toml",
            lambda text: text.replace('"flask>=3.1.3"', '"flask>=3.1.3", "never-installed"'),
            "needs never-installed, which is not locked",
        ),
        (
            "requirements/runtime.txt",
            lambda text: re.sub(r"(?m)^(click==\S+)[^#]*", r"\1\n", text),
            "no hash for click",
        ),
        (
            "requirements/runtime.txt",
            lambda text: f"--index-url https://registry.example/simple\n{text}",
            "names an index, URL or path",
        ),
        (
            "requirements/runtime.txt",
            lambda text: re.sub(r"(?m)^click==\S+", "click==8.2.0", text),
            "click is not pinned as in",
        ),
    ],
    ids=["outdated", "missing", "orphan", "unknown", "no hash", "registry", "two versions"],
)
def test_invalid_lock_is_reported(
    checkout: Path, file: str, edit: Callable[[str], str], message: str
) -> None:
    path = checkout / file
    before = path.read_text()
    path.write_text(edit(before))
    assert path.read_text() != before
    checked = _check(checkout)
    assert checked.returncode == 1
    assert message in checked.stderr
