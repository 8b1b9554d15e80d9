import pytest

from novacart.domain.shared.counted import counted


@pytest.mark.parametrize(
    ("count", "text"), [(0, "0 variants"), (1, "1 variant"), (2, "2 variants")]
)
def test_noun_is_singular_for_one(count: int, text: str) -> None:
    assert counted(count, "variant") == text


def test_irregular_plural_is_given() -> None:
    assert counted(1, "category", "categories") == "1 category"
    assert counted(2, "category", "categories") == "2 categories"
