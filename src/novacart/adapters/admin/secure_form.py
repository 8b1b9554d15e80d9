"""The form under every form: none is taken that did not come from our own page."""

from datetime import timedelta
from typing import Any, Final, TypeVar

from flask import abort, request
from flask_admin.form import SecureForm

F = TypeVar("F", bound="StaffForm")

FOREIGN: Final = (
    "This did not come from a page of yours, or the page was open for too long."
    " Load the page again and repeat what you did."
)


class StaffForm(SecureForm):
    """Carries a proof that is bound to the session, good for as long as a session at most."""

    class Meta(SecureForm.Meta):
        csrf_time_limit = timedelta(hours=12)

    def was_sent(self) -> bool:
        """Whether it was sent and is valid. Answers 400 at once where the proof is missing."""
        if request.method != "POST":
            return False
        valid = bool(self.validate())
        if "csrf_token" in self.errors:
            abort(400, FOREIGN)
        return valid

    @property
    def mistakes(self) -> list[str]:
        """A sentence for each mistake."""
        return [
            f"{self[name].label.text}: {_said(sentence)}"
            for name, said in self.errors.items()
            if name is not None
            for sentence in said
        ]


def sent(form_class: type[F]) -> F:
    """The form that this POST sent; 400 without its proof."""
    form = form_class(request.form)
    form.was_sent()
    return form


def _said(sentence: Any) -> str:  # noqa: ANN401 (WTForms nests errors of lists)
    return str(sentence)
