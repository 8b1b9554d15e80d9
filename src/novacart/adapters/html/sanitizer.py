"""HTML reduced to a safe set of elements with nh3 (Ammonia)."""

from functools import cache
from typing import Any, Final

_ELEMENTS: Final = {
    *("p", "br", "hr", "ul", "ol", "li", "h2", "h3", "h4", "blockquote"),
    *("strong", "b", "em", "i", "u", "s", "sub", "sup", "code", "pre"),
    *("table", "thead", "tbody", "tr", "th", "td", "a"),
}
# Their content is removed, too.
_REMOVED: Final = {"script", "style", "template", "iframe", "noscript", "title", "textarea"}


class Nh3Sanitizer:
    def clean(self, html: str) -> str:
        return str(_cleaner().clean(html)).strip()


@cache
def _cleaner() -> Any:  # noqa: ANN401 (imported only where it is used, to save memory)
    """Creating one takes four times as long as cleaning a description."""
    import nh3  # noqa: PLC0415

    return nh3.Cleaner(
        tags=_ELEMENTS,
        clean_content_tags=_REMOVED,
        attributes={"a": {"href"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="nofollow noopener noreferrer",
    )
