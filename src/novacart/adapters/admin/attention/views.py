"""The list of everything that needs a person's attention."""

from collections.abc import Sequence
from typing import Any, ClassVar, Final

from flask import flash, request, url_for
from flask_admin import expose
from flask_admin.actions import action
from markupsafe import Markup

from novacart.adapters.admin import formatting
from novacart.adapters.admin.back_office import BackOffice
from novacart.adapters.admin.filters import Filter, choice, parse_integer
from novacart.adapters.admin.forms import ConfirmForm, submitted
from novacart.adapters.admin.list_view import ListView
from novacart.adapters.admin.staff_view import see_other
from novacart.application.back_office.attention import (
    AttentionItem,
    AttentionKind,
    readable_kinds,
)
from novacart.application.back_office.list_query import ListQuery, Page
from novacart.application.back_office.retry_messages import RetryMessagesCommand
from novacart.application.payments.resolve_refund import RetryRefundCommand
from novacart.application.payments.retry_event import RetryEventCommand
from novacart.application.ports.errors import Unavailable
from novacart.domain.shared.errors import DomainError
from novacart.domain.shared.ids import RefundId

LABELS: Final = {
    AttentionKind.LATE_REFUND: "Late payment not refunded",
    AttentionKind.RETURNED_REFUND: "Refund returned by the bank",
    AttentionKind.FAILED_REFUND: "Failed refund",
    AttentionKind.DISPUTE: "Dispute to answer",
    AttentionKind.BLOCKED_ORDER: "Order that cannot be shipped",
    AttentionKind.WEBHOOK_EVENT: "Webhook event not processed",
    AttentionKind.MESSAGE: "Message not delivered",
    AttentionKind.FAILED_CHECK: "Failed check or job",
}
_ENDPOINTS: Final = {
    AttentionKind.LATE_REFUND: "admin_refunds.details_view",
    AttentionKind.RETURNED_REFUND: "admin_refunds.details_view",
    AttentionKind.FAILED_REFUND: "admin_refunds.details_view",
    AttentionKind.DISPUTE: "admin_payments.details_view",
    AttentionKind.BLOCKED_ORDER: "admin_orders.details_view",
    AttentionKind.WEBHOOK_EVENT: "admin_webhook_events.details_view",
    AttentionKind.MESSAGE: "admin_outbox.details_view",
    AttentionKind.FAILED_CHECK: "admin_health.index",
}
_RETRY_PERMISSIONS: Final = {
    AttentionKind.LATE_REFUND: "refunds.resolve",
    AttentionKind.RETURNED_REFUND: "refunds.resolve",
    AttentionKind.FAILED_REFUND: "refunds.resolve",
    AttentionKind.WEBHOOK_EVENT: "webhooks.retry",
    AttentionKind.MESSAGE: "outbox.retry",
}
_REFUNDS: Final = frozenset(
    {AttentionKind.LATE_REFUND, AttentionKind.RETURNED_REFUND, AttentionKind.FAILED_REFUND}
)


class AttentionView(ListView):
    row = AttentionItem
    heading = "Needs attention"
    introduction = "Events, refunds, disputes, orders and checks that wait for a person."
    empty_message = "Nothing needs attention."
    key = "key"
    link_column = "subject"
    can_view_details = False
    column_list = ("kind", "subject", "problem", "amount", "since", "action")
    column_labels: ClassVar = {"kind": "What"}
    column_sortable_list = ("since",)
    formatters: ClassVar = {
        "kind": lambda row: LABELS[row.kind],
        "problem": lambda row: _problem(row),  # noqa: PLW0108 (defined below)
        "amount": lambda row: "–" if row.amount is None else formatting.money(row.amount),
        "since": lambda row: formatting.timestamp(row.since),
    }
    permissions: ClassVar = {
        "index_view": "dashboard.read",
        "action_view": "dashboard.read",
        "retry": "webhooks.retry",
    }
    # The use cases check the permission for each item.
    provider_views: ClassVar = frozenset({"retry", "action_view"})
    action_permissions: ClassVar = {"retry": "webhooks.retry"}

    def build_filters(self, back_office: BackOffice) -> tuple[Filter, ...]:  # noqa: ARG002 (overridden)
        return (choice("kind", "What", {kind.value: label for kind, label in LABELS.items()}),)

    def fetch(self, query: ListQuery) -> Page[AttentionItem]:
        return self.back_office.attention.items(query, readable_kinds(self.actor))

    def get_one(self, id: object) -> None:  # noqa: ARG002 (items have no page)
        return None

    def detail_url(self, row: AttentionItem) -> str:
        endpoint = _ENDPOINTS[row.kind]
        if row.kind is AttentionKind.FAILED_CHECK:
            return url_for(endpoint)
        return url_for(endpoint, id=row.record_id)

    def cell(self, row: AttentionItem, column: str) -> object:
        return self._actions_cell(row) if column == "action" else super().cell(row, column)

    def _actions_cell(self, row: AttentionItem) -> Markup:
        """The buttons and links of a row. The form of the bulk actions holds the CSRF token."""
        cells = []
        permission = _RETRY_PERMISSIONS.get(row.kind)
        if permission is not None and self.can(permission):
            cells.append(
                Markup(
                    '<button class="btn btn-secondary btn-sm" form="bulk-actions" formaction="{}"'
                    ' aria-label="Retry {}">Retry</button>'
                ).format(url_for(f"{self.endpoint}.retry", id=row.key), row.subject)
            )
        if row.kind in _REFUNDS and self.can("refunds.resolve"):
            cells.append(_link(f"{self.detail_url(row)}#settle", "Settle by hand", row.subject))
            cells.append(_link(f"{self.detail_url(row)}#supersede", "Close", row.subject))
        if not cells:
            cells.append(_link(self.detail_url(row), "Open", row.subject))
        return Markup(" ").join(cells)

    @expose("/retry/", methods=("POST",))
    def retry(self) -> Any:  # noqa: ANN401 (a redirect)
        submitted(ConfirmForm)
        self._retry_all([request.args.get("id", "")])
        return see_other(url_for(f"{self.endpoint}.index_view"))

    @action("retry", "Retry")
    def retry_many(self, selected: Sequence[str]) -> None:
        self._retry_all(selected)

    def _retry_all(self, keys: Sequence[str]) -> None:
        retried = 0
        for key in keys:
            kind, _, record_id = key.replace("\0", "").partition(":")
            try:
                retried += self._retry(kind, record_id)
            except (DomainError, Unavailable) as error:
                flash(str(error), "danger")
        if retried:
            flash(f"Retried: {retried} of {len(keys)}.", "success")
        else:
            flash("Nothing was retried. Open the item to see what it needs.", "warning")

    def _retry(self, kind: str, record_id: str) -> bool:
        """Return whether there was something to retry."""
        number = parse_integer(record_id)
        if kind == AttentionKind.WEBHOOK_EVENT:
            return self._retry_event(record_id)
        if number is None:
            return False
        if kind == AttentionKind.MESSAGE:
            command = RetryMessagesCommand(actor=self.actor, message_ids=[number])
            return self.back_office.retry_messages(command) > 0
        if kind in _REFUNDS:
            self.back_office.orders.retry_refund(
                RetryRefundCommand(actor=self.actor, refund_id=RefundId(number))
            )
            return True
        return False

    def _retry_event(self, event_id: str) -> bool:
        if self.back_office.queries.webhook_event(event_id) is None:
            return False
        self.back_office.retry_event(RetryEventCommand(actor=self.actor, event_id=event_id))
        return True


def _problem(row: AttentionItem) -> object:
    if row.due is None:
        return formatting.or_dash(row.problem)
    return Markup("<div>{} <strong>Due {}</strong></div>").format(
        row.problem, formatting.timestamp(row.due)
    )


def _link(url: str, text: str, subject: str) -> Markup:
    return Markup('<a class="btn btn-link btn-sm" href="{}" aria-label="{} {}">{}</a>').format(
        url, text, subject, text
    )
