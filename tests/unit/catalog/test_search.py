"""Text search rules."""

import pytest

from novacart.application.catalog.search import MAX_TERMS, matches, search_terms, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Brass Lamp", ["brass", "lamp"]),
        ("  ", []),
        ("Café-crème, naïve", ["cafe", "creme", "naive"]),
        ("Straße", ["strasse"]),
        ("ﬁg №5", ["fig", "no5"]),
        ("snake_case", ["snake", "case"]),
        ("हिन्दी किताब", ["हिन्दी", "किताब"]),
        ("தமிழ்", ["தமிழ்"]),
        ("3.5mm USB-C", ["3", "5mm", "usb", "c"]),
        ("'\"()*:&|!<->\\", []),
        ("a\x00b", ["a", "b"]),
        ("x" * 50, ["x" * 40]),
    ],
)
def test_words_are_folded_and_split(text: str, expected: list[str]) -> None:
    assert words(text) == expected


def test_search_terms_are_distinct_and_limited() -> None:
    assert search_terms("tea Tea TEA cup") == ["tea", "cup"]
    assert len(search_terms(" ".join(f"w{number}" for number in range(50)))) == MAX_TERMS


def test_every_term_must_be_a_prefix_of_some_word() -> None:
    assert matches("Brass Lamp", ["la", "bra"])
    assert not matches("Brass Lamp", ["la", "amp"])
