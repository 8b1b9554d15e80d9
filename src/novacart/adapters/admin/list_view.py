"""Base view of a list with search, filters, keyset pagination and bulk actions."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, Final

from flask import abort, flash, redirect, request, url_for
from flask_admin import expose
from flask_admin.helpers import get_redirect_target
from flask_admin.model import BaseModelView

from novacart.adapters.admin.back_office import BackOffice
from novacart.adapters.admin.filters import Filter, parse_filters, parse_integer
from novacart.adapters.admin.forms import StaffForm
from novacart.adapters.admin.staff_view import StaffView, see_other
from novacart.application.authorization.permissions import allows
from novacart.application.authorization.reauthentication import ReauthenticationRequired
from novacart.application.back_office.list_query import FilterValue, ListQuery, Page
from novacart.application.ports.errors import Unavailable
from novacart.domain.shared.errors import DomainError

PAGE_SIZE: Final = 25
MAX_SELECTED: Final = 200
MAX_SEARCH: Final = 200
_POSITION_PARAMETERS: Final = frozenset({"after", "before", "sort", "rising"})


class ListView(StaffView, BaseModelView):
    """Flask-Admin model view over a query port instead of a table.

    `action_permissions` maps each bulk action to the permission it needs. An action that is not
    in it is forbidden for every role.
    """

    row: ClassVar[type]
    heading: ClassVar[str]
    introduction: ClassVar[str] = ""
    search_placeholder: ClassVar[str] = ""
    empty_message: ClassVar[str] = ""
    default_filters: ClassVar[Mapping[str, FilterValue]] = {}
    # Templates of the bulk actions' form fields and of the buttons in the page's header.
    bulk_actions_template: ClassVar[str] = ""
    header_template: ClassVar[str] = ""
    key: ClassVar[str] = "id"
    # Column that links to the row's page; the first column by default.
    link_column: ClassVar[str] = ""
    action_permissions: ClassVar[Mapping[str, str]] = {}
    # Versions of a row, sent as `<name>-<key>`: a bulk action that is sent twice changes it once.
    versions: ClassVar[Mapping[str, Callable[[Any], int]]] = {}
    formatters: ClassVar[Mapping[str, Callable[[Any], object]]] = {}

    keeps_forms = True
    form_base_class = StaffForm
    can_create = can_edit = can_delete = False
    can_view_details = True
    list_template = "back_office/list.html"
    column_sortable_list: ClassVar[Sequence[str]] = ()

    def __init__(self, back_office: BackOffice, **options: Any) -> None:  # noqa: ANN401 (Flask-Admin's own)
        self.filters = self.build_filters(back_office)
        if not self.link_column:
            self.link_column = str(self.column_list[0])  # type: ignore[misc]
        super().__init__(back_office, model=self.row, **options)

    def build_filters(self, back_office: BackOffice) -> Sequence[Filter]:  # noqa: ARG002 (views override it)
        return ()

    def fetch(self, query: ListQuery) -> Page[Any]:
        """Return one page of rows. Views override it."""
        raise NotImplementedError

    def detail_url(self, row: Any) -> str | None:  # noqa: ANN401 (rows of any view)
        return url_for(f"{self.endpoint}.details_view", id=self.get_pk_value(row))

    def get_pk_value(self, model: Any) -> Any:  # noqa: ANN401 (Flask-Admin's own)
        return getattr(model, self.key)

    def accessible_name(self, row: Any) -> str:  # noqa: ANN401 (rows of any view)
        """Name of the row for screen readers."""
        return str(getattr(row, self.link_column))

    def cell(self, row: Any, column: str) -> object:  # noqa: ANN401 (rows of any view)
        formatter = self.formatters.get(column)
        return formatter(row) if formatter is not None else getattr(row, column)

    @expose("/")
    def index_view(self) -> str:
        query = self._query()
        return self.render(
            self.list_template,
            page=self.fetch(query),
            query=query,
            columns=self._list_columns,
            filters=[filter_.field(request.args) for filter_ in self.filters],
            filtered=any(
                text for name, text in request.args.items() if name not in _POSITION_PARAMETERS
            ),
            url_with=self._url_with,
            actions=self._allowed_actions(),
            action_form=self._action_form_class(),
        )

    @expose("/new/", methods=("GET", "POST"))
    def create_view(self) -> Any:  # noqa: ANN401 (Flask-Admin's own)
        form = self.create_form()
        if self.validate_form(form) and (model := self.create_model(form)):
            flash("Saved.", "success")
            return redirect(self.get_save_return_url(model, is_created=True))
        _flash_not_saved(form)
        return self.render(self.create_template, form=form)

    @expose("/edit/", methods=("GET", "POST"))
    def edit_view(self) -> Any:  # noqa: ANN401 (Flask-Admin's own)
        model = self.get_or_404()
        form = self.edit_form(obj=model)
        if self.validate_form(form) and self.update_model(form, model):
            flash("Saved.", "success")
            return redirect(self.get_save_return_url(model, is_created=False))
        _flash_not_saved(form)
        return self.render(self.edit_template, form=form, model=model)

    @expose("/action/", methods=("POST",))
    def action_view(self) -> Any:  # noqa: ANN401 (Flask-Admin's own)
        """Run a bulk action on the selected rows, or show the page that it returns."""
        form = self._action_form_class(request.form)
        form.was_submitted()
        name = str(form.action.data)
        if name not in self._actions_data:
            abort(404)
        if not self.is_action_allowed(name):
            abort(403, "Your role does not have permission to do this.")
        selected = request.form.getlist("rowid")
        if not selected:
            flash("Select at least one row.", "warning")
        elif len(selected) > MAX_SELECTED:
            flash(f"Select at most {MAX_SELECTED} rows.", "warning")
        elif page := self._actions_data[name][0](selected):
            return page
        return see_other(get_redirect_target() or url_for(f"{self.endpoint}.index_view"))

    def is_action_allowed(self, name: str) -> bool:
        return allows(self.staff.role, self.action_permissions.get(name))

    def run_bulk_action(
        self, selected: Sequence[str], action: Callable[[int], object], *, success: str
    ) -> None:
        """Run the action on each row; flash the number of successes and each error."""
        succeeded = 0
        for text in selected:
            key = parse_integer(text)
            if key is None:
                continue
            try:
                action(key)
            except ReauthenticationRequired:
                raise
            except (DomainError, Unavailable) as error:
                flash(f"{self.display_name(key)}: {error}", "danger")
            else:
                succeeded += 1
        if succeeded:
            flash(f"{success}: {succeeded} of {len(selected)}.", "success")

    def display_name(self, key: int) -> str:
        """Name of the row in messages."""
        row = self.get_one(key)
        return f"#{key}" if row is None else self.accessible_name(row)

    def get_or_404(self) -> Any:  # noqa: ANN401 (rows of any view)
        """The object named by the `id` parameter."""
        row = self.get_one(request.args.get("id", ""))
        if row is None:
            abort(404, "This record does not exist.")
        return row

    def validate_form(self, form: StaffForm) -> bool:
        return form.was_submitted()

    def _allowed_actions(self) -> list[tuple[str, str, str | None]]:
        """Name, label and confirmation question of each allowed action."""
        return [
            (name, str(label), self._actions_data[name][2])
            for name, label in self._actions
            if self.is_action_allowed(name)
        ]

    def _query(self) -> ListQuery:
        parameters = {name: text for name, text in request.args.items() if text}
        return ListQuery(
            search=parameters.get("search", "")[:MAX_SEARCH].replace("\0", ""),
            filters={**self.default_filters, **parse_filters(self.filters, parameters)},
            sort=parameters.get("sort"),
            descending="rising" not in parameters,
            limit=PAGE_SIZE,
            after=parameters.get("after"),
            before=parameters.get("before"),
        )

    def _url_with(self, **changes: str | None) -> str:
        """URL of this list with some parameters changed and the cursor removed."""
        kept = {
            name: text for name, text in request.args.items() if name not in {"after", "before"}
        }
        return url_for(f"{self.endpoint}.index_view", **{**kept, **changes})  # type: ignore[arg-type]

    # Abstract methods of BaseModelView.

    def get_list(  # noqa: PLR0917 (Flask-Admin's own signature)
        self,
        page: int,  # noqa: ARG002 (keyset lists have no page numbers)
        sort_field: str | None,
        sort_desc: bool,  # noqa: FBT001
        search: str | None,
        filters: object,  # noqa: ARG002
        page_size: int | None = None,
    ) -> tuple[None, Sequence[Any]]:
        query = ListQuery(
            search=search or "",
            filters=self.default_filters,
            sort=sort_field,
            descending=bool(sort_desc),
            limit=page_size or PAGE_SIZE,
        )
        return None, self.fetch(query).rows

    def scaffold_list_columns(self) -> list[str]:
        return list(self.column_list)

    def scaffold_sortable_columns(self) -> dict[str, str]:
        return {}

    def init_search(self) -> bool:
        return bool(self.search_placeholder)

    def scaffold_form(self) -> type[StaffForm]:
        return StaffForm

    def scaffold_list_form(self, *_: object) -> type[StaffForm]:
        return StaffForm

    def _create_ajax_loader(self, name: str, options: object) -> Any:  # noqa: ANN401
        raise NotImplementedError


def _flash_not_saved(form: StaffForm) -> None:
    if form.errors:
        flash("Not saved. Correct the marked fields.", "danger")
