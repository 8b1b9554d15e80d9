"""The pictures of a batch of imported products."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from urllib.parse import quote

from novacart.application.catalog.galleries import (
    IMPORT_REMOVAL_DELAY,
    GalleryChange,
    save_gallery,
    update_gallery,
)
from novacart.application.catalog.import_report import ImportReport
from novacart.application.catalog.imported_product import ImportedProduct
from novacart.application.catalog.merge_product import MergedVariant
from novacart.application.catalog.row_problems import ProblemCode, RowProblem
from novacart.application.ports.picture_downloads import PictureDownload
from novacart.application.ports.unit_of_work import UnitOfWork
from novacart.domain.catalog.gallery import ProductGallery
from novacart.domain.catalog.picture import MAX_ALT, Picture
from novacart.domain.catalog.product import Product
from novacart.domain.catalog.text_rules import MAX_REFERENCE
from novacart.domain.shared.ids import PictureId, ProductId, VariantId


class ImportPictures:
    """Galleries that the batch changes, and pictures that the worker fetches after it.

    `folder` is the URL of pictures that the file names by a path. `take_ids` returns unused ids.
    """

    def __init__(
        self,
        work: UnitOfWork,
        report: ImportReport,
        take_ids: Callable[[int], Sequence[int]],
        *,
        folder: str,
        job_id: int | None,
        now: datetime,
    ) -> None:
        self._work = work
        self._report = report
        self._take_ids = take_ids
        self._folder = folder
        self._job_id = job_id
        self._now = now
        self._galleries: dict[ProductId, ProductGallery] = {}
        self._changed: dict[ProductId, ProductGallery] = {}
        self._downloads: dict[tuple[ProductId, str], PictureDownload] = {}

    def load(self, product_ids: Iterable[ProductId]) -> None:
        self._galleries |= self._work.galleries.get_many(product_ids)

    def show_new(self, product: Product, imported: ImportedProduct) -> None:
        """Give a new product its images and those of the file."""
        pictures = {each.image: each for each in imported.images}
        for image in product.images:
            pictures.setdefault(image, Picture(id=PictureId(0), image=image))
        if pictures:
            with_ids = self._with_ids([*pictures.values()])
            gallery = ProductGallery.of_new_product(product.id, with_ids)
            product.show_pictures(gallery.images, at=self._now)
            self._changed[product.id] = gallery

    def show(self, product: Product, imported: ImportedProduct, before: Product) -> bool:
        """Give the gallery the images of an edited product and those of the file.

        Returns whether those of the file changed it. Raises as `update_gallery`.
        """
        if product.images == before.images and not imported.images:
            return False
        gallery = self._changed.get(product.id) or self._gallery(product.id)
        draft = gallery.copy()
        if imported.images:
            new = [each for each in imported.images if draft.with_image(each.image) is None]
            with_ids = {each.image: each for each in self._with_ids(new)}
            named = [with_ids.get(each.image, each) for each in imported.images]
            draft.put(named, at=self._now)
        update_gallery(draft, product, self._take_ids, at=self._now)
        product.show_pictures(draft.images, at=self._now)
        is_changed = draft.pictures != gallery.pictures
        if is_changed:
            self._changed[product.id] = draft
        return is_changed and bool(imported.images)

    def queue(
        self,
        imported: ImportedProduct,
        product_id: ProductId,
        variant_ids: Sequence[VariantId],
        merged: Sequence[MergedVariant],
    ) -> None:
        """Let the worker fetch the pictures of the product and of its variants."""
        given = {picture.url: (picture.line, picture.alt) for picture in imported.pictures}
        shown_by: dict[str, list[VariantId]] = defaultdict(list)
        for variant_id, each in zip(variant_ids, merged, strict=True):
            if each.imported.picture:
                given.setdefault(each.imported.picture, (each.imported.line, ""))
                shown_by[each.imported.picture].append(variant_id)
        urls = {each: _absolute(each, self._folder) for each in given}
        if None in urls.values():
            reason = "It names pictures by a path. Name the URL of their folder to import them."
            self._report.notes.append(_left_out(imported.line, reason))
        problems = {each: _problem_of(url) for each, url in urls.items() if url is not None}
        noted = {(given[each][0], reason) for each, reason in problems.items() if reason}
        self._report.notes += [_left_out(line, reason) for line, reason in sorted(noted)]
        for each_given, (line, alt) in given.items():
            url = urls[each_given]
            if url is None or problems[each_given]:
                continue
            self._downloads[product_id, url] = PictureDownload(
                id=0,
                product_id=product_id,
                url=url,
                alt=alt[:MAX_ALT],
                variant_ids=tuple(shown_by[each_given]),
                job_id=self._job_id,
                line=line,
                due_at=self._now,
            )

    @property
    def changed(self) -> set[ProductId]:
        """The products whose galleries change."""
        return {*self._changed}

    def change_of(self, product_id: ProductId) -> GalleryChange | None:
        """The change of the pictures of a product that the shop had before."""
        after = self._changed.get(product_id)
        return (
            None
            if after is None
            else GalleryChange(self._gallery(product_id).pictures, after.pictures)
        )

    def write(self, product: Product) -> None:
        """Write the gallery of a product that the shop had before, if it changes."""
        if product.id in self._changed:
            gallery = self._changed[product.id]
            save_gallery(self._work, product, gallery, at=self._now, delay=IMPORT_REMOVAL_DELAY)

    def write_new(self, product_ids: Iterable[ProductId]) -> None:
        """Write the galleries of new products."""
        changed = self._changed
        self._work.galleries.add_all([changed[each] for each in product_ids if each in changed])

    def write_downloads(self, *, dry_run: bool) -> Sequence[PictureDownload]:
        """Write what the worker fetches; return what was not fetched or queued before."""
        if not self._downloads:
            return ()
        ids = self._take_ids(len(self._downloads))
        pictures = zip(ids, self._downloads.values(), strict=True)
        downloads = [replace(picture, id=new_id) for new_id, picture in pictures]
        queue = self._work.picture_downloads
        added = queue.missing(downloads) if dry_run else queue.add(downloads)
        self._report.pictures += len(added)
        return added

    def _gallery(self, product_id: ProductId) -> ProductGallery:
        """The gallery before the batch."""
        if product_id not in self._galleries:
            self._galleries[product_id] = self._work.galleries.get(product_id)
        return self._galleries[product_id]

    def _with_ids(self, pictures: Sequence[Picture]) -> list[Picture]:
        ids = self._take_ids(len(pictures))
        return [
            replace(picture, id=PictureId(new_id))
            for picture, new_id in zip(pictures, ids, strict=True)
        ]


def _left_out(line: int, reason: str) -> RowProblem:
    return RowProblem(line=line, reason=reason, code=ProblemCode.PICTURE_LEFT_OUT)


def _problem_of(url: str) -> str | None:
    """Why a URL is left out."""
    if not url.lower().startswith("https://"):
        return "Pictures are fetched from https URLs only. Others were left out."
    if len(url.encode()) > MAX_REFERENCE:
        return f"The URL of a picture has at most {MAX_REFERENCE} bytes. Longer ones were left out."
    return None


def _absolute(picture: str, folder: str) -> str | None:
    """The URL of a picture, which may be a path in a folder; None without a folder."""
    if "://" in picture:
        return picture
    if picture.startswith("//"):
        return f"https:{picture}"
    return f"{folder.rstrip('/')}/{quote(picture.lstrip('/'), safe='/%')}" if folder else None
