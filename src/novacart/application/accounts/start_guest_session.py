"""Start or renew the session of a guest."""

from dataclasses import dataclass
from uuid import uuid4

from novacart.application.authorization.throttle import Throttle
from novacart.application.ports.clock import Clock
from novacart.application.ports.request_context import RequestContexts
from novacart.application.ports.tokens import TokenClaims, TokenKind, Tokens
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.accounts.errors import InvalidToken
from novacart.domain.accounts.guest import Guest
from novacart.domain.shared.ids import UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class StartGuestSessionCommand:
    """`guest_token` is the token that the client has from an earlier session, if any."""

    guest_token: str | None = None


class StartGuestSession:
    """Return an access token of a guest, valid for the session's lifetime.

    With a valid token the session of that guest is extended. Any other client becomes a new guest;
    raises `TooManyAttempts` for too many of them.
    """

    def __init__(
        self,
        *,
        begin: UnitOfWorkFactory,
        tokens: Tokens,
        throttle: Throttle,
        contexts: RequestContexts,
        clock: Clock,
    ) -> None:
        self._begin = begin
        self._tokens = tokens
        self._throttle = throttle
        self._contexts = contexts
        self._clock = clock

    def __call__(self, command: StartGuestSessionCommand) -> str:
        if command.guest_token is not None and (access := self._renew(command.guest_token)):
            return access
        self._throttle.begin("guest_session", address=self._contexts.current().address)
        with self._begin() as work:
            guest = Guest.start(id=UserId(work.ids.take()[0]), at=self._clock.now())
            work.guests.add(guest)
            work.commit()
        return self._issue(guest.id)

    def _renew(self, token: str) -> str | None:
        try:
            guest_id = read_guest_token(self._tokens, token)
            with self._begin() as work:
                guest = work.guests.get(guest_id)
                if guest is None:
                    return None
                guest.renew(at=self._clock.now())
                work.guests.save(guest)
                work.commit()
        except InvalidToken:
            return None
        return self._issue(guest_id)

    def _issue(self, guest_id: UserId) -> str:
        return self._tokens.issue(
            TokenClaims(
                kind=TokenKind.GUEST,
                user_id=guest_id,
                family_id=guest_id,
                password_generation=1,
                token_id=uuid4().hex,
            )
        )


def read_guest_token(tokens: Tokens, token: str) -> UserId:
    """The guest of a token, whose session may have ended. Raises `InvalidToken`."""
    claims = tokens.read(token)
    claims.ensure_kind(TokenKind.GUEST)
    return claims.user_id
