"""Pages of sign-in, invitations, sign-out and the own password."""

from typing import Any, ClassVar
from urllib.parse import urlsplit

from flask import Response, flash, request, url_for
from flask_admin import expose

from novacart.adapters.admin.forms import ConfirmForm, submitted
from novacart.adapters.admin.sign_in.forms import (
    CodeForm,
    InvitationForm,
    PasswordForm,
    SignInForm,
)
from novacart.adapters.admin.staff_view import StaffView, see_other
from novacart.application.accounts.change_password import ChangePasswordCommand
from novacart.application.accounts.invite_staff import (
    AcceptInvitationCommand,
    CheckInvitationCommand,
)
from novacart.application.authorization.permissions import ANYONE
from novacart.application.authorization.throttle import TooManyAttempts
from novacart.domain.accounts.errors import (
    InvalidCredentials,
    InvalidLink,
    InvalidMfaCode,
    WeakPassword,
)


class SignInView(StaffView):
    permissions: ClassVar = {
        "index": ANYONE,
        "code": ANYONE,
        "invitation": ANYONE,
        "out": ANYONE,
    }

    @expose("/", methods=("GET", "POST"))
    def index(self) -> Any:  # noqa: ANN401 (a page or a redirect)
        form = SignInForm(request.form)
        if not form.was_submitted():
            return self._page(form)
        next_page = request.args.get("next")
        try:
            signed_in = self.back_office.sessions.open(
                form.login.data or "", form.password.data or ""
            )
        except TooManyAttempts as error:
            page = self._page(form, error=error.message)
            return Response(page, 429, {"Retry-After": str(error.retry_after)})
        except InvalidCredentials:
            error_text = "No active staff account found with the given credentials."
            return Response(self._page(form, error=error_text), 401)
        if not signed_in:
            return see_other(url_for("admin_sign_in.code", next=next_page))
        return see_other(admin_page(next_page))

    @expose("/code/", methods=("GET", "POST"))
    def code(self) -> Any:  # noqa: ANN401 (a page or a redirect)
        """Enter the code of the second factor after the password."""
        sessions, next_page = self.back_office.sessions, request.args.get("next")
        if not sessions.awaits_code():
            return see_other(url_for("admin_sign_in.index", next=next_page))
        form = CodeForm(request.form)
        if not form.was_submitted():
            return self._code_page(form)
        try:
            sessions.enter_code(form.code.data or "")
        except TooManyAttempts as error:
            page = self._code_page(form, error=error.message)
            return Response(page, 429, {"Retry-After": str(error.retry_after)})
        except InvalidMfaCode as error:
            return Response(self._code_page(form, error=error.message), 401)
        except InvalidCredentials:
            return see_other(url_for("admin_sign_in.index"))
        return see_other(admin_page(next_page))

    @expose("/invitation/", methods=("GET", "POST"))
    def invitation(self) -> Any:  # noqa: ANN401 (a page or a redirect)
        """Choose the first password with the token of an invitation."""
        token = request.args.get("token", "")
        if not self.back_office.accounts.check_invitation(CheckInvitationCommand(token=token)):
            return Response(self._invitation_page(None, error=InvalidLink().message), 400)
        form = InvitationForm(request.form)
        if not form.was_submitted():
            return self._invitation_page(form)
        if form.new.data != form.repeated.data:
            form.repeated.errors = ["The passwords do not match."]
            return self._invitation_page(form)
        try:
            self.back_office.accounts.accept_invitation(
                AcceptInvitationCommand(token=token, password=form.new.data or "")
            )
        except WeakPassword as error:
            form.new.errors = error.errors["password"]
            return self._invitation_page(form)
        flash("Your password is set. Sign in with it.", "success")
        return see_other(url_for("admin_sign_in.index"))

    @expose("/out/", methods=("POST",))
    def out(self) -> Any:  # noqa: ANN401 (a redirect)
        submitted(ConfirmForm)
        self.back_office.sessions.close()
        flash("You are signed out.", "success")
        response = see_other(url_for("admin_sign_in.index"))
        # Pages that a browser kept in spite of `no-store`, and its back/forward cache.
        response.headers["Clear-Site-Data"] = '"cache"'
        return response

    def _page(self, form: SignInForm, error: str | None = None) -> str:
        return self.render("back_office/sign_in.html", form=form, error=error)

    def _code_page(self, form: CodeForm, error: str | None = None) -> str:
        return self.render("back_office/sign_in_code.html", form=form, error=error)

    def _invitation_page(self, form: InvitationForm | None, error: str | None = None) -> str:
        return self.render("back_office/invitation.html", form=form, error=error)


class AccountView(StaffView):
    serves_set_up = True
    permissions: ClassVar = {"index": "own.account"}

    @expose("/", methods=("GET", "POST"))
    def index(self) -> Any:  # noqa: ANN401 (a page or a redirect)
        form = PasswordForm(request.form)
        if form.was_submitted() and self._change_password(form):
            self.back_office.sessions.close()
            flash("Your password has been changed. Sign in with the new one.", "success")
            return see_other(url_for("admin_sign_in.index"))
        return self.render("back_office/password.html", form=form)

    def _change_password(self, form: PasswordForm) -> bool:
        """Change the password and return True, or add errors to the form."""
        if form.new.data != form.repeated.data:
            form.repeated.errors = ["The passwords do not match."]
            return False
        try:
            self.back_office.accounts.change_password(
                ChangePasswordCommand(
                    user_id=self.staff.id,
                    username=self.staff.username,
                    email=self.staff.email,
                    current=form.current.data or "",
                    new=form.new.data or "",
                )
            )
        except TooManyAttempts as error:
            form.current.errors = [error.message]
            return False
        except InvalidCredentials:
            form.current.errors = ["Your current password is wrong."]
            return False
        except WeakPassword as error:
            form.new.errors = error.errors["password"]
            return False
        return True


def admin_page(path: str | None) -> str:
    """The requested page if it is an admin page, else the first page.

    Prevents redirects to other sites.
    """
    home = url_for("admin.index")
    if not path or "\\" in path:
        return home
    parts = urlsplit(path)
    is_admin_page = not parts.scheme and not parts.netloc and parts.path.startswith(home)
    return path if is_admin_page else home
