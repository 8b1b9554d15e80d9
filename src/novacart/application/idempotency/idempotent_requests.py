"""One answer for each key of a user."""

from novacart.application.ports.clock import Clock
from novacart.application.ports.idempotency_keys import Claim, RequestInProgress, StoredResponse
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.shared.ids import UserId


class IdempotentRequests:
    """The claim on a key, each step in a short unit of work of its own.

    The business in between fulfils the key in its own transaction, which is what makes its
    effect happen once even where the process dies before the answer is kept.
    """

    def __init__(self, *, begin: UnitOfWorkFactory, clock: Clock) -> None:
        self._begin = begin
        self._clock = clock

    def claim(self, user_id: UserId, key: str, *, fingerprint: str) -> tuple[Claim, bool]:
        """The claim, and whether the request is to be worked on now.

        If not, it has an answer to repeat, or a resource that was brought about and is to be
        answered with. Raises `IdempotencyKeyReused`, and `RequestInProgress` where there is
        neither yet.
        """
        with self._begin() as work:
            claim, is_mine = work.idempotency_keys.claim(
                user_id, key, fingerprint=fingerprint, at=self._clock.now()
            )
            work.commit()
        if not is_mine and claim.answer is None and claim.resource_id is None:
            raise RequestInProgress
        return claim, is_mine

    def keep(self, claim: Claim, answer: StoredResponse) -> StoredResponse:
        """The answer to send: this one, or the one that another request kept before."""
        with self._begin() as work:
            kept = work.idempotency_keys.keep(claim, answer)
            work.commit()
        return kept

    def release(self, claim: Claim) -> None:
        """The request came to nothing, and may be sent again."""
        with self._begin() as work:
            work.idempotency_keys.release(claim)
            work.commit()


class PurgeIdempotencyKeys:
    """Delete the keys whose life is over; gives how many."""

    def __init__(self, *, begin: UnitOfWorkFactory, clock: Clock) -> None:
        self._begin = begin
        self._clock = clock

    def __call__(self) -> int:
        purged = 0
        while True:
            with self._begin() as work:
                now = self._clock.now()
                gone = work.idempotency_keys.purge(before=now, limit=_BATCH)
                work.commit()
            purged += gone
            if gone < _BATCH:
                return purged


_BATCH = 1000
