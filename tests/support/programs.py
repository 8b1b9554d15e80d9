"""Programs that some machines have, and that no Python package ships."""

import shutil

import pytest


def program(name: str) -> str:
    """Return the path of the program, or skip the test with its name."""
    path = shutil.which(name) or shutil.which(name, path="/usr/sbin")
    if path is None:
        pytest.skip(f"{name} is not installed")
    return path
