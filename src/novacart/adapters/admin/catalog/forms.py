"""Forms about products and categories."""

from typing import Final

from flask_wtf.file import FileField
from wtforms import (
    BooleanField,
    HiddenField,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from novacart.adapters.admin.secure_form import StaffForm

_MAX: Final = 1_000_000_000


class ProductForm(StaffForm):
    version = HiddenField()
    title = StringField("Title", [InputRequired(), Length(max=200)])
    subtitle = StringField("Subtitle", [Length(max=200)])
    description = TextAreaField("Description", render_kw={"rows": 6})
    price = StringField("Price", [InputRequired()], render_kw={"inputmode": "decimal"})
    brand = StringField(
        "Brand", [Length(max=200)], description="What customers filter by; the title if empty."
    )
    category = SelectField("Category")
    author = StringField("Author", [Length(max=200)])
    published_year = IntegerField("Published in", [Optional(), NumberRange(1, 9999)])


class NewProductForm(ProductForm):
    stock = IntegerField("Units on hand", [Optional(), NumberRange(0, _MAX)], default=0)


class StockForm(StaffForm):
    delta = IntegerField(
        "Change",
        [InputRequired(), NumberRange(-_MAX, _MAX)],
        description="More units, or fewer with a minus sign.",
    )
    reason = StringField("Reason", [InputRequired(), Length(max=200)])


class PictureForm(StaffForm):
    image = FileField(
        "Picture",
        description="JPEG, PNG, WebP or AVIF.",
        render_kw={"accept": "image/jpeg,image/png,image/webp,image/avif", "data-preview": ""},
    )


class ImportForm(StaffForm):
    file = FileField(
        "CSV file",
        description="The columns of an export. A row with an id changes that product.",
        render_kw={"accept": ".csv,text/csv"},
    )
    dry_run = BooleanField("Only check, change nothing")


PICTURES: Final = (
    "image",
    "mobile_image",
    "mobile_secondary_image",
    "desktop_image",
    "desktop_secondary_image",
)


def _picture(label: str) -> FileField:
    return FileField(
        label,
        render_kw={"accept": "image/jpeg,image/png,image/webp,image/avif", "data-preview": ""},
    )


class CategoryForm(StaffForm):
    version = HiddenField()
    name = StringField("Name", [InputRequired(), Length(max=100)])
    slug = StringField(
        "Address", [InputRequired(), Length(max=100)], description="Small letters and hyphens."
    )
    position = IntegerField("Position", [InputRequired(), NumberRange(0, _MAX)], default=0)
    is_active = BooleanField("Shown in the shop", default=True)
    image = _picture("Picture")
    mobile_image = _picture("Picture on phones")
    mobile_secondary_image = _picture("Second picture on phones")
    desktop_image = _picture("Picture on wide screens")
    desktop_secondary_image = _picture("Second picture on wide screens")
