"""Write the Postman collection of the API: `python -m scripts.postman`.

It is generated from the OpenAPI document, by Node packages that are installed first, as
postman/package-lock.json locks them.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from novacart.entrypoints.http import create_app
from novacart.entrypoints.settings import load_settings

FOLDER = Path(__file__).parents[1] / "postman"
COLLECTION = FOLDER / "novacart.postman_collection.json"


def install() -> None:
    """Install the locked Node packages, unless the lock has not changed since."""
    lock = (FOLDER / "package-lock.json").read_bytes()
    stamp = FOLDER / "node_modules" / ".installed"
    if not stamp.exists() or stamp.read_bytes() != lock:
        run_node("npm", "ci", "--no-audit", "--no-fund", "--loglevel=error")
        stamp.write_bytes(lock)


def run_node(*command: str, text: str = "") -> str:
    """Run a command of Node in the folder of the collection; return its output."""
    environ = os.environ | {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    }
    result = subprocess.run(
        command, cwd=FOLDER, env=environ, input=text, capture_output=True, text=True, check=False
    )
    if result.returncode != 0:
        raise RuntimeError(f"{' '.join(command)} failed:\n{result.stdout}{result.stderr}")
    return result.stdout


def openapi_document() -> str:
    """Return the document of a development shop, which has the routes of the sandbox."""
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings({"DEBUG": "True", "VAR_DIR": folder}, dotenv=Path(folder) / ".env")
        response = create_app(settings).test_client().get("/api/openapi.json")
    return json.dumps(response.get_json())


def main() -> None:
    """Write the collection."""
    install()
    COLLECTION.write_text(run_node("node", "collection.mjs", text=openapi_document()))


if __name__ == "__main__":
    main()
