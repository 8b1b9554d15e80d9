"""Display formats of values, as functions and template filters."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Final

from babel.numbers import format_decimal
from flask import current_app, g
from markupsafe import Markup, escape

from novacart.application.back_office.catalog import CategoryRow, ProductRow
from novacart.application.ports.webhook_events import EventState
from novacart.domain.ordering.lifecycle import LineStatus, OrderPaymentStatus, OrderStatus
from novacart.domain.payments.lifecycle import PaymentStatus, RefundStatus
from novacart.domain.shared.counted import counted
from novacart.domain.shared.local_time import local_time
from novacart.domain.shared.money import Money

# Keys in the configuration of the app: the function that formats an amount, the shop's locale (a
# `Locale` of Babel) and its time zone.
FORMAT_MONEY: Final = "SHOP_FORMAT_MONEY"
LOCALE: Final = "SHOP_LOCALE"
TIMEZONE: Final = "SHOP_TIMEZONE"
_IMPORT: Final = re.compile(r"Import (\d{1,18})(?: undone)?")
# The change in per cent to ten times the former total.
_TENFOLD: Final = 900
_ABBREVIATIONS: Final = re.compile(r"\b(id|html|sku|url)\b", re.IGNORECASE)

# Colours of status badges; other statuses are grey.
_SUCCESS: Final = (
    OrderStatus.PAID,
    OrderStatus.DELIVERED,
    PaymentStatus.SUCCEEDED,
    EventState.HANDLED,
    "active",
    "passed",
)
_INFO: Final = (
    OrderStatus.CONFIRMED,
    OrderStatus.PROCESSING,
    OrderStatus.SHIPPED,
    PaymentStatus.REQUIRES_ACTION,
)
_WARNING: Final = (
    OrderStatus.PENDING,
    PaymentStatus.CREATED,
    RefundStatus.REQUESTED,
    LineStatus.REFUND_REQUESTED,
    OrderPaymentStatus.PARTIALLY_REFUNDED,
    EventState.PENDING,
)
_DANGER: Final = (
    PaymentStatus.FAILED,
    EventState.PARKED,
    EventState.QUARANTINED,
    "disabled",
    "failed",
)
_COLOURS: Final[Mapping[str, str]] = {
    str(status): colour
    for colour, statuses in (
        ("success", _SUCCESS),
        ("info", _INFO),
        ("warning", _WARNING),
        ("danger", _DANGER),
    )
    for status in statuses
}


def money(amount: Money) -> str:
    """`₹1,24,100.00` in India, `1.241,00 €` in Germany, as in e-mails."""
    formatted: str = current_app.config[FORMAT_MONEY](amount)
    return formatted


def number(count: int) -> str:
    """`1,24,100` in India, `124.100` in Germany."""
    return format_decimal(count, locale=current_app.config[LOCALE])


def change(percent: int) -> str:
    """`+50 %`, `-5 %`, or `×1,188` from ten times on."""
    if percent < _TENFOLD:
        return f"{'+' if percent > 0 else ''}{number(percent)} %"
    return f"×{number(round((100 + percent) / 100))}"


def timestamp(at: datetime | None, *, seconds: bool = False) -> Markup:
    """A time in the shop's time zone to the minute or second. A tooltip has second and offset."""
    if at is None:
        return Markup("–")
    local = local_time(at, current_app.config[TIMEZONE])
    text = f"{local:%d %b %Y, %H:%M:%S}" if seconds else f"{local:%d %b %Y, %H:%M}"
    return Markup('<time datetime="{}" title="{:%Y-%m-%d %H:%M:%S %Z}">{}</time>').format(
        local.isoformat(), local, text
    )


def badge(status: str) -> Markup:
    """A status in its colour. The text alone carries the meaning."""
    return Markup('<span class="badge badge-{}">{}</span>').format(
        _COLOURS.get(status, "neutral"), humanize(status)
    )


def humanize(name: str) -> str:
    """`REFUND_REQUESTED` as `Refund requested`, `order_id` as `Order ID`, `sku` as `SKU`."""
    words = name.replace("_", " ").capitalize()
    return _ABBREVIATIONS.sub(lambda match: match[0].upper(), words)


def ago(at: datetime | None, now: datetime) -> str:
    """Time since `at` in the largest whole unit."""
    if at is None:
        return "–"
    elapsed = max(now - at, timedelta())
    for name, unit in (
        ("d", timedelta(days=1)),
        ("h", timedelta(hours=1)),
        ("min", timedelta(minutes=1)),
    ):
        if elapsed >= unit:
            return f"{elapsed // unit} {name} ago"
    return f"{int(elapsed.total_seconds())} s ago"


def link(url: str, text: object) -> Markup:
    """A link to a page of the back office."""
    return Markup('<a href="{}">{}</a>').format(url, escape(text))


def code(text: str | None) -> Markup:
    """An identifier in a monospace font."""
    return Markup("<code>{}</code>").format(text) if text else Markup("–")


def email_address(address: str) -> Markup:
    """An email address that a narrow column breaks after the `@`, if it breaks it."""
    local, at, domain = address.rpartition("@")
    return Markup("{}{}<wbr>{}").format(local, at, domain)


def actor_name(actor: str) -> Markup | str:
    """The name of an actor such as `staff:17`, with the actor in a tooltip.

    Returns the actor itself if the view has read no name with `name_actors`.
    """
    name = g.get("actor_names", {}).get(actor)
    return actor if name is None else Markup('<span title="{}">{}</span>').format(actor, name)


def or_dash(value: object) -> object:
    """The value, or a dash if there is none."""
    return "–" if value is None or value == "" else value


def thumbnail(image: str | None) -> Markup:
    """A small image, or a placeholder. The alt text is empty: the name is in the next column."""
    if image is None:
        return Markup('<span class="thumb thumb-none" aria-hidden="true"></span>')
    return Markup(
        '<img class="thumb" src="{}" alt="" loading="lazy" width="44" height="44">'
    ).format(image)


def product_title(product: ProductRow) -> Markup:
    """The title, with a badge if the product is archived or its category is not visible."""
    state = Markup("")
    if product.archived_at:
        state = Markup(" {}").format(badge("archived"))
    elif not product.is_category_active:
        state = Markup(" {}").format(badge("hidden"))
    return Markup("{}{}").format(product.title, state)


def products_of_category(category: CategoryRow) -> str:
    """The number of products, and that the shop hides them if it does."""
    if category.is_shown or not category.products:
        return str(category.products)
    return f"{category.products} (hidden)"


def import_of(note: str) -> int | None:
    """The import that a movement of stock names."""
    match = _IMPORT.fullmatch(note)
    return None if match is None else int(match[1])


TEMPLATE_FILTERS: Final[Mapping[str, Callable[..., object]]] = {
    "actor_name": actor_name,
    "money": money,
    "number": number,
    "timestamp": timestamp,
    "badge": badge,
    "change": change,
    "import_of": import_of,
    "products_of_category": products_of_category,
    "humanize": humanize,
    "ago": ago,
    "code": code,
    "counted": counted,
    "email_address": email_address,
    "or_dash": or_dash,
    "thumbnail": thumbnail,
    "product_title": product_title,
}
