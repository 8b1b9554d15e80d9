"""Repository of the pictures that wait to be fetched."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from novacart.adapters.persistence.imports.tables import picture_downloads
from novacart.application.ports.picture_downloads import DownloadStatus, PictureDownload
from novacart.domain.shared.ids import ProductId, VariantId

_BATCH = 500


class SqlPictureDownloads:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, downloads: Sequence[PictureDownload]) -> int:
        dialect = self._connection.dialect.name
        insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
        added = 0
        for start in range(0, len(downloads), _BATCH):
            rows = [_to_row(download) for download in downloads[start : start + _BATCH]]
            statement = insert(picture_downloads).values(rows).on_conflict_do_nothing()
            # The number of rows is not known for an INSERT of several.
            added += len(
                self._connection.execute(statement.returning(picture_downloads.c.id)).all()
            )
        return added

    def due(self, *, at: datetime) -> PictureDownload | None:
        row = self._connection.execute(
            select(picture_downloads)
            .where(
                picture_downloads.c.status == DownloadStatus.WAITING.value,
                picture_downloads.c.due_at <= at,
            )
            .order_by(picture_downloads.c.due_at, picture_downloads.c.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        ).first()
        return None if row is None else _to_download(row)

    def save(self, download: PictureDownload) -> None:
        row = _to_row(download)
        self._connection.execute(
            update(picture_downloads).where(picture_downloads.c.id == row.pop("id")).values(row)
        )

    def of_job(self, job_id: int, status: DownloadStatus, limit: int) -> Sequence[PictureDownload]:
        rows = self._connection.execute(
            select(picture_downloads)
            .where(picture_downloads.c.job_id == job_id, picture_downloads.c.status == status.value)
            .order_by(picture_downloads.c.id)
            .limit(limit)
        )
        return [_to_download(row) for row in rows]

    def count(self, job_id: int, status: DownloadStatus) -> int:
        count = self._connection.scalar(
            select(func.count())
            .select_from(picture_downloads)
            .where(picture_downloads.c.job_id == job_id, picture_downloads.c.status == status.value)
        )
        return count or 0

    def forget(self, job_id: int, product_id: ProductId) -> set[str]:
        urls = self._connection.scalars(
            delete(picture_downloads)
            .where(
                picture_downloads.c.job_id == job_id, picture_downloads.c.product_id == product_id
            )
            .returning(picture_downloads.c.url)
        )
        return set(urls)


def _to_row(download: PictureDownload) -> dict[str, Any]:
    row = {column.name: getattr(download, column.name) for column in picture_downloads.c}
    return row | {
        "status": download.status.value,
        "variant_ids": json.dumps(download.variant_ids),
    }


def _to_download(row: Row[Any]) -> PictureDownload:
    values = dict(row._mapping)  # noqa: SLF001 (its documented name)
    return PictureDownload(
        **values
        | {
            "product_id": ProductId(row.product_id),
            "status": DownloadStatus(row.status),
            "variant_ids": tuple(VariantId(each) for each in json.loads(row.variant_ids)),
        }
    )
