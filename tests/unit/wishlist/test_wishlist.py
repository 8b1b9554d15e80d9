"""The wishlist aggregate."""

from datetime import UTC, datetime

import pytest

from novacart.domain.shared.ids import UserId, VariantId
from novacart.domain.wishlist.errors import NotOnWishlist, WishlistIsFull
from novacart.domain.wishlist.wishlist import MAX_ENTRIES, Wishlist

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
TEAPOT = VariantId(1)


def empty() -> Wishlist:
    return Wishlist(user_id=UserId(1))


def test_add_twice_keeps_one_entry_and_its_time() -> None:
    wishlist = empty()
    assert wishlist.add(TEAPOT, at=NOON) is True
    assert wishlist.add(TEAPOT, at=NOON.replace(hour=13)) is False
    assert [(entry.variant_id, entry.added_at) for entry in wishlist.entries] == [(TEAPOT, NOON)]


def test_remove_ignores_variants_that_are_not_listed() -> None:
    wishlist = empty()
    wishlist.add(TEAPOT, at=NOON)
    wishlist.remove([VariantId(2), TEAPOT])
    assert TEAPOT not in wishlist


def test_remove_only_unlisted_variants_raises() -> None:
    with pytest.raises(NotOnWishlist):
        empty().remove([TEAPOT])


def test_discard_unlisted_variant_does_nothing() -> None:
    wishlist = empty()
    wishlist.discard(TEAPOT)
    assert wishlist.entries == ()


def test_add_to_full_wishlist_raises() -> None:
    wishlist = empty()
    for number in range(MAX_ENTRIES):
        wishlist.add(VariantId(number), at=NOON)
    with pytest.raises(WishlistIsFull):
        wishlist.add(VariantId(MAX_ENTRIES), at=NOON)
    assert wishlist.add(VariantId(0), at=NOON) is False


def test_merge_adds_newest_entries_until_list_is_full() -> None:
    wishlist, other = empty(), empty()
    for number in range(1, MAX_ENTRIES):
        wishlist.add(VariantId(number), at=NOON)
    other.add(TEAPOT, at=NOON.replace(hour=13))
    other.add(VariantId(1000), at=NOON)
    other.add(VariantId(1001), at=NOON.replace(hour=13))
    for _ in range(2):
        wishlist.merge(other.entries)
    assert len(wishlist.entries) == MAX_ENTRIES
    assert VariantId(1001) in wishlist
    assert VariantId(1000) not in wishlist
    assert wishlist.entries[0].added_at == NOON
