"""Fake repository of the pictures that wait to be fetched."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from novacart.application.ports.picture_downloads import DownloadStatus, PictureDownload
from novacart.domain.shared.ids import ProductId
from tests.fakes.transactional_dict import TransactionalDict


class FakePictureDownloads:
    def __init__(self, records: TransactionalDict[int, PictureDownload]) -> None:
        self._records = records

    def missing(self, downloads: Sequence[PictureDownload]) -> Sequence[PictureDownload]:
        known = {(each.product_id, each.url): each for each in self._records.values()}
        missing = []
        for download in downloads:
            present = known.get((download.product_id, download.url))
            if present is None or present.status is DownloadStatus.FAILED:
                new = download if present is None else replace(download, id=present.id)
                known[download.product_id, download.url] = new
                missing.append(new)
        return missing

    def add(self, downloads: Sequence[PictureDownload]) -> Sequence[PictureDownload]:
        added = self.missing(downloads)
        for each in added:
            self._records.put(each.id, each)
        return added

    def due(self, *, at: datetime) -> PictureDownload | None:
        waiting = [
            each
            for each in self._records.values()
            if each.status is DownloadStatus.WAITING and each.due_at <= at
        ]
        return min(waiting, key=lambda each: (each.due_at, each.id), default=None)

    def exists(self, download_id: int) -> bool:
        return self._records.get(download_id) is not None

    def urls_after(self, download_id: int, product_id: ProductId) -> set[str]:
        return {
            each.url
            for each in self._records.values()
            if each.product_id == product_id and each.id > download_id
        }

    def save(self, download: PictureDownload) -> None:
        if self.exists(download.id):
            self._records.put(download.id, download)

    def of_job(self, job_id: int, status: DownloadStatus, limit: int) -> Sequence[PictureDownload]:
        found = [
            each
            for each in self._records.values()
            if each.job_id == job_id and each.status is status
        ]
        return sorted(found, key=lambda each: each.id)[:limit]

    def unfetched(self, product_id: ProductId) -> Sequence[PictureDownload]:
        found = [
            each
            for each in self._records.values()
            if each.product_id == product_id and each.status is not DownloadStatus.DONE
        ]
        return sorted(found, key=lambda each: each.id)

    def count(self, job_id: int, status: DownloadStatus) -> int:
        return len(self.of_job(job_id, status, 10**9))

    def forget(self, job_id: int, product_id: ProductId) -> set[str]:
        found = [
            each
            for each in self._records.values()
            if (each.job_id, each.product_id) == (job_id, product_id)
        ]
        for each in found:
            self._records.remove(each.id)
        return {each.url for each in found}
