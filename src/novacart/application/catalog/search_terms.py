"""How text becomes words to search by: the same in every adapter, so that all find the same."""

from unicodedata import category, normalize

MAX_WORDS = 8
_MAX_LETTERS = 40


def words(text: str) -> list[str]:
    """The words of a text in their order: folded in case, Latin accents taken off.

    A word is a run of letters, digits and the marks that belong to them; vowel signs of
    Indian scripts are such marks.
    """
    plain = "".join(
        letter for letter in normalize("NFKD", text) if not "\u0300" <= letter <= "\u036f"
    )
    folded = normalize("NFC", plain.casefold())
    spaced = "".join(letter if category(letter)[0] in "LNM" else " " for letter in folded)
    return [word[:_MAX_LETTERS] for word in spaced.split()]


def searched(text: str) -> list[str]:
    """The words that a search is for, `MAX_WORDS` at most; each stands for what begins with it."""
    return list(dict.fromkeys(words(text)))[:MAX_WORDS]
