"""Categories, with their pictures, order and activity."""

from collections.abc import Callable
from functools import partial
from typing import Any, ClassVar

from flask import flash, request, url_for

from novacart.adapters.admin import formatting
from novacart.adapters.admin.catalog.forms import PICTURES, CategoryForm
from novacart.adapters.admin.editing import conflicts, show_refusal
from novacart.adapters.admin.filters import Filter, flag
from novacart.adapters.admin.list_view import ListedView, id_of
from novacart.adapters.admin.staff_view import MAX_PICTURE
from novacart.application.back_office.catalogue import CategoryRow
from novacart.application.back_office.list_page import ListRequest, Page
from novacart.application.catalog.add_category import AddCategoryCommand
from novacart.application.catalog.category_fields import CategoryFields
from novacart.application.catalog.edit_category import EditCategoryCommand
from novacart.application.catalog.upload_category_image import (
    CategoryImage,
    UploadCategoryImageCommand,
)
from novacart.application.ports.errors import Unavailable
from novacart.domain.catalog.errors import StaleVersion
from novacart.domain.shared.errors import DomainError, InvalidValue
from novacart.domain.shared.ids import CategoryId


class CategoriesView(ListedView):
    row = CategoryRow
    heading = "Categories"
    introduction = "In the order in which the shop shows them."
    named_by = "name"
    searches_for = "Name"
    can_create = can_edit = True
    can_view_details = False
    create_template = edit_template = "back_office/category_edit.html"
    buttons = "back_office/category_buttons.html"
    column_list = ("image", "name", "slug", "position", "products", "is_active")
    column_labels: ClassVar = {"slug": "Address", "is_active": "Shown", "image": ""}
    formats: ClassVar = {
        "image": lambda row: formatting.thumbnail(row.image),
        "is_active": lambda row: formatting.pill("active" if row.is_active else "hidden"),
    }
    permissions: ClassVar = {
        "index_view": "categories.read",
        "create_view": "categories.write",
        "edit_view": "categories.write",
    }

    def filters(self, desk: Any) -> tuple[Filter, ...]:  # noqa: ANN401, ARG002 (as the base has it)
        return (flag("is_active", "Shown"),)

    def fetch(self, wanted: ListRequest) -> Page[CategoryRow]:
        return self.desk.queries.categories(
            ListRequest(
                search=wanted.search,
                filters=wanted.filters,
                descending=False,
                limit=wanted.limit,
                after=wanted.after,
                before=wanted.before,
            )
        )

    def detail_url(self, row: CategoryRow) -> str | None:
        return (
            url_for("desk_categories.edit_view", id=row.id)
            if self.may("categories.write")
            else None
        )

    def get_one(self, id: object) -> CategoryRow | None:
        key = id_of(id)
        return None if key is None else self.desk.queries.category(CategoryId(key))

    def get_create_form(self) -> type[CategoryForm]:
        return CategoryForm

    def get_edit_form(self) -> type[CategoryForm]:
        return CategoryForm

    def edit_form(self, obj: CategoryRow | None = None) -> CategoryForm:
        form: CategoryForm = super().edit_form(obj)
        return form

    def _handle_view(self, name: str, **facts: object) -> Any:  # noqa: ANN401 (as the base has it)
        request.max_content_length = MAX_PICTURE
        return super()._handle_view(name, **facts)

    def validate_form(self, form: Any) -> bool:  # noqa: ANN401 (any form of ours)
        return bool(form.was_sent())

    def create_model(self, form: CategoryForm) -> Any:  # noqa: ANN401 (Flask-Admin's own)
        def add() -> CategoryRow | None:
            new_id = self.desk.catalogue.add_category(AddCategoryCommand(fields=_fields(form)))
            self._upload_pictures(new_id)
            return self.get_one(new_id)

        return self._saved(form, add)

    def update_model(self, form: CategoryForm, model: CategoryRow) -> bool:
        def edit() -> bool:
            self.desk.catalogue.edit_category(
                EditCategoryCommand(
                    category_id=model.id,
                    fields=_fields(form),
                    expected_version=id_of(form.version.data) or 0,
                )
            )
            self._upload_pictures(model.id)
            return True

        try:
            return bool(self._saved(form, edit))
        except StaleVersion:
            fields = ("name", "slug", "position", "is_active")
            self._template_args["conflict"] = conflicts(form, model, fields, {})
            form.version.data = form.version.raw_data = str(model.version)
            return False

    def get_save_return_url(self, model: CategoryRow, is_created: bool = False) -> str:  # noqa: ARG002, FBT001, FBT002
        return url_for("desk_categories.index_view")

    def _saved(self, form: CategoryForm, save: Callable[[], object]) -> object:
        try:
            return save()
        except StaleVersion:
            raise
        except InvalidValue as refusal:
            show_refusal(form, refusal)
        except (DomainError, Unavailable) as refusal:
            flash(str(refusal), "danger")
        return False

    def _upload_pictures(self, category_id: CategoryId) -> None:
        for place in CategoryImage:
            upload = request.files.get(place.value)
            if upload is None or not upload.filename:
                continue
            command = UploadCategoryImageCommand(
                category_id=category_id, place=place, content=upload.read()
            )
            upload_picture = partial(self.desk.catalogue.upload_category_image, command)
            self.attempt(upload_picture, done="The picture is kept.")


def _fields(form: CategoryForm) -> CategoryFields:
    """What the form says; a picture stays what it is unless it is to be taken off."""
    fields = CategoryFields(
        name=form.name.data or "",
        slug=form.slug.data or "",
        position=form.position.data or 0,
        is_active=bool(form.is_active.data),
    )
    for name in PICTURES:
        if request.form.get(f"{name}-remove"):
            fields[name] = None
    return fields
