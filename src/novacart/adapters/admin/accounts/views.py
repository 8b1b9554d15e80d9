"""Customer and staff accounts."""

from typing import Any, ClassVar

from flask import flash, request, url_for
from flask_admin import expose

from novacart.adapters.admin import formatting
from novacart.adapters.admin.accounts.forms import NewStaffForm, RoleForm
from novacart.adapters.admin.back_office import BackOffice
from novacart.adapters.admin.filters import Filter, choice, parse_integer, yes_no
from novacart.adapters.admin.forms import ConfirmForm, submitted
from novacart.adapters.admin.list_view import ListView
from novacart.adapters.admin.staff_view import see_other
from novacart.application.accounts.disable_user import DisableUserCommand, EnableUserCommand
from novacart.application.accounts.grant_role import GrantRoleCommand
from novacart.application.accounts.invite_staff import (
    InviteStaffCommand,
    ResendInvitationCommand,
)
from novacart.application.accounts.request_password_reset import RequestPasswordResetCommand
from novacart.application.accounts.set_up_mfa import ResetMfaCommand
from novacart.application.accounts.unlock_account import UnlockAccountCommand
from novacart.application.authorization.permissions import STAFF_ROLES
from novacart.application.authorization.reauthentication import ReauthenticationRequired
from novacart.application.back_office.accounts import AccountDetail, AccountRow
from novacart.application.back_office.list_query import ListQuery, Page
from novacart.domain.accounts.errors import InvalidFields
from novacart.domain.accounts.role import Role
from novacart.domain.shared.errors import DomainError
from novacart.domain.shared.ids import UserId


class _AccountsView(ListView):
    row = AccountRow
    search_placeholder = "Search by start of username or email address"
    details_template = "back_office/account.html"
    column_labels: ClassVar = {
        "email": "Email address",
        "full_name": "Name",
        "created_at": "Created",
        "is_active": "Status",
    }
    column_sortable_list = ("created_at",)
    formatters: ClassVar = {
        "email": lambda row: formatting.email_address(row.email),
        "created_at": lambda row: formatting.timestamp(row.created_at),
        "is_active": lambda row: formatting.badge("active" if row.is_active else "disabled"),
        "role": lambda row: row.role.title(),
        "full_name": lambda row: formatting.or_dash(row.full_name),
    }

    def get_one(self, id: object) -> AccountDetail | None:
        key = parse_integer(id)
        account = None if key is None else self.back_office.queries.account(UserId(key))
        return account if account is not None and self.includes(account) else None

    def includes(self, account: AccountRow) -> bool:
        """Whether the account belongs in this list."""
        raise NotImplementedError

    @expose("/details/")
    def details_view(self) -> Any:  # noqa: ANN401 (Flask-Admin's own)
        account: AccountDetail = self.get_or_404()
        return self.render(
            self.details_template,
            account=account,
            can_disable=self.can(self.permissions["disable"]) and account.id != self.staff.id,
            can_reset=self.can(self.permissions["reset"]),
            role_form=RoleForm(None, role=account.role),
            delays=self.back_office.sign_in_throttle.delays(account.id),
        )

    @expose("/disable/", methods=("POST",))
    def disable(self) -> Any:  # noqa: ANN401 (a redirect)
        account = self._submitted()
        command = DisableUserCommand(user_id=account.id, actor=self.actor)
        self.run_action(
            lambda: self.back_office.accounts.disable(command),
            success=f"{account.username} was disabled and signed out everywhere.",
        )
        return self._redirect_to(account)

    @expose("/enable/", methods=("POST",))
    def enable(self) -> Any:  # noqa: ANN401 (a redirect)
        account = self._submitted()
        command = EnableUserCommand(user_id=account.id, actor=self.actor)
        self.run_action(
            lambda: self.back_office.accounts.enable(command),
            success=f"{account.username} was enabled.",
        )
        return self._redirect_to(account)

    @expose("/reset/", methods=("POST",))
    def reset(self) -> Any:  # noqa: ANN401 (a redirect)
        account = self._submitted()
        command = RequestPasswordResetCommand(email=account.email)
        self.run_action(
            lambda: self.back_office.accounts.request_reset(command),
            success=f"A password reset link will be sent to {account.email}.",
        )
        return self._redirect_to(account)

    @expose("/unlock/", methods=("POST",))
    def unlock(self) -> Any:  # noqa: ANN401 (a redirect)
        account = self._submitted()
        command = UnlockAccountCommand(user_id=account.id, actor=self.actor)
        self.run_action(
            lambda: self.back_office.accounts.unlock(command),
            success=f"{account.username} can sign in again.",
        )
        return self._redirect_to(account)

    @expose("/reset-mfa/", methods=("POST",))
    def reset_mfa(self) -> Any:  # noqa: ANN401 (a redirect)
        """Remove the second factor of a user who has lost it."""
        account = self._submitted()
        command = ResetMfaCommand(user_id=account.id, actor=self.actor)
        self.run_action(
            lambda: self.back_office.accounts.reset_mfa(command),
            success=f"{account.username} has no second factor any more.",
        )
        return self._redirect_to(account)

    def _submitted(self) -> AccountDetail:
        submitted(ConfirmForm)
        account: AccountDetail = self.get_or_404()
        return account

    def _redirect_to(self, account: AccountDetail) -> Any:  # noqa: ANN401 (a redirect)
        return see_other(url_for(f"{self.endpoint}.details_view", id=account.id))


class CustomersView(_AccountsView):
    heading = "Customers"
    column_list = ("username", "email", "full_name", "created_at", "is_active")
    permissions: ClassVar = {
        "index_view": "customers.read",
        "details_view": "customers.read",
        "disable": "customers.disable",
        "enable": "customers.disable",
        "reset": "customers.reset",
        "unlock": "customers.reset",
        "reset_mfa": "staff.write",
    }

    def build_filters(self, back_office: BackOffice) -> tuple[Filter, ...]:  # noqa: ARG002 (overridden)
        return (yes_no("is_active", "Active"),)

    def fetch(self, query: ListQuery) -> Page[AccountRow]:
        return self.back_office.queries.customers(query)

    def includes(self, account: AccountRow) -> bool:
        return account.role is Role.CUSTOMER


class StaffAccountsView(_AccountsView):
    heading = "Staff"
    introduction = "Staff accounts and their roles."
    can_create = True
    create_template = "back_office/staff_form.html"
    header_template = "back_office/staff_header.html"
    column_list = ("username", "role", "email", "full_name", "is_active")
    permissions: ClassVar = {
        "index_view": "staff.read",
        "details_view": "staff.read",
        "create_view": "staff.write",
        "change_role": "staff.write",
        "invite": "staff.write",
        "reset_mfa": "staff.write",
        "disable": "staff.write",
        "enable": "staff.write",
        "reset": "staff.write",
        "unlock": "staff.write",
    }

    def build_filters(self, back_office: BackOffice) -> tuple[Filter, ...]:  # noqa: ARG002 (overridden)
        return (choice("role", "Role", STAFF_ROLES), yes_no("is_active", "Active"))

    def fetch(self, query: ListQuery) -> Page[AccountRow]:
        return self.back_office.queries.staff(query)

    def includes(self, account: AccountRow) -> bool:
        return account.role is not Role.CUSTOMER

    def get_create_form(self) -> type[NewStaffForm]:
        return NewStaffForm

    @expose("/new/", methods=("GET", "POST"))
    def create_view(self) -> Any:  # noqa: ANN401 (Flask-Admin's own)
        # Before the form is filled in.
        self.ensure_recently_authenticated()
        return super().create_view()

    def create_model(self, form: NewStaffForm) -> Any:  # noqa: ANN401 (Flask-Admin's own)
        command = InviteStaffCommand(
            username=form.username.data or "",
            email=form.email.data or "",
            first_name=form.first_name.data or "",
            last_name=form.last_name.data or "",
            role=Role(form.role.data),
            actor=self.actor,
            page_url=_invitation_page(),
        )
        try:
            profile = self.back_office.accounts.invite(command)
        except InvalidFields as error:
            for name, messages in error.errors.items():
                form[name].errors = list(messages)
            return False
        except ReauthenticationRequired:
            raise
        except DomainError as error:
            form.add_error(error)
            return False
        flash(f"An invitation will be sent to {profile.email}. It is valid for 7 days.", "success")
        return self.get_one(profile.id)

    @expose("/invite/", methods=("POST",))
    def invite(self) -> Any:  # noqa: ANN401 (a redirect)
        """Send another invitation to a staff member without a password."""
        account = self._submitted()
        command = ResendInvitationCommand(
            user_id=account.id, actor=self.actor, page_url=_invitation_page()
        )
        self.run_action(
            lambda: self.back_office.accounts.resend_invitation(command),
            success=f"An invitation will be sent to {account.email}. It is valid for 7 days.",
        )
        return self._redirect_to(account)

    def get_save_return_url(self, model: AccountDetail, is_created: bool = False) -> str:  # noqa: ARG002, FBT001, FBT002
        return url_for("admin_staff.details_view", id=model.id)

    @expose("/role/", methods=("POST",))
    def change_role(self) -> Any:  # noqa: ANN401 (a redirect)
        """Change the role of a staff member or a customer."""
        form = submitted(RoleForm)
        key = parse_integer(request.args.get("id", ""))
        account = None if key is None else self.back_office.queries.account(UserId(key))
        if account is None or form.errors:
            flash("Select an existing account and a role.", "danger")
            return see_other(url_for("admin_staff.index_view"))
        role = Role(form.role.data)
        command = GrantRoleCommand(user_id=account.id, role=role, actor=self.actor)
        self.run_action(
            lambda: self.back_office.accounts.grant_role(command),
            success=f"{account.username} now has the role {role.title()}.",
        )
        endpoint = "admin_customers" if role is Role.CUSTOMER else "admin_staff"
        return see_other(url_for(f"{endpoint}.details_view", id=account.id))


def _invitation_page() -> str:
    """The absolute URL of the page for invited staff, on the host of the current request."""
    return url_for("admin_sign_in.invitation", _external=True)
