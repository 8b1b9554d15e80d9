"""Results that are computed from rows, and used again while the database returns equal rows."""

from collections.abc import Callable, Sequence
from typing import Final, Generic, TypeVar

from novacart.adapters.persistence.statements import Row

Result = TypeVar("Result")


class ResultsOfRows(Generic[Result]):
    """The last result of each category.

    The rows are read for each request, and a result is used again only if they are equal to those
    from which it was computed. So it is never older than the last commit.
    """

    MAX_CATEGORIES: Final = 64

    def __init__(self, compute: Callable[[Sequence[Row]], Result]) -> None:
        self._compute = compute
        self._cached: dict[str | None, tuple[Sequence[Row], Result]] = {}

    def get(self, category: str | None, rows: Sequence[Row]) -> Result:
        cached = self._cached.get(category)
        if cached is not None and cached[0] == rows:
            return cached[1]
        result = self._compute(rows)
        if len(self._cached) >= self.MAX_CATEGORIES:
            self._cached.clear()
        self._cached[category] = rows, result
        return result
