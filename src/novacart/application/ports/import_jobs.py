"""Repository of product imports, with their files and results."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from novacart.domain.shared.errors import DomainError
from novacart.domain.shared.ids import ProductId


class ImportNotFound(DomainError):
    code = "import_not_found"

    def __init__(self) -> None:
        super().__init__("This import does not exist.")


class ImportStatus(StrEnum):
    """PREVIEWING → DRAFT → RUNNING → FINISHED or FAILED → UNDOING → UNDONE; PREVIEWING → FAILED.

    UNDONE → UNDOING if products or categories were kept, since they were changed after the import.
    A person who interrupts the command stops it: RUNNING → STOPPED → RUNNING or UNDOING.
    """

    PREVIEWING = "previewing"
    DRAFT = "draft"
    RUNNING = "running"
    STOPPED = "stopped"
    FINISHED = "finished"
    FAILED = "failed"
    UNDOING = "undoing"
    UNDONE = "undone"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportSettings:
    """How a file is read and imported.

    `source` is the name of the format of the shop that wrote it, `format` is `csv` or `jsonl`.
    `mapping` gives columns of the file, in lower case, other names, "" for one that is not read.
    `picture_folder` is the URL of pictures that the file names by a path. `exchange_rate`, such as
    `GBP=105.20`, is that of a file in another currency than the shop's.
    """

    source: str
    format: str
    encoding: str | None = None
    mapping: Mapping[str, str] = field(default_factory=dict)
    set_stock: bool = False
    create_categories: bool = False
    default_stock: int = 0
    picture_folder: str = ""
    exchange_rate: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportJob:
    """An import of a file. Times are aware UTC.

    `rows_done` and `entries` count what is committed, and while it is undone, `entries_left`
    counts the entries to undo. `counts` are numbers of the report. `runner` works on it until
    `leased_until`; then another process may continue. `preview` is what the worker reports of a
    large draft, as JSON. `created_by` is an actor of the audit log.
    """

    id: int
    file_name: str
    settings: ImportSettings
    status: ImportStatus
    created_by: str
    may_add_categories: bool
    created_at: datetime
    finished_at: datetime | None = None
    rows_total: int = 0
    rows_done: int = 0
    entries: int = 0
    entries_left: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)
    failure: str = ""
    preview: str = ""
    runner: str = ""
    leased_until: datetime | None = None

    @property
    def can_be_undone(self) -> bool:
        """Whether it has ended, and anything of it may be left to undo."""
        if self.status is ImportStatus.FAILED:
            return bool(self.counts.get("added") or self.counts.get("edited"))
        if self.status is ImportStatus.UNDONE:
            return bool(self.counts.get("kept") or self.counts.get("category kept"))
        return self.status in {ImportStatus.FINISHED, ImportStatus.STOPPED}

    def is_leased(self, at: datetime) -> bool:
        """Whether a process works on it, unless that was killed in the last minute."""
        return bool(self.runner) and self.leased_until is not None and self.leased_until > at


class EntryResult(StrEnum):
    """The result of a row, or of undoing a change, in a report."""

    ADDED = "added"
    CHANGED = "changed"
    CATEGORY = "category"
    REJECTED = "rejected"
    NOTE = "note"
    STOCK_CHANGED = "stock changed"
    STOCK_LEFT = "stock left"
    COLUMN_IGNORED = "column ignored"
    UNDONE = "undone"
    REMOVED = "removed"
    KEPT = "kept"
    CATEGORY_REMOVED = "category removed"
    CATEGORY_KEPT = "category kept"

    @property
    def is_kept(self) -> bool:
        """Whether an undo could not undo the change."""
        return self in {EntryResult.KEPT, EntryResult.CATEGORY_KEPT}

    @property
    def is_undoable(self) -> bool:
        of_changes = {EntryResult.ADDED, EntryResult.CHANGED, EntryResult.CATEGORY}
        return self in of_changes or self.is_kept


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportEntry:
    """A line of the report. `number` starts at 1 for each import.

    `code` is that of a rejected row or note, "" for other lines and of the release before.
    `undo` has what is needed to undo a change of a product, as JSON, also of one that an undo kept,
    and afterwards what the undo did; None for other lines.
    """

    number: int
    line: int
    result: EntryResult
    column: str = ""
    detail: str = ""
    code: str = ""
    product_id: ProductId | None = None
    undo: str | None = None


class ImportJobs(Protocol):
    def add(self, job: ImportJob, content: Iterable[bytes]) -> None:
        """Add a job with the content of its file in chunks, which are stored as they are."""
        ...

    def get(self, job_id: int) -> ImportJob:
        """Raises `ImportNotFound`."""
        ...

    def get_for_update(self, job_id: int) -> ImportJob:
        """As `get`, and lock the job until the unit of work ends."""
        ...

    def save(self, job: ImportJob) -> None: ...

    def advance(self, job: ImportJob, *, after: int) -> None:
        """Save a running job whose stored position is `after` rows.

        Raises `ConcurrentChange` for another position or status, at the latest on commit.
        """
        ...

    def delete(self, job_id: int) -> None:
        """Delete a draft and its file."""
        ...

    def delete_drafts(self, *, before: datetime) -> None:
        """Delete the drafts that were uploaded before a time, with their files."""
        ...

    def recent(self, limit: int) -> Sequence[ImportJob]:
        """The newest jobs first."""
        ...

    def due(self, runner: str, *, at: datetime) -> ImportJob | None:
        """Lock the oldest job to preview, run or undo that no other runner works on at the time."""
        ...

    def content(self, job_id: int) -> Iterator[bytes]:
        """The chunks that were added."""
        ...

    def delete_content(self, job_id: int) -> None: ...

    def add_entries(self, job_id: int, entries: Sequence[ImportEntry]) -> None: ...

    def update_entry(self, job_id: int, entry: ImportEntry) -> None: ...

    def entries(
        self, job_id: int, *, after: int = 0, up_to: int | None = None, limit: int
    ) -> Sequence[ImportEntry]:
        """By number: those after a number and up to another."""
        ...

    def entries_with(self, job_id: int, results: Collection[EntryResult]) -> Sequence[ImportEntry]:
        """All entries with one of the results, by number."""
        ...

    def change_of(self, job_id: int, product_id: ProductId) -> ImportEntry | None:
        """The last entry of a product in an import that is not undone, if it was changed."""
        ...

    def undone_entries(self, product_ids: Iterable[ProductId]) -> Sequence[ImportEntry]:
        """The entries of products with the result `undone` or `removed`, of all imports."""
        ...

    def mapping(self, source: str) -> Mapping[str, str]:
        """The mapping of columns that was last saved for a format."""
        ...

    def save_mapping(self, source: str, mapping: Mapping[str, str]) -> None: ...
