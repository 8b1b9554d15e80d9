"""Forms of staff accounts."""

from typing import Final

from wtforms import EmailField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from novacart.adapters.admin.forms import StaffForm
from novacart.application.authorization.permissions import STAFF_ROLES
from novacart.domain.accounts.role import Role

_ROLES: Final = [SelectChoice(role.value, role.title()) for role in STAFF_ROLES]


class NewStaffForm(StaffForm):
    username = StringField("Username", [InputRequired(), Length(max=150)])
    email = EmailField("Email address", [InputRequired(), Length(max=254)])
    first_name = StringField("First name", [Length(max=150)])
    last_name = StringField("Last name", [Length(max=150)])
    role = SelectField("Role", choices=_ROLES, default=Role.SUPPORT.value)


class RoleForm(StaffForm):
    role = SelectField(
        "New role", choices=[*_ROLES, SelectChoice(Role.CUSTOMER.value, "Customer (not staff)")]
    )
