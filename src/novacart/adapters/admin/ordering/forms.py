"""Forms of orders."""

from wtforms import BooleanField, HiddenField, StringField
from wtforms.validators import InputRequired, Length

from novacart.adapters.admin.forms import StaffForm


class ShipForm(StaffForm):
    carrier = StringField("Carrier", [InputRequired(), Length(max=100)])
    tracking_number = StringField("Tracking number", [InputRequired(), Length(max=100)])
    despite_dispute = BooleanField("Ship although the payment is disputed")


class CancelForm(StaffForm):
    reason = StringField("Reason", [InputRequired(), Length(max=200)])


class ReturnForm(StaffForm):
    reason = StringField("Reason", [InputRequired(), Length(max=200)])


class ReceiveForm(StaffForm):
    """The quantity of each line is an extra field, `line-<id>`.

    `version` is that of the order on the page: a form that is sent twice receives the items once.
    """

    version = HiddenField()
    reason = StringField("Reason", [InputRequired(), Length(max=200)])


class RefundForm(StaffForm):
    """The quantity of each line is an extra field, `line-<id>`.

    `refundable` is the amount that the page showed, so that a form that is sent twice refunds once.
    `confirmed` is the amount of the refund that the confirmation page showed.
    """

    refundable = HiddenField()
    confirmed = HiddenField()
    amount = StringField(
        "Amount",
        description="If empty, the value of the items above.",
        render_kw={"inputmode": "decimal"},
    )
    reason = StringField("Reason", [InputRequired(), Length(max=200)])
