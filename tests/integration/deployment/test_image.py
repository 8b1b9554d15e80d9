"""The health check and the secrets of the image; and the image itself, built without an engine."""

import json
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
from click.testing import CliRunner

from novacart.entrypoints.cli import novacart
from novacart.entrypoints.settings import load_settings
from tests.support.dockerfile import Step, stages
from tests.support.processes import PRODUCTION, free_port, started
from tests.support.programs import program

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


def test_directory_of_secrets_that_can_not_be_created_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    result = CliRunner().invoke(novacart, ["init-secrets", str(tmp_path / "file" / "secrets")])
    assert result.exit_code == 1
    assert "file/secrets can't be used: Not a directory" in result.output


@pytest.fixture
def root() -> Iterator[Path]:
    """An empty folder in place of the image's file system."""
    with tempfile.TemporaryDirectory(prefix="novacart-image-") as folder:
        yield Path(folder)


class Stage:
    """Runs the steps of a build stage in a folder in place of the root of a file system."""

    def __init__(self, root: Path, environ: dict[str, str]) -> None:
        root.mkdir()
        self.root = root
        self.folder = root
        self.environ = environ
        self.user = ""
        self.command: list[str] = []
        self.health_check: list[str] = []

    def run(self, steps: list[Step], *, built: "Stage | None" = None) -> None:
        for step, line in steps:
            getattr(self, f"_{step.lower()}")(line, built)

    def in_root(self, line: str) -> str:
        return re.sub(r"(?<=[\s=:])(?=/(opt|build|etc|var)\b)", str(self.root), f" {line}")[1:]

    def _workdir(self, line: str, _built: object) -> None:
        self.folder = Path(self.in_root(line))
        self.folder.mkdir(exist_ok=True)

    def _env(self, line: str, _built: object) -> None:
        for name, value in re.findall(r"(\w+)=(\S+)", self.in_root(line)):
            self.environ[name] = value.replace("$PATH", self.environ["PATH"])

    _arg = _env

    def _run(self, line: str, _built: object) -> None:
        if line.startswith("apt-get"):
            # It changes the machine. tests/unit/deployment checks which server it installs.
            return
        is_root = os.geteuid() == 0
        if line.startswith(("groupadd", "useradd")):
            if not is_root:
                return
            # The files of the accounts are in the folder.
            (self.root / "etc").mkdir(exist_ok=True)
            line = line.replace("add ", f"add --prefix {self.root} ", 1)
        if line.startswith("install"):
            # The machine does not know the names of the new accounts.
            owner = r"--\1=10001" if is_root else ""
            line = re.sub(r"--(owner|group)=novacart", owner, line)
        command = ["sh", "-c", self.in_root(line)]
        subprocess.run(command, cwd=self.folder, env=self.environ, check=True)

    def _copy(self, line: str, built: "Stage | None") -> None:
        if line.startswith("--from=build "):
            assert built is not None
            source, target = line.split()[1:]
            # Programs name the folder of their interpreter: a stage has the same paths in an image.
            Path(self.in_root(target)).parent.mkdir(parents=True, exist_ok=True)
            Path(self.in_root(target)).symlink_to(built.in_root(source))
            return
        *sources, target = line.split()
        copy(sources, self.folder / target, into_directory=target.endswith("/"))

    def _user(self, line: str, _built: object) -> None:
        self.user = line

    def _expose(self, line: str, _built: object) -> None:
        assert line == self.environ["PORT"]

    def _healthcheck(self, line: str, _built: object) -> None:
        self.health_check = json.loads(line.partition("CMD ")[2])

    def _cmd(self, line: str, _built: object) -> None:
        self.command = json.loads(line)


@pytest.mark.stress
@pytest.mark.timeout(900)
def test_steps_of_the_dockerfile_build_a_shop_that_runs(root: Path) -> None:
    """Each step of both stages but that of apt-get, and the health check.

    If root runs the test, accounts are created, and the programs run as the user of the image with
    a read-only root file system.
    """
    environ = {"PATH": f"{Path(sys.executable).parent}:/usr/sbin:/usr/bin:/bin", "HOME": str(root)}
    # npm does not read the certificates of the system, such as that of a proxy.
    if certificates := os.environ.get("NODE_EXTRA_CA_CERTS"):
        environ["NODE_EXTRA_CA_CERTS"] = certificates
    root.chmod(0o755)
    build, final = (Stage(root / name, environ.copy()) for name in ("build", "final"))
    build_steps, final_steps = stages(ROOT / "Dockerfile")
    build.run(build_steps)
    final.run(final_steps, built=build)
    program = final.root / "opt" / "novacart" / "bin"
    assert not (program / "pip").exists()
    if os.geteuid() == 0:
        accounts = (final.root / "etc" / "passwd").read_text()
        assert re.search(rf"^novacart:[^:]*:{final.user}:", accounts, re.MULTILINE)
    var = final.root / "var" / "lib" / "novacart"
    before = files(build.root / "opt")
    prefix = as_user(final, root, writable=var) if os.geteuid() == 0 else []
    settings = final.environ | {
        "DATABASE_URL": f"sqlite:///{var}/shop.sqlite3",
        "SECRET_KEY": KEY,
        "PORT": str(free_port()),
        "WEB_WORKERS": "1",
        **PRODUCTION,
    }

    def start(command: list[str]) -> "subprocess.Popen[bytes]":
        path = shutil.which(command[0], path=settings["PATH"])
        assert path is not None
        return subprocess.Popen([*prefix, path, *command[1:]], cwd=final.folder, env=settings)

    assert start(["novacart", "migrate"]).wait(60) == 0
    if prefix:
        assert (var / "shop.sqlite3").stat().st_uid == int(final.user.partition(":")[0])
        # The user owns the folder, so only the file system refuses this.
        assert start(["touch", str(final.root / "etc" / "novacart" / "file")]).wait(60) == 1
    with start(final.command) as server:
        try:
            deadline = time.monotonic() + 60
            while start(final.health_check).wait(60):
                assert server.poll() is None
                assert time.monotonic() < deadline
                time.sleep(0.2)
        finally:
            server.terminate()
            assert server.wait(60) == 0
    assert files(build.root / "opt") == before, "the root file system may be read-only"


# Arguments: the folder of the image, its writable one, user, group, interpreter, command.
_AS_USER = """
set -e
image=$1 writable=$2 user=$3 group=$4 interpreter=$5
shift 5
# The user may not enter a home directory that has the interpreter.
mount --bind "$interpreter" /mnt
home=/$(echo "$interpreter" | cut -d / -f 2)
test "$home" = /usr || {
    mount -t tmpfs -o mode=755 tmpfs "$home"
    mkdir -p "$interpreter"
    mount --bind /mnt "$interpreter"
}
mount --bind "$image" "$image"
mount --bind "$writable" "$writable"
mount -t tmpfs tmpfs "$image/tmp"
mount -o remount,bind,ro "$image"
mount -o remount,bind,ro /
cd "$PWD"
exec setpriv --reuid="$user" --regid="$group" --clear-groups --bounding-set=-all --no-new-privs "$@"
"""


def as_user(stage: Stage, image: Path, *, writable: Path) -> list[str]:
    """Return the beginning of a command that runs as the user of the stage, and writes little."""
    (image / "tmp").mkdir()
    stage.environ["TMPDIR"] = str(image / "tmp")
    user, group = stage.user.split(":")
    arguments = [str(image), str(writable), user, group, sys.base_prefix]
    return [program("unshare"), "--mount", "sh", "-c", _AS_USER, "sh", *arguments]


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
