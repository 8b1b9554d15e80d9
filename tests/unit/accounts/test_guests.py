"""Guests and their sessions."""

from datetime import timedelta

import pytest

from novacart.domain.accounts.errors import InvalidToken
from novacart.domain.accounts.events import GuestMerged
from novacart.domain.accounts.guest import SESSION_LIFETIME, Guest
from novacart.domain.shared.ids import UserId
from tests.support.builders.ordering import NOON

ASHA, RAVI = UserId(3), UserId(4)
ALMOST = SESSION_LIFETIME - timedelta(seconds=1)


def a_guest() -> Guest:
    return Guest.start(id=UserId(9), at=NOON)


def test_session_ends_after_its_lifetime() -> None:
    guest = a_guest()
    assert guest.is_active(at=NOON + ALMOST)
    assert not guest.is_active(at=NOON + SESSION_LIFETIME)


def test_renew_extends_session() -> None:
    guest = a_guest()
    guest.renew(at=NOON + ALMOST)
    assert guest.is_active(at=NOON + 2 * ALMOST)


def test_renew_ended_session_raises() -> None:
    with pytest.raises(InvalidToken):
        a_guest().renew(at=NOON + SESSION_LIFETIME)


def test_merge_ends_session_and_records_event() -> None:
    guest = a_guest()
    assert guest.merge_into(ASHA, at=NOON)
    assert not guest.is_active(at=NOON)
    assert guest.collect_events() == [GuestMerged(guest_id=9, user_id=ASHA, occurred_at=NOON)]


def test_merge_again_into_same_user_changes_nothing() -> None:
    guest = a_guest()
    guest.merge_into(ASHA, at=NOON)
    guest.collect_events()
    assert not guest.merge_into(ASHA, at=NOON + 2 * SESSION_LIFETIME)
    assert guest.collect_events() == []


def test_merge_into_another_user_raises() -> None:
    guest = a_guest()
    guest.merge_into(ASHA, at=NOON)
    with pytest.raises(InvalidToken):
        guest.merge_into(RAVI, at=NOON)


def test_merge_expired_guest_raises() -> None:
    with pytest.raises(InvalidToken):
        a_guest().merge_into(ASHA, at=NOON + SESSION_LIFETIME)
