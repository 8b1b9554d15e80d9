"""What a log line says of an error that nobody foresaw."""

import json
import logging
from collections.abc import Callable

import pytest
import structlog

from novacart.entrypoints.logs import formatter

CANARY = "canary-password-7"
TOKEN = "canary-token-8"
GIVEN = {"password": CANARY, "token": TOKEN}


def _hash(password: str) -> str:
    return str(int(password))


def _sign_in(given: dict[str, str]) -> str:
    token = given["token"]
    try:
        return _hash(given["password"])
    except ValueError as error:
        raise KeyError(token) from error


def line(act: Callable[[], object], *, debug: bool) -> str:
    """What is logged of the error that `act` fails with."""
    failure: BaseException | None = None
    try:
        act()
    except LookupError as error:
        failure = error
    assert failure is not None
    told = (type(failure), failure, failure.__traceback__)
    record = logging.LogRecord("novacart.web", logging.ERROR, "a.py", 1, "unforeseen", None, told)
    return formatter(debug=debug).format(record)


def sign_in() -> str:
    """Fail with what a client sent in the locals, the message and the cause."""
    return _sign_in(dict(GIVEN))


def cut_short() -> None:
    try:
        _hash(CANARY)
    except ValueError:
        raise LookupError(CANARY) from None


def hold() -> None:
    held = CANARY
    raise LookupError(len(held))


def test_production_tells_the_types_and_stacks_and_no_value() -> None:
    written = line(sign_in, debug=False)
    assert "canary" not in written
    told = json.loads(written)
    assert told["event"] == "unforeseen"
    first, cause = told["exception"].split("\nfrom ")
    assert first.startswith("KeyError\n")
    assert "in _sign_in" in first
    assert cause.startswith("ValueError\n")
    assert "in _hash" in cause


def test_a_chain_that_was_cut_on_purpose_stays_cut() -> None:
    told = json.loads(line(cut_short, debug=False))["exception"]
    assert told.startswith("LookupError\n")
    assert "ValueError" not in told


def test_python_s_own_rendering_would_have_shown_it() -> None:
    with pytest.raises(KeyError) as caught:
        sign_in()
    naive = logging.Formatter().formatException((caught.type, caught.value, caught.tb))
    assert CANARY in naive
    assert TOKEN in naive


def test_no_local_variable_is_shown_while_developing() -> None:
    written = line(hold, debug=True)
    assert "hold" in written
    assert CANARY not in written


def test_structlog_s_own_rendering_would_have_shown_it(monkeypatch: pytest.MonkeyPatch) -> None:
    with_locals = structlog.dev.RichTracebackFormatter(show_locals=True)
    monkeypatch.setattr(structlog.dev, "RichTracebackFormatter", lambda **_: with_locals)

    assert CANARY in line(hold, debug=True)
