"""Pictures in memory."""

from itertools import count

from novacart.application.ports.image_store import extension_of


class FakeImageStore:
    """`pictures` holds what was put, by reference."""

    def __init__(self) -> None:
        self.pictures: dict[str, bytes] = {}
        self._versions = count(1)

    def put(self, content: bytes, *, name: str, content_type: str) -> str:
        extension = extension_of(name, content_type)
        reference = f"https://images.test/v{next(self._versions)}/{name}.{extension}"
        self.pictures[reference] = content
        return reference
