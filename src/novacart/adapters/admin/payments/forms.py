"""Forms to resolve a failed refund."""

from wtforms import TextAreaField
from wtforms.validators import DataRequired, Length, Optional

from novacart.adapters.admin.forms import StaffForm


class SettleForm(StaffForm):
    reason = TextAreaField(
        "How was the money returned?",
        [DataRequired(), Length(max=500)],
        description="For the audit log, such as the reference of a bank transfer.",
    )


class SupersedeForm(StaffForm):
    reason = TextAreaField(
        "How was the amount refunded?",
        [Optional(), Length(max=500)],
        description="For the audit log. Needed unless the refunds made since cover the amount.",
    )
