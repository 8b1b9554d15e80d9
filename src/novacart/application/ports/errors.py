"""What can go wrong at a port, whatever stands behind it."""


class PortError(Exception):
    """The world outside did not do what was asked of it."""


class Unavailable(PortError):
    """Out of reach for now; the same call may succeed after `retry_after` seconds."""

    def __init__(self, message: str, *, retry_after: int = 5) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class StorageUnavailable(Unavailable):
    """The database can't be reached, is full, or did not answer in time. Nothing was changed."""
