"""Fetch the pictures that imports name, and add them to their products."""

from dataclasses import replace
from datetime import timedelta
from typing import Final

from novacart.application.authorization.actor import SYSTEM
from novacart.application.catalog.add_picture import AddPicture, AddPictureCommand
from novacart.application.ports.clock import Clock
from novacart.application.ports.errors import Unavailable
from novacart.application.ports.picture_downloads import DownloadStatus, PictureDownload
from novacart.application.ports.picture_source import PictureRefused, PictureSource
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.shared.errors import DomainError

# How long the worker fetches pictures before it does other work.
_SLICE: Final = timedelta(seconds=2)
# A process that stops while it fetches a picture leaves it to the next one after this time.
_LEASE: Final = timedelta(minutes=5)
_RETRY_AFTER: Final = (
    timedelta(minutes=1),
    timedelta(minutes=10),
    timedelta(hours=1),
    timedelta(hours=6),
)
_MAX_ATTEMPTS: Final = 1 + len(_RETRY_AFTER)


class FetchPictures:
    """Fetch waiting pictures for about two seconds.

    A picture that is unavailable is fetched again later, five times in all. `AddPicture` adds a URL
    to a product once, so a picture whose process was stopped is simply fetched again. Attempts are
    counted when they begin, so that a picture that always stops the process fails, too.
    """

    def __init__(
        self,
        *,
        begin: UnitOfWorkFactory,
        clock: Clock,
        source: PictureSource,
        add_picture: AddPicture,
    ) -> None:
        self._begin = begin
        self._clock = clock
        self._source = source
        self._add_picture = add_picture

    def __call__(self) -> None:
        end = self._clock.now() + _SLICE
        while self._clock.now() < end:
            download = self._take()
            if download is None:
                return
            fetched = self._fetch(download)
            with self._begin() as work:
                work.picture_downloads.save(fetched)
                work.commit()

    def _take(self) -> PictureDownload | None:
        now = self._clock.now()
        with self._begin() as work:
            download = work.picture_downloads.due(at=now)
            if download is None:
                return None
            begun = replace(download, attempts=download.attempts + 1, due_at=now + _LEASE)
            work.picture_downloads.save(begun)
            work.commit()
        return begun

    def _fetch(self, download: PictureDownload) -> PictureDownload:
        """The download after an attempt."""
        if download.attempts > _MAX_ATTEMPTS:
            reason = "The worker was stopped each time while it fetched this picture."
            return replace(download, status=DownloadStatus.FAILED, error=download.error or reason)
        try:
            self._add_picture(
                AddPictureCommand(
                    actor=SYSTEM,
                    product_id=download.product_id,
                    content=self._source.fetch(download.url),
                    alt=download.alt,
                    variant_ids=download.variant_ids,
                    source=download.url,
                    job_id=download.job_id,
                    download_id=download.id,
                )
            )
        except Unavailable as error:
            return self._retry(download, str(error))
        except (PictureRefused, DomainError) as error:
            return replace(download, status=DownloadStatus.FAILED, error=str(error))
        return replace(download, status=DownloadStatus.DONE, error="")

    def _retry(self, download: PictureDownload, reason: str) -> PictureDownload:
        if download.attempts >= _MAX_ATTEMPTS:
            return replace(download, status=DownloadStatus.FAILED, error=reason)
        return replace(
            download,
            due_at=self._clock.now() + _RETRY_AFTER[download.attempts - 1],
            error=reason,
        )
