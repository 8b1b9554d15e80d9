"""Form to settle a failed refund."""

from wtforms import TextAreaField
from wtforms.validators import DataRequired, Length

from novacart.adapters.admin.forms import StaffForm


class SettleForm(StaffForm):
    reason = TextAreaField(
        "How was the money returned?",
        [DataRequired(), Length(max=500)],
        description="For the audit log, such as the reference of a bank transfer.",
    )
