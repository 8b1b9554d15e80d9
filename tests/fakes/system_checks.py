"""Fake results of system checks."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass
class FakeSystemChecks:
    """`recorded` maps the name of each check to whether it passed, and the summary."""

    recorded: dict[str, tuple[bool, str]] = field(default_factory=dict)

    def record(self, name: str, *, ok: bool, summary: str, at: datetime) -> None:  # noqa: ARG002
        self.recorded[name] = (ok, summary)

    def has_failed(self, name: str) -> bool:
        return not self.recorded.get(name, (True, ""))[0]
