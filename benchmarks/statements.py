"""How many statements a request sends to the database."""

from dataclasses import dataclass

from flask import Flask
from sqlalchemy import Connection, event

from benchmarks.wire import Request
from novacart.adapters.persistence.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Statements:
    """`sent` leaves out BEGIN, which SQLite is told by a statement and PostgreSQL is not."""

    sent: int
    commits: int


def statements_of(app: Flask, request: Request, *, expected: int) -> Statements:
    """Serve one request in this process and count. Raises `AssertionError` for another status."""
    engine = app.extensions["novacart.injector"].get(Database).engine
    sent: list[str] = []
    commits: list[Connection] = []

    def note_commit(connection: Connection) -> None:
        commits.append(connection)

    def note(_c: object, _cursor: object, statement: str, *_: object) -> None:
        if not statement.startswith("BEGIN"):
            sent.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    event.listen(engine, "commit", note_commit)
    try:
        answer = app.test_client().open(
            request.path,
            method=request.method,
            headers=dict(request.headers),
            data=request.body or None,
        )
    finally:
        event.remove(engine, "before_cursor_execute", note)
        event.remove(engine, "commit", note_commit)
    assert answer.status_code == expected, answer.get_data(as_text=True)
    return Statements(sent=len(sent), commits=len(commits))
