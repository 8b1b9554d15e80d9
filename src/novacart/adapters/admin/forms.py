"""Base form with CSRF protection, and the handling of errors and edit conflicts in forms."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, TypeVar

from flask import abort, flash, request
from flask_admin.form import SecureForm

from novacart.application.ports.errors import Unavailable
from novacart.domain.shared.errors import DomainError, InvalidValue

FormT = TypeVar("FormT", bound="StaffForm")

CSRF_ERROR: Final = (
    "The form has expired or did not come from this site. Reload the page and try again."
)


class StaffForm(SecureForm):
    """Form whose CSRF token is bound to the session and expires with it."""

    class Meta(SecureForm.Meta):
        csrf_time_limit = timedelta(hours=12)

    def was_submitted(self) -> bool:
        """Whether a valid form was posted. Aborts with 400 if the CSRF token is invalid."""
        if request.method != "POST":
            return False
        valid = bool(self.validate())
        if "csrf_token" in self.errors:
            abort(400, CSRF_ERROR)
        return valid

    def flash_errors(self) -> None:
        for name, errors in self.errors.items():
            if name is not None:
                for error in errors:
                    flash(f"{self[name].label.text}: {error}", "danger")

    def add_error(self, error: DomainError | Unavailable) -> None:
        """Show the error next to its field, or above the form if it names no field of the form."""
        if isinstance(error, InvalidValue) and error.field in self:
            self[error.field].errors = [*self[error.field].errors, error.message]
        else:
            flash(str(error), "danger")


class ConfirmForm(StaffForm):
    """A button: only the CSRF token."""


def submitted(form_class: type[FormT]) -> FormT:
    """The validated form of this POST. Aborts with 400 if the CSRF token is invalid."""
    form = form_class(request.form)
    form.was_submitted()
    return form


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """A field whose saved value differs from the submitted one."""

    label: str
    saved: str
    submitted: str


def conflicts(
    form: StaffForm, saved: Mapping[str, object], fields: Sequence[str]
) -> list[Conflict]:
    """Compare the fields of the form with the saved values."""
    found = []
    for name in fields:
        field = form[name]
        labels = {option.value: option.label for option in getattr(field, "choices", ())}
        ours, theirs = _text(field.data, labels), _text(saved[name], labels)
        if ours != theirs:
            found.append(Conflict(label=field.label.text, saved=theirs, submitted=ours))
    return found


def _text(value: object, labels: Mapping[str, str]) -> str:
    if isinstance(value, list):
        return ", ".join(_text(each, labels) for each in value)
    text = "" if value is None else str(value).replace("\r\n", "\n")
    return labels.get(text, text)
