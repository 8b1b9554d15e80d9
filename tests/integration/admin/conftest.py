"""The whole shop with its back office, on a database of each test's own."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from injector import Injector

from novacart.adapters.persistence.database import Database
from novacart.entrypoints.http import create_app
from novacart.entrypoints.settings import load_settings
from tests.support.accounts import CheapPasswords, ClockAt
from tests.support.back_office import StaffClient, staff_client
from tests.support.clock import SetClock

MakeShop = Callable[..., Flask]


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def make_shop(database_url: str, tmp_path: Path, clock: SetClock) -> Iterator[MakeShop]:
    made: list[Flask] = []

    def make(**environ: str) -> Flask:
        given = {
            "SECRET_KEY": "a-key-of-the-tests-alone-0123456789",
            "DATABASE_URL": database_url,
            "VAR_DIR": str(tmp_path / "var"),
            "DEBUG": "True",
        }
        settings = load_settings(given | environ, dotenv=tmp_path / "no.env")
        made.append(create_app(settings, CheapPasswords(), ClockAt(clock)))
        return made[-1]

    yield make
    for app in made:
        app.extensions["novacart.injector"].get(Database).dispose()


@pytest.fixture
def app(make_shop: MakeShop) -> Flask:
    return make_shop()


@pytest.fixture
def injector(app: Flask) -> Injector:
    found: Injector = app.extensions["novacart.injector"]
    return found


@pytest.fixture
def owner(app: Flask) -> StaffClient:
    return staff_client(app, "owner")
