"""Text becomes the same words everywhere."""

import pytest

from novacart.application.catalog.search_terms import MAX_WORDS, searched, words


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
def test_words(text: str, expected: list[str]) -> None:
    assert words(text) == expected


def test_a_search_is_for_a_few_words_each_once() -> None:
    assert searched("tea Tea TEA cup") == ["tea", "cup"]
    assert len(searched(" ".join(f"w{number}" for number in range(50)))) == MAX_WORDS
