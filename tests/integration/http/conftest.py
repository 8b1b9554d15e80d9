"""The whole shop behind Flask's test client, on a database of each test's own."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from injector import Injector, Module

from novacart.adapters.persistence.database import Database
from novacart.entrypoints.http import create_app
from novacart.entrypoints.settings import load_settings
from tests.support.databases import TestRun
from tests.support.processes import PRODUCTION

MakeApp = Callable[..., Flask]


@contextmanager
def app_maker(database_url: str, folder: Path) -> Iterator[MakeApp]:
    """Yield a function that makes the shop with other settings; production's are the default."""
    made: list[Flask] = []

    def make(*overrides: Module, **environ: str) -> Flask:
        given = {
            "SECRET_KEY": "a-key-of-the-tests-alone-0123456789",
            "DATABASE_URL": database_url,
            "VAR_DIR": str(folder / "var"),
            "CORS_ALLOWED_ORIGINS": "https://shop.example",
            **PRODUCTION,
        }
        settings = load_settings(given | environ, dotenv=folder / "no.env")
        made.append(create_app(settings, *overrides))
        return made[-1]

    yield make
    for app in made:
        injector: Injector = app.extensions["novacart.injector"]
        injector.get(Database).dispose()


@pytest.fixture
def make_app(database_url: str, tmp_path: Path) -> Iterator[MakeApp]:
    """Makes the shop on the database of the test."""
    with app_maker(database_url, tmp_path) as make:
        yield make


@pytest.fixture(scope="module")
def make_shared_app(
    test_run: TestRun, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[MakeApp]:
    """Makes the shop on SQLite for all tests of a module, none of which depends on another."""
    folder = tmp_path_factory.mktemp("shop")
    with app_maker(test_run.sqlite_copy(folder / "shop.sqlite3"), folder) as make:
        yield make


@pytest.fixture
def app(make_app: MakeApp) -> Flask:
    return make_app()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def injector(app: Flask) -> Injector:
    """The shop's parts, to bring it into a state that no route can."""
    found: Injector = app.extensions["novacart.injector"]
    return found
