"""Signing in and out, and one's own password."""

from typing import Any, ClassVar
from urllib.parse import urlsplit

from flask import Response, flash, request, url_for
from flask_admin import expose

from novacart.adapters.admin.forms import ConfirmForm, submitted
from novacart.adapters.admin.sign_in.forms import PasswordForm, SignInForm
from novacart.adapters.admin.staff_view import StaffView, see_other
from novacart.application.accounts.change_password import ChangePasswordCommand
from novacart.application.authorization.permissions import ANYONE
from novacart.domain.accounts.errors import WeakPassword, WrongCredentials


class SignInView(StaffView):
    permissions: ClassVar = {"index": ANYONE, "out": ANYONE}

    @expose("/", methods=("GET", "POST"))
    def index(self) -> Any:  # noqa: ANN401 (a page or a redirect)
        form = SignInForm(request.form)
        if not form.was_submitted():
            return self.render("back_office/sign_in.html", form=form)
        login, address = form.login.data or "", request.remote_addr
        wait = self.back_office.throttle.begin(address, login)
        if wait:
            sentence = "That was tried too often. Wait a while before you try again."
            page = self.render("back_office/sign_in.html", form=form, error=sentence)
            return Response(page, 429, {"Retry-After": str(wait)})
        try:
            self.back_office.sessions.open(login, form.password.data or "")
        except WrongCredentials:
            self.back_office.throttle.failed(address)
            sentence = "No active staff account was found with these credentials."
            page = self.render("back_office/sign_in.html", form=form, error=sentence)
            return Response(page, 401)
        self.back_office.throttle.succeeded(login)
        return see_other(_inside(request.args.get("next")))

    @expose("/out/", methods=("POST",))
    def out(self) -> Any:  # noqa: ANN401 (a redirect)
        submitted(ConfirmForm)
        self.back_office.sessions.close()
        flash("You are signed out.", "success")
        return see_other(url_for("admin_sign_in.index"))


class AccountView(StaffView):
    permissions: ClassVar = {"index": "own.account"}

    @expose("/", methods=("GET", "POST"))
    def index(self) -> Any:  # noqa: ANN401 (a page or a redirect)
        form = PasswordForm(request.form)
        if form.was_submitted() and self._changed(form):
            self.back_office.sessions.close()
            flash("Your password is changed. Sign in with the new one.", "success")
            return see_other(url_for("admin_sign_in.index"))
        return self.render("back_office/password.html", form=form)

    def _changed(self, form: PasswordForm) -> bool:
        if form.new.data != form.again.data:
            form.again.errors = ["The two are not the same."]
            return False
        wait = self.back_office.throttle.begin(request.remote_addr, self.staff.email)
        if wait:
            form.current.errors = ["That was tried too often. Wait a while."]
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
        except WrongCredentials:
            self.back_office.throttle.failed(request.remote_addr)
            form.current.errors = ["This is not your present password."]
            return False
        except WeakPassword as weak:
            form.new.errors = [sentence for said in weak.errors.values() for sentence in said]
            return False
        self.back_office.throttle.succeeded(self.staff.email)
        return True


def _inside(there: str | None) -> str:
    """The page that was asked for, if it is one of ours; else the first page."""
    home = url_for("admin.index")
    if not there or "\\" in there:
        return home
    parts = urlsplit(there)
    inside = not parts.scheme and not parts.netloc and parts.path.startswith(home)
    return there if inside else home
