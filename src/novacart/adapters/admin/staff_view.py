"""What every view of the back office has in common."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Final

from flask import Response, abort, flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import Admin, BaseView
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as Answer

from novacart.adapters.admin import formatting
from novacart.adapters.admin.back_office import BackOffice
from novacart.adapters.admin.navigation import menu_for
from novacart.adapters.admin.ordering.forms import PlainForm
from novacart.adapters.admin.secure_form import FOREIGN
from novacart.application.accounts.queries import Profile
from novacart.application.authorization.permissions import ANYONE, allows
from novacart.application.ports.errors import Unavailable
from novacart.application.ports.request_context import RequestContext
from novacart.domain.shared.errors import DomainError

POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self';"
    " img-src 'self' data: blob: https:; connect-src 'self'; form-action 'self';"
    " frame-ancestors 'none'; base-uri 'none'"
)


# Bytes: the pictures of one form, and a little for its fields.
MAX_PICTURE: Final = 60 * 1024 * 1024


class StaffView(BaseView):
    """Lets in whom the table of permissions lets in, and acts in their name.

    `permissions` names what each of the view's pages needs; a page that is not named there is
    closed to everybody.
    """

    permissions: ClassVar[Mapping[str, str]] = {}

    def __init__(self, desk: BackOffice, **options: Any) -> None:  # noqa: ANN401 (Flask-Admin's own)
        self.desk = desk
        super().__init__(**options)

    def create_blueprint(self, admin: Admin) -> Any:  # noqa: ANN401 (Flask-Admin's own)
        """Adds to Flask-Admin's what its pages answer when something is refused."""
        blueprint = super().create_blueprint(admin)
        blueprint.register_error_handler(HTTPException, self._refused)
        blueprint.register_error_handler(DomainError, self._broken_rule)
        blueprint.register_error_handler(Unavailable, self._unavailable)
        blueprint.after_request(_protected)
        return blueprint

    @property
    def staff(self) -> Profile:
        """Whoever is signed in."""
        profile: Profile = g.staff
        return profile

    def may(self, permission: str) -> bool:
        return allows(self.staff.role, permission)

    def _handle_view(self, name: str, **_: object) -> ResponseReturnValue | None:
        needed = self.permissions.get(name)
        if needed == ANYONE:
            _must_be_proven()
            return None
        profile = self.desk.sessions.current()
        if profile is None:
            there = request.full_path.rstrip("?") if request.method == "GET" else None
            return redirect(url_for("desk_sign_in.index", next=there))
        g.staff = profile
        if not allows(profile.role, needed):
            abort(403, "Your role does not include this.")
        _must_be_proven()
        return None

    def _run_view(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
        """In the name of whoever is signed in, for the audit log.

        Flask-Admin's own calls a view a second time where it raised a TypeError.
        """
        profile: Profile | None = g.get("staff")
        actor = "anonymous" if profile is None else f"staff:{profile.id}"
        with self.desk.contexts.bind(RequestContext(actor=actor, request_id=g.get("request_id"))):
            return fn(self, *args, **kwargs)

    def render(self, template: str, **facts: Any) -> str:  # noqa: ANN401 (Flask-Admin's own)
        profile: Profile | None = g.get("staff")
        facts |= {
            "staff": profile,
            "may": self.may if profile else lambda _: False,
            "menu": menu_for(profile.role) if profile else [],
            "here": request.endpoint or "",
            "plain_form": PlainForm() if profile else None,
            "words": formatting,
            "now": self.desk.clock.now(),
        }
        page: str = super().render(template, **facts)
        return page

    def attempt(self, act: Callable[[], object], *, done: str) -> bool:
        """Do it, and tell how it went: `done`, or the refusal in its own formatting."""
        try:
            act()
        except (DomainError, Unavailable) as refusal:
            flash(str(refusal), "danger")
            return False
        flash(done, "success")
        return True

    def _refused(self, error: HTTPException) -> ResponseReturnValue:
        if error.response is not None:
            return error.response
        return self._told(error.name, error.description or "", error.code or 500)

    def _broken_rule(self, error: DomainError) -> ResponseReturnValue:
        return self._told("That is not possible", error.message, 409)

    def _unavailable(self, error: Unavailable) -> ResponseReturnValue:
        answer = self._told("Out of reach", "This does not work for the moment. Try again.", 503)
        answer.headers["Retry-After"] = str(error.retry_after)
        return answer

    def _told(self, title: str, sentence: str, status: int) -> Response:
        page = self.render("back_office/refused.html", title=title, sentence=sentence)
        return Response(page, status)


def _must_be_proven() -> None:
    """One gate for whatever is sent, Flask-Admin's own pages included: 400 without its proof."""
    if request.method not in {"GET", "HEAD"} and not PlainForm(request.form).was_sent():
        abort(400, FOREIGN)


def _protected(answer: Response) -> Response:
    answer.headers["Content-Security-Policy"] = POLICY
    if request.endpoint and not request.endpoint.endswith(".static"):
        answer.headers["Cache-Control"] = "no-store"
    return answer


def back(to: str) -> Answer:
    """Go on to a page of the back office, by GET."""
    return redirect(to, 303)
