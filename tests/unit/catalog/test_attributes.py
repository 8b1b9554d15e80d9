"""Attributes: their values, and the rules of categories and products."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest

from novacart.application.authorization.actor import SYSTEM, Actor, PermissionDenied
from novacart.application.catalog.add_product import AddProductCommand
from novacart.application.catalog.attribute_filters import read_conditions
from novacart.application.catalog.attribute_texts import read_value
from novacart.application.catalog.edit_attributes import (
    AddAttributeCommand,
    ChoiceEdit,
    EditAttributeCommand,
    RemoveAttributeCommand,
)
from novacart.application.catalog.edit_category import EditCategoryCommand
from novacart.application.catalog.edit_product import EditProductCommand
from novacart.application.catalog.export_products import ExportProductsCommand
from novacart.application.catalog.import_products import ImportProductsCommand
from novacart.application.catalog.import_report import ImportReport
from novacart.application.catalog.move_category import MoveCategoryCommand
from novacart.application.catalog.product_file_reader import read_products
from novacart.application.catalog.product_files import FileFormat
from novacart.application.written_numbers import NumberStyle
from novacart.domain.accounts.role import Role
from novacart.domain.catalog import attribute_details as limits
from novacart.domain.catalog.attribute_details import (
    AttributeChoice,
    AttributeCondition,
    AttributeDetails,
    AttributeType,
    AttributeValues,
)
from novacart.domain.catalog.category_details import MAX_POSITION
from novacart.domain.catalog.category_tree import CategoryMove
from novacart.domain.catalog.collection import Collection
from novacart.domain.catalog.collection_details import CollectionDetails, CollectionRule
from novacart.domain.catalog.errors import (
    AttributeChoiceInUse,
    AttributeCodeTaken,
    AttributeInUse,
    AttributeNotFound,
    AttributeNotInCategory,
    CatalogLimitReached,
    CategoryNotFound,
    StaleVersion,
)
from novacart.domain.catalog.events import AttributeAdded, AttributeEdited, AttributeRemoved
from novacart.domain.shared.errors import InvalidValue
from novacart.domain.shared.ids import (
    AttributeChoiceId,
    AttributeId,
    CategoryId,
    CollectionId,
    ProductId,
    UserId,
)
from tests.support.builders.catalog import (
    NOON,
    a_category,
    add_categories,
    an_attribute,
    details,
)
from tests.support.catalog_fixture import CatalogFixture

CLOTHING, COATS, HATS, TOYS = map(CategoryId, (1001, 1002, 1003, 1004))


@pytest.fixture
def catalog() -> CatalogFixture:
    catalog = CatalogFixture()
    add_categories(
        catalog.begin,
        a_category(CLOTHING, "clothing"),
        a_category(COATS, "coats", parent=CLOTHING),
        a_category(HATS, "hats", parent=CLOTHING, position=1),
        a_category(TOYS, "toys", position=1),
    )
    return catalog


def add(
    catalog: CatalogFixture,
    category_id: CategoryId,
    name: str,
    *choices: str,
    actor: Actor = SYSTEM,
    **fields: Any,  # noqa: ANN401 (of `AttributeDetails`)
) -> AttributeId:
    if choices:
        fields["type"] = AttributeType.CHOICE
    return catalog.add_attribute(
        AddAttributeCommand(
            actor=actor,
            category_id=category_id,
            fields={"name": name, **fields},
            choices=[ChoiceEdit(text=text) for text in choices],
        )
    )


def add_product(
    catalog: CatalogFixture, category_id: CategoryId | None, **values: object
) -> ProductId:
    return catalog.add_product(
        AddProductCommand(
            actor=SYSTEM,
            details=details(title="Coat", category_id=category_id),
            attributes=values,
        )
    )


def add_red_coats(catalog: CatalogFixture, condition: AttributeCondition) -> None:
    """A collection by a rule for coats."""
    rule = CollectionRule(category_id=COATS, attributes=(condition,))
    with catalog.begin() as work:
        details = CollectionDetails(name="Red coats", rule=rule)
        work.collections.add(Collection.create(id=CollectionId(900), details=details, at=NOON))
        work.commit()


def edit(
    catalog: CatalogFixture,
    product_id: ProductId,
    values: dict[str, object] | None = None,
    **changes: object,
) -> None:
    catalog.edit_product(
        EditProductCommand(
            actor=SYSTEM, product_id=product_id, changes=changes, attributes=values or {}
        )
    )


def values(catalog: CatalogFixture, product_id: ProductId) -> dict[str, object]:
    shown = catalog.queries.product_with_variants(product_id).attributes
    return {each.code: each.value for each in shown}


# Values.

NUMBER = AttributeDetails(name="Weight", type=AttributeType.NUMBER, unit="kg")
CHOICE = AttributeDetails(
    name="Colour",
    type=AttributeType.CHOICE,
    choices=(AttributeChoice(id=AttributeChoiceId(7), text="Red"),),
)
TEXT = AttributeDetails(name="Fabric")
BOOLEAN = AttributeDetails(name="Lined", type=AttributeType.BOOLEAN)


@pytest.mark.parametrize(
    ("attribute", "given", "value", "shown"),
    [
        (NUMBER, 2, 20_000, 2),
        (NUMBER, -13.3, -133_000, -13.3),
        (NUMBER, 0.1, 1_000, 0.1),
        (NUMBER, Decimal("0.0001"), 1, 0.0001),
        (NUMBER, -limits.MAX_NUMBER, -limits.MAX_NUMBER * 10_000, -limits.MAX_NUMBER),
        (NUMBER, limits.MAX_NUMBER, limits.MAX_NUMBER * 10_000, limits.MAX_NUMBER),
        (CHOICE, " red ", 7, "Red"),
        (TEXT, " Wool ", "Wool", "Wool"),
        (BOOLEAN, True, 1, True),
        (BOOLEAN, False, 0, False),
    ],
)
def test_value_is_read_and_shown(
    attribute: AttributeDetails, given: object, value: str | int, shown: object
) -> None:
    assert attribute.value_of(given) == value
    assert attribute.shown(value) == shown
    assert type(attribute.shown(value)) is type(shown)


@pytest.mark.parametrize(
    ("attribute", "given"),
    [
        (NUMBER, "2"),
        (NUMBER, True),
        (NUMBER, 0.00001),
        (NUMBER, float("inf")),
        (NUMBER, limits.MAX_NUMBER + 1),
        (NUMBER, Decimal("1.00000000000000000000000000000001")),
        (NUMBER, Decimal("1e9999999")),
        (NUMBER, Decimal("1e-9999999")),
        (CHOICE, "Blue"),
        (CHOICE, 7),
        (TEXT, 5),
        (TEXT, "  "),
        (TEXT, "x" * (limits.MAX_ATTRIBUTE_TEXT + 1)),
        (TEXT, "\0"),
        (BOOLEAN, 1),
        (BOOLEAN, "true"),
        (BOOLEAN, None),
    ],
)
def test_value_that_an_attribute_does_not_accept_raises(
    attribute: AttributeDetails, given: object
) -> None:
    with pytest.raises(InvalidValue) as error:
        attribute.value_of(given)
    assert error.value.field == f"attributes.{attribute.code}"


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "!"}, "code"),
        ({"code": "Two Words"}, "code"),
        ({"code": "x" * (limits.MAX_CODE + 1)}, "code"),
        ({"unit": "kg"}, "unit"),
        ({"unit": "k\ng", "type": AttributeType.NUMBER}, "unit"),
        ({"type": AttributeType.CHOICE}, "choices"),
        ({"choices": CHOICE.choices}, "choices"),
        ({"position": -1}, "position"),
        ({"position": MAX_POSITION + 1}, "position"),
    ],
)
def test_invalid_details_raise(fields: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidValue) as error:
        AttributeDetails(**{"name": "Colour", **fields})
    assert error.value.field == field


@pytest.mark.parametrize(
    "written",
    [
        ["weight"],
        ["weight:x"],
        ["weight:0.00001"],
        ["weight:..2e9"],
        ["weight:1..2", "weight:3..4"],
    ],
)
def test_invalid_condition_raises_on_the_parameter(written: Sequence[str]) -> None:
    weight = an_attribute(1, CLOTHING, "weight", AttributeType.NUMBER)
    with pytest.raises(InvalidValue) as error:
        read_conditions([weight], written)
    assert error.value.field == "attribute"


def choices(*texts: str) -> tuple[AttributeChoice, ...]:
    return tuple(
        AttributeChoice(id=AttributeChoiceId(number), text=text)
        for number, text in enumerate(texts, start=1)
    )


def test_too_many_or_equal_choices_raise() -> None:
    texts: Sequence[str] = [str(number) for number in range(limits.MAX_CHOICES + 1)]
    with pytest.raises(CatalogLimitReached):
        AttributeDetails(name="Size", type=AttributeType.CHOICE, choices=choices(*texts))
    with pytest.raises(InvalidValue) as error:
        AttributeDetails(name="Size", type=AttributeType.CHOICE, choices=choices("M", "m"))
    assert error.value.field == "choices"
    size = AttributeDetails(name="Size", type=AttributeType.CHOICE, choices=choices(*texts[1:]))
    assert len(size.choices) == limits.MAX_CHOICES


def test_blank_choice_raises() -> None:
    with pytest.raises(InvalidValue) as error:
        choices("M", " ")
    assert error.value.field == "choices"


def test_code_is_generated_from_the_name() -> None:
    assert AttributeDetails(name="Screen size").code == "screen-size"
    longest = "x" * limits.MAX_CODE
    assert AttributeDetails(name="Size", code=longest).code == longest
    start = "x" * (limits.MAX_CODE - 1)
    assert AttributeDetails(name=f"{start} size").code == start


def test_attribute_can_be_the_last_of_all() -> None:
    assert AttributeDetails(name="Size", position=MAX_POSITION).position == MAX_POSITION


def test_bounds_that_no_number_is_within_raise() -> None:
    with pytest.raises(InvalidValue, match="highest number is below the lowest") as error:
        AttributeCondition(attribute_id=AttributeId(1), minimum=20_000, maximum=10_000)
    assert error.value.field == "attributes"
    one = AttributeCondition(attribute_id=AttributeId(1), minimum=10_000, maximum=10_000)
    assert [one.matches(each) for each in (9_999, 10_000, 10_001)] == [False, True, False]


# Definitions.


def test_choices_are_renamed_added_and_reordered(catalog: CatalogFixture) -> None:
    attribute_id = add(catalog, CLOTHING, "Colour", "Red", "Blue")
    product_id = add_product(catalog, COATS, colour="Blue")
    [attribute] = catalog.queries.attributes(CLOTHING)
    red, blue = attribute.details.choices
    catalog.edit_attribute(
        EditAttributeCommand(
            actor=SYSTEM,
            category_id=CLOTHING,
            attribute_id=attribute_id,
            changes={"name": "Tone"},
            choices=[
                ChoiceEdit(text="Green"),
                ChoiceEdit(id=blue.id, text="Navy"),
                ChoiceEdit(text="red"),
            ],
            expected_version=attribute.version,
        )
    )
    [attribute] = catalog.queries.attributes(COATS)
    assert [each.text for each in attribute.details.choices] == ["Green", "Navy", "red"]
    assert attribute.details.choices[2].id == red.id
    assert values(catalog, product_id) == {"colour": "Navy"}


def test_edit_and_removal_of_an_attribute_are_recorded() -> None:
    attribute = an_attribute(100, COATS, "colour", unit=None)
    [added] = attribute.collect_events()
    assert isinstance(added, AttributeAdded)
    assert (added.occurred_at, added.attribute_id, added.category_id) == (NOON, 100, COATS)
    assert attribute.edit(attribute.details, at=NOON) is False
    assert attribute.edit(replace(attribute.details, name="Shade"), at=NOON) is True
    attribute.remove(at=NOON)
    assert attribute.collect_events() == [
        AttributeEdited(
            occurred_at=NOON,
            attribute_id=AttributeId(100),
            before={"name": "Colour"},
            after={"name": "Shade"},
        ),
        AttributeRemoved(
            occurred_at=NOON,
            attribute_id=AttributeId(100),
            category_id=COATS,
            attribute={**added.attribute, "name": "Shade"},
        ),
    ]


def test_event_data_has_every_field() -> None:
    assert replace(CHOICE, choices=choices("Red", "Blue")).event_data() == {
        "name": "Colour",
        "code": "colour",
        "type": "choice",
        "unit": None,
        "choices": "Red | Blue",
        "is_filterable": True,
        "position": 0,
    }


def test_choice_in_use_cannot_be_removed(catalog: CatalogFixture) -> None:
    attribute_id = add(catalog, CLOTHING, "Colour", "Red", "Blue")
    product_id = add_product(catalog, COATS, colour="Blue")

    def keep(*texts: str) -> None:
        catalog.edit_attribute(
            EditAttributeCommand(
                actor=SYSTEM,
                category_id=CLOTHING,
                attribute_id=attribute_id,
                choices=[ChoiceEdit(text=text) for text in texts],
            )
        )

    with pytest.raises(AttributeChoiceInUse, match="Blue"):
        keep("Red")
    keep("Blue")
    edit(catalog, product_id, {"colour": None})
    keep("Green")


def test_text_of_a_renamed_choice_can_be_that_of_a_new_one(catalog: CatalogFixture) -> None:
    attribute_id = add(catalog, CLOTHING, "Colour", "Red")
    product_id = add_product(catalog, COATS, colour="Red")
    [red] = catalog.queries.attributes(CLOTHING)[0].details.choices
    catalog.edit_attribute(
        EditAttributeCommand(
            actor=SYSTEM,
            category_id=CLOTHING,
            attribute_id=attribute_id,
            choices=[ChoiceEdit(id=red.id, text="Crimson"), ChoiceEdit(text="Red")],
        )
    )
    assert values(catalog, product_id) == {"colour": "Crimson"}
    [attribute] = catalog.queries.attributes(CLOTHING)
    assert [each.text for each in attribute.details.choices] == ["Crimson", "Red"]


@pytest.mark.parametrize(
    ("command", "field"),
    [
        ({"changes": {"type": AttributeType.TEXT, "choices": ()}}, "type"),
        ({"changes": {"code": "tone"}}, "code"),
        ({"choices": [ChoiceEdit(id=AttributeChoiceId(9999), text="Red")]}, "choices"),
        ({"choices": [ChoiceEdit(text="Red"), ChoiceEdit(text="RED")]}, "choices"),
        ({"choices": []}, "choices"),
    ],
)
def test_edits_that_products_would_contradict_raise(
    catalog: CatalogFixture, command: dict[str, Any], field: str
) -> None:
    attribute_id = add(catalog, CLOTHING, "Colour", "Red")
    with pytest.raises(InvalidValue) as error:
        catalog.edit_attribute(
            EditAttributeCommand(
                actor=SYSTEM, category_id=CLOTHING, attribute_id=attribute_id, **command
            )
        )
    assert error.value.field == field


def test_unit_of_numbers_in_use_cannot_be_changed(catalog: CatalogFixture) -> None:
    attribute_id = add(catalog, CLOTHING, "Weight", type=AttributeType.NUMBER)
    product_id = add_product(catalog, COATS, weight=2)

    def change(unit: str | None) -> None:
        catalog.edit_attribute(
            EditAttributeCommand(
                actor=SYSTEM,
                category_id=CLOTHING,
                attribute_id=attribute_id,
                changes={"unit": unit, "position": 3},
            )
        )

    change("kg")
    change("kg")
    for other in ("g", None):
        with pytest.raises(AttributeInUse, match=f"unit can't be changed. Product {product_id}"):
            change(other)
    edit(catalog, product_id, {"weight": None})
    change("g")
    [attribute] = catalog.queries.attributes(CLOTHING)
    assert attribute.details.unit == "g"


@pytest.mark.parametrize(
    ("category_id", "values"), [(None, ((1, "a"),)), (COATS, ((1, "a"), (1, "b")))]
)
def test_product_has_one_value_for_each_attribute_of_its_category(
    category_id: CategoryId | None, values: AttributeValues
) -> None:
    with pytest.raises(InvalidValue) as error:
        replace(details(category_id=category_id), attributes=values)
    assert error.value.field == "attributes"


def test_stale_edit_and_removal_raise(catalog: CatalogFixture) -> None:
    attribute_id = add(catalog, CLOTHING, "Fabric")
    key: dict[str, Any] = {
        "actor": SYSTEM,
        "category_id": CLOTHING,
        "attribute_id": attribute_id,
        "expected_version": 9,
    }
    with pytest.raises(StaleVersion):
        catalog.edit_attribute(EditAttributeCommand(**key, changes={"name": "Cloth"}))
    with pytest.raises(StaleVersion):
        catalog.remove_attribute(RemoveAttributeCommand(**key))


def test_attribute_in_use_cannot_be_removed(catalog: CatalogFixture) -> None:
    attribute_id = add(catalog, CLOTHING, "Fabric")
    product_id = add_product(catalog, COATS, fabric="Wool")
    command = RemoveAttributeCommand(actor=SYSTEM, category_id=CLOTHING, attribute_id=attribute_id)
    with pytest.raises(AttributeInUse, match="Fabric"):
        catalog.remove_attribute(command)
    edit(catalog, product_id, {"fabric": None})
    catalog.remove_attribute(command)
    assert catalog.queries.attributes(COATS) == []
    with pytest.raises(AttributeNotFound):
        catalog.remove_attribute(command)


def test_attribute_and_choice_that_a_rule_names_cannot_be_removed(catalog: CatalogFixture) -> None:
    attribute_id = add(catalog, CLOTHING, "Colour", "Red", "Blue")
    red, _ = catalog.queries.attributes(CLOTHING)[0].details.choices
    add_red_coats(catalog, AttributeCondition(attribute_id=attribute_id, values=(red.id,)))
    key: dict[str, Any] = {
        "actor": SYSTEM,
        "category_id": CLOTHING,
        "attribute_id": attribute_id,
    }
    with pytest.raises(AttributeInUse, match="“Red coats” names “Colour”"):
        catalog.remove_attribute(RemoveAttributeCommand(**key))
    with pytest.raises(AttributeChoiceInUse, match="“Red coats” names “Red”"):
        catalog.edit_attribute(EditAttributeCommand(**key, choices=[ChoiceEdit(text="Blue")]))
    catalog.edit_attribute(EditAttributeCommand(**key, choices=[ChoiceEdit(text="Red")]))


def test_attribute_of_another_category_is_not_found(catalog: CatalogFixture) -> None:
    attribute_id = add(catalog, CLOTHING, "Fabric")
    with pytest.raises(AttributeNotFound):
        catalog.edit_attribute(
            EditAttributeCommand(actor=SYSTEM, category_id=TOYS, attribute_id=attribute_id)
        )


def test_code_is_unique_in_the_categories_above_and_below(catalog: CatalogFixture) -> None:
    add(catalog, COATS, "Fabric")
    add(catalog, HATS, "Fabric")
    add(catalog, TOYS, "Fabric")
    for category_id in (CLOTHING, COATS):
        with pytest.raises(AttributeCodeTaken):
            add(catalog, category_id, "fabric")
    with pytest.raises(CategoryNotFound):
        add(catalog, CategoryId(9999), "Fabric")


def test_customer_may_not_edit_attributes(catalog: CatalogFixture) -> None:
    attribute_id = add(catalog, COATS, "Fabric")
    customer = Actor(user_id=UserId(7), role=Role.CUSTOMER)
    key: dict[str, Any] = {
        "actor": customer,
        "category_id": COATS,
        "attribute_id": attribute_id,
    }
    for call in (
        lambda: add(catalog, COATS, "Lining", actor=customer),
        lambda: catalog.edit_attribute(EditAttributeCommand(**key)),
        lambda: catalog.remove_attribute(RemoveAttributeCommand(**key)),
    ):
        with pytest.raises(PermissionDenied):
            call()


def test_number_of_attributes_is_limited(
    catalog: CatalogFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("novacart.domain.catalog.category_attributes.MAX_ATTRIBUTES", 2)
    add(catalog, COATS, "Fabric")
    add(catalog, COATS, "Lining")
    with pytest.raises(CatalogLimitReached):
        add(catalog, CLOTHING, "Colour")
    add(catalog, HATS, "Brim")


# Products.


def test_product_has_values_of_its_category_and_those_above(catalog: CatalogFixture) -> None:
    add(catalog, CLOTHING, "Colour", "Red", "Blue")
    add(catalog, COATS, "Weight", type=AttributeType.NUMBER, unit="kg")
    product_id = add_product(catalog, COATS, colour="red", weight=1.5)
    assert values(catalog, product_id) == {"colour": "Red", "weight": 1.5}
    edit(catalog, product_id, {"colour": "Blue", "weight": None})
    assert values(catalog, product_id) == {"colour": "Blue"}
    edit(catalog, product_id, title="Warm coat")
    assert values(catalog, product_id) == {"colour": "Blue"}


@pytest.mark.parametrize(
    ("category", "given", "field"),
    [
        (HATS, {"weight": 2}, "attributes.weight"),
        (None, {"colour": "Red"}, "attributes.colour"),
        (COATS, {"colour": "Pink"}, "attributes.colour"),
        (COATS, {"size": None}, "attributes.size"),
    ],
)
def test_value_of_no_attribute_raises(
    catalog: CatalogFixture, category: CategoryId | None, given: dict[str, object], field: str
) -> None:
    add(catalog, CLOTHING, "Colour", "Red")
    add(catalog, COATS, "Weight", type=AttributeType.NUMBER)
    with pytest.raises(InvalidValue) as error:
        add_product(catalog, category, **given)
    assert error.value.field == field


def test_product_is_not_moved_to_a_category_without_its_attribute(catalog: CatalogFixture) -> None:
    add(catalog, CLOTHING, "Colour", "Red")
    add(catalog, COATS, "Fabric")
    add(catalog, TOYS, "Fabric")
    product_id = add_product(catalog, COATS, colour="Red", fabric="Wool")
    for category_id in (HATS, TOYS, None):
        with pytest.raises(AttributeNotInCategory):
            edit(catalog, product_id, category_id=category_id)
    edit(catalog, product_id, {"fabric": None}, category_id=HATS)
    assert values(catalog, product_id) == {"colour": "Red"}
    edit(catalog, product_id, {"colour": None, "fabric": "Felt"}, category_id=TOYS)
    assert values(catalog, product_id) == {"fabric": "Felt"}


# The tree of categories.


def test_category_is_not_moved_away_from_used_attributes(catalog: CatalogFixture) -> None:
    add(catalog, CLOTHING, "Colour", "Red")
    product_id = add_product(catalog, COATS, colour="Red")
    away = EditCategoryCommand(actor=SYSTEM, category_id=COATS, changes={"parent_id": TOYS})
    with pytest.raises(AttributeInUse, match="Colour"):
        catalog.edit_category(away)
    out = MoveCategoryCommand(actor=SYSTEM, category_id=COATS, move=CategoryMove.OUT)
    with pytest.raises(AttributeInUse):
        catalog.move_category(out)
    within = EditCategoryCommand(actor=SYSTEM, category_id=COATS, changes={"parent_id": HATS})
    catalog.edit_category(within)
    edit(catalog, product_id, {"colour": None})
    catalog.edit_category(away)


def test_category_is_not_moved_away_from_attributes_that_a_rule_names(
    catalog: CatalogFixture,
) -> None:
    attribute_id = add(catalog, CLOTHING, "Weight", type=AttributeType.NUMBER)
    add_red_coats(catalog, AttributeCondition(attribute_id=attribute_id, minimum=10_000))
    away = {"parent_id": TOYS}
    with pytest.raises(AttributeInUse, match="“Red coats” names “Weight”"):
        catalog.edit_category(EditCategoryCommand(actor=SYSTEM, category_id=COATS, changes=away))
    out = MoveCategoryCommand(actor=SYSTEM, category_id=COATS, move=CategoryMove.OUT)
    with pytest.raises(AttributeInUse):
        catalog.move_category(out)
    # Hats have the attribute, but no rule for them names it.
    catalog.edit_category(EditCategoryCommand(actor=SYSTEM, category_id=HATS, changes=away))


def test_category_is_not_moved_to_an_attribute_of_the_same_code(catalog: CatalogFixture) -> None:
    add(catalog, TOYS, "Colour", "Red")
    add(catalog, COATS, "Colour", "Red")
    with pytest.raises(AttributeCodeTaken):
        catalog.edit_category(
            EditCategoryCommand(actor=SYSTEM, category_id=CLOTHING, changes={"parent_id": TOYS})
        )
    catalog.edit_category(
        EditCategoryCommand(actor=SYSTEM, category_id=HATS, changes={"parent_id": TOYS})
    )


def test_move_does_not_exceed_the_number_of_attributes(
    catalog: CatalogFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("novacart.domain.catalog.category_attributes.MAX_ATTRIBUTES", 2)
    for name in ("Age", "Players"):
        add(catalog, TOYS, name)
    add(catalog, COATS, "Fabric")
    with pytest.raises(CatalogLimitReached):
        catalog.edit_category(
            EditCategoryCommand(actor=SYSTEM, category_id=CLOTHING, changes={"parent_id": TOYS})
        )


# Files.


def import_lines(catalog: CatalogFixture, lines: str, format_: FileFormat) -> ImportReport:
    file = read_products(BytesIO(lines.encode()), format_)
    return catalog.import_products(ImportProductsCommand(actor=SYSTEM, file=file))


def export_lines(catalog: CatalogFixture, format_: FileFormat) -> str:
    return "".join(catalog.export_products(ExportProductsCommand(actor=SYSTEM, format=format_)))


@pytest.fixture
def coat(catalog: CatalogFixture) -> ProductId:
    add(catalog, CLOTHING, "Colour", "Red", "Blue")
    add(catalog, COATS, "Weight", type=AttributeType.NUMBER)
    add(catalog, COATS, "Lined", type=AttributeType.BOOLEAN)
    add(catalog, TOYS, "Players")
    add_product(catalog, TOYS, players="2 to 4")
    return add_product(catalog, COATS, colour="Red", weight=1.5, lined=True)


@pytest.mark.parametrize("format_", FileFormat)
def test_exported_values_are_imported_again(
    catalog: CatalogFixture, coat: ProductId, format_: FileFormat
) -> None:
    lines = export_lines(catalog, format_)
    report = import_lines(catalog, lines, format_)
    assert (report.unchanged, report.rejected) == (2, [])
    changed = lines.replace("1.5", "2").replace("Red", "blue").replace("2 to 4", "")
    assert import_lines(catalog, changed, format_).edited == 2
    assert values(catalog, coat) == {"colour": "Blue", "weight": 2, "lined": True}


@pytest.mark.parametrize("format_", FileFormat)
def test_number_with_three_decimal_places_is_exported_and_imported(
    catalog: CatalogFixture, coat: ProductId, format_: FileFormat
) -> None:
    edit(catalog, coat, {"weight": 1.125})
    file = export_lines(catalog, format_)
    edit(catalog, coat, {"weight": 2})
    assert import_lines(catalog, file, format_).rejected == []
    assert values(catalog, coat)["weight"] == 1.125


@pytest.mark.parametrize(
    ("written", "style", "number"),
    [
        ("1.125", NumberStyle(), "1.125"),
        ("-1.125", NumberStyle(proven=".", likely=None), "-1.125"),
        ("1.125", NumberStyle(proven=",", likely=None), "1125"),
        ("1.125", NumberStyle(likely=None), None),
    ],
)
def test_number_of_a_file_is_read_in_its_style(
    written: str, style: NumberStyle, number: str | None
) -> None:
    if number is None:
        with pytest.raises(InvalidValue, match=r"can be read as 1\.125 or as 1125"):
            read_value(NUMBER, written, style)
    else:
        assert read_value(NUMBER, written, style) == Decimal(number)


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        ("coats,Pink,", "attribute:colour"),
        ("coats,Red,heavy", "attribute:weight"),
        ("toys,Red,", "attribute:colour"),
        ("toys,,", None),
    ],
)
def test_row_with_an_invalid_value_is_rejected(
    catalog: CatalogFixture, coat: ProductId, cells: str, column: str | None
) -> None:
    header = "id,category,attribute:colour,attribute:weight"
    report = import_lines(catalog, f"{header}\n{coat},{cells}\n", FileFormat.CSV)
    if column is None:
        # Blank cells remove the values that the file names; it is lined still.
        assert ["Lined" in each.reason for each in report.rejected] == [True]
    else:
        assert [each.column for each in report.rejected] == [column]
    assert values(catalog, coat) == {"colour": "Red", "weight": 1.5, "lined": True}


def test_product_of_a_new_category_has_the_attributes_above_it(catalog: CatalogFixture) -> None:
    add(catalog, CLOTHING, "Colour", "Red")
    row = '{"title":"Cap","price":"1.00","category_path":"Clothing>Caps","attribute:colour":"red"}'
    file = read_products(BytesIO(row.encode()), FileFormat.JSON_LINES)
    command = ImportProductsCommand(actor=SYSTEM, file=file, create_categories=True)
    assert catalog.import_products(command).rejected == []
    [exported] = catalog.queries.all_products()
    assert exported.category_slug == "caps"
    assert values(catalog, exported.product.id) == {"colour": "Red"}
