from itertools import combinations

import pytest

from novacart.domain.catalog.attribute_details import AttributeCondition
from novacart.domain.catalog.events import joined
from novacart.domain.shared.ids import AttributeId


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ((), ""),
        (("Red", "Blue"), "Red | Blue"),
        ((3, 17), "3 | 17"),
        (("Red | Blue", 'of 5"'), '"Red | Blue" | of 5"'),
        (('"Red" | Blue',), '"""Red"" | Blue"'),
    ],
)
def test_lists_of_events_have_bars_between_their_values(
    values: tuple[object, ...], text: str
) -> None:
    assert joined(values) == text


def test_different_lists_have_different_texts() -> None:
    lists = [
        ("A", "B"),
        ("A | B",),
        ('"A | B"',),
        ('"A', 'B"'),
        ("A |", "B"),
        ("A", "| B"),
        ("A", "|", "B"),
        ("A", "", "B"),
    ]
    for one, other in combinations(lists, 2):
        assert joined(one) != joined(other)


def test_different_conditions_have_different_texts() -> None:
    values = [("A", "B"), ("A, B",), ('"A, B"',), ("A,", "B")]
    texts = {str(AttributeCondition(attribute_id=AttributeId(3), values=each)) for each in values}
    assert len(texts) == len(values)
