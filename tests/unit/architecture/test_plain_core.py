"""Domain and application import with only the standard library on the path."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
_IMPORT_ALL = """
import importlib, pathlib, sys
source, *layers = sys.argv[1:]
sys.path.append(source)
for layer in layers:
    for path in sorted((pathlib.Path(source) / "novacart" / layer).rglob("*.py")):
        parts = path.relative_to(source).with_suffix("").parts
        importlib.import_module(".".join(parts).removesuffix(".__init__"))
print("\\n".join(sorted({name.partition(".")[0] for name in sys.modules})))
"""


def _import_all(source: Path, *layers: str) -> subprocess.CompletedProcess[str]:
    """Import every module of the layers in an interpreter without site-packages."""
    return subprocess.run(
        [sys.executable, "-I", "-S", "-W", "error", "-c", _IMPORT_ALL, str(source), *layers],
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )


def test_core_imports_with_the_standard_library_alone() -> None:
    result = _import_all(ROOT / "src", "domain", "application")
    assert result.returncode == 0, result.stderr
    assert set(result.stdout.split()) - {"novacart", "__main__"} <= sys.stdlib_module_names


def test_third_party_import_fails(tmp_path: Path) -> None:
    layer = tmp_path / "novacart" / "domain"
    layer.mkdir(parents=True)
    (layer / "planted.py").write_text("import sqlalchemy\n")
    result = _import_all(tmp_path, "domain")
    assert result.returncode != 0
    assert "No module named 'sqlalchemy'" in result.stderr
