"""Each contract in .importlinter catches a planted import that breaks it.

The imports are planted in a copy of the import graph, so that no file is written.
"""

import inspect
from collections.abc import Iterable
from copy import deepcopy
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import grimp
import pytest
from importlinter.api import read_configuration
from importlinter.contracts.forbidden import ForbiddenContract
from importlinter.contracts.layers import LayersContract
from importlinter.contracts.protected import ProtectedContract

from novacart.domain.shared.events import AggregateRoot

ROOT = Path(__file__).parents[3]
CONFIGURATION = read_configuration(str(ROOT / ".importlinter"))
CONTRACTS: dict[str, dict[str, Any]] = {
    contract["id"]: contract for contract in CONFIGURATION["contracts_options"]
}
CONTRACT_TYPES: dict[str, Any] = {
    "forbidden": ForbiddenContract,
    "layers": LayersContract,
    "protected": ProtectedContract,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    contract: str
    importer: str
    imported: str

    def __str__(self) -> str:
        return f"{self.contract}: {self.importer} -> {self.imported}"


VIOLATIONS = [
    Violation(contract=contract, importer=f"novacart.{importer}", imported=f"novacart.{imported}")
    for contract, importer, imported in [
        ("layers", "domain.cart.planted", "application.ports.clock"),
        ("layers", "application.cart.planted", "adapters.system.clock"),
        ("layers", "adapters.web.planted", "entrypoints.settings"),
        ("layers", "new_layer.planted", "domain.shared.money"),
        ("domain-features", "domain.cart.planted", "domain.ordering.order"),
        ("domain-features", "domain.cart.planted", "domain.services.planted"),
        ("domain-features", "domain.new_feature.planted", "domain.shared.money"),
        ("application-features", "application.cart.planted", "application.wishlist.queries"),
        ("application-features", "application.ports.planted", "application.cart.queries"),
        ("application-features", "application.authorization.planted", "application.cart.queries"),
        ("application-features", "application.new_feature.planted", "application.ports.clock"),
        ("adapters-independent", "adapters.admin.planted", "adapters.persistence.database"),
        ("adapters-independent", "adapters.new_adapter.planted", "domain.shared.money"),
        ("private-tables", "entrypoints.planted", "adapters.persistence.wishlist.tables"),
        ("edge-without-aggregates", "adapters.web.planted", "domain.ordering.order"),
        ("edge-without-aggregates", "adapters.admin.planted", "domain.services.planted"),
    ]
]


@pytest.fixture(scope="module")
def source_graph() -> grimp.ImportGraph:
    return grimp.build_graph("novacart", include_external_packages=True, cache_dir=None)


@pytest.fixture
def graph(source_graph: grimp.ImportGraph) -> grimp.ImportGraph:
    """A copy of the import graph that a test may change."""
    return deepcopy(source_graph)


def _is_kept(contract: str, graph: grimp.ImportGraph) -> bool:
    options = CONTRACTS[contract]
    checked = CONTRACT_TYPES[options["type"]](
        name=options["name"],
        session_options=CONFIGURATION["session_options"],
        contract_options=options,
    )
    return bool(checked.check(graph, verbose=False).kept)


def _plant(graph: grimp.ImportGraph, violation: Violation) -> None:
    for module in (violation.importer, violation.imported):
        parts = module.split(".")
        for length in range(1, len(parts) + 1):
            graph.add_module(".".join(parts[:length]))
    graph.add_import(
        importer=violation.importer,
        imported=violation.imported,
        line_number=1,
        line_contents=f"import {violation.imported}",
    )


@pytest.mark.parametrize("contract", CONTRACTS)
def test_source_keeps_contract(graph: grimp.ImportGraph, contract: str) -> None:
    assert _is_kept(contract, graph)


@pytest.mark.parametrize("violation", VIOLATIONS, ids=str)
def test_contract_catches_planted_import(graph: grimp.ImportGraph, violation: Violation) -> None:
    _plant(graph, violation)
    assert not _is_kept(violation.contract, graph)


def test_every_contract_has_a_planted_violation() -> None:
    assert set(CONTRACTS) == {violation.contract for violation in VIOLATIONS}


def test_contract_lists_every_aggregate(source_graph: grimp.ImportGraph) -> None:
    """An aggregate that `edge-without-aggregates` does not list could be imported at the edge."""
    listed = CONTRACTS["edge-without-aggregates"]["forbidden_modules"]
    assert _aggregate_modules(source_graph.find_descendants("novacart.domain")) <= set(listed)


def _aggregate_modules(modules: Iterable[str]) -> set[str]:
    return {
        module
        for module in modules
        for _, member in inspect.getmembers(import_module(module), inspect.isclass)
        if issubclass(member, AggregateRoot)
        and member is not AggregateRoot
        and member.__module__ == module
    }


def test_aggregate_module_is_recognised() -> None:
    modules = ["novacart.domain.cart.cart", "novacart.domain.cart.errors"]
    assert _aggregate_modules(modules) == {"novacart.domain.cart.cart"}
