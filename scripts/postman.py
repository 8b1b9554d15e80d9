"""Write the Postman collection of the API: `python -m scripts.postman`.

It is generated from the OpenAPI document, by Node packages that are installed first, as
postman/package-lock.json locks them.
"""

import json
import subprocess
from pathlib import Path

from scripts.build_storefront import node_environment
from scripts.openapi import openapi_document

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
    result = subprocess.run(
        command,
        cwd=FOLDER,
        env=node_environment(),
        input=text,
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode != 0:
        raise RuntimeError(f"{' '.join(command)} failed:\n{result.stdout}{result.stderr}")
    return result.stdout


def main() -> None:
    """Write the collection."""
    install()
    document = json.dumps(openapi_document())
    COLLECTION.write_text(run_node("node", "collection.mjs", text=document))


if __name__ == "__main__":
    main()
