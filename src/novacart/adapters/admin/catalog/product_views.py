"""Products: list, details, editing, stock, images, bulk changes, import and export."""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any, ClassVar, Final

from flask import Response, abort, flash, request, url_for
from flask_admin import expose
from flask_admin.actions import action
from flask_admin.helpers import get_form_data
from werkzeug.datastructures import MultiDict
from wtforms.fields.choices import SelectChoice

from novacart.adapters.admin import formatting
from novacart.adapters.admin.back_office import BackOffice
from novacart.adapters.admin.catalog.attribute_forms import shown_values
from novacart.adapters.admin.catalog.forms import (
    NewProductForm,
    OptionForm,
    PicturesForm,
    ProductForm,
    StockForm,
    category_choices,
    product_form,
    product_form_data,
)
from novacart.adapters.admin.catalog.gallery_form import (
    MAX_PICTURE_FILES,
    has_typed_pictures,
    offers_variants,
    picture_edits,
    picture_rows,
    replaced_pictures,
    thumbnail_of,
)
from novacart.adapters.admin.catalog.import_views import MAX_IMPORT_FILE, ImportViews
from novacart.adapters.admin.catalog.option_form import (
    option_edits,
    option_rows,
    replaced_options,
)
from novacart.adapters.admin.catalog.variant_matrix import (
    COLUMNS,
    FILLED,
    MAX_VARIANTS_FORM,
    ChangedByOthers,
    InvalidCells,
    has_typed,
    matrix_edits,
    matrix_order,
    matrix_rows,
    option_texts,
    order_read,
    renewed,
)
from novacart.adapters.admin.filters import (
    Filter,
    parse_integer,
    parse_time,
    reference,
    text,
    yes_no,
)
from novacart.adapters.admin.forms import ConfirmForm, StaffForm, conflicts, submitted
from novacart.adapters.admin.list_view import ListView
from novacart.adapters.admin.staff_view import see_other
from novacart.application.back_office.catalog import ProductDetail, ProductRow
from novacart.application.back_office.list_query import ListQuery, Page
from novacart.application.back_office.queries import BackOfficeQueries
from novacart.application.catalog.add_picture import AddPictureCommand
from novacart.application.catalog.add_product import AddProductCommand
from novacart.application.catalog.add_variants import AddVariantCommand, FillVariantsCommand
from novacart.application.catalog.adjust_stock import AdjustStockCommand
from novacart.application.catalog.archive_product import ArchiveProductCommand
from novacart.application.catalog.archive_variant import (
    ArchiveVariantCommand,
    RestoreVariantCommand,
)
from novacart.application.catalog.change_price import ChangePriceCommand
from novacart.application.catalog.edit_options import (
    AddOptionCommand,
    EditOptionsCommand,
    RemoveOptionCommand,
)
from novacart.application.catalog.edit_pictures import EditPicturesCommand, RemovePictureCommand
from novacart.application.catalog.edit_product import EditProductCommand
from novacart.application.catalog.edit_variants import EditVariantsCommand
from novacart.application.catalog.export_products import ExportProductsCommand
from novacart.application.catalog.product_files import FileFormat
from novacart.application.catalog.queries import AttributeView
from novacart.application.catalog.restore_product import RestoreProductCommand
from novacart.application.catalog.set_default_variant import SetDefaultVariantCommand
from novacart.domain.catalog.errors import SkuTaken, SlugTaken, StaleVersion
from novacart.domain.catalog.product_details import PriceChange, ProductDetails
from novacart.domain.shared.errors import DomainError, InvalidValue
from novacart.domain.shared.ids import (
    CategoryId,
    OptionId,
    OptionValueId,
    PictureId,
    ProductId,
    VariantId,
)

# Entries of the price history on the page of a product.
_PRICES: Final = 20
_MAX_PAGE: Final = 100_000
_LACKING: Final = "The new category lacks this attribute. Empty it, or keep the category."
_NO_CATEGORY: Final = (
    "Only a product with a category has attributes. Empty it, or choose a category."
)
# A movement of another machine may be later than our clock.
_END_OF_TIME: Final = datetime(9999, 1, 1, tzinfo=UTC)


class ProductsView(ImportViews, ListView):
    row = ProductRow
    heading = "Products"
    link_column = "title"
    search_placeholder = "Search by title, brand, author, SKU or ID"
    can_create = can_edit = True
    create_template = edit_template = "back_office/product_form.html"
    details_template = "back_office/product.html"
    bulk_actions_template = "back_office/product_bulk_actions.html"
    header_template = "back_office/products_header.html"
    default_filters: ClassVar = {"archived": False}
    column_list = ("image", "title", "brand", "category", "price", "available", "updated_at")
    column_labels: ClassVar = {"available": "Available", "updated_at": "Updated", "image": ""}
    column_sortable_list = ("title", "price", "updated_at")
    versions: ClassVar = {
        "product": lambda row: row.version,
        "stock": lambda row: row.stock_version,
    }
    formatters: ClassVar = {
        "image": lambda row: formatting.thumbnail(row.image),
        "title": formatting.product_title,
        "price": lambda row: formatting.money(row.price),
        "updated_at": lambda row: formatting.timestamp(row.updated_at),
        "category": lambda row: formatting.or_dash(row.category),
    }
    permissions: ClassVar = {
        "index_view": "products.read",
        "details_view": "products.read",
        "explain_stock": "products.read",
        "create_view": "products.write",
        "edit_view": "products.write",
        "archive": "products.write",
        "restore": "products.write",
        "add_pictures": "products.write",
        "edit_pictures": "products.write",
        "remove_picture": "products.write",
        "adjust_stock": "stock.write",
        "add_option": "products.write",
        "edit_options": "products.write",
        "remove_option": "products.write",
        "add_variant": "products.write",
        "fill_variants": "products.write",
        "edit_variants": "products.write",
        "archive_variant": "products.write",
        "restore_variant": "products.write",
        "set_default_variant": "products.write",
        "action_view": "products.read",
        "export": "products.files",
        **ImportViews.import_permissions,
    }
    provider_views: ClassVar = frozenset({"add_pictures", "import_csv", "import_job"})
    form_limits: ClassVar = {
        "add_pictures": MAX_PICTURE_FILES,
        "import_csv": MAX_IMPORT_FILE,
        **dict.fromkeys(
            ("edit_variants", "archive_variant", "restore_variant", "set_default_variant"),
            MAX_VARIANTS_FORM,
        ),
    }
    action_permissions: ClassVar = {
        "archive": "products.write",
        "restore": "products.write",
        "price": "products.write",
        "stock": "stock.write",
    }

    def build_filters(self, back_office: BackOffice) -> Sequence[Filter]:
        return (
            reference("category", "Category", lambda: _category_choices(back_office.queries)),
            text("brand", "Brand"),
            text("tag", "Tag"),
            yes_no("listed", "Listed in the shop"),
            yes_no("in_stock", "In stock"),
            yes_no("archived", "Archived"),
        )

    def fetch(self, query: ListQuery) -> Page[ProductRow]:
        return self.back_office.queries.products(query)

    def get_one(self, id: object) -> ProductDetail | None:
        key = parse_integer(id)
        return None if key is None else self.back_office.queries.product(ProductId(key))

    @expose("/details/")
    def details_view(self) -> Any:  # noqa: ANN401 (Flask-Admin's own)
        return self._details(self.get_or_404())

    def _details(
        self,
        product: ProductDetail,
        typed: MultiDict[str, str] | None = None,
        *,
        pictures: MultiDict[str, str] | None = None,
        options: MultiDict[str, str] | None = None,
        **forms: object,
    ) -> Any:  # noqa: ANN401 (a page)
        """The page of a product, with what was `typed` into the variants and not saved.

        `pictures` and `options` are their forms, if they are not saved. `forms` are others, and the
        errors of the table of variants.
        """
        typed_at, at = self._requested_time()
        prices = self.back_office.prices
        history = prices.history_of_product(product.id, limit=_PRICES)
        self.name_actors(
            [
                *(each.actor for each in product.movements),
                *(each.entry.changed_by for each in history),
            ]
        )
        return self.render(
            self.details_template,
            product=product,
            attributes=shown_values(self._attributes_of(product), product.details.attributes),
            prices=history,
            typed_at=typed_at,
            priced_at=at,
            prices_at=prices.prices_at(product.id, at) if at else [],
            matrix=matrix_rows(product, typed),
            columns=COLUMNS,
            order_read=order_read(product),
            filled={name: typed.get(f"{name}-fill", "") if typed else "" for name in FILLED},
            variants_typed=typed is not None,
            options=option_rows(product, options),
            options_typed=options is not None,
            pictures=picture_rows(product, pictures),
            pictures_typed=pictures is not None,
            unfetched=self.back_office.imports.unfetched_pictures(self.actor, product.id),
            pictures_form=PicturesForm(None, version=product.gallery_version),
            thumbnail_of=thumbnail_of,
            offers_variants=offers_variants(product),
            **{
                "option_form": OptionForm(None),
                "stock_form": StockForm(None, version=product.stock_version),
                "cell_errors": {},
                **forms,
            },
        )

    @expose("/stock-ledger/")
    def explain_stock(self) -> Any:  # noqa: ANN401 (a page)
        """Explain the stock of a variant, now or at the time in the query string."""
        product: ProductDetail = self.get_or_404()
        named = parse_integer(request.args.get("variant", "")) or product.default_variant_id
        variant = next((each for each in product.variants if each.id == named), None)
        if variant is None:
            abort(404)
        typed_at, at = self._requested_time()
        page = min(parse_integer(request.args.get("page", "")) or 1, _MAX_PAGE)
        ledger = self.back_office.queries.stock_ledger(variant.id, at=at or _END_OF_TIME, page=page)
        self.name_actors(entry.actor for entry in ledger.entries)
        return self.render(
            "back_office/stock_ledger.html",
            product=product,
            variant=variant,
            typed_at=typed_at,
            at=at,
            page=page,
            ledger=ledger,
        )

    def _requested_time(self) -> tuple[str, datetime | None]:
        """The query parameter `at` as it was typed, and as a time; None without a valid one.

        The time is the end of the second that was typed, so that what happened in it counts.
        """
        typed = request.args.get("at", "").strip()
        at = parse_time(typed, self.back_office.zone)
        if typed and at is None:
            flash("Enter a date and a time.", "warning")
        return typed, None if at is None else at.replace(microsecond=999_999)

    # Creating and editing, on Flask-Admin's pages.

    def get_create_form(self) -> type[NewProductForm]:
        return NewProductForm

    def get_edit_form(self) -> type[ProductForm]:
        return ProductForm

    def create_form(self, obj: object = None) -> Any:  # noqa: ANN401 (Flask-Admin's own)
        return self._with_categories(super().create_form(obj))

    def edit_form(self, obj: ProductDetail | None = None) -> Any:  # noqa: ANN401 (Flask-Admin's own)
        attributes = [] if obj is None else self._attributes_of(obj)
        data = None if obj is None else product_form_data(obj, attributes)
        form = product_form(attributes)(get_form_data(), data=data)
        if obj is not None and obj.options:
            form.sku.description = form.price.description = _of_default_variant(obj)
        return self._with_categories(form)

    def create_model(self, form: NewProductForm) -> Any:  # noqa: ANN401 (Flask-Admin's own)
        try:
            details = ProductDetails(**form.changes(self.back_office.currency))
            command = AddProductCommand(
                actor=self.actor,
                details=details,
                stock=form.stock.data or 0,
                form_key=form.key.data or None,
            )
            product_id = self.back_office.catalog.add_product(command)
        except DomainError as error:
            form.add_error(_on_field(error))
            return False
        return self.get_one(product_id)

    def update_model(self, form: ProductForm, model: ProductDetail) -> bool:
        if self._marks_lost_values(form, model):
            return False
        try:
            command = EditProductCommand(
                actor=self.actor,
                product_id=model.id,
                changes=form.changes(self.back_office.currency),
                attributes=form.attribute_values(),
                expected_version=parse_integer(form.version.data) or 0,
            )
            self.back_office.catalog.edit_product(command)
        except StaleVersion:
            found = conflicts(
                form,
                product_form_data(model, form.category_attributes),
                [*form.field_names, *form.attribute_names],
            )
            self.show_conflicts(form, found, model.version)
            return False
        except DomainError as error:
            form.add_error(_on_field(error))
            return False
        return True

    def _marks_lost_values(self, form: ProductForm, model: ProductDetail) -> bool:
        """Mark the values that the chosen category has no attributes for. Returns whether any."""
        category_id = parse_integer(form.category_id.data)
        if category_id == model.details.category_id:
            return False
        known = set()
        if category_id is not None:
            attributes = self.back_office.catalog_queries.attributes(CategoryId(category_id))
            known = {each.details.code for each in attributes}
        lost = [
            each.details.field
            for each in form.category_attributes
            if each.details.code not in known and any(form[each.details.field].raw_data or ())
        ]
        message = _LACKING if category_id is not None else _NO_CATEGORY
        for field in lost:
            form.add_error(InvalidValue(field, message))
        return bool(lost)

    def get_save_return_url(self, model: ProductDetail, is_created: bool = False) -> str:  # noqa: FBT001, FBT002
        if is_created and self._attributes_of(model):
            flash("Enter its attributes at the end of this form, and save it again.", "info")
            return url_for("admin_products.edit_view", id=model.id)
        return url_for("admin_products.details_view", id=model.id)

    def _attributes_of(self, product: ProductDetail) -> Sequence[AttributeView]:
        """The attributes of the category of a product."""
        category_id = product.details.category_id
        if category_id is None:
            return []
        return self.back_office.catalog_queries.attributes(category_id)

    def _with_categories(self, form: ProductForm) -> ProductForm:
        form.category_id.choices = [
            SelectChoice("", "None"),
            *(SelectChoice(*choice) for choice in _category_choices(self.back_office.queries)),
        ]
        return form

    # Actions on one product.

    @expose("/archive/", methods=("POST",))
    def archive(self) -> Any:  # noqa: ANN401 (a redirect)
        product = self._product_of(ConfirmForm)
        self.run_action(
            lambda: self._archive(product.id), success=f"“{product.title}” was archived."
        )
        return self._redirect_to(product)

    @expose("/restore/", methods=("POST",))
    def restore(self) -> Any:  # noqa: ANN401 (a redirect)
        product = self._product_of(ConfirmForm)
        self.run_action(
            lambda: self._restore(product.id), success=f"“{product.title}” was restored."
        )
        return self._redirect_to(product)

    @expose("/stock/", methods=("POST",))
    def adjust_stock(self) -> Any:  # noqa: ANN401 (a redirect)
        product: ProductDetail = self.get_or_404()
        form = submitted(StockForm)
        if form.errors:
            form.flash_errors()
        elif self.run_action(
            lambda: self._adjust_stock(
                product.id,
                form.delta.data or 0,
                form.reason.data or "",
                version=parse_integer(form.version.data),
            ),
            success=f"The stock of “{product.title}” was adjusted.",
        ):
            return self._redirect_to(product)
        shown: ProductDetail = self.get_or_404()
        form.version.data = str(shown.stock_version)
        return self._details(shown, stock_form=form)

    # Pictures.

    @expose("/pictures/add/", methods=("POST",))
    def add_pictures(self) -> Any:  # noqa: ANN401 (a redirect)
        product = self._product_of(PicturesForm)
        version = parse_integer(request.form.get("version", ""))
        files = [file for file in request.files.getlist("pictures") if file.filename]
        if not files:
            flash("Select pictures first.", "warning")
        added = 0
        for file in files:
            command = AddPictureCommand(
                actor=self.actor,
                product_id=product.id,
                content=file.read(),
                expected_version=version,
            )
            is_added = self.run_action(
                partial(self.back_office.catalog.add_picture, command),
                failure=f"{file.filename}: ",
            )
            added += is_added
            if is_added and version is not None:
                version += 1
        if added:
            what = "The picture was" if added == 1 else f"{added} pictures were"
            flash(f"{what} added.", "success")
        return self._redirect_to(product)

    @expose("/pictures/", methods=("POST",))
    def edit_pictures(self) -> Any:  # noqa: ANN401 (a redirect)
        product = self._product_of(ConfirmForm)
        command = EditPicturesCommand(
            actor=self.actor, product_id=product.id, **picture_edits(product, request.form)
        )

        def edit() -> None:
            try:
                self.back_office.catalog.edit_pictures(command)
            except StaleVersion as error:
                replaced = replaced_pictures(product, request.form)
                raise _changed_by_others("pictures", replaced) from error

        if not self.run_action(edit, success="The pictures were saved."):
            return self._details(product, pictures=request.form)
        return self._redirect_to(product)

    @expose("/pictures/remove/", methods=("POST",))
    def remove_picture(self) -> Any:  # noqa: ANN401 (a redirect)
        product = self._product_of(ConfirmForm)
        command = RemovePictureCommand(
            actor=self.actor,
            product_id=product.id,
            picture_id=PictureId(parse_integer(request.form.get("picture", "")) or 0),
        )
        self.run_action(
            lambda: self.back_office.catalog.remove_picture(command),
            success="The picture was removed.",
        )
        changed: ProductDetail = self.get_or_404()
        if not has_typed_pictures(changed, request.form):
            return self._redirect_to(product)
        flash("What you changed in the list of pictures is not saved yet.", "warning")
        return self._details(changed, pictures=request.form)

    # Options and variants.

    @expose("/options/add/", methods=("POST",))
    def add_option(self) -> Any:  # noqa: ANN401 (a redirect)
        product: ProductDetail = self.get_or_404()
        form = submitted(OptionForm)
        if form.errors:
            form.flash_errors()
            return self._details(product, option_form=form)
        command = AddOptionCommand(
            actor=self.actor,
            product_id=product.id,
            name=form.name.data or "",
            values=option_texts(form.values.data or ""),
            existing=form.existing.data or "",
        )
        if not self.run_action(
            lambda: self.back_office.catalog.add_option(command), success="The option was added."
        ):
            return self._details(product, option_form=form)
        return self._redirect_to(product)

    @expose("/options/", methods=("POST",))
    def edit_options(self) -> Any:  # noqa: ANN401 (a page or a redirect)
        product = self._product_of(ConfirmForm)
        command = EditOptionsCommand(
            actor=self.actor,
            product_id=product.id,
            options=option_edits(request.form),
            expected_version=parse_integer(request.form.get("version", "")) or 0,
        )

        def edit() -> None:
            try:
                self.back_office.catalog.edit_options(command)
            except StaleVersion as error:
                replaced = replaced_options(product, request.form)
                raise _changed_by_others("options", replaced) from error

        if not self.run_action(edit, success="The options were saved."):
            return self._details(product, options=request.form)
        return self._redirect_to(product)

    @expose("/options/remove/", methods=("POST",))
    def remove_option(self) -> Any:  # noqa: ANN401 (a redirect)
        product = self._product_of(ConfirmForm)
        command = RemoveOptionCommand(
            actor=self.actor,
            product_id=product.id,
            option_id=OptionId(parse_integer(request.form.get("option", "")) or 0),
        )
        self.run_action(
            lambda: self.back_office.catalog.remove_option(command),
            success="The option was removed.",
        )
        return self._redirect_to(product)

    @expose("/variants/add/", methods=("POST",))
    def add_variant(self) -> Any:  # noqa: ANN401 (a redirect)
        product = self._product_of(ConfirmForm)
        command = AddVariantCommand(
            actor=self.actor,
            product_id=product.id,
            values={
                option.id: OptionValueId(
                    parse_integer(request.form.get(f"of-{option.id}", "")) or 0
                )
                for option in product.options
            },
        )
        self.run_action(
            lambda: self.back_office.catalog.add_variant(command),
            success="The variant was added.",
        )
        return self._redirect_to(product)

    @expose("/variants/fill/", methods=("POST",))
    def fill_variants(self) -> Any:  # noqa: ANN401 (a redirect)
        product = self._product_of(ConfirmForm)
        command = FillVariantsCommand(actor=self.actor, product_id=product.id)
        added: list[int] = []
        if self.run_action(lambda: added.append(self.back_office.catalog.fill_variants(command))):
            if added == [0]:
                flash("Each combination of values has a variant, perhaps an archived one.", "info")
            else:
                flash("The missing variants were added.", "success")
        return self._redirect_to(product)

    @expose("/variants/", methods=("POST",))
    def edit_variants(self) -> Any:  # noqa: ANN401 (a page or a redirect)
        product = self._product_of(ConfirmForm)
        try:
            edits = matrix_edits(product, request.form, currency=self.back_office.currency)
        except ChangedByOthers as error:
            flash(error.message, "danger")
            return self._details(product, renewed(product, request.form))
        except InvalidCells as error:
            flash(error.message, "danger")
            return self._details(product, request.form, cell_errors=error.cells)
        except InvalidValue as error:
            flash(error.message, "danger")
            return self._details(product, request.form)
        order = matrix_order(request.form)
        command = EditVariantsCommand(actor=self.actor, product_id=product.id, edits=edits, **order)
        if not (edits or order):
            flash("Nothing was changed in the table.", "info")
            return self._redirect_to(product)
        cell_errors: dict[str, str] = {}

        def edit() -> None:
            try:
                self.back_office.catalog.edit_variants(command)
            except SkuTaken as error:
                for each in edits:
                    if each.changes.get("sku") == error.sku:
                        cell_errors[f"sku-{each.variant_id}"] = error.message
                raise

        if not self.run_action(
            edit, success="The variants were saved.", failure="Nothing was saved yet. "
        ):
            return self._details(product, request.form, cell_errors=cell_errors)
        return self._redirect_to(product)

    @expose("/variants/archive/", methods=("POST",))
    def archive_variant(self) -> Any:  # noqa: ANN401 (a redirect)
        product = self._product_of(ConfirmForm)
        command = ArchiveVariantCommand(actor=self.actor, variant_id=_posted_variant())
        self.run_action(
            lambda: self.back_office.catalog.archive_variant(command),
            success="The variant was archived.",
        )
        return self._keeping_typed(product)

    @expose("/variants/restore/", methods=("POST",))
    def restore_variant(self) -> Any:  # noqa: ANN401 (a redirect)
        product = self._product_of(ConfirmForm)
        command = RestoreVariantCommand(actor=self.actor, variant_id=_posted_variant())
        self.run_action(
            lambda: self.back_office.catalog.restore_variant(command),
            success="The variant was restored.",
        )
        return self._keeping_typed(product)

    @expose("/variants/default/", methods=("POST",))
    def set_default_variant(self) -> Any:  # noqa: ANN401 (a redirect)
        product = self._product_of(ConfirmForm)
        command = SetDefaultVariantCommand(
            actor=self.actor, product_id=product.id, variant_id=_posted_variant()
        )
        self.run_action(
            lambda: self.back_office.catalog.set_default_variant(command),
            success="The default variant was changed.",
        )
        return self._keeping_typed(product)

    def _keeping_typed(self, product: ProductDetail) -> Any:  # noqa: ANN401 (a page or a redirect)
        """The page with the unsaved texts that a button in the table of variants has sent."""
        changed: ProductDetail = self.get_or_404()
        if not has_typed(changed, request.form):
            return self._redirect_to(product)
        flash("What you typed in the table of variants is not saved yet.", "warning")
        return self._details(changed, request.form)

    # Bulk actions.

    @action("archive", "Archive")
    def archive_many(self, selected: Sequence[str]) -> None:
        self.run_bulk_action(selected, self._archive, success="Archived")

    @action("restore", "Restore")
    def restore_many(self, selected: Sequence[str]) -> None:
        self.run_bulk_action(selected, self._restore, success="Restored")

    @action("price", "Change prices")
    def change_prices(self, selected: Sequence[str]) -> None:
        try:
            change = PriceChange(_signed_integer(request.form.get("percent", "")) or 0)
        except InvalidValue as error:
            flash(error.message, "warning")
            return
        self.run_bulk_action(
            selected, lambda key: self._change_price(key, change), success="Prices changed"
        )

    @action("stock", "Adjust stock")
    def adjust_stocks(self, selected: Sequence[str]) -> None:
        delta = _signed_integer(request.form.get("delta", ""))
        reason = request.form.get("reason", "").strip()
        if not delta or not reason:
            flash("Enter a number of units and a reason.", "warning")
            return
        self.run_bulk_action(
            selected,
            lambda key: self._adjust_stock(
                key, delta, reason, version=_shown_version("stock", key)
            ),
            success="Stock adjusted",
        )

    # Files.

    @expose("/export/<export_type>/")
    def export(self, export_type: str) -> Response:  # noqa: ARG002 (CSV is the only type)
        rows = self.back_office.catalog.export_products(
            ExportProductsCommand(actor=self.actor, format=FileFormat.CSV, for_spreadsheet=True)
        )
        response = Response(rows, mimetype="text/csv")
        response.headers["Content-Disposition"] = "attachment; filename=products.csv"
        return response

    def _archive(self, key: int) -> None:
        self.back_office.catalog.archive_product(
            ArchiveProductCommand(actor=self.actor, product_id=ProductId(key))
        )

    def _restore(self, key: int) -> None:
        self.back_office.catalog.restore_product(
            RestoreProductCommand(actor=self.actor, product_id=ProductId(key))
        )

    def _adjust_stock(self, key: int, delta: int, reason: str, *, version: int | None) -> None:
        self.back_office.catalog.adjust_stock(
            AdjustStockCommand(
                actor=self.actor,
                product_id=ProductId(key),
                delta=delta,
                reason=reason,
                expected_version=version,
            )
        )

    def _change_price(self, key: int, change: PriceChange) -> None:
        self.back_office.catalog.change_price(
            ChangePriceCommand(
                actor=self.actor,
                product_id=ProductId(key),
                change=change,
                expected_version=_shown_version("product", key),
            )
        )

    def _product_of(self, form_class: type[StaffForm]) -> ProductDetail:
        submitted(form_class)
        product: ProductDetail = self.get_or_404()
        return product

    def _redirect_to(self, product: ProductDetail) -> Any:  # noqa: ANN401 (a redirect)
        return see_other(url_for("admin_products.details_view", id=product.id))


def _of_default_variant(product: ProductDetail) -> str:
    """What the price and the SKU of a product with options are."""
    [default] = [each for each in product.variants if each.id == product.default_variant_id]
    return (
        f"Of the default variant ({default.options}). The others are in the table of variants on"
        " the page of the product."
    )


def _on_field(error: DomainError) -> DomainError:
    """The error with the name of its field, if it is about one and does not name it."""
    if isinstance(error, SkuTaken | SlugTaken):
        return InvalidValue("sku" if isinstance(error, SkuTaken) else "slug", error.message)
    return error


def _changed_by_others(what: str, replaced: Sequence[str]) -> ChangedByOthers:
    """The error of a form that is shown again. `replaced` is what it would overwrite."""
    again = f"Save again to replace {', '.join(replaced)}." if replaced else "Save again."
    return ChangedByOthers(
        what,
        "Someone else has changed this product since you opened this page. Nothing was saved yet."
        f" {again}",
    )


def _posted_variant() -> VariantId:
    return VariantId(parse_integer(request.form.get("variant", "")) or 0)


def _category_choices(queries: BackOfficeQueries) -> list[tuple[str, str]]:
    return category_choices(queries.category_tree())


def _shown_version(name: str, key: int) -> int | None:
    """The version of a product, or of its stock, on the page of the list that was sent."""
    return parse_integer(request.form.get(f"{name}-{key}", ""))


def _signed_integer(text: str) -> int | None:
    number = parse_integer(text.lstrip("+-"))
    return -number if number is not None and text.startswith("-") else number
