"""One person uses an attribute while another one takes it away."""

from collections.abc import Callable, Mapping

import pytest

from novacart.adapters.persistence.audit.audit_check import run_all
from novacart.adapters.persistence.audit.catalog import ATTRIBUTES
from novacart.adapters.persistence.catalog.attributes import SqlAttributes
from novacart.adapters.persistence.catalog.collections import SqlCollectionQueries
from novacart.adapters.persistence.catalog.queries import SqlCatalogQueries
from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.unit_of_work import SqlUnitOfWorkFactory
from novacart.adapters.system.request_context import ContextVarRequestContexts
from novacart.application.authorization.actor import SYSTEM
from novacart.application.catalog.edit_attributes import (
    ChoiceEdit,
    EditAttribute,
    EditAttributeCommand,
    RemoveAttribute,
    RemoveAttributeCommand,
)
from novacart.application.catalog.edit_category import EditCategory, EditCategoryCommand
from novacart.application.catalog.edit_collections import AddCollection, AddCollectionCommand
from novacart.application.catalog.edit_product import EditProduct, EditProductCommand
from novacart.application.catalog.policy import CatalogPolicy
from novacart.domain.catalog.attribute_details import AttributeType
from novacart.domain.catalog.collection_details import CollectionDetails, CollectionRule
from novacart.domain.catalog.errors import AttributeChoiceInUse, AttributeInUse
from novacart.domain.shared.errors import InvalidValue
from novacart.domain.shared.ids import AttributeId, CategoryId, ProductId
from tests.support.builders.catalog import (
    NOON,
    a_category,
    a_product,
    add_attributes,
    add_categories,
    add_product,
    an_attribute,
    details,
)
from tests.support.clock import SetClock
from tests.support.races import errors_of, run_concurrently

CLOTHING, COATS, TOYS = CategoryId(81), CategoryId(82), CategoryId(83)
COLOUR, COAT = AttributeId(100), ProductId(61)
POLICY, CLOCK = CatalogPolicy(currency="INR"), SetClock(NOON)


@pytest.fixture
def begin(database: Database) -> SqlUnitOfWorkFactory:
    """A coat without a colour; coats are in clothing, which has colours."""
    begin = SqlUnitOfWorkFactory(database, ContextVarRequestContexts())
    coats = a_category(COATS, "coats", parent=CLOTHING)
    add_categories(begin, a_category(CLOTHING, "clothing"), coats, a_category(TOYS, "toys"))
    colour = an_attribute(COLOUR, CLOTHING, "colour", AttributeType.CHOICE, choices=("Red", "Blue"))
    add_attributes(begin, colour)
    add_product(begin, a_product(COAT, details(category_id=COATS)))
    return begin


def uses(begin: SqlUnitOfWorkFactory) -> Mapping[str, Callable[[], object]]:
    rule = CollectionDetails(name="Red coats", rule=CollectionRule(category_id=COATS))
    red = ["colour:Red"]
    edit_product = EditProduct(begin=begin, clock=CLOCK, policy=POLICY)
    add_collection = AddCollection(begin=begin, clock=CLOCK, policy=POLICY)
    return {
        "product": lambda: edit_product(
            EditProductCommand(actor=SYSTEM, product_id=COAT, attributes={"colour": "Red"})
        ),
        "rule": lambda: add_collection(
            AddCollectionCommand(actor=SYSTEM, details=rule, attributes=red)
        ),
    }


def removals(begin: SqlUnitOfWorkFactory) -> Mapping[str, Callable[[], object]]:
    edit = EditAttributeCommand(
        actor=SYSTEM, category_id=CLOTHING, attribute_id=COLOUR, choices=[ChoiceEdit(text="Blue")]
    )
    remove = RemoveAttributeCommand(actor=SYSTEM, category_id=CLOTHING, attribute_id=COLOUR)
    move = EditCategoryCommand(actor=SYSTEM, category_id=COATS, changes={"parent_id": TOYS})
    return {
        "choice": lambda: EditAttribute(begin=begin, clock=CLOCK)(edit),
        "attribute": lambda: RemoveAttribute(begin=begin, clock=CLOCK)(remove),
        "category": lambda: EditCategory(begin=begin, clock=CLOCK)(move),
    }


@pytest.mark.parametrize("removal", ["choice", "attribute", "category"])
@pytest.mark.parametrize("use", ["product", "rule"])
def test_value_is_used_or_removed(
    database: Database, begin: SqlUnitOfWorkFactory, use: str, removal: str
) -> None:
    use_red = uses(begin)[use]
    [error] = errors_of(run_concurrently([use_red, removals(begin)[removal]]))
    was_removed = isinstance(error, InvalidValue)
    assert was_removed or isinstance(error, AttributeInUse | AttributeChoiceInUse)
    if use == "product":
        shown = SqlCatalogQueries(database, POLICY).product_with_variants(COAT).attributes
        assert [each.value for each in shown] == ([] if was_removed else ["Red"])
    else:
        collections = SqlCollectionQueries(database).collections()
        expected = [] if was_removed else [["colour:Red"]]
        assert [each.attributes for each in collections] == expected
    with database.reading() as connection:
        assert run_all(ATTRIBUTES, connection, NOON).violations == []


def test_naive_edits_that_check_before_they_start_leave_a_wrong_value(
    database: Database, begin: SqlUnitOfWorkFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    with begin() as work:
        of_coats = work.attributes.of_category(COATS)
    monkeypatch.setattr(SqlAttributes, "of_category", lambda *_: of_coats)
    monkeypatch.setattr(SqlAttributes, "used", lambda *_: None)
    outcomes = run_concurrently([uses(begin)["product"], removals(begin)["category"]])
    assert errors_of(outcomes) == []
    with database.reading() as connection:
        [violation] = run_all(ATTRIBUTES, connection, NOON).violations
    assert "has a value of attribute colour" in violation
