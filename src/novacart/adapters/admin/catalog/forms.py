"""Forms of products and categories."""

from collections.abc import Sequence
from dataclasses import fields
from secrets import token_urlsafe
from typing import Any, ClassVar, Final

from flask_wtf.file import FileField, MultipleFileField
from wtforms import (
    BooleanField,
    HiddenField,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NoneOf, NumberRange, Optional, Regexp

from novacart.adapters.admin.catalog.attribute_forms import (
    submitted_values,
    value_data,
    value_fields,
)
from novacart.adapters.admin.filters import parse_integer
from novacart.adapters.admin.forms import StaffForm
from novacart.application.back_office.catalog import CategoryRow, ProductDetail
from novacart.application.catalog.import_sources.registry import SOURCES
from novacart.application.catalog.product_rows import GENERIC, split_list
from novacart.application.catalog.queries import AttributeView
from novacart.application.written_numbers import read_money
from novacart.domain.catalog.category_details import MAX_NAME, MAX_POSITION, CategoryImage
from novacart.domain.catalog.options import MAX_OPTION_TEXT
from novacart.domain.catalog.product_details import MAX_SKU, MAX_TITLE, MAX_YEAR, ProductDetails
from novacart.domain.catalog.slugs import MAX_SLUG
from novacart.domain.catalog.stock import MAX_NOTE, MAX_ON_HAND
from novacart.domain.catalog.text_rules import MAX_META_DESCRIPTION, MAX_META_TITLE, MAX_TAGS
from novacart.domain.shared.ids import CategoryId

# Bytes of one image, and of all images of a category's form.
MAX_IMAGE: Final = 16 * 1024 * 1024
MAX_IMAGES: Final = len(CategoryImage) * MAX_IMAGE

_IMAGE_TYPES: Final = "image/jpeg,image/png,image/webp,image/avif"
# As `token_urlsafe` makes it. PostgreSQL fails for a key with NUL or more than 255 characters.
_IS_TOKEN: Final = Regexp(r"[A-Za-z0-9_-]{0,64}\Z", message="Reload the page and try again.")


def _image_field(label: str, description: str = "") -> FileField:
    return FileField(
        label,
        description=description,
        render_kw={"accept": _IMAGE_TYPES, "data-preview": ""},
    )


class ProductForm(StaffForm):
    """Edits a product. A field is saved as the field of `ProductDetails` with its name.

    `product_form` adds a field for each of the `category_attributes`.
    """

    category_attributes: ClassVar[Sequence[AttributeView]] = ()

    version = HiddenField()
    title = StringField("Title", [InputRequired(), Length(max=MAX_TITLE)])
    subtitle = StringField("Subtitle", [Length(max=MAX_TITLE)])
    sku = StringField("SKU", [Length(max=MAX_SKU)], description="Unique in the shop.")
    price = StringField("Price", [InputRequired()], render_kw={"inputmode": "decimal"})
    category_id = SelectField("Category")
    brand = StringField(
        "Brand",
        [Length(max=MAX_TITLE)],
        description="Customers filter by brand. If empty, the title is used.",
    )
    tags = StringField(
        "Tags",
        description=f"Separated by commas, up to {MAX_TAGS}.",
    )
    author = StringField("Author", [Length(max=MAX_TITLE)])
    published_year = IntegerField("Year of publication", [Optional(), NumberRange(1, MAX_YEAR)])
    slug = StringField(
        "Slug",
        [Length(max=MAX_SLUG)],
        description="Part of the URL. If empty, it is generated from the title.",
    )
    meta_title = StringField("Title for search engines", [Length(max=MAX_META_TITLE)])
    meta_description = StringField(
        "Description for search engines", [Length(max=MAX_META_DESCRIPTION)]
    )
    description = TextAreaField("Description", render_kw={"rows": 6})

    @property
    def field_names(self) -> list[str]:
        return [field.name for field in fields(ProductDetails) if field.name in self]

    @property
    def attribute_names(self) -> list[str]:
        """The names of the fields of attributes."""
        return [each.details.field for each in self.category_attributes]

    def attribute_values(self) -> dict[str, object]:
        """The values of attributes by code. Raises `InvalidValue`."""
        return submitted_values(self.category_attributes, self)

    def changes(self, currency: str) -> dict[str, Any]:
        """The values by name. Raises `InvalidValue` for a price that is not an amount."""
        values: dict[str, Any] = {name: self[name].data for name in self.field_names}
        for name, value in values.items():
            if isinstance(value, str):
                values[name] = value.replace("\r\n", "\n")
        values["price"] = read_money(self.price.data, currency, field="price")
        values["category_id"] = parse_integer(self.category_id.data)
        values["tags"] = split_list(self.tags.data)
        return values


class NewProductForm(ProductForm):
    """`key` is unique to the form: a form that is sent twice adds one product."""

    key = HiddenField(default=token_urlsafe, validators=[_IS_TOKEN])
    stock = IntegerField("Stock", [Optional(), NumberRange(0, MAX_ON_HAND)], default=0)


def product_form(attributes: Sequence[AttributeView]) -> type[ProductForm]:
    """`ProductForm` with the fields of attributes of the product's category."""
    added = {"category_attributes": attributes, **value_fields(attributes)}
    return type("ProductFormWithAttributes", (ProductForm,), added)


def product_form_data(
    product: ProductDetail, attributes: Sequence[AttributeView]
) -> dict[str, Any]:
    """Initial data of `product_form`."""
    details = product.details
    return {
        **{field.name: getattr(details, field.name) for field in fields(ProductDetails)},
        "version": product.version,
        "price": str(details.price),
        "category_id": "" if details.category_id is None else str(details.category_id),
        "tags": ", ".join(details.tags),
        **value_data(attributes, details.attributes),
    }


class StockForm(StaffForm):
    """`version` is that of the stock on the page: a form that is sent twice adjusts it once."""

    version = HiddenField()
    delta = IntegerField(
        "Adjust by",
        [
            InputRequired(),
            NumberRange(-MAX_ON_HAND, MAX_ON_HAND),
            NoneOf([0], "Enter a number other than 0."),
        ],
        description="A negative number removes units.",
    )
    reason = StringField("Reason", [InputRequired(), Length(max=MAX_NOTE)])


class OptionForm(StaffForm):
    name = StringField(
        "Option", [InputRequired(), Length(max=MAX_OPTION_TEXT)], description="Such as Size."
    )
    values = TextAreaField(
        "Values", [InputRequired()], description="One on each line.", render_kw={"rows": 4}
    )
    existing = StringField(
        "Value of the existing variants", [InputRequired(), Length(max=MAX_OPTION_TEXT)]
    )


class PicturesForm(StaffForm):
    """`version` is that of the gallery on the page: a form that is sent twice adds them once."""

    version = HiddenField()
    pictures = MultipleFileField(
        "New pictures",
        description="JPEG, PNG, WebP or AVIF. Select several files at once.",
        render_kw={"accept": _IMAGE_TYPES, "data-preview": ""},
    )


SOURCE_LABELS: Final = {
    "shopify": "Shopify",
    "woocommerce": "WooCommerce",
    "magento": "Magento or Adobe Commerce",
    "prestashop": "PrestaShop",
    "vendure": "Vendure",
    "google": "Google Merchant Center",
    "generic": "NovaCart, or another shop",
}


class ImportSettingsForm(StaffForm):
    create_categories = BooleanField("Add the categories of another shop that do not exist")
    default_stock = IntegerField(
        "Stock of new variants without one", [Optional(), NumberRange(0, MAX_ON_HAND)], default=0
    )
    picture_folder = StringField(
        "URL of the folder of pictures",
        [Optional(), Regexp("https://", message="Enter a URL that begins with https://.")],
        description="For files that name pictures by a path, such as those of Magento.",
    )
    exchange_rate = StringField(
        "Exchange rate",
        [
            Optional(),
            Regexp(
                r"\s*[A-Z]{3}=(?!0+(?:\.0+)?\s*$)[0-9]{1,9}(?:\.[0-9]{1,12})?\s*$",
                message="Enter an exchange rate such as GBP=105.20.",
            ),
        ],
        description="For a file in another currency: GBP=105.20 converts 1.00 GBP to 105.20.",
    )
    set_stock = BooleanField(
        "Set the stock of existing products to that of the file",
        description="Rows with stock_read, as in an export, change it by the difference.",
    )

    def options(self) -> dict[str, Any]:
        """The fields of `ImportSettings` that staff choose for any format."""
        return {
            "create_categories": bool(self.create_categories.data),
            "default_stock": self.default_stock.data or 0,
            "picture_folder": (self.picture_folder.data or "").strip(),
            "exchange_rate": (self.exchange_rate.data or "").strip(),
            "set_stock": bool(self.set_stock.data),
        }


class ImportForm(ImportSettingsForm):
    """`key` is unique to the form: a file that is sent twice with it is one import."""

    key = HiddenField(default=token_urlsafe, validators=[_IS_TOKEN])
    source = SelectField(
        "From",
        choices=[SelectChoice(name, SOURCE_LABELS[name]) for name in SOURCES],
        default=GENERIC.name,
    )
    file = FileField(
        "File",
        description="A product export of the shop. NovaCart's own is CSV or JSON Lines.",
        render_kw={"accept": ".csv,.tsv,.txt,.xml,.jsonl,.ndjson,text/csv"},
    )
    encoding = SelectField(
        "Encoding",
        choices=[
            SelectChoice("", "UTF-8, or UTF-16 with a byte order mark"),
            SelectChoice("cp1252", "Windows-1252"),
            SelectChoice("utf-16", "UTF-16"),
        ],
        default="",
    )


def category_choices(
    rows: Sequence[CategoryRow], without: CategoryId | None = None
) -> list[tuple[str, str]]:
    """Id and indented name of each category, for a select; `without` one and those in it."""
    choices: list[tuple[str, str]] = []
    left_out: set[CategoryId | None] = {without} if without else set()
    for row in rows:
        if row.id in left_out or row.parent_id in left_out:
            left_out.add(row.id)
        else:
            choices.append((str(row.id), "— " * row.level + row.name))
    return choices


class CategoryForm(StaffForm):
    """Edits a category. Each `CategoryImage` has a file field of the same name."""

    version = HiddenField()
    name = StringField("Name", [InputRequired(), Length(max=MAX_NAME)])
    slug = StringField(
        "Slug",
        [Length(max=MAX_NAME)],
        description="Part of the URL. If empty, it is generated from the name.",
    )
    parent = SelectField("Parent", description="Its subcategories move with it.")
    position = IntegerField(
        "Position",
        [InputRequired(), NumberRange(0, MAX_POSITION)],
        default=0,
        description="Categories with the same parent are shown in ascending order.",
    )
    is_active = BooleanField("Visible in the shop", default=True)
    meta_title = StringField("Title for search engines", [Length(max=MAX_META_TITLE)])
    meta_description = StringField(
        "Description for search engines", [Length(max=MAX_META_DESCRIPTION)]
    )
    image = _image_field("Image")
    mobile_image = _image_field("Phone image")
    mobile_secondary_image = _image_field("Second phone image")
    desktop_image = _image_field("Desktop image")
    desktop_secondary_image = _image_field("Second desktop image")

    @property
    def image_fields(self) -> list[FileField]:
        return [self[image.value] for image in CategoryImage]


class NewCategoryForm(CategoryForm):
    """`key` is unique to the form: a form that is sent twice adds one category."""

    key = HiddenField(default=token_urlsafe, validators=[_IS_TOKEN])
