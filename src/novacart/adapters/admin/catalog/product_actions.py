"""What is done to one product or to many: counted, pictured, archived, repriced."""

from collections.abc import Sequence
from typing import Any

from flask import abort, flash, request, url_for
from flask_admin import expose
from flask_admin.actions import action

from novacart.adapters.admin.catalog.forms import (
    PictureForm,
    StockForm,
)
from novacart.adapters.admin.list_view import ListedView, id_of
from novacart.adapters.admin.ordering.forms import PlainForm
from novacart.adapters.admin.secure_form import sent
from novacart.adapters.admin.staff_view import MAX_PICTURE, back
from novacart.application.back_office.catalogue import ProductDetail
from novacart.application.catalog.adjust_stock import AdjustStockCommand
from novacart.application.catalog.archive_product import ArchiveProductCommand
from novacart.application.catalog.edit_product import EditProductCommand
from novacart.application.catalog.product_fields import ProductFields
from novacart.application.catalog.restore_product import RestoreProductCommand
from novacart.application.catalog.upload_product_image import UploadProductImageCommand
from novacart.domain.shared.ids import ProductId
from novacart.domain.shared.money import Money


class ProductActions(ListedView):
    # -- acts on one product ------------------------------------------------------------------

    @expose("/archive/", methods=("POST",))
    def archive(self) -> Any:  # noqa: ANN401 (a redirect)
        product = self._posted(PlainForm)
        self.attempt(
            lambda: self.desk.catalogue.archive_product(
                ArchiveProductCommand(product_id=product.id)
            ),
            done=f"“{product.title}” has left the catalogue.",
        )
        return self._back_to(product)

    @expose("/restore/", methods=("POST",))
    def restore(self) -> Any:  # noqa: ANN401 (a redirect)
        product = self._posted(PlainForm)
        self.attempt(
            lambda: self.desk.catalogue.restore_product(
                RestoreProductCommand(product_id=product.id)
            ),
            done=f"“{product.title}” is in the catalogue again.",
        )
        return self._back_to(product)

    @expose("/stock/", methods=("POST",))
    def stock(self) -> Any:  # noqa: ANN401 (a redirect)
        product: ProductDetail = self.one()
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
                    UploadProductImageCommand(product_id=product.id, content=content)
                ),
                done=f"“{product.title}” is shown with its new picture.",
            )
        return self._back_to(product)

    # -- acts on many -------------------------------------------------------------------------

    @action("archive", "Archive", "Take the chosen products out of the catalogue?")
    def archive_many(self, chosen: Sequence[str]) -> None:
        archive = self.desk.catalogue.archive_product
        self.each(
            chosen,
            lambda key: archive(ArchiveProductCommand(product_id=ProductId(key))),
            done="Archived",
        )

    @action("restore", "Restore")
    def restore_many(self, chosen: Sequence[str]) -> None:
        restore = self.desk.catalogue.restore_product
        self.each(
            chosen,
            lambda key: restore(RestoreProductCommand(product_id=ProductId(key))),
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
        product: ProductDetail | None = self.get_one(product_id)
        if product is None:
            abort(404)
        price = Money((product.price.amount * (100 + percent) + 50) // 100, product.price.currency)
        self.desk.catalogue.edit_product(
            EditProductCommand(
                product_id=product_id,
                fields=ProductFields(price=str(price)),
                expected_version=product.version,
            )
        )

    def _count(self, product_id: ProductId, delta: int | None, reason: str | None) -> None:
        self.desk.catalogue.adjust_stock(
            AdjustStockCommand(product_id=product_id, delta=delta or 0, reason=reason or "")
        )

    def _posted(self, form_class: Any) -> ProductDetail:  # noqa: ANN401 (a form's class)
        sent(form_class)
        product: ProductDetail = self.one()
        return product

    def _back_to(self, product: ProductDetail) -> Any:  # noqa: ANN401 (a redirect)
        return back(url_for("desk_products.details_view", id=product.id))
