"""Slugs: the part of a page's URL that names a product, a category or a collection."""

import re
from typing import Final
from unicodedata import category, normalize

from novacart.domain.shared.errors import InvalidValue
from novacart.domain.shared.ids import ProductId

MAX_SLUG: Final = 100
# Characters of the title in a generated slug.
_MAX_TITLE: Final = 80
_GENERATED: Final = re.compile(r"(?:.*-)?p([1-9][0-9]{0,15})", re.DOTALL)
_ASCII: Final = re.compile(r"[^a-z0-9]+")
# Letters without a decomposition.
_LETTERS: Final = str.maketrans({"æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d"})


def slugify(text: str) -> str:
    """The text in lower case, with hyphens between its words; empty if it has no letter or digit.

    Accents of Latin letters are left out. Letters of other scripts stay, with their marks.
    """
    if text.isascii():
        return _ASCII.sub("-", text.lower()).strip("-")
    folded = normalize("NFKC", normalize("NFKC", text).casefold()).translate(_LETTERS)
    plain = "".join(_plain(letter) for letter in folded)
    words = "".join(letter if _is_in_word(letter) else "-" for letter in plain)
    return "-".join(word for word in words.split("-") if word)


def valid_slug(slug: str) -> str:
    """The slug itself. Raises `InvalidValue` on the field `slug`."""
    if not slug or len(slug) > MAX_SLUG or slugify(slug) != slug:
        raise InvalidValue("slug", "A slug is lower-case letters and digits, joined by hyphens.")
    return slug


def slug_or_generated(slug: str, name: str) -> str:
    """The slug of a category or a collection; a blank one is generated from the name.

    Raises `InvalidValue` on the field `slug`.
    """
    return valid_slug(slug or slugify(name)[:MAX_SLUG].strip("-"))


def generated_slug(title: str, product_id: ProductId) -> str:
    """The slug of a product for which staff chose none: `brass-lamp-p17`.

    It ends in the id, so that it is unique, and an old title leads to the product, too.
    """
    words = slugify(title[:_MAX_TITLE])[:_MAX_TITLE].strip("-")
    return f"{words}-p{product_id}" if words else f"p{product_id}"


def product_of_generated(slug: str) -> ProductId | None:
    """The product of a generated slug. None for one that staff chose."""
    match = _GENERATED.fullmatch(slug)
    return None if match is None else ProductId(int(match[1]))


def chosen_slug(slug: str | None) -> str | None:
    """A slug that staff chose; None if blank. Raises `InvalidValue` on the field `slug`."""
    if not slug:
        return None
    if product_of_generated(slug) is not None:
        raise InvalidValue("slug", "A slug that ends in p and a number is reserved for products.")
    return valid_slug(slug)


def _plain(letter: str) -> str:
    decomposed = normalize("NFKD", letter)
    if not decomposed[0].isascii():
        return letter
    return "".join(part for part in decomposed if part.isascii())


def _is_in_word(letter: str) -> bool:
    return letter.isalnum() or category(letter)[0] == "M"
