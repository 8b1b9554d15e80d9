"""Signed-in customers with an address and a cart."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import uuid4

from benchmarks.progress import Progress
from novacart.adapters.security.password_hasher import Argon2idHasher
from novacart.application.ports.tokens import TokenClaims, TokenKind, Tokens
from novacart.application.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory
from novacart.domain.accounts.address_book import AddressDetails
from novacart.domain.accounts.email_address import EmailAddress
from novacart.domain.accounts.role import Role
from novacart.domain.accounts.token_family import TokenFamily
from novacart.domain.accounts.user import User
from novacart.domain.accounts.username import Username
from novacart.domain.cart.cart import QuantityLimits
from novacart.domain.shared.ids import AddressId, CartLineId, ProductId, UserId

PASSWORD: Final = "kettle-lantern-orchard-41"  # noqa: S105 (it guards nothing)
_PORTION: Final = 100
_ADDRESS: Final = AddressDetails(
    name="Asha Example",
    mobile="9000000000",
    pincode="560001",
    state="Karnataka",
    district="Bengaluru",
    town="Bengaluru",
    house_number="12",
    address="Example Street",
)
_ANY: Final = QuantityLimits(orderable=10, max_per_line=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shopper:
    user_id: UserId
    username: str
    address_id: AddressId
    access: str


class Shoppers:
    """Makes customers through the shop's own repositories, signed in as by `token/`."""

    def __init__(
        self, begin: UnitOfWorkFactory, tokens: Tokens, products: Sequence[ProductId]
    ) -> None:
        self._begin = begin
        self._tokens = tokens
        self._products = products
        self._chance = random.Random(7)
        # One hash for all: what costs is to verify it, and that is done at each sign-in.
        self._password_hash = Argon2idHasher().hash(PASSWORD)

    def make(self, count: int, *, lines: int, progress: Progress) -> list[Shopper]:
        """`count` new customers, each with `lines` different products in the cart."""
        made: list[Shopper] = []
        with progress.step(f"{count:,} shoppers with {lines} lines", count) as advance:
            while len(made) < count:
                portion = min(_PORTION, count - len(made))
                with self._begin() as work:
                    made += [self._shopper(work, lines) for _ in range(portion)]
                    work.commit()
                advance(portion)
        return made

    def refill(self, shoppers: Sequence[Shopper], *, lines: int) -> None:
        """Put `lines` products into each of these empty carts."""
        with self._begin() as work:
            for shopper in shoppers:
                self._fill_cart(work, shopper.user_id, lines)
            work.commit()

    def _shopper(self, work: UnitOfWork, lines: int) -> Shopper:
        now = datetime.now(UTC)
        user_id, family_id, address_id = work.ids.take(3)
        user = User(
            id=UserId(user_id),
            username=Username(f"shopper{user_id}"),
            email=EmailAddress(f"shopper{user_id}@shop.example"),
            password_hash=self._password_hash,
            first_name="",
            last_name="",
            role=Role.CUSTOMER,
            is_active=True,
            created_at=now,
            password_changed_at=now,
            password_generation=1,
        )
        work.users.add(user)
        family = TokenFamily.open(
            id=family_id, user_id=user.id, token_id=uuid4().hex, at=now, lifetime=timedelta(days=7)
        )
        work.token_families.add(family)
        book = work.address_books.of(user.id)
        book.add(AddressId(address_id), _ADDRESS, at=now)
        work.address_books.save(book)
        self._fill_cart(work, user.id, lines)
        claims = TokenClaims(
            kind=TokenKind.ACCESS,
            user_id=user.id,
            family_id=family_id,
            password_generation=1,
            token_id=uuid4().hex,
        )
        return Shopper(
            user_id=user.id,
            username=user.username.text,
            address_id=AddressId(address_id),
            access=self._tokens.issue(claims),
        )

    def _fill_cart(self, work: UnitOfWork, user_id: UserId, lines: int) -> None:
        if not lines:
            return
        cart = work.carts.of(user_id)
        now = datetime.now(UTC)
        wanted = self._chance.sample(self._products, lines)
        for line_id, product_id in zip(work.ids.take(lines), wanted, strict=True):
            cart.add(product_id, 1, line_id=CartLineId(line_id), limits=_ANY, at=now)
        work.carts.save(cart)
