"""How things are told on the pages."""

from datetime import UTC, datetime, timedelta
from typing import Final

from markupsafe import Markup, escape

from novacart.application.back_office.catalogue import ProductRow
from novacart.domain.shared.money import Money

_SYMBOLS: Final = {"INR": "₹", "USD": "$", "EUR": "€", "GBP": "£"}

# Which colour a status has; those that are not here are plain.
_TONES: Final = {
    "good": "PAID SUCCEEDED DELIVERED handled active HANDLED ok".split(),
    "busy": "CONFIRMED PROCESSING SHIPPED REQUIRES_ACTION SENT".split(),
    "wait": "PENDING CREATED REQUESTED pending REFUND_REQUESTED PARTIALLY_REFUNDED".split(),
    "bad": "FAILED parked quarantined disabled NEEDS_RESPONSE LOST broken".split(),
}
_TONE_OF: Final = {word: tone for tone, words in _TONES.items() for word in words}


def money(amount: Money) -> str:
    """`₹1,234.50`; a currency without a sign of its own by its code."""
    whole, point, rest = str(amount).lstrip("-").partition(".")
    sign = "−" if amount.amount < 0 else ""
    symbol = _SYMBOLS.get(amount.currency, f"{amount.currency} ")
    return f"{sign}{symbol}{int(whole):,}{point}{rest}"


def moment(at: datetime | None) -> Markup:
    """A time in UTC to the minute, and to the second for whoever points at it."""
    if at is None:
        return Markup("–")
    utc = at.astimezone(UTC)
    return Markup(
        '<time datetime="{}" title="{:%Y-%m-%d %H:%M:%S} UTC">{:%d %b %Y, %H:%M}</time>'
    ).format(utc.isoformat(), utc, utc)


def pill(word: str) -> Markup:
    """A status as a pill: its colour says nothing that its word does not."""
    tone = _TONE_OF.get(word, "plain")
    return Markup('<span class="pill pill-{}">{}</span>').format(tone, plain(word))


def plain(word: str) -> str:
    """`REFUND_REQUESTED` as `Refund requested`."""
    return word.replace("_", " ").capitalize()


def ago(at: datetime | None, now: datetime) -> str:
    """How long ago, in the largest unit that says enough."""
    if at is None:
        return "–"
    gone = max(now - at, timedelta())
    for name, unit in (
        ("d", timedelta(days=1)),
        ("h", timedelta(hours=1)),
        ("min", timedelta(minutes=1)),
    ):
        if gone >= unit:
            return f"{gone // unit} {name} ago"
    return f"{int(gone.total_seconds())} s ago"


def link(url: str, text: object) -> Markup:
    """A link within the back office."""
    return Markup('<a href="{}">{}</a>').format(url, escape(text))


def code(text: str | None) -> Markup:
    """An identifier in letters that are told apart."""
    return Markup("<code>{}</code>").format(text) if text else Markup("–")


def thumbnail(image: str | None) -> Markup:
    """A small picture, or an empty place of its size; the name beside it says what it shows."""
    if image is None:
        return Markup('<span class="thumb thumb-none" aria-hidden="true"></span>')
    return Markup(
        '<img class="thumb" src="{}" alt="" loading="lazy" width="44" height="44">'
    ).format(image)


def titled(row: ProductRow) -> Markup:
    """A product's title, and that it is archived."""
    gone = Markup(" {}").format(pill("archived")) if row.archived_at else Markup("")
    return Markup("{}{}").format(row.title, gone)
