"""Fake repository of wishlists."""

from collections.abc import Callable, Collection

from novacart.domain.shared.events import AggregateRoot
from novacart.domain.shared.ids import UserId, VariantId
from novacart.domain.wishlist.wishlist import Wishlist
from tests.fakes.transactional_dict import TransactionalDict


class FakeWishlists:
    def __init__(
        self, records: TransactionalDict[UserId, Wishlist], saved: Callable[[AggregateRoot], None]
    ) -> None:
        self._records = records
        self._saved = saved

    def of(self, user_id: UserId) -> Wishlist:
        return self._records.get(user_id) or Wishlist(user_id=user_id)

    def save(self, wishlist: Wishlist) -> None:
        self._saved(wishlist)
        self._records.put(wishlist.user_id, wishlist)

    def discard_everywhere(self, variant_ids: Collection[VariantId]) -> None:
        for wishlist in list(self._records.values()):
            for variant_id in variant_ids:
                wishlist.discard(variant_id)
            self._records.put(wishlist.user_id, wishlist)
