"""A pincode directory in memory."""

from collections.abc import Mapping

from novacart.application.ports.errors import Unavailable
from novacart.application.ports.postal_codes import Place


class FakePostalCodes:
    """Knows what it was told; `down` plays a directory that does not answer."""

    def __init__(self, places: Mapping[str, Place] | None = None) -> None:
        self._places = dict(places or {})
        self.down = False

    def place_of(self, pincode: str) -> Place | None:
        if self.down:
            raise Unavailable("The directory does not answer.")
        return self._places.get(pincode)
