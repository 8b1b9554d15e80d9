import pytest


@pytest.fixture(autouse=True)
def _same_priority(monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands run in this process, which can't raise its priority again."""
    monkeypatch.setattr("novacart.entrypoints.commands.catalog.lower_priority", lambda: None)
