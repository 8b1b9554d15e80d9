"""How long things are good for."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionPolicy:
    """`leeway` is how long after its first use a refresh token may be used again."""

    refresh_lifetime: timedelta = timedelta(days=7)
    leeway: timedelta = timedelta(seconds=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResetPolicy:
    """A link to `frontend_url` is good for `lifetime`; `links_per_hour` go to one address."""

    frontend_url: str
    lifetime: timedelta = timedelta(hours=1)
    links_per_hour: int = 5
