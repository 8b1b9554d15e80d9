"""Fake image store."""

from itertools import count

from novacart.application.ports.image_store import extension_of


class FakeImageStore:
    """`stored` maps references to contents."""

    def __init__(self) -> None:
        self.stored: dict[str, bytes] = {}
        self._versions = count(1)

    def put(self, content: bytes, *, name: str, content_type: str) -> str:
        extension = extension_of(name, content_type)
        reference = f"https://images.test/v{next(self._versions)}/{name}.{extension}"
        self.stored[reference] = content
        return reference
