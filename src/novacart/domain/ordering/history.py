"""What was changed in an order, when, by whom and why."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from novacart.domain.shared.ids import OrderLineId


class ChangeSubject(StrEnum):
    ORDER = "order"
    PAYMENT = "payment"
    LINE = "line"


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusChange:
    """One step along a lifecycle. `line_id` where the subject is a line, else None."""

    subject: ChangeSubject
    line_id: OrderLineId | None
    before: str
    after: str
    at: datetime
    actor: str
    reason: str
