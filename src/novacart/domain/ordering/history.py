"""The history of an order: one entry for each status change."""

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
    """One status change. `line_id` is set when the subject is a line."""

    subject: ChangeSubject
    line_id: OrderLineId | None
    before: str
    after: str
    at: datetime
    actor: str
    reason: str
