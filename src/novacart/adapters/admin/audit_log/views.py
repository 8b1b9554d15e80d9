"""The audit log and the health of the shop."""

import json
from typing import Any, ClassVar

from flask_admin import expose

from novacart.adapters.admin import formatting
from novacart.adapters.admin.filters import Filter, text
from novacart.adapters.admin.list_view import ListedView, id_of
from novacart.adapters.admin.staff_view import StaffView
from novacart.application.back_office.list_page import ListRequest, Page
from novacart.application.ports.audit_log import AuditEntry


class AuditView(ListedView):
    row = AuditEntry
    heading = "Audit log"
    introduction = "Every change that anybody made. Entries are only ever added."
    searches_for = "Such as order:17, staff:4 or a request id"
    details_template = "back_office/audit_entry.html"
    key = "position"
    column_list = ("position", "occurred_at", "actor", "action", "subject", "request_id")
    column_labels: ClassVar = {
        "position": "Entry",
        "occurred_at": "When",
        "actor": "Who",
        "action": "What",
        "subject": "Of what",
        "request_id": "Request",
    }
    formats: ClassVar = {
        "occurred_at": lambda row: formatting.moment(row.occurred_at),
        "request_id": lambda row: formatting.code(row.request_id),
    }
    permissions: ClassVar = {"index_view": "audit.read", "details_view": "audit.read"}

    def filters(self, desk: Any) -> tuple[Filter, ...]:  # noqa: ANN401, ARG002 (as the base has it)
        return (
            text("actor", "Who"),
            text("action", "What"),
            text("subject", "Of what"),
            text("request_id", "Request"),
        )

    def fetch(self, wanted: ListRequest) -> Page[AuditEntry]:
        return self.desk.queries.audit(wanted)

    def get_one(self, id: object) -> AuditEntry | None:
        key = id_of(id)
        return None if key is None else self.desk.queries.audit_entry(key)

    @expose("/details/")
    def details_view(self) -> Any:  # noqa: ANN401 (Flask-Admin's own)
        entry: AuditEntry = self.one()
        payload = json.loads(entry.payload)
        payload.pop("occurred_at", None)
        before, after = payload.pop("before", None), payload.pop("after", None)
        return self.render(
            self.details_template, entry=entry, payload=payload, before=before, after=after
        )


class HealthView(StaffView):
    permissions: ClassVar = {"index": "health.read"}

    @expose("/")
    def index(self) -> str:
        return self.render(
            "back_office/health.html",
            health=self.desk.health.health(),
            dependencies=self.desk.readiness(),
            provider=self.desk.provider,
        )
