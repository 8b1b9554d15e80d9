"""Contract of the `PictureDownloads` port."""

from dataclasses import replace
from datetime import timedelta

from novacart.application.ports.picture_downloads import DownloadStatus, PictureDownload
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.shared.ids import ProductId, VariantId
from tests.support.builders.catalog import NOON, a_product, add_product

FRONT = PictureDownload(
    id=1,
    product_id=ProductId(41),
    url="https://images.example/front.jpg",
    alt="Front",
    variant_ids=(VariantId(41), VariantId(99)),
    job_id=7,
    line=2,
    due_at=NOON,
)
BACK = replace(FRONT, id=2, url="https://images.example/back.jpg", variant_ids=(), alt="")
LATER = replace(BACK, id=3, product_id=ProductId(42), job_id=8, due_at=NOON + timedelta(hours=1))


class PictureDownloadsContract:
    """Subclasses provide the fixture `begin`."""

    def test_url_is_added_once_to_a_product(self, begin: UnitOfWorkFactory) -> None:
        _fill(begin)
        with begin() as work:
            assert work.picture_downloads.add([replace(FRONT, id=9, alt="Other")]) == []
            assert work.picture_downloads.add([]) == []
            waiting = work.picture_downloads.of_job(7, DownloadStatus.WAITING, 9)
            assert waiting == [FRONT, BACK]

    def test_failed_download_is_replaced_and_keeps_its_id(self, begin: UnitOfWorkFactory) -> None:
        _fill(begin)
        with begin() as work:
            downloads = work.picture_downloads
            failed = replace(FRONT, status=DownloadStatus.FAILED, attempts=4, error="Refused")
            downloads.save(failed)
            downloads.save(replace(BACK, status=DownloadStatus.DONE))
            again = replace(FRONT, id=9, job_id=8, alt="Other", due_at=NOON + timedelta(days=1))
            new = replace(BACK, id=11, url="https://images.example/side.jpg")
            missing = downloads.missing([again, replace(BACK, id=10), new])
            assert missing == [replace(again, id=1), new]
            assert downloads.count(7, DownloadStatus.WAITING) == 0
            assert downloads.add([again, replace(BACK, id=10)]) == [replace(again, id=1)]
            assert downloads.of_job(8, DownloadStatus.WAITING, 9) == [replace(again, id=1), LATER]
            assert downloads.count(7, DownloadStatus.FAILED) == 0

    def test_later_downloads_of_the_product_are_known(self, begin: UnitOfWorkFactory) -> None:
        _fill(begin)
        with begin() as work:
            downloads = work.picture_downloads
            assert downloads.urls_after(FRONT.id, FRONT.product_id) == {BACK.url}
            assert downloads.urls_after(BACK.id, BACK.product_id) == set()

    def test_first_waiting_download_is_due(self, begin: UnitOfWorkFactory) -> None:
        _fill(begin)
        with begin() as work:
            downloads = work.picture_downloads
            assert downloads.due(at=NOON - timedelta(seconds=1)) is None
            assert downloads.due(at=NOON) == FRONT
            downloads.save(replace(FRONT, due_at=NOON + timedelta(minutes=5), attempts=1))
            assert downloads.due(at=NOON) == BACK
            downloads.save(replace(BACK, status=DownloadStatus.FAILED, error="Refused"))
            assert downloads.due(at=NOON) is None
            assert downloads.due(at=NOON + timedelta(hours=1)) == replace(
                FRONT, due_at=NOON + timedelta(minutes=5), attempts=1
            )

    def test_downloads_of_a_job_are_counted_by_status(self, begin: UnitOfWorkFactory) -> None:
        _fill(begin)
        with begin() as work:
            downloads = work.picture_downloads
            failed = replace(BACK, status=DownloadStatus.FAILED, error="Refused")
            downloads.save(failed)
            assert downloads.of_job(7, DownloadStatus.FAILED, 1) == [failed]
            assert downloads.count(7, DownloadStatus.FAILED) == 1
            assert downloads.count(7, DownloadStatus.WAITING) == 1
            assert downloads.count(8, DownloadStatus.DONE) == 0

    def test_pictures_of_a_product_that_were_not_fetched_are_listed(
        self, begin: UnitOfWorkFactory
    ) -> None:
        _fill(begin)
        with begin() as work:
            downloads = work.picture_downloads
            assert downloads.unfetched(FRONT.product_id) == [FRONT, BACK]
            failed = replace(BACK, status=DownloadStatus.FAILED, error="Refused")
            downloads.save(failed)
            downloads.save(replace(FRONT, status=DownloadStatus.DONE))
            assert downloads.unfetched(FRONT.product_id) == [failed]

    def test_forgotten_download_can_be_added_again(self, begin: UnitOfWorkFactory) -> None:
        _fill(begin)
        with begin() as work:
            downloads = work.picture_downloads
            assert downloads.forget(8, FRONT.product_id) == set()
            urls = downloads.forget(7, FRONT.product_id)
            assert FRONT.url in urls
            assert downloads.forget(7, FRONT.product_id) == set()
            assert not downloads.exists(FRONT.id)
            downloads.save(FRONT)
            assert not downloads.exists(FRONT.id)
            again = replace(FRONT, id=9)
            assert downloads.add([again]) == [again]
            assert downloads.exists(9)


def _fill(begin: UnitOfWorkFactory) -> None:
    for product_id in (41, 42):
        add_product(begin, a_product(product_id))
    with begin() as work:
        assert work.picture_downloads.add([FRONT, BACK, LATER]) == [FRONT, BACK, LATER]
        work.commit()
