"""What the shop's mails say."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderedEmail:
    subject: str
    text: str
    html: str


class EmailRenderer(Protocol):
    def write(self, name: str, facts: Mapping[str, object]) -> RenderedEmail:
        """The letter of that name (`password_reset`), filled in; facts are never markup."""
        ...
