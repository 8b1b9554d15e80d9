"""Repository of the pictures that wait to be fetched."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, select, update

from novacart.adapters.persistence.imports.tables import picture_downloads
from novacart.adapters.persistence.statements import insert_rows, rows_in
from novacart.application.ports.picture_downloads import DownloadStatus, PictureDownload
from novacart.domain.shared.ids import ProductId, VariantId


class SqlPictureDownloads:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def missing(self, downloads: Sequence[PictureDownload]) -> Sequence[PictureDownload]:
        replaced, new = self._missing(downloads)
        return [*replaced, *new]

    def add(self, downloads: Sequence[PictureDownload]) -> Sequence[PictureDownload]:
        replaced, new = self._missing(downloads)
        for each in replaced:
            self.save(each)
        insert_rows(self._connection, picture_downloads, [_to_row(each) for each in new])
        return [*replaced, *new]

    def _missing(
        self, downloads: Sequence[PictureDownload]
    ) -> tuple[list[PictureDownload], list[PictureDownload]]:
        """Those that replace one that failed, with its id, and those that are new."""
        columns = picture_downloads.c
        present = rows_in(
            self._connection,
            select(columns.id, columns.product_id, columns.url, columns.status),
            columns.product_id,
            {each.product_id for each in downloads},
        )
        new = {(each.product_id, each.url): each for each in downloads}
        replaced = []
        for download_id, product_id, url, status in present:
            again = new.pop((product_id, url), None)
            if again is not None and status == DownloadStatus.FAILED.value:
                replaced.append(replace(again, id=download_id))
        return replaced, [*new.values()]

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

    def exists(self, download_id: int) -> bool:
        columns = picture_downloads.c
        return bool(rows_in(self._connection, select(columns.id), columns.id, [download_id]))

    def urls_after(self, download_id: int, product_id: ProductId) -> set[str]:
        columns = picture_downloads.c
        urls = select(columns.url).where(columns.product_id == product_id, columns.id > download_id)
        return set(self._connection.scalars(urls))

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

    def unfetched(self, product_id: ProductId) -> Sequence[PictureDownload]:
        columns = picture_downloads.c
        rows = self._connection.execute(
            select(picture_downloads)
            .where(
                columns.product_id == product_id,
                columns.status != DownloadStatus.DONE.value,
            )
            .order_by(columns.id)
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
