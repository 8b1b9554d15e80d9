"""Each third-party library is imported by its owners only.

A new library needs a line in `OWNERS`, which also keeps it out of the domain and the application.
"""

import sys
import tomllib
from collections.abc import Iterable, Mapping
from importlib.metadata import packages_distributions
from itertools import chain
from pathlib import Path
from typing import Final

import grimp
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[3]

_WEB: Final = "adapters.web"
_ADMIN: Final = "adapters.admin"
_EMAIL: Final = "adapters.email"
_SECURITY: Final = "adapters.security"
_STOREFRONT: Final = "adapters.storefront"
_PERSISTENCE: Final = "adapters.persistence"
_ENTRYPOINTS: Final = "entrypoints"

# Top-level package: the packages of novacart that may import it.
OWNERS: Final[Mapping[str, tuple[str, ...]]] = {
    "PIL": ("adapters.imaging",),
    "alembic": (_PERSISTENCE,),
    "argon2": (_SECURITY,),
    "babel": (_ADMIN, _EMAIL, _STOREFRONT, _ENTRYPOINTS),
    "click": (_ENTRYPOINTS,),
    "cloudinary": ("adapters.cloudinary",),
    "cryptography": (_SECURITY,),
    "dotenv": (_ENTRYPOINTS,),
    # Flask-JWT-Extended reads its settings from a Flask application, so security has one.
    "flask": (_WEB, _ADMIN, _EMAIL, _SECURITY, _STOREFRONT, _ENTRYPOINTS),
    "flask_admin": (_ADMIN,),
    "flask_compress": (_WEB,),
    "flask_jwt_extended": (_SECURITY,),
    "flask_mail": (_EMAIL,),
    "flask_smorest": (_WEB,),
    "flask_swagger_ui": (_WEB,),
    "flask_wtf": (_ADMIN,),
    "granian": (_ENTRYPOINTS,),
    "injector": (_ENTRYPOINTS,),
    "jinja2": (_EMAIL,),
    "jwt": (_SECURITY,),
    "markupsafe": (_ADMIN, _STOREFRONT, _WEB),
    "marshmallow": (_WEB,),
    "nh3": ("adapters.html",),
    "orjson": (_WEB, _ENTRYPOINTS, _PERSISTENCE, _STOREFRONT),
    "opentelemetry": ("adapters.opentelemetry",),
    "prometheus_client": (_WEB,),
    "psycopg": (_PERSISTENCE,),
    "pyotp": (_SECURITY,),
    "redis": ("adapters.redis",),
    "rich": (_ENTRYPOINTS,),
    "segno": (_SECURITY,),
    "sqlalchemy": (_PERSISTENCE,),
    "stripe": ("adapters.stripe",),
    "structlog": ("adapters", _ENTRYPOINTS),
    "urllib3": ("adapters.cloudinary",),
    "webargs": (_WEB,),
    "werkzeug": (_WEB, _ADMIN, _STOREFRONT, _ENTRYPOINTS),
    "wtforms": (_ADMIN,),
    "zxcvbn": (_SECURITY,),
}

# Declared, but imported by another library: time zones, and marshmallow's e-mail field.
NOT_IMPORTED: Final = {"email-validator", "tzdata"}


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    return grimp.build_graph("novacart", include_external_packages=True, cache_dir=None)


def _imported_libraries(graph: grimp.ImportGraph) -> set[str]:
    external = {module for module in graph.modules if graph.is_module_squashed(module)}
    return external - sys.stdlib_module_names


def _foreign_importers(graph: grimp.ImportGraph, library: str, owners: Iterable[str]) -> set[str]:
    if library not in graph.modules:
        return set()
    return {
        importer
        for importer in graph.find_modules_that_directly_import(library)
        if not any(f"{importer}.".startswith(f"novacart.{owner}.") for owner in owners)
    }


def _declared() -> set[str]:
    """The distributions in pyproject.toml's `dependencies` and extras."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    lines = [*project["dependencies"], *chain(*project["optional-dependencies"].values())]
    return {canonicalize_name(Requirement(line).name) for line in lines}


@pytest.mark.parametrize("library", OWNERS)
def test_only_owners_import_library(graph: grimp.ImportGraph, library: str) -> None:
    assert _foreign_importers(graph, library, OWNERS[library]) == set()


@pytest.mark.parametrize("importer", ["domain.cart.cart", "adapters.web.cart.routes"])
def test_import_outside_the_owner_is_caught(graph: grimp.ImportGraph, importer: str) -> None:
    planted = grimp.ImportGraph()
    planted.add_module(f"novacart.{importer}")
    planted.add_module("sqlalchemy", is_squashed=True)
    planted.add_import(importer=f"novacart.{importer}", imported="sqlalchemy")
    assert f"novacart.{importer}" in graph.modules
    assert _foreign_importers(planted, "sqlalchemy", OWNERS["sqlalchemy"]) == {
        f"novacart.{importer}"
    }


def test_every_imported_library_has_an_owner(graph: grimp.ImportGraph) -> None:
    assert _imported_libraries(graph) <= set(OWNERS)


def test_every_imported_library_is_declared(graph: grimp.ImportGraph) -> None:
    declared, distributions = _declared(), packages_distributions()
    undeclared = {
        library
        for library in _imported_libraries(graph)
        if not declared & {canonicalize_name(name) for name in distributions.get(library, [])}
    }
    assert undeclared == set()


def test_every_declared_library_is_in_the_table() -> None:
    distributions = packages_distributions()
    owned = {canonicalize_name(name) for library in OWNERS for name in distributions[library]}
    assert _declared() - owned == NOT_IMPORTED


def test_core_owns_no_library() -> None:
    owners = {owner for names in OWNERS.values() for owner in names}
    assert not [owner for owner in owners if owner.startswith(("domain", "application"))]
