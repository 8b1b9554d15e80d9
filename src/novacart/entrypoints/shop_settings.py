"""The settings of the shop that its storefront needs."""

from collections.abc import Mapping
from typing import Any

from injector import Injector

from novacart.adapters.storefront.texts import page_language
from novacart.application.ordering.estimate_delivery import EstimateDelivery
from novacart.entrypoints.settings import Settings


def read_shop(injector: Injector) -> Mapping[str, Any]:
    """Return the JSON of `/api/shop/`, which is also in each page that this server renders."""
    settings = injector.get(Settings)
    if settings.stripe_secret_key:
        card_payments = "stripe"
    else:
        card_payments = "sandbox" if settings.debug else "none"
    language, direction = page_language(settings.shop_locale)
    return {
        "name": settings.shop_name,
        "locale": settings.shop_locale,
        "language": language,
        "direction": direction,
        "timezone": settings.shop_timezone.key,
        "currency": settings.currency,
        "card_payments": card_payments,
        "stripe_publishable_key": (
            settings.stripe_publishable_key if card_payments == "stripe" else ""
        ),
        "max_per_line": settings.cart_max_per_line,
        "estimated_delivery": injector.get(EstimateDelivery)().isoformat(),
    }
