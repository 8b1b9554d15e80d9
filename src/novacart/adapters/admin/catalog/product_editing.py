"""Products made and edited on Flask-Admin's own pages, by the use cases."""

from typing import Any

from flask import flash, url_for
from wtforms.fields.choices import SelectChoice

from novacart.adapters.admin.catalog.forms import (
    NewProductForm,
    ProductForm,
)
from novacart.adapters.admin.editing import Conflict, conflicts, show_refusal
from novacart.adapters.admin.list_view import ListedView, id_of
from novacart.application.back_office.catalogue import ProductDetail
from novacart.application.back_office.list_page import ListRequest
from novacart.application.catalog.add_product import AddProductCommand
from novacart.application.catalog.edit_product import EditProductCommand
from novacart.application.catalog.product_fields import ProductFields
from novacart.domain.catalog.errors import StaleVersion
from novacart.domain.shared.errors import DomainError, InvalidValue

_FIELDS = ("title", "subtitle", "description", "price", "brand", "category", "author")


class ProductEditing(ListedView):
    def get_create_form(self) -> type[NewProductForm]:
        return NewProductForm

    def get_edit_form(self) -> type[ProductForm]:
        return ProductForm

    def create_form(self, obj: object = None) -> Any:  # noqa: ANN401 (Flask-Admin's own)
        return self._with_choices(super().create_form(obj))

    def edit_form(self, obj: ProductDetail | None = None) -> Any:  # noqa: ANN401 (Flask-Admin's own)
        return self._with_choices(super().edit_form(None if obj is None else _Filled(obj)))

    def validate_form(self, form: Any) -> bool:  # noqa: ANN401 (any form of ours)
        return bool(form.was_sent())

    def create_model(self, form: NewProductForm) -> Any:  # noqa: ANN401 (Flask-Admin's own)
        command = AddProductCommand(fields=_fields(form), stock=form.stock.data or 0)
        try:
            new_id = self.desk.catalogue.add_product(command)
        except InvalidValue as refusal:
            show_refusal(form, refusal)
            return False
        return self.get_one(new_id)

    def update_model(self, form: ProductForm, model: ProductDetail) -> bool:
        command = EditProductCommand(
            product_id=model.id,
            fields=_fields(form),
            expected_version=id_of(form.version.data) or 0,
        )
        try:
            self.desk.catalogue.edit_product(command)
        except StaleVersion:
            self._template_args["conflict"] = self._conflict(form, model)
            form.version.data = form.version.raw_data = str(model.version)
            return False
        except InvalidValue as refusal:
            show_refusal(form, refusal)
            return False
        except DomainError as refusal:
            flash(refusal.message, "danger")
            return False
        return True

    def get_save_return_url(self, model: ProductDetail, is_created: bool = False) -> str:  # noqa: ARG002, FBT001, FBT002
        return url_for("desk_products.details_view", id=model.id)

    def _conflict(self, form: ProductForm, present: ProductDetail) -> list[Conflict]:
        choices = {choice.value: choice.label for choice in form.category.choices}
        return conflicts(form, _Filled(present), (*_FIELDS, "published_year"), choices)

    def _with_choices(self, form: Any) -> Any:  # noqa: ANN401 (either form)
        rows = self.desk.queries.categories(ListRequest(limit=200, descending=False)).rows
        form.category.choices = [
            SelectChoice("", "None"),
            *(SelectChoice(str(row.id), row.name) for row in rows),
        ]
        return form


class _Filled:
    """A product as its form shows it."""

    def __init__(self, product: ProductDetail) -> None:
        self.version = str(product.version)
        self.title = product.title
        self.subtitle = product.subtitle
        self.description = product.description
        self.price = str(product.price)
        self.brand = product.brand
        self.category = "" if product.category_id is None else str(product.category_id)
        self.author = product.author or ""
        self.published_year = product.published_year


def _fields(form: ProductForm) -> ProductFields:
    return ProductFields(
        title=form.title.data or "",
        subtitle=form.subtitle.data or "",
        description=(form.description.data or "").replace("\r\n", "\n"),
        price=(form.price.data or "").strip().replace(",", ""),
        brand=form.brand.data or None,
        category=id_of(form.category.data or ""),
        author=form.author.data or None,
        published_year=form.published_year.data,
    )
