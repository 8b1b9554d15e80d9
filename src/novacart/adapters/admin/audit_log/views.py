"""Audit log and security events: lists and details."""

import json
from typing import Any, ClassVar, Final

from flask_admin import expose

from novacart.adapters.admin import formatting
from novacart.adapters.admin.back_office import BackOffice
from novacart.adapters.admin.catalog.attribute_forms import named_values
from novacart.adapters.admin.filters import Filter, choice, parse_integer, text
from novacart.adapters.admin.list_view import ListView
from novacart.application.back_office.list_query import ListQuery, Page
from novacart.application.ports.audit_log import AuditEntry
from novacart.domain.shared.events import security_event_names
from novacart.domain.shared.money import Money

# Fields of events in minor units: those of products, variants and collections, and a suffix.
_PRICES: Final = frozenset({"price", "compare_at_price", "rule_min_price", "rule_max_price"})
_MINOR: Final = "_minor"


class AuditLogView(ListView):
    row = AuditEntry
    heading = "Audit log"
    introduction = "All changes, newest first. Entries cannot be changed or deleted."
    search_placeholder = "Search by order:17, staff:4, an action or a request ID"
    details_template = "back_office/audit_entry.html"
    key = "position"
    column_list = ("position", "occurred_at", "actor", "action", "subject", "request_id")
    column_labels: ClassVar = {
        "position": "Entry",
        "occurred_at": "Time",
        "request_id": "Request ID",
    }
    formatters: ClassVar = {
        "occurred_at": lambda row: formatting.timestamp(row.occurred_at),
        "actor": lambda row: formatting.actor_name(row.actor),
        "request_id": lambda row: formatting.code(row.request_id),
    }
    permissions: ClassVar = {"index_view": "audit.read", "details_view": "audit.read"}

    def build_filters(self, back_office: BackOffice) -> tuple[Filter, ...]:  # noqa: ARG002 (overridden)
        return (
            text("actor", "Actor"),
            text("action", "Action"),
            text("subject", "Subject"),
            text("request_id", "Request ID"),
        )

    def fetch(self, query: ListQuery) -> Page[AuditEntry]:
        page = self.back_office.queries.audit_log(query)
        self.name_actors(entry.actor for entry in page.rows)
        return page

    def get_one(self, id: object) -> AuditEntry | None:
        key = parse_integer(id)
        return None if key is None else self.back_office.queries.audit_entry(key)

    @expose("/details/")
    def details_view(self) -> Any:  # noqa: ANN401 (Flask-Admin's own)
        entry: AuditEntry = self.get_or_404()
        self.name_actors([entry.actor])
        payload = json.loads(entry.payload)
        payload.pop("occurred_at", None)
        before, after = payload.pop("before", None), payload.pop("after", None)
        if isinstance(after, int):
            before, after = {"default_variant": before}, {"default_variant": after}
        if entry.action.startswith("catalog.product_"):
            for data in (payload.get("product"), before, after):
                if data and data.get("attributes"):
                    queries = self.back_office.catalog_queries
                    data["attributes"] = named_values(queries, data["attributes"])
        payload, before, after = (
            _with_amounts(data, self.back_office.currency) for data in (payload, before, after)
        )
        return self.render(
            self.details_template, entry=entry, payload=payload, before=before, after=after
        )


def _with_amounts(data: Any, currency: str) -> Any:  # noqa: ANN401 (JSON)
    """The data of an event with amounts as they are shown elsewhere, instead of minor units."""
    if not isinstance(data, dict):
        return data
    currency = data.get("currency", currency)
    shown = {}
    for name, value in data.items():
        if type(value) is int and (name in _PRICES or name.endswith(_MINOR)):
            shown[name.removesuffix(_MINOR)] = formatting.money(Money(value, currency))
        else:
            shown[name] = _with_amounts(value, currency)
    return shown


def _address(entry: AuditEntry) -> object:
    return formatting.or_dash(json.loads(entry.payload).get("address"))


class SecurityEventsView(AuditLogView):
    heading = "Security events"
    introduction = (
        "Sign-ins and failures, delays, refusals, changes of roles and passwords, newest first."
    )
    search_placeholder = "Search by user:17, staff:4, an action or a request ID"
    default_filters: ClassVar = {"security": True}
    column_list = ("position", "occurred_at", "action", "subject", "actor", "address")
    formatters: ClassVar = AuditLogView.formatters | {"address": _address}

    def build_filters(self, back_office: BackOffice) -> tuple[Filter, ...]:  # noqa: ARG002 (overridden)
        names = {
            name: formatting.humanize(name.partition(".")[2])
            for name in sorted(security_event_names())
        }
        return (choice("action", "Event", names), text("actor", "Actor"), text("subject", "User"))
