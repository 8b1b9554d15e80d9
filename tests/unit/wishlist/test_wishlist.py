from datetime import UTC, datetime

import pytest

from novacart.domain.shared.ids import ProductId, UserId
from novacart.domain.wishlist.errors import NotOnWishlist, WishlistIsFull
from novacart.domain.wishlist.wishlist import MAX_ENTRIES, Wishlist

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
TEAPOT = ProductId(1)


def empty() -> Wishlist:
    return Wishlist(user_id=UserId(1))


def test_a_product_stands_on_a_wishlist_once() -> None:
    wishlist = empty()
    assert wishlist.add(TEAPOT, at=NOON) is True
    assert wishlist.add(TEAPOT, at=NOON) is False
    assert [entry.product_id for entry in wishlist.entries] == [TEAPOT]


def test_wishing_again_keeps_the_first_time() -> None:
    wishlist = empty()
    wishlist.add(TEAPOT, at=NOON)
    wishlist.add(TEAPOT, at=NOON.replace(hour=13))
    assert wishlist.entries[0].added_at == NOON


def test_a_product_can_be_taken_off() -> None:
    wishlist = empty()
    wishlist.add(TEAPOT, at=NOON)
    wishlist.remove(TEAPOT)
    assert TEAPOT not in wishlist


def test_what_was_not_wished_for_cannot_be_taken_off() -> None:
    with pytest.raises(NotOnWishlist):
        empty().remove(TEAPOT)


def test_discarding_asks_no_questions() -> None:
    wishlist = empty()
    wishlist.discard(TEAPOT)
    assert wishlist.entries == ()


def test_a_wishlist_has_an_end() -> None:
    wishlist = empty()
    for number in range(MAX_ENTRIES):
        wishlist.add(ProductId(number), at=NOON)
    with pytest.raises(WishlistIsFull):
        wishlist.add(ProductId(MAX_ENTRIES), at=NOON)
    assert wishlist.add(ProductId(0), at=NOON) is False
