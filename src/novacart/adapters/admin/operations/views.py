"""The provider's events and the shop's own, with those that wait for a person."""

import json
from collections.abc import Sequence
from typing import Any, ClassVar

from flask import flash, url_for
from flask_admin import expose
from flask_admin.actions import action

from novacart.adapters.admin import formatting
from novacart.adapters.admin.filters import Filter, choice
from novacart.adapters.admin.list_view import ListedView, id_of
from novacart.adapters.admin.ordering.forms import PlainForm
from novacart.adapters.admin.secure_form import sent
from novacart.adapters.admin.staff_view import back
from novacart.application.back_office.list_page import ListRequest, Page
from novacart.application.back_office.outbox import OutboxRow
from novacart.application.back_office.payments import WebhookEventRow
from novacart.application.back_office.retry_messages import RetryMessagesCommand

_EVENT = ("pending", "handled", "quarantined", "parked")
_MESSAGE = ("pending", "handled", "parked")


class WebhookEventsView(ListedView):
    row = WebhookEventRow
    heading = "Webhook events"
    introduction = "What the payment provider told the shop."
    searches_for = "Event id or type"
    details_template = "back_office/message.html"
    column_list = ("id", "type", "state", "attempts", "received_at", "note")
    column_labels: ClassVar = {"id": "Event", "received_at": "Received"}
    sorts: ClassVar = {"received_at": "received_at"}
    formats: ClassVar = {
        "id": lambda row: formatting.code(row.id),
        "state": lambda row: formatting.pill(row.state),
        "received_at": lambda row: formatting.moment(row.received_at),
        "note": lambda row: row.note or "–",
    }
    permissions: ClassVar = {
        "index_view": "webhooks.read",
        "details_view": "webhooks.read",
        "action_view": "webhooks.read",
        "retry": "webhooks.retry",
    }
    action_permissions: ClassVar = {"retry": "webhooks.retry"}

    def filters(self, desk: Any) -> tuple[Filter, ...]:  # noqa: ANN401, ARG002 (as the base has it)
        return (choice("state", "State", _EVENT),)

    def fetch(self, wanted: ListRequest) -> Page[WebhookEventRow]:
        return self.desk.queries.webhook_events(wanted)

    def get_one(self, id: object) -> WebhookEventRow | None:
        return self.desk.queries.webhook_event(str(id).replace("\0", ""))

    @expose("/details/")
    def details_view(self) -> Any:  # noqa: ANN401 (Flask-Admin's own)
        event: WebhookEventRow = self.one()
        facts = [
            ("Type", event.type),
            ("State", formatting.pill(event.state)),
            ("Note", event.note or "–"),
            ("Attempts", event.attempts),
            ("Received", formatting.moment(event.received_at)),
            ("Settled", formatting.moment(event.settled_at)),
        ]
        return self.render(
            self.details_template,
            title=event.id,
            facts=facts,
            payload=_readable(event.payload),
            retry=event.state in {"parked", "quarantined"} and self.may("webhooks.retry"),
            key=event.id,
        )

    @expose("/retry/", methods=("POST",))
    def retry(self) -> Any:  # noqa: ANN401 (a redirect)
        sent(PlainForm)
        event: WebhookEventRow = self.one()
        self._retry(event.id)
        return back(url_for("desk_webhook_events.details_view", id=event.id))

    @action("retry", "Handle again")
    def retry_many(self, chosen: Sequence[str]) -> None:
        for event_id in chosen:
            if self.get_one(event_id) is not None:
                self._retry(event_id)

    def _retry(self, event_id: str) -> None:
        self.desk.retry_event(event_id)
        event = self.desk.queries.webhook_event(event_id)
        state = "gone" if event is None else event.state
        flash(f"{event_id} is {state} now.", "success" if state == "handled" else "warning")


class OutboxView(ListedView):
    row = OutboxRow
    heading = "Outbox"
    introduction = "What happened in the shop, on its way to whatever reacts to it."
    searches_for = "Name of the event"
    details_template = "back_office/message.html"
    column_list = ("id", "name", "state", "attempts", "occurred_at", "actor", "last_error")
    column_labels: ClassVar = {"id": "Message", "occurred_at": "When", "last_error": "Last error"}
    sorts: ClassVar = {"id": "id"}
    formats: ClassVar = {
        "state": lambda row: formatting.pill(row.state),
        "occurred_at": lambda row: formatting.moment(row.occurred_at),
        "last_error": lambda row: row.last_error or "–",
    }
    permissions: ClassVar = {
        "index_view": "outbox.read",
        "details_view": "outbox.read",
        "action_view": "outbox.read",
        "retry": "outbox.retry",
    }
    action_permissions: ClassVar = {"retry": "outbox.retry"}

    def filters(self, desk: Any) -> tuple[Filter, ...]:  # noqa: ANN401, ARG002 (as the base has it)
        return (choice("state", "State", _MESSAGE),)

    def fetch(self, wanted: ListRequest) -> Page[OutboxRow]:
        return self.desk.queries.outbox(wanted)

    def get_one(self, id: object) -> OutboxRow | None:
        key = id_of(id)
        return None if key is None else self.desk.queries.outbox_message(key)

    @expose("/details/")
    def details_view(self) -> Any:  # noqa: ANN401 (Flask-Admin's own)
        message: OutboxRow = self.one()
        facts = [
            ("State", formatting.pill(message.state)),
            ("Attempts", message.attempts),
            ("Done", ", ".join(message.handled_by) or "–"),
            ("Last error", message.last_error or "–"),
            ("By", message.actor),
            ("Request", formatting.code(message.request_id)),
            ("When", formatting.moment(message.occurred_at)),
            ("Next attempt", formatting.moment(message.next_attempt_at)),
        ]
        return self.render(
            self.details_template,
            title=f"{message.name}, message {message.id}",
            facts=facts,
            payload=_readable(message.payload),
            retry=message.state == "parked" and self.may("outbox.retry"),
            key=message.id,
        )

    @expose("/retry/", methods=("POST",))
    def retry(self) -> Any:  # noqa: ANN401 (a redirect)
        sent(PlainForm)
        message: OutboxRow = self.one()
        self._retry([message.id])
        return back(url_for("desk_outbox.details_view", id=message.id))

    @action("retry", "Deliver again")
    def retry_many(self, chosen: Sequence[str]) -> None:
        self._retry([key for key in map(id_of, chosen) if key is not None])

    def _retry(self, keys: Sequence[int]) -> None:
        count = self.desk.retry_messages(RetryMessagesCommand(message_ids=keys))
        flash(f"Parked messages made due again: {count}.", "success" if count else "warning")


def _readable(payload: str) -> str:
    """JSON with a line for each member, secrets left out; whatever else as it is."""
    try:
        return json.dumps(
            json.loads(payload, object_hook=_without_secrets), indent=2, ensure_ascii=False
        )
    except ValueError:
        return payload


def _without_secrets(members: dict[str, object]) -> dict[str, object]:
    return {
        name: "…" if name.endswith("secret") and told else told for name, told in members.items()
    }
