"""Merge the cart of a guest into that of the user who signed in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from novacart.application.ordering.transfer_order import transfer_order
from novacart.application.ports.clock import Clock
from novacart.application.ports.request_context import RequestContexts
from novacart.application.ports.tokens import TokenKind, Tokens
from novacart.application.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory
from novacart.domain.accounts.errors import InvalidGuestToken, InvalidToken
from novacart.domain.accounts.guest import Guest
from novacart.domain.cart.cart import Cart, MergedLine
from novacart.domain.cart.policy import CartPolicy
from novacart.domain.catalog.stock import MovementKind
from novacart.domain.ordering.order import Order
from novacart.domain.services.stock_claims import stock_claims
from novacart.domain.shared.ids import CartLineId, UserId

CANCELLED_REASON = "You already had an unpaid order when you signed in."


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeGuestCartCommand:
    user_id: UserId
    guest_token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeResult:
    """`adjusted` are the lines whose quantity was reduced, or that were removed."""

    adjusted: tuple[MergedLine, ...] = ()


class MergeGuestCart:
    """Merge the cart and the wishlist of a guest into those of a user; end the guest's session.

    Each line gets the larger of both quantities, up to the limit of a line and to what the user
    can order; a full cart takes over no new lines. The guest's unpaid orders become the user's if
    the user has none, otherwise they are cancelled; a payment that arrives for a cancelled one is
    refunded as a late payment. The guest's other orders are claimed by their links. Merging again
    changes nothing.

    Raises `InvalidGuestToken` for a session that has ended or was merged into another user.
    """

    def __init__(
        self,
        *,
        begin: UnitOfWorkFactory,
        tokens: Tokens,
        contexts: RequestContexts,
        clock: Clock,
        policy: CartPolicy,
    ) -> None:
        self._begin = begin
        self._tokens = tokens
        self._contexts = contexts
        self._clock = clock
        self._policy = policy

    def __call__(self, command: MergeGuestCartCommand) -> MergeResult:
        try:
            return self._merge(command)
        except InvalidToken as error:
            raise InvalidGuestToken from error

    def _merge(self, command: MergeGuestCartCommand) -> MergeResult:
        claims = self._tokens.read(command.guest_token)
        claims.ensure_kind(TokenKind.GUEST)
        now = self._clock.now()
        with self._begin() as work:
            guest = _lock(work, claims.user_id, command.user_id)
            if not guest.merge_into(command.user_id, at=now):
                return MergeResult()
            work.guests.save(guest)
            carts = {
                user_id: work.carts.of(user_id) for user_id in sorted([guest.id, command.user_id])
            }
            guest_cart, user_cart = carts[guest.id], carts[command.user_id]
            _merge_wishlists(work, guest.id, command.user_id)
            self._settle_unpaid_orders(work, guest_cart, user_cart, at=now)
            merged = self._merge_lines(work, guest_cart, user_cart)
            work.commit()
        return MergeResult(adjusted=tuple(line for line in merged if line.is_adjusted))

    def _settle_unpaid_orders(
        self, work: UnitOfWork, guest_cart: Cart, user_cart: Cart, *, at: datetime
    ) -> None:
        pending = work.orders.pending_of([guest_cart.user_id, user_cart.user_id])
        moved = [order for order in pending if order.user_id == guest_cart.user_id]
        if len(moved) < len(pending):
            self._cancel(work, moved, at=at)
            return
        for order in moved:
            transfer_order(work, order, user_cart.user_id, at=at)
            if guest_cart.checkout_order_id == order.id:
                user_cart.start_checkout(order.id)

    def _cancel(self, work: UnitOfWork, orders: Sequence[Order], *, at: datetime) -> None:
        actor = self._contexts.current().actor
        claims = []
        for order in orders:
            units = order.cancel(reason=CANCELLED_REASON, at=at, actor=actor)
            claims += stock_claims(order.id, units, MovementKind.RELEASE)
            work.orders.save(order)
        if claims:
            # All variants at once: two rounds of locks could deadlock.
            work.stock.release(claims, at=at)

    def _merge_lines(
        self, work: UnitOfWork, guest_cart: Cart, user_cart: Cart
    ) -> Sequence[MergedLine]:
        lines = guest_cart.lines
        guest_cart.clear()
        work.carts.save(guest_cart)
        # Before the stock is read: units that a moved order reserves count as orderable.
        work.carts.save(user_cart)
        ids = work.ids.take(len(lines)) if lines else []
        merged = [
            user_cart.merge(
                line,
                line_id=CartLineId(line_id),
                limits=self._policy.limits(
                    work.carts.orderable(user_cart.user_id, line.variant_id)
                ),
            )
            for line, line_id in zip(lines, ids, strict=True)
        ]
        work.carts.save(user_cart)
        return merged


def _lock(work: UnitOfWork, guest_id: UserId, user_id: UserId) -> Guest:
    """Lock both by rising id, as every merge does. Raises `InvalidToken`, `UserNotFound`."""
    if user_id < guest_id:
        work.users.get(user_id)
    guest = work.guests.get(guest_id)
    if guest is None:
        raise InvalidToken
    if user_id > guest_id:
        work.users.get(user_id)
    return guest


def _merge_wishlists(work: UnitOfWork, guest_id: UserId, user_id: UserId) -> None:
    wishlists = {each: work.wishlists.of(each) for each in sorted([guest_id, user_id])}
    wishlists[user_id].merge(wishlists[guest_id].entries)
    wishlists[guest_id].clear()
    for wishlist in wishlists.values():
        work.wishlists.save(wishlist)
