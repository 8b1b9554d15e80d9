"""Stored images that are to be removed if nothing shows them."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol


class ImageRemoval(NamedTuple):
    """An image to remove: by its `name` in the image store, or by its reference `image`."""

    id: int
    name: str | None
    image: str | None


class ImageRemovals(Protocol):
    """Times are aware UTC."""

    def expect(self, name: str, *, due: datetime) -> None:
        """Remove the image with this name unless its upload is completed before `due`."""
        ...

    def complete(self, name: str) -> None:
        """Keep the image with this name: its upload is completed."""
        ...

    def schedule(self, images: Iterable[str], *, due: datetime) -> None:
        """Remove these images after `due` unless something shows them then."""
        ...

    def due(self, at: datetime, *, limit: int) -> Sequence[ImageRemoval]:
        """The removals that are due, oldest first."""
        ...

    def discard(self, removals: Collection[ImageRemoval]) -> None:
        """Forget these removals."""
        ...


class ShownImages(Protocol):
    def among(self, images: Collection[str]) -> set[str]:
        """Those of the images that a product, a variant, a category or an order shows."""
        ...
