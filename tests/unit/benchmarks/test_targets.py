"""Targets of benchmark results."""

from array import array

import pytest

from benchmarks.metrics import Run, Statements, figures_of
from benchmarks.targets import Ratios, Target

FIGURES = figures_of([Run(latencies=array("Q", [10_000_000] * 100), seconds=1.0)])


@pytest.mark.parametrize(
    ("rate", "processor", "expected"),
    [(0.9, 0.9, True), (0.89, 1.0, False), (1.0, 0.89, False), (0.95, None, True)],
)
def test_share_of_the_floor_counts_rate_and_processor_time(
    rate: float, processor: float | None, *, expected: bool
) -> None:
    floor = Ratios(rate=rate, processor=processor)
    assert Target(of_floor=0.9).is_met(FIGURES, None, floor=floor, other=None) is expected


@pytest.mark.parametrize(("rate", "expected"), [(3.0, True), (2.9, False)])
def test_multiple_of_the_other_checkout_counts_the_rate(rate: float, *, expected: bool) -> None:
    other = Ratios(rate=rate, processor=0.1)
    assert Target(of_other=3.0).is_met(FIGURES, None, floor=None, other=other) is expected


@pytest.mark.parametrize(("limit", "expected"), [(10.0, True), (9.9, False)])
def test_p95_is_limited(limit: float, *, expected: bool) -> None:
    assert Target(p95_ms=limit).is_met(FIGURES, None, floor=None, other=None) is expected


def test_p95_without_a_completed_request_misses_its_target() -> None:
    none_completed = figures_of([Run(latencies=array("Q"), seconds=1.0)])
    assert Target(p95_ms=50.0).is_met(none_completed, None, floor=None, other=None) is False


@pytest.mark.parametrize(
    ("sent", "commits", "expected"), [(4, 1, True), (5, 1, False), (4, 2, False)]
)
def test_statements_and_commits_are_limited(sent: int, commits: int, *, expected: bool) -> None:
    statements = Statements(sent=sent, commits=commits)
    target = Target(statements=4, commits=1)
    assert target.is_met(FIGURES, statements, floor=None, other=None) is expected


def test_comparison_without_a_subject_is_neither_met_nor_missed() -> None:
    assert Target(of_other=3.0).is_met(FIGURES, None, floor=None, other=None) is None


def test_target_of_one_database_does_not_apply_to_another() -> None:
    target = Target(p95_ms=50.0, dialect="postgresql")
    assert target.applies_to("postgresql")
    assert not target.applies_to("sqlite")
