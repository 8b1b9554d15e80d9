"""Pages of one's own second factor and sessions."""

from typing import Any, ClassVar, Final

from flask import flash, request, url_for
from flask_admin import expose

from novacart.adapters.admin.forms import ConfirmForm, submitted
from novacart.adapters.admin.sign_in.forms import DisableMfaForm, FirstCodeForm, IdentityForm
from novacart.adapters.admin.sign_in.views import admin_page
from novacart.adapters.admin.staff_view import StaffView, see_other
from novacart.application.accounts.end_sessions import EndSessionsCommand
from novacart.application.accounts.set_up_mfa import (
    ConfirmMfaSetupCommand,
    DisableMfaCommand,
    ReplaceRecoveryCodesCommand,
    StartMfaSetupCommand,
)
from novacart.application.authorization.throttle import TooManyAttempts
from novacart.domain.accounts.errors import InvalidCredentials, InvalidMfaCode, WeakPassword

_PERMISSION: Final = "own.account"
_GROUP: Final = 4


class SecurityView(StaffView):
    serves_set_up = True
    permissions: ClassVar = {
        "index": _PERMISSION,
        "set_up": _PERMISSION,
        "confirm_set_up": _PERMISSION,
        "recovery_codes": _PERMISSION,
        "disable": _PERMISSION,
        "sign_out_everywhere": _PERMISSION,
        "confirm_identity": _PERMISSION,
    }

    @expose("/")
    def index(self) -> str:
        return self._page(DisableMfaForm(None))

    @expose("/set-up/", methods=("POST",))
    def set_up(self) -> str:
        """Show the QR code of a new secret."""
        submitted(ConfirmForm)
        return self._set_up_page(FirstCodeForm(None))

    @expose("/set-up/confirm/", methods=("POST",))
    def confirm_set_up(self) -> Any:  # noqa: ANN401 (a page)
        """Enable the second factor with its first code, and show the recovery codes."""
        form = submitted(FirstCodeForm)
        command = ConfirmMfaSetupCommand(
            actor=self.actor,
            session=self.back_office.sessions.claims().family_id,
            code=form.code.data or "",
        )
        try:
            codes = self.back_office.accounts.confirm_mfa_setup(command)
        except (InvalidMfaCode, TooManyAttempts) as error:
            form.code.errors = [error.message]
            return self._set_up_page(form)
        return self.render("back_office/recovery_codes.html", codes=codes)

    @expose("/recovery-codes/", methods=("POST",))
    def recovery_codes(self) -> str:
        """Replace the recovery codes and show the new ones."""
        submitted(ConfirmForm)
        codes = self.back_office.accounts.replace_recovery_codes(
            ReplaceRecoveryCodesCommand(actor=self.actor)
        )
        return self.render("back_office/recovery_codes.html", codes=codes)

    @expose("/disable/", methods=("POST",))
    def disable(self) -> Any:  # noqa: ANN401 (a page or a redirect)
        form = submitted(DisableMfaForm)
        command = DisableMfaCommand(
            actor=self.actor, email=self.staff.email, password=form.password.data or ""
        )
        try:
            self.back_office.accounts.disable_mfa(command)
        except InvalidCredentials:
            form.password.errors = ["Your password is wrong."]
            return self._page(form)
        except WeakPassword as error:
            form.password.errors = error.errors["password"]
            return self._page(form)
        except TooManyAttempts as error:
            form.password.errors = [error.message]
            return self._page(form)
        flash("Two-factor authentication is disabled.", "success")
        return see_other(url_for("admin_security.index"))

    @expose("/sign-out-everywhere/", methods=("POST",))
    def sign_out_everywhere(self) -> Any:  # noqa: ANN401 (a redirect)
        submitted(ConfirmForm)
        self.back_office.accounts.end_sessions(EndSessionsCommand(user_id=self.staff.id))
        self.back_office.sessions.close()
        flash("You are signed out everywhere.", "success")
        return see_other(url_for("admin_sign_in.index"))

    @expose("/confirm/", methods=("GET", "POST"))
    def confirm_identity(self) -> Any:  # noqa: ANN401 (a page or a redirect)
        """Enter the password or a code again before a page is opened."""
        if "identity_password" not in request.form:
            return self.identity_page(IdentityForm(None))
        # `StaffView._run_view` has checked the entry.
        return see_other(admin_page(request.args.get("next")))

    def _page(self, form: DisableMfaForm) -> str:
        return self.render(
            "back_office/security.html",
            form=form,
            mfa=self.back_office.account_queries.mfa_status(self.staff.id),
            is_mandatory=self.back_office.staff_security.mfa_required,
            must_set_up=self.back_office.sessions.must_set_up(self.staff),
        )

    def _set_up_page(self, form: FirstCodeForm) -> str:
        setup = self.back_office.accounts.start_mfa_setup(
            StartMfaSetupCommand(actor=self.actor, email=self.staff.email)
        )
        secret = setup.secret
        groups = [secret[start : start + _GROUP] for start in range(0, len(secret), _GROUP)]
        return self.render(
            "back_office/mfa_setup.html",
            form=form,
            secret=" ".join(groups),
            qr_code=setup.qr_code,
        )
