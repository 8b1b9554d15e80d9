"""The SKUs that a file mentions."""

from array import array
from bisect import bisect_left, bisect_right


class MentionedSkus:
    """The SKUs of all rows of a file, as hashes, with 8 bytes for each.

    A row with the id of a product does not identify another one by its SKU.
    """

    def __init__(self) -> None:
        self._hashes = array("q")
        self._is_sorted = True

    def add(self, sku: str, product_id: str = "") -> None:
        """`product_id` is the one in the row, if any."""
        self._hashes.append(_hash(sku, product_id))
        self._is_sorted = False

    def count(self, sku: str, product_id: int) -> int:
        """The rows that may mean a variant of a product by the SKU."""
        if not self._is_sorted:
            self._hashes = array("q", sorted(self._hashes))
            self._is_sorted = True
        hashes = {_hash(sku, ""), _hash(sku, str(product_id))}
        return sum(
            bisect_right(self._hashes, each) - bisect_left(self._hashes, each) for each in hashes
        )


def _hash(sku: str, product_id: str) -> int:
    return hash((sku, product_id) if product_id.isdecimal() else sku)
