"""Terms of text search, the same for products, orders and the back office on every database.

A text is folded, split into terms and indexed. A query is folded and split by the same rules; each
of its terms must be the prefix of a term of the text, in any order.
"""

# Ambiguous characters are what this module is about.
# ruff: noqa: RUF001

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Final, NamedTuple
from unicodedata import category, decimal, normalize

MAX_TERMS: Final = 8
MAX_KEY: Final = 200
_MAX_LENGTH: Final = 40

# The alternatives of one term of a query: one of them must match.
SearchTerm = tuple[str, ...]

_APOSTROPHES: Final = "’‘‛ʼʻ′´`＇"
_DROPPED: Final = "™℠®©"
_BEFORE: Final = str.maketrans(dict.fromkeys(_APOSTROPHES, "'") | dict.fromkeys(_DROPPED, ""))
# Letters without a canonical decomposition, as people type them on other keyboards.
_AFTER: Final = str.maketrans(
    {
        "æ": "ae",
        "œ": "oe",
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "ħ": "h",
        "ŧ": "t",
        "ı": "i",
        "♯": "#",
        "ك": "ک",
        "ي": "ی",
        "ى": "ی",
        "ـ": "",
    }
)
_JOINERS: Final = frozenset("-‐‑‒–_·/&.")
# Combining marks that are often left out: of Latin, Greek and Cyrillic, of Hebrew and of Arabic;
# and the variation selectors and the keycap of emoji.
_DROPPED_MARKS: Final = (
    (0x0300, 0x036F),
    (0x0591, 0x05C7),
    (0x064B, 0x065F),
    (0x0670, 0x0670),
    (0x20E3, 0x20E3),
    (0xFE00, 0xFE0F),
    (0xE0100, 0xE01EF),
)
# Scripts that are written without spaces between words (Unicode 15 blocks), and Hangul, whose
# compounds are.
_UNSPACED: Final = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x1000, 0x109F),  # Myanmar
    (0x1100, 0x11FF),  # Hangul Jamo
    (0x1780, 0x17FF),  # Khmer
    (0x3005, 0x3007),  # iteration mark, zero
    (0x3040, 0x312F),  # Hiragana, Katakana, Bopomofo
    (0x3130, 0x318F),  # Hangul compatibility Jamo
    (0x31F0, 0x31FF),  # Katakana extensions
    (0x3400, 0x9FFF),  # Han
    (0xA960, 0xA97F),  # Hangul Jamo
    (0xA9E0, 0xA9FF),  # Myanmar
    (0xAA60, 0xAA7F),  # Myanmar
    (0xAC00, 0xD7FF),  # Hangul
    (0xF900, 0xFAFF),  # Han
    (0x20000, 0x3FFFF),  # Han
)
_EMOJI: Final = ((0x2600, 0x27BF), (0x2B00, 0x2BFF), (0x1F000, 0x1F3FA), (0x1F400, 0x1FAFF))
_FLAG_LETTERS: Final = (0x1F1E6, 0x1F1FF)


def _within(codepoint: int, ranges: Sequence[tuple[int, int]]) -> bool:
    return any(first <= codepoint <= last for first, last in ranges)


class _Folding(dict[int, str | None]):
    """A table for `str.translate` that computes each entry once."""

    def __missing__(self, codepoint: int) -> str | None:
        letter = chr(codepoint)
        value: str | None = letter
        if category(letter) == "Cf" or _within(codepoint, _DROPPED_MARKS):
            value = None
        elif category(letter) == "Nd":
            value = str(decimal(letter))
        self[codepoint] = value
        return value


class _Classes(dict[int, str]):
    """The class of a character in one letter: w a word, m a mark, u unspaced, e emoji, r flag."""

    def __missing__(self, codepoint: int) -> str:
        letter = chr(codepoint)
        kind = category(letter)[0]
        value = " "
        if letter in "'+#.":
            value = letter
        elif kind == "M":
            value = "m"
        elif kind in "LN":
            value = "u" if _within(codepoint, _UNSPACED) else "w"
        elif _FLAG_LETTERS[0] <= codepoint <= _FLAG_LETTERS[1]:
            value = "r"
        elif _within(codepoint, _EMOJI):
            value = "e"
        self[codepoint] = value
        return value


_FOLDING: Final = _Folding()
_CLASSES: Final = _Classes()
# Of the classes: a run of an unspaced script, an emoji or a flag, or a word with inner apostrophes
# and with the signs of C++ and C#.
_TOKEN: Final = re.compile(
    r"(?P<run>u[um]*)|(?P<emoji>rr|e)|(?P<word>w[wm]*(?:'w[wm]*)*(?:\+\+|[+#](?![wu]))?)"
)
_CLUSTER: Final = re.compile("um*")


class _Token(NamedTuple):
    """`parts` are the pieces between apostrophes. `dotted`: after a full stop, as in `.NET`."""

    kind: str
    text: str
    classes: str
    parts: Sequence[str]
    dotted: bool
    # After a word directly (`-`), after a word and white space (` `), or neither.
    link: str


def fold(text: str) -> str:
    """The text without distinctions of case, accents, width and composition."""
    if text.isascii():
        return text.lower()
    plain = normalize("NFKD", text.translate(_BEFORE)).translate(_FOLDING).casefold()
    # Folding case can compose: `İ` becomes `i` with a dot above.
    return normalize("NFC", normalize("NFKD", plain).translate(_FOLDING)).translate(_AFTER)


def facet_key(text: str) -> str:
    """The key that spellings of one brand share: folded, with single spaces between words.

    At most `MAX_KEY` characters, as folding can make a text much longer. Only the beginning of a
    text that is longer than any brand or tag is folded: the time to sort its accents is quadratic.
    """
    return (" ".join(fold(text[: 4 * MAX_KEY]).split()) or text)[:MAX_KEY]


def index_terms(text: str, *, join_words: bool = True) -> list[str]:
    """The terms by which a text is found, in order.

    Compounds such as `wi-fi` are indexed in parts and joined. `join_words` also joins every two
    neighbouring words, so that `wifi` finds `wi fi`; it is for short texts.
    """
    folded = fold(text)
    words = folded.split()
    if not join_words:
        return [term for word in words for term in _word_terms(word)]
    if folded.isascii() and "".join(words).isalnum():
        # The same terms without tokens, which take six times as long.
        terms = words[:1]
        for before, word in pairwise(words):
            terms += [word, before + word]
    else:
        terms = list(_index_terms([*_tokens(folded)], join_words=True))
    return [term[:_MAX_LENGTH] for term in terms]


@lru_cache(maxsize=4_096)
def _word_terms(word: str) -> tuple[str, ...]:
    """The terms of a folded text without white space. Descriptions repeat most words."""
    terms = _index_terms([*_tokens(word)], join_words=False)
    return tuple(term[:_MAX_LENGTH] for term in terms)


def search_terms(text: str) -> list[SearchTerm]:
    """The terms of a query, `MAX_TERMS` at most.

    A word is found alone or joined with the one before: `wi fi` finds `wifi`, which also begins
    with `wi`.
    """
    terms: dict[SearchTerm, None] = {}
    before = ""
    # The tokens after the last term that is used are not read.
    for token in _tokens(fold(text)):
        if token.kind == "run":
            terms |= dict.fromkeys((gram,) for gram in _grams(token, last=False))
        else:
            alternatives = [token.text]
            if token.dotted and not token.link:
                alternatives = [f".{token.text}"]
            elif token.link:
                alternatives.append(before + token.text)
            terms[tuple(term[:_MAX_LENGTH] for term in alternatives)] = None
        if len(terms) >= MAX_TERMS:
            break
        before = token.text
    return [*terms][:MAX_TERMS]


def matches(terms: Sequence[SearchTerm], indexed: Sequence[str]) -> bool:
    """Whether every term of a query is a prefix of one of the terms of a text."""
    return all(any(each.startswith(term) for each in indexed) for term in terms)


def _index_terms(tokens: Sequence[_Token], *, join_words: bool) -> Iterator[str]:
    compound = ""
    for position, token in enumerate(tokens):
        if token.kind == "run":
            yield from _grams(token, last=True)
            continue
        yield token.text
        if token.dotted:
            yield f".{token.text}"
        yield from (part for part in token.parts[1:] if len(part) > 1)
        if token.link == "-" or (token.link and join_words):
            yield tokens[position - 1].text + token.text
        # Compounds of three and more parts.
        is_longer = token.link == "-" and compound != tokens[position - 1].text
        compound = (compound + token.text if token.link == "-" else token.text)[:_MAX_LENGTH]
        if is_longer:
            yield compound


def _grams(token: _Token, *, last: bool) -> list[str]:
    """Overlapping pairs of characters with their marks; the only or the `last` one alone."""
    clusters = [
        token.text[match.start() : match.end()] for match in _CLUSTER.finditer(token.classes)
    ]
    pairs = [(first + second)[:_MAX_LENGTH] for first, second in pairwise(clusters)]
    return [*pairs, clusters[-1][:_MAX_LENGTH]] if last or not pairs else pairs


def _tokens(folded: str) -> Iterator[_Token]:
    classes = folded.translate(_CLASSES)
    end = -1
    kind_before = ""
    for match in _TOKEN.finditer(classes):
        start = match.start()
        kind = str(match.lastgroup)
        text = folded[start : match.end()]
        gap = folded[end:start] if kind == kind_before == "word" else None
        link = ""
        if gap is not None and len(gap) == 1 and gap in _JOINERS:
            link = "-"
        elif gap is not None and gap.isspace():
            link = " "
        yield _Token(
            kind=kind,
            text=text.replace("'", ""),
            classes=match.group(),
            parts=text.split("'"),
            dotted=kind == "word" and folded[start - 1 : start] == "." and text[0].isalpha(),
            link=link,
        )
        end, kind_before = match.end(), kind
