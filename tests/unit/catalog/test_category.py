from dataclasses import replace
from typing import Any

import pytest

from novacart.domain.catalog.category_details import (
    MAX_NAME,
    MAX_POSITION,
    CategoryDetails,
    CategoryImage,
)
from novacart.domain.catalog.events import CategoryAdded, CategoryEdited, CategoryRemoved
from novacart.domain.shared.errors import InvalidValue
from tests.support.builders.catalog import NOON, a_category


def test_create_records_all_details() -> None:
    category = a_category(7, "books")
    assert category.collect_events() == [
        CategoryAdded(occurred_at=NOON, category_id=7, category=category.details.event_data())
    ]


def test_edit_records_only_changed_fields() -> None:
    category = a_category(7, "books")
    category.collect_events()
    assert category.edit(replace(category.details, is_active=False, position=9), at=NOON) is True
    assert category.collect_events() == [
        CategoryEdited(
            occurred_at=NOON,
            category_id=7,
            before={"position": 0, "is_active": True},
            after={"position": 9, "is_active": False},
        )
    ]


def test_edit_without_changes_records_nothing() -> None:
    category = a_category(7, "books")
    category.collect_events()
    assert category.edit(category.details, at=NOON) is False
    assert category.collect_events() == []


def test_removal_records_all_details() -> None:
    category = a_category(7, "books")
    category.collect_events()
    category.remove(at=NOON)
    assert category.collect_events() == [
        CategoryRemoved(occurred_at=NOON, category_id=7, category=category.details.event_data())
    ]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", " "),
        ("name", "x" * (MAX_NAME + 1)),
        ("slug", "Books"),
        ("slug", "-books"),
        ("slug", "a--b"),
        ("slug", "a/b"),
        ("slug", "bücher"),
        ("slug", "x" * (MAX_NAME + 1)),
        ("position", -1),
        ("position", MAX_POSITION + 1),
        ("image", "data:image/png;base64,xx"),
        ("mobile_image", "x"),
        ("mobile_secondary_image", "x"),
        ("desktop_image", "x"),
        ("desktop_secondary_image", "x"),
    ],
)
def test_invalid_value_names_its_field(field: str, value: object) -> None:
    values: dict[str, Any] = {"name": "Books", "slug": "books"} | {field: value}
    with pytest.raises(InvalidValue) as raised:
        CategoryDetails(**values)
    assert raised.value.field == field


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "x" * MAX_NAME),
        ("slug", "x" * MAX_NAME),
        ("slug", "toys-and-games-2"),
        ("position", 0),
        ("position", MAX_POSITION),
    ],
)
def test_limits_are_inclusive(field: str, value: object) -> None:
    values: dict[str, Any] = {"name": "Books", "slug": "books"} | {field: value}
    assert getattr(CategoryDetails(**values), field) == value


def test_generated_slug_of_a_long_name_does_not_end_in_a_hyphen() -> None:
    middle = "x" * (MAX_NAME - 3)
    assert CategoryDetails(name=f"ß{middle} a").slug == f"ss{middle}"


def test_category_image_lists_every_image_field() -> None:
    fields = {name for name in a_category(7, "books").details.event_data() if "image" in name}
    assert set(CategoryImage) == fields
