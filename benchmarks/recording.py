"""Recording of the SQL that the shop runs for a request, for the floor to run the same."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

import jwt
import orjson
import psycopg
from sqlalchemy import event

from benchmarks.load_generator import Request
from novacart.adapters.persistence.database import Database

ID: Final = "$id"
"""The JSON member that names an id of the request, in the place of a parameter."""

TIME: Final = "$time"
"""The JSON member of a parameter that is a time."""

_SETTINGS: Final = (
    "SELECT name, setting FROM pg_settings WHERE source IN ('client', 'session')"
    " AND context = 'user' AND name NOT IN ('application_name', 'client_encoding')"
)
_PRAGMAS: Final = ("cache_size", "mmap_size", "temp_store", "synchronous")
_PATH_ID: Final = re.compile(r"/([0-9]+)/")


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedStatement:
    """SQL as the driver receives it, and the settings of the session that ran it.

    `raw` SQL has PostgreSQL's own placeholders, such as `$1`.
    """

    sql: str
    raw: bool
    parameters: Mapping[str, Any] | Sequence[Any]
    settings: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class FloorRoute:
    """A route of the floor. `shape` names the encoding of the rows of the last statement.

    The path is that of a request, with `<int:product_id>` in the place of an id.
    """

    path: str
    query: str
    shape: str
    signed_in: bool
    statements: Sequence[RecordedStatement] = field(default_factory=tuple)


def record_route(
    read: Callable[[], object], database: Database, request: Request, shape: str
) -> FloorRoute:
    """Return the route of the floor for a request, with the statements that `read` runs."""
    ids = _ids_of(request)
    read()  # caches of the connection and of the application are filled
    with _recorded(database) as statements:
        read()
    path, _, query = request.path.partition("?")
    return FloorRoute(
        path=_PATH_ID.sub("/<int:product_id>/", path),
        query=query,
        shape=shape,
        signed_in="Authorization" in request.headers,
        statements=[replace(each, parameters=_named(each.parameters, ids)) for each in statements],
    )


def write_routes(routes: Sequence[FloorRoute], path: Path) -> None:
    """Write the file that `benchmarks.floor_server` reads."""
    path.write_bytes(orjson.dumps([asdict(route) for route in routes]))
    path.chmod(0o644)


@contextmanager
def _recorded(database: Database) -> Iterator[list[RecordedStatement]]:
    statements: list[RecordedStatement] = []

    def record(_connection: object, cursor: Any, sql: str, parameters: Any, *_: object) -> None:  # noqa: ANN401 (the driver's)
        statements.append(
            RecordedStatement(
                sql=sql,
                raw=isinstance(cursor, psycopg.RawCursor),
                parameters=parameters,
                settings=_settings(cursor.connection, database.dialect),
            )
        )

    event.listen(database.engine, "before_cursor_execute", record)
    try:
        yield statements
    finally:
        event.remove(database.engine, "before_cursor_execute", record)


def _settings(connection: Any, dialect: str) -> dict[str, str]:  # noqa: ANN401 (of either driver)
    if dialect == "postgresql":
        return dict(connection.execute(_SETTINGS).fetchall())
    return {name: str(connection.execute(f"PRAGMA {name}").fetchone()[0]) for name in _PRAGMAS}


def _ids_of(request: Request) -> dict[int, str]:
    """The ids that a request contains, with their names in the floor."""
    ids: dict[int, str] = {}
    if match := _PATH_ID.search(request.path):
        ids[int(match[1])] = "product_id"
    if authorization := request.headers.get("Authorization"):
        token = authorization.removeprefix("Bearer ")
        claims = jwt.decode(token, options={"verify_signature": False})
        ids |= {int(claims["sub"]): "user_id", claims["family"]: "family_id"}
    return ids


def _named(
    parameters: Mapping[str, Any] | Sequence[Any], ids: Mapping[int, str]
) -> Mapping[str, Any] | Sequence[Any]:
    def name(value: object) -> object:
        if isinstance(value, int) and not isinstance(value, bool) and value in ids:
            return {ID: ids[value]}
        if isinstance(value, datetime | date):
            return {TIME: value.isoformat()}
        return value

    if isinstance(parameters, Mapping):
        return {key: name(value) for key, value in parameters.items()}
    return [name(value) for value in parameters]
