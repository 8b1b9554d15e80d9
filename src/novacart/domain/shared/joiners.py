"""Zero-width joiners and non-joiners, which Malayalam, Sinhala and Persian names have."""

from typing import Final
from unicodedata import category, combining

ZERO_WIDTH_JOINERS: Final = frozenset("\u200c\u200d")
# Canonical combining class of viramas (Unicode Standard, section 4.3).
_VIRAMA: Final = 9


def joins_letters(text: str, position: int) -> bool:
    """Whether the character is a joiner between two letters or after a virama.

    Elsewhere it is invisible (RFC 5892, appendix A).
    """
    before, after = text[:position][-1:], text[position + 1 :][:1]
    if text[position] not in ZERO_WIDTH_JOINERS or not before:
        return False
    return combining(before) == _VIRAMA or (_is_letter(before) and _is_letter(after))


def _is_letter(character: str) -> bool:
    """Whether it is a letter, or a mark of one, such as a vowel sign."""
    return bool(character) and category(character)[0] in "LM"
