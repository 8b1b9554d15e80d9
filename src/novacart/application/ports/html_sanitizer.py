"""HTML that is safe to show."""

from typing import Protocol


class HtmlSanitizer(Protocol):
    def clean(self, html: str) -> str:
        """The HTML with formatting, lists, tables and links only: no scripts, styles or images."""
        ...
