"""Categories keep their own rules."""

from dataclasses import replace
from typing import Any

import pytest

from novacart.domain.catalog.category import MAX_NAME, MAX_POSITION, CategoryDetails
from novacart.domain.catalog.events import CategoryAdded, CategoryEdited
from novacart.domain.shared.errors import InvalidValue
from tests.support.builders.catalog import NOON, a_category


def test_a_category_tells_of_its_opening_and_its_changes() -> None:
    category = a_category(7, "books")
    opening = category.collect_events()
    assert opening == [
        CategoryAdded(occurred_at=NOON, category_id=7, category=category.details.plain())
    ]
    assert category.edit(category.details, at=NOON) is False
    assert category.edit(replace(category.details, is_active=False, position=9), at=NOON) is True
    assert category.collect_events() == [
        CategoryEdited(
            occurred_at=NOON,
            category_id=7,
            before={"position": 0, "is_active": True},
            after={"position": 9, "is_active": False},
        )
    ]


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("name", " "),
        ("name", "x" * (MAX_NAME + 1)),
        ("slug", ""),
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
def test_what_can_never_be_right_is_refused_by_field(field: str, wrong: object) -> None:
    given: dict[str, Any] = {"name": "Books", "slug": "books"} | {field: wrong}
    with pytest.raises(InvalidValue) as refusal:
        CategoryDetails(**given)
    assert refusal.value.field == field
