"""Generate the storefront's API types from the OpenAPI document, or check them with `--check`."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from scripts.build_storefront import SOURCES, node_environment
from scripts.openapi import openapi_document

TYPES: Final = SOURCES / "src" / "api" / "schema.d.ts"


def main() -> int:
    """Write the types; with `--check` compare only, exit code 1 if they are stale."""
    generated = generate()
    if "--check" not in sys.argv[1:]:
        TYPES.write_text(generated)
        return 0
    if TYPES.read_text() == generated:
        return 0
    print(f"{TYPES} does not match the OpenAPI document. Run `make storefront-types`.")
    return 1


def generate() -> str:
    """Return the types of the OpenAPI document, which includes the routes of the sandbox."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "openapi.json"
        path.write_text(json.dumps(openapi_document()))
        result = subprocess.run(
            [
                "npx",
                "--no-install",
                "openapi-typescript",
                str(path),
                "--alphabetize",
                "--default-non-nullable=false",
            ],
            cwd=SOURCES,
            env=node_environment(),
            check=True,
            capture_output=True,
            text=True,
        )
    return result.stdout


if __name__ == "__main__":
    sys.exit(main())
