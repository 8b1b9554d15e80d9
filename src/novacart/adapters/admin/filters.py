"""Filters of a list, read from the query string."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Final

from novacart.adapters.admin.formatting import humanize
from novacart.application.back_office.list_query import FilterValue
from novacart.application.written_numbers import read_money
from novacart.domain.shared.errors import InvalidValue
from novacart.domain.shared.local_time import start_of_date

Choices = Sequence[tuple[str, str]]

_YES_NO: Final[Choices] = (("yes", "Yes"), ("no", "No"))
_MAX_DIGITS: Final = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class FilterField:
    """Form field of a filter. `input` is the type of an HTML input, or `select`.

    `is_ignored` says that the value is invalid.
    """

    name: str
    label: str
    input: str
    choices: Choices
    value: str
    is_ignored: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """`parse` returns None for an invalid value. A callable `choices` runs for each page."""

    name: str
    label: str
    parse: Callable[[str], FilterValue | None]
    input: str = "select"
    choices: Choices | Callable[[], Choices] = ()

    def field(self, parameters: Mapping[str, str]) -> FilterField:
        choices = self.choices() if callable(self.choices) else self.choices
        value = parameters.get(self.name, "")
        return FilterField(
            name=self.name,
            label=self.label,
            input=self.input,
            choices=choices,
            value=value,
            is_ignored=bool(value.strip()) and self.parse(value.strip()) is None,
        )


def parse_filters(
    filters: Sequence[Filter], parameters: Mapping[str, str]
) -> dict[str, FilterValue]:
    """Values of the filters that are set. Invalid values are ignored."""
    values = {
        filter_.name: filter_.parse(parameters[filter_.name].strip())
        for filter_ in filters
        if filter_.name in parameters
    }
    return {name: value for name, value in values.items() if value not in {None, ""}}


def parse_integer(text: object) -> int | None:
    """An integer in plain digits, such as an id or a version; None for anything else."""
    digits = str(text)
    if digits.isascii() and digits.isdecimal() and len(digits) <= _MAX_DIGITS:
        return int(digits)
    return None


def parse_time(text: str, zone: tzinfo) -> datetime | None:
    """The time (UTC) of a `datetime-local` input in the time zone; None for anything else."""
    try:
        local = datetime.fromisoformat(text)
        return None if local.tzinfo else local.replace(tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def choice(name: str, label: str, values: Sequence[str] | Mapping[str, str]) -> Filter:
    """Select one of the values. A mapping gives their labels."""
    labels = values if isinstance(values, Mapping) else {text: humanize(text) for text in values}
    return Filter(
        name=name,
        label=label,
        parse=lambda text: text if text in labels else None,
        choices=list(labels.items()),
    )


def yes_no(name: str, label: str) -> Filter:
    """Select yes or no."""
    return Filter(name=name, label=label, parse={"yes": True, "no": False}.get, choices=_YES_NO)


def reference(name: str, label: str, choices: Callable[[], Choices]) -> Filter:
    """Select an object by id."""
    return Filter(name=name, label=label, parse=parse_integer, choices=choices)


def text(name: str, label: str) -> Filter:
    """Exact text."""
    return Filter(name=name, label=label, parse=lambda typed: typed or None, input="text")


def from_date(name: str, label: str, zone: tzinfo) -> Filter:
    """Start of the day in the time zone."""
    return Filter(name=name, label=label, parse=lambda day: _start_of_day(day, zone), input="date")


def to_date(name: str, label: str, zone: tzinfo) -> Filter:
    """End of the day in the time zone."""
    return Filter(
        name=name,
        label=label,
        parse=lambda day: _start_of_day(day, zone, days_later=1),
        input="date",
    )


def amount(name: str, label: str, currency: str) -> Filter:
    """Amount in major units; the value is in minor units."""
    return Filter(
        name=name, label=label, parse=lambda typed: _minor_units(typed, currency), input="text"
    )


def _start_of_day(text: str, zone: tzinfo, *, days_later: int = 0) -> datetime | None:
    try:
        return start_of_date(date.fromisoformat(text) + timedelta(days=days_later), zone)
    except (ValueError, OverflowError):
        return None


def _minor_units(typed: str, currency: str) -> int | None:
    try:
        return read_money(typed, currency).amount
    except InvalidValue:
        return None
