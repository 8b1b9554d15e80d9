"""Structured logs: JSON lines in production, coloured text in development."""

import logging
import sys
import traceback
from collections.abc import Callable
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, Final, TextIO, cast

import orjson
import structlog

RequestIds = tuple[str, str]
"""The id that the client knows, and ours."""

request_ids: Final[ContextVar[RequestIds | None]] = ContextVar("request_ids", default=None)
"""The ids of the current HTTP request, which each of its log lines has."""


def add_request_ids(
    _logger: object, _method: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    """Processor of structlog. One variable for both ids is cheaper than structlog's own two."""
    if (ids := request_ids.get()) is not None:
        event["request_id"], event["server_request_id"] = ids
    return event


_SHARED: Final[tuple[structlog.typing.Processor, ...]] = (
    add_request_ids,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.StackInfoRenderer(),
)

# These libraries log every connection or statement, with its values.
_QUIET: Final = ("sqlalchemy", "stripe", "urllib3", "alembic", "PIL", "werkzeug")


class _LineLogger:
    """Logger that writes each line by one call, without the records of the standard library.

    It takes a quarter of the time (structlog's documentation, "Performance").
    """

    def __init__(self, name: str, stream: TextIO) -> None:
        self.name = name
        self._stream = stream

    def info(self, line: str) -> None:
        self._stream.write(line)

    debug = warning = error = critical = exception = info

    def write(self, event: dict[str, object]) -> None:
        """Write a line of level `info` without structlog's chain."""
        self._stream.write(_line(self, "info", event))


class _ExportedStream:
    """Writes each line of the log to a stream and gives it to `export`."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self.export: Callable[[str], None] | None = None

    def write(self, line: str) -> None:
        self._stream.write(line)
        if self.export is not None:
            self.export(line)

    def flush(self) -> None:
        self._stream.flush()


_exported: Final[list[_ExportedStream]] = []


def export_lines(export: Callable[[str], None]) -> None:
    """Give each line to `export`, too, if the logs were configured with `exported`."""
    for stream in _exported:
        stream.export = export


def configure_logs(
    *,
    debug: bool,
    stream: TextIO = sys.stderr,
    level: int = logging.INFO,
    exported: bool = False,
) -> None:
    """Send all logs of `level` or above, those of libraries included, to `stream`.

    With `exported`, `export_lines` can add another destination later.
    """
    if exported:
        _exported.append(_ExportedStream(stream))
        stream = cast("TextIO", _exported[-1])
    if debug:
        structlog.configure(
            processors=[*_SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
            logger_factory=structlog.stdlib.LoggerFactory(),
            wrapper_class=structlog.stdlib.BoundLogger,
            cache_logger_on_first_use=True,
        )
    else:
        structlog.configure(
            processors=[add_request_ids, _line],
            logger_factory=lambda name="novacart": _LineLogger(name, stream),
            wrapper_class=structlog.make_filtering_bound_logger(level),
            cache_logger_on_first_use=True,
        )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter(debug=debug))
    # Not used in any line (logging HOWTO, "Optimization").
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


def line_writer(name: str) -> Callable[[dict[str, object]], None] | None:
    """Return the function that writes lines of a logger directly.

    None in development, in tests, and if lines of level `info` are not logged. The line has the
    members that structlog's chain would give it.
    """
    logger = structlog.get_config()["logger_factory"](name)
    is_enabled = logging.getLogger().isEnabledFor(logging.INFO)
    return logger.write if is_enabled and isinstance(logger, _LineLogger) else None


def _json(event: Any, *, default: Callable[[Any], Any], **_: Any) -> str:  # noqa: ANN401 (structlog's signature)
    return orjson.dumps(event, default=default).decode()


def _console() -> structlog.dev.ConsoleRenderer:
    # Without local variables, which may hold passwords and tokens.
    return structlog.dev.ConsoleRenderer(
        colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
    )


def _types_and_stacks(exc_info: structlog.typing.ExcInfo) -> str:
    """Format the exception chain as types and stack traces, the root cause last.

    Messages are left out, since they often quote input of a client.
    """
    parts, seen = [], set[int]()
    error: BaseException | None = exc_info[1]
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        kind = f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins.")
        parts.append(f"{kind}\n{''.join(traceback.format_tb(error.__traceback__))}".rstrip())
        hidden = error.__suppress_context__
        error = error.__cause__ or (None if hidden else error.__context__)
    return "\nfrom ".join(parts)


def formatter(*, debug: bool) -> logging.Formatter:
    """Return the log formatter: JSON in production, coloured text in development."""
    last: tuple[structlog.typing.Processor, ...] = (
        (_console(),) if debug else (_EXCEPTIONS, structlog.processors.JSONRenderer(_json))
    )
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=list(_SHARED),
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
    )


def _line(logger: _LineLogger, method: str, event: structlog.typing.EventDict) -> str:
    """Return a line of production, with the members that `_SHARED` and `_EXCEPTIONS` add.

    One function is faster than a chain of them.
    """
    event["level"] = method
    event["logger"] = logger.name
    event["timestamp"] = datetime.now(UTC)
    if "exc_info" in event:
        event = _EXCEPTIONS(logger, method, event)
    return orjson.dumps(event, default=repr, option=_LINE_OPTIONS).decode()


_LINE_OPTIONS: Final = orjson.OPT_APPEND_NEWLINE | orjson.OPT_UTC_Z
_EXCEPTIONS: Final = structlog.processors.ExceptionRenderer(_types_and_stacks)
