"""Products: found and shown; what is done to them is told in the modules beside."""

from collections.abc import Sequence
from typing import Any, ClassVar

from flask_admin import expose

from novacart.adapters.admin import formatting
from novacart.adapters.admin.catalog.forms import (
    PictureForm,
    StockForm,
)
from novacart.adapters.admin.catalog.product_actions import ProductActions
from novacart.adapters.admin.catalog.product_editing import ProductEditing
from novacart.adapters.admin.catalog.product_files import ProductFiles
from novacart.adapters.admin.filters import Filter, flag, number, text
from novacart.adapters.admin.list_view import id_of
from novacart.application.back_office.catalogue import ProductDetail, ProductRow
from novacart.application.back_office.list_page import ListRequest, Page
from novacart.domain.shared.ids import ProductId


class ProductsView(ProductFiles, ProductEditing, ProductActions):
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
        "image": lambda row: formatting.thumbnail(row.image),
        "title": formatting.titled,
        "price": lambda row: formatting.money(row.price),
        "updated_at": lambda row: formatting.moment(row.updated_at),
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

    def get_one(self, id: object) -> ProductDetail | None:
        key = id_of(id)
        return None if key is None else self.desk.queries.product(ProductId(key))

    def called(self, key: int) -> str:
        product = self.get_one(key)
        return f"#{key}" if product is None else product.title

    @expose("/details/")
    def details_view(self) -> Any:  # noqa: ANN401 (Flask-Admin's own)
        product: ProductDetail = self.one()
        return self.render(
            self.details_template,
            product=product,
            stock_form=StockForm(None),
            picture_form=PictureForm(None),
        )
