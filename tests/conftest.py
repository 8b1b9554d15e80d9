"""Hypothesis profiles, and a folder that all processes of a test run share."""

import gc
import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

pytest.register_assert_rewrite("tests.support")

settings.register_profile(
    "default", deadline=None, max_examples=50, print_blob=True, derandomize=True
)
settings.register_profile("quick", settings.get_profile("default"), max_examples=10)
settings.register_profile(
    "stress", settings.get_profile("default"), max_examples=2000, derandomize=False
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))

# On a busy machine any statement may be slow, and its log line would be in the output of a command.
os.environ["SLOW_QUERY_MS"] = "0"

_FOLDER = pytest.StashKey[Path]()
_PID = pytest.StashKey[int]()


def pytest_configure(config: pytest.Config) -> None:
    shared: Mapping[str, Any] | None = getattr(config, "workerinput", None)
    if shared is None:
        # Imported after `register_assert_rewrite`.
        from tests.support.memory import memory_folder  # noqa: PLC0415

        folder = Path(tempfile.mkdtemp(prefix="novacart_tests_", dir=memory_folder()))
        # PostgreSQL may run as another user.
        folder.chmod(0o755)
        config.stash[_FOLDER] = folder
        config.stash[_PID] = os.getpid()
        config.option.basetemp = config.option.basetemp or folder / "tmp"
    else:
        config.stash[_FOLDER] = Path(shared["run_folder"])
        config.stash[_PID] = shared["run_pid"]


def pytest_collection_finish() -> None:
    # The garbage collector then skips the imported modules, which saves a seventh of the time.
    gc.freeze()


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:  # noqa: ANN401 (pytest-xdist ships no types)
    node.workerinput["run_folder"] = str(node.config.stash[_FOLDER])
    node.workerinput["run_pid"] = node.config.stash[_PID]


def pytest_unconfigure(config: pytest.Config) -> None:
    if hasattr(config, "workerinput") or _FOLDER not in config.stash:
        return
    folder = config.stash[_FOLDER]
    if any(folder.glob("postgres*")):
        # Imported here because unit tests need no database libraries.
        from tests.support.databases import TestRun  # noqa: PLC0415

        TestRun(folder=folder, pid=config.stash[_PID]).close()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def run_folder(pytestconfig: pytest.Config) -> Path:
    """A folder that all processes of the test run share."""
    return pytestconfig.stash[_FOLDER]


@pytest.fixture(scope="session")
def run_pid(pytestconfig: pytest.Config) -> int:
    """The main process of the test run."""
    return pytestconfig.stash[_PID]
