"""The core runs on a bare interpreter: no third-party package can be imported there."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
# Every module of a layer, imported with the standard library and `src` alone on the path.
_IMPORT_ALL = """
import importlib, pathlib, sys
source, layer = sys.argv[1:]
sys.path.append(source)
for path in sorted((pathlib.Path(source) / "novacart" / layer).rglob("*.py")):
    parts = path.relative_to(source).with_suffix("").parts
    importlib.import_module(".".join(parts).removesuffix(".__init__"))
print("\\n".join(sorted({name.partition(".")[0] for name in sys.modules})))
"""


def _import_all(source: Path, layer: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-I", "-S", "-W", "error", "-c", _IMPORT_ALL, str(source), layer],
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )


@pytest.mark.parametrize("layer", ["domain", "application"])
def test_a_layer_of_the_core_needs_the_standard_library_alone(layer: str) -> None:
    imported = _import_all(ROOT / "src", layer)
    assert imported.returncode == 0, imported.stderr
    ours = {"novacart", "__main__"}
    assert set(imported.stdout.split()) - ours <= sys.stdlib_module_names


def test_a_third_party_import_in_the_core_is_caught(tmp_path: Path) -> None:
    layer = tmp_path / "novacart" / "domain"
    layer.mkdir(parents=True)
    (layer / "planted.py").write_text("import sqlalchemy\n")
    imported = _import_all(tmp_path, "domain")
    assert imported.returncode != 0
    assert "No module named 'sqlalchemy'" in imported.stderr
