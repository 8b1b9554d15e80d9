"""Contract of token family repositories."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from novacart.application.accounts.queries import AccountQueries
from novacart.application.ports.tokens import TokenClaims, TokenKind
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.accounts.token_family import RefreshToken, TokenFamily
from novacart.domain.shared.errors import ConcurrentChange
from novacart.domain.shared.ids import UserId
from tests.support.builders.accounts import NOON, SESSION, WEEK, a_family, a_user
from tests.support.contracts.users import stored

ASHA, RAVI = UserId(41), UserId(42)
LEEWAY = timedelta(seconds=10)
FIRST = RefreshToken(id="first", issued_at=NOON, expires_at=NOON + WEEK)
USED = NOON + timedelta(hours=1)
THIRD = RefreshToken(id="third", issued_at=USED, expires_at=USED + WEEK)
CLAIMS = TokenClaims(
    kind=TokenKind.REFRESH, user_id=ASHA, family_id=7, password_generation=1, token_id="first"
)


def load(begin: UnitOfWorkFactory, family_id: int, token_id: str) -> TokenFamily:
    with begin() as work:
        family = work.token_families.get_by_token(family_id, token_id)
    assert family is not None
    return family


def rotate(begin: UnitOfWorkFactory, token_id: str, successor_id: str) -> None:
    with begin() as work:
        family = work.token_families.get_by_token(7, token_id)
        assert family is not None
        family.rotate(
            token_id,
            successor_id=successor_id,
            at=USED,
            lifetime=WEEK,
            leeway=LEEWAY,
            session_lifetime=SESSION,
        )
        work.token_families.save(family)
        work.commit()


def add_successor(
    begin: UnitOfWorkFactory,
    claims: TokenClaims,
    successor: RefreshToken = THIRD,
    *,
    rotated_since: datetime,
    opened_since: datetime,
) -> bool:
    with begin() as work:
        is_added = work.token_families.add_successor(
            claims, successor, rotated_since=rotated_since, opened_since=opened_since
        )
        work.commit()
    return is_added


class TokenFamiliesContract:
    """Subclasses provide `begin` and `queries` on the same store. Family 7 is Asha's."""

    @pytest.fixture(autouse=True)
    def _family(self, begin: UnitOfWorkFactory) -> None:
        stored(begin, a_user(ASHA), a_user(RAVI))
        with begin() as work:
            work.token_families.add(a_family(7, ASHA))
            work.commit()

    def test_family_round_trip(self, begin: UnitOfWorkFactory) -> None:
        family = load(begin, 7, "first")
        assert (family.id, family.user_id, family.opened_at) == (7, ASHA, NOON)
        assert family.revoked_at is None
        assert family.tokens == (FIRST,)

    def test_unknown_family_is_none(self, begin: UnitOfWorkFactory) -> None:
        with begin() as work:
            assert work.token_families.get_by_token(404, "first") is None

    def test_family_is_loaded_with_the_given_token_only(self, begin: UnitOfWorkFactory) -> None:
        rotate(begin, "first", "second")
        assert load(begin, 7, "other").tokens == ()
        (first,) = load(begin, 7, "first").tokens
        assert first.rotated_at == NOON + timedelta(hours=1)
        (second,) = load(begin, 7, "second").tokens
        assert second.rotated_at is None
        assert second.expires_at == NOON + timedelta(hours=1) + WEEK

    def test_successors_of_one_token_coexist(self, begin: UnitOfWorkFactory) -> None:
        for successor in ("second", "third", "fourth"):
            rotate(begin, "first", successor)
        for successor in ("second", "third", "fourth"):
            assert load(begin, 7, successor).tokens[0].rotated_at is None

    def test_successor_is_added_without_the_lock(self, begin: UnitOfWorkFactory) -> None:
        rotate(begin, "first", "second")
        assert add_successor(begin, CLAIMS, rotated_since=USED, opened_since=NOON)
        assert load(begin, 7, "third").tokens == (THIRD,)
        (first,) = load(begin, 7, "first").tokens
        assert first.rotated_at == USED

    @pytest.mark.parametrize(
        ("claims", "rotated_since", "opened_since"),
        [
            (replace(CLAIMS, token_id="second"), USED, NOON),
            (replace(CLAIMS, token_id="unknown"), USED, NOON),
            (replace(CLAIMS, family_id=8), USED, NOON),
            (replace(CLAIMS, user_id=RAVI), USED, NOON),
            (replace(CLAIMS, password_generation=2), USED, NOON),
            (CLAIMS, USED + timedelta(microseconds=1), NOON),
            (CLAIMS, USED, NOON + timedelta(microseconds=1)),
        ],
        ids=[
            "unused token",
            "unknown token",
            "other family",
            "other user",
            "other password",
            "end of leeway",
            "end of session",
        ],
    )
    def test_no_successor_is_added_to_an_invalid_token(
        self,
        begin: UnitOfWorkFactory,
        claims: TokenClaims,
        rotated_since: datetime,
        opened_since: datetime,
    ) -> None:
        with begin() as work:
            work.token_families.add(a_family(8, ASHA, token_id="phone"))
            work.commit()
        rotate(begin, "first", "second")
        assert not add_successor(
            begin, claims, rotated_since=rotated_since, opened_since=opened_since
        )
        assert load(begin, 7, "third").tokens == ()

    def test_no_successor_is_added_after_expiry_or_revocation_or_for_a_disabled_user(
        self, begin: UnitOfWorkFactory
    ) -> None:
        rotate(begin, "first", "second")
        late = replace(THIRD, issued_at=FIRST.expires_at, expires_at=FIRST.expires_at + WEEK)
        assert not add_successor(begin, CLAIMS, late, rotated_since=USED, opened_since=NOON)
        with begin() as work:
            user = work.users.get(ASHA)
            user.disable(active_owners=(), at=USED)
            work.users.save(user)
            work.commit()
        assert not add_successor(begin, CLAIMS, rotated_since=USED, opened_since=NOON)
        with begin() as work:
            user = work.users.get(ASHA)
            user.enable(at=USED)
            work.users.save(user)
            work.token_families.revoke_all(ASHA, at=USED)
            work.commit()
        assert not add_successor(begin, CLAIMS, rotated_since=USED, opened_since=NOON)

    def test_revocation_is_stored(self, begin: UnitOfWorkFactory) -> None:
        with begin() as work:
            family = work.token_families.get_by_token(7, "first")
            assert family is not None
            family.revoke(at=NOON)
            work.token_families.save(family)
            work.commit()
        assert load(begin, 7, "first").revoked_at == NOON

    def test_sessions_are_listed_by_their_last_use(
        self, begin: UnitOfWorkFactory, queries: AccountQueries
    ) -> None:
        rotate(begin, "first", "second")
        later = NOON + timedelta(minutes=10)
        with begin() as work:
            phone = TokenFamily.open(
                id=8,
                user_id=ASHA,
                token_id="phone",
                at=later,
                lifetime=WEEK,
                user_agent="Firefox" + "x" * 300,
            )
            ended = a_family(9, ASHA, token_id="ended")
            work.token_families.add(phone)
            work.token_families.add(ended)
            work.token_families.add(a_family(10, RAVI, token_id="his"))
            work.commit()
        with begin() as work:
            family = work.token_families.get(9)
            assert family is not None
            assert family.tokens == ()
            family.revoke(at=later)
            work.token_families.save(family)
            work.commit()
        rows = queries.list_sessions(ASHA, at=later)
        assert [(row.id, row.opened_at, row.last_used_at) for row in rows] == [
            (7, NOON, NOON + timedelta(hours=1)),
            (8, later, later),
        ]
        assert rows[0].user_agent is None
        assert rows[1].user_agent == ("Firefox" + "x" * 300)[:255]
        # The first session was refreshed for another hour.
        assert [row.id for row in queries.list_sessions(ASHA, at=NOON + WEEK)] == [7, 8]
        assert [row.id for row in queries.list_sessions(ASHA, at=later + WEEK)] == [7]
        with begin() as work:
            assert work.token_families.get(404) is None

    def test_reauthentication_is_stored(
        self, begin: UnitOfWorkFactory, queries: AccountQueries
    ) -> None:
        assert load(begin, 7, "first").authenticated_at == NOON
        later = NOON + timedelta(hours=1)
        with begin() as work:
            family = work.token_families.get_by_token(7, "first")
            assert family is not None
            family.reauthenticate(at=later)
            work.token_families.save(family)
            work.commit()
        assert load(begin, 7, "first").authenticated_at == later
        profile = queries.session_user(user_id=ASHA, family_id=7, password_generation=1)
        assert profile is not None
        assert profile.authenticated_at == later

    def test_revoke_all_families_but_one(self, begin: UnitOfWorkFactory) -> None:
        with begin() as work:
            work.token_families.add(a_family(8, ASHA, token_id="phone"))
            work.token_families.revoke_all(ASHA, at=NOON, keep=8)
            work.commit()
        assert load(begin, 7, "first").revoked_at == NOON
        assert load(begin, 8, "phone").revoked_at is None

    def test_revoke_all_families_of_one_user(self, begin: UnitOfWorkFactory) -> None:
        with begin() as work:
            work.token_families.add(a_family(8, ASHA, token_id="phone"))
            work.token_families.add(a_family(9, RAVI, token_id="his"))
            work.token_families.revoke_all(ASHA, at=NOON)
            work.commit()
        assert load(begin, 7, "first").revoked_at == NOON
        assert load(begin, 8, "phone").revoked_at == NOON
        assert load(begin, 9, "his").revoked_at is None

    def test_end_oldest_keeps_the_newest_live_families_of_one_user(
        self, begin: UnitOfWorkFactory
    ) -> None:
        with begin() as work:
            work.token_families.add(a_family(8, RAVI, token_id="his"))
            for number in range(1, 6):
                opened_at = NOON + timedelta(hours=number)
                family = a_family(10 + number, ASHA, token_id=f"t{number}", at=opened_at)
                work.token_families.add(family)
                if number == 5:
                    family.revoke(at=opened_at)
                    work.token_families.save(family)
            work.commit()
        now = NOON + WEEK
        with begin() as work:
            work.token_families.end_oldest(ASHA, keep=3, at=now)
            work.commit()
        ended = {
            number: load(begin, 10 + number, f"t{number}").revoked_at for number in range(1, 6)
        }
        # The first family, number 7, has expired: it is neither counted nor ended.
        assert ended == {1: now, 2: None, 3: None, 4: None, 5: NOON + timedelta(hours=5)}
        assert load(begin, 7, "first").revoked_at is None
        assert load(begin, 8, "his").revoked_at is None

    def test_saving_stale_family_raises(self, begin: UnitOfWorkFactory) -> None:
        stale = load(begin, 7, "first")
        rotate(begin, "first", "second")
        with begin() as work, pytest.raises(ConcurrentChange):
            work.token_families.save(stale)

    def test_delete_expired_tokens_and_empty_families(self, begin: UnitOfWorkFactory) -> None:
        rotate(begin, "first", "second")
        with begin() as work:
            assert work.token_families.delete_expired(before=NOON + WEEK) == 0
            assert work.token_families.delete_expired(before=NOON + WEEK + LEEWAY) == 1
            work.commit()
        assert load(begin, 7, "first").tokens == ()
        with begin() as work:
            assert work.token_families.delete_expired(before=NOON + 2 * WEEK) == 1
            work.commit()
        with begin() as work:
            assert work.token_families.get_by_token(7, "second") is None

    def test_refresh_token_is_valid_until_expiry_or_end_of_leeway(
        self, begin: UnitOfWorkFactory, queries: AccountQueries
    ) -> None:
        def is_valid(token_id: str, after: timedelta) -> bool:
            at = NOON + after
            return queries.is_refresh_token_valid(
                family_id=7, token_id=token_id, at=at, rotated_since=at - LEEWAY
            )

        assert is_valid("first", timedelta(days=6))
        assert not is_valid("first", WEEK)
        assert not is_valid("unknown", timedelta())
        rotate(begin, "first", "second")
        used = timedelta(hours=1)
        assert is_valid("first", used + LEEWAY)
        assert not is_valid("first", used + LEEWAY + timedelta(microseconds=1))
        assert is_valid("second", timedelta(days=6))
