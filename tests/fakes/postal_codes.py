"""Fake pincode directory."""

from collections.abc import Mapping

from novacart.application.ports.errors import Unavailable
from novacart.application.ports.postal_codes import PostalPlace


class FakePostalCodes:
    """Has the given places; unavailable when `down`."""

    def __init__(self, places: Mapping[str, PostalPlace] | None = None) -> None:
        self._places = dict(places or {})
        self.down = False

    def find(self, pincode: str) -> PostalPlace | None:
        if self.down:
            raise Unavailable("The directory is unavailable.")
        return self._places.get(pincode)
