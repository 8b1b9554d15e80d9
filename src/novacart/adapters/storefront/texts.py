"""Texts that the server writes into pages. Those of the client are in `storefront/src/texts`."""

from dataclasses import dataclass
from typing import Final

from babel import Locale


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    """The texts of one language. Words in braces are replaced."""

    language: str
    all_products: str
    cart: str
    cart_description: str
    collections: str
    description: str
    search_title: str
    in_stock: str
    sold_out: str
    sale_price: str
    lowest_price: str
    next_page: str
    needs_script: str
    not_found: str
    not_valid: str
    too_many_requests: str
    unavailable: str
    yes: str
    no: str


ENGLISH: Final = Texts(
    language="en",
    all_products="All products",
    cart="Cart",
    cart_description="Your cart at {shop}: change quantities and check out.",
    collections="Collections",
    description="{names} at {shop}.",
    search_title="“{text}”",
    in_stock="In stock",
    sold_out="Sold out",
    sale_price="{price} instead of {before}",
    lowest_price="Lowest price in the 30 days before the sale: {price}",
    next_page="Next page",
    needs_script="This page needs JavaScript. You can view products without it.",
    not_found="There is no such page.",
    not_valid="This request is not valid. Go back and try again.",
    too_many_requests="You have sent too many requests. Try again in a few seconds.",
    unavailable="The shop is not available at the moment. Try again in a few seconds.",
    yes="Yes",
    no="No",
)
_GERMAN: Final = Texts(
    language="de",
    all_products="Alle Artikel",
    cart="Warenkorb",
    cart_description="Ihr Warenkorb bei {shop}: Mengen ändern und zur Kasse gehen.",
    collections="Kollektionen",
    description="{names} bei {shop}.",
    search_title="„{text}“",
    in_stock="Verfügbar",
    sold_out="Ausverkauft",
    sale_price="{price} statt {before}",
    lowest_price="Niedrigster Preis in den 30 Tagen vor dem Angebot: {price}",
    next_page="Nächste Seite",
    needs_script="Diese Seite braucht JavaScript. Artikel können Sie auch ohne JavaScript ansehen.",
    not_found="Diese Seite gibt es nicht.",
    not_valid="Diese Anfrage ist nicht gültig. Gehen Sie zurück und versuchen Sie es noch einmal.",
    too_many_requests="Sie haben zu viele Anfragen gesendet. Versuchen Sie es gleich noch einmal.",
    unavailable="Der Shop ist im Moment nicht verfügbar. Versuchen Sie es gleich noch einmal.",
    yes="Ja",
    no="Nein",
)
LANGUAGES: Final = {texts.language: texts for texts in (ENGLISH, _GERMAN)}


def texts_of(locale: str) -> Texts:
    """Return the texts for a locale such as "de-AT": English ones if there are no others."""
    return LANGUAGES.get(_language(locale), ENGLISH)


def page_language(locale: str) -> tuple[str, str]:
    """Return the language of a page's texts and its direction, "ltr" or "rtl".

    What the shop writes about its products may be in another language.
    """
    language, texts = _language(locale), texts_of(locale)
    shown = locale if language == texts.language else texts.language
    return shown, Locale.parse(locale, sep="-").text_direction


def _language(locale: str) -> str:
    return locale.partition("-")[0].lower()
