"""How suggestions are chosen from what a search finds, the same in every adapter."""

from collections.abc import Sequence

from novacart.application.catalog.queries import MAX_SUGGESTIONS, Suggestion, SuggestionType
from novacart.application.catalog.search_terms import words
from novacart.application.ports.product_view import ProductView

_MAX_CATEGORIES = 3
MAX_BRANDS = 3


def suggests(name: str, searched: Sequence[str]) -> bool:
    """Whether each of the words begins some word of the name."""
    there = words(name)
    return all(any(word.startswith(begun) for word in there) for begun in searched)


def arranged(
    categories: Sequence[Suggestion],
    brands: Sequence[Suggestion],
    products: Sequence[ProductView],
) -> list[Suggestion]:
    """Categories and brands with something in them, then products while there is room.

    A brand that is one product's own title leads nowhere that the product does not.
    """
    titles = {product.title for product in products}
    leading = [
        *[category for category in categories if category.count][:_MAX_CATEGORIES],
        *[brand for brand in brands if brand.count > 1 or brand.name not in titles][:MAX_BRANDS],
    ]
    found = [
        Suggestion(
            type=SuggestionType.PRODUCT,
            name=product.title,
            count=1,
            image=product.image,
            id=product.id,
        )
        for product in products
    ]
    return [*leading, *found][:MAX_SUGGESTIONS]
