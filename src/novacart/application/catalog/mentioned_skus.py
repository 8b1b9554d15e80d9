"""The SKUs that a file mentions."""

from array import array
from bisect import bisect_left, bisect_right


class MentionedSkus:
    """The SKUs of all rows of a file, as hashes, with 8 bytes for each."""

    def __init__(self) -> None:
        self._hashes = array("q")
        self._is_sorted = True

    def add(self, sku: str) -> None:
        self._hashes.append(hash(sku))
        self._is_sorted = False

    def count(self, sku: str) -> int:
        if not self._is_sorted:
            self._hashes = array("q", sorted(self._hashes))
            self._is_sorted = True
        wanted = hash(sku)
        return bisect_right(self._hashes, wanted) - bisect_left(self._hashes, wanted)
