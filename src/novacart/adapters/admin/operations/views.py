"""Webhook events, outbox messages and system health."""

import json
from collections.abc import Sequence
from typing import Any, ClassVar, Final

from flask import current_app, flash, request, url_for
from flask_admin import expose
from flask_admin.actions import action

from novacart.adapters.admin import formatting
from novacart.adapters.admin.back_office import BackOffice
from novacart.adapters.admin.filters import Filter, choice, parse_integer
from novacart.adapters.admin.forms import ConfirmForm, submitted
from novacart.adapters.admin.list_view import ListView
from novacart.adapters.admin.staff_view import StaffView, see_other
from novacart.application.back_office.attention import AttentionKind
from novacart.application.back_office.list_query import ListQuery, Page
from novacart.application.back_office.operations import OutboxRow, WebhookEventRow
from novacart.application.back_office.retry_messages import RetryMessagesCommand
from novacart.application.payments.retry_event import RetryEventCommand
from novacart.application.ports.webhook_events import EventState

# The items of the attention list that are parked in each queue.
_ATTENTION_KINDS: Final = {
    "Outbox": AttentionKind.MESSAGE,
    "Webhook events": AttentionKind.WEBHOOK_EVENT,
}
_MESSAGE_STATES: Final = (EventState.PENDING, EventState.HANDLED, EventState.PARKED)


class WebhookEventsView(ListView):
    row = WebhookEventRow
    heading = "Webhook events"
    introduction = "Events received from the payment provider."
    search_placeholder = "Search by event ID or type"
    details_template = "back_office/queue_item.html"
    column_list = ("id", "type", "state", "attempts", "received_at", "note")
    column_labels: ClassVar = {"id": "Event", "received_at": "Received"}
    column_sortable_list = ("received_at",)
    formatters: ClassVar = {
        "id": lambda row: formatting.code(row.id),
        "state": lambda row: formatting.badge(row.state),
        "received_at": lambda row: formatting.timestamp(row.received_at),
        "note": lambda row: formatting.or_dash(row.note),
    }
    permissions: ClassVar = {
        "index_view": "webhooks.read",
        "details_view": "webhooks.read",
        "action_view": "webhooks.read",
        "retry": "webhooks.retry",
    }
    provider_views: ClassVar = frozenset({"retry", "action_view"})
    action_permissions: ClassVar = {"retry": "webhooks.retry"}

    def build_filters(self, back_office: BackOffice) -> tuple[Filter, ...]:  # noqa: ARG002 (overridden)
        return (choice("state", "State", tuple(EventState)),)

    def fetch(self, query: ListQuery) -> Page[WebhookEventRow]:
        return self.back_office.queries.webhook_events(query)

    def get_one(self, id: object) -> WebhookEventRow | None:
        return self.back_office.queries.webhook_event(str(id).replace("\0", ""))

    @expose("/details/")
    def details_view(self) -> Any:  # noqa: ANN401 (Flask-Admin's own)
        event: WebhookEventRow = self.get_or_404()
        details = [
            ("Type", event.type),
            ("State", formatting.badge(event.state)),
            ("Note", formatting.or_dash(event.note)),
            ("Attempts", event.attempts),
            ("Received", formatting.timestamp(event.received_at)),
            ("Completed", formatting.timestamp(event.settled_at)),
        ]
        return self.render(
            self.details_template,
            title=event.id,
            details=details,
            payload=_pretty_json(event.payload),
            can_retry=event.state in {EventState.PARKED, EventState.QUARANTINED}
            and self.can("webhooks.retry"),
            key=event.id,
        )

    @expose("/retry/", methods=("POST",))
    def retry(self) -> Any:  # noqa: ANN401 (a redirect)
        submitted(ConfirmForm)
        event: WebhookEventRow = self.get_or_404()
        self._retry(event.id)
        return see_other(url_for("admin_webhook_events.details_view", id=event.id))

    @action("retry", "Retry")
    def retry_many(self, selected: Sequence[str]) -> None:
        for event_id in selected:
            if self.get_one(event_id) is not None:
                self._retry(event_id)

    def _retry(self, event_id: str) -> None:
        self.back_office.retry_event(RetryEventCommand(actor=self.actor, event_id=event_id))
        event = self.get_one(event_id)
        if event is not None:
            handled = event.state is EventState.HANDLED
            flash(f"{event_id} is now {event.state}.", "success" if handled else "warning")


class OutboxView(ListView):
    row = OutboxRow
    heading = "Outbox"
    introduction = "Domain events and their delivery to event handlers."
    search_placeholder = "Search by event name"
    details_template = "back_office/queue_item.html"
    column_list = ("id", "name", "state", "attempts", "occurred_at", "actor", "last_error")
    column_labels: ClassVar = {
        "id": "Message",
        "name": "Event",
        "occurred_at": "Time",
        "last_error": "Last error",
    }
    column_sortable_list = ("id",)
    formatters: ClassVar = {
        "state": lambda row: formatting.badge(row.state),
        "occurred_at": lambda row: formatting.timestamp(row.occurred_at),
        "actor": lambda row: formatting.actor_name(row.actor),
        "last_error": lambda row: formatting.or_dash(row.last_error),
    }
    permissions: ClassVar = {
        "index_view": "outbox.read",
        "details_view": "outbox.read",
        "action_view": "outbox.read",
        "retry": "outbox.retry",
    }
    action_permissions: ClassVar = {"retry": "outbox.retry"}

    def build_filters(self, back_office: BackOffice) -> tuple[Filter, ...]:  # noqa: ARG002 (overridden)
        return (choice("state", "State", _MESSAGE_STATES),)

    def fetch(self, query: ListQuery) -> Page[OutboxRow]:
        page = self.back_office.queries.outbox(query)
        self.name_actors(message.actor for message in page.rows)
        return page

    def get_one(self, id: object) -> OutboxRow | None:
        key = parse_integer(id)
        return None if key is None else self.back_office.queries.outbox_message(key)

    @expose("/details/")
    def details_view(self) -> Any:  # noqa: ANN401 (Flask-Admin's own)
        message: OutboxRow = self.get_or_404()
        self.name_actors([message.actor])
        details = [
            ("State", formatting.badge(message.state)),
            ("Attempts", message.attempts),
            ("Handled by", ", ".join(message.handled_by) or "–"),
            ("Last error", formatting.or_dash(message.last_error)),
            ("Actor", formatting.actor_name(message.actor)),
            ("Request ID", formatting.code(message.request_id)),
            ("Time", formatting.timestamp(message.occurred_at)),
            ("Next attempt", formatting.timestamp(message.next_attempt_at)),
        ]
        return self.render(
            self.details_template,
            title=f"{message.name}, message {message.id}",
            details=details,
            payload=_pretty_json(message.payload),
            can_retry=message.state == EventState.PARKED and self.can("outbox.retry"),
            key=message.id,
        )

    @expose("/retry/", methods=("POST",))
    def retry(self) -> Any:  # noqa: ANN401 (a redirect)
        submitted(ConfirmForm)
        message: OutboxRow = self.get_or_404()
        self._retry([message.id])
        return see_other(url_for("admin_outbox.details_view", id=message.id))

    @action("retry", "Retry")
    def retry_many(self, selected: Sequence[str]) -> None:
        self._retry([key for key in map(parse_integer, selected) if key is not None])

    def _retry(self, keys: Sequence[int]) -> None:
        count = self.back_office.retry_messages(
            RetryMessagesCommand(actor=self.actor, message_ids=keys)
        )
        flash(f"Messages queued for retry: {count}.", "success" if count else "warning")


class HealthView(StaffView):
    permissions: ClassVar = {"index": "health.read"}
    heading = "System health"

    @expose("/")
    def index(self) -> str:
        return self.render(
            "back_office/health.html",
            health=self.back_office.health.health(),
            attention_kinds=_ATTENTION_KINDS,
            dependencies=self.back_office.readiness(),
            provider=self.back_office.provider,
            has_untrusted_proxy=not current_app.config["TRUSTED_PROXIES"]
            and "X-Forwarded-For" in request.headers,
        )


def _pretty_json(payload: str) -> str:
    """Indented JSON with secrets masked. Text that is not JSON is returned unchanged."""
    try:
        return json.dumps(
            json.loads(payload, object_hook=_mask_secrets), indent=2, ensure_ascii=False
        )
    except ValueError:
        return payload


def _mask_secrets(members: dict[str, object]) -> dict[str, object]:
    return {
        name: "…" if name.endswith("secret") and value else value for name, value in members.items()
    }
