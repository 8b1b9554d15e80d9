"""Rendering of emails."""

from datetime import date
from io import BytesIO

import pytest
from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from jinja2 import UndefinedError

from novacart.adapters.email.email_renderer import TRANSLATIONS, JinjaEmailRenderer
from novacart.adapters.email.formatting import day, money
from novacart.domain.shared.money import Money

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


@pytest.mark.parametrize(
    ("locale", "language", "subject"),
    [
        ("de-AT", "de-AT", "Ihr Passwort bei Lanterns zurücksetzen"),
        ("en-GB", "en-GB", "Reset your Lanterns password"),
        ("fr-FR", "en", "Reset your Lanterns password"),
        ("ar-EG", "en", "Reset your Lanterns password"),
    ],
)
def test_language_is_that_of_the_locale_or_else_english(
    locale: str, language: str, subject: str
) -> None:
    renderer = JinjaEmailRenderer(shop_name="Lanterns", locale=locale)
    email = renderer.render("password_reset", CONTEXT | {"username": "<b>"})
    assert email.subject == subject
    assert f'<html lang="{language}" dir="ltr">' in email.html
    assert "<b>" not in email.html


def catalogs() -> list[Catalog]:
    paths = [path for path in TRANSLATIONS.iterdir() if path.name.endswith(".po")]
    assert paths
    return [
        read_po(BytesIO(path.read_bytes()), locale=path.name.removesuffix(".po")) for path in paths
    ]


@pytest.mark.parametrize("catalog", catalogs(), ids=lambda catalog: str(catalog.locale))
def test_translation_is_complete(catalog: Catalog) -> None:
    templates = str(TRANSLATIONS.joinpath("..", "templates"))
    found = extract_from_dir(templates, method_map=[("**", "jinja2")], options_map={})
    texts = {text for _, _, text, *_ in found}
    translated = {message.id for message in catalog if message.id and message.string}
    assert texts == translated
    # Each has the variables of its text.
    errors = {message.id: list(message.check(catalog)) for message in catalog}
    assert not {text: error for text, error in errors.items() if error}


@pytest.mark.parametrize(
    ("amount", "locale", "formatted"),
    [
        (Money(124_100_00, "INR"), "en-IN", "₹1,24,100.00"),
        (Money(124_100, "USD"), "en-US", "$1,241.00"),
        (Money(1241, "JPY"), "ja-JP", "￥1,241"),
        (Money(1250, "RSD"), "en-US", "RSD12.50"),
        (Money(-50, "INR"), "en-IN", "-₹0.50"),
        (Money(124_100, "EUR"), "de-DE", "1.241,00\N{NO-BREAK SPACE}€"),
    ],
)
def test_amount_has_the_format_of_the_locale(amount: Money, locale: str, formatted: str) -> None:
    assert money(amount, Locale.parse(locale, sep="-")) == formatted


@pytest.mark.parametrize(
    ("locale", "formatted"),
    [("en-IN", "Monday, 30 November 2026"), ("de-DE", "Montag, 30. November 2026")],
)
def test_day_has_the_format_of_the_locale(locale: str, formatted: str) -> None:
    assert day(date(2026, 11, 30), Locale.parse(locale, sep="-")) == formatted
