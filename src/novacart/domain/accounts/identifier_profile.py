"""Unicode profile of identifiers (UTS #39): invisible characters, mixed scripts and look-alikes."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Final
from unicodedata import decimal, normalize

from novacart.domain.accounts.unicode_tables import IGNORABLE, PROTOTYPES, SCRIPTS

# Scripts that are written together (UTS #39, section 5.1).
_COMBINED: Final = {
    "Hani": {"Hanb", "Jpan", "Kore"},
    "Hira": {"Jpan"},
    "Kana": {"Jpan"},
    "Hang": {"Kore"},
    "Bopo": {"Hanb"},
}
# UAX #31, table 5, without Cyrillic and Greek, whose letters imitate Latin ones.
_MIXED_WITH_LATIN: Final = frozenset(
    "Arab Armn Beng Bopo Deva Ethi Geor Gujr Guru Hang Hani Hebr Hira Kana Khmr Knda Laoo Mlym"
    " Mymr Orya Sinh Taml Telu Thaa Thai Tibt Hanb Jpan Kore".split()
)


def has_ignorable_characters(text: str) -> bool:
    """Whether the text has a character with the property Default_Ignorable_Code_Point."""
    return any(_value_at(_ignorable(), character) for character in text)


def has_imitating_scripts(text: str) -> bool:
    """Whether the text mixes scripts or number systems that are not used together.

    Allows one script, the scripts of Chinese, Japanese and Korean, and Latin with one other
    recommended script except Cyrillic and Greek: "Moderately Restrictive" in UTS #39, section 5.2.
    """
    zeros = {ord(character) - decimal(character) for character in text if _is_decimal(character)}
    if len(zeros) > 1:
        return True
    scripts = [found for character in text if (found := _scripts_of(character))]
    if _common(scripts):
        return False
    others = _common([each for each in scripts if "Latn" not in each])
    return not others & _MIXED_WITH_LATIN


def skeleton(text: str) -> str:
    """The skeleton of a text in UTS #39, section 4, ignoring case: equal for look-alikes."""
    prototypes = _prototypes()
    decomposed = normalize("NFD", text.casefold())
    replaced = "".join(prototypes.get(character, character) for character in decomposed)
    # Prototypes have capitals, such as O for 0.
    return normalize("NFD", replaced).casefold()


def _is_decimal(character: str) -> bool:
    return decimal(character, None) is not None


def _scripts_of(character: str) -> frozenset[str]:
    """The scripts of a character, empty for those of any script."""
    names = _value_at(_scripts(), character).split()
    return frozenset(names).union(*(_COMBINED.get(name, ()) for name in names))


def _common(scripts: Iterable[frozenset[str]]) -> frozenset[str]:
    """The scripts that all characters have, `any` if there are no characters."""
    sets = list(scripts)
    return frozenset.intersection(*sets) if sets else frozenset({"any"})


Ranges = tuple[list[int], list[tuple[int, str]]]


def _value_at(ranges: Ranges, character: str) -> str:
    """The value of the range with the character, or an empty string."""
    starts, ends = ranges
    index = bisect_right(starts, ord(character)) - 1
    if index < 0 or ends[index][0] < ord(character):
        return ""
    return ends[index][1]


@cache
def _ignorable() -> Ranges:
    return _sorted((word, "ignorable") for word in IGNORABLE.split())


@cache
def _scripts() -> Ranges:
    return _sorted(_script_ranges())


def _script_ranges() -> Iterator[tuple[str, str]]:
    names = ""
    for line in SCRIPTS.strip().splitlines():
        before, colon, after = line.rpartition(":")
        names = before if colon else names
        for word in after.split():
            yield word, names


def _sorted(ranges: Iterable[tuple[str, str]]) -> Ranges:
    parsed = []
    for word, value in ranges:
        first, _, last = word.partition("-")
        parsed.append((int(first, 16), int(last or first, 16), value))
    parsed.sort()
    return [first for first, _, _ in parsed], [(last, value) for _, last, value in parsed]


@cache
def _prototypes() -> dict[str, str]:
    return {
        chr(int(point, 16)): "".join(chr(int(each, 16)) for each in text.split("+"))
        for text, _, points in (word.partition("<") for word in PROTOTYPES.split())
        for point in points.split(",")
    }
