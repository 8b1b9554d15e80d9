"""Pages of sign-in, sign-out and the own password."""

from typing import Any, ClassVar
from urllib.parse import urlsplit

from flask import Response, flash, request, url_for
from flask_admin import expose

from novacart.adapters.admin.forms import ConfirmForm, submitted
from novacart.adapters.admin.sign_in.forms import PasswordForm, SignInForm
from novacart.adapters.admin.staff_view import StaffView, see_other
from novacart.application.accounts.change_password import ChangePasswordCommand
from novacart.application.authorization.permissions import ANYONE
from novacart.application.authorization.throttle import TooManyAttempts
from novacart.domain.accounts.errors import InvalidCredentials, WeakPassword


class SignInView(StaffView):
    permissions: ClassVar = {"index": ANYONE, "out": ANYONE}

    @expose("/", methods=("GET", "POST"))
    def index(self) -> Any:  # noqa: ANN401 (a page or a redirect)
        form = SignInForm(request.form)
        if not form.was_submitted():
            return self._page(form)
        try:
            self.back_office.sessions.open(form.login.data or "", form.password.data or "")
        except TooManyAttempts as error:
            page = self._page(form, error=error.message)
            return Response(page, 429, {"Retry-After": str(error.retry_after)})
        except InvalidCredentials:
            error_text = "No active staff account found with the given credentials."
            return Response(self._page(form, error=error_text), 401)
        return see_other(_next_page(request.args.get("next")))

    @expose("/out/", methods=("POST",))
    def out(self) -> Any:  # noqa: ANN401 (a redirect)
        submitted(ConfirmForm)
        self.back_office.sessions.close()
        flash("You are signed out.", "success")
        return see_other(url_for("admin_sign_in.index"))

    def _page(self, form: SignInForm, error: str | None = None) -> str:
        return self.render("back_office/sign_in.html", form=form, error=error)


class AccountView(StaffView):
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


def _next_page(path: str | None) -> str:
    """The requested page if it is an admin page, else the first page.

    Prevents redirects to other sites.
    """
    home = url_for("admin.index")
    if not path or "\\" in path:
        return home
    parts = urlsplit(path)
    is_admin_page = not parts.scheme and not parts.netloc and parts.path.startswith(home)
    return path if is_admin_page else home
