"""`AttentionQueries` on SQLAlchemy: one statement that unites the items of all kinds."""

from collections.abc import Collection, Mapping
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Row,
    Select,
    String,
    Subquery,
    and_,
    case,
    cast,
    false,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)

from novacart.adapters.persistence.back_office.list_page import ListDescription, equals, list_page
from novacart.adapters.persistence.back_office.operations import PARKED
from novacart.adapters.persistence.back_office.tables import check_results
from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.metadata import UtcDateTime
from novacart.adapters.persistence.ordering.tables import order_lines, orders
from novacart.adapters.persistence.outbox.tables import outbox_messages
from novacart.adapters.persistence.payments.tables import (
    disputes,
    payments,
    refunds,
    webhook_events,
)
from novacart.adapters.persistence.timeouts import STATEMENT_TIMEOUT
from novacart.application.back_office.attention import AttentionItem, AttentionKind
from novacart.application.back_office.list_query import ListQuery, Page
from novacart.application.ports.webhook_events import EventState
from novacart.domain.ordering.lifecycle import OrderStatus
from novacart.domain.payments.lifecycle import UNSUCCESSFUL, DisputeStatus
from novacart.domain.payments.refund import RefundOrigin, RefundResolution
from novacart.domain.shared.money import Money

_NO_AMOUNT: Final = cast(null(), BigInteger)
_NO_CURRENCY: Final = cast(null(), String(3))
_NO_DUE: Final = cast(null(), UtcDateTime())
_IS_LATE: Final = refunds.c.origin == RefundOrigin.LATE_PAYMENT
_NO_ADDRESS: Final = and_(
    orders.c.status.in_((OrderStatus.PAID, OrderStatus.PROCESSING)), orders.c.address.is_(null())
)
_REFUND_IN_PROGRESS: Final = and_(
    orders.c.status == OrderStatus.PROCESSING,
    select(order_lines.c.id)
    .where(order_lines.c.order_id == orders.c.id, order_lines.c.refund_requested_quantity > 0)
    .exists(),
)


class SqlAttentionQueries:
    def __init__(self, database: Database) -> None:
        self._database = database

    def items(self, query: ListQuery, kinds: Collection[AttentionKind]) -> Page[AttentionItem]:
        items = _items(kinds)
        description = ListDescription(
            statement=select(items),
            key=items.c.key,
            sorts={"since": items.c.since},
            filters={"kind": equals(items.c.kind)},
            search=lambda _: false(),
            to_row=_item,
        )
        return list_page(self._database, description, query)

    def counts(self, kinds: Collection[AttentionKind]) -> Mapping[AttentionKind, int]:
        items = _items(kinds)
        statement = select(items.c.kind, func.count().label("number")).group_by(items.c.kind)
        with self._database.reading(seconds=STATEMENT_TIMEOUT) as connection:
            counts = {row.kind: row.number for row in connection.execute(statement)}
        return {kind: counts[kind] for kind in AttentionKind if kind in counts}


def _items(kinds: Collection[AttentionKind]) -> Subquery:
    selects = [statement() for kind, statement in _STATEMENTS.items() if kind in kinds]
    return union_all(*(selects or [_failed_checks().where(false())])).subquery("items")


def _select(
    kind: AttentionKind,
    id: ColumnElement[Any],
    *,
    subject: ColumnElement[Any],
    problem: ColumnElement[Any],
    since: ColumnElement[Any],
    record_id: ColumnElement[Any] | None = None,
    amount: ColumnElement[Any] = _NO_AMOUNT,
    currency: ColumnElement[Any] = _NO_CURRENCY,
    due: ColumnElement[Any] = _NO_DUE,
) -> Select[*tuple[Any, ...]]:
    return select(
        (literal(f"{kind}:", String) + cast(id, String)).label("key"),
        literal(kind.value, String).label("kind"),
        cast(id if record_id is None else record_id, String).label("record_id"),
        cast(subject, String).label("subject"),
        func.coalesce(problem, literal("", String)).label("problem"),
        amount.label("amount_minor"),
        currency.label("currency"),
        since.label("since"),
        due.label("due"),
    )


def _webhook_events() -> Select[*tuple[Any, ...]]:
    events = webhook_events.c
    return _select(
        AttentionKind.WEBHOOK_EVENT,
        events.id,
        subject=events.type,
        problem=events.note,
        since=events.received_at,
    ).where(events.state.in_(PARKED))


def _messages() -> Select[*tuple[Any, ...]]:
    messages = outbox_messages.c
    return _select(
        AttentionKind.MESSAGE,
        messages.id,
        subject=messages.name,
        problem=messages.last_error,
        since=messages.occurred_at,
    ).where(messages.state == EventState.PARKED)


def _failed_refunds(
    kind: AttentionKind, condition: ColumnElement[bool]
) -> Select[*tuple[Any, ...]]:
    """Leave out refunds of payments that were refunded, or settled by hand, in full since."""
    other = refunds.alias("other")
    settled_by_hand = (
        select(func.coalesce(func.sum(other.c.amount_minor), 0))
        .where(
            other.c.payment_id == payments.c.id,
            other.c.resolution == RefundResolution.SETTLED_BY_HAND,
        )
        .correlate(payments)
        .scalar_subquery()
    )
    left = payments.c.captured_minor - payments.c.refunded_minor - settled_by_hand
    return (
        _select(
            kind,
            refunds.c.id,
            subject=payments.c.order_number,
            problem=refunds.c.failure,
            since=func.coalesce(refunds.c.settled_at, refunds.c.requested_at),
            amount=refunds.c.amount_minor,
            currency=refunds.c.currency,
        )
        .join_from(refunds, payments, payments.c.id == refunds.c.payment_id)
        .where(
            refunds.c.status.in_(UNSUCCESSFUL),
            refunds.c.resolution.is_(None),
            left > 0,
            condition,
        )
    )


def _disputes() -> Select[*tuple[Any, ...]]:
    return (
        _select(
            AttentionKind.DISPUTE,
            disputes.c.reference,
            record_id=disputes.c.payment_id,
            subject=payments.c.order_number,
            problem=literal("Respond to the dispute at the payment provider.", String),
            since=disputes.c.opened_at,
            amount=disputes.c.amount_minor,
            currency=disputes.c.currency,
            due=disputes.c.due_by,
        )
        .join_from(disputes, payments, payments.c.id == disputes.c.payment_id)
        .where(disputes.c.status == DisputeStatus.NEEDS_RESPONSE)
    )


def _blocked_orders() -> Select[*tuple[Any, ...]]:
    return _select(
        AttentionKind.BLOCKED_ORDER,
        orders.c.id,
        subject=orders.c.number,
        problem=case(
            (_NO_ADDRESS, "The order has no delivery address."),
            else_="A refund of its units is in progress.",
        ),
        since=func.coalesce(orders.c.paid_at, orders.c.placed_at),
        amount=orders.c.total_minor,
        currency=orders.c.currency,
    ).where(or_(_NO_ADDRESS, _REFUND_IN_PROGRESS))


def _failed_checks() -> Select[*tuple[Any, ...]]:
    return _select(
        AttentionKind.FAILED_CHECK,
        check_results.c.name,
        subject=check_results.c.name,
        problem=check_results.c.summary,
        since=check_results.c.checked_at,
    ).where(check_results.c.ok.is_(False))


_STATEMENTS: Final = {
    AttentionKind.WEBHOOK_EVENT: _webhook_events,
    AttentionKind.MESSAGE: _messages,
    AttentionKind.LATE_REFUND: lambda: _failed_refunds(AttentionKind.LATE_REFUND, _IS_LATE),
    AttentionKind.RETURNED_REFUND: lambda: _failed_refunds(
        AttentionKind.RETURNED_REFUND, ~_IS_LATE & refunds.c.returned
    ),
    AttentionKind.FAILED_REFUND: lambda: _failed_refunds(
        AttentionKind.FAILED_REFUND, ~_IS_LATE & ~refunds.c.returned
    ),
    AttentionKind.DISPUTE: _disputes,
    AttentionKind.BLOCKED_ORDER: _blocked_orders,
    AttentionKind.FAILED_CHECK: _failed_checks,
}


def _item(row: Row[Any]) -> AttentionItem:
    return AttentionItem(
        key=row.key,
        kind=AttentionKind(row.kind),
        record_id=row.record_id,
        subject=row.subject,
        problem=row.problem,
        amount=None if row.amount_minor is None else Money(row.amount_minor, row.currency),
        since=row.since,
        due=row.due,
    )
