"""Targets of scenarios, and whether a result meets them."""

from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks.metrics import Figures, Statements


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratios:
    """Rate and processor time compared with another subject: above 1 is better."""

    rate: float
    processor: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What a result must reach.

    `of_floor` is a share of the floor's rate, and of its processor time for each request;
    `of_other` a multiple of the other checkout's rate. `p95_ms` holds for `dialect` only.
    """

    of_floor: float | None = None
    of_other: float | None = None
    p95_ms: float | None = None
    statements: int | None = None
    commits: int | None = None
    dialect: str | None = None

    def applies_to(self, dialect: str) -> bool:
        return self.dialect in {None, dialect}

    @property
    def text(self) -> str:
        parts = []
        if self.of_floor is not None:
            parts.append(f"≥ {self.of_floor:g} of the floor")
        if self.of_other is not None:
            parts.append(f"≥ {self.of_other:g} × the other")
        if self.p95_ms is not None:
            parts.append(f"p95 ≤ {self.p95_ms:g} ms")
        if self.statements is not None:
            parts.append(f"≤ {self.statements} statements, {self.commits} commit")
        return "; ".join(parts)

    def is_met(
        self,
        figures: Figures,
        statements: Statements | None,
        *,
        floor: Ratios | None,
        other: Ratios | None,
    ) -> bool | None:
        """None if there is no target, or nothing to compare with."""
        checks = list(self._checks(figures, statements, floor, other))
        return all(checks) if checks else None

    def _checks(
        self,
        figures: Figures,
        statements: Statements | None,
        floor: Ratios | None,
        other: Ratios | None,
    ) -> Iterator[bool]:
        if self.of_floor is not None and floor is not None:
            yield floor.rate >= self.of_floor
            if floor.processor is not None:
                yield floor.processor >= self.of_floor
        if self.of_other is not None and other is not None:
            yield other.rate >= self.of_other
        if self.p95_ms is not None:
            # Without a completed request there is no latency.
            yield figures.requests > 0 and figures.p95_ms <= self.p95_ms
        if self.statements is not None and self.commits is not None and statements is not None:
            yield statements.sent <= self.statements
            yield statements.commits <= self.commits
