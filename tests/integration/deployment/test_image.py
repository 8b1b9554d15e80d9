"""The health check and the secrets of the image; and the image itself, built without an engine."""

import os
import re
import shutil
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from novacart.entrypoints.settings import load_settings
from tests.support.dockerfile import stages
from tests.support.processes import PRODUCTION, free_port, started

ROOT = Path(__file__).parents[3]
KEY = "a-key-of-the-tests-alone-0123456789"


def test_health_check_follows_the_web_server(sqlite_url: str, tmp_path: Path) -> None:
    port = str(free_port())
    environ = {"ALLOWED_HOSTS": ".shop.example", "HOST": "0.0.0.0", "PORT": port}  # noqa: S104

    def check() -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-m", "novacart.entrypoints.health"],
            env=environ,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )

    stopped = check()
    assert (stopped.returncode, "Refused" in stopped.stdout) == (1, True)
    database = {"DATABASE_URL": sqlite_url, "VAR_DIR": str(tmp_path / "var")}
    with started(
        "serve", folder=tmp_path, SECRET_KEY=KEY, WEB_WORKERS="1", **environ, **database
    ) as server:
        server.wait_until_up(f"http://127.0.0.1:{port}/api/health/")
        ready = check()
        assert ready.returncode == 0, ready.stdout
        # Negative control: any other host name gets 400.
        environ["ALLOWED_HOSTS"] = "other.example"
        assert check().stdout.startswith("400: ")


def test_secrets_are_created_once(tmp_path: Path) -> None:
    def create() -> dict[str, str]:
        subprocess.run(
            [sys.executable, "-m", "novacart.entrypoints.cli", "init-secrets", str(tmp_path)],
            check=True,
            capture_output=True,
        )
        return {path.name: path.read_text() for path in tmp_path.iterdir()}

    first = create()
    assert create() == first
    assert load_settings({}, dotenv=tmp_path / ".env").secret_key in first[".env"]
    assert first["pgpass"] == f"*:*:*:*:{first['postgres_password']}\n"
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert modes == {".env": 0o600, "pgpass": 0o600, "postgres_password": 0o644}


@pytest.fixture
def root() -> Iterator[Path]:
    """An empty folder in place of the image's file system."""
    with tempfile.TemporaryDirectory(prefix="novacart-image-") as folder:
        yield Path(folder)


@pytest.mark.stress
@pytest.mark.timeout(900)
def test_steps_of_the_dockerfile_build_a_shop_that_runs(root: Path) -> None:
    """Run RUN and COPY of the build stage, and the commands of the final one."""
    build, final = stages(ROOT / "Dockerfile")
    environ = {"PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin", "HOME": str(root)}
    # npm does not read the certificates of the system, such as that of a proxy.
    if certificates := os.environ.get("NODE_EXTRA_CA_CERTS"):
        environ["NODE_EXTRA_CA_CERTS"] = certificates
    folder = root
    for step, line in build:
        arguments = re.sub(r"(?<!\S)/(opt|build)\b", rf"{root}/\1", line)
        if step == "WORKDIR":
            folder = Path(arguments)
            folder.mkdir()
        elif step in {"ARG", "ENV"}:
            environ |= dict(re.findall(r"(\w+)=(\S+)", arguments))
        elif step == "RUN":
            subprocess.run(["sh", "-c", arguments], cwd=folder, env=environ, check=True)
        else:
            assert step == "COPY"
            *sources, target = arguments.split()
            copy(sources, folder / target, into_directory=target.endswith("/"))
    program = root / "opt" / "novacart" / "bin"
    assert not (program / "pip").exists()
    var = root / "var"
    var.mkdir()
    database = var / "shop.sqlite3"
    before = files(root / "opt")
    port = str(free_port())
    (environment,) = [line for step, line in final if step == "ENV"]
    settings = dict(re.findall(r"(\w+)=(\S+)", environment)) | {
        "PATH": f"{program}:/usr/bin:/bin",
        "VAR_DIR": str(var),
        "DATABASE_URL": f"sqlite:///{database}",
        "SECRET_KEY": KEY,
        "PORT": port,
        "WEB_WORKERS": "1",
        **PRODUCTION,
    }
    command = str(program / "novacart")
    subprocess.run([command, "migrate"], cwd=var, env=settings, check=True)
    with subprocess.Popen([command, "serve"], cwd=var, env=settings) as server:
        try:
            check = [str(program / "python"), "-m", "novacart.entrypoints.health"]
            deadline = time.monotonic() + 60
            while subprocess.run(check, cwd=var, env=settings, check=False).returncode:
                assert server.poll() is None
                assert time.monotonic() < deadline
                time.sleep(0.2)
        finally:
            server.terminate()
            assert server.wait(60) == 0
    assert files(root / "opt") == before, "the root file system may be read-only"


def files(folder: Path) -> dict[str, int]:
    """The paths below a folder, and when each was changed."""
    return {str(path): path.lstat().st_mtime_ns for path in folder.rglob("*")}


def copy(sources: list[str], target: Path, *, into_directory: bool) -> None:
    for source in sources:
        path = ROOT / source
        if path.is_dir():
            shutil.copytree(
                path, target, ignore=shutil.ignore_patterns("__pycache__", "node_modules", "built")
            )
        else:
            if into_directory:
                target.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, target)
