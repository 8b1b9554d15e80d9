"""Contract of repositories of second factors."""

import pytest

from novacart.application.accounts.queries import AccountQueries, MfaStatus
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.accounts.mfa import MfaEnrolment
from novacart.domain.shared.errors import ConcurrentChange
from novacart.domain.shared.ids import UserId
from tests.support.builders.accounts import NOON, a_family, a_user
from tests.support.contracts.users import stored

ASHA = UserId(41)
CODES = ("aaaa-aaaa", "bbbb-bbbb")


def load(begin: UnitOfWorkFactory) -> MfaEnrolment:
    with begin() as work:
        enrolment = work.mfa_enrolments.get(ASHA)
    assert enrolment is not None
    return enrolment


def enabled(begin: UnitOfWorkFactory) -> MfaEnrolment:
    """Enable the second factor of Asha, whose last code was of step 7."""
    enrolment = MfaEnrolment.start(user_id=ASHA, encrypted_secret="sealed", at=NOON)
    with begin() as work:
        work.mfa_enrolments.add(enrolment)
        enrolment.accept_step(7, at=NOON)
        enrolment.enable(CODES, at=NOON)
        work.mfa_enrolments.save(enrolment)
        work.commit()
    return enrolment


class MfaEnrolmentsContract:
    """Subclasses provide `begin` and `queries` on the same store."""

    @pytest.fixture(autouse=True)
    def _user(self, begin: UnitOfWorkFactory) -> None:
        stored(begin, a_user(ASHA, username="asha"))
        with begin() as work:
            work.token_families.add(a_family(7, ASHA))
            work.commit()

    def test_enrolment_round_trip(self, begin: UnitOfWorkFactory) -> None:
        enrolment, loaded = enabled(begin), load(begin)
        for name in (*MfaEnrolment.__slots__, "version"):
            assert getattr(loaded, name) == getattr(enrolment, name)

    def test_user_without_enrolment(self, begin: UnitOfWorkFactory) -> None:
        with begin() as work:
            assert work.mfa_enrolments.get(ASHA) is None

    def test_used_and_replaced_recovery_codes_are_removed(self, begin: UnitOfWorkFactory) -> None:
        enabled(begin)
        with begin() as work:
            enrolment = work.mfa_enrolments.get(ASHA)
            assert enrolment is not None
            assert enrolment.accept_recovery_code(CODES[0], at=NOON)
            work.mfa_enrolments.save(enrolment)
            work.commit()
        enrolment = load(begin)
        assert len(enrolment.recovery_code_hashes) == 1
        with begin() as work:
            current = work.mfa_enrolments.get(ASHA)
            assert current is not None
            current.replace_recovery_codes(["cccc-cccc"], at=NOON)
            work.mfa_enrolments.save(current)
            work.commit()
        assert load(begin).recovery_code_hashes == current.recovery_code_hashes

    def test_failures_are_stored(self, begin: UnitOfWorkFactory) -> None:
        enabled(begin)
        with begin() as work:
            enrolment = work.mfa_enrolments.get(ASHA)
            assert enrolment is not None
            enrolment.accept_step(None, at=NOON)
            work.mfa_enrolments.save(enrolment)
            work.commit()
        assert (load(begin).failures, load(begin).failed_at) == (1, NOON)

    def test_removed_enrolment_is_gone_with_its_codes(
        self, begin: UnitOfWorkFactory, queries: AccountQueries
    ) -> None:
        enabled(begin)
        with begin() as work:
            enrolment = work.mfa_enrolments.get(ASHA)
            assert enrolment is not None
            work.mfa_enrolments.remove(enrolment)
            work.commit()
        assert queries.mfa_status(ASHA) == MfaStatus()
        enabled(begin)
        assert load(begin).recovery_code_hashes

    def test_saving_stale_enrolment_raises(self, begin: UnitOfWorkFactory) -> None:
        enabled(begin)
        stale = load(begin)
        with begin() as work:
            fresh = work.mfa_enrolments.get(ASHA)
            assert fresh is not None
            work.mfa_enrolments.save(fresh)
            work.commit()
        with begin() as work, pytest.raises(ConcurrentChange):
            work.mfa_enrolments.save(stale)

    def test_queries_show_an_enabled_second_factor(
        self, begin: UnitOfWorkFactory, queries: AccountQueries
    ) -> None:
        def is_shown() -> tuple[bool, bool]:
            credentials = queries.credentials("asha", network="unknown", used_since=NOON)
            profile = queries.session_user(user_id=ASHA, family_id=7, password_generation=1)
            assert credentials is not None
            assert profile is not None
            return credentials.mfa_enabled, profile.mfa_enabled

        with begin() as work:
            pending = MfaEnrolment.start(user_id=ASHA, encrypted_secret="sealed", at=NOON)
            work.mfa_enrolments.add(pending)
            work.commit()
        assert is_shown() == (False, False)
        with begin() as work:
            enrolment = work.mfa_enrolments.get(ASHA)
            assert enrolment is not None
            enrolment.enable(CODES, at=NOON)
            work.mfa_enrolments.save(enrolment)
            work.commit()
        assert is_shown() == (True, True)
        assert queries.mfa_status(ASHA) == MfaStatus(is_enabled=True, recovery_codes=2)
