"""Numbers as people and spreadsheets write them, read where they can mean one thing only."""

import re
from dataclasses import dataclass
from typing import Final

_SPACES: Final = str.maketrans({"\u00a0": " ", "\u202f": " ", "\u2009": " ", "\u2019": "'"})
# By decimal mark: digits, plain or in groups of three, also in Indian groups (1,29,900).
_READINGS: Final = {
    ".": re.compile(
        r"([0-9]+|[1-9][0-9]{0,2}(?:,[0-9]{3})+|[1-9][0-9]?(?:,[0-9]{2})+,[0-9]{3}"
        r"|[1-9][0-9]{0,2}(?:[ '][0-9]{3})+)(?:\.([0-9]+))?"
    ),
    ",": re.compile(
        r"([0-9]+|[1-9][0-9]{0,2}(?:\.[0-9]{3})+|[1-9][0-9]{0,2}(?:[ '][0-9]{3})+)(?:,([0-9]+))?"
    ),
}
_NOT_DIGITS: Final = re.compile(r"^[^0-9]+|[^0-9]+$")


class UnclearNumber(ValueError):
    """The text is not a number, or can be read as two different ones. The message says which."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberStyle:
    """The decimal mark of a file: `.` or `,`.

    `proven` is the mark that unambiguous numbers of the file show. `likely` is only inferred
    from the format of the file.
    """

    proven: str | None = None
    likely: str | None = "."


def decimal_mark_of(text: str) -> str | None:
    """The decimal mark that a number shows, such as `.` for `1,299.00`; None if it shows none."""
    readings = _readings(_NOT_DIGITS.sub("", text))
    return next(iter(readings)) if len(readings) == 1 else None


def read_number(text: str, style: NumberStyle, *, decimal_places: int = 0) -> str:
    """The number as digits with an optional sign and decimal point. Raises `UnclearNumber`.

    `1,299` is 1299 or 1.299, and `1.299` likewise: the style of the file decides. A number with
    a decimal point and exactly `decimal_places` places, if these are three, is in the shop's own
    format.
    """
    sign, digits = ("-", text[1:]) if text.startswith("-") else ("", text)
    readings = _readings(digits)
    if not readings:
        raise UnclearNumber(f"“{text}” is not a number")
    if len(set(readings.values())) == 1:
        return sign + next(iter(readings.values()))
    if decimal_places == 3 and re.fullmatch(r"[0-9]+\.[0-9]{3}", digits):  # noqa: PLR2004
        return sign + digits
    mark = style.proven
    # A file with commas between its cells hardly has a comma as decimal mark. The reverse, a
    # point between thousands, is not as unlikely.
    if mark is None and style.likely == "." and "," in digits:
        mark = "."
    if mark is None:
        one, other = readings.values()
        raise UnclearNumber(f"“{text}” can be read as {one} or as {other}")
    return sign + readings[mark]


def _readings(digits: str) -> dict[str, str]:
    """The possible readings by their decimal mark."""
    plain = digits.translate(_SPACES)
    readings = {}
    for mark, pattern in _READINGS.items():
        match = pattern.fullmatch(plain)
        if match is not None:
            whole = re.sub(r"[^0-9]", "", match[1])
            readings[mark] = f"{whole}.{match[2]}" if match[2] else whole
    return readings
