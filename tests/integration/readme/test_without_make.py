"""The lines of the README for machines without make, Windows included."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.processes import free_port

ROOT = Path(__file__).resolve().parents[3]

# What Windows does not have.
WITHOUT_UNIX = """
import os, sys
for name in ("fcntl", "grp", "pwd", "resource"):
    sys.modules[name] = None
for name in ("geteuid", "getuid", "fork"):
    delattr(os, name)
from novacart.entrypoints.cli import main
sys.argv = ["novacart", sys.argv[1]]
main()
"""


def plain_lines() -> list[str]:
    readme = (ROOT / "README.md").read_text()
    (block,) = re.findall(r"Without make[^`]*`make run`[^`]*```\n(.*?)```", readme, re.DOTALL)
    return str(block).splitlines()


def test_lines_are_those_of_the_makefile() -> None:
    *install, run = plain_lines()
    makefile = re.sub(r"\\\n\s*", "", (ROOT / "Makefile").read_text())
    makefile = makefile.replace("$(BIN)", ".venv/bin").replace("$(VENV)", ".venv")
    makefile = makefile.replace("'$(PYTHON)'", "python3").replace(" --clear ", " ")
    for option in ("--quiet ", "--disable-pip-version-check "):
        makefile = makefile.replace(option, "")
    for line in install:
        assert f"@{line}\n" in makefile, line
    assert f"@exec {run}\n" in makefile


@pytest.mark.parametrize("command", ["migrate", "routes", "check", "serve"])
def test_commands_need_no_module_that_windows_lacks(command: str, tmp_path: Path) -> None:
    environ = {"DEBUG": "True", "PORT": "0"} if command == "serve" else {"DEBUG": "True"}
    result = subprocess.run(
        [sys.executable, "-c", WITHOUT_UNIX, command],
        env=environ | {"PATH": os.environ["PATH"]},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    # `check` reports DEBUG, and `serve` the port.
    assert result.returncode == (1 if command in {"check", "serve"} else 0), result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.stress
@pytest.mark.timeout(900)
def test_lines_start_the_demo_shop(tmp_path: Path) -> None:
    for name in ("src", "migrations", "scripts", "requirements", "storefront"):
        ignored = shutil.ignore_patterns("__pycache__", "node_modules", "built")
        shutil.copytree(ROOT / name, tmp_path / name, ignore=ignored)
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, tmp_path)
    *install, run = plain_lines()
    for line in install:
        subprocess.run(["sh", "-c", line], cwd=tmp_path, check=True)
    assert run == ".venv/bin/novacart dev"
    assert (tmp_path / "src/novacart/adapters/storefront/built/index.html").exists()
    port = free_port()
    with subprocess.Popen(
        [tmp_path / run.split()[0], "dev"],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "PORT": str(port), "WEB_WORKERS": "1"},
        stdout=subprocess.PIPE,
        text=True,
    ) as shop:
        assert shop.stdout is not None
        try:
            assert any("Ctrl-C" in line for line in shop.stdout)
        finally:
            shop.terminate()
