"""How long a database keeps anyone waiting, in seconds."""

from typing import Final

# A writer that can't begin within this time is told so rather than kept waiting.
LOCK_TIMEOUT: Final = 10
STATEMENT_TIMEOUT: Final = 15
# What a report over the whole shop may take.
REPORT_TIMEOUT: Final = 600
