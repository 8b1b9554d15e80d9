"""No query string and no form of the back office leads to a server error."""

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from io import BytesIO
from typing import Any, Final
from urllib.parse import urlencode

import pytest
from flask import Flask
from injector import Injector
from sqlalchemy import insert, update

from novacart.adapters.admin.list_view import ListView
from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.ordering.tables import orders
from novacart.adapters.persistence.payments.tables import webhook_events
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.entrypoints.container import build_relay
from tests.support.back_office import StaffClient, create_account, staff_client
from tests.support.builders.shop_rows import NOON, insert_rows, order_id
from tests.support.shoppers import HOME

HOSTILE: Final = (
    "",
    " ",
    "0",
    "-1",
    "9" * 15,
    "9" * 18,
    "9" * 19,
    "9" * 40,
    "-" + "9" * 40,
    "1e308",
    "NaN",
    "Infinity",
    "0.1",
    "9" * 25 + ".99",
    "\0",
    "a\0b",
    "\ud800",
    "٣٤٥",
    "²",
    "\u202e\u200b\ufeff",
    "😀" * 300,
    "0001-01-01",
    "9999-12-31",
    "2026-02-30",
    "-0001-01-01",
    "2026-W01-1",
    "' OR 1=1 --",
    '%_\\"*:&|!()',
    "[]",
    "{}",
    "null",
    "../../etc/passwd",
    "<script>",
    "x" * 5000,
)
_JSON_VALUES: Final[tuple[object, ...]] = (
    0,
    -1,
    2**63,
    10**40,
    -(10**40),
    1.5,
    float("nan"),
    float("inf"),
    True,
    None,
    "",
    "\0",
    "\ud800",
    "x" * 5000,
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
    "2026-03-14T12:00:00",
    [],
    {},
)
_BAD_KEYS: Final[tuple[object, ...]] = (
    10**40,
    -(10**40),
    1.5,
    True,
    None,
    "\0",
    "\ud800",
    [],
)
_SKIPPED: Final = "/admin/sign-out/"


def _cursor(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode()


CURSORS: Final = (
    "é",
    "\ud800",
    "W10=",
    *map(_cursor, ([], {}, [1], [1, 2, 3], "x", 10**40)),
    # A sort value of any type with a good id, and an id of any type with a good sort value.
    *(_cursor([value, 1]) for value in _JSON_VALUES),
    *(
        _cursor([value, key])
        for value in (1, "x", "2026-03-14T12:00:00+00:00")
        for key in _BAD_KEYS
    ),
    base64.urlsafe_b64encode(b"[" * 20_000).decode(),
    base64.urlsafe_b64encode(b"[" + b"9" * 5000 + b",1]").decode(),
)


@pytest.fixture
def shop(app: Flask, injector: Injector) -> Flask:
    """A shop with rows in each list."""
    with injector.get(UnitOfWorkFactory)() as work:  # type: ignore[type-abstract]
        work.ids.take(100)
        work.commit()
    database = injector.get(Database)
    insert_rows(database)
    with database.writing() as connection:
        connection.execute(
            insert(webhook_events).values(
                id="evt_1",
                type="charge.updated",
                payload="{}",
                received_at=NOON,
                next_attempt_at=NOON,
                state="parked",
                attempts=3,
                settled_at=NOON,
            )
        )
        connection.execute(
            update(orders).where(orders.c.id == order_id(1)).values(address=HOME | {"source_id": 1})
        )
        connection.commit()
    create_account(injector, "support")
    relay = build_relay(injector)
    while relay():
        pass
    return app


@pytest.fixture
def staff(shop: Flask) -> StaffClient:
    return staff_client(shop, "owner")


def _list_views(app: Flask) -> list[ListView]:
    return [view for view in app.extensions["admin"][0]._views if isinstance(view, ListView)]


def _url(path: str, parameters: dict[str, str]) -> str:
    return f"{path}?{urlencode(parameters, errors='surrogatepass')}"


class Failures(list[tuple[object, ...]]):
    """Requests that led to a server error."""

    def check(self, status: int, *request: object) -> None:
        if status >= 500:
            self.append((status, *request))


def test_no_parameter_of_a_list_leads_to_a_server_error(shop: Flask, staff: StaffClient) -> None:
    failures = Failures()
    for view in _list_views(shop):
        names = [filter_.name for filter_ in view.filters]
        for value in HOSTILE:
            for parameters in (
                dict.fromkeys([*names, "search", "unknown"], value),
                {"sort": value, "rising": value, "page": value},
            ):
                response = staff.get(_url(f"{view.url}/", parameters))
                failures.check(response.status_code, view.url, sorted(parameters), value[:60])
    assert failures == []


def test_no_forged_cursor_leads_to_a_server_error(shop: Flask, staff: StaffClient) -> None:
    failures = Failures()
    for view in _list_views(shop):
        for sort in view.column_sortable_list or [""]:
            for number, cursor in enumerate(CURSORS):
                position = "before" if number % 2 else "after"
                url = _url(f"{view.url}/", {"sort": sort, position: cursor})
                failures.check(staff.get(url).status_code, view.url, sort, cursor[:60])
    assert failures == []


def test_no_id_or_period_leads_to_a_server_error(shop: Flask, staff: StaffClient) -> None:
    failures = Failures()
    for view in shop.extensions["admin"][0]._views:
        for path, name, methods in view._urls:
            url = f"{view.url}{path}".replace("<export_type>", "csv")
            if url == _SKIPPED or name == "static":
                continue
            for value in HOSTILE:
                query = _url(url, {"id": value, "days": value, "next": value})
                if "GET" in methods:
                    failures.check(staff.get(query).status_code, "GET", url, value[:60])
    assert failures == []


@dataclass
class Form:
    """A form with the names of its fields. `buttons` are the values of its submit buttons."""

    action: str
    fields: set[str] = field(default_factory=set)
    files: set[str] = field(default_factory=set)
    buttons: set[str] = field(default_factory=lambda: {""})


class FormParser(HTMLParser):
    """Collects the POST forms of a page, with the fields that name them by `form`."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.page = page
        self.forms: dict[str, Form] = {}
        self._current = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._current = ""
            if attributes.get("method", "get").lower() == "post":
                self._current = attributes.get("id") or f"form-{len(self.forms)}"
                action = attributes.get("action") or self.page
                self.forms[self._current] = Form(action)
            return
        form = self.forms.get(attributes.get("form") or self._current)
        name = attributes.get("name")
        if form is None or not name or name == "csrf_token":
            return
        if tag == "button":
            form.buttons.add(attributes.get("value", ""))
        elif attributes.get("type") == "file":
            form.files.add(name)
        elif tag in {"input", "select", "textarea"}:
            form.fields.add(name)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._current = ""


def _pages(shop: Flask) -> Iterator[str]:
    """Each page that has no parameter, and the page of the first row of each list."""
    for view in shop.extensions["admin"][0]._views:
        for path, name, methods in view._urls:
            if "GET" in methods and name in view.permissions and "<" not in path:
                yield f"{view.url}{path}"
        if isinstance(view, ListView):
            for row in _first_rows(shop, view):
                for name in ("details", "edit"):
                    yield f"{view.url}/{name}/?id={view.get_pk_value(row)}"


def _first_rows(shop: Flask, view: ListView) -> list[Any]:
    with shop.test_request_context():
        try:
            return list(view.get_list(0, None, True, None, None, page_size=2)[1])  # noqa: FBT003
        except AttributeError:
            # The attention list needs a signed-in role.
            return []


def _forms(shop: Flask, staff: StaffClient) -> dict[str, Form]:
    """The forms of all pages, one for each path."""
    forms: dict[str, Form] = {}
    for page in _pages(shop):
        response = staff.get(page)
        if response.mimetype == "text/html":
            parser = FormParser(page)
            parser.feed(response.text)
            forms |= {form.action.partition("?")[0]: form for form in parser.forms.values()}
    return {path: form for path, form in forms.items() if path != _SKIPPED}


def test_no_value_of_a_form_leads_to_a_server_error(shop: Flask, staff: StaffClient) -> None:
    forms = _forms(shop, staff)
    assert len(forms) >= 20, sorted(forms)
    token = staff.csrf_token()
    failures = Failures()
    for form in forms.values():
        for value in HOSTILE:
            text = value.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
            for button in sorted(form.buttons):
                data: dict[str, Any] = dict.fromkeys(form.fields, text)
                data |= {name: (BytesIO(text.encode()), "x.csv") for name in form.files}
                data |= {"csrf_token": token, "action": button or text}
                response = staff.client.post(form.action, data=data)
                failures.check(response.status_code, form.action, button, value[:60])
    assert failures == []


def test_no_id_of_a_post_leads_to_a_server_error(shop: Flask, staff: StaffClient) -> None:
    token = staff.csrf_token()
    failures = Failures()
    for view in shop.extensions["admin"][0]._views:
        for path, name, methods in view._urls:
            url = f"{view.url}{path}"
            if "POST" not in methods or name not in view.permissions or url == _SKIPPED:
                continue
            for value in HOSTILE:
                data = {"csrf_token": token, "rowid": value[:200], "url": value}
                safe = {key: text.replace("\ud800", "?") for key, text in data.items()}
                response = staff.client.post(_url(url, {"id": value}), data=safe)
                failures.check(response.status_code, url, value[:60])
    assert failures == []
