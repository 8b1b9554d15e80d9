"""Attributes of a category: adding, editing and removing them."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from flask import abort, flash, request, url_for
from flask_admin import expose
from flask_admin.helpers import get_form_data

from novacart.adapters.admin.catalog.attribute_forms import (
    EDITED_FIELDS,
    TYPE_LABELS,
    AttributeForm,
    NewAttributeForm,
    choice_conflicts,
    choice_edits,
    choice_rows,
)
from novacart.adapters.admin.filters import parse_integer
from novacart.adapters.admin.forms import ConfirmForm, conflicts, submitted
from novacart.adapters.admin.staff_view import StaffView, see_other
from novacart.application.catalog.edit_attributes import (
    AddAttributeCommand,
    EditAttributeCommand,
    RemoveAttributeCommand,
)
from novacart.application.catalog.queries import AttributeView
from novacart.domain.catalog.attribute_details import AttributeType
from novacart.domain.catalog.category_details import MAX_POSITION
from novacart.domain.catalog.errors import CategoryNotFound, StaleVersion
from novacart.domain.shared.errors import DomainError
from novacart.domain.shared.ids import CategoryId


class AttributeViews(StaffView):
    """The pages of attributes, as a part of the pages of categories."""

    attribute_permissions: ClassVar[Mapping[str, str]] = dict.fromkeys(
        ("add_attribute", "edit_attribute", "remove_attribute"), "categories.write"
    )

    @expose("/attributes/new/", methods=("GET", "POST"))
    def add_attribute(self) -> Any:  # noqa: ANN401 (a page or a redirect)
        category_id, attributes = self._attributes()
        own = [each.details.position for each in attributes if each.category_id == category_id]
        position = min(max(own, default=-1) + 1, MAX_POSITION)
        form = NewAttributeForm(get_form_data(), data={"position": position})
        if form.was_submitted():
            command = AddAttributeCommand(
                actor=self.actor,
                category_id=category_id,
                fields=form.fields(),
                choices=form.new_choices,
            )
            if _saved(form, lambda: self.back_office.catalog.add_attribute(command)):
                flash(f"“{form.name.data}” was added.", "success")
                return _to_category(category_id)
        return self._page(category_id, form)

    @expose("/attributes/edit/", methods=("GET", "POST"))
    def edit_attribute(self) -> Any:  # noqa: ANN401 (a page or a redirect)
        category_id, attribute = self._attribute(request.args)
        details = attribute.details
        saved = {name: getattr(details, name) for name in EDITED_FIELDS}
        form = AttributeForm(get_form_data(), data={"version": attribute.version, **saved})
        if details.type is not AttributeType.NUMBER:
            del form.unit
        if details.type is not AttributeType.CHOICE:
            del form.choices
        choices = choice_rows(attribute, request.form)
        if form.was_submitted():
            has_choices = details.type is AttributeType.CHOICE
            command = EditAttributeCommand(
                actor=self.actor,
                category_id=category_id,
                attribute_id=attribute.id,
                changes=form.fields(),
                choices=[*choice_edits(choices), *form.new_choices] if has_choices else None,
                expected_version=parse_integer(form.version.data) or 0,
            )
            try:
                if _saved(form, lambda: self.back_office.catalog.edit_attribute(command)):
                    flash(f"“{form.name.data}” was saved.", "success")
                    return _to_category(category_id)
            except StaleVersion:
                found = conflicts(form, saved, [name for name in EDITED_FIELDS if name in form])
                found += choice_conflicts(attribute, choices)
                self.show_conflicts(form, found, attribute.version)
        return self._page(category_id, form, attribute=attribute, choices=choices)

    @expose("/attributes/remove/", methods=("POST",))
    def remove_attribute(self) -> Any:  # noqa: ANN401 (a redirect)
        submitted(ConfirmForm)
        category_id, attribute = self._attribute(request.form)
        command = RemoveAttributeCommand(
            actor=self.actor,
            category_id=category_id,
            attribute_id=attribute.id,
            expected_version=parse_integer(request.form.get("version", "")) or 0,
        )
        self.run_action(
            lambda: self.back_office.catalog.remove_attribute(command),
            success=f"“{attribute.details.name}” was removed.",
        )
        return _to_category(category_id)

    def _attributes(self) -> tuple[CategoryId, list[AttributeView]]:
        """The category named by the `id` parameter, and its attributes."""
        category_id = CategoryId(parse_integer(request.args.get("id", "")) or 0)
        try:
            return category_id, list(self.back_office.catalog_queries.attributes(category_id))
        except CategoryNotFound as error:
            abort(404, error.message)

    def _attribute(self, values: Mapping[str, str]) -> tuple[CategoryId, AttributeView]:
        """The attribute that `values` name. It is one of the category's own."""
        category_id, attributes = self._attributes()
        named = parse_integer(values.get("attribute", ""))
        own = [each for each in attributes if each.category_id == category_id]
        attribute = next((each for each in own if each.id == named), None)
        if attribute is None:
            abort(404, "This attribute does not exist.")
        return category_id, attribute

    def _page(self, category_id: CategoryId, form: AttributeForm, **variables: object) -> str:
        return self.render(
            "back_office/attribute_form.html",
            form=form,
            category=self.back_office.queries.category(category_id),
            type_labels=TYPE_LABELS,
            category_url=url_for(
                "admin_categories.edit_view", id=category_id, _anchor="attributes"
            ),
            **variables,
        )


def _saved(form: AttributeForm, save: Callable[[], object]) -> bool:
    """Whether it was saved; otherwise the form or the page shows the error.

    Raises `StaleVersion`.
    """
    try:
        save()
    except StaleVersion:
        raise
    except DomainError as error:
        form.add_error(error)
        return False
    return True


def _to_category(category_id: CategoryId) -> Any:  # noqa: ANN401 (a redirect)
    # To the top of the page, which shows the message.
    return see_other(url_for("admin_categories.edit_view", id=category_id))
