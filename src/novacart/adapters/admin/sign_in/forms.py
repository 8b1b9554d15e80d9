"""Forms of sign-in, passwords and second factors."""

from wtforms import PasswordField, StringField
from wtforms.validators import InputRequired, Length

from novacart.adapters.admin.forms import StaffForm


class SignInForm(StaffForm):
    login = StringField(
        "Username or email address",
        [InputRequired(), Length(max=254)],
        render_kw={"autocomplete": "username", "autofocus": True},
    )
    password = PasswordField(
        "Password", [InputRequired()], render_kw={"autocomplete": "current-password"}
    )


class PasswordForm(StaffForm):
    current = PasswordField(
        "Current password", [InputRequired()], render_kw={"autocomplete": "current-password"}
    )
    new = PasswordField(
        "New password",
        [InputRequired()],
        description="At least 15 characters, or 8 with two-factor authentication, and not a common"
        " password.",
        render_kw={"autocomplete": "new-password"},
    )
    repeated = PasswordField(
        "Confirm new password", [InputRequired()], render_kw={"autocomplete": "new-password"}
    )


class CodeForm(StaffForm):
    code = StringField(
        "Code",
        [InputRequired(), Length(max=64)],
        description="The six digits of your authenticator app, or a recovery code.",
        render_kw={"autocomplete": "one-time-code", "autofocus": True},
    )


class FirstCodeForm(StaffForm):
    """The code that enables the second factor; there are no recovery codes yet."""

    code = StringField(
        "Code",
        [InputRequired(), Length(max=64)],
        description="The six digits of your authenticator app.",
        render_kw={"autocomplete": "one-time-code", "autofocus": True},
    )


class InvitationForm(StaffForm):
    new = PasswordField(
        "Password",
        [InputRequired()],
        description="At least 15 characters, and not a common password.",
        render_kw={"autocomplete": "new-password"},
    )
    repeated = PasswordField(
        "Confirm password", [InputRequired()], render_kw={"autocomplete": "new-password"}
    )


class IdentityForm(StaffForm):
    """A password or a code. The form that needs the confirmation is sent with it."""

    identity_password = PasswordField("Password", render_kw={"autocomplete": "current-password"})
    identity_code = StringField(
        "Or a code of your authenticator app",
        [Length(max=64)],
        render_kw={"autocomplete": "one-time-code"},
    )


class DisableMfaForm(StaffForm):
    password = PasswordField(
        "Password", [InputRequired()], render_kw={"autocomplete": "current-password"}
    )
