"""Pictures of products that wait to be fetched from other sites."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from novacart.domain.shared.ids import ProductId, VariantId


class DownloadStatus(StrEnum):
    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureDownload:
    """A picture of a product at a URL. `variant_ids` show it.

    It is fetched at `due_at` (aware, UTC) while it is waiting. `job_id` is the import that
    named it, and `line` the line of the file.
    """

    id: int
    product_id: ProductId
    url: str
    alt: str = ""
    variant_ids: tuple[VariantId, ...] = ()
    job_id: int | None = None
    line: int = 0
    status: DownloadStatus = DownloadStatus.WAITING
    attempts: int = 0
    due_at: datetime
    error: str = ""


class PictureDownloads(Protocol):
    def missing(self, downloads: Sequence[PictureDownload]) -> Sequence[PictureDownload]:
        """Those that `add` would return."""
        ...

    def add(self, downloads: Sequence[PictureDownload]) -> Sequence[PictureDownload]:
        """Add those whose product does not have the URL yet, and return them.

        One that failed is replaced, and keeps its id.
        """
        ...

    def due(self, *, at: datetime) -> PictureDownload | None:
        """Lock the waiting download that is due first, unless another process has locked it."""
        ...

    def exists(self, download_id: int) -> bool:
        """Whether it was not forgotten."""
        ...

    def urls_after(self, download_id: int, product_id: ProductId) -> set[str]:
        """The URLs that files named for the product after that of a download."""
        ...

    def save(self, download: PictureDownload) -> None:
        """Save one that was not forgotten."""
        ...

    def of_job(self, job_id: int, status: DownloadStatus, limit: int) -> Sequence[PictureDownload]:
        """The downloads of an import with this status, by id."""
        ...

    def unfetched(self, product_id: ProductId) -> Sequence[PictureDownload]:
        """Those of a product that wait or have failed, by id."""
        ...

    def count(self, job_id: int, status: DownloadStatus) -> int: ...

    def forget(self, job_id: int, product_id: ProductId) -> set[str]:
        """Delete the downloads of a product that an import named, and return their URLs."""
        ...
