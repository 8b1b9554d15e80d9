"""Log lines of unexpected errors reveal no values."""

import json
import logging
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from io import StringIO
from traceback import TracebackException
from typing import TextIO

import pytest
import structlog

from novacart.entrypoints.logs import configure_logs, formatter, line_writer, request_ids

CANARY = "canary-password-7"
TOKEN = "canary-token-8"
INPUT = {"password": CANARY, "token": TOKEN}


def _hash(password: str) -> str:
    return str(int(password))


def _sign_in(given: dict[str, str]) -> str:
    token = given["token"]
    try:
        return _hash(given["password"])
    except ValueError as error:
        raise KeyError(token) from error


def line(act: Callable[[], object], *, debug: bool) -> str:
    """Return the log line of the error that `act` raises."""
    failure: BaseException | None = None
    try:
        act()
    except LookupError as error:
        failure = error
    assert failure is not None
    exc_info = (type(failure), failure, failure.__traceback__)
    record = logging.LogRecord("novacart.web", logging.ERROR, "a.py", 1, "error", None, exc_info)
    return formatter(debug=debug).format(record)


def sign_in() -> str:
    """Raise with input in the local variables, the message and the cause."""
    return _sign_in(dict(INPUT))


def raise_from_none() -> None:
    try:
        _hash(CANARY)
    except ValueError:
        raise LookupError(CANARY) from None


def raise_with_local_variable() -> None:
    held = CANARY
    raise LookupError(len(held))


def test_production_logs_types_and_stacks_without_values() -> None:
    written = line(sign_in, debug=False)
    assert "canary" not in written
    entry = json.loads(written)
    assert entry["event"] == "error"
    first, cause = entry["exception"].split("\nfrom ")
    assert first.startswith("KeyError\n")
    assert "in _sign_in" in first
    assert cause.startswith("ValueError\n")
    assert "in _hash" in cause


def test_suppressed_cause_is_not_logged() -> None:
    entry = json.loads(line(raise_from_none, debug=False))["exception"]
    assert entry.startswith("LookupError\n")
    assert "ValueError" not in entry


@pytest.fixture
def stream() -> Iterator[StringIO]:
    """The output of the logs of production, in a request."""
    token = request_ids.set(("a", "b"))
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    written = StringIO()
    configure_logs(debug=False, stream=written)
    yield written
    request_ids.reset(token)
    structlog.reset_defaults()
    root.handlers, root.level = handlers, level


def test_production_line_has_the_members_of_a_line_of_the_standard_library(
    stream: StringIO,
) -> None:
    structlog.get_logger("novacart.test").warning("event", route="/", status=200)
    logging.getLogger("novacart.test").warning("event")
    direct, standard = (json.loads(text) for text in stream.getvalue().splitlines())
    times = [line.pop("timestamp") for line in (direct, standard)]
    assert direct == standard | {"route": "/", "status": 200}
    assert set(direct) == {
        "event", "level", "logger", "request_id", "route", "server_request_id", "status",
    }  # fmt: skip
    assert all(datetime.fromisoformat(time).utcoffset() == timedelta(0) for time in times)


def test_line_writer_writes_what_structlog_would(stream: StringIO) -> None:
    write = line_writer("novacart.request")
    assert write is not None
    write({"event": "request", "status": 200, "request_id": "a", "server_request_id": "b"})
    structlog.get_logger("novacart.request").info("request", status=200)
    direct, chained = (json.loads(text) for text in stream.getvalue().splitlines())
    assert direct | {"timestamp": ""} == chained | {"timestamp": ""}


def test_there_is_no_line_writer_if_only_warnings_are_logged(stream: StringIO) -> None:
    configure_logs(debug=False, stream=stream, level=logging.WARNING)
    assert line_writer("novacart.request") is None


def test_there_is_no_line_writer_in_development() -> None:
    assert line_writer("novacart.request") is None


def test_production_line_of_an_exception_has_no_values(stream: StringIO) -> None:
    try:
        sign_in()
    except LookupError as error:
        structlog.get_logger("novacart.test").error("failed", exc_info=error)
    assert "canary" not in stream.getvalue()
    assert json.loads(stream.getvalue())["exception"].startswith("KeyError\n")


def test_formatter_of_the_standard_library_would_log_the_values() -> None:
    with pytest.raises(KeyError) as caught:
        sign_in()
    naive = logging.Formatter().formatException((caught.type, caught.value, caught.tb))
    assert CANARY in naive
    assert TOKEN in naive


def test_development_log_shows_no_local_variables() -> None:
    written = line(raise_with_local_variable, debug=True)
    assert "raise_with_local_variable" in written
    assert CANARY not in written


def test_traceback_with_local_variables_would_show_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def with_locals(stream: TextIO, exc_info: structlog.typing.ExcInfo) -> None:
        stream.writelines(TracebackException(*exc_info, capture_locals=True).format())

    monkeypatch.setattr(structlog.dev, "plain_traceback", with_locals)

    assert CANARY in line(raise_with_local_variable, debug=True)
