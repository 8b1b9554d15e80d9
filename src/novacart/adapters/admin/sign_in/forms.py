"""Forms of sign-in and password change."""

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
        description="At least 8 characters, and not a common password.",
        render_kw={"autocomplete": "new-password"},
    )
    repeated = PasswordField(
        "Confirm new password", [InputRequired()], render_kw={"autocomplete": "new-password"}
    )
