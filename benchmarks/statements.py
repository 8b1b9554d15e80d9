"""How many statements a request sends to the database."""

from dataclasses import dataclass

from sqlalchemy import Connection, event

from benchmarks.http_wire import Request
from benchmarks.subject import Subject
from novacart.adapters.persistence.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Statements:
    """`sent` leaves out BEGIN, which SQLite is told by a statement and PostgreSQL is not."""

    sent: int
    commits: int


def statements_of(subject: Subject, request: Request, *, expected: int) -> Statements:
    """Serve one request in this process and count. Raises `AssertionError` for another status."""
    engine = subject.injector.get(Database).engine
    sent: list[str] = []
    commits: list[Connection] = []

    def note(_c: object, _cursor: object, statement: str, *_: object) -> None:
        if not statement.startswith("BEGIN"):
            sent.append(statement)

    def note_commit(connection: Connection) -> None:
        commits.append(connection)

    event.listen(engine, "before_cursor_execute", note)
    event.listen(engine, "commit", note_commit)
    try:
        subject.answer(request, expected=expected)
    finally:
        event.remove(engine, "before_cursor_execute", note)
        event.remove(engine, "commit", note_commit)
    return Statements(sent=len(sent), commits=len(commits))
