"""What a list can be narrowed to, as it stands in the address of a page."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

from novacart.application.back_office.list_page import FilterValue
from novacart.domain.shared.errors import InvalidValue
from novacart.domain.shared.money import Money

Choices = Sequence[tuple[str, str]]

FLAGS: Final[Choices] = (("yes", "Yes"), ("no", "No"))
_MAX_DIGITS: Final = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A filter as a form shows it. `input` is an HTML input's type, or `select`."""

    name: str
    label: str
    input: str
    choices: Choices
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """`name` is the listing's; `read` gives its value, None for what can't be one.

    `choices` may be asked for anew with each page.
    """

    name: str
    label: str
    read: Callable[[str], FilterValue | None]
    input: str = "select"
    choices: Choices | Callable[[], Choices] = ()

    def shown(self, given: Mapping[str, str]) -> Shown:
        choices = self.choices() if callable(self.choices) else self.choices
        return Shown(
            name=self.name,
            label=self.label,
            input=self.input,
            choices=choices,
            value=given.get(self.name, ""),
        )


def filters_given(offered: Sequence[Filter], given: Mapping[str, str]) -> dict[str, FilterValue]:
    """The values of the filters that are set; what can't be read is passed over."""
    values = {one.name: one.read(given[one.name].strip()) for one in offered if one.name in given}
    return {name: value for name, value in values.items() if value not in {None, ""}}


def choice(name: str, label: str, words: Sequence[str]) -> Filter:
    """One of these words."""
    known = frozenset(words)
    return Filter(
        name=name,
        label=label,
        read=lambda text: text if text in known else None,
        choices=[(word, word.replace("_", " ").capitalize()) for word in words],
    )


def flag(name: str, label: str) -> Filter:
    """Yes or no."""
    return Filter(name=name, label=label, read={"yes": True, "no": False}.get, choices=FLAGS)


def number(name: str, label: str, choices: Callable[[], Choices]) -> Filter:
    """One of some ids."""
    return Filter(
        name=name,
        label=label,
        read=lambda text: int(text) if text.isascii() and text.isdecimal() else None,
        choices=choices,
    )


def text(name: str, label: str) -> Filter:
    """Exactly these letters."""
    return Filter(name=name, label=label, read=lambda typed: typed or None, input="text")


def from_day(name: str, label: str) -> Filter:
    """From the beginning of a day (UTC) on."""
    return Filter(name=name, label=label, read=_midnight, input="date")


def to_day(name: str, label: str) -> Filter:
    """Up to and with a day (UTC)."""
    return Filter(name=name, label=label, read=lambda day: _midnight(day, 1), input="date")


def amount(name: str, label: str, currency: str) -> Filter:
    """Money in major units, as it is typed."""
    return Filter(name=name, label=label, read=lambda typed: _minor(typed, currency), input="text")


def _midnight(day: str, more: int = 0) -> datetime | None:
    try:
        found = date.fromisoformat(day) + timedelta(days=more)
    except (ValueError, OverflowError):
        return None
    return datetime(found.year, found.month, found.day, tzinfo=UTC)


def _minor(typed: str, currency: str) -> int | None:
    try:
        return Money.parse(typed.replace(",", ""), currency).amount
    except InvalidValue:
        return None
