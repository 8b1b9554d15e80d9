"""Tables of product imports."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from novacart.adapters.persistence.metadata import UtcDateTime, metadata

_ID = BigInteger().with_variant(Integer(), "sqlite")

import_jobs = Table(
    "import_jobs",
    metadata,
    Column("id", _ID, primary_key=True, autoincrement=False),
    Column("file_name", Text, nullable=False),
    Column("settings", Text, nullable=False),
    Column("status", String(10), nullable=False),
    Column("created_by", String(80), nullable=False),
    Column("may_add_categories", Boolean, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("finished_at", UtcDateTime),
    Column("rows_total", Integer, nullable=False),
    Column("rows_done", Integer, nullable=False),
    Column("entries", Integer, nullable=False),
    Column("entries_left", Integer, nullable=False),
    Column("counts", Text, nullable=False),
    Column("failure", Text, nullable=False),
    Column("preview", Text, nullable=False, server_default=""),
    Column("runner", String(40), nullable=False),
    Column("leased_until", UtcDateTime),
)
_IS_DUE = text("status IN ('running', 'undoing', 'previewing')")
# The worker looks for work every few seconds.
Index("ix_import_jobs_due", import_jobs.c.id, sqlite_where=_IS_DUE, postgresql_where=_IS_DUE)

# The compressed file of a job that is not finished.
import_chunks = Table(
    "import_chunks",
    metadata,
    Column("job_id", _ID, ForeignKey("import_jobs.id"), primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("content", LargeBinary, nullable=False),
)

# The report of a job, with what is needed to undo it.
import_entries = Table(
    "import_entries",
    metadata,
    Column("job_id", _ID, ForeignKey("import_jobs.id"), primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("line", Integer, nullable=False),
    Column("result", String(20), nullable=False),
    Column("column", Text, nullable=False),
    Column("detail", Text, nullable=False),
    # Of a rejected row or a note.
    Column("code", String(40), nullable=False, server_default=""),
    Column("product_id", BigInteger, index=True),
    Column("undo", Text),
)

# The columns that staff gave other names, by the format of the file.
import_mappings = Table(
    "import_mappings",
    metadata,
    Column("source", String(20), primary_key=True),
    Column("mapping", Text, nullable=False),
)

# Pictures on other sites that the worker fetches for products.
picture_downloads = Table(
    "picture_downloads",
    metadata,
    Column("id", _ID, primary_key=True, autoincrement=False),
    Column("product_id", BigInteger, ForeignKey("products.id"), nullable=False),
    Column("url", Text, nullable=False),
    Column("alt", Text, nullable=False),
    Column("variant_ids", Text, nullable=False),
    Column("job_id", BigInteger, index=True),
    Column("line", Integer, nullable=False),
    Column("status", String(10), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("error", Text, nullable=False),
    UniqueConstraint("product_id", "url", name="uq_picture_downloads_url"),
)
_IS_WAITING = text("status = 'waiting'")
Index(
    "ix_picture_downloads_due",
    picture_downloads.c.due_at,
    picture_downloads.c.id,
    sqlite_where=_IS_WAITING,
    postgresql_where=_IS_WAITING,
)
