"""Categories: list and editing, with images and attributes."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from itertools import count
from typing import Any, ClassVar, Final

from flask import abort, flash, request, url_for
from flask_admin import expose
from flask_admin.helpers import get_form_data
from wtforms.fields.choices import SelectChoice

from novacart.adapters.admin import formatting
from novacart.adapters.admin.back_office import BackOffice
from novacart.adapters.admin.catalog.attribute_forms import TYPE_LABELS
from novacart.adapters.admin.catalog.attribute_views import AttributeViews
from novacart.adapters.admin.catalog.forms import (
    MAX_IMAGES,
    CategoryForm,
    NewCategoryForm,
    category_choices,
)
from novacart.adapters.admin.filters import Filter, parse_integer, yes_no
from novacart.adapters.admin.forms import ConfirmForm, conflicts, submitted
from novacart.adapters.admin.list_view import ListView
from novacart.adapters.admin.staff_view import see_other
from novacart.application.back_office.catalog import CategoryRow
from novacart.application.back_office.list_query import ListQuery, Page
from novacart.application.catalog.add_category import AddCategoryCommand
from novacart.application.catalog.edit_category import EditCategoryCommand
from novacart.application.catalog.move_category import MoveCategoryCommand
from novacart.application.catalog.upload_category_image import UploadCategoryImageCommand
from novacart.application.ports.errors import Unavailable
from novacart.domain.catalog.category_details import CategoryDetails, CategoryImage
from novacart.domain.catalog.category_tree import CategoryMove
from novacart.domain.catalog.errors import StaleVersion
from novacart.domain.shared.errors import DomainError
from novacart.domain.shared.ids import CategoryId

_FIELDS: Final = (
    "name",
    "slug",
    "parent",
    "position",
    "is_active",
    "meta_title",
    "meta_description",
)
# The moves with the symbol and the text of their buttons.
_MOVES: Final = (
    (CategoryMove.UP, "↑", "Move up"),
    (CategoryMove.DOWN, "↓", "Move down"),
    (CategoryMove.IN, "→", "Move into the category above"),
    (CategoryMove.OUT, "←", "Move out of its category"),
)
_NOT_MOVED: Final = {
    CategoryMove.UP: "The category is the first one here already.",
    CategoryMove.DOWN: "The category is the last one here already.",
    CategoryMove.IN: "No category on the same level is above it.",
    CategoryMove.OUT: "The category is not in another one.",
}


class CategoriesView(AttributeViews, ListView):
    row = CategoryRow
    heading = "Categories"
    introduction = "By position."
    link_column = "name"
    search_placeholder = "Search by name"
    can_create = can_edit = True
    can_view_details = False
    create_template = edit_template = "back_office/category_form.html"
    header_template = "back_office/categories_header.html"
    column_list = ("image", "name", "slug", "position", "products", "is_active")
    column_labels: ClassVar = {"is_active": "Visibility", "image": "", "products": "Own products"}
    formatters: ClassVar = {
        "image": lambda row: formatting.thumbnail(row.image),
        "products": formatting.products_of_category,
        "is_active": lambda row: formatting.badge("active" if row.is_shown else "hidden"),
    }
    permissions: ClassVar = {
        "index_view": "categories.read",
        "tree": "categories.read",
        "move": "categories.write",
        "create_view": "categories.write",
        "edit_view": "categories.write",
        **AttributeViews.attribute_permissions,
    }
    provider_views: ClassVar = frozenset({"create_view", "edit_view"})
    form_limits: ClassVar = {"create_view": MAX_IMAGES, "edit_view": MAX_IMAGES}

    def build_filters(self, back_office: BackOffice) -> tuple[Filter, ...]:  # noqa: ARG002 (overridden)
        return (yes_no("is_active", "Visible"),)

    def fetch(self, query: ListQuery) -> Page[CategoryRow]:
        return self.back_office.queries.categories(replace(query, sort=None, descending=False))

    def detail_url(self, row: CategoryRow) -> str | None:
        if not self.can("categories.write"):
            return None
        return url_for("admin_categories.edit_view", id=row.id)

    def get_one(self, id: object) -> CategoryRow | None:
        key = parse_integer(id)
        return None if key is None else self.back_office.queries.category(CategoryId(key))

    @expose("/tree/")
    def tree(self) -> Any:  # noqa: ANN401 (a page)
        rows = self.back_office.queries.category_tree()
        places: defaultdict[CategoryId | None, count[int]] = defaultdict(count)
        return self.render(
            "back_office/category_tree.html",
            rows=[(row, f"{row.parent_id or ''}:{next(places[row.parent_id])}") for row in rows],
            moves=_MOVES,
        )

    @expose("/move/", methods=("POST",))
    def move(self) -> Any:  # noqa: ANN401 (a redirect)
        submitted(ConfirmForm)
        category_id = parse_integer(request.form.get("category", "")) or 0
        name = request.form.get("move", "")
        if name not in set(CategoryMove):
            abort(400)
        parent, colon, place = request.form.get("place", "").partition(":")
        parent_id = CategoryId(parse_integer(parent) or 0) if parent else None
        command = MoveCategoryCommand(
            actor=self.actor,
            category_id=CategoryId(category_id),
            move=CategoryMove(name),
            expected_place=(parent_id, parse_integer(place) or 0) if colon else None,
        )
        moved: list[bool] = []
        if self.run_action(lambda: moved.append(self.back_office.catalog.move_category(command))):
            if moved == [True]:
                flash("The category was moved.", "success")
            else:
                flash(_NOT_MOVED[command.move], "info")
        # The browser continues at the button that was pressed.
        return see_other(url_for("admin_categories.tree", _anchor=f"category-{category_id}-{name}"))

    def get_create_form(self) -> type[NewCategoryForm]:
        return NewCategoryForm

    def get_edit_form(self) -> type[CategoryForm]:
        return CategoryForm

    def create_form(self, obj: object = None) -> Any:  # noqa: ANN401 (Flask-Admin's own)
        return self._with_parents(super().create_form(obj))

    def edit_form(self, obj: CategoryRow | None = None) -> Any:  # noqa: ANN401 (Flask-Admin's own)
        data = None if obj is None else _form_data(obj)
        if obj is not None:
            self._template_args["attributes"] = self.back_office.catalog_queries.attributes(obj.id)
            self._template_args["type_labels"] = TYPE_LABELS
        return self._with_parents(CategoryForm(get_form_data(), data=data), obj)

    def _with_parents(self, form: CategoryForm, edited: CategoryRow | None = None) -> CategoryForm:
        rows = self.back_office.queries.category_tree()
        self._template_args["category_names"] = {row.id: row.name for row in rows}
        choices = category_choices(rows, without=None if edited is None else edited.id)
        form.parent.choices = [
            SelectChoice("", "None: at the top"),
            *(SelectChoice(*each) for each in choices),
        ]
        return form

    def create_model(self, form: NewCategoryForm) -> Any:  # noqa: ANN401 (Flask-Admin's own)
        def add() -> CategoryRow | None:
            command = AddCategoryCommand(
                actor=self.actor,
                details=CategoryDetails(**_changes(form)),
                choose_free_slug=not form.slug.data,
                form_key=form.key.data or None,
            )
            category_id = self.back_office.catalog.add_category(command)
            self._upload_images(category_id)
            return self.get_one(category_id)

        return self._save(form, add)

    def update_model(self, form: CategoryForm, model: CategoryRow) -> bool:
        def edit() -> bool:
            self.back_office.catalog.edit_category(
                EditCategoryCommand(
                    actor=self.actor,
                    category_id=model.id,
                    changes=_changes(form),
                    expected_version=parse_integer(form.version.data) or 0,
                )
            )
            self._upload_images(model.id)
            return True

        try:
            return bool(self._save(form, edit))
        except StaleVersion:
            found = conflicts(form, _form_data(model), _FIELDS)
            self.show_conflicts(form, found, model.version)
            return False

    def get_save_return_url(self, model: CategoryRow, is_created: bool = False) -> str:  # noqa: ARG002, FBT001, FBT002
        return url_for("admin_categories.index_view")

    def _save(self, form: CategoryForm, save: Callable[[], object]) -> object:
        """Return the result of `save`, or False after showing its error."""
        try:
            return save()
        except StaleVersion:
            raise
        except (DomainError, Unavailable) as error:
            form.add_error(error)
        return False

    def _upload_images(self, category_id: CategoryId) -> None:
        for image in CategoryImage:
            upload = request.files.get(image.value)
            if upload is None or not upload.filename:
                continue
            command = UploadCategoryImageCommand(
                actor=self.actor, category_id=category_id, image=image, content=upload.read()
            )
            self.run_action(
                partial(self.back_office.catalog.upload_category_image, command),
                success="The image was uploaded.",
            )


def _form_data(row: CategoryRow) -> dict[str, Any]:
    """Initial data of `CategoryForm`."""
    values = {name: getattr(row, name) for name in _FIELDS if name != "parent"}
    parent = "" if row.parent_id is None else str(row.parent_id)
    return {**values, "version": row.version, "parent": parent}


def _changes(form: CategoryForm) -> dict[str, Any]:
    """The values by the name of the field in `CategoryDetails`.

    An image is left out, and so kept, unless its "Remove" box is checked.
    """
    return {
        "name": form.name.data or "",
        "slug": form.slug.data or "",
        "parent_id": parse_integer(form.parent.data),
        "position": form.position.data or 0,
        "is_active": bool(form.is_active.data),
        "meta_title": form.meta_title.data,
        "meta_description": form.meta_description.data,
    } | {image.value: None for image in CategoryImage if request.form.get(f"{image.value}-remove")}
