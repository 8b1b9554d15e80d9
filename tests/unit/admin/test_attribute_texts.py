from collections.abc import Iterable, Mapping
from typing import cast

import pytest

from novacart.adapters.admin.catalog.attribute_forms import named_values
from novacart.application.catalog.queries import CatalogQueries


class _WithoutAttributes:
    def attributes_by_id(self, ids: Iterable[int]) -> Mapping[int, object]:  # noqa: ARG002 (of the port)
        return {}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("4: Red | 9: Brass", "4: Red, 9: Brass"),
        ('4: "Red | 9: Brass"', '4: "Red | 9: Brass"'),
        ('4: "of ""5"" | 9: B" | 9: Brass', '4: "of ""5"" | 9: B", 9: Brass'),
        # Entries of former releases.
        ("4: Wash | dry: cold | 9: Brass", "4: Wash | dry: cold, 9: Brass"),
        ('4: "Oxford | 9: Brass', '4: "Oxford, 9: Brass'),
        ("4: Two\nlines", "4: Two\nlines"),
    ],
)
def test_values_of_events_are_told_apart(text: str, shown: str) -> None:
    assert named_values(cast("CatalogQueries", _WithoutAttributes()), text) == shown
