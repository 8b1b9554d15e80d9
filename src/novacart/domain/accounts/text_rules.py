"""Rules of names of people and of the lines of an address."""

from typing import Final
from unicodedata import category

from novacart.domain.accounts.identifier_profile import has_ignorable_characters
from novacart.domain.shared.joiners import ZERO_WIDTH_JOINERS, joins_letters

_VARIATION_SELECTORS: Final = (range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0))


def has_only_printable_characters(text: str, *, multiline: bool = False) -> bool:
    """Whether a text has letters of any script, and no control or invisible characters.

    Zero-width joiners and non-joiners, which Malayalam, Sinhala and Persian names have, are allowed
    between letters and after a virama (RFC 5892, appendix A); variation selectors after a letter
    or symbol, as in Han names and emoji. Only `multiline` texts have line breaks.
    """
    return all(
        _is_printable(text, position) or (multiline and character == "\n")
        for position, character in enumerate(text)
    )


def is_blank(text: str) -> bool:
    """Whether the text has no visible character: letter, number, punctuation or symbol."""
    return not any(
        category(character)[0] in "LNPS" and not has_ignorable_characters(character)
        for character in text
    )


def _is_printable(text: str, position: int) -> bool:
    character = text[position]
    if character in ZERO_WIDTH_JOINERS:
        return joins_letters(text, position)
    if any(ord(character) in selectors for selectors in _VARIATION_SELECTORS):
        return position > 0 and category(text[position - 1])[0] in "LS"
    return (
        not has_ignorable_characters(character)
        and category(character)[0] != "C"
        and category(character) not in {"Zl", "Zp"}
    )
