"""Libraries that a process imports only where it uses them, because they take memory."""

import subprocess
import sys

_ON_DEMAND = {"alembic", "cloudinary", "redis", "stripe", "zxcvbn"}
_SCRIPT = "import sys, novacart.entrypoints.cli; print(*sys.modules)"


def test_command_line_imports_no_library_that_is_used_on_demand() -> None:
    result = subprocess.run(
        [sys.executable, "-c", _SCRIPT], capture_output=True, text=True, check=True
    )
    imported = set(result.stdout.split())
    assert "sqlalchemy" in imported
    assert imported & _ON_DEMAND == set()
