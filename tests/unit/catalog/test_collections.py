"""Collections: their details and their events."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from novacart.domain.catalog.attribute_details import AttributeCondition
from novacart.domain.catalog.category_details import MAX_NAME, MAX_POSITION
from novacart.domain.catalog.collection import Collection
from novacart.domain.catalog.collection_details import (
    MAX_BRANDS,
    MAX_PICKED,
    CollectionDetails,
    CollectionRule,
    CollectionSort,
)
from novacart.domain.catalog.events import CollectionAdded, CollectionEdited
from novacart.domain.catalog.product_details import MAX_DESCRIPTION, MAX_TITLE
from novacart.domain.shared.errors import InvalidValue
from novacart.domain.shared.ids import AttributeId, CategoryId, CollectionId, ProductId
from novacart.domain.shared.money import Money
from tests.support.builders.catalog import NOON

LATER = NOON + timedelta(hours=1)
SALE = CollectionId(7)
COATS = CategoryId(1)
LINED = AttributeCondition(attribute_id=AttributeId(5), values=(1,))


def rupees(amount: int) -> Money:
    return Money(amount * 100, "INR")


def picked(number: int) -> tuple[ProductId, ...]:
    return tuple(map(ProductId, range(1, number + 1)))


@pytest.mark.parametrize(
    ("conditions", "field"),
    [
        ({}, "rule"),
        ({"min_price": None, "on_sale": False}, "rule"),
        ({"brands": (" ",)}, "brands"),
        ({"brands": ("x" * (MAX_TITLE + 1),)}, "brands"),
        ({"brands": tuple(map(str, range(MAX_BRANDS + 1)))}, "brands"),
        ({"tags": ("a,b",)}, "tags"),
        ({"attributes": (LINED,)}, "attributes"),
        ({"min_price": rupees(2), "max_price": rupees(1)}, "max_price"),
    ],
)
def test_invalid_rule_names_its_field(conditions: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidValue) as raised:
        CollectionRule(**conditions)
    assert raised.value.field == field


@pytest.mark.parametrize(
    "conditions",
    [
        {"brands": tuple(map(str, range(MAX_BRANDS)))},
        {"tags": ("winter",)},
        {"attributes": (LINED,), "category_id": COATS},
        {"category_id": COATS},
        {"min_price": rupees(1)},
        {"max_price": rupees(1)},
        {"min_price": rupees(1), "max_price": rupees(1)},
        {"on_sale": True},
    ],
)
def test_one_condition_is_a_rule(conditions: dict[str, Any]) -> None:
    rule = CollectionRule(**conditions)
    assert {name: getattr(rule, name) for name in conditions} == conditions


def test_brands_and_tags_of_a_rule_are_kept_once() -> None:
    rule = CollectionRule(brands=(" Nova ", "Nova", "nova"), tags=("winter", "Winter"))
    assert (rule.brands, rule.tags) == (("Nova", "nova"), ("winter",))


def test_rule_has_conditions_on_its_attributes_alone() -> None:
    rule = CollectionRule(attributes=(LINED,), category_id=COATS)
    assert rule.has_condition_on(LINED.attribute_id)
    assert rule.has_condition_on(LINED.attribute_id, 1, [COATS])
    assert not rule.has_condition_on(LINED.attribute_id, 2)
    assert not rule.has_condition_on(AttributeId(6))
    assert not rule.has_condition_on(LINED.attribute_id, category_ids=[CategoryId(2)])


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * (MAX_NAME + 1)}, "name"),
        ({"name": "!"}, "slug"),
        ({"slug": "Sale"}, "slug"),
        ({"description": "x" * (MAX_DESCRIPTION + 1)}, "description"),
        ({"meta_title": "\0"}, "meta_title"),
        ({"meta_description": "\0"}, "meta_description"),
        ({"rule": CollectionRule(on_sale=True), "product_ids": picked(1)}, "product_ids"),
        ({"product_ids": picked(MAX_PICKED + 1)}, "product_ids"),
        ({"position": -1}, "position"),
        ({"position": MAX_POSITION + 1}, "position"),
        ({"starts_at": LATER, "ends_at": LATER}, "ends_at"),
        ({"starts_at": LATER, "ends_at": NOON}, "ends_at"),
    ],
)
def test_invalid_details_name_their_field(fields: dict[str, Any], field: str) -> None:
    values: dict[str, Any] = {"name": "Sale"} | fields
    with pytest.raises(InvalidValue) as raised:
        CollectionDetails(**values)
    assert raised.value.field == field


@pytest.mark.parametrize(
    "fields",
    [
        {"name": "x" * MAX_NAME},
        {"description": "x" * MAX_DESCRIPTION},
        {"product_ids": picked(MAX_PICKED)},
        {"position": MAX_POSITION},
        {"starts_at": NOON, "ends_at": LATER},
        {"ends_at": NOON},
    ],
)
def test_limits_are_inclusive(fields: dict[str, Any]) -> None:
    values: dict[str, Any] = {"name": "Sale"} | fields
    made = CollectionDetails(**values)
    assert {name: getattr(made, name) for name in fields} == fields


def test_texts_and_products_are_kept_once_and_without_space() -> None:
    made = CollectionDetails(
        name=" Winter Sale ", description=" All coats. ", product_ids=(ProductId(2),) * 2
    )
    assert (made.name, made.slug, made.description) == ("Winter Sale", "winter-sale", "All coats.")
    assert made.product_ids == (2,)


def test_generated_slug_of_a_long_name_does_not_end_in_a_hyphen() -> None:
    middle = "x" * (MAX_NAME - 3)
    assert CollectionDetails(name=f"ß{middle} a").slug == f"ss{middle}"


def test_collection_is_shown_from_its_start_until_its_end() -> None:
    made = CollectionDetails(name="Sale", starts_at=NOON, ends_at=LATER)
    second = timedelta(seconds=1)
    times = [NOON - second, NOON, LATER - second, LATER]
    assert [made.is_shown(at) for at in times] == [False, True, True, False]
    assert not replace(made, is_active=False).is_shown(NOON)
    assert CollectionDetails(name="Sale").is_shown(NOON)


def test_new_collection_records_all_details() -> None:
    rule = CollectionRule(
        brands=("Nova", "Vega"),
        tags=("winter", "wool"),
        attributes=(LINED, AttributeCondition(attribute_id=AttributeId(6), minimum=5)),
        category_id=COATS,
        min_price=rupees(1),
        max_price=rupees(9),
    )
    made = CollectionDetails(
        name="Sale", rule=rule, sort=CollectionSort.PRICE, starts_at=NOON, meta_title="Coats"
    )
    collection = Collection.create(id=SALE, details=made, at=NOON)
    [event] = collection.collect_events()
    assert event == CollectionAdded(
        occurred_at=NOON,
        collection_id=SALE,
        collection={
            "name": "Sale",
            "slug": "sale",
            "description": "",
            "product_ids": "",
            "sort": "price",
            "position": 0,
            "is_active": True,
            "starts_at": NOON.isoformat(),
            "ends_at": None,
            "meta_title": "Coats",
            "meta_description": None,
            "rule_brands": "Nova | Vega",
            "rule_tags": "winter | wool",
            "rule_attributes": "5: 1 | 6: 5..",
            "rule_category_id": COATS,
            "rule_min_price": 100,
            "rule_max_price": 900,
            "rule_on_sale": False,
        },
    )
    assert CollectionAdded.from_payload(event.payload()) == event


@pytest.mark.parametrize(
    ("condition", "text"),
    [
        (AttributeCondition(attribute_id=AttributeId(5), values=(1, 2)), "5: 1, 2"),
        (AttributeCondition(attribute_id=AttributeId(5), maximum=9), "5: ..9"),
        (AttributeCondition(attribute_id=AttributeId(5), minimum=0, maximum=9), "5: 0..9"),
    ],
)
def test_condition_is_written_with_its_values_or_bounds(
    condition: AttributeCondition, text: str
) -> None:
    assert str(condition) == text


def test_edit_is_saved_if_its_texts_are_equal_in_the_event() -> None:
    before, after = (
        CollectionDetails(name="Winter", rule=CollectionRule(brands=brands))
        for brands in [("Nova | Diya",), ("Nova", "Diya")]
    )
    collection = Collection.create(id=SALE, details=before, at=NOON)
    assert collection.edit(after, at=LATER)
    assert collection.details == after


def test_edit_records_only_changed_fields() -> None:
    details = CollectionDetails(name="Sale", product_ids=picked(2))
    collection = Collection(id=SALE, details=details)
    assert collection.edit(details, at=LATER) is False
    by_rule = replace(details, product_ids=(), rule=CollectionRule(on_sale=True))
    assert collection.edit(by_rule, at=LATER) is True
    assert collection.details == by_rule
    changed = ("product_ids", "rule_on_sale", "rule_brands", "rule_tags", "rule_attributes")
    assert collection.collect_events() == [
        CollectionEdited(
            occurred_at=LATER,
            collection_id=SALE,
            before=dict(zip(changed, ("1 | 2", None, None, None, None), strict=True)),
            after=dict(zip(changed, ("", True, "", "", ""), strict=True)),
        )
    ]
