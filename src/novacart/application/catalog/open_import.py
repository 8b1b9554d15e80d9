"""Files of imports, and the position at which one is imported."""

import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import datetime
from itertools import chain
from tempfile import TemporaryFile
from typing import IO, Final
from weakref import finalize

from novacart.application.catalog.exchange_rate import ExchangeRate
from novacart.application.catalog.import_products import batches, preview_batches
from novacart.application.catalog.import_rows import ProductRows
from novacart.application.catalog.import_sources.registry import SOURCES
from novacart.application.catalog.imported_product import ImportedProduct
from novacart.application.catalog.policy import CatalogPolicy
from novacart.application.catalog.product_file_reader import FileEncoding, read_products
from novacart.application.catalog.product_files import FileFormat
from novacart.application.catalog.repeated_products import RepeatedProducts
from novacart.application.ports.clock import Clock
from novacart.application.ports.import_jobs import ImportJob, ImportSettings, ImportStatus
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.application.processor_time import yielding_processor

_CHUNK: Final = 1_000_000


def read_file(
    stream: IO[bytes], settings: ImportSettings, *, needs_columns: bool = False
) -> ProductRows:
    """The rows of a file. Raises `UnreadableFile`, and `InvalidValue` for its exchange rate."""
    rate = ExchangeRate.parse(settings.exchange_rate) if settings.exchange_rate else None
    rows = read_products(
        stream,
        FileFormat(settings.format),
        encoding=FileEncoding(settings.encoding) if settings.encoding else None,
        source=SOURCES[settings.source],
        mapping=settings.mapping,
        needs_columns=needs_columns,
    )
    return replace(rows, exchange_rate=rate)


@contextmanager
def compressed_chunks(stream: IO[bytes]) -> Iterator[Iterator[bytes]]:
    """The content of a stream for `ImportJobs.add`, compressed before the transaction begins."""
    with TemporaryFile() as file:
        chunks = iter(lambda: stream.read(_CHUNK), b"")
        sizes = [file.write(zlib.compress(chunk)) for chunk in chunks]
        file.seek(0)
        yield (file.read(size) for size in sizes)


def load_file(begin: UnitOfWorkFactory, job_id: int, stream: IO[bytes]) -> ImportJob:
    """Write the file of a job to a stream. Raises `ImportNotFound`."""
    with begin(is_optimistic=True) as work:
        job = work.import_jobs.get(job_id)
        for chunk in work.import_jobs.content(job_id):
            stream.write(zlib.decompress(chunk))
    stream.seek(0)
    return job


class OpenImport:
    """A file that is being imported, at the position `rows_done`."""

    def __init__(
        self, job: ImportJob, stream: IO[bytes], policy: CatalogPolicy, now: datetime
    ) -> None:
        self.job_id = job.id
        self.rows_done = 0
        self._stream = stream
        finalize(self, stream.close)
        is_preview = job.status is ImportStatus.PREVIEWING
        file = read_file(stream, job.settings, needs_columns=not is_preview)
        self.repeated = RepeatedProducts(file.mentioned_skus)
        self.ignored_columns = file.ignored_columns
        self.columns = file.file_columns
        self._products = file.products(policy.currency, policy.today(now))
        while self.rows_done < job.rows_done:
            product = next(self._products, None)
            if product is None:
                break
            if self.rows_done + product.row_count > job.rows_done:
                # Another release took its rows for several products, and has imported some of them.
                # All are imported again, which changes nothing of those.
                self._products = chain([product], self._products)
                break
            self.repeated.start([product])
            self.repeated.reject(product)
            self.rows_done += product.row_count
        products = yielding_processor(self._products)
        self._batches = (
            preview_batches(products) if is_preview else batches(products, policy.import_rows)
        )
        # At most one batch, or why it can't be read.
        self._ahead: list[list[ImportedProduct] | Exception | None] = []

    def next_batch(self) -> list[ImportedProduct] | None:
        """The next batch, None at the end of the file.

        After an error, the file is at no position, so that it is opened again: an iterator that
        failed ends without the rest of the file.
        """
        rows_done, self.rows_done = self.rows_done, -1
        self.read_ahead()
        batch = self._ahead.pop()
        if isinstance(batch, Exception):
            raise batch
        self.rows_done = rows_done + sum(product.row_count for product in batch or ())
        return batch

    def read_ahead(self) -> None:
        """Read the batch that `next_batch` will return. That one raises the errors."""
        if not self._ahead:
            try:
                self._ahead.append(next(self._batches, None))
            except Exception as error:  # noqa: BLE001 (it is raised later)
                self._ahead.append(error)

    def close(self) -> None:
        self._stream.close()


class ImportFiles:
    """Opens the file of one job at a time."""

    def __init__(self, begin: UnitOfWorkFactory, policy: CatalogPolicy, clock: Clock) -> None:
        self._begin = begin
        self._policy = policy
        self._clock = clock
        self.current: OpenImport | None = None

    def open(self, job: ImportJob) -> OpenImport:
        """The file at the position of the job. Raises `UnreadableFile`."""
        if self.current is not None and (self.current.job_id, self.current.rows_done) == (
            job.id,
            job.rows_done,
        ):
            return self.current
        self.close()
        with ExitStack() as on_error:
            # Closed by `close`.
            stream = on_error.enter_context(TemporaryFile())
            load_file(self._begin, job.id, stream)
            self.current = OpenImport(job, stream, self._policy, self._clock.now())
            on_error.pop_all()
        return self.current

    def close(self) -> None:
        if self.current is not None:
            self.current.close()
            self.current = None
