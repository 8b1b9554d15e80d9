"""Text search rules, used by every adapter so that all of them find the same products."""

from collections.abc import Sequence
from unicodedata import category, normalize

from novacart.application.catalog.queries import MAX_SUGGESTIONS, Suggestion, SuggestionType
from novacart.application.ports.product_view import ProductView

MAX_TERMS = 8
MAX_BRANDS = 3
_MAX_CATEGORIES = 3
_MAX_WORD_LENGTH = 40


def words(text: str) -> list[str]:
    """The words of a text in order, case-folded and without Latin diacritics.

    A word is a run of letters, digits and their combining marks, such as the vowel signs of
    Indian scripts. Words are cut to 40 characters.
    """
    plain = "".join(
        letter for letter in normalize("NFKD", text) if not "\u0300" <= letter <= "\u036f"
    )
    folded = normalize("NFC", plain.casefold())
    spaced = "".join(letter if category(letter)[0] in "LNM" else " " for letter in folded)
    return [word[:_MAX_WORD_LENGTH] for word in spaced.split()]


def search_terms(text: str) -> list[str]:
    """The distinct words to search for, `MAX_TERMS` at most. Each matches as a word prefix."""
    return list(dict.fromkeys(words(text)))[:MAX_TERMS]


def matches(text: str, terms: Sequence[str]) -> bool:
    """Whether every term is a prefix of some word of the text."""
    candidates = words(text)
    return all(any(word.startswith(term) for word in candidates) for term in terms)


def select_suggestions(
    categories: Sequence[Suggestion],
    brands: Sequence[Suggestion],
    products: Sequence[ProductView],
) -> list[Suggestion]:
    """Non-empty categories, then brands, then products, `MAX_SUGGESTIONS` in total.

    A brand with a single product whose title equals the brand is left out.
    """
    titles = {product.title for product in products}
    groups = [
        *[category for category in categories if category.count][:_MAX_CATEGORIES],
        *[brand for brand in brands if brand.count > 1 or brand.name not in titles][:MAX_BRANDS],
    ]
    single_products = [
        Suggestion(
            type=SuggestionType.PRODUCT,
            name=product.title,
            count=1,
            image=product.image,
            id=product.id,
        )
        for product in products
    ]
    return [*groups, *single_products][:MAX_SUGGESTIONS]
