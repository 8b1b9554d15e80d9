"""The settings of the shop that its storefront needs."""

from collections.abc import Mapping
from typing import Any

from injector import Injector

from novacart.adapters.storefront.texts import page_language
from novacart.application.ordering.estimate_delivery import EstimateDelivery
from novacart.entrypoints.settings import PaymentProvider, Settings


def read_shop(injector: Injector) -> Mapping[str, Any]:
    """Return the JSON of `/api/shop/`, which is also in each page that this server renders."""
    settings = injector.get(Settings)
    provider = settings.payment_provider
    language, direction = page_language(settings.shop_locale)
    return {
        "name": settings.shop_name,
        "locale": settings.shop_locale,
        "language": language,
        "direction": direction,
        "timezone": settings.shop_timezone.key,
        "currency": settings.currency,
        "card_payments": provider.value,
        "stripe_publishable_key": (
            settings.stripe_publishable_key if provider is PaymentProvider.STRIPE else ""
        ),
        "max_per_line": settings.cart_max_per_line,
        "estimated_delivery": injector.get(EstimateDelivery)().isoformat(),
    }
