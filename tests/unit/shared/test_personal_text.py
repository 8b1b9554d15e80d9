"""Text of users without links."""

import pytest

from novacart.domain.shared.personal_text import strip_links


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Asha Rao", "Asha Rao"),
        ("O’Neill, Flat 3/4, 2nd floor", "O’Neill, Flat 3/4, 2nd floor"),
        ("A.B.Rao", "A. B. Rao"),
        ("No. 12, St. Mary Road", "No. 12, St. Mary Road"),
        ("അനിൽ കുമാർ", "അനിൽ കുമാർ"),
        ("\u0dc1\u0dca\u200d\u0dbb\u0dd3", "\u0dc1\u0dca\u200d\u0dbb\u0dd3"),
        ("\u0645\u06cc\u200c\u0631\u0627", "\u0645\u06cc\u200c\u0631\u0627"),
        ("\u0645\u06cc\u200c\u0631", "\u0645\u06cc\u200c\u0631"),
        ("\u0d05\u0d28\u0d3f\u0d32\u0d4d\u200d", "\u0d05\u0d28\u0d3f\u0d32\u0d4d\u200d"),
        ("\u200da \u200d b\u200d", "a b"),
        ("Win at https://evil.example/x now", "Win at now"),
        ("HTTP://EVIL.EXAMPLE", ""),
        ("javascript://alert", ""),
        ("www.evil.example", ""),
        ("evil.example/win?x=1 Lane", "Lane"),
        ("evil.example", "evil. example"),
        ("mail me@evil.example", "mail"),
        ("a\r\nBcc: b", "a Bcc: b"),
        ("  two   spaces\t", "two spaces"),
    ],
)
def test_links_are_removed(text: str, shown: str) -> None:
    assert strip_links(text) == shown


def test_text_is_bounded() -> None:
    assert strip_links("x" * 100) == "x" * 100
    assert strip_links("x" * 101) == "x" * 99 + "…"
    assert len(strip_links("word " * 200, max_length=50)) <= 50
