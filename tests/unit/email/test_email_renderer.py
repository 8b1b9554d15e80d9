"""Rendering of emails."""

import pytest
from jinja2 import UndefinedError

from novacart.adapters.email.email_renderer import JinjaEmailRenderer

CONTEXT = {
    "username": "asha",
    "link": "https://shop.example/reset-password/41/abc?x=1&y=2",
    "minutes": 60,
}


def test_rendered_email_has_subject_text_and_html() -> None:
    email = JinjaEmailRenderer(shop_name="Lanterns", shop_url="https://shop.example").render(
        "password_reset", CONTEXT
    )
    assert email.subject == "Reset your Lanterns password"
    assert email.text.startswith("Hello asha,\n")
    assert "\nhttps://shop.example/reset-password/41/abc?x=1&y=2\n" in email.text
    assert email.html.lstrip().startswith("<!doctype html>")
    assert 'href="https://shop.example/reset-password/41/abc?x=1&amp;y=2"' in email.html
    assert "<title>Reset your Lanterns password</title>" in email.html


def test_context_is_escaped_and_subject_has_one_line() -> None:
    email = JinjaEmailRenderer(shop_name="A\r\nBcc: all@example.com").render(
        "password_reset", CONTEXT | {"username": "<script>alert(1)</script>"}
    )
    assert "<script>" not in email.html
    assert "\n" not in email.subject
    assert "\r" not in email.subject


def test_missing_variable_raises() -> None:
    with pytest.raises(UndefinedError):
        JinjaEmailRenderer().render("password_reset", {"username": "asha"})
