"""No generator yields while it holds a transaction, which would block every writer.

A generator holds what it has opened for as long as its consumer takes between two items.
"""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

SOURCES: Final = Path(__file__).parents[3] / "src" / "novacart"

# Contexts that hold neither a transaction nor a lock.
_HARMLESS: Final = frozenset({"file.open", "self._tracer.start_span", "translate_errors"})
_CONTEXT_MANAGER: Final = "contextmanager"

Function = ast.FunctionDef | ast.AsyncFunctionDef


def _violations(source: str) -> list[str]:
    """The name of the function and the context, for each `yield` inside a `with` block."""
    found: list[str] = []
    if "yield" not in source:
        return found
    for function in ast.walk(ast.parse(source)):
        if not isinstance(function, Function):
            continue
        decorators = {ast.unparse(each).split("(")[0] for each in function.decorator_list}
        if _CONTEXT_MANAGER in decorators:
            continue
        found += [f"{function.name}: {context}" for context in _contexts_around_yields(function)]
    return found


def _contexts_around_yields(function: Function) -> Iterator[str]:
    for block in _own_nodes(function):
        if not isinstance(block, ast.With | ast.AsyncWith):
            continue
        nodes = (node for statement in block.body for node in [statement, *_own_nodes(statement)])
        if not any(isinstance(node, ast.Yield | ast.YieldFrom) for node in nodes):
            continue
        for item in block.items:
            context = ast.unparse(item.context_expr).split("(")[0]
            if context not in _HARMLESS:
                yield context


def _own_nodes(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes below, without those of nested functions."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, Function | ast.Lambda):
            continue
        yield child
        yield from _own_nodes(child)


def test_no_generator_yields_inside_a_transaction() -> None:
    violations = {
        str(path.relative_to(SOURCES)): _violations(path.read_text())
        for path in SOURCES.rglob("*.py")
    }
    assert {path: found for path, found in violations.items() if found} == {}


def test_yield_inside_a_transaction_is_found() -> None:
    source = """
class Ledger:
    def changed_since(self, since):
        with translate_errors(), self._ledger.begin() as session:
            for refund in session.refunds_since(since):
                yield refund.payment

    def references(self):
        with self._database.snapshot() as connection:
            yield from connection.scalars(STATEMENT)

    @contextmanager
    def begin(self):
        with self._database.writing() as connection:
            yield connection
"""
    assert _violations(source) == [
        "changed_since: self._ledger.begin",
        "references: self._database.snapshot",
    ]
