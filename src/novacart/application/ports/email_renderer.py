"""Rendering of emails from templates."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderedEmail:
    subject: str
    text: str
    html: str


class EmailRenderer(Protocol):
    def render(self, template: str, context: Mapping[str, object]) -> RenderedEmail:
        """Render the template of that name (`password_reset`); HTML in the context is escaped."""
        ...
