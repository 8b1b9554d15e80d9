"""What goes wrong while somebody edits: a refused value, or a second editor."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import flash

from novacart.domain.shared.errors import InvalidValue


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """A field that says one thing now and another in the form."""

    label: str
    theirs: str
    yours: str


def conflicts(
    form: Any,  # noqa: ANN401 (any form of ours)
    present: object,
    fields: Sequence[str],
    choices: Mapping[str, str],
) -> list[Conflict]:
    """Where the form differs from what is there now; `choices` tell the words of a select."""
    found = []
    for name in fields:
        theirs, yours = _text(getattr(present, name)), _text(form[name].data)
        if theirs != yours:
            told = choices if hasattr(form[name], "choices") else {}
            found.append(
                Conflict(
                    label=form[name].label.text,
                    theirs=told.get(theirs, theirs),
                    yours=told.get(yours, yours),
                )
            )
    return found


def show_refusal(form: Any, refusal: InvalidValue) -> None:  # noqa: ANN401 (any form of ours)
    """Beside the field that it is about, or above the form where that has no such field."""
    if refusal.field in form:
        form[refusal.field].errors = [*form[refusal.field].errors, refusal.message]
    else:
        flash(refusal.message, "danger")


def _text(value: object) -> str:
    return "" if value is None else str(value).replace("\r\n", "\n")
