"""Forms about orders."""

from wtforms import StringField
from wtforms.validators import InputRequired, Length

from novacart.adapters.admin.secure_form import StaffForm


class PlainForm(StaffForm):
    """A button and its proof."""


class ShipForm(StaffForm):
    carrier = StringField("Carrier", [InputRequired(), Length(max=100)])
    tracking_number = StringField("Tracking number", [InputRequired(), Length(max=100)])


class CancelForm(StaffForm):
    reason = StringField("Reason", [InputRequired(), Length(max=200)])


class RefundForm(StaffForm):
    """Pieces of each line are fields of their own, `line-<id>`; all empty means the whole."""

    amount = StringField(
        "Amount",
        description="Empty for all that the chosen items, or the order, have left.",
        render_kw={"inputmode": "decimal"},
    )
    reason = StringField("Reason", [InputRequired(), Length(max=200)])
