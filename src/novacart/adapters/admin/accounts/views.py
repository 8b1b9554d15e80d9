"""Customers and staff."""

from typing import Any, ClassVar

from flask import flash, request, url_for
from flask_admin import expose

from novacart.adapters.admin import formatting
from novacart.adapters.admin.accounts.forms import NewStaffForm, RoleForm
from novacart.adapters.admin.filters import Filter, choice, flag
from novacart.adapters.admin.list_view import ListedView, id_of
from novacart.adapters.admin.ordering.forms import PlainForm
from novacart.adapters.admin.secure_form import sent
from novacart.adapters.admin.staff_view import back
from novacart.application.accounts.disable_user import AccountOf
from novacart.application.accounts.grant_role import GrantRoleCommand
from novacart.application.accounts.register_user import RegisterUserCommand
from novacart.application.accounts.request_password_reset import RequestPasswordResetCommand
from novacart.application.authorization.permissions import STAFF_ROLES
from novacart.application.back_office.accounts import AccountDetail, AccountRow
from novacart.application.back_office.list_page import ListRequest, Page
from novacart.domain.accounts.errors import InvalidDetails
from novacart.domain.accounts.role import Role
from novacart.domain.shared.errors import DomainError, InvalidValue
from novacart.domain.shared.ids import UserId


class _PeopleView(ListedView):
    row = AccountRow
    searches_for = "Beginning of a username or e-mail address"
    details_template = "back_office/person.html"
    sorts: ClassVar = {"created_at": "created_at"}
    formats: ClassVar = {
        "created_at": lambda row: formatting.moment(row.created_at),
        "is_active": lambda row: formatting.pill("active" if row.is_active else "disabled"),
        "role": lambda row: row.role.title(),
        "first_name": lambda row: f"{row.first_name} {row.last_name}".strip() or "–",
    }

    def get_one(self, id: object) -> AccountDetail | None:
        key = id_of(id)
        person = None if key is None else self.desk.queries.person(UserId(key))
        return person if person is not None and self.is_one_of(person) else None

    def is_one_of(self, person: AccountRow) -> bool:
        """Customers are looked after here, and staff there."""
        raise LookupError(person)

    @expose("/details/")
    def details_view(self) -> Any:  # noqa: ANN401 (Flask-Admin's own)
        person: AccountDetail = self.one()
        return self.render(
            self.details_template, person=person, role_form=RoleForm(None, role=person.role)
        )

    @expose("/disable/", methods=("POST",))
    def disable(self) -> Any:  # noqa: ANN401 (a redirect)
        person = self._posted()
        if person.id == self.staff.id:
            flash("You can't disable yourself.", "danger")
        else:
            act = self.desk.people.disable
            self.attempt(
                lambda: act(AccountOf(user_id=person.id)),
                done=f"{person.username} is signed out everywhere, and can't sign in.",
            )
        return self._back_to(person)

    @expose("/enable/", methods=("POST",))
    def enable(self) -> Any:  # noqa: ANN401 (a redirect)
        person = self._posted()
        act = self.desk.people.enable
        self.attempt(
            lambda: act(AccountOf(user_id=person.id)), done=f"{person.username} can sign in again."
        )
        return self._back_to(person)

    @expose("/reset/", methods=("POST",))
    def reset(self) -> Any:  # noqa: ANN401 (a redirect)
        person = self._posted()
        act = self.desk.people.request_reset
        self.attempt(
            lambda: act(RequestPasswordResetCommand(email=person.email)),
            done=f"A link to choose a new password goes to {person.email}.",
        )
        return self._back_to(person)

    def _posted(self) -> AccountDetail:
        sent(PlainForm)
        person: AccountDetail = self.one()
        return person

    def _back_to(self, person: AccountDetail) -> Any:  # noqa: ANN401 (a redirect)
        return back(url_for(f"{self.endpoint}.details_view", id=person.id))


class CustomersView(_PeopleView):
    heading = "Customers"
    column_list = ("username", "email", "first_name", "created_at", "is_active")
    column_labels: ClassVar = {
        "email": "E-mail address",
        "first_name": "Name",
        "created_at": "Since",
        "is_active": "Account",
    }
    permissions: ClassVar = {
        "index_view": "customers.read",
        "details_view": "customers.read",
        "disable": "customers.disable",
        "enable": "customers.disable",
        "reset": "customers.reset",
    }

    def filters(self, desk: Any) -> tuple[Filter, ...]:  # noqa: ANN401, ARG002 (as the base has it)
        return (flag("is_active", "Active"),)

    def fetch(self, wanted: ListRequest) -> Page[AccountRow]:
        return self.desk.queries.customers(wanted)

    def is_one_of(self, person: AccountRow) -> bool:
        return person.role == Role.CUSTOMER


class StaffPeopleView(_PeopleView):
    heading = "Staff"
    introduction = "Who runs the shop, and as what."
    can_create = True
    create_template = "back_office/staff_new.html"
    buttons = "back_office/staff_buttons.html"
    column_list = ("username", "role", "email", "first_name", "is_active")
    column_labels: ClassVar = {
        "email": "E-mail address",
        "first_name": "Name",
        "is_active": "Account",
    }
    permissions: ClassVar = {
        "index_view": "staff.read",
        "details_view": "staff.read",
        "create_view": "staff.write",
        "appoint": "staff.write",
        "disable": "staff.write",
        "enable": "staff.write",
        "reset": "staff.write",
    }

    def filters(self, desk: Any) -> tuple[Filter, ...]:  # noqa: ANN401, ARG002 (as the base has it)
        return (choice("role", "Role", STAFF_ROLES), flag("is_active", "Active"))

    def fetch(self, wanted: ListRequest) -> Page[AccountRow]:
        return self.desk.queries.staff(wanted)

    def is_one_of(self, person: AccountRow) -> bool:
        return person.role != Role.CUSTOMER

    def get_create_form(self) -> type[NewStaffForm]:
        return NewStaffForm

    def validate_form(self, form: Any) -> bool:  # noqa: ANN401 (any form of ours)
        return bool(form.was_sent())

    def create_model(self, form: NewStaffForm) -> Any:  # noqa: ANN401 (Flask-Admin's own)
        try:
            profile = self.desk.people.register(
                RegisterUserCommand(
                    username=form.username.data or "",
                    email=form.email.data or "",
                    password=form.password.data or "",
                    first_name=form.first_name.data or "",
                    last_name=form.last_name.data or "",
                )
            )
            self.desk.people.grant_role(GrantRoleCommand(user_id=profile.id, role=form.role.data))
        except InvalidDetails as refusal:
            for name, said in refusal.errors.items():
                form[name].errors = list(said)
            return False
        except InvalidValue as refusal:
            form[refusal.field].errors = [refusal.message]
            return False
        except DomainError as refusal:
            flash(refusal.message, "danger")
            return False
        return self.get_one(profile.id)

    def get_save_return_url(self, model: AccountDetail, is_created: bool = False) -> str:  # noqa: ARG002, FBT001, FBT002
        return url_for("desk_staff.details_view", id=model.id)

    @expose("/appoint/", methods=("POST",))
    def appoint(self) -> Any:  # noqa: ANN401 (a redirect)
        """Also of a customer, who becomes staff by it."""
        form = sent(RoleForm)
        key = id_of(request.args.get("id", ""))
        person = None if key is None else self.desk.queries.person(UserId(key))
        if person is None or form.errors:
            flash("Choose a role for somebody who is there.", "danger")
            return back(url_for("desk_staff.index_view"))
        act = self.desk.people.grant_role
        self.attempt(
            lambda: act(GrantRoleCommand(user_id=person.id, role=form.role.data)),
            done=f"{person.username} is {form.role.data} now.",
        )
        place = "desk_customers" if form.role.data == Role.CUSTOMER else "desk_staff"
        return back(url_for(f"{place}.details_view", id=person.id))
