"""The demo shop on SQLite: loaded once a run, and copied for each test.

Tests that load it themselves share the smaller versions of its pictures, which take most of the
time.
"""

import shutil
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from tempfile import NamedTemporaryFile

import pytest
from PIL import Image

from novacart.application.ports.image_processor import PreparedImage
from novacart.entrypoints.commands.cli_context import cli_injector
from novacart.entrypoints.demo import past
from novacart.entrypoints.demo.accounts import seed_people
from novacart.entrypoints.demo.seed import seed_demo
from novacart.entrypoints.settings import load_settings
from tests.support.databases import TestRun


def copy_demo_shop(
    test_run: TestRun, folder: Path, *, with_orders: bool = False, currency: str = "INR"
) -> dict[str, str]:
    """Copy the demo shop into `folder`; return the settings of its database and files."""
    name = f"demo-{currency}-orders" if with_orders else f"demo-{currency}"
    template = test_run.folder / name
    with test_run.once(name) as first:
        if first:
            shutil.rmtree(template, ignore_errors=True)
            template.mkdir()
            test_run.sqlite_copy(template / "shop.sqlite3")
            environ = _settings(template) | {"DEBUG": "True", "CURRENCY": currency}
            with cli_injector(load_settings(environ, dotenv=template / "no.env")) as injector:
                seed_demo(injector, with_orders=with_orders)
    shutil.copytree(template, folder, dirs_exist_ok=True)
    return _settings(folder)


def add_demo_accounts(database_url: str, folder: Path) -> None:
    """Add the accounts of the demo shop alone, with their published passwords."""
    environ = {"DATABASE_URL": database_url, "VAR_DIR": str(folder / "var"), "DEBUG": "True"}
    with cli_injector(load_settings(environ, dotenv=folder / "no.env")) as injector:
        seed_people(injector, lambda _what, _done, _total: None)


def share_smaller_pictures(folder: Path) -> None:
    """Make each smaller version of a picture of the demo shop once, and keep it in `folder`."""
    folder.mkdir(exist_ok=True)
    make = past._BundledImages.smaller

    def smaller(images: past._BundledImages, image: PreparedImage, *, side: int) -> PreparedImage:
        kept = folder / f"{sha256(image.content).hexdigest()}-{side}.webp"
        if not kept.exists():
            made = make(images, image, side=side)
            with NamedTemporaryFile(dir=folder, delete=False) as draft:
                draft.write(made.content)
            Path(draft.name).rename(kept)
            return made
        content = kept.read_bytes()
        with Image.open(BytesIO(content)) as opened:
            width, height = opened.size
        return PreparedImage(content=content, content_type="image/webp", width=width, height=height)

    pytest.MonkeyPatch().setattr(past._BundledImages, "smaller", smaller)


def _settings(folder: Path) -> dict[str, str]:
    return {
        "DATABASE_URL": f"sqlite:///{folder / 'shop.sqlite3'}",
        "VAR_DIR": str(folder / "var"),
    }
