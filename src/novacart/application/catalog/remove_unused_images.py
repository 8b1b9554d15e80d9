"""Remove stored images that nothing shows any more."""

from typing import Final

from novacart.application.ports.clock import Clock
from novacart.application.ports.image_removals import ShownImages
from novacart.application.ports.image_store import ImageStore
from novacart.application.ports.unit_of_work import UnitOfWorkFactory

BATCH_SIZE: Final = 500


class RemoveUnusedImages:
    """Remove images that nothing shows from the store, and return how many.

    An image that an order, another product or a category shows is kept. Images elsewhere, such as
    those of another shop, are left alone. Raises `Unavailable`; the next run then continues.
    """

    def __init__(
        self, *, begin: UnitOfWorkFactory, clock: Clock, images: ImageStore, shown: ShownImages
    ) -> None:
        self._begin = begin
        self._clock = clock
        self._images = images
        self._shown = shown

    def __call__(self) -> int:
        removed = 0
        while True:
            with self._begin() as work:
                due = work.image_removals.due(self._clock.now(), limit=BATCH_SIZE)
            if not due:
                return removed
            shown = self._shown.among({removal.image for removal in due if removal.image})
            for removal in due:
                name = removal.name
                if removal.image is not None and removal.image not in shown:
                    name = self._images.stored_name(removal.image)
                if name is not None:
                    self._images.remove(name)
                    removed += 1
            with self._begin() as work:
                work.image_removals.discard(due)
                work.commit()
