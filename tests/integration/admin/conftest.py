"""The whole application on a database of each test."""

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

MakeApp = Callable[..., Flask]


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def make_app(database_url: str, tmp_path: Path, clock: SetClock) -> Iterator[MakeApp]:
    apps: list[Flask] = []

    def make(**environ: str) -> Flask:
        defaults = {
            "SECRET_KEY": "a-key-of-the-tests-alone-0123456789",
            "DATABASE_URL": database_url,
            "VAR_DIR": str(tmp_path / "var"),
            "DEBUG": "True",
        }
        settings = load_settings(defaults | environ, dotenv=tmp_path / "no.env")
        apps.append(create_app(settings, CheapPasswords(), ClockAt(clock)))
        return apps[-1]

    yield make
    for app in apps:
        app.extensions["novacart.injector"].get(Database).dispose()


@pytest.fixture
def app(make_app: MakeApp) -> Flask:
    return make_app()


@pytest.fixture
def injector(app: Flask) -> Injector:
    injector: Injector = app.extensions["novacart.injector"]
    return injector


@pytest.fixture
def owner(app: Flask) -> StaffClient:
    return staff_client(app, "owner")
