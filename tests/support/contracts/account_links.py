"""Contract of repositories of links that are mailed to users."""

from datetime import timedelta

import pytest

from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.accounts.account_link import (
    INVITATION_LIFETIME,
    VERIFICATION_LIFETIME,
    AccountLink,
    LinkPurpose,
)
from novacart.domain.shared.errors import ConcurrentChange
from novacart.domain.shared.ids import UserId
from tests.support.builders.accounts import NOON, a_user
from tests.support.contracts.users import stored

ASHA, RAVI = UserId(41), UserId(42)
DIGEST = "d" * 64
VERIFICATION, INVITATION = LinkPurpose.EMAIL_VERIFICATION, LinkPurpose.INVITATION


def add_verification(
    begin: UnitOfWorkFactory, link_id: int = 5, token_hash: str = DIGEST
) -> AccountLink:
    with begin() as work:
        user = work.users.get(ASHA)
        link = AccountLink.request_verification(user, id=link_id, token_hash=token_hash, at=NOON)
        work.account_links.add(link)
        work.commit()
    return link


class AccountLinksContract:
    """Subclasses provide `begin`."""

    @pytest.fixture(autouse=True)
    def _users(self, begin: UnitOfWorkFactory) -> None:
        stored(begin, a_user(ASHA, username="asha"), a_user(RAVI, username="ravi"))

    def test_link_round_trip(self, begin: UnitOfWorkFactory) -> None:
        link = add_verification(begin)
        with begin() as work:
            for loaded in (
                work.account_links.get(5),
                work.account_links.get_by_token_hash(DIGEST, VERIFICATION),
            ):
                assert loaded is not None
                for name in AccountLink.__slots__:
                    assert getattr(loaded, name) == getattr(link, name)
            assert work.account_links.get(404) is None
            assert work.account_links.get_by_token_hash("e" * 64, VERIFICATION) is None

    def test_token_is_valid_for_its_purpose_only(self, begin: UnitOfWorkFactory) -> None:
        add_verification(begin)
        with begin() as work:
            assert work.account_links.get_by_token_hash(DIGEST, INVITATION) is None

    def test_use_is_stored(self, begin: UnitOfWorkFactory) -> None:
        add_verification(begin)
        with begin() as work:
            link = work.account_links.get_by_token_hash(DIGEST, VERIFICATION)
            assert link is not None
            link.use(work.users.get(ASHA), at=NOON)
            work.account_links.save(link)
            work.commit()
        with begin() as work:
            used = work.account_links.get(5)
            assert used is not None
            assert used.used_at == NOON

    def test_count_created_links_by_user_purpose_and_time(self, begin: UnitOfWorkFactory) -> None:
        add_verification(begin)
        add_verification(begin, 6, "e" * 64)
        with begin() as work:
            count = work.account_links.count_created
            assert count(ASHA, VERIFICATION, since=NOON) == 2
            assert count(ASHA, VERIFICATION, since=NOON + timedelta(seconds=1)) == 0
            assert count(ASHA, INVITATION, since=NOON) == 0
            assert count(RAVI, VERIFICATION, since=NOON) == 0

    def test_saving_stale_link_raises(self, begin: UnitOfWorkFactory) -> None:
        add_verification(begin)
        with begin() as work:
            stale, fresh = work.account_links.get(5), work.account_links.get(5)
            assert stale is not None
            assert fresh is not None
            work.account_links.save(fresh)
            with pytest.raises(ConcurrentChange):
                work.account_links.save(stale)

    def test_delete_expired_links(self, begin: UnitOfWorkFactory) -> None:
        add_verification(begin)
        with begin() as work:
            user = work.users.get(ASHA)
            invitation = AccountLink.invite(
                user, id=6, token_hash="e" * 64, page_url="https://api.example/", at=NOON
            )
            work.account_links.add(invitation)
            delete = work.account_links.delete_expired
            assert delete(before=NOON + VERIFICATION_LIFETIME) == 0
            assert delete(before=NOON + INVITATION_LIFETIME) == 1
            assert work.account_links.get(6) is not None
            work.commit()
