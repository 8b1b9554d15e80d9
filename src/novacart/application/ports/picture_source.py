"""Files of pictures on other sites."""

from typing import Protocol

from novacart.application.ports.errors import PortError


class PictureRefused(PortError):
    """The URL is not allowed, or does not lead to a picture. Another attempt would not help."""


class PictureSource(Protocol):
    def fetch(self, url: str) -> bytes:
        """The content of the file.

        Follows redirects. Only https is allowed, and only public addresses. Raises
        `PictureRefused`, and `Unavailable` if another attempt may succeed.
        """
        ...
