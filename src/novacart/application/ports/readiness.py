"""Whether what the shop depends on can be used."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependency:
    """`detail` is a sentence for whoever runs the shop: no address, no secret."""

    name: str
    ok: bool
    detail: str


class Readiness(Protocol):
    def __call__(self) -> Sequence[Dependency]:
        """Look at each dependency now; one that fails is reported, not raised."""
        ...
