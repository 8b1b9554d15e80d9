"""Outcomes of payment attempts by test payment method (Stripe docs: Testing)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Course = Literal["succeed", "decline", "require_action", "process"]

_MESSAGES = {
    "insufficient_funds": "Your card has insufficient funds.",
    "expired_card": "Your card has expired.",
    "incorrect_cvc": "Your card's security code is incorrect.",
    "processing_error": "An error occurred while processing your card. Try again in a little bit.",
}
_OWN_CODES = {"expired_card", "incorrect_cvc", "processing_error"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """The issuer's decision on an attempt."""

    course: Course
    decline_code: str = "generic_decline"

    @property
    def error_code(self) -> str:
        """Return Stripe's error code for the decline."""
        return self.decline_code if self.decline_code in _OWN_CODES else "card_declined"

    @property
    def message(self) -> str:
        """Return Stripe's message for the decline."""
        return _MESSAGES.get(self.decline_code, "Your card was declined.")


_ATTEMPTS = {
    "pm_card_chargeDeclined": Attempt(course="decline"),
    "pm_card_visa_chargeDeclined": Attempt(course="decline"),
    "pm_card_visa_chargeDeclinedInsufficientFunds": Attempt(
        course="decline", decline_code="insufficient_funds"
    ),
    "pm_card_chargeDeclinedInsufficientFunds": Attempt(
        course="decline", decline_code="insufficient_funds"
    ),
    "pm_card_chargeDeclinedExpiredCard": Attempt(course="decline", decline_code="expired_card"),
    "pm_card_threeDSecure2Required": Attempt(course="require_action"),
    "pm_card_authenticationRequired": Attempt(course="require_action"),
    "pm_usBankAccount_success": Attempt(course="process"),
    "pm_usBankAccount_processing": Attempt(course="process"),
}


def attempt_with(payment_method: str) -> Attempt:
    """Return the attempt with a test payment method; success for one that is not listed."""
    return _ATTEMPTS.get(payment_method, Attempt(course="succeed"))
