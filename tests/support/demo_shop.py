"""The demo shop on SQLite: loaded once a run, and copied for each test."""

import shutil
from pathlib import Path

from novacart.entrypoints.commands.cli_context import cli_injector
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


def _settings(folder: Path) -> dict[str, str]:
    return {
        "DATABASE_URL": f"sqlite:///{folder / 'shop.sqlite3'}",
        "VAR_DIR": str(folder / "var"),
    }
