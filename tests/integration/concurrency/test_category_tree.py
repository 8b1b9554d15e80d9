"""Two people move categories into each other at once."""

from collections.abc import Callable

import pytest
from sqlalchemy import text

from novacart.adapters.persistence.audit.audit_check import run_all
from novacart.adapters.persistence.audit.catalog import CATEGORY_TREE
from novacart.adapters.persistence.catalog.categories import SqlCategories
from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.unit_of_work import SqlUnitOfWorkFactory
from novacart.adapters.system.request_context import ContextVarRequestContexts
from novacart.application.authorization.actor import SYSTEM
from novacart.application.catalog.edit_category import EditCategory, EditCategoryCommand
from novacart.domain.catalog.errors import CategoryInsideItself
from novacart.domain.shared.ids import CategoryId
from tests.support.builders.catalog import NOON, a_category, add_categories
from tests.support.clock import SetClock
from tests.support.races import errors_of, run_concurrently

A, B, C = CategoryId(71), CategoryId(72), CategoryId(73)


@pytest.fixture
def edit(database: Database) -> EditCategory:
    begin = SqlUnitOfWorkFactory(database, ContextVarRequestContexts())
    add_categories(begin, *(a_category(each, f"category-{each}") for each in (A, B, C)))
    return EditCategory(begin=begin, clock=SetClock(NOON))


def moving(
    edit: EditCategory, category_id: CategoryId, parent_id: CategoryId
) -> Callable[[], None]:
    command = EditCategoryCommand(
        actor=SYSTEM, category_id=CategoryId(category_id), changes={"parent_id": parent_id}
    )
    return lambda: edit(command)


def number_in_circles(database: Database) -> int:
    """The number of categories from which no root is reached."""
    with database.reading() as connection:
        total: int = connection.scalar(
            text("""
                WITH RECURSIVE reached AS (
                    SELECT id FROM categories WHERE parent_id IS NULL
                    UNION ALL
                    SELECT c.id FROM categories c JOIN reached r ON c.parent_id = r.id
                )
                SELECT (SELECT count(*) FROM categories) - (SELECT count(*) FROM reached)
            """)
        )
        return total


def test_of_moves_into_each_other_one_is_refused(database: Database, edit: EditCategory) -> None:
    outcomes = run_concurrently([moving(edit, A, B), moving(edit, B, C), moving(edit, C, A)])
    [error] = errors_of(outcomes)
    assert isinstance(error, CategoryInsideItself)
    assert number_in_circles(database) == 0
    with database.reading() as connection:
        assert run_all(CATEGORY_TREE, connection, NOON).violations == []


def test_negative_control_moves_without_the_lock_of_the_tree_make_a_circle(
    database: Database, edit: EditCategory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both check the tree as it is before they start."""
    with edit._begin() as work:
        tree = work.categories.lock_tree()
    monkeypatch.setattr(SqlCategories, "lock_tree", lambda _: tree)
    run_concurrently([moving(edit, A, B), moving(edit, B, A)])
    assert number_in_circles(database) == 2
    with database.reading() as connection:
        assert len(run_all(CATEGORY_TREE, connection, NOON).violations) == 2
