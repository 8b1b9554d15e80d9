"""The back office changes data through use cases only; no import leads from it to a table."""

from dataclasses import fields
from datetime import tzinfo
from inspect import getmembers
from typing import get_type_hints

import grimp
import pytest
from flask_admin.contrib import fileadmin

from novacart.adapters.admin import site
from novacart.adapters.admin.back_office import (
    AccountActions,
    BackOffice,
    CatalogActions,
    OrderActions,
)

ADMIN = "novacart.adapters.admin"
ALLOWED_LAYERS = ("novacart.application", "novacart.domain", ADMIN)
FORBIDDEN_BASES = ("sqlalchemy", "psycopg", "sqlite3", "flask_admin.contrib")


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    return grimp.build_graph("novacart", include_external_packages=True)


def _reached(graph: grimp.ImportGraph, start: str) -> set[str]:
    modules = {start} | graph.find_descendants(start)
    return modules | {
        upstream for module in modules for upstream in graph.find_upstream_modules(module)
    }


def test_admin_imports_no_database(graph: grimp.ImportGraph) -> None:
    reached = _reached(graph, ADMIN)
    assert not reached & {"sqlalchemy", "psycopg", "alembic"}
    assert not [name for name in reached if name.startswith("novacart.adapters.persistence")]
    ours = [name for name in reached if name.startswith("novacart.")]
    assert all(name.startswith(ALLOWED_LAYERS) for name in ours)


def test_check_finds_the_database_imported_by_persistence(
    graph: grimp.ImportGraph,
) -> None:
    assert "sqlalchemy" in _reached(graph, "novacart.adapters.persistence")


def test_no_view_extends_flask_admin_contrib() -> None:
    views = [view for view, _ in site._VIEWS.values()]
    assert len(views) > 10
    for view in views:
        for base in view.__mro__:
            assert not base.__module__.startswith(FORBIDDEN_BASES), (view, base)
    assert fileadmin.BaseFileAdmin.__module__.startswith(FORBIDDEN_BASES)


@pytest.mark.parametrize("dependencies", [BackOffice, CatalogActions, OrderActions, AccountActions])
def test_views_are_given_use_cases_queries_and_ports(dependencies: type) -> None:
    hints = get_type_hints(dependencies)
    assert {field.name for field in fields(dependencies)} == set(hints)
    for name, dependency in hints.items():
        is_own = dependency.__module__.startswith(("novacart.application", ADMIN))
        assert is_own or dependency in {str, tzinfo}, name
        assert "UnitOfWork" not in dependency.__name__, name


def test_use_cases_expose_nothing_but_the_call() -> None:
    for actions in (CatalogActions, OrderActions, AccountActions):
        for name, use_case in get_type_hints(actions).items():
            public = [member for member, _ in getmembers(use_case) if not member.startswith("_")]
            assert public == [], name
