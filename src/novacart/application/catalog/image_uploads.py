"""Images that are stored before a transaction shows them."""

from collections.abc import Callable
from datetime import timedelta
from typing import Final

from novacart.application.ports.clock import Clock
from novacart.application.ports.image_processor import PreparedImage
from novacart.application.ports.image_store import stored_name
from novacart.application.ports.unit_of_work import UnitOfWorkFactory

REMOVAL_DELAY: Final = timedelta(days=1)
"""Pages and carts that were read before a removal still show the image until then."""


def expect_upload(
    begin: UnitOfWorkFactory, clock: Clock, image: PreparedImage, name_of: Callable[[int], str]
) -> tuple[int, str]:
    """Record that an image is going to be stored under the name that `name_of` gives a new id.

    Returns the id, and the name to pass to `ImageRemovals.complete` with the change that shows the
    image. Until then the image is removed from the store after `REMOVAL_DELAY`, so an upload that
    fails half-way, even by a crash, leaves nothing behind.
    """
    with begin() as work:
        [new_id] = work.ids.take()
        name = stored_name(name_of(new_id), image.content)
        work.image_removals.expect(name, due=clock.now() + REMOVAL_DELAY)
        work.commit()
    return new_id, name
