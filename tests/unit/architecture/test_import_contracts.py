"""Each rule of import catches the violation that it is there to catch.

A contract that names a package wrongly is kept for ever. So the source tree is copied, one bad
import is planted, and the contract has to break; and no contract goes without such a proof.
"""

import shutil
import sys
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import packages_distributions
from pathlib import Path

import grimp
import pytest
from importlinter.api import read_configuration
from importlinter.cli import lint_imports
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[3]
CONTRACTS = {
    contract["id"]: contract
    for contract in read_configuration(str(ROOT / "pyproject.toml"))["contracts_options"]
}
DOMAIN_FEATURES = ["accounts", "cart", "catalog", "ordering", "payments", "wishlist"]
FEATURES = [*DOMAIN_FEATURES, "audit", "back_office", "idempotency", "notifications"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    contract: str
    module: str
    imports: str

    def __str__(self) -> str:
        return f"{self.contract}: {self.module} -> {self.imports}"


def _violations(contract: str, links: Iterable[tuple[str, str]]) -> list[Violation]:
    return [
        Violation(contract=contract, module=module, imports=imports) for module, imports in links
    ]


VIOLATIONS = [
    *_violations(
        "layers",
        [
            ("novacart.domain.cart.planted", "novacart.application.ports.clock"),
            ("novacart.domain.cart.planted", "novacart.adapters.web.planted_target"),
            ("novacart.application.cart.planted", "novacart.adapters.system.clock"),
            ("novacart.application.cart.planted", "novacart.entrypoints.planted_target"),
            ("novacart.adapters.web.planted", "novacart.entrypoints.planted_target"),
            ("novacart.planted_layer.planted", "novacart.domain.shared.money"),
        ],
    ),
    *_violations(
        "domain-features",
        [
            *(
                (f"novacart.domain.{one}.planted", f"novacart.domain.{other}.planted_target")
                for one, other in zip(
                    DOMAIN_FEATURES, DOMAIN_FEATURES[1:] + DOMAIN_FEATURES[:1], strict=True
                )
            ),
            ("novacart.domain.shared.planted", "novacart.domain.cart.planted_target"),
            ("novacart.domain.planted_feature.planted", "novacart.domain.shared.money"),
        ],
    ),
    *_violations(
        "application-features",
        [
            *(
                (
                    f"novacart.application.{one}.planted",
                    f"novacart.application.{other}.planted_target",
                )
                for one, other in zip(FEATURES, FEATURES[1:] + FEATURES[:1], strict=True)
            ),
            ("novacart.application.ports.planted", "novacart.application.cart.planted_target"),
            ("novacart.application.cart.planted", "novacart.application.relay"),
            ("novacart.application.planted_feature.planted", "novacart.application.ports.clock"),
        ],
    ),
    *_violations(
        "adapters-independent",
        [
            ("novacart.adapters.web.planted", "novacart.adapters.persistence.database"),
            ("novacart.adapters.admin.planted", "novacart.adapters.web.planted_target"),
            ("tests.fakes.planted", "novacart.adapters.system.clock"),
            ("novacart.adapters.persistence.planted", "tests.fakes.planted_target"),
            ("novacart.adapters.planted_adapter.planted", "novacart.domain.shared.money"),
        ],
    ),
    *_violations(
        "core-is-plain-python",
        [("novacart.domain.cart.planted", "sqlalchemy"), ("novacart.domain.planted", "stripe")],
    ),
    *_violations(
        "database-in-persistence",
        [
            (module, package)
            for module in (
                "novacart.adapters.web.planted",
                "novacart.adapters.admin.planted",
                "tests.fakes.planted",
                "novacart.entrypoints.planted",
            )
            for package in ("sqlalchemy", "sqlalchemy.engine", "alembic", "psycopg")
        ],
    ),
    *_violations(
        "flask-at-the-edge",
        [
            ("novacart.adapters.persistence.planted", "flask"),
            ("novacart.adapters.stripe.planted", "flask"),
        ],
    ),
    *_violations("stripe-in-its-adapter", [("novacart.adapters.web.planted", "stripe")]),
    *_violations(
        "cloudinary-in-its-adapter", [("novacart.adapters.admin.planted", "cloudinary.uploader")]
    ),
    *_violations("injection-at-the-entrance", [("novacart.adapters.web.planted", "injector")]),
    *_violations(
        "tables-are-secret",
        [("novacart.entrypoints.planted", "novacart.adapters.persistence.wishlist.tables")],
    ),
    *_violations(
        "no-aggregate-at-the-edge",
        [
            ("novacart.adapters.web.planted", "novacart.domain.wishlist.wishlist"),
            ("novacart.adapters.web.schemas.planted", "novacart.domain.ordering.planted_target"),
            ("novacart.adapters.admin.planted", "novacart.domain.catalog.planted_target"),
        ],
    ),
]


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the source tree, first on the path, so that the linter reads it."""
    copy = tmp_path / "src"
    ignored = shutil.ignore_patterns("__pycache__", "static", "templates", "*.png", "*.jpg")
    shutil.copytree(ROOT / "src", copy, ignore=ignored)
    monkeypatch.syspath_prepend(str(copy))
    # The linter looks a package up where it was imported from, if it was.
    for name in [name for name in sys.modules if name.split(".")[0] == "novacart"]:
        monkeypatch.delitem(sys.modules, name)
    return copy


def _add(tree: Path, module: str, content: str) -> None:
    path = tree.joinpath(*module.split(".")).with_suffix(".py")
    if path.exists() or path.with_suffix("").is_dir():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    for package in path.relative_to(tree).parents:
        marker = tree / package / "__init__.py"
        if package != Path() and not marker.exists():
            marker.touch()
    path.write_text(content)


def _plant(tree: Path, violation: Violation) -> None:
    if violation.imports.startswith("novacart."):
        _add(tree, violation.imports, "")
    _add(tree, violation.module, f"import {violation.imports}\n")


def _report(capsys: pytest.CaptureFixture[str], *contracts: str) -> tuple[int, str]:
    """The linter's exit status and words on the tree that is first on the path."""
    capsys.readouterr()
    status = lint_imports(
        config_filename=str(ROOT / "pyproject.toml"),
        limit_to_contracts=contracts,
        no_cache=True,
        is_debug_mode=True,
        no_logo=True,
    )
    return status, " ".join(capsys.readouterr().out.split())


def test_the_house_keeps_its_rules(capsys: pytest.CaptureFixture[str]) -> None:
    status, report = _report(capsys)
    assert status == 0, report
    assert f"{len(CONTRACTS)} kept, 0 broken" in report


def test_every_contract_has_its_violation() -> None:
    assert set(CONTRACTS) == {violation.contract for violation in VIOLATIONS}


@pytest.mark.parametrize("violation", VIOLATIONS, ids=str)
def test_a_planted_violation_is_caught(
    tree: Path, capsys: pytest.CaptureFixture[str], violation: Violation
) -> None:
    _plant(tree, violation)
    status, report = _report(capsys, violation.contract)
    assert status == 1
    assert f"{CONTRACTS[violation.contract]['name']} BROKEN" in report
    assert "planted" in report


@pytest.mark.parametrize("layer", ["domain", "application"])
def test_the_core_may_use_none_of_our_libraries(
    tree: Path, capsys: pytest.CaptureFixture[str], layer: str
) -> None:
    packages = CONTRACTS["core-is-plain-python"]["forbidden_modules"]
    _add(tree, f"novacart.{layer}.planted", "".join(f"import {name}\n" for name in packages))
    status, report = _report(capsys, "core-is-plain-python")
    assert status == 1
    for package in packages:
        assert f"novacart.{layer} is not allowed to import {package}:" in report


def _declared() -> set[str]:
    """The runtime's distributions, as pyproject.toml names them."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return {canonicalize_name(Requirement(line).name) for line in project["dependencies"]}


def test_what_the_shop_imports_is_declared() -> None:
    graph = grimp.build_graph("novacart", include_external_packages=True, cache_dir=None)
    imported = {name for name in graph.modules if graph.is_module_squashed(name)}
    distributions = packages_distributions()
    undeclared = {
        name
        for name in imported - sys.stdlib_module_names
        if not _declared() & {canonicalize_name(found) for found in distributions.get(name, [])}
    }
    assert "sqlalchemy" in imported
    assert undeclared == set()


def test_every_runtime_library_is_kept_out_of_the_core() -> None:
    wanted = _declared()
    modules_of = {
        module: wanted & {canonicalize_name(name) for name in distributions}
        for module, distributions in packages_distributions().items()
        if not module.startswith("_") and module.isidentifier()
    }
    modules = {module for module, distributions in modules_of.items() if distributions}
    assert set().union(*modules_of.values()) == wanted
    assert modules - set(CONTRACTS["core-is-plain-python"]["forbidden_modules"]) == set()


def test_a_feature_joins_every_contract() -> None:
    """A folder that no contract lists breaks `exhaustive`; this says so in plainer words."""
    listed = {
        name.strip(" ()\n")
        for contract in ("domain-features", "application-features")
        for layer in CONTRACTS[contract]["layers"]
        for name in layer.split("|")
    }
    folders = {
        path.parent.name
        for layer in ("domain", "application")
        for path in (ROOT / "src" / "novacart" / layer).glob("*/__init__.py")
    }
    assert folders <= listed
    assert set(FEATURES) == listed - {"ports", "relay", "schedules", "shared"}
