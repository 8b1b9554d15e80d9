"""Repository of product imports."""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    Connection,
    Row,
    bindparam,
    delete,
    insert,
    or_,
    select,
    update,
)

from novacart.adapters.persistence.imports.tables import (
    import_chunks,
    import_entries,
    import_jobs,
    import_mappings,
)
from novacart.adapters.persistence.statements import DriverStatement, insert_rows
from novacart.application.ports.import_jobs import (
    EntryResult,
    ImportEntry,
    ImportJob,
    ImportNotFound,
    ImportSettings,
    ImportStatus,
)
from novacart.domain.shared.ids import ProductId

_DRAFTS: Final = (ImportStatus.PREVIEWING.value, ImportStatus.DRAFT.value)
_ENTRY: Final = [column.name for column in import_entries.c if column.name != "job_id"]
_TO_DO: Final = (
    ImportStatus.PREVIEWING.value,
    ImportStatus.RUNNING.value,
    ImportStatus.UNDOING.value,
)

_UPDATE: Final = (
    update(import_jobs)
    .where(import_jobs.c.id == bindparam("_id"))
    .values(
        {
            each.name: bindparam(each.name, type_=each.type)
            for each in import_jobs.c
            if each.name != "id"
        }
    )
)
_JOB: Final = select(import_jobs).where(import_jobs.c.id == bindparam("job_id"))
_GET: Final = DriverStatement(_JOB)
_GET_FOR_UPDATE: Final = DriverStatement(_JOB.with_for_update(key_share=True))
_SAVE: Final = DriverStatement(_UPDATE)
_ADVANCE: Final = DriverStatement(
    _UPDATE.where(
        import_jobs.c.rows_done == bindparam("_after"),
        import_jobs.c.status == ImportStatus.RUNNING.value,
    )
)


class SqlImportJobs:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, job: ImportJob, content: Iterable[bytes]) -> None:
        self._connection.execute(insert(import_jobs), [_to_row(job)])
        for number, chunk in enumerate(content):
            self._connection.execute(
                insert(import_chunks),
                [{"job_id": job.id, "number": number, "content": chunk}],
            )

    def get(self, job_id: int) -> ImportJob:
        return self._one(_GET, job_id)

    def get_for_update(self, job_id: int) -> ImportJob:
        return self._one(_GET_FOR_UPDATE, job_id)

    def save(self, job: ImportJob) -> None:
        _SAVE.execute(self._connection, {"_id": job.id, **_to_row(job)})

    def advance(self, job: ImportJob, *, after: int) -> None:
        row = {"_id": job.id, "_after": after, **_to_row(job)}
        _ADVANCE.execute_many(self._connection, [row], must_match=True)

    def delete(self, job_id: int) -> None:
        self.delete_content(job_id)
        self._connection.execute(delete(import_jobs).where(import_jobs.c.id == job_id))

    def delete_drafts(self, *, before: datetime) -> None:
        drafts = self._connection.scalars(
            select(import_jobs.c.id).where(
                import_jobs.c.status.in_(_DRAFTS),
                import_jobs.c.created_at < before,
            )
        )
        for job_id in drafts.all():
            self.delete(job_id)

    def recent(self, limit: int) -> Sequence[ImportJob]:
        rows = self._connection.execute(
            select(import_jobs).order_by(import_jobs.c.id.desc()).limit(limit)
        )
        return [_to_job(row) for row in rows]

    def due(self, runner: str, *, at: datetime) -> ImportJob | None:
        row = self._connection.execute(
            select(import_jobs)
            .where(
                import_jobs.c.status.in_(_TO_DO),
                or_(
                    import_jobs.c.leased_until.is_(None),
                    import_jobs.c.leased_until <= at,
                    import_jobs.c.runner == runner,
                ),
            )
            .order_by(import_jobs.c.id)
            .limit(1)
            .with_for_update(key_share=True, skip_locked=True)
        ).first()
        return None if row is None else _to_job(row)

    def content(self, job_id: int) -> Iterator[bytes]:
        number = 0
        while True:
            chunk = self._connection.scalar(
                select(import_chunks.c.content).where(
                    import_chunks.c.job_id == job_id, import_chunks.c.number == number
                )
            )
            if chunk is None:
                return
            yield chunk
            number += 1

    def delete_content(self, job_id: int) -> None:
        self._connection.execute(delete(import_chunks).where(import_chunks.c.job_id == job_id))

    def add_entries(self, job_id: int, entries: Sequence[ImportEntry]) -> None:
        rows = [{"job_id": job_id, **_entry_row(entry)} for entry in entries]
        insert_rows(self._connection, import_entries, rows, is_ahead=True)

    def update_entry(self, job_id: int, entry: ImportEntry) -> None:
        self._connection.execute(
            update(import_entries)
            .where(import_entries.c.job_id == job_id, import_entries.c.number == entry.number)
            .values(_entry_row(entry))
        )

    def entries(
        self, job_id: int, *, after: int = 0, up_to: int | None = None, limit: int
    ) -> Sequence[ImportEntry]:
        statement = select(import_entries).where(
            import_entries.c.job_id == job_id, import_entries.c.number > after
        )
        if up_to is not None:
            statement = statement.where(import_entries.c.number <= up_to)
        rows = self._connection.execute(statement.order_by(import_entries.c.number).limit(limit))
        return [_to_entry(row) for row in rows]

    def entries_with(self, job_id: int, results: Collection[EntryResult]) -> Sequence[ImportEntry]:
        rows = self._connection.execute(
            select(import_entries)
            .where(
                import_entries.c.job_id == job_id,
                import_entries.c.result.in_([each.value for each in results]),
            )
            .order_by(import_entries.c.number)
        )
        return [_to_entry(row) for row in rows]

    def change_of(self, job_id: int, product_id: ProductId) -> ImportEntry | None:
        row = self._connection.execute(
            select(import_entries)
            .where(
                import_entries.c.product_id == product_id,
                import_entries.c.job_id == job_id,
                import_entries.c.result.in_((EntryResult.ADDED.value, EntryResult.CHANGED.value)),
            )
            .order_by(import_entries.c.number.desc())
            .limit(1)
        ).first()
        return None if row is None else _to_entry(row)

    def undone_entries(self, product_ids: Iterable[ProductId]) -> Sequence[ImportEntry]:
        rows = self._connection.execute(
            select(import_entries)
            .where(
                import_entries.c.product_id.in_(set(product_ids)),
                import_entries.c.result.in_((EntryResult.UNDONE.value, EntryResult.REMOVED.value)),
            )
            .order_by(import_entries.c.job_id, import_entries.c.number)
        )
        return [_to_entry(row) for row in rows]

    def mapping(self, source: str) -> Mapping[str, str]:
        stored = self._connection.scalar(
            select(import_mappings.c.mapping).where(import_mappings.c.source == source)
        )
        mapping: dict[str, str] = {} if stored is None else json.loads(stored)
        return mapping

    def save_mapping(self, source: str, mapping: Mapping[str, str]) -> None:
        self._connection.execute(delete(import_mappings).where(import_mappings.c.source == source))
        row = {"source": source, "mapping": json.dumps(dict(mapping))}
        self._connection.execute(insert(import_mappings), [row])

    def _one(self, statement: DriverStatement, job_id: int) -> ImportJob:
        rows = statement.fetch(self._connection, {"job_id": job_id})
        if not rows:
            raise ImportNotFound
        return _to_job(rows[0])


def _to_row(job: ImportJob) -> dict[str, Any]:
    row = {column.name: getattr(job, column.name) for column in import_jobs.c}
    return row | {
        "settings": json.dumps(asdict(job.settings)),
        "counts": json.dumps(dict(job.counts)),
        "status": job.status.value,
    }


def _to_job(row: Sequence[Any]) -> ImportJob:
    """The job of a row with all columns of `import_jobs`."""
    values = dict(zip(import_jobs.c.keys(), row, strict=True))
    return ImportJob(
        **values
        | {
            "settings": ImportSettings(**json.loads(values["settings"])),
            "counts": json.loads(values["counts"]),
            "status": ImportStatus(values["status"]),
        }
    )


def _entry_row(entry: ImportEntry) -> dict[str, Any]:
    return {name: getattr(entry, name) for name in _ENTRY} | {"result": entry.result.value}


def _to_entry(row: Row[Any]) -> ImportEntry:
    return ImportEntry(
        number=row.number,
        line=row.line,
        result=EntryResult(row.result),
        column=row.column,
        detail=row.detail,
        code=row.code,
        product_id=None if row.product_id is None else ProductId(row.product_id),
        undo=row.undo,
    )
