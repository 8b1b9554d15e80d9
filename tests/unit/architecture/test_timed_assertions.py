"""No assertion of a test compares the time that something took: machines differ in speed."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[2]
CLOCKS = {"monotonic", "perf_counter", "process_time", "time"}


def timed_assertions(source: str) -> Iterator[int]:
    """The lines of the assertions on a difference from a reading of a clock."""
    if not any(f"{name}()" in source for name in CLOCKS):
        return
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Assert) and any(map(_is_duration, ast.walk(node.test))):
            yield node.lineno


def _is_duration(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.BinOp)
        and isinstance(node.op, ast.Sub)
        and any(_reads_clock(each) for each in (node.left, node.right))
    )


def _reads_clock(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call):
        return False
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    return name in CLOCKS


def test_no_assertion_depends_on_the_speed_of_the_machine() -> None:
    found = {
        f"{path.relative_to(TESTS)}:{line}"
        for path in TESTS.rglob("*.py")
        for line in timed_assertions(path.read_text())
    }
    assert found == set()


@pytest.mark.parametrize(
    ("assertion", "is_timed"),
    [
        ("assert time.monotonic() - started < 3", True),
        ("assert run() and perf_counter() - begin <= limit", True),
        ("assert time.monotonic() < deadline", False),
        ("assert clock.now() - started == HOUR", False),
    ],
)
def test_differences_of_clocks_are_found(assertion: str, *, is_timed: bool) -> None:
    assert list(timed_assertions(assertion)) == ([1] if is_timed else [])
