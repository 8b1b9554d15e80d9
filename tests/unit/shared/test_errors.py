"""What each refusal of the domain says, word for word: customers and clients read it."""

from collections.abc import Callable, Iterator
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
from novacart.domain.shared.ids import ProductId
from novacart.domain.shared.money import CurrencyMismatch, Money
from novacart.domain.wishlist import errors as wishlist

Details = dict[str, object]
NOTHING: Details = {}
THREE = Money(300, "INR")
FIVE = Money(500, "INR")

# Made when they are asked for, so that a mutant of the domain is what is made.
SAID: list[tuple[Callable[[], DomainError], str, Details]] = [
    (lambda: DomainError("No."), "No.", NOTHING),
    (lambda: DomainError("No.", details={"why": 1}), "No.", {"why": 1}),
    (lambda: InvalidValue("name", "Too long."), "Too long.", {"field": "name"}),
    (ConcurrentChange, "It was changed by somebody else meanwhile.", NOTHING),
    (lambda: CurrencyMismatch("INR", "EUR"), "INR and EUR cannot be put together.", NOTHING),
    (
        lambda: accounts.InvalidDetails({"name": ["Too long.", "Too dull."], "town": ["Where?"]}),
        "Too long. Too dull. Where?",
        {"errors": {"name": ["Too long.", "Too dull."], "town": ["Where?"]}},
    ),
    (
        lambda: accounts.WeakPassword(["Too short."]),
        "Too short.",
        {"errors": {"password": ["Too short."]}},
    ),
    (
        lambda: accounts.WeakPassword(["Too short."], field="new"),
        "Too short.",
        {"errors": {"new": ["Too short."]}},
    ),
    (
        accounts.UsernameTaken,
        "A user with that username already exists.",
        {"field": "username"},
    ),
    (accounts.EmailTaken, "A user with that email already exists.", {"field": "email"}),
    (accounts.UserNotFound, "There is no such user.", NOTHING),
    (accounts.LastOwner, "The shop keeps at least one active owner.", NOTHING),
    (
        accounts.WrongCredentials,
        "No active account found with the given credentials.",
        NOTHING,
    ),
    (accounts.TokenNotAccepted, "The token is invalid or has expired.", NOTHING),
    (
        accounts.ResetTokenNotAccepted,
        "This password reset link is invalid or has expired.",
        NOTHING,
    ),
    (
        accounts.ResetTokenNotFound,
        "This password reset link is invalid or has expired.",
        NOTHING,
    ),
    (accounts.AddressNotFound, "That address is not in your address book.", NOTHING),
    (
        lambda: accounts.AddressBookIsFull(50),
        "An address book holds at most 50 addresses.",
        {"limit": 50},
    ),
    (cart.CartLineNotFound, "That item is not in your cart.", NOTHING),
    (cart.NoSuchCartLines, "None of these items is in your cart.", NOTHING),
    (
        lambda: cart.CartLimitReached(10),
        "You can have at most 10 of one product in your cart.",
        {"limit": 10},
    ),
    (lambda: cart.NotEnoughInStock(1), "Only 1 in stock.", {"available": 1}),
    (lambda: cart.NotEnoughInStock(0), "Out of stock.", {"available": 0}),
    (lambda: cart.NotEnoughInStock(-2), "Out of stock.", {"available": 0}),
    (catalog.ProductNotFound, "That product is not in the catalogue.", NOTHING),
    (catalog.CategoryNotFound, "There is no such category.", NOTHING),
    (
        lambda: catalog.SlugTaken("toys"),
        "Another category is called “toys” in addresses already.",
        NOTHING,
    ),
    (
        catalog.StaleVersion,
        "It was changed after you read it. Read it again before you change it.",
        NOTHING,
    ),
    (catalog.ProductNotArchived, "That product is in the catalogue already.", NOTHING),
    (
        lambda: catalog.OutOfStock([(ProductId(1), 3, 2)]),
        "There is not enough in stock.",
        {"lines": [{"product": 1, "requested": 3, "available": 2}]},
    ),
    (
        lambda: catalog.StockIsReserved(on_hand=5, reserved=3),
        "Of 5 on hand, 3 are reserved by orders and can't be written off.",
        {"on_hand": 5, "reserved": 3},
    ),
    (catalog.StockAlreadyMoved, "That stock was moved already.", NOTHING),
    (ordering.OrderNotFound, "There is no such order.", NOTHING),
    (ordering.OrderLineNotFound, "That item is not in this order.", NOTHING),
    (ordering.EmptyCart, "Your cart is empty.", NOTHING),
    (
        lambda: ordering.InvalidTransition("PAID", "PENDING"),
        "The status cannot change from PAID to PENDING.",
        {"from": "PAID", "to": "PENDING"},
    ),
    (
        ordering.PaidOrderCannotBeCancelled,
        "This order is paid. It can be refunded, but not cancelled.",
        NOTHING,
    ),
    (ordering.OrderAlreadyCancelled, "This order is already cancelled.", NOTHING),
    (ordering.OrderAlreadyShipped, "This order has already been shipped.", NOTHING),
    (ordering.OrderNotPaid, "This order has not been paid online.", NOTHING),
    (ordering.OrderStillPayable, "This order can still be paid.", NOTHING),
    (ordering.LineAlreadyCancelled, "This item is already cancelled.", NOTHING),
    (
        lambda: ordering.RefundExceedsOrder(THREE),
        "At most 3.00 INR can be refunded.",
        {"refundable": "3.00", "currency": "INR"},
    ),
    (ordering.RefundInProgress, "A refund of this order is not settled yet.", NOTHING),
    (ordering.NothingToShip, "This order has no items left to ship.", NOTHING),
    (ordering.OrderNumberTaken, "The order number is already in use. Try again.", NOTHING),
    (
        lambda: payments.InvalidPaymentTransition("refund", "FAILED", "PENDING"),
        "A refund that is FAILED cannot become PENDING.",
        NOTHING,
    ),
    (
        lambda: payments.PaymentMismatch("amount", recorded=FIVE, reported=THREE),
        "The amount reported by the payment provider differs from the one on record.",
        {"recorded": "5.00", "reported": "3.00"},
    ),
    (
        payments.NothingToRefund,
        "This order has no payment left to refund.",
        NOTHING,
    ),
    (
        lambda: payments.RefundExceedsPayment(requested=FIVE, refundable=THREE),
        "At most 3.00 INR can be refunded.",
        {"requested": "5.00", "left": "3.00"},
    ),
    (lambda: payments.RefundNotAllowed("It is being packed."), "It is being packed.", NOTHING),
    (
        payments.PartialRefundNeedsStaff,
        "Only the whole order can be refunded here; cancel single items instead.",
        NOTHING,
    ),
    (payments.RefundRefused, "The payment provider refused this refund.", NOTHING),
    (lambda: payments.RefundRefused("No."), "No.", NOTHING),
    (payments.OrderNotPayable, "This order can no longer be paid.", NOTHING),
    (lambda: payments.OrderNotPayable("No."), "No.", NOTHING),
    (payments.PaymentDeclined, "The payment was declined.", NOTHING),
    (lambda: payments.PaymentDeclined("No."), "No.", NOTHING),
    (payments.PaymentNotFound, "There is no such payment.", NOTHING),
    (
        payments.PaymentNotPayable,
        "This payment is closed: it was already paid or cancelled.",
        NOTHING,
    ),
    (wishlist.NotOnWishlist, "That product is not on your wishlist.", NOTHING),
    (
        lambda: wishlist.WishlistIsFull(500),
        "A wishlist can hold at most 500 products.",
        {"limit": 500},
    ),
]


@pytest.mark.parametrize(("make", "sentence", "details"), SAID)
def test_a_refusal_says_what_it_says(
    make: Callable[[], DomainError], sentence: str, details: Details
) -> None:
    error = make()
    assert str(error) == error.message == sentence
    assert error.details == details


def errors_of_the_domain() -> Iterator[type[DomainError]]:
    for module in walk_packages(novacart.domain.__path__, "novacart.domain."):
        for thing in vars(import_module(module.name)).values():
            if isinstance(thing, type) and issubclass(thing, DomainError):
                yield thing


def test_every_refusal_of_the_domain_is_told_above() -> None:
    told = {type(make()) for make, _, _ in SAID}
    assert {error.__name__ for error in errors_of_the_domain() if error not in told} == set()


def test_the_fields_that_are_wrong_can_be_asked_for() -> None:
    assert accounts.WeakPassword(["Too short."]).errors == {"password": ("Too short.",)}
    assert InvalidValue("name", "Too long.").field == "name"
