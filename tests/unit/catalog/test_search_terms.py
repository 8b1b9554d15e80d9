"""Terms of text search."""

import pytest

from novacart.application.search_terms import (
    MAX_TERMS,
    facet_key,
    index_terms,
    matches,
    search_terms,
)
from tests.support.search_pairs import FOUND, NOT_FOUND


def is_found(query: str, title: str) -> bool:
    terms = search_terms(query)
    return bool(terms) and matches(terms, index_terms(title))


@pytest.mark.parametrize(("query", "title"), FOUND)
def test_query_finds_title(query: str, title: str) -> None:
    assert is_found(query, title)


@pytest.mark.parametrize(("query", "title"), [*NOT_FOUND, ("amp", "Brass lamp")])
def test_query_does_not_find_title(query: str, title: str) -> None:
    assert not is_found(query, title)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Brass Lamp", ["brass", "lamp"]),
        ("  ", []),
        ("Café-crème, naïve", ["cafe", "creme", "cafecreme", "naive"]),
        ("Straße", ["strasse"]),
        ("ﬁg №5", ["fig", "no5"]),
        ("snake_case", ["snake", "case", "snakecase"]),
        ("black-and-white", ["black", "and", "blackand", "white", "andwhite", "blackandwhite"]),
        ("हिन्दी किताब", ["हिन्दी", "किताब"]),
        ("தமிழ்", ["தமிழ்"]),
        ("香港罗汉果5", ["香港", "港罗", "罗汉", "汉果", "果", "5"]),
        ("3.5mm USB-C", ["3", "5mm", "35mm", "usb", "c", "usbc"]),
        ("C++ C# A+B .NET", ["c++", "c#", "a", "b", "net", ".net"]),
        ("L’œuvre", ["loeuvre", "oeuvre"]),
        ("👩‍🔬 1️⃣", ["👩", "🔬", "1"]),
        ("'\"()*:&|!<->\\", []),
        ("a\x00b", ["a", "b"]),
        ("x" * 50, ["x" * 40]),
    ],
)
def test_text_is_folded_and_split(text: str, expected: list[str]) -> None:
    assert index_terms(text, join_words=False) == expected


def test_neighbouring_words_are_joined() -> None:
    assert index_terms("wi fi, tv") == ["wi", "fi", "wifi", "tv"]


def test_a_search_term_has_no_alternative_that_begins_with_another() -> None:
    assert search_terms("wi fi, .NET core") == [
        ("wi",),
        ("fi", "wifi"),
        (".net",),
        ("core", "netcore"),
    ]


def test_search_terms_are_distinct_and_limited() -> None:
    assert search_terms("tea, Tea, TEA, cup") == [("tea",), ("cup",)]
    assert len(search_terms(", ".join(f"w{number}" for number in range(50)))) == MAX_TERMS


def test_spellings_of_a_brand_share_their_key() -> None:
    assert {facet_key(each) for each in ("Tea  House", "TEA HOUSE", " téa house ")} == {"tea house"}
    assert facet_key("Tea House") != facet_key("Teahouse")


def test_keys_and_terms_are_bounded() -> None:
    # One character that is folded to eighteen.
    assert len(facet_key("\ufdfa" * 200)) == 200
    assert facet_key("™") == "™"
    # Folding leaves nothing of accents alone.
    assert len(facet_key("\u0301" * 900)) == 200
    long_texts = ("\ufdfa" * 200, "果" + "\u0901" * 200, "a-" * 100, "กา" + "\u0e31" * 150 + "ก")
    for text in long_texts:
        terms = search_terms(text)
        assert terms
        assert all(len(each) <= 40 for term in terms for each in term)
        assert all(len(each) <= 40 for each in index_terms(text))
        assert matches(terms, index_terms(text))


def test_text_after_the_longest_brand_is_not_folded() -> None:
    # To sort the accents of all 400,000 would take minutes.
    assert facet_key("tea" + "\u0301\u0316" * 200_000 + "house") == "tea"
