"""Check of the dependencies that the application needs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependency:
    """The state of one dependency.

    `detail` is shown publicly: no address, no secret. `explanation` is for the operator only.
    """

    name: str
    ok: bool
    detail: str
    explanation: str = ""


class Readiness(Protocol):
    def __call__(self) -> Sequence[Dependency]:
        """Check each dependency now. A failure is reported, not raised."""
        ...
