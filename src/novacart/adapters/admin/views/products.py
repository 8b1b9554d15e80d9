"""Products: found, edited, counted, archived and brought back."""

from collections.abc import Sequence
from typing import Any, ClassVar

from flask import abort, flash, request, url_for
from flask_admin import expose
from flask_admin.actions import action
from wtforms.fields.choices import SelectChoice

from novacart.adapters.admin import words
from novacart.adapters.admin.editing import Conflict, conflicts, show_refusal
from novacart.adapters.admin.filters import Filter, flag, number, text
from novacart.adapters.admin.forms.catalogue import (
    NewProductForm,
    PictureForm,
    ProductForm,
    StockForm,
)
from novacart.adapters.admin.forms.orders import PlainForm
from novacart.adapters.admin.forms.secure import sent
from novacart.adapters.admin.views.list_view import ListedView, id_of
from novacart.adapters.admin.views.product_files import ProductFiles
from novacart.adapters.admin.views.staff_view import MAX_PICTURE, back
from novacart.application.back_office.catalogue import ProductRow, ProductSheet
from novacart.application.back_office.listing import ListRequest, Page
from novacart.application.catalog.add_product import NewProduct
from novacart.application.catalog.adjust_stock import CountStock
from novacart.application.catalog.archive_product import RetireProduct
from novacart.application.catalog.edit_product import RewriteProduct
from novacart.application.catalog.product_fields import ProductFields
from novacart.application.catalog.restore_product import BringBackProduct
from novacart.application.catalog.upload_product_image import NewProductImage
from novacart.domain.catalog.errors import StaleVersion
from novacart.domain.shared.errors import DomainError, InvalidValue
from novacart.domain.shared.ids import ProductId
from novacart.domain.shared.money import Money

_FIELDS = ("title", "subtitle", "description", "price", "brand", "category", "author")


class ProductsView(ProductFiles, ListedView):
    row = ProductRow
    heading = "Products"
    named_by = "title"
    searches_for = "Title, brand, author or id"
    can_create = can_edit = True
    create_template = "back_office/product_new.html"
    edit_template = "back_office/product_edit.html"
    details_template = "back_office/product.html"
    panels = "back_office/product_panels.html"
    buttons = "back_office/product_buttons.html"
    preset: ClassVar = {"archived": False}
    column_list = ("image", "title", "brand", "category", "price", "available", "updated_at")
    column_labels: ClassVar = {"available": "In stock", "updated_at": "Changed", "image": ""}
    sorts: ClassVar = {"title": "title", "price": "price", "updated_at": "updated_at"}
    formats: ClassVar = {
        "image": lambda row: words.thumbnail(row.image),
        "title": words.titled,
        "price": lambda row: words.money(row.price),
        "updated_at": lambda row: words.moment(row.updated_at),
        "category": lambda row: row.category or "–",
    }
    permissions: ClassVar = {
        "index_view": "products.read",
        "details_view": "products.read",
        "create_view": "products.write",
        "edit_view": "products.write",
        "archive": "products.write",
        "restore": "products.write",
        "picture": "products.write",
        "stock": "stock.write",
        "action_view": "products.read",
        "export": "products.files",
        "take_in": "products.files",
    }
    action_permissions: ClassVar = {
        "archive": "products.write",
        "restore": "products.write",
        "price": "products.write",
        "stock": "stock.write",
    }

    def filters(self, desk: Any) -> Sequence[Filter]:  # noqa: ANN401 (as the base has it)
        def categories() -> list[tuple[str, str]]:
            rows = desk.queries.categories(ListRequest(limit=200, descending=False)).rows
            return [(str(row.id), row.name) for row in rows]

        return (
            number("category", "Category", categories),
            text("brand", "Brand"),
            flag("in_stock", "In stock"),
            flag("archived", "Archived"),
        )

    def fetch(self, wanted: ListRequest) -> Page[ProductRow]:
        return self.desk.queries.products(wanted)

    def get_one(self, id: object) -> ProductSheet | None:
        key = id_of(id)
        return None if key is None else self.desk.queries.product(ProductId(key))

    def called(self, key: int) -> str:
        product = self.get_one(key)
        return f"#{key}" if product is None else product.title

    @expose("/details/")
    def details_view(self) -> Any:  # noqa: ANN401 (Flask-Admin's own)
        product: ProductSheet = self.one()
        return self.render(
            self.details_template,
            product=product,
            stock_form=StockForm(None),
            picture_form=PictureForm(None),
        )

    # -- creating and editing, through Flask-Admin's own pages --------------------------------

    def get_create_form(self) -> type[NewProductForm]:
        return NewProductForm

    def get_edit_form(self) -> type[ProductForm]:
        return ProductForm

    def create_form(self, obj: object = None) -> Any:  # noqa: ANN401 (Flask-Admin's own)
        return self._with_choices(super().create_form(obj))

    def edit_form(self, obj: ProductSheet | None = None) -> Any:  # noqa: ANN401 (Flask-Admin's own)
        return self._with_choices(super().edit_form(None if obj is None else _Filled(obj)))

    def validate_form(self, form: Any) -> bool:  # noqa: ANN401 (any form of ours)
        return bool(form.was_sent())

    def create_model(self, form: NewProductForm) -> Any:  # noqa: ANN401 (Flask-Admin's own)
        command = NewProduct(fields=_fields(form), stock=form.stock.data or 0)
        try:
            new_id = self.desk.catalogue.add_product(command)
        except InvalidValue as refusal:
            show_refusal(form, refusal)
            return False
        return self.get_one(new_id)

    def update_model(self, form: ProductForm, model: ProductSheet) -> bool:
        command = RewriteProduct(
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

    def get_save_return_url(self, model: ProductSheet, is_created: bool = False) -> str:  # noqa: ARG002, FBT001, FBT002
        return url_for("desk_products.details_view", id=model.id)

    def _conflict(self, form: ProductForm, present: ProductSheet) -> list[Conflict]:
        choices = {choice.value: choice.label for choice in form.category.choices}
        return conflicts(form, _Filled(present), (*_FIELDS, "published_year"), choices)

    def _with_choices(self, form: Any) -> Any:  # noqa: ANN401 (either form)
        rows = self.desk.queries.categories(ListRequest(limit=200, descending=False)).rows
        form.category.choices = [
            SelectChoice("", "None"),
            *(SelectChoice(str(row.id), row.name) for row in rows),
        ]
        return form

    # -- acts on one product ------------------------------------------------------------------

    @expose("/archive/", methods=("POST",))
    def archive(self) -> Any:  # noqa: ANN401 (a redirect)
        product = self._posted(PlainForm)
        self.attempt(
            lambda: self.desk.catalogue.archive_product(RetireProduct(product_id=product.id)),
            done=f"“{product.title}” has left the catalogue.",
        )
        return self._back_to(product)

    @expose("/restore/", methods=("POST",))
    def restore(self) -> Any:  # noqa: ANN401 (a redirect)
        product = self._posted(PlainForm)
        self.attempt(
            lambda: self.desk.catalogue.restore_product(BringBackProduct(product_id=product.id)),
            done=f"“{product.title}” is in the catalogue again.",
        )
        return self._back_to(product)

    @expose("/stock/", methods=("POST",))
    def stock(self) -> Any:  # noqa: ANN401 (a redirect)
        product: ProductSheet = self.one()
        form = sent(StockForm)
        if form.errors:
            for mistake in form.mistakes:
                flash(mistake, "danger")
        else:
            self.attempt(
                lambda: self._count(product.id, form.delta.data, form.reason.data),
                done=f"The stock of “{product.title}” is counted.",
            )
        return self._back_to(product)

    @expose("/picture/", methods=("POST",))
    def picture(self) -> Any:  # noqa: ANN401 (a redirect)
        request.max_content_length = MAX_PICTURE
        product = self._posted(PictureForm)
        upload = request.files.get("image")
        if upload is None or not upload.filename:
            flash("Choose a picture first.", "warning")
        else:
            content = upload.read()
            self.attempt(
                lambda: self.desk.catalogue.upload_product_image(
                    NewProductImage(product_id=product.id, content=content)
                ),
                done=f"“{product.title}” is shown with its new picture.",
            )
        return self._back_to(product)

    # -- acts on many -------------------------------------------------------------------------

    @action("archive", "Archive", "Take the chosen products out of the catalogue?")
    def archive_many(self, chosen: Sequence[str]) -> None:
        archive = self.desk.catalogue.archive_product
        self.each(
            chosen, lambda key: archive(RetireProduct(product_id=ProductId(key))), done="Archived"
        )

    @action("restore", "Restore")
    def restore_many(self, chosen: Sequence[str]) -> None:
        restore = self.desk.catalogue.restore_product
        self.each(
            chosen,
            lambda key: restore(BringBackProduct(product_id=ProductId(key))),
            done="Restored",
        )

    @action("price", "Change prices")
    def price_many(self, chosen: Sequence[str]) -> None:
        change = id_of(request.form.get("percent", "").lstrip("+-"))
        if not change or change > 500:  # noqa: PLR2004 (a slip of the finger, surely)
            flash("Say by how many per cent, from -99 to +500.", "warning")
            return
        percent = -change if request.form["percent"].startswith("-") else change
        self.each(chosen, lambda key: self._reprice(ProductId(key), percent), done="Repriced")

    @action("stock", "Count stock")
    def stock_many(self, chosen: Sequence[str]) -> None:
        typed, reason = request.form.get("delta", ""), request.form.get("reason", "").strip()
        change = id_of(typed.lstrip("+-"))
        if not change or not reason:
            flash("Say how many units came or went, and why.", "warning")
            return
        delta = -change if typed.startswith("-") else change
        self.each(chosen, lambda key: self._count(ProductId(key), delta, reason), done="Counted")

    def _reprice(self, product_id: ProductId, percent: int) -> None:
        """To the nearest minor unit, if nobody changed the product meanwhile."""
        product = self.get_one(product_id)
        if product is None:
            abort(404)
        price = Money((product.price.amount * (100 + percent) + 50) // 100, product.price.currency)
        self.desk.catalogue.edit_product(
            RewriteProduct(
                product_id=product_id,
                fields=ProductFields(price=str(price)),
                expected_version=product.version,
            )
        )

    def _count(self, product_id: ProductId, delta: int | None, reason: str | None) -> None:
        self.desk.catalogue.adjust_stock(
            CountStock(product_id=product_id, delta=delta or 0, reason=reason or "")
        )

    def _posted(self, form_class: Any) -> ProductSheet:  # noqa: ANN401 (a form's class)
        sent(form_class)
        product: ProductSheet = self.one()
        return product

    def _back_to(self, product: ProductSheet) -> Any:  # noqa: ANN401 (a redirect)
        return back(url_for("desk_products.details_view", id=product.id))


class _Filled:
    """A product as its form shows it."""

    def __init__(self, product: ProductSheet) -> None:
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
