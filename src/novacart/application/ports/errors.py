"""Errors that any port may raise."""


class PortError(Exception):
    """A call to an external system failed."""


class Unavailable(PortError):
    """The external system is unavailable. The call may succeed after `retry_after` seconds."""

    def __init__(self, message: str, *, retry_after: int = 5) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class StorageUnavailable(Unavailable):
    """The database is unreachable, full or timed out.

    Nothing was changed, unless the connection was lost during a commit: then the result is unknown.
    `reason` says why the driver could not connect. It names host, port and user, but no password,
    and is for logs and the command line only.
    """

    def __init__(self, message: str, *, retry_after: int = 5, reason: str = "") -> None:
        super().__init__(message, retry_after=retry_after)
        self.reason = reason

    @property
    def explanation(self) -> str:
        """The message with the reason."""
        return f"{str(self).removesuffix('.')}: {self.reason}." if self.reason else str(self)
