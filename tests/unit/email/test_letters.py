"""What the shop's mails say, and how they look on the wire."""

import pytest
from jinja2 import UndefinedError

from novacart.adapters.email.email_renderer import JinjaEmailRenderer

FACTS = {
    "username": "asha",
    "link": "https://shop.example/reset-password/41/abc?x=1&y=2",
    "minutes": 60,
}


def test_a_letter_has_a_subject_a_text_and_a_page() -> None:
    letter = JinjaEmailRenderer(shop_name="Lanterns", shop_url="https://shop.example").render(
        "password_reset", FACTS
    )
    assert letter.subject == "Choose a new password for Lanterns"
    assert letter.text.startswith("Hello asha,\n")
    assert "\nhttps://shop.example/reset-password/41/abc?x=1&y=2\n" in letter.text
    assert letter.html.lstrip().startswith("<!doctype html>")
    assert 'href="https://shop.example/reset-password/41/abc?x=1&amp;y=2"' in letter.html
    assert "<title>Choose a new password for Lanterns</title>" in letter.html


def test_a_fact_is_never_markup_and_never_a_second_subject_line() -> None:
    letter = JinjaEmailRenderer(shop_name="A\r\nBcc: all@example.com").render(
        "password_reset", FACTS | {"username": "<script>alert(1)</script>"}
    )
    assert "<script>" not in letter.html
    assert "\n" not in letter.subject
    assert "\r" not in letter.subject


def test_a_fact_that_is_missing_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        JinjaEmailRenderer().render("password_reset", {"username": "asha"})
