"""Faults and naive caches of web processes, which call these functions before they start."""

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from novacart.adapters.persistence.catalog.queries import SqlCatalogQueries
from novacart.adapters.persistence.catalog.recent_results import RecentResults
from novacart.adapters.persistence.unit_of_work import SqlUnitOfWork
from novacart.application.accounts.authenticate_shopper import AuthenticateShopper

_CACHED: Final[tuple[tuple[type, str], ...]] = (
    (SqlCatalogQueries, "list_products"),
    (SqlCatalogQueries, "product_state"),
    (SqlCatalogQueries, "brands"),
    (SqlCatalogQueries, "price_range"),
    (AuthenticateShopper, "__call__"),
)

# Methods of any signature.
_Method = Callable[..., Any]


def kill_after_commit() -> None:
    """Kill the server after its first commit, before anything that follows."""

    def replacement(commit: _Method) -> _Method:
        def commit_and_die(work: SqlUnitOfWork) -> None:
            commit(work)
            os.killpg(0, signal.SIGKILL)

        return commit_and_die

    _replace(SqlUnitOfWork, "commit", replacement)


def cache_until_reported(reports: str) -> None:
    """Cache products, brands, prices and sessions by id until a commit is reported in a file."""

    def replacement(method: _Method) -> _Method:
        results: dict[tuple[int, str], Any] = {}

        def cached(owner: object, *args: object, **options: object) -> object:
            key = Path(reports).stat().st_size, repr((args, options))
            if key not in results:
                results[key] = method(owner, *args, **options)
            return results[key]

        return cached

    for owner, name in _CACHED:
        _replace(owner, name, replacement)


def report_commits(reports: str) -> None:
    """Report each commit in a file, after it and after the faults that were set before."""

    def replacement(commit: _Method) -> _Method:
        def commit_and_report(work: SqlUnitOfWork) -> None:
            commit(work)
            _append(reports)

        return commit_and_report

    _replace(SqlUnitOfWork, "commit", replacement)


def time_results_by_the_system_clock() -> None:
    def replacement(init: _Method) -> _Method:
        def timed(results: object, seconds: float) -> None:
            init(results, seconds, time.time)

        return timed

    _replace(RecentResults, "__init__", replacement)


def compute_in_each_thread() -> None:
    """Let no thread wait for the result that another one computes."""

    def get(results: RecentResults[Any, Any], key: object, compute: _Method) -> object:
        cached = results._of(key)
        now = results._clock()
        if now - cached.begun_at >= results._seconds:
            cached.result, age = compute()
            cached.begun_at = now - age
        return cached.result

    _replace(RecentResults, "get", lambda _: get)


def count_calls(name: str, calls: str) -> None:
    """Append a byte to a file at the beginning of each call of a query of the catalog."""

    def replacement(method: _Method) -> _Method:
        def counted(*args: object, **options: object) -> object:
            _append(calls)
            return method(*args, **options)

        return counted

    _replace(SqlCatalogQueries, name, replacement)


def _replace(owner: type, name: str, replacement: Callable[[_Method], _Method]) -> None:
    setattr(owner, name, replacement(getattr(owner, name)))


def _append(path: str) -> None:
    with Path(path).open("ab") as file:
        file.write(b".")
