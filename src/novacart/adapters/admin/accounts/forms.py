"""Forms about people."""

from typing import Final

from wtforms import EmailField, PasswordField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from novacart.adapters.admin.secure_form import StaffForm
from novacart.application.authorization.permissions import STAFF_ROLES

_ROLES: Final = [SelectChoice(role, role.title()) for role in STAFF_ROLES]


class SignInForm(StaffForm):
    login = StringField(
        "Username or e-mail address",
        [InputRequired(), Length(max=254)],
        render_kw={"autocomplete": "username", "autofocus": True},
    )
    password = PasswordField(
        "Password", [InputRequired()], render_kw={"autocomplete": "current-password"}
    )


class PasswordForm(StaffForm):
    current = PasswordField(
        "Present password", [InputRequired()], render_kw={"autocomplete": "current-password"}
    )
    new = PasswordField(
        "New password",
        [InputRequired()],
        description="Eight characters or more, not a common one.",
        render_kw={"autocomplete": "new-password"},
    )
    again = PasswordField(
        "New password again", [InputRequired()], render_kw={"autocomplete": "new-password"}
    )


class NewStaffForm(StaffForm):
    username = StringField("Username", [InputRequired(), Length(max=150)])
    email = EmailField("E-mail address", [InputRequired(), Length(max=254)])
    first_name = StringField("First name", [Length(max=150)])
    last_name = StringField("Last name", [Length(max=150)])
    role = SelectField("Role", choices=_ROLES, default="support")
    password = PasswordField(
        "First password",
        [InputRequired()],
        description="Tell it to them in person; they can change it once signed in.",
        render_kw={"autocomplete": "new-password"},
    )


class RoleForm(StaffForm):
    role = SelectField(
        "Role",
        choices=[*_ROLES, SelectChoice("customer", "Customer, no staff")],
    )
