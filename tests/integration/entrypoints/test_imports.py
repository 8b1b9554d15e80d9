"""Code that a process imports only where it uses it, because it takes memory and time."""

import subprocess
import sys

import pytest

_ON_DEMAND = {
    *("alembic", "cloudinary", "cryptography", "opentelemetry", "redis", "rich", "stripe", "zxcvbn")
}
_WEB = {"flask", "flask_admin", "flask_smorest", "granian", "marshmallow", "webargs", "wtforms"}
_REQUESTS = {"novacart.application.ordering.place_order", "novacart.entrypoints.modules.queries"}


@pytest.mark.parametrize(
    ("module", "used", "unused"),
    [
        ("cli", {"click"}, _ON_DEMAND | _WEB),
        ("commands.worker", {"sqlalchemy"}, _ON_DEMAND | _WEB | _REQUESTS | {"PIL"}),
        ("http", {"flask", "sqlalchemy"}, _ON_DEMAND),
        ("commands.serve", {"granian"}, _ON_DEMAND),
    ],
)
def test_process_imports_no_code_that_it_does_not_use(
    module: str, used: set[str], unused: set[str]
) -> None:
    script = f"import sys, novacart.entrypoints.{module}; print(*sys.modules)"
    result = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    imported = set(result.stdout.split())
    assert used <= imported
    assert imported & unused == set()
