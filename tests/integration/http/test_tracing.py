"""Traces of requests, use cases, statements, provider calls and event handlers, and logs."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from injector import Injector

from novacart.adapters.opentelemetry.tracing import OpenTelemetryTracing
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.entrypoints.container import build_relay
from tests.integration.http.conftest import MakeApp
from tests.support.accounts import CheapPasswords
from tests.support.collector import Collector, attributes, running_collector
from tests.support.fake_stripe.fixtures import API_KEY, WEBHOOK_SECRET, fake_stripe
from tests.support.fake_stripe.server import FakeStripe
from tests.support.processes import free_port, started
from tests.support.shoppers import HOME, Shopper, new_product

__all__ = ["fake_stripe"]


@pytest.fixture
def collector() -> Iterator[Collector]:
    with running_collector() as collector:
        yield collector


@pytest.fixture
def app(make_app: MakeApp, collector: Collector, fake_stripe: FakeStripe) -> Iterator[Flask]:
    app = make_app(
        CheapPasswords(),
        OTEL_EXPORTER_OTLP_ENDPOINT=collector.url,
        STRIPE_SECRET_KEY=API_KEY,
        STRIPE_WEBHOOK_SECRET=WEBHOOK_SECRET,
        STRIPE_API_BASE=fake_stripe.url,
    )
    yield app
    tracing_of(app).close()


def tracing_of(app: Flask) -> OpenTelemetryTracing:
    injector: Injector = app.extensions["novacart.injector"]
    return injector.get(OpenTelemetryTracing)


def test_request_and_its_event_handlers_are_one_trace_with_the_id_of_the_request(
    app: Flask, injector: Injector, collector: Collector
) -> None:
    shopper = Shopper(app.test_client())
    body = {"payment_method": "ONLINE", "address_id": shopper.address}
    order = shopper.ordered(new_product(injector), **body)
    paid = shopper.person.post("/api/payments/payment-intent/", {"order_id": order["id"]})
    assert paid.status_code == 200, paid.text
    shopper.person.post(f"/api/orders/cancel/{order['id']}/")
    relay = build_relay(injector)
    while relay():
        pass
    tracing_of(app).flush()

    trace = Trace(collector, "POST /api/orders/create/")
    assert trace.parents("PlaceOrder") == [trace.request.name]
    assert {"SELECT", "INSERT", "UPDATE"} <= {span.name for span in trace.statements}
    assert all(trace.parents(span.name) for span in trace.statements)

    trace = Trace(collector, "POST /api/payments/payment-intent/")
    assert trace.parents("PaymentGateway.open_payment")[-1] == trace.request.name

    trace = Trace(collector, "POST /api/orders/cancel/<int:order_id>/")
    [handler] = [span for span in trace.spans if span.name.endswith("cancel_order_payment")]
    assert [link.span_id for link in handler.links] == [trace.request.span_id]
    assert trace.parents("PaymentGateway.cancel") == ["CancelPayment", handler.name]


class Trace:
    """The spans of a request, which all have its id."""

    def __init__(self, collector: Collector, name: str) -> None:
        [self.request] = collector.named(name)
        trace_id = self.request.trace_id
        self.spans = [span for span in collector.spans if span.trace_id == trace_id]
        self._by_id = {span.span_id: span for span in self.spans}
        request_ids = {attributes(span)["novacart.request_id"] for span in self.spans}
        assert request_ids == {trace_id.hex()}

    @property
    def statements(self) -> list[Any]:
        return [span for span in self.spans if "db.query.text" in attributes(span)]

    def parents(self, name: str) -> list[str]:
        """The names of the spans around one with this name, the innermost first."""
        span = next(span for span in self.spans if span.name == name)
        names = []
        while (span := self._by_id.get(span.parent_span_id)) is not None:
            names.append(span.name)
        return names


def test_spans_have_no_data_of_customers(
    app: Flask, injector: Injector, collector: Collector
) -> None:
    shopper = Shopper(app.test_client(), "asha")
    shopper.ordered(new_product(injector))
    app.test_client().get("/api/products/?search=private-words")
    app.test_client().post("/api/token/", json={"username": "asha", "password": "wrong-secret"})
    build_relay(injector)()
    tracing_of(app).close()
    assert collector.named("SELECT")
    for secret in ("asha@example.com", HOME["mobile"], "private-words", "wrong-secret"):
        assert secret.encode() not in collector.bytes


def test_error_sets_the_status_of_its_spans(app: Flask, collector: Collector) -> None:
    shopper = Shopper(app.test_client())
    shopper.person.post("/api/cart/add/", {"product_id": 999999, "quantity": 1})
    tracing_of(app).flush()
    [failed] = collector.named("AddToCart")
    assert attributes(failed)["error.type"] == "ProductNotFound"
    [request] = collector.named("POST /api/cart/add/")
    assert attributes(request)["http.response.status_code"] == 404
    assert request.status.code == 0


def test_trace_of_the_client_becomes_a_link(app: Flask, collector: Collector) -> None:
    trace_id, span_id = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
    headers = {"traceparent": f"00-{trace_id}-{span_id}-01"}
    app.test_client().get("/api/products/", headers=headers)
    tracing_of(app).flush()
    [request] = collector.named("GET /api/products/")
    assert [link.trace_id.hex() for link in request.links] == [trace_id]
    assert request.trace_id.hex() != trace_id


def test_durations_of_requests_are_exported_as_a_histogram(
    app: Flask, collector: Collector
) -> None:
    client = app.test_client()
    for _ in range(3):
        client.get("/api/products/")
    tracing_of(app).flush()
    [metric] = [each for each in collector.metrics if each.name == "http.server.request.duration"]
    [point] = metric.histogram.data_points
    assert point.count == 3
    assert attributes(point) == {
        "http.request.method": "GET",
        "http.route": "/api/products/",
        "http.response.status_code": 200,
    }


def test_statements_outside_of_a_request_have_no_span(
    app: Flask, injector: Injector, collector: Collector
) -> None:
    with injector.get(UnitOfWorkFactory)() as work:  # type: ignore[type-abstract]
        work.ids.take()
    tracing_of(app).flush()
    assert collector.spans == []


def test_collector_that_is_down_fails_no_request(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "1")
    app = make_app(OTEL_EXPORTER_OTLP_ENDPOINT=f"http://127.0.0.1:{free_port()}")
    assert app.test_client().get("/api/products/").status_code == 200
    tracing_of(app).close()


@pytest.mark.parametrize("enabled", [True, False])
def test_log_lines_are_exported_in_the_trace_of_their_request(
    sqlite_url: str, tmp_path: Path, collector: Collector, *, enabled: bool
) -> None:
    port = free_port()
    environ = {
        "SECRET_KEY": "a-key-of-the-tests-alone-0123456789",
        "DATABASE_URL": sqlite_url,
        "VAR_DIR": str(tmp_path / "var"),
        "PORT": str(port),
        "WEB_WORKERS": "1",
        "OTEL_BLRP_SCHEDULE_DELAY": "100",
        "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url if enabled else "",
    }
    with started("serve", folder=tmp_path, **environ) as server:
        url = f"http://127.0.0.1:{port}/api/products/?search=private-words"
        server.wait_until_up(url)
        server.wait_for_output('"event":"request"')
        deadline = time.monotonic() + 20
        while enabled and not collector.logs and time.monotonic() < deadline:
            time.sleep(0.05)
    written = [json.loads(line) for line in server.output_text.splitlines()]
    [line] = [each for each in written if each["event"] == "request"]
    if not enabled:
        assert collector.bytes == b""
        return
    [record] = [each for each in collector.logs if each.body.string_value == "request"]
    assert record.trace_id.hex() == line["server_request_id"]
    assert record.severity_text == line["level"] == "info"
    assert attributes(record)["route"] == line["route"] == "/api/products/"
    assert b"private-words" not in collector.bytes


WITHOUT_PACKAGES = """
import importlib.util, json, sys
find_spec = importlib.util.find_spec
importlib.util.find_spec = lambda name, *rest: None if name == "opentelemetry" else find_spec(name)
from novacart.entrypoints.settings import InvalidSetting, load_settings
try:
    load_settings({"DEBUG": "True", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://localhost:4318"})
except InvalidSetting as error:
    print(json.dumps([error.setting, str(error)]))
"""


def test_missing_packages_are_named() -> None:
    printed = subprocess.run(
        [sys.executable, "-c", WITHOUT_PACKAGES], capture_output=True, text=True, check=True
    ).stdout
    setting, message = json.loads(printed)
    assert setting == "OTEL_EXPORTER_OTLP_ENDPOINT"
    assert "requirements/otel.txt" in message
