"""Every view that can call a payment provider or an image store runs in the bulkhead."""

import inspect
from collections.abc import Callable, Iterator
from types import CodeType, FunctionType, MethodType
from typing import Any

import pytest
from flask import Blueprint, Flask, Response
from injector import Injector

from novacart.adapters.admin.back_office import BackOffice
from novacart.adapters.admin.site import _VIEWS
from novacart.adapters.web.http.auth import public
from novacart.adapters.web.http.endpoints import endpoint_of
from novacart.application.payments.send_refund import SendRefund
from novacart.application.ports.image_store import ImageStore
from novacart.application.ports.payment_gateway import PaymentGateway
from novacart.entrypoints.http import create_app
from novacart.entrypoints.settings import load_settings

View = Callable[..., Any]


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    folder = tmp_path_factory.mktemp("shop")
    environ = {"DEBUG": "True", "VAR_DIR": str(folder), "DATABASE_URL": f"sqlite:///{folder}/db"}
    return create_app(load_settings(environ, dotenv=folder / "no.env"))


@pytest.fixture(scope="module")
def providers(app: Flask) -> list[object]:
    injector: Injector = app.extensions["novacart.injector"]
    return [
        injector.get(PaymentGateway),  # type: ignore[type-abstract]
        injector.get(ImageStore),  # type: ignore[type-abstract]
    ]


def reachable(start: object) -> Iterator[object]:
    """Yield the objects that a function or a use case can call: closures and attributes."""
    waiting, seen = [start], set[int]()
    while waiting:
        each = waiting.pop()
        if id(each) in seen:
            continue
        seen.add(id(each))
        yield each
        if isinstance(each, FunctionType):
            waiting += [cell.cell_contents for cell in each.__closure__ or ()]
        elif isinstance(each, MethodType):
            waiting += [each.__func__, each.__self__]
        elif isinstance(each, list | tuple | dict):
            waiting += each.values() if isinstance(each, dict) else each
        elif isinstance(each, Blueprint):
            continue  # It holds the views of all its routes.
        elif type(each).__module__.startswith("novacart.") and not isinstance(each, type):
            waiting += vars(each).values() if hasattr(each, "__dict__") else ()
            waiting += [
                getattr(each, name)
                for name in getattr(type(each), "__slots__", ())
                if hasattr(each, name)
            ]


def calls(view: object, providers: list[object]) -> bool:
    return any(each is provider for each in reachable(view) for provider in providers)


def unmarked(app: Flask, providers: list[object]) -> list[str]:
    """Return the endpoints of the API that can call a provider and are not marked."""
    return [
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if not rule.endpoint.startswith("admin")
        and rule.methods is not None
        and not rule.methods <= {"GET", "HEAD", "OPTIONS"}
        and calls(app.view_functions[rule.endpoint], providers)
        and not endpoint_of(app, rule.endpoint).calls_provider
    ]


def test_views_of_the_api_that_call_a_provider_are_marked(
    app: Flask, providers: list[object]
) -> None:
    assert unmarked(app, providers) == []
    marked = {
        rule.rule
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/") and endpoint_of(app, rule.endpoint).calls_provider
    }
    assert marked == {
        "/api/orders/cancel-item/",
        "/api/payments/payment-intent/",
        "/api/payments/refund/<int:order_id>/",
        "/api/payments/sandbox/<string:payment_intent_id>/confirm/",
        "/api/payments/sandbox/<string:payment_intent_id>/dispute/",
        "/api/payments/webhook/",
        "/api/products/<int:product_id>/image/",
        "/api/products/<int:product_id>/images/",
    }


def test_new_view_without_the_mark_is_found(app: Flask, providers: list[object]) -> None:
    """Negative control."""
    injector: Injector = app.extensions["novacart.injector"]
    send_refund = injector.get(SendRefund)

    @public
    def view() -> Response:
        return Response(repr(send_refund))

    other = Flask("other", static_folder=None)
    other.add_url_rule("/refunds/", "forgotten", view, methods=["POST"])
    assert unmarked(other, providers) == ["forgotten"]


def names_in(code: CodeType) -> set[str]:
    nested = [each for each in code.co_consts if isinstance(each, CodeType)]
    return set(code.co_names).union(*map(names_in, nested))


def names_used(view_class: type, method: str) -> set[str]:
    """Return the attributes that a method uses, those of the methods it calls included."""
    waiting, used = [method], set[str]()
    while waiting:
        function = inspect.unwrap(getattr(view_class, waiting.pop(), None) or len)
        if isinstance(function, FunctionType):
            new = names_in(function.__code__) - used
            used |= new
            waiting += [name for name in new if name in vars(view_class)]
    return used


def test_pages_of_the_back_office_that_call_a_provider_are_marked(
    app: Flask, providers: list[object]
) -> None:
    injector: Injector = app.extensions["novacart.injector"]
    back_office = injector.get(BackOffice)
    groups = [back_office] + [
        value
        for value in (getattr(back_office, name) for name in BackOffice.__slots__)
        if type(value).__module__ == BackOffice.__module__
    ]
    use_cases = {
        name
        for group in groups
        for name in type(group).__slots__
        if getattr(group, name) not in groups and calls(getattr(group, name), providers)
    }
    assert {"refund", "retry_event", "add_picture"} <= use_cases
    expected = set[str]()
    for endpoint, (view, _) in _VIEWS.items():
        bulk = [name for name in vars(view) if hasattr(getattr(view, name), "_action")]
        pages: dict[str, list[str]] = {name: [] for name in view.permissions}
        pages["action_view"] = bulk
        for page, actions in pages.items():
            if any(names_used(view, name) & use_cases for name in (page, *actions)):
                expected.add(f"{endpoint}.{page}")
    marked = {
        name
        for name in app.view_functions
        if name.startswith("admin_") and endpoint_of(app, name).calls_provider
    }
    assert expected - marked == set()
    assert {"admin_orders.refund", "admin_orders.action_view"} <= expected
