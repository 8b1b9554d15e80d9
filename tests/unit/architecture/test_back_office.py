"""No write of the back office goes round a use case: there is no way from there to a table."""

from dataclasses import fields
from inspect import getmembers
from typing import get_type_hints

import grimp
import pytest
from flask_admin.contrib import fileadmin

from novacart.adapters.admin import site
from novacart.adapters.admin.back_office import (
    AccountActions,
    BackOffice,
    CategoryActions,
    OrderActs,
)

ADMIN = "novacart.adapters.admin"
ALLOWED_LAYERS = ("novacart.application", "novacart.domain", ADMIN)
OUT_OF_REACH = ("sqlalchemy", "psycopg", "sqlite3", "flask_admin.contrib")


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    return grimp.build_graph("novacart", include_external_packages=True)


def _reached(graph: grimp.ImportGraph, start: str) -> set[str]:
    modules = {start} | graph.find_descendants(start)
    return modules | {
        upstream for module in modules for upstream in graph.find_upstream_modules(module)
    }


def test_no_import_leads_from_the_back_office_to_a_database(graph: grimp.ImportGraph) -> None:
    reached = _reached(graph, ADMIN)
    assert not reached & {"sqlalchemy", "psycopg", "alembic"}
    assert not [name for name in reached if name.startswith("novacart.adapters.persistence")]
    ours = [name for name in reached if name.startswith("novacart.")]
    assert all(name.startswith(ALLOWED_LAYERS) for name in ours)


def test_the_same_search_does_find_a_database_where_there_is_one(
    graph: grimp.ImportGraph,
) -> None:
    assert "sqlalchemy" in _reached(graph, "novacart.adapters.persistence")


def test_no_view_is_one_of_flask_admin_s_own_back_ends() -> None:
    views = [view for view, _ in site._VIEWS.values()]
    assert len(views) > 10
    for view in views:
        for base in view.__mro__:
            assert not base.__module__.startswith(OUT_OF_REACH), (view, base)
    assert fileadmin.BaseFileAdmin.__module__.startswith(OUT_OF_REACH)


@pytest.mark.parametrize("desk", [BackOffice, CategoryActions, OrderActs, AccountActions])
def test_whatever_a_view_is_given_is_a_use_case_a_question_or_a_port(desk: type) -> None:
    hints = get_type_hints(desk)
    assert {field.name for field in fields(desk)} == set(hints)
    for name, given in hints.items():
        home = given.__module__
        assert home.startswith(("novacart.application", ADMIN)) or given is str, name
        assert "UnitOfWork" not in given.__name__, name


def test_no_use_case_hands_its_transaction_to_a_view() -> None:
    for acts in (CategoryActions, OrderActs, AccountActions):
        for name, use_case in get_type_hints(acts).items():
            shown = [member for member, _ in getmembers(use_case) if not member.startswith("_")]
            assert shown == [], name
