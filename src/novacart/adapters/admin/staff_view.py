"""Base view: sign-in, permissions, CSRF protection and error pages."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Any, ClassVar, Final

from flask import Response, abort, flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import Admin, BaseView
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as BaseResponse

from novacart.adapters.admin.back_office import BackOffice
from novacart.adapters.admin.forms import CSRF_ERROR, ConfirmForm, Conflict, StaffForm
from novacart.adapters.admin.navigation import menu_for
from novacart.adapters.admin.sign_in.forms import IdentityForm
from novacart.application.accounts.queries import Profile
from novacart.application.accounts.reauthenticate import ReauthenticateCommand
from novacart.application.authorization.actor import Actor
from novacart.application.authorization.permissions import ANYONE, allows
from novacart.application.authorization.reauthentication import ReauthenticationRequired
from novacart.application.authorization.throttle import TooManyAttempts
from novacart.application.ports.errors import Unavailable
from novacart.application.ports.request_context import RequestContext
from novacart.domain.accounts.errors import InvalidCredentials, InvalidMfaCode
from novacart.domain.shared.errors import DomainError
from novacart.domain.shared.ids import UserId

CONTENT_SECURITY_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self';"
    " img-src 'self' data: blob: https:; connect-src 'self'; form-action 'self';"
    " frame-ancestors 'none'; base-uri 'none'"
)
# Fields of forms whose values no page repeats.
_NOT_KEPT: Final = frozenset({"csrf_token", "password", "identity_password", "identity_code"})
# The table of 1,000 variants has 8,006 fields.
_MAX_FIELDS: Final = 10_000
_FORBIDDEN: Final = "Your role does not have permission to do this."
_NO_PAGE: Final = "There is no page at this address."


class StaffView(BaseView):
    """Checks the role's permission and records the staff member as the actor.

    `permissions` maps each page to the permission it needs. Flask-Admin's other pages have no URL.
    """

    permissions: ClassVar[Mapping[str, str]] = {}
    # Whether staff who have to set up a second factor may open the pages.
    serves_set_up: ClassVar[bool] = False
    # Pages that call a payment provider or an image store.
    provider_views: ClassVar[frozenset[str]] = frozenset()
    # Whether a form that was sent after the session has ended can be sent again. Not if it has
    # passwords.
    keeps_forms: ClassVar[bool] = False
    # The largest body in bytes of a form with files, or with a table that can be large.
    form_limits: ClassVar[Mapping[str, int]] = {}

    def __init__(self, back_office: BackOffice, **options: Any) -> None:  # noqa: ANN401 (Flask-Admin's own)
        self.back_office = back_office
        super().__init__(**options)

    def create_blueprint(self, admin: Admin) -> Any:  # noqa: ANN401 (Flask-Admin's own)
        # Each has a path, the name of its method, and HTTP methods.
        pages: list[Any] = self._urls  # type: ignore[has-type] # set by Flask-Admin's metaclass
        self._urls = [page for page in pages if page[1] in self.permissions]
        blueprint = super().create_blueprint(admin)
        blueprint.register_error_handler(HTTPException, self._http_error)
        blueprint.register_error_handler(DomainError, self._domain_error)
        blueprint.register_error_handler(Unavailable, self._unavailable)
        blueprint.after_request(_add_security_headers)
        return blueprint

    @property
    def staff(self) -> Profile:
        """The signed-in staff member."""
        profile: Profile = g.staff
        return profile

    @property
    def actor(self) -> Actor:
        """The signed-in member of staff, for use cases."""
        return Actor(
            user_id=self.staff.id,
            role=self.staff.role,
            authenticated_at=self.staff.authenticated_at,
        )

    def ensure_recently_authenticated(self) -> None:
        """Raise `ReauthenticationRequired`, which leads to the page that confirms the identity."""
        self.back_office.reauthentication.ensure_recent(self.actor, at=self.back_office.clock.now())

    def can(self, permission: str) -> bool:
        return self.actor.may(permission)

    def _handle_view(self, name: str, **_: object) -> ResponseReturnValue | None:
        _limit_fields()
        permission = self.permissions[name]
        if permission == ANYONE:
            _check_csrf_token()
            return None
        profile = self.back_office.sessions.current()
        if profile is None:
            if self._may_keep_form():
                return self._kept_form("Your session has ended", 401)
            next_page = request.full_path.rstrip("?") if request.method == "GET" else None
            return redirect(url_for("admin_sign_in.index", next=next_page))
        g.staff = profile
        if not allows(profile.role, permission):
            abort(403, _FORBIDDEN)
        if not self.serves_set_up and self.back_office.sessions.must_set_up(profile):
            return redirect(url_for("admin_security.index"))
        if self._may_keep_form() and not ConfirmForm(request.form).validate():
            return self._kept_form("You have signed in again", 400)
        _check_csrf_token()
        return None

    def _may_keep_form(self) -> bool:
        """Whether this is a form of the back office itself (W3C, Fetch Metadata)."""
        is_own = request.headers.get("Sec-Fetch-Site") == "same-origin"
        return self.keeps_forms and request.method == "POST" and is_own

    def _kept_form(self, title: str, status: int) -> Response:
        """A page with what was entered, to send it again with the token of the new session."""
        page = self.render(
            "back_office/kept_form.html",
            title=title,
            values=self.entered_values(),
            has_files=any(file.filename for file in request.files.values()),
        )
        return Response(page, status)

    def entered_values(self) -> list[tuple[str, str]]:
        """The names and values of the sent form, to send it again. Without secrets."""
        return [each for each in request.form.items(multi=True) if each[0] not in _NOT_KEPT]

    def _reauthenticate(self, form: IdentityForm) -> Response | None:
        """Check the entered password or code. If it is wrong, return the page that asks again."""
        command = ReauthenticateCommand(
            user_id=self.staff.id,
            session=self.back_office.sessions.claims().family_id,
            email=self.staff.email,
            password=form.identity_password.data or "",
            code=(form.identity_code.data or "").strip(),
        )
        try:
            self.back_office.accounts.reauthenticate(command)
        except TooManyAttempts as error:
            page = self.identity_page(form, error.message)
            return Response(page, 429, {"Retry-After": str(error.retry_after)})
        except InvalidCredentials:
            return Response(self.identity_page(form, "Your password is wrong."), 401)
        except InvalidMfaCode as error:
            return Response(self.identity_page(form, error.message), 401)
        return None

    def identity_page(self, form: IdentityForm, error: str | None = None) -> str:
        """The page that asks for a password or a code, and then sends this request's form again."""
        return self.render(
            "back_office/confirm_identity.html",
            form=form,
            error=error,
            values=self.entered_values(),
        )

    def _run_view(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
        """Bind the actor for the audit log, and check the password or code that a form confirms.

        Flask-Admin's implementation calls a view again after a TypeError; this one does not.
        """
        profile: Profile | None = g.get("staff")
        actor = "anonymous" if profile is None else f"staff:{profile.id}"
        context = RequestContext(
            actor=actor,
            request_id=g.get("server_request_id"),
            address=request.remote_addr,
            user_agent=request.environ.get("HTTP_USER_AGENT"),
        )
        with self.back_office.contexts.bind(context):
            if profile is not None and "identity_password" in request.form:
                refusal = self._reauthenticate(IdentityForm(request.form))
                if refusal is not None:
                    return refusal
                g.staff = self.back_office.sessions.current() or abort(401)
            return fn(self, *args, **kwargs)

    def name_actors(self, actors: Iterable[str]) -> None:
        """Read names for the filter `actor_name`: of staff, and of customers if the role allows."""
        kinds = ("staff", "user") if self.can("customers.read") else ("staff",)
        ids = {}
        for actor in actors:
            kind, _, number = actor.partition(":")
            if kind in kinds and number.isdecimal():
                ids[actor] = UserId(int(number))
        names = self.back_office.queries.usernames(set(ids.values())) if ids else {}
        g.actor_names = {actor: names[id] for actor, id in ids.items() if id in names}

    def render(self, template: str, **variables: Any) -> str:  # noqa: ANN401 (Flask-Admin's own)
        profile: Profile | None = g.get("staff")
        variables |= {
            "staff": profile,
            "can": self.can if profile else lambda _: False,
            "menu": menu_for(profile.role) if profile else [],
            "current_endpoint": request.endpoint or "",
            "confirm_form": ConfirmForm() if profile else None,
            "now": self.back_office.clock.now(),
        }
        page: str = super().render(template, **variables)
        return page

    def run_action(
        self, action: Callable[[], object], *, success: str = "", failure: str = ""
    ) -> bool:
        """Run the action and flash `success` if given, or the error after `failure`.

        Returns whether it succeeded. Raises `ReauthenticationRequired`.
        """
        try:
            action()
        except ReauthenticationRequired:
            raise
        except (DomainError, Unavailable) as error:
            flash(f"{failure}{error}", "danger")
            return False
        if success:
            flash(success, "success")
        return True

    def show_conflicts(self, form: StaffForm, found: Sequence[Conflict], version: int) -> None:
        """Show what someone else has saved. The form overwrites it when it is sent again."""
        self._template_args["conflict"] = found
        form["version"].data = form["version"].raw_data = str(version)

    def _http_error(self, error: HTTPException) -> ResponseReturnValue:
        if error.response is not None:
            return error.response
        return self._error_page(error.name, error.description or "", error.code or 500)

    def _domain_error(self, error: DomainError) -> ResponseReturnValue:
        if isinstance(error, ReauthenticationRequired):
            if request.method == "POST":
                return Response(self.identity_page(IdentityForm(None)), 401)
            page = request.full_path.rstrip("?")
            return see_other(url_for("admin_security.confirm_identity", next=page))
        return self._error_page("Not possible", error.message, 409)

    def _unavailable(self, error: Unavailable) -> ResponseReturnValue:
        response = self.error_page(HTTPStatus.SERVICE_UNAVAILABLE)
        response.headers["Retry-After"] = str(error.retry_after)
        return response

    def error_page(self, status: int) -> Response:
        """The page for the status of an error without a text for staff."""
        title = HTTPStatus(status).phrase
        message = "Your request could not be processed. Try again later."
        if status == HTTPStatus.SERVICE_UNAVAILABLE:
            title = "Temporarily unavailable"
            message = "The service is not available. Try again later."
        elif status == HTTPStatus.NOT_FOUND:
            message = _NO_PAGE
        response = self._error_page(title, message, status)
        # Flask calls no hook of the blueprint if the URL does not support the method.
        return _add_security_headers(response)

    def _error_page(self, title: str, message: str, status: int) -> Response:
        page = self.render("back_office/error.html", title=title, message=message)
        return Response(page, status)


def _limit_fields() -> None:
    """Refuse a form with too many fields before it is parsed, which could take seconds.

    Flask limits the fields of forms with files (`MAX_FORM_PARTS`).
    """
    is_form = request.mimetype == "application/x-www-form-urlencoded"
    if is_form and request.get_data().count(b"&") >= _MAX_FIELDS:
        abort(413, "The form has too many fields.")


def _check_csrf_token() -> None:
    """Check every unsafe request here, including those to Flask-Admin's own pages."""
    if request.method not in {"GET", "HEAD"} and not ConfirmForm(request.form).was_submitted():
        abort(400, CSRF_ERROR)


def _add_security_headers(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
    if not (request.endpoint or "").endswith(".static"):
        response.headers["Cache-Control"] = "no-store"
    return response


def see_other(url: str) -> BaseResponse:
    """Redirect to a page by GET (303)."""
    return redirect(url, 303)
