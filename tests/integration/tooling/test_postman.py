"""The Postman collection is generated from the document, and its journey ends in a paid order."""

import fcntl
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.unit_of_work import SqlUnitOfWorkFactory
from novacart.adapters.system.request_context import ContextVarRequestContexts
from scripts import postman
from scripts.openapi import openapi_document
from tests.support.builders.ordering import add_product
from tests.support.processes import Process, free_port


@pytest.fixture(scope="module", autouse=True)
def packages(run_folder: Path) -> None:
    with (run_folder / "postman.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        postman.install()


@pytest.fixture
def shop(sqlite_url: str, tmp_path: Path) -> Iterator[str]:
    """The address of a started shop with a product and the sandbox provider."""
    database = Database.connect(sqlite_url)
    with SqlUnitOfWorkFactory(database, ContextVarRequestContexts())() as work:
        add_product(work, price=300, stock=10)
        work.commit()
    database.dispose()
    url = f"http://127.0.0.1:{(port := free_port())}"
    environ = {"DEBUG": "True", "DATABASE_URL": sqlite_url, "VAR_DIR": str(tmp_path / "var")}
    process = Process("serve", folder=tmp_path, PORT=str(port), WEB_WORKERS="1", **environ)
    try:
        process.wait_until_up(f"{url}/api/health/")
        yield url
    finally:
        process.stop()


@pytest.mark.parametrize("generated", [True, False], ids=["generated", "committed"])
def test_journey_of_the_collection_succeeds(shop: str, tmp_path: Path, *, generated: bool) -> None:
    collection = postman.COLLECTION
    if generated:
        collection = tmp_path / "collection.json"
        document = json.dumps(openapi_document())
        collection.write_text(postman.run_node("node", "collection.mjs", text=document))
    report = tmp_path / "report.json"
    postman.run_node(
        *("node_modules/.bin/newman", "run", str(collection)),
        *("--folder", "A shopper's journey", "--env-var", f"baseUrl={shop}", "--bail"),
        *("--reporters", "cli,json", "--reporter-json-export", str(report)),
    )
    run = json.loads(report.read_text())["run"]
    assert run["failures"] == []
    responses = {execution["item"]["name"]: body(execution) for execution in run["executions"]}
    assert len(responses) == 15
    statuses = [each["payment_status"] for each in responses.values() if "payment_status" in each]
    assert statuses == ["PENDING", "PAID"]


def body(execution: dict[str, Any]) -> Any:  # noqa: ANN401 (any JSON)
    stream = execution["response"]["stream"]["data"]
    return json.loads(bytes(stream) or b"{}")
