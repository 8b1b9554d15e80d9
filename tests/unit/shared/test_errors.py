"""Messages, codes and details of all domain errors."""

import inspect
import re
from collections.abc import Callable
from datetime import timedelta
from importlib import import_module
from pkgutil import walk_packages

import pytest

import novacart.domain
from novacart.domain.accounts import errors as accounts
from novacart.domain.cart import errors as cart
from novacart.domain.catalog import errors as catalog
from novacart.domain.ordering import errors as ordering
from novacart.domain.payments import errors as payments
from novacart.domain.shared.errors import ConcurrentChange, DomainError, InvalidValue
from novacart.domain.shared.ids import ProductId, VariantId
from novacart.domain.shared.money import CurrencyMismatch, Money
from novacart.domain.wishlist import errors as wishlist

Details = dict[str, object]
NONE: Details = {}
SHORT_OF_ONE = catalog.Shortage(
    product_id=ProductId(1), variant_id=VariantId(9), requested=3, available=2
)
THREE = Money(300, "INR")
FIVE = Money(500, "INR")

# Created by functions, so that mutants of the domain are created in the test.
WITH_ARGUMENTS: list[tuple[Callable[[], DomainError], Details]] = [
    (lambda: DomainError("No."), NONE),
    (lambda: DomainError("No.", details={"why": 1}), {"why": 1}),
    (lambda: InvalidValue("name", "Too long."), {"field": "name"}),
    (lambda: ConcurrentChange("No."), NONE),
    (lambda: CurrencyMismatch("INR", "EUR"), NONE),
    (
        lambda: accounts.InvalidFields({"name": ["Too long.", "Too dull."], "town": ["Where."]}),
        {"errors": {"name": ["Too long.", "Too dull."], "town": ["Where."]}},
    ),
    (lambda: accounts.WeakPassword(["Too short."]), {"errors": {"password": ["Too short."]}}),
    (
        lambda: accounts.WeakPassword(["Too short."], field="new"),
        {"errors": {"new": ["Too short."]}},
    ),
    (lambda: accounts.AddressBookFull(50), {"limit": 50}),
    (lambda: cart.CartLimitReached(10), {"limit": 10}),
    (lambda: cart.CartIsFull(500), {"limit": 500}),
    (lambda: cart.NotEnoughInStock(1), {"available": 1}),
    (lambda: cart.NotEnoughInStock(0), {"available": 0}),
    (lambda: cart.NotEnoughInStock(-2), {"available": 0}),
    (lambda: catalog.SlugTaken("toys"), NONE),
    (lambda: catalog.SkuTaken("BK-1"), NONE),
    (lambda: catalog.CatalogLimitReached("options of a product", 5), {"limit": 5}),
    (lambda: catalog.DuplicateCombination(VariantId(4)), {"variant": 4}),
    (lambda: catalog.OptionValueInUse("Red"), NONE),
    (lambda: catalog.AttributeCodeTaken("colour"), NONE),
    (lambda: catalog.AttributeInUse.by_rule("Colour", "Gifts"), NONE),
    (lambda: catalog.AttributeChoiceInUse.by_product("Red", ProductId(7)), NONE),
    (
        lambda: catalog.AttributeNotInCategory([("colour", "Colour")]),
        {"attributes": ["colour"]},
    ),
    (
        lambda: catalog.OutOfStock([SHORT_OF_ONE]),
        {"lines": [{"product": 1, "variant": 9, "requested": 3, "available": 2}]},
    ),
    (lambda: catalog.StockIsReserved(on_hand=5, reserved=3), {"on_hand": 5, "reserved": 3}),
    (lambda: ordering.InvalidTransition("PAID", "PENDING"), {"from": "PAID", "to": "PENDING"}),
    (
        lambda: ordering.RefundExceedsOrder(THREE),
        {"refundable": "3.00", "currency": "INR"},
    ),
    (lambda: ordering.RefundExceedsUnits("Kite", 2), {"refundable_quantity": 2}),
    (lambda: ordering.RefundExceedsUnits("Kite", 0), {"refundable_quantity": 0}),
    (lambda: ordering.TotalChanged(THREE), {"total_amount": "3.00", "currency": "INR"}),
    (lambda: ordering.TooManyUnpaidOrders(3), {"limit": 3}),
    (lambda: ordering.TooManyUnits(30), {"limit": 30}),
    (lambda: ordering.TooManyCodOrders(5), {"limit": 5}),
    (lambda: ordering.TooManyRenewals(timedelta(seconds=59.1)), {"retry_after": 60}),
    (lambda: payments.TooManyDeclines(timedelta(minutes=1)), {"retry_after": 60}),
    (lambda: ordering.NotReturnable(2), {"receivable": 2}),
    (lambda: ordering.NotReturnable(0), {"receivable": 0}),
    (lambda: payments.InvalidPaymentTransition("refund", "FAILED", "PENDING"), NONE),
    (
        lambda: payments.PaymentMismatch("amount", recorded=FIVE, reported=THREE),
        {"recorded": "5.00 INR", "reported": "3.00 INR"},
    ),
    (
        lambda: payments.RefundExceedsPayment(requested=FIVE, refundable=THREE),
        {"requested": "5.00", "left": "3.00"},
    ),
    (
        lambda: payments.PaymentDisputed(withheld=FIVE, refundable=THREE),
        {"withheld": "5.00", "left": "3.00"},
    ),
    (
        lambda: payments.OrderDisputed(amount=FIVE, is_lost=False),
        {"amount": "5.00", "currency": "INR"},
    ),
    (lambda: payments.PaymentNotDisputable("No."), NONE),
    (lambda: payments.RefundRefused("No."), NONE),
    (lambda: payments.OrderNotPayable("No."), NONE),
    (lambda: payments.PaymentDeclined("No."), NONE),
    (payments.AmountTooLarge, NONE),
    (payments.AmountNotPayable, NONE),
    (payments.AmountTooSmall, NONE),
    (lambda: wishlist.WishlistIsFull(500), {"limit": 500}),
]


def domain_errors() -> set[type[DomainError]]:
    return {
        member
        for module in walk_packages(novacart.domain.__path__, "novacart.domain.")
        for member in vars(import_module(module.name)).values()
        if isinstance(member, type) and issubclass(member, DomainError)
    }


def has_defaults(error: type[DomainError]) -> bool:
    return all(
        parameter.default is not parameter.empty
        for parameter in inspect.signature(error).parameters.values()
    )


WITHOUT_ARGUMENTS = sorted(
    (error for error in domain_errors() if has_defaults(error)), key=lambda error: error.__name__
)
FACTORIES: list[Callable[[], DomainError]] = [
    *WITHOUT_ARGUMENTS,
    *(make for make, _ in WITH_ARGUMENTS),
]


@pytest.mark.parametrize("make", FACTORIES)
def test_message_is_a_sentence(make: Callable[[], DomainError]) -> None:
    error = make()
    assert str(error) == error.message
    assert re.match(r"[A-Z]", error.message)
    assert re.search(r"[a-z].*\.$", error.message)


@pytest.mark.parametrize("make", FACTORIES)
def test_code_is_snake_case(make: Callable[[], DomainError]) -> None:
    assert re.fullmatch(r"[a-z]+(_[a-z]+)+", make().code)


@pytest.mark.parametrize(("make", "details"), WITH_ARGUMENTS)
def test_details_carry_the_arguments(make: Callable[[], DomainError], details: Details) -> None:
    assert make().details == details


@pytest.mark.parametrize("error", WITHOUT_ARGUMENTS)
def test_error_without_arguments_has_no_details_but_a_field(error: type[DomainError]) -> None:
    instance = error()  # type: ignore[call-arg]
    field = getattr(instance, "field", None)
    assert instance.details == ({} if field is None else {"field": field})


def test_every_error_with_arguments_is_tested() -> None:
    tested = {type(make()) for make, _ in WITH_ARGUMENTS} | set(WITHOUT_ARGUMENTS)
    assert {error.__name__ for error in domain_errors() - tested} == set()


def test_invalid_fields_are_attributes() -> None:
    assert accounts.WeakPassword(["Too short."]).errors == {"password": ("Too short.",)}
    assert accounts.UsernameTaken().field == "username"
    assert accounts.UsernameTooSimilar().field == "username"
    assert accounts.EmailTaken().field == "email"
    assert InvalidValue("name", "Too long.").field == "name"


def test_too_few_units_in_stock_are_named() -> None:
    messages = [cart.NotEnoughInStock(orderable).message for orderable in (1, 0, -1)]
    assert messages == ["Only 1 in stock.", "Out of stock.", "Out of stock."]
