"""Lists by keyset, with search, filters and actions on many rows at once."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, Final

from flask import abort, flash, request, url_for
from flask_admin import expose
from flask_admin.helpers import get_redirect_target
from flask_admin.model import BaseModelView

from novacart.adapters.admin.filters import Filter, filters_given
from novacart.adapters.admin.secure_form import StaffForm
from novacart.adapters.admin.staff_view import StaffView, back
from novacart.application.authorization.permissions import allows
from novacart.application.back_office.list_page import FilterValue, ListRequest, Page
from novacart.application.ports.errors import Unavailable
from novacart.domain.shared.errors import DomainError

PAGE: Final = 25
MAX_SELECTED: Final = 200
_MAX_SEARCH: Final = 200
_PLACES: Final = frozenset({"after", "before", "sort", "rising"})


class ListedView(StaffView, BaseModelView):
    """Flask-Admin's model view over a listing of ours: nothing here knows a table.

    `action_permissions` names what each action needs; one that is not named there is closed
    to everybody.
    """

    row: ClassVar[type]
    heading: ClassVar[str]
    introduction: ClassVar[str] = ""
    searches_for: ClassVar[str] = ""
    sorts: ClassVar[Mapping[str, str]] = {}
    # What the list is narrowed to until somebody chooses otherwise.
    preset: ClassVar[Mapping[str, FilterValue]] = {}
    # A template with what actions on many rows need to be told, and the view's own buttons.
    panels: ClassVar[str] = ""
    buttons: ClassVar[str] = ""
    key: ClassVar[str] = "id"
    # The column that a row is known by, and its page reached from; the first by default.
    named_by: ClassVar[str] = ""
    action_permissions: ClassVar[Mapping[str, str]] = {}
    formats: ClassVar[Mapping[str, Callable[[Any], object]]] = {}

    form_base_class = StaffForm
    can_create = can_edit = can_delete = False
    can_view_details = True
    list_template = "back_office/list.html"

    def __init__(self, desk: Any, **options: Any) -> None:  # noqa: ANN401 (Flask-Admin's own)
        self.filters_offered = self.filters(desk)
        super().__init__(desk, model=self.row, **options)

    def filters(self, desk: Any) -> Sequence[Filter]:  # noqa: ANN401, ARG002 (views override it)
        return ()

    def fetch(self, wanted: ListRequest) -> Page[Any]:
        """The rows of one page: each view says where they come from."""
        raise LookupError(wanted)

    def detail_url(self, row: Any) -> str | None:  # noqa: ANN401 (rows of any view)
        """Where a row's own page is."""
        return url_for(f"{self.endpoint}.details_view", id=self.get_pk_value(row))

    def get_pk_value(self, model: Any) -> Any:  # noqa: ANN401 (Flask-Admin's own)
        return getattr(model, self.key)

    @property
    def names_by(self) -> str:
        """The column that leads to a row's own page."""
        return self.named_by or str(self.column_list[0])

    def row_name(self, row: Any) -> str:  # noqa: ANN401 (rows of any view)
        """What a row is called when it is read aloud."""
        return str(getattr(row, self.names_by))

    def cell(self, row: Any, name: str) -> object:  # noqa: ANN401 (rows of any view)
        """What stands in the list under `name`."""
        told = self.formats.get(name)
        return told(row) if told is not None else getattr(row, name)

    @expose("/")
    def index_view(self) -> str:
        wanted = self._wanted()
        return self.render(
            self.list_template,
            page=self.fetch(wanted),
            wanted=wanted,
            columns=self._list_columns,
            filters=[one.shown(request.args) for one in self.filters_offered],
            narrowed=any(text for name, text in request.args.items() if name not in _PLACES),
            url_with=self._url_with,
            actions=self.actions_offered(),
            action_form=self._action_form_class(),
        )

    @expose("/action/", methods=("POST",))
    def action_view(self) -> Any:  # noqa: ANN401 (Flask-Admin's own)
        """An action on the chosen rows, each of which tells how it went."""
        form = self._action_form_class(request.form)
        form.was_sent()
        name = str(form.action.data)
        if name not in self._actions_data:
            abort(404)
        if not self.is_action_allowed(name):
            abort(403, "Your role does not include this.")
        chosen = request.form.getlist("rowid")
        if not chosen:
            flash("Choose one or more first.", "warning")
        elif len(chosen) > MAX_SELECTED:
            flash(f"Choose {MAX_SELECTED} at most.", "warning")
        else:
            self._actions_data[name][0](chosen)
        return back(get_redirect_target() or url_for(f"{self.endpoint}.index_view"))

    def actions_offered(self) -> list[tuple[str, str, str | None]]:
        """Name, text and question of each action that the role may take."""
        return [
            (name, str(text), self._actions_data[name][2])
            for name, text in self._actions
            if self.is_action_allowed(name)
        ]

    def is_action_allowed(self, name: str) -> bool:
        return allows(self.staff.role, self.action_permissions.get(name))

    def each(self, chosen: Sequence[str], act: Callable[[int], object], *, done: str) -> None:
        """Do it to each, and tell of how many it was done and each refusal in words."""
        succeeded = 0
        for text in chosen:
            if not (text.isascii() and text.isdecimal() and len(text) <= MAX_DIGITS):
                continue
            try:
                act(int(text))
            except (DomainError, Unavailable) as refusal:
                flash(f"{self.called(int(text))}: {refusal}", "danger")
            else:
                succeeded += 1
        if succeeded:
            flash(f"{done}: {succeeded} of {len(chosen)}.", "success")

    def called(self, key: int) -> str:
        """What staff call the row of that key."""
        return f"#{key}"

    def one(self) -> Any:  # noqa: ANN401 (rows of any view)
        """What the address names by its `id`; 404 where that is not there."""
        found = self.get_one(request.args.get("id", ""))
        if found is None:
            abort(404, "There is no such thing here, or it is gone.")
        return found

    def _wanted(self) -> ListRequest:
        given = {name: text for name, text in request.args.items() if text}
        return ListRequest(
            search=given.get("search", "")[:_MAX_SEARCH].replace("\0", ""),
            filters={**self.preset, **filters_given(self.filters_offered, given)},
            sort=given.get("sort"),
            descending="rising" not in given,
            limit=PAGE,
            after=given.get("after"),
            before=given.get("before"),
        )

    def _url_with(self, **changes: str | None) -> str:
        """The present list with other parts, from its first page unless a place is named."""
        kept = {
            name: text for name, text in request.args.items() if name not in {"after", "before"}
        }
        return url_for(f"{self.endpoint}.index_view", **{**kept, **changes})  # type: ignore[arg-type]

    # -- Flask-Admin's own questions to its back end ----------------------------------------

    def get_list(  # noqa: PLR0917 (Flask-Admin's own signature)
        self,
        page: int,  # noqa: ARG002 (keyset lists have no numbers)
        sort_field: str | None,
        sort_desc: bool,  # noqa: FBT001
        search: str | None,
        filters: object,  # noqa: ARG002
        page_size: int | None = None,
    ) -> tuple[None, Sequence[Any]]:
        """The first page, for whatever asks by number."""
        wanted = ListRequest(
            search=search or "",
            filters=self.preset,
            sort=sort_field,
            descending=bool(sort_desc),
            limit=page_size or PAGE,
        )
        return None, self.fetch(wanted).rows

    def scaffold_list_columns(self) -> list[str]:
        return list(self.column_list)

    def scaffold_sortable_columns(self) -> dict[str, str]:
        return dict(self.sorts)

    def init_search(self) -> bool:
        return bool(self.searches_for)

    def scaffold_form(self) -> type[StaffForm]:
        return StaffForm

    def scaffold_list_form(self, *_: object) -> type[StaffForm]:
        return StaffForm

    def _create_ajax_loader(self, name: str, options: object) -> Any:  # noqa: ANN401
        raise LookupError(name, options)


MAX_DIGITS: Final = 16


def id_of(text: object) -> int | None:
    """An id in an address, None for anything that can't be one."""
    plain = str(text)
    if plain.isascii() and plain.isdecimal() and len(plain) <= MAX_DIGITS:
        return int(plain)
    return None
