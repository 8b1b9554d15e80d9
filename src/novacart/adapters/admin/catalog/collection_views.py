"""Collections: list and editing."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime, tzinfo
from typing import Any, ClassVar, Final

from flask import request, url_for
from flask_admin.helpers import get_form_data
from wtforms import (
    BooleanField,
    HiddenField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange

from novacart.adapters.admin import formatting
from novacart.adapters.admin.catalog.forms import category_choices
from novacart.adapters.admin.catalog.sorting import submitted_ids
from novacart.adapters.admin.catalog.variant_matrix import option_texts
from novacart.adapters.admin.filters import parse_integer, parse_time
from novacart.adapters.admin.forms import StaffForm, conflicts
from novacart.adapters.admin.list_view import MAX_SEARCH, ListView
from novacart.application.back_office.list_query import ListQuery, Page
from novacart.application.catalog.collection_queries import CollectionView
from novacart.application.catalog.edit_collections import (
    AddCollectionCommand,
    EditCollectionCommand,
)
from novacart.application.written_numbers import read_money
from novacart.domain.catalog.category_details import MAX_NAME, MAX_POSITION
from novacart.domain.catalog.collection_details import (
    CollectionDetails,
    CollectionRule,
    CollectionSort,
    ensure_attributes_have_category,
)
from novacart.domain.catalog.errors import CollectionNotFound, StaleVersion
from novacart.domain.catalog.product_details import MAX_DESCRIPTION
from novacart.domain.catalog.slugs import MAX_SLUG
from novacart.domain.catalog.text_rules import MAX_META_DESCRIPTION, MAX_META_TITLE
from novacart.domain.shared.errors import DomainError, InvalidValue
from novacart.domain.shared.ids import CategoryId, ProductId
from novacart.domain.shared.local_time import local_time
from novacart.domain.shared.money import Money

_SORTS: Final = {
    CollectionSort.NEWEST: "Newest first",
    CollectionSort.PRICE: "Lowest price first",
    CollectionSort.PRICE_DESCENDING: "Highest price first",
}
# The buttons that change the list of products.
_PICKING: Final = {"add", "find", "move", "remove"}
_FOUND: Final = 20
_MONEY: Final = {"inputmode": "decimal"}
# With a step of minutes, a browser accepts only times that have the seconds of the saved one.
_TIME: Final = {"type": "datetime-local", "step": "any"}


class CollectionForm(StaffForm):
    """Edits a collection. A rule is set if one of its conditions is."""

    version = HiddenField()
    name = StringField("Name", [InputRequired(), Length(max=MAX_NAME)])
    slug = StringField(
        "Slug",
        [Length(max=MAX_SLUG)],
        description="Part of the URL. If empty, it is generated from the name.",
    )
    position = IntegerField(
        "Position",
        [InputRequired(), NumberRange(0, MAX_POSITION)],
        default=0,
        description="Collections are shown in ascending order.",
    )
    starts_at = StringField("Shown from", render_kw=_TIME)
    ends_at = StringField("Shown until", render_kw=_TIME)
    is_active = BooleanField("Visible in the shop", default=True)
    meta_title = StringField("Title for search engines", [Length(max=MAX_META_TITLE)])
    meta_description = StringField(
        "Description for search engines", [Length(max=MAX_META_DESCRIPTION)]
    )
    description = TextAreaField("Description", [Length(max=MAX_DESCRIPTION)], render_kw={"rows": 4})
    product_ids = SelectMultipleField("Products", coerce=int, choices=[], validate_choice=False)
    brands = TextAreaField(
        "Brands",
        description="One on each line. A product needs one of them.",
        render_kw={"rows": 3},
    )
    tags = TextAreaField(
        "Tags", description="One on each line. A product needs one of them.", render_kw={"rows": 3}
    )
    attributes = TextAreaField(
        "Attributes of the category",
        description="Code and value, one on each line: colour:Red, or weight:0.5..2 for a number."
        " A product needs one of the values of each attribute.",
        render_kw={"rows": 3},
    )
    category = SelectField("Category")
    min_price = StringField("Lowest price", render_kw=_MONEY)
    max_price = StringField("Highest price", render_kw=_MONEY)
    sort = SelectField("Order", choices=[SelectChoice(*each) for each in _SORTS.items()])
    on_sale = BooleanField("On sale")

    def changes(self, currency: str, zone: tzinfo) -> dict[str, Any]:
        """The values by the name of the field in `CollectionDetails`. Raises `InvalidValue`."""
        names = ("name", "slug", "description", "meta_title", "meta_description")
        return {
            **{name: (self[name].data or "").replace("\r\n", "\n") for name in names},
            "position": self.position.data or 0,
            "is_active": bool(self.is_active.data),
            "starts_at": self._time("starts_at", zone),
            "ends_at": self._time("ends_at", zone),
            "product_ids": tuple(map(ProductId, self.product_ids.data or ())),
            "sort": CollectionSort(self.sort.data),
            "rule": self._rule(currency),
        }

    @property
    def rule_attributes(self) -> Sequence[str]:
        return option_texts(self.attributes.data or "")

    def _rule(self, currency: str) -> CollectionRule | None:
        conditions: dict[str, Any] = {
            "brands": tuple(option_texts(self.brands.data or "")),
            "tags": tuple(option_texts(self.tags.data or "")),
            "category_id": parse_integer(self.category.data),
            "min_price": self._price("min_price", currency),
            "max_price": self._price("max_price", currency),
            "on_sale": bool(self.on_sale.data),
        }
        ensure_attributes_have_category(self.rule_attributes, conditions["category_id"])
        is_set = any(value not in {None, False, ()} for value in conditions.values())
        return CollectionRule(**conditions) if is_set else None

    def _price(self, name: str, currency: str) -> Money | None:
        typed = (self[name].data or "").strip()
        return read_money(typed, currency, field=name) if typed else None

    def _time(self, name: str, zone: tzinfo) -> datetime | None:
        typed = (self[name].data or "").strip()
        time = parse_time(typed, zone)
        if typed and time is None:
            raise InvalidValue(name, "Enter a date and a time.")
        return time


class CollectionsView(ListView):
    row = CollectionView
    heading = "Collections"
    introduction = "Products that are shown together, picked by hand or by a rule."
    link_column = "name"
    can_create = can_edit = True
    can_view_details = False
    create_template = edit_template = "back_office/collection_form.html"
    header_template = "back_office/collections_header.html"
    column_list = ("name", "slug", "kind", "starts_at", "ends_at", "is_active")
    column_labels: ClassVar = {
        "kind": "Products",
        "starts_at": "From",
        "ends_at": "Until",
        "is_active": "Visibility",
    }
    formatters: ClassVar = {
        "name": lambda row: row.details.name,
        "slug": lambda row: row.details.slug,
        "kind": lambda row: (
            f"{len(row.details.product_ids)} picked" if row.details.rule is None else "By a rule"
        ),
        "starts_at": lambda row: _time_or_dash(row.details.starts_at),
        "ends_at": lambda row: _time_or_dash(row.details.ends_at),
        "is_active": lambda row: formatting.badge("active" if row.details.is_active else "hidden"),
    }
    permissions: ClassVar = {
        "index_view": "categories.read",
        "create_view": "categories.write",
        "edit_view": "categories.write",
    }

    def fetch(self, query: ListQuery) -> Page[CollectionView]:  # noqa: ARG002 (a shop has few)
        return Page(rows=self.back_office.collections.collections(), next=None, previous=None)

    def accessible_name(self, row: CollectionView) -> str:
        return row.details.name

    def get_pk_value(self, model: CollectionView) -> str:
        return model.details.slug

    def detail_url(self, row: CollectionView) -> str | None:
        if not self.can("categories.write"):
            return None
        return url_for("admin_collections.edit_view", id=row.details.slug)

    def get_one(self, id: object) -> CollectionView | None:
        try:
            return self.back_office.collections.collection(str(id).replace("\0", ""))
        except CollectionNotFound:
            return None

    def get_create_form(self) -> type[CollectionForm]:
        return CollectionForm

    def get_edit_form(self) -> type[CollectionForm]:
        return CollectionForm

    def create_form(self, obj: object = None) -> Any:  # noqa: ANN401 (Flask-Admin's own)
        return self._prepared(super().create_form(obj))

    def edit_form(self, obj: CollectionView | None = None) -> Any:  # noqa: ANN401 (Flask-Admin's own)
        data = None if obj is None else _form_data(obj, self.back_office.zone)
        return self._prepared(CollectionForm(get_form_data(), data=data), obj)

    def _prepared(
        self, form: CollectionForm, collection: CollectionView | None = None
    ) -> CollectionForm:
        """The form with the choices of categories, and the products that are picked or found."""
        form.product_ids.data = _picked(form.product_ids.data or [])
        saved = () if collection is None else collection.details.product_ids
        rows = {
            row.id: row
            for row in self.back_office.queries.products_by_id({*form.product_ids.data, *saved})
        }
        form.product_ids.choices = [SelectChoice(str(row.id), row.title) for row in rows.values()]
        search = request.form.get("search", "").strip()[:MAX_SEARCH]
        found = ListQuery(search=search, filters={"archived": False}, limit=_FOUND)
        self._template_args.update(
            {
                "picked": [(each, rows.get(each)) for each in form.product_ids.data],
                "search": search,
                "found": self.back_office.queries.products(found).rows if search else [],
            }
        )
        choices = category_choices(self.back_office.queries.category_tree())
        form.category.choices = [
            SelectChoice("", "Any"),
            *(SelectChoice(*each) for each in choices),
        ]
        return form

    def validate_form(self, form: StaffForm) -> bool:
        return _is_picking() or super().validate_form(form)

    def create_model(self, form: CollectionForm) -> Any:  # noqa: ANN401 (Flask-Admin's own)
        if _is_picking():
            return False
        try:
            details = CollectionDetails(**self._changes(form))
            command = AddCollectionCommand(
                actor=self.actor, details=details, attributes=form.rule_attributes
            )
            return self.get_one(self.back_office.catalog.add_collection(command))
        except DomainError as error:
            form.add_error(error)
            return False

    def update_model(self, form: CollectionForm, model: CollectionView) -> bool:
        if _is_picking():
            return False
        try:
            command = EditCollectionCommand(
                actor=self.actor,
                slug=model.details.slug,
                changes=self._changes(form),
                attributes=form.rule_attributes,
                expected_version=parse_integer(form.version.data) or 0,
            )
            self.back_office.catalog.edit_collection(command)
        except StaleVersion:
            saved = _form_data(model, self.back_office.zone)
            names = [name for name in saved if name in form and name != "version"]
            self.show_conflicts(form, conflicts(form, saved, names), model.version)
            return False
        except DomainError as error:
            form.add_error(error)
            return False
        return True

    def _changes(self, form: CollectionForm) -> dict[str, Any]:
        currency = self.back_office.currency
        return form.changes(currency, self.back_office.zone)

    def get_save_return_url(self, model: CollectionView, is_created: bool = False) -> str:  # noqa: ARG002, FBT001, FBT002
        return url_for("admin_collections.index_view")


def _is_picking() -> bool:
    """Whether the form was sent to change the list of products, and not to save it."""
    return not _PICKING.isdisjoint(request.form)


def _picked(ids: Sequence[int]) -> list[int]:
    """The products of the form, after the button that was pressed."""
    if request.method == "POST":
        ids = submitted_ids(request.form, "product_ids")
    added, removed = (parse_integer(request.form.get(name, "")) for name in ("add", "remove"))
    kept = (each for each in ids if each != removed)
    return list(dict.fromkeys([*kept, *([] if added is None else [added])]))


def _time_or_dash(time: datetime | None) -> object:
    return formatting.or_dash(None) if time is None else formatting.timestamp(time)


def _form_data(collection: CollectionView, zone: tzinfo) -> dict[str, Any]:
    """Initial data of `CollectionForm`."""
    details, rule = collection.details, collection.details.rule

    def local(time: datetime | None) -> str:
        if time is None:
            return ""
        shown = local_time(time, zone).replace(tzinfo=None)
        return shown.isoformat(timespec="seconds" if shown.second else "minutes")

    data: dict[str, Any] = {field.name: getattr(details, field.name) for field in fields(details)}
    data |= {
        "version": collection.version,
        "starts_at": local(details.starts_at),
        "ends_at": local(details.ends_at),
        "product_ids": list(details.product_ids),
        "sort": details.sort.value,
        **dict.fromkeys(("brands", "tags", "attributes", "category", "min_price", "max_price"), ""),
        "on_sale": False,
    }
    if rule is not None:
        data |= {
            "brands": "\n".join(rule.brands),
            "tags": "\n".join(rule.tags),
            "attributes": "\n".join(collection.attributes),
            "category": _text(rule.category_id),
            "min_price": _text(rule.min_price),
            "max_price": _text(rule.max_price),
            "on_sale": rule.on_sale,
        }
    return data


def _text(value: Money | CategoryId | None) -> str:
    return "" if value is None else str(value)
